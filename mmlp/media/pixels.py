"""From the pixels of a file to BGR, and edited BGR back into the pixels of the file."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from PIL import Image

from .orientation import apply_orientation
from .value_range import ValueRange

#: Rows are converted in bands of about this many pixels, so that a large picture needs no second copy.
_BAND_PIXELS = 1 << 22
#: Modes in which equal BGR means equal pixels in the file.
EXACT_MODES = ('RGB', 'L', '1', 'LA', 'RGBA')
_WITH_TRANSPARENCY = ('LA', 'RGBA', 'RGBA;16')


def bands(shape: tuple[int, int]) -> Iterator[slice]:
    """Cuts a picture (H, W) into bands of rows, so that a large one needs no second copy."""
    height, width = shape
    rows = max(1, _BAND_PIXELS // max(width, 1))
    for top in range(0, height, rows):
        yield slice(top, min(top + rows, height))


def _image_bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    width, height = image.size
    for rows in bands((height, width)):
        is_whole = rows.stop - rows.start == height
        yield rows, image if is_whole else image.crop((0, rows.start, width, rows.stop))


def to_array(image: Image.Image) -> np.ndarray:
    """Copies pixels, band by band; bilevel ones become 0 and 255."""
    width, height = image.size
    channels = () if len(image.getbands()) == 1 else (len(image.getbands()),)
    pixels = np.empty((height, width, *channels), np.uint16 if image.mode.startswith('I;16') else np.uint8)
    for rows, band in _image_bands(image):
        pixels[rows] = np.asarray(band.convert('L') if image.mode == '1' else band)
    return pixels


def to_bgr(image: Image.Image) -> np.ndarray:
    """Converts 8-bit pixels to (H, W, 3) uint8 BGR, band by band."""
    width, height = image.size
    bgr = np.empty((height, width, 3), np.uint8)
    for rows, band in _image_bands(image):
        if image.mode in ('RGBA', 'LA'):  # Alpha is dropped, not blended.
            channels = (0, 1, 2) if image.mode == 'RGBA' else (0, 0, 0)
            band = Image.merge('RGB', [band.getchannel(channel) for channel in channels])
        cv2.cvtColor(np.asarray(band.convert('RGB')), cv2.COLOR_RGB2BGR, dst=bgr[rows])
    return bgr


def decode_deep_colour(data: bytes, image: Image.Image, orientation: int) -> np.ndarray:
    """Reads 16-bit colour by OpenCV.

    Whether OpenCV turns TIFF upright depends on its version: the high bytes tell which way is right.

    Args:
        data (bytes): A file.
        image (Image.Image): Its pixels as Pillow reads them: the high bytes, RGB.
        orientation (int): Orientation by the tag of a TIFF file, 1 to 8.

    Returns:
        np.ndarray: (H, W, 3 or 4) uint16, BGR(A), turned as ``image``.

    Raises:
        ValueError: OpenCV and Pillow do not see the same picture.
    """
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is not None and pixels.dtype == np.uint16 and pixels.ndim == 3:
        if _has_high_bytes(pixels, image):
            return pixels
        pixels = apply_orientation(pixels, orientation)
        if _has_high_bytes(pixels, image):
            return pixels
    raise ValueError('16-bit colour in a layout that cannot be kept; convert it to 8 bit')


def _has_high_bytes(pixels: np.ndarray, image: Image.Image) -> bool:
    return pixels.shape[1::-1] == image.size and all(
        np.array_equal(pixels[rows, :, 2::-1] >> 8, np.asarray(band)) for rows, band in _image_bands(image)
    )


def changed_pixels(edited: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Finds the pixels that differ; (H, W) bool."""
    changed = np.empty(edited.shape[:2], bool)
    for rows in bands(edited.shape[:2]):
        changed[rows] = (edited[rows] != original[rows]).any(axis=2)
    return changed


def fill_boxes(changed: np.ndarray) -> np.ndarray:
    """Grows each connected region to its box.

    With 16 bit, CMYK and palettes, a pixel of the same BGR may differ in the file. Within a covered plate
    such pixels would stay behind as a pattern: the letters, under a fill of the letters' colour.

    Args:
        changed (np.ndarray): (H, W) bool.

    Returns:
        np.ndarray: (H, W) bool.
    """
    filled = np.zeros_like(changed)
    for window in _boxes_of_regions(changed):
        filled[window] = True
    return filled


def merge(
    stored: np.ndarray,
    mode: str,
    palette: np.ndarray | None,
    edited: np.ndarray,
    changed: np.ndarray,
    value_range: ValueRange,
) -> None:
    """Puts edited pixels into stored ones, in place.

    In the boxes of edited regions transparency becomes uniform, as opaque as it was anywhere in them.

    Args:
        stored (np.ndarray): Pixels as in the file; those of ``RGB`` in BGR order.
        mode (str): Their layout, see :attr:`DecodedImage.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB. The nearest is taken.
        edited (np.ndarray): (H, W, 3) uint8, BGR, turned as stored.
        changed (np.ndarray): (H, W) bool, turned as stored: which pixels to take from ``edited``.
        value_range (ValueRange): What 0 and 255 stand for where 16 bits are stored.
    """
    for rows in bands(changed.shape):
        band = changed[rows]
        if band.any():
            part = stored[rows]
            if mode in _WITH_TRANSPARENCY:
                part = part[..., 0] if mode == 'LA' else part[..., :3]
            part[band] = _as_stored(edited[rows][band], mode, palette, value_range)
    if mode in _WITH_TRANSPARENCY:
        _level(stored[..., -1], changed)


def _as_stored(
    colours: np.ndarray, mode: str, palette: np.ndarray | None, value_range: ValueRange
) -> np.ndarray:
    """Converts (N, 3) BGR colours to what a file stores of them, without transparency."""
    if mode == 'RGB':
        return colours
    if mode in ('RGB;16', 'RGBA;16'):
        return value_range.from_bytes(colours)
    if mode in ('L', '1', 'LA') or mode.startswith('I;16'):
        grey = cv2.cvtColor(colours[None], cv2.COLOR_BGR2GRAY)[0].reshape(-1)
        return value_range.from_bytes(grey) if mode.startswith('I;16') else grey
    rgb = np.ascontiguousarray(colours[:, ::-1])
    if mode == 'P':
        return _nearest_in_palette(rgb, palette)
    return np.asarray(Image.fromarray(rgb[None]).convert('CMYK'))[0] if mode == 'CMYK' else rgb


def _level(alpha: np.ndarray, changed: np.ndarray) -> None:
    """Makes transparency uniform within the box of each region, in place: it may show the letters too."""
    for window in _boxes_of_regions(changed):
        alpha[window] = alpha[window].max()


def _boxes_of_regions(changed: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Boxes of connected regions of (H, W) bool; of one in a hole of another that of the other alone."""
    # Outlines, since labels take four bytes a pixel.
    mask = np.ascontiguousarray(changed).view(np.uint8)
    outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    for x, y, width, height in map(cv2.boundingRect, outlines):
        yield slice(y, y + height), slice(x, x + width)


def _nearest_in_palette(rgb: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Finds the palette's nearest colour for each of (N, 3) RGB colours; (N,) uint8 indices."""
    unique, inverse = np.unique(rgb, axis=0, return_inverse=True)
    nearest = np.empty(len(unique), np.uint8)
    for start in range(0, len(unique), 4096):
        block = unique[start : start + 4096].astype(np.int32)
        distances = ((block[:, None] - palette.astype(np.int32)) ** 2).sum(axis=2)
        nearest[start : start + 4096] = distances.argmin(axis=1)
    return nearest[inverse.reshape(-1)]


def as_image(stored: np.ndarray, mode: str, palette: np.ndarray | None = None) -> Image.Image:
    """Makes a Pillow picture of stored pixels, for every mode that Pillow knows.

    Args:
        stored (np.ndarray): Pixels as in the file; those of ``RGB`` in BGR order. But for those of ``RGB``,
            the picture may share their memory.
        mode (str): Their layout, see :attr:`DecodedImage.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.

    Returns:
        PIL.Image.Image: The picture.
    """
    height, width = stored.shape[:2]
    if mode == 'RGB':
        image = Image.new('RGB', (width, height))
        for rows in bands((height, width)):
            image.paste(Image.fromarray(cv2.cvtColor(stored[rows], cv2.COLOR_BGR2RGB)), (0, rows.start))
        return image
    if mode == 'CMYK':  # An array alone would be taken for RGBA.
        return Image.frombuffer('CMYK', (width, height), np.ascontiguousarray(stored), 'raw', 'CMYK', 0, 1)
    image = Image.fromarray(stored)
    if mode == 'P':
        image.putpalette(palette.tobytes())
    return image.convert('1', dither=Image.Dither.NONE) if mode == '1' else image
