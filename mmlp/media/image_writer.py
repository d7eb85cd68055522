"""Pictures out: nothing but the touched pixels differs from the file they came from."""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from .atomic import write_bytes
from .errors import MediaWriteError
from .images import ImageSource, Picture, read_image
from .metadata import clean_exif, clean_xmp
from .orientation import undo_orientation
from .pixels import EXACT_MODES, as_image, changed_pixels, fill_boxes, merge
from .segments import with_jpeg_metadata, with_png_metadata
from .tiff import encode_tiff

#: For pictures that do not come from a file of the same format and tell no quality themselves.
DEFAULT_QUALITY = 95


def write_image(
    path: str | os.PathLike,
    picture: Picture | ImageSource,
    bgr: np.ndarray | None = None,
    *,
    touched: np.ndarray | None = None,
    strip_location: bool = False,
    quality: int | None = None,
) -> None:
    """Writes a picture, complete or not at all.

    A picture from a file keeps its format, bit depth, mode, orientation, ICC profile and metadata; pixels
    that ``bgr`` leaves alone stay bit-identical in lossless formats. JPEG is coded with the tables and the
    subsampling it had; a JPEG or PNG of which nothing changed keeps its coded pixels. Thumbnails, previews,
    gain maps, maker's notes and whatever hangs behind the picture are left out, since they may show what
    ``bgr`` covers. When the suffix of ``path`` asks for another format, the upright picture is written as
    8-bit RGB with its ICC profile.

    Args:
        path (str | os.PathLike): The file to write. Missing folders are made; an existing file is replaced.
        picture (Picture | ImageSource): What :func:`read_image` returned or takes.
        bgr (np.ndarray | None): The edited picture: upright, (H, W, 3) uint8, BGR, of the same size. None
            leaves the pixels as they are.
        touched (np.ndarray | None): (H, W) bool or uint8, upright: where to take pixels from ``bgr``; the
            rest stays as it was. None finds them by comparing.
        strip_location (bool): Leave out GPS coordinates and names of places (EXIF, XMP, IPTC, GeoTIFF).
        quality (int | None): 1 to 100 for lossy formats; None keeps the quality of a JPEG and means 95
            elsewhere.

    Raises:
        ValueError: ``bgr`` does not fit the picture, or the suffix is of no format that can be written.
        MediaWriteError: The file could not be written (disk full, no permission, ...).
    """
    path = Path(path)
    picture = picture if isinstance(picture, Picture) else read_image(picture)
    if bgr is not None and (bgr.shape != picture.bgr.shape or bgr.dtype != np.uint8):
        raise ValueError(
            f'bgr must have the shape {picture.bgr.shape} of {picture.name} and dtype uint8, '
            f'got {bgr.shape} and {bgr.dtype}'
        )
    if touched is not None and touched.shape != picture.bgr.shape[:2]:
        raise ValueError(
            f'touched must have the shape {picture.bgr.shape[:2]} of {picture.name}, got {touched.shape}'
        )
    target = _target_format(path, picture)
    try:
        data = _encode(picture, bgr, touched, target, strip_location=strip_location, quality=quality)
    except (OSError, ValueError, KeyError, cv2.error) as error:
        raise MediaWriteError(path, f'could not be coded as {target}: {error}') from error
    write_bytes(path, data)


def _target_format(path: Path, picture: Picture) -> str:
    """Returns the format to write: by the suffix, unless the source had that suffix too (rightly or not)."""
    suffix = path.suffix.lower()
    if picture.format is not None and suffix == Path(picture.name).suffix.lower():
        return picture.format
    name = Image.registered_extensions().get(suffix, picture.format)
    name = 'JPEG' if name == 'MPO' else name
    if name not in Image.SAVE:
        raise ValueError(f'{path}: pictures cannot be written with the suffix {suffix!r}; try .png or .jpg')
    return name


def _encode(
    picture: Picture,
    bgr: np.ndarray | None,
    touched: np.ndarray | None,
    target: str,
    *,
    strip_location: bool,
    quality: int | None,
) -> bytes:
    if picture.format != target or picture.data is None:
        return _encode_afresh(picture, bgr, target, quality)
    pixels = None if bgr is None else _edit(picture, bgr, touched)
    splice = {'JPEG': with_jpeg_metadata, 'PNG': with_png_metadata}.get(target)
    if pixels is None and quality is None:
        if splice is not None:
            return splice(picture.data, picture.data, strip_location)
        if not strip_location and not picture.copies and not picture.originals:
            return picture.data
    if pixels is None:
        pixels = _stored_pixels(picture)
    if splice is not None:
        return splice(_encode_like(picture, pixels, target, quality), picture.data, strip_location)
    if target == 'TIFF':
        return encode_tiff(pixels, picture.mode, picture.palette, picture.info, strip_location)
    return _encode_like(picture, pixels, target, quality, strip_location)


def _stored_pixels(picture: Picture) -> np.ndarray:
    if picture.stored is not None:
        return picture.stored
    return cv2.cvtColor(undo_orientation(picture.bgr, picture.orientation), cv2.COLOR_BGR2RGB)


def _edit(picture: Picture, bgr: np.ndarray, touched: np.ndarray | None) -> np.ndarray | None:
    """Returns the stored pixels with the edited ones in them; None when nothing changed."""
    if touched is None:
        touched = changed_pixels(bgr, picture.bgr)
        if picture.mode not in EXACT_MODES:
            touched = fill_boxes(touched)
    if not touched.any():
        return None
    touched = undo_orientation(touched.astype(bool, copy=False), picture.orientation)
    edited = undo_orientation(bgr, picture.orientation)
    stored = _stored_pixels(picture)
    return merge(stored, picture.mode, picture.palette, edited, touched, picture.value_range)


def _encode_like(
    picture: Picture, pixels: np.ndarray, target: str, quality: int | None, strip_location: bool | None = None
) -> bytes:
    """Codes pixels with the settings of the source; with its metadata when ``strip_location`` is not None."""
    info = picture.info
    options: dict[str, Any] = {}
    if picture.mode in ('RGB;16', 'RGBA;16'):
        return cv2.imencode('.png', pixels)[1].tobytes()
    if target == 'JPEG':
        options = {'progressive': bool(info.get('progressive')), 'subsampling': info['subsampling']}
        options.update({'qtables': info['qtables']} if quality is None else {'quality': quality})
    elif target in ('PNG', 'GIF'):
        if 'transparency' in info:
            options['transparency'] = info['transparency']
        if target == 'GIF':
            options['optimize'] = False
    elif target == 'WEBP' and quality is None and _is_lossless_webp(picture.data):
        options = {'lossless': True, 'exact': True}
    elif target in ('WEBP', 'AVIF'):
        options = {'quality': quality or DEFAULT_QUALITY}
    if strip_location is not None:
        options['exif'] = clean_exif(info.get('exif'), strip_location) or b''
        options['icc_profile'] = info.get('icc_profile')
        options['xmp'] = clean_xmp(info.get('xmp'), strip_location) or b''
    return _save(as_image(pixels, picture.mode, picture.palette), target, options)


def _encode_afresh(picture: Picture, bgr: np.ndarray | None, target: str, quality: int | None) -> bytes:
    """Codes a picture that did not come from a file of this format."""
    options: dict[str, Any] = {}
    if target in ('JPEG', 'WEBP', 'AVIF'):
        options['quality'] = quality or DEFAULT_QUALITY
    if picture.format is None and bgr is None and picture.stored is not None:
        image = as_image(picture.stored, picture.mode)  # An array of masks, depths, or with alpha.
        if target == 'JPEG' and picture.mode in ('RGBA', 'I;16'):
            image = Image.fromarray(cv2.cvtColor(picture.bgr, cv2.COLOR_BGR2RGB))
    else:
        image = Image.fromarray(cv2.cvtColor(picture.bgr if bgr is None else bgr, cv2.COLOR_BGR2RGB))
        if picture.mode.startswith(('RGB', 'P')):
            options['icc_profile'] = picture.info.get('icc_profile')
    return _save(image, target, options)


def _save(image: Image.Image, target: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, target, **options)
    return buffer.getvalue()


def _is_lossless_webp(data: bytes) -> bool:
    position = 12
    while position + 8 <= len(data):
        kind, size = struct.unpack_from('<4sI', data, position)
        if kind in (b'VP8L', b'VP8 '):
            return kind == b'VP8L'
        position += 8 + size + size % 2
    return False
