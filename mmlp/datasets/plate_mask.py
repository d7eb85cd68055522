"""Reading a mask file, whatever painted it, as 0 background, 1 plate, 255 ignore."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence

import cv2
import numpy as np
from mmengine import fileio
from PIL import Image, ImageOps

BACKGROUND, PLATE, IGNORE = 0, 1, 255
#: Grey value that the original's masks use for pixels which take no part in loss and metric.
DEFAULT_IGNORE_VALUES = (128,)
#: Colour of the "void" entry of the PASCAL VOC palette, which annotation tools export.
VOC_VOID_RGB = (224, 224, 192)


def read_plate_mask(
    path: str | os.PathLike,
    ignore_values: Sequence[int] = DEFAULT_IGNORE_VALUES,
    backend_args: dict | None = None,
) -> np.ndarray:
    """Reads a mask file of any common kind.

    The rule, in order:

    1. Grey values in ``ignore_values`` are ignore. 255 is ignore only where it is declared there.
    2. When the other values are 0 and 1 alone, 1 is plate.
    3. Otherwise values from 128 up are plate (0/255 masks, anti-aliased edges), values below are background.

    Colour: grey pixels follow the rule above; a pixel of any other colour is plate when its brightest
    channel reaches 128. In palette files every entry but the grey ones is plate, whatever its brightness
    (a VOC export paints class 1 in dark red), and the VOC void colour is ignore. Fully transparent
    pixels are background. 16-bit files are read by the same rule when no value exceeds 255, else scaled
    to 8 bit. 1-bit files are read as 0/1.

    Args:
        path: The mask file. Its own EXIF rotation, if any, is applied.
        ignore_values: Grey values (0 to 255) that mean ignore.
        backend_args: The file backend, as in ``mmengine.fileio.get``; None for what the path says.

    Returns:
        uint8 array of shape (H, W) with 0 background, 1 plate and 255 ignore.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not a readable picture, or its values are ambiguous: 0, 1 and 255 together
            while 255 is not declared as ignore.
    """
    path = os.fspath(path)
    try:
        data = np.frombuffer(fileio.get(path, backend_args=backend_args), dtype=np.uint8)
    except FileNotFoundError:
        raise FileNotFoundError(f'mask {path!r} does not exist') from None
    # OpenCV decodes the plain grey case several times faster than Pillow, but hides what a palette was.
    raw = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if raw is not None and raw.ndim == 2 and raw.dtype == np.uint8 and not _has_exif_or_palette(data):
        return _classify_grey(raw, ignore_values, path)
    return _read_with_pillow(data, path, ignore_values)


def _has_exif_or_palette(data: np.ndarray) -> bool:
    head = data[:512].tobytes()
    return b'eXIf' in head or b'Exif' in head or b'PLTE' in head


def _read_with_pillow(data: np.ndarray, path: str, ignore_values: Sequence[int]) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            image = ImageOps.exif_transpose(image)
            if image.mode == 'P':
                return _classify_palette(image, ignore_values, path)
            if image.mode in ('1', 'L', 'I', 'I;16', 'I;16B', 'I;16L', 'F'):
                return _classify_grey(np.asarray(image), ignore_values, path)
            rgba = np.asarray(image.convert('RGBA'))
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f'mask {path!r} cannot be read as a picture: {error}') from error
    return _classify_colour(rgba[..., :3], rgba[..., 3] > 0, ignore_values, path)


def _classify_grey(values: np.ndarray, ignore_values: Sequence[int], path: str) -> np.ndarray:
    if values.dtype == bool:
        return values.astype(np.uint8)
    if values.dtype != np.uint8:
        highest = values.max(initial=0)
        values = (values // 257 if highest > 255 else values).astype(np.uint8)
    values = np.ascontiguousarray(values)
    highest = int(values.max(initial=0))
    if (highest == 1 or highest >= 128) and not {0, highest} & set(ignore_values):
        # Most masks hold two values; this takes a quarter of the time of counting all of them.
        plate = values == highest
        if np.count_nonzero(plate) == np.count_nonzero(values):
            return plate.view(np.uint8)
    # OpenCV counts several times faster than numpy, and large masks take most of a loader's time.
    present = np.flatnonzero(cv2.calcHist([values], [0], None, [256], [0, 256]))
    lut = _grey_lut(present, ignore_values, path)
    return cv2.LUT(values, lut)


def _grey_lut(present: np.ndarray, ignore_values: Sequence[int], path: str) -> np.ndarray:
    """The 256 entries that map the grey values of one file to 0, 1 and 255."""
    classes = np.setdiff1d(present, np.asarray(ignore_values, dtype=int))
    if classes.tolist() in ([1, 255], [0, 1, 255]):
        raise ValueError(
            f'mask {path!r} holds the values {classes.tolist()}: is 255 plate or ignore? Declare it: '
            'ignore_values=(128, 255) if the plates are 1, or repaint the pixels of value 1'
        )
    lut = np.zeros(256, dtype=np.uint8)
    lut[1 if classes.max(initial=0) <= 1 else 128 :] = PLATE
    lut[list(ignore_values)] = IGNORE
    return lut


def _classify_colour(
    rgb: np.ndarray, opaque: np.ndarray, ignore_values: Sequence[int], path: str
) -> np.ndarray:
    brightest = rgb.max(axis=-1)
    is_grey = brightest == rgb.min(axis=-1)
    mask = (brightest >= 128).astype(np.uint8)
    grey = _classify_grey(np.where(is_grey & opaque, brightest, 0), ignore_values, path)
    mask = np.where(is_grey, grey, mask)
    return np.where(opaque, mask, BACKGROUND).astype(np.uint8)


def _classify_palette(image: Image.Image, ignore_values: Sequence[int], path: str) -> np.ndarray:
    indices = np.asarray(image)
    present = np.flatnonzero(np.bincount(indices.ravel(), minlength=256))
    palette = np.asarray(image.getpalette('RGB'), dtype=np.uint8).reshape(-1, 3)
    # Indices past a short palette are black, as decoders paint them.
    palette = np.vstack([palette, np.zeros((256 - len(palette), 3), np.uint8)])
    is_grey = palette.max(axis=1) == palette.min(axis=1)
    greys = np.unique(palette[present][is_grey[present], 0])
    lut = _grey_lut(greys, ignore_values, path)[palette[:, 0]]
    lut[~is_grey] = PLATE
    lut[(palette == VOC_VOID_RGB).all(axis=1)] = IGNORE
    transparent = image.info.get('transparency')
    if isinstance(transparent, int):
        lut[transparent] = BACKGROUND
    elif isinstance(transparent, bytes):
        alpha = np.frombuffer(transparent, dtype=np.uint8)
        lut[: len(alpha)][alpha == 0] = BACKGROUND
    return cv2.LUT(np.ascontiguousarray(indices), lut)
