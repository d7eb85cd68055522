"""What plates read: an optional step behind the segmenter."""

from __future__ import annotations

import dataclasses
import importlib.metadata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import cv2
import numpy as np

from mmlp.plates import Plate, rectify

#: Height in pixels that crops are brought to: two lines of it are as high as the network reads.
CROP_HEIGHT = 96
#: Space around the crop, since text is found less well at the very edge.
_PAD = 12
#: Longer side of the picture in which text is searched for.
_SEARCH_SIDE = 480
#: Lines lower than this share of the highest are names of states, slogans, stickers: no part of the number.
_SMALL_PRINT = 0.5


class PlateText(NamedTuple):
    """What a plate reads.

    Attributes:
        text (str): Its letters and digits in upper case, without blanks and separators; of plates with two
            lines, the upper one first. Empty when nothing was found.
        score (float): Mean confidence of the characters, 0..1; 0 when nothing was found.
    """

    text: str
    score: float


class PlateReader:
    """Reads plates with the PP-OCR networks of PaddleOCR, from the package ``rapidocr``, by ONNX Runtime.

    Text is searched for in the plate as seen from the front, so that plates of two lines are read as well;
    small print and the letters on a blue European band are left out. The networks know Latin letters, digits
    and Chinese. They were made for documents, and know no grammar of plates: expect ``0`` for ``O``.

    Example:
        >>> segmenter, reader = PlateSegmenter(), PlateReader()
        >>> picture = read_image('street.jpg').bgr
        >>> for plate in reader.read_plates(picture, segmenter.predict(picture).plates):
        ...     print(plate.text, plate.text_score)

    Args:
        min_score (float): Texts of a lower confidence count as not read, 0..1. Default: 0.5.
        num_threads (int, optional): Threads of the networks. Default: None, one a core.

    Raises:
        ValueError: ``min_score`` is out of range.
        ImportError: The package is not installed.
    """

    def __init__(self, *, min_score: float = 0.5, num_threads: int | None = None) -> None:
        if not 0 <= min_score <= 1:
            raise ValueError(f'min_score must be in 0..1, got {min_score}')
        try:
            import onnxruntime  # noqa: F401 - rapidocr would ask for it at the first picture only
            from rapidocr import RapidOCR
        except ImportError as error:
            raise ImportError(
                f"reading plates needs the packages 'rapidocr' and 'onnxruntime' ({error}): "
                "pip install 'mmlp[ocr]'"
            ) from error
        self.min_score = min_score
        self._package = f'rapidocr {importlib.metadata.version("rapidocr")}'
        threads = -1 if num_threads is None else num_threads
        self._engine = RapidOCR(
            params={
                'Global.log_level': 'error',
                'Global.text_score': 0.0,
                'Det.limit_type': 'max',
                'Det.limit_side_len': _SEARCH_SIDE,
                'EngineConfig.onnxruntime.intra_op_num_threads': threads,
                'EngineConfig.onnxruntime.inter_op_num_threads': threads,
            }
        )

    def read(self, crops: Iterable[np.ndarray]) -> list[PlateText]:
        """Reads plates that are cut out.

        Args:
            crops (Iterable[np.ndarray]): Plates as :func:`~mmlp.plates.rectify` makes them: BGR uint8
                (H, W, 3), upright, of any size.

        Returns:
            list[PlateText]: In the order of the crops.

        Raises:
            ValueError: A crop is not BGR uint8.
        """
        return [self._read(crop) for crop in crops]

    def read_plates(self, image: np.ndarray, plates: Sequence[Plate]) -> list[Plate]:
        """Reads the plates of a picture.

        Args:
            image (np.ndarray): BGR uint8 (H, W, 3).
            plates (Sequence[Plate]): Plates in it.

        Returns:
            list[Plate]: The same in the same order, with ``text`` and ``text_score`` where they were read.
        """
        found = self.read(rectify(image, plate.corners, CROP_HEIGHT) for plate in plates)
        return [
            dataclasses.replace(plate, text=text, text_score=score) if text else plate
            for plate, (text, score) in zip(plates, found)
        ]

    def describe(self) -> str:
        """One line for a log: the package and its version, and the lowest confidence."""
        return f'{self._package}, confidence {self.min_score:g}'

    def _read(self, crop: np.ndarray) -> PlateText:
        if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or not crop.size:
            raise ValueError(f'a crop must be BGR uint8 (H, W, 3), got {crop.dtype} {crop.shape}')
        size = (max(round(crop.shape[1] * CROP_HEIGHT / crop.shape[0]), 1), CROP_HEIGHT)
        if crop.shape[:2] != size[::-1]:
            shrinks = size[1] < crop.shape[0]
            crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        crop = cv2.copyMakeBorder(hide_bands(crop), *[_PAD] * 4, cv2.BORDER_REPLICATE)
        found = self._engine(crop, use_det=True, use_cls=False, use_rec=True)
        if not found.txts:
            return PlateText('', 0.0)
        lines = _in_reading_order(np.asarray(found.boxes, np.float64), found.txts, found.scores)
        read = [(''.join(filter(str.isalnum, text)).upper(), score) for text, score in lines]
        text, lengths = ''.join(text for text, _ in read), [len(text) for text, _ in read]
        if not text:
            return PlateText('', 0.0)
        score = float(np.average([score for _, score in read], weights=lengths))
        return PlateText(text, score) if score >= self.min_score else PlateText('', 0.0)


def hide_bands(crop: np.ndarray) -> np.ndarray:
    """Paints the blue fields at the ends of European plates, whose letters are not part of the number.

    A field is blue, touches the left or right edge, takes at most a quarter of the width and at least a third
    of the height, and the plate itself is not blue.

    Args:
        crop (np.ndarray): A plate seen from the front, BGR uint8 (H, W, 3).

    Returns:
        np.ndarray: A copy with the fields in the plate's colour, or the crop itself where there is none.
    """
    height, width = crop.shape[:2]
    hue, saturation, value = cv2.split(cv2.cvtColor(crop, cv2.COLOR_BGR2HSV))
    # What is nearly black may have any hue: it is lettering.
    blue = (hue > 95) & (hue < 130) & (saturation > 90) & (value > 0.3 * np.median(value))
    if blue[:, width // 4 : width - width // 4].mean() > 0.2:
        return crop
    # Stars and letters are holes in the field.
    side = height // 8 | 1
    blue = cv2.morphologyEx(blue.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((side, side), np.uint8))
    result = crop
    for left, top, wide, high, _ in cv2.connectedComponentsWithStats(blue)[2][1:]:
        at_edge = left < 0.04 * width or left + wide > 0.96 * width
        if at_edge and wide <= width / 4 and high >= height / 3:
            result = result.copy() if result is crop else result
            paper = np.median(crop[:, width // 4 : width - width // 4].reshape(-1, 3), axis=0)
            result[top : top + high, left : left + wide] = paper
    return result


def _in_reading_order(
    boxes: np.ndarray, texts: Sequence[str], scores: Sequence[float]
) -> list[tuple[Any, float]]:
    """Sorts found texts from the upper line to the lower and from left to right; leaves small print out.

    Args:
        boxes (np.ndarray): Float (N, 4, 2), top-left, top-right, bottom-right, bottom-left.
        texts (Sequence[str]): N texts.
        scores (Sequence[float]): Their N confidences.
    """
    heights = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    middles = boxes.mean(axis=1)
    large = [index for index in np.argsort(middles[:, 1]) if heights[index] >= _SMALL_PRINT * heights.max()]
    lines: list[list[int]] = []
    for index in large:
        above = lines[-1][-1] if lines else None
        if above is None or middles[index, 1] - middles[above, 1] > heights[[above, index]].min() / 2:
            lines.append([])
        lines[-1].append(index)
    order = [index for line in lines for index in sorted(line, key=lambda index: middles[index, 0])]
    return [(texts[index], float(scores[index])) for index in order]
