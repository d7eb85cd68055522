"""Which values of a mask were painted as classes, and which are noise of JPEG, soft edges or blur."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from .mask_content import VOC_VOID_RGB, MaskContent, is_voc_palette, window_of
from .mask_rule import MaskRule, Value

#: Values this close to black, white or a class are its noise, in 8 bits.
NOISE = 20
#: The same of colours, which JPEG keeps at half the size.
_COLOUR_NOISE = 40
#: Least pixels of a class, each among eight of the same value.
_LEAST_PAINTED = 4
#: Least share of them in all pixels within the noise of the class; slopes of soft masks have fewer.
_LEAST_SHARE = 0.25
#: Up to here from both sides, in pixels, a blend of the two is their edge.
_EDGE_REACH = 8
#: Share of an edge's pixels within this reach.
_EDGE_SHARE = 0.9
#: Levels by which neighbours in an area of one value differ at most in a lossy file.
_LOSSY_SPREAD = 12
#: Levels to both sides of a painted value that slopes would fill.
_PEAK = 4
#: Most painted values that are looked at.
_MOST = 16
#: Files with more values than this have soft edges, where all sorts of values are in order.
FEW = 12


def ignored_codes(content: MaskContent, rule: MaskRule) -> np.ndarray:
    """Which rows of the table mean ignore, bool (N,): ignored greys and indices, and the void of VOC.

    The palette of VOC has the grey 128 for its class 7, which is not the 128 of grey masks.
    """
    ignored = list(rule.ignore_values)
    if not content.is_colour:
        # 16-bit files are scaled to 8 bits where they hold more than those.
        table, top = content.table, content.table[content.present].max(initial=0)
        return np.isin(table // 257 if top > 255 else table, ignored)
    table = content.table
    is_grey = table.max(axis=1) == table.min(axis=1)
    found = (is_grey & np.isin(table[:, 0], ignored)) | (table == VOC_VOID_RGB).all(axis=1)
    if content.is_palette:
        if is_voc_palette(table):
            found[7] = False
        found |= np.isin(np.arange(len(table)), ignored) & ~is_grey
        if isinstance(rule.plate_values, tuple):
            found[[v for v in rule.plate_values if isinstance(v, int) and v < len(found)]] = False
    return found


def find_classes(content: MaskContent, rule: MaskRule) -> dict[int, Value]:
    """Finds what was painted, background included.

    Exact files of few values hold nothing but classes. Elsewhere a value is a class where pixels lie among
    eight of the same value and are not the edge between two other classes; in files of few values, also where
    it is neither close to a class nor a blend of two. Values close to black and white count as these.

    Args:
        content: The pixels of a mask file.
        rule: What takes no part.

    Returns:
        Code and value of each class: a number, or (red, green, blue) where they differ.
    """
    counts = np.where(ignored_codes(content, rule), 0, content.counts)
    codes = np.flatnonzero(counts)
    if _is_exact(content, codes):
        return {int(code): _value(content, code, exact=True) for code in codes}
    points = content.table.astype(np.float32).reshape(len(content.table), -1)
    if not content.is_colour and content.table[codes].max(initial=0) > 255:
        points /= 257
    is_few = not content.is_lossy and len(codes) <= FEW
    # Many colours are those of a JPEG that was saved anew; many greys may be a soft mask as well.
    is_lossy = content.is_lossy or (content.is_colour and not is_few)
    flat = _flat_counts(content, is_lossy)
    heads, rest = _extremes(points, counts, flat, codes)
    if is_few:
        painted = rest[(flat[rest] >= _LEAST_PAINTED) & (flat[rest] >= _LEAST_SHARE * counts[rest])].tolist()
    else:
        reach = NOISE if is_lossy else _PEAK
        painted = _painted_groups(points, counts, flat, rest, reach)
    edges = _Edges(content, points, [*heads, *painted])
    heads += [code for code in painted if not edges.is_edge(code)]
    if is_few:
        heads += [c for c in codes.tolist() if not _is_explained(points, codes, c, heads)]
    if not heads:
        heads = codes[np.argsort(counts[codes])[-1:]].tolist()
    found = {int(code): _value(content, code, exact=False) for code in heads}
    if is_few and not content.is_colour:
        found.update(
            {code: _value(content, code, exact=True) for code in _dark_classes(content, counts, flat)}
        )
    return found


def _is_exact(content: MaskContent, codes: np.ndarray) -> bool:
    """Whether a file holds nothing but classes."""
    values = content.table[codes]
    if content.is_lossy:
        return not content.is_colour and len(codes) > 1 and values.max() <= NOISE
    # Noise and edges would reach beyond the numbers of classes.
    are_indices = not content.is_colour and bool(((values <= NOISE) | (values == 255)).all())
    return len(codes) <= 2 or are_indices


def _flat_counts(content: MaskContent, is_lossy: bool) -> np.ndarray:
    """Pixels of each code whose eight neighbours have it as well; in lossy files, nearly."""
    codes = content.codes[window_of(content.codes, margin=2)]
    kernel = np.ones((3, 3), np.uint8)
    if is_lossy:
        pixels = content.table.astype(np.uint8)[codes] if content.is_colour else codes
        spread = cv2.subtract(cv2.dilate(pixels, kernel), cv2.erode(pixels, kernel))
        is_flat = (spread if spread.ndim == 2 else spread.max(axis=2)) <= _LOSSY_SPREAD
    else:
        pixels = codes.astype(np.float32) if codes.dtype == np.int32 else codes
        is_flat = cv2.dilate(pixels, kernel) == cv2.erode(pixels, kernel)
    flat = np.bincount(codes[is_flat], minlength=len(content.counts))
    flat[0] += content.codes.size - codes.size
    return flat


def _extremes(
    points: np.ndarray, counts: np.ndarray, flat: np.ndarray, codes: np.ndarray
) -> tuple[list[int], np.ndarray]:
    """The commonest codes close to black and to white, where these were painted; and all other codes."""
    heads = []
    noise = _COLOUR_NOISE if points.shape[1] == 3 else NOISE
    for centre in (0, 255):
        is_near = np.abs(points[codes] - centre).max(axis=1) <= noise
        near, codes = codes[is_near], codes[~is_near]
        if flat[near].sum() >= _LEAST_PAINTED:
            heads.append(int(near[np.argmax(counts[near])]))
    return heads, codes


def _painted_groups(
    points: np.ndarray, counts: np.ndarray, flat: np.ndarray, codes: np.ndarray, reach: float
) -> list[int]:
    """The commonest code of each group of close values that was painted, the largest first.

    Slopes of soft masks have many pixels within ``reach`` of those that are flat.
    """
    found: list[int] = []
    while len(codes) and flat[codes].max() > 0 and len(found) < _MOST:
        seed = codes[np.argmax(flat[codes])]
        distance = np.abs(points[codes] - points[seed]).max(axis=1)
        close = codes[distance <= reach]
        painted = flat[close].sum()
        if painted >= _LEAST_PAINTED and painted >= _LEAST_SHARE * counts[close].sum():
            found.append(int(seed))
            codes = codes[distance > NOISE]
        else:
            codes = codes[distance > 0]
    return found


class _Edges:
    """Tells edges between two painted values, which scaling up may have made broad.

    Args:
        content: The pixels of a mask file.
        points: Values by code, (N, 1) or (N, 3), in 8 bits.
        heads: Codes of what was painted.
    """

    def __init__(self, content: MaskContent, points: np.ndarray, heads: Sequence[int]) -> None:
        self.codes, self.points, self.heads = content.codes, points, heads
        self._reach: dict[int, np.ndarray] = {}

    def is_edge(self, code: int) -> bool:
        """Whether a value is the blend of two others, and lies between them all along."""
        others = [other for other in self.heads if other != code]
        for index, first in enumerate(others):
            for second in others[index + 1 :]:
                if _is_blend(self.points[code], self.points[first], self.points[second]):
                    between = self._around(first) & self._around(second)
                    if between[self.codes == code].mean() >= _EDGE_SHARE:
                        return True
        return False

    def _around(self, head: int) -> np.ndarray:
        if head not in self._reach:
            # What is close to black or white is found among its noise.
            near = np.abs(self.points - self.points[head]).max(axis=1) <= NOISE
            kernel = np.ones((2 * _EDGE_REACH + 1,) * 2, np.uint8)
            self._reach[head] = cv2.dilate(near[self.codes].view(np.uint8), kernel)
        return self._reach[head]


def _is_blend(point: np.ndarray, first: np.ndarray, second: np.ndarray) -> bool:
    along = second - first
    share = float(np.clip((point - first) @ along / max(along @ along, 1e-6), 0, 1))
    return 0 < share < 1 and bool(np.abs(first + share * along - point).max() <= NOISE / 2)


def _is_explained(points: np.ndarray, codes: np.ndarray, code: int, heads: Sequence[int]) -> bool:
    """Whether a value is close to black, white or a class, or a blend of two of these."""
    extremes = [np.zeros(points.shape[1], np.float32), np.full(points.shape[1], 255, np.float32)]
    near = [*extremes, *points[list(heads)]]
    if any(np.abs(points[code] - point).max() <= NOISE for point in near):
        return True
    known = near if np.abs(points[codes] - 255).max(axis=1).min() <= NOISE else near[:1] + near[2:]
    return any(
        _is_blend(points[code], first, second)
        for index, first in enumerate(known)
        for second in known[index + 1 :]
    )


def _dark_classes(content: MaskContent, counts: np.ndarray, flat: np.ndarray) -> list[int]:
    """Numbers of classes beside bright values: areas of the darkest values, besides the largest."""
    dark = np.flatnonzero((counts > 0) & (content.table <= NOISE))
    dark = dark[np.argsort(-flat[dark], kind='stable')]
    return [int(code) for code in dark[1:] if flat[code] >= max(_LEAST_PAINTED, counts[code] / 3)]


def _value(content: MaskContent, code: int, exact: bool) -> Value:
    """The value of a code, close to black and white these."""
    entry = content.table[code]
    if not content.is_colour:
        number = int(entry)
        if number > 255 and number // 257 >= 255 - NOISE:
            return 255
        if exact or content.table[content.present].max(initial=0) > 255:
            return number
        return 0 if number <= NOISE else 255 if number >= 255 - NOISE else number
    if not exact and entry.max() <= _COLOUR_NOISE:
        return 0
    if not exact and entry.min() >= 255 - _COLOUR_NOISE:
        return 255
    red, green, blue = (int(part) for part in entry)
    return red if red == green == blue else (red, green, blue)
