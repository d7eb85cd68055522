"""Decoding a mask file, whatever wrote it, to codes and a table of what they stand for."""

from __future__ import annotations

import dataclasses
import io

import cv2
import numpy as np
from PIL import Image, ImageOps

#: Colour of the "void" entry of the PASCAL VOC palette, which annotation tools export.
VOC_VOID_RGB = (224, 224, 192)
_VOC_PALETTE = (
    (0, 0, 0),
    (128, 0, 0),
    (0, 128, 0),
    (128, 128, 0),
    (0, 0, 128),
    (128, 0, 128),
    (0, 128, 128),
    (128, 128, 128),
)
_LOSSY = ('JPEG', 'MPO', 'WEBP', 'JPEG2000', 'AVIF')


@dataclasses.dataclass(frozen=True)
class MaskContent:
    """The pixels of a mask file.

    Args:
        codes: (H, W), uint8, uint16 or int32: for each pixel a row of ``table``.
        table: What the codes stand for: (N,) integers, grey values, of 16 bits in files of 16 bits; or
            (N, 3) uint8 colours, RGB. Transparent pixels are black.
        counts: (N,) int, pixels by code.
        is_palette: Whether codes are the file's own palette indices.
        is_lossy: Whether the file's format may change values.
    """

    codes: np.ndarray
    table: np.ndarray
    counts: np.ndarray
    is_palette: bool = False
    is_lossy: bool = False

    @property
    def is_colour(self) -> bool:
        """Whether there are colours."""
        return self.table.ndim == 2

    @property
    def present(self) -> np.ndarray:
        """The codes that occur, ascending."""
        return np.flatnonzero(self.counts)


def decode_mask(data: bytes | np.ndarray) -> MaskContent:
    """Decodes a mask file; its own EXIF rotation, if any, is applied.

    Args:
        data: The file.

    Returns:
        Its pixels.

    Raises:
        OSError: It is not a picture or damaged; other errors of Pillow as well.
    """
    data = np.frombuffer(data, dtype=np.uint8)
    # OpenCV decodes the plain grey case several times faster than Pillow, but hides what a palette was.
    raw = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if raw is not None and raw.ndim == 2 and raw.dtype == np.uint8 and not _has_exif_or_palette(data):
        return _of_numbers(raw, is_lossy=data[:3].tobytes() == b'\xff\xd8\xff')
    with Image.open(io.BytesIO(data)) as image:
        is_lossy = image.format in _LOSSY
        image.load()
        image = ImageOps.exif_transpose(image)
        if image.mode == 'P':
            return _of_palette(image)
        if image.mode == '1':
            return _of_numbers(np.asarray(image).astype(np.uint8))
        if image.mode == 'L' or image.mode[0] in 'IF':  # 8, 16 and 32 bit, float
            return _of_numbers(np.asarray(image), is_lossy)
        return _of_colours(np.array(image.convert('RGBA')), is_lossy)


def is_voc_palette(palette: np.ndarray) -> bool:
    """Whether a palette, (N, 3) uint8, begins as that of PASCAL VOC, whose entry 7 is grey and a class."""
    return len(palette) >= len(_VOC_PALETTE) and bool((palette[: len(_VOC_PALETTE)] == _VOC_PALETTE).all())


def _has_exif_or_palette(data: np.ndarray) -> bool:
    head = data[:512].tobytes()
    return b'eXIf' in head or b'Exif' in head or b'PLTE' in head


def _of_numbers(values: np.ndarray, is_lossy: bool = False) -> MaskContent:
    if values.dtype == np.uint8:
        values = np.ascontiguousarray(values)
        return MaskContent(values, np.arange(256), _count(values), is_lossy=is_lossy)
    if values.max(initial=0) <= 255 and values.min(initial=0) >= 0:
        return _of_numbers(values.astype(np.uint8), is_lossy)
    table, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return MaskContent(_compact(codes.reshape(values.shape)), table.astype(np.int64), counts, False, is_lossy)


def _of_palette(image: Image.Image) -> MaskContent:
    indices = np.ascontiguousarray(np.asarray(image))
    counts = _count(indices)
    palette = np.asarray(image.getpalette('RGB'), dtype=np.uint8).reshape(-1, 3)
    # Indices past a short palette are black, as decoders paint them.
    palette = np.vstack([palette, np.zeros((256 - len(palette), 3), np.uint8)])
    transparent = image.info.get('transparency')
    if isinstance(transparent, int):
        palette[transparent] = 0
    elif isinstance(transparent, bytes):
        alpha = np.frombuffer(transparent, dtype=np.uint8)
        palette[: len(alpha)][alpha == 0] = 0
    used = palette[counts > 0]
    if (used == used[:, :1]).all() and not is_voc_palette(palette):
        if transparent is None and len(np.unique(used[:, 0])) < len(used):
            return _of_numbers(indices)  # A palette that tells nothing: what differs are the indices.
        return _of_numbers(cv2.LUT(indices, np.ascontiguousarray(palette[:, 0])))
    return MaskContent(indices, palette, counts, is_palette=True)


def _of_colours(rgba: np.ndarray, is_lossy: bool) -> MaskContent:
    opaque = rgba[..., 3] > 0
    if not opaque.all():
        rgba[~opaque] = 0
    rgb = rgba[..., :3]
    if np.array_equal(rgb[..., 0], rgb[..., 1]) and np.array_equal(rgb[..., 1], rgb[..., 2]):
        return _of_numbers(rgb[..., 0], is_lossy)
    rgba[..., 3] = 0
    packed = rgba.view(np.uint32)[..., 0]
    # Sorting what is not black is enough, and most is.
    is_painted = packed != 0
    values, inverse, counts = np.unique(packed[is_painted], return_inverse=True, return_counts=True)
    codes = np.zeros(packed.shape, np.int32)
    codes[is_painted] = inverse.ravel() + 1
    table = np.vstack([np.zeros((1, 3), np.uint8), values.view(np.uint8).reshape(-1, 4)[:, :3]])
    counts = np.concatenate([[packed.size - counts.sum()], counts])
    return MaskContent(_compact(codes), table, counts, is_lossy=is_lossy)


def window_of(codes: np.ndarray, margin: int = 0) -> tuple[slice, slice]:
    """The rows and columns of all pixels that are not 0, which most are, and of ``margin`` pixels around."""
    is_other = codes if codes.dtype == np.uint8 else (codes > 0).view(np.uint8)
    left, top, width, height = cv2.boundingRect(is_other)
    rows = slice(max(top - margin, 0), top + height + margin)
    return rows, slice(max(left - margin, 0), left + width + margin)


def _count(codes: np.ndarray) -> np.ndarray:
    # OpenCV counts several times faster than numpy, and large masks take most of a loader's time.
    inside = np.ascontiguousarray(codes[window_of(codes)])
    counts = np.zeros(256, np.int64)
    if inside.size:
        counts += cv2.calcHist([inside], [0], None, [256], [0, 256]).ravel().astype(np.int64)
    counts[0] += codes.size - inside.size
    return counts


def _compact(codes: np.ndarray) -> np.ndarray:
    highest = int(codes.max(initial=0))
    return codes.astype(np.uint8 if highest < 256 else np.uint16 if highest < 65536 else np.int32)
