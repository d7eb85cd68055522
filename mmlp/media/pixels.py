"""From the pixels of a file to BGR, and edited BGR back into the pixels of the file."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from .orientation import apply_orientation
from .value_range import ValueRange

#: Rows are converted in bands of about this many pixels, so that a large picture needs no second copy.
_BAND_PIXELS = 1 << 22
#: Modes in which equal BGR means equal pixels in the file.
EXACT_MODES = ('RGB', 'L', '1', 'LA', 'RGBA')


def to_array(image: Image.Image) -> np.ndarray:
    """Copies pixels; bilevel ones become 0 and 255."""
    if image.mode == '1':
        image = image.convert('L')
    dtype = np.uint16 if image.mode.startswith('I;16') else np.uint8
    return np.array(image, dtype=dtype)


def to_bgr(image: Image.Image) -> np.ndarray:
    """Converts 8-bit pixels to (H, W, 3) uint8 BGR, band by band."""
    width, height = image.size
    bgr = np.empty((height, width, 3), np.uint8)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        band = image if bottom - top == height else image.crop((0, top, width, bottom))
        if image.mode in ('RGBA', 'LA'):  # Alpha is dropped, not blended.
            channels = (0, 1, 2) if image.mode == 'RGBA' else (0, 0, 0)
            band = Image.merge('RGB', [band.getchannel(channel) for channel in channels])
        cv2.cvtColor(np.asarray(band.convert('RGB')), cv2.COLOR_RGB2BGR, dst=bgr[top:bottom])
    return bgr


def decode_deep_colour(data: bytes, high_bytes: np.ndarray, orientation: int) -> np.ndarray:
    """Reads 16-bit colour by OpenCV.

    Whether OpenCV turns TIFF upright depends on its version: the high bytes tell which way is right.

    Args:
        data (bytes): A file.
        high_bytes (np.ndarray): Its pixels as Pillow reads them, (H, W, 3) uint8, RGB.
        orientation (int): Orientation by the tag of a TIFF file, 1 to 8.

    Returns:
        np.ndarray: (H, W, 3 or 4) uint16, BGR(A), turned as ``high_bytes``.

    Raises:
        ValueError: OpenCV and Pillow do not see the same picture.
    """
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is not None and pixels.dtype == np.uint16 and pixels.ndim == 3:
        for turned in (pixels, apply_orientation(pixels, orientation)):
            if np.array_equal(turned[:, :, 2::-1] >> 8, high_bytes):
                return turned
    raise ValueError('16-bit colour in a layout that cannot be kept; convert it to 8 bit')


def changed_pixels(edited: np.ndarray, original: np.ndarray) -> np.ndarray:
    """Finds the pixels that differ; (H, W) bool."""
    changed = edited[:, :, 0] != original[:, :, 0]
    for channel in (1, 2):
        changed |= edited[:, :, channel] != original[:, :, channel]
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
    for x, y, width, height, _ in cv2.connectedComponentsWithStats(changed.view(np.uint8))[2][1:]:
        filled[y : y + height, x : x + width] = True
    return filled


def merge(
    stored: np.ndarray,
    mode: str,
    palette: np.ndarray | None,
    edited: np.ndarray,
    changed: np.ndarray,
    value_range: ValueRange,
) -> np.ndarray:
    """Puts edited pixels into stored ones.

    Args:
        stored (np.ndarray): Pixels as in the file.
        mode (str): Their layout, see :attr:`Picture.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB. The nearest is taken.
        edited (np.ndarray): (H, W, 3) uint8, BGR, turned as stored.
        changed (np.ndarray): (H, W) bool, turned as stored: which pixels to take from ``edited``.
        value_range (ValueRange): What 0 and 255 stand for where 16 bits are stored.

    Returns:
        np.ndarray: A copy of ``stored`` with the edited pixels; in the boxes of their regions transparency is
        uniform, as opaque as it was anywhere in them.
    """
    merged = stored.copy()
    colours = edited[changed]
    rgb = np.ascontiguousarray(colours[:, ::-1])
    if mode in ('L', '1', 'LA') or mode.startswith('I;16'):
        grey = cv2.cvtColor(colours[None], cv2.COLOR_BGR2GRAY)[0].reshape(-1)
        if mode == 'LA':
            merged[changed, 0] = grey
        else:
            merged[changed] = value_range.from_bytes(grey) if merged.dtype == np.uint16 else grey
    elif mode == 'P':
        merged[changed] = _nearest_in_palette(rgb, palette)
    elif mode == 'CMYK':
        merged[changed] = np.asarray(Image.fromarray(rgb[None]).convert('CMYK'))[0]
    elif mode in ('RGB', 'RGBA'):
        merged[changed, :3] = rgb
    else:  # RGB;16 and RGBA;16
        merged[changed, :3] = value_range.from_bytes(colours)
    if mode in ('LA', 'RGBA', 'RGBA;16'):
        _level(merged[..., -1], changed)
    return merged


def _level(alpha: np.ndarray, changed: np.ndarray) -> None:
    """Makes transparency uniform within the box of each region, in place: it may show the letters too."""
    mask = np.ascontiguousarray(changed).view(np.uint8)
    for x, y, width, height, _ in cv2.connectedComponentsWithStats(mask)[2][1:]:
        region = alpha[y : y + height, x : x + width]
        region[...] = region.max()


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
        stored (np.ndarray): Pixels as in the file.
        mode (str): Their layout, see :attr:`Picture.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.

    Returns:
        PIL.Image.Image: The picture.
    """
    if mode == 'CMYK':  # An array alone would be taken for RGBA.
        height, width = stored.shape[:2]
        return Image.frombytes('CMYK', (width, height), stored.tobytes())
    image = Image.fromarray(stored)
    if mode == 'P':
        image.putpalette(palette.tobytes())
    return image.convert('1', dither=Image.Dither.NONE) if mode == '1' else image
