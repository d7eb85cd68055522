"""Pictures out: nothing but the touched pixels differs from the file they came from."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from mmlp.files import write_bytes

from .decoded_image import DecodedImage
from .errors import MediaWriteError
from .heif import encode_heif
from .heif_items import clean_heif
from .images import ImageSource, read_image
from .metadata import (
    MetadataFilter,
    clean_exif,
    clean_icc,
    clean_webp,
    clean_xmp,
    with_bmp_metadata,
    with_gif_metadata,
    with_jp2_metadata,
    with_jpeg_metadata,
    with_png_metadata,
    with_pnm_metadata,
    with_tiff_metadata,
)
from .metadata.filter import FURTHER_CHANNELS
from .metadata.webp import is_lossless_webp
from .orientation import undo_orientation
from .pixels import EXACT_MODES, as_image, changed_pixels, fill_boxes, merge
from .tiff import encode_tiff

#: For pictures that do not come from a file of the same format and tell no quality themselves.
DEFAULT_QUALITY = 95
#: Formats whose metadata are put onto coded pixels.
_SPLICES = {
    'BMP': with_bmp_metadata,
    'GIF': with_gif_metadata,
    'JPEG': with_jpeg_metadata,
    'JPEG2000': with_jp2_metadata,
    'PNG': with_png_metadata,
    'PPM': with_pnm_metadata,
    'TIFF': with_tiff_metadata,
}
#: Formats that are made of items.
_ITEMS = ('HEIF', 'AVIF')
#: What of a picture's information tells that it has metadata, which another format does not take over.
_METADATA = ('exif', 'xmp', 'comment', 'photoshop', 'XML:com.adobe.xmp')
#: Formats in which pixels that are coded anew may be others.
_LOSSY = ('JPEG', 'WEBP', 'AVIF', 'HEIF')
#: What is raised where a file is put together in an unknown way.
_UNKNOWN = (ValueError, LookupError, StopIteration, struct.error, zlib.error)


def write_image(
    path: str | os.PathLike,
    image: DecodedImage | ImageSource,
    bgr: np.ndarray | None = None,
    *,
    touched: np.ndarray | None = None,
    strip_location: bool = False,
    quality: int | None = None,
) -> list[str]:
    """Writes a picture, complete or not at all.

    A picture from a file keeps its format, bit depth, mode, orientation, ICC profile and metadata; pixels
    that ``bgr`` leaves alone stay bit-identical in lossless formats. JPEG is coded with the tables and the
    subsampling it had; a picture of which nothing changed keeps its coded pixels, and with nothing to leave
    out all its bytes. Texts and numbers of the metadata are kept; thumbnails, previews, gain maps, maker's
    notes, data under the name of texts, and whatever stands between, behind and beside the parts of the file
    are left out, of pictures without plates too, since they may show what ``bgr`` covers or what was cropped.
    Where pixels change, transparency becomes uniform. When the suffix of ``path`` asks for
    another format, the upright picture is written as 8-bit RGB with its ICC profile.

    Args:
        path (str | os.PathLike): The file to write. Missing folders are made; an existing file is replaced.
        image (DecodedImage | ImageSource): What :func:`read_image` returned or takes.
        bgr (np.ndarray | None): The edited picture: upright, (H, W, 3) uint8, BGR, of the same size. None
            leaves the pixels as they are.
        touched (np.ndarray | None): (H, W) bool or uint8, upright: where to take pixels from ``bgr``; the
            rest stays as it was. None finds them by comparing.
        strip_location (bool): Leave out GPS coordinates and names of places (EXIF, XMP, IPTC, GeoTIFF), and
            texts in which coordinates stand.
        quality (int | None): 1 to 100 for lossy formats; None keeps the quality of a JPEG and means 95
            elsewhere.

    Returns:
        list[str]: What the output lacks, a phrase each that means the same for every file, such as
        ``'left out: motion film'``.

    Raises:
        ValueError: ``bgr`` does not fit the picture, or the suffix is of no format that can be written.
        MediaWriteError: The file could not be written (disk full, no permission, ...).
    """
    path = Path(path)
    image = image if isinstance(image, DecodedImage) else read_image(image)
    if bgr is not None and (bgr.shape != image.bgr.shape or bgr.dtype != np.uint8):
        raise ValueError(
            f'bgr must have the shape {image.bgr.shape} of {image.name} and dtype uint8, '
            f'got {bgr.shape} and {bgr.dtype}'
        )
    if touched is not None and touched.shape != image.bgr.shape[:2]:
        raise ValueError(
            f'touched must have the shape {image.bgr.shape[:2]} of {image.name}, got {touched.shape}'
        )
    target = _target_format(path, image)
    wanted = MetadataFilter(strip_location)
    try:
        data = _encode(image, bgr, touched, target, wanted=wanted, quality=quality)
    except (OSError, ValueError, LookupError, struct.error, cv2.error) as error:
        raise MediaWriteError(path, f'could not be coded as {target}: {error}') from error
    write_bytes(path, data)
    return wanted.notes


def _target_format(path: Path, image: DecodedImage) -> str:
    """Returns the format to write: by the suffix, unless the source had that suffix too (rightly or not)."""
    suffix = path.suffix.lower()
    if image.format is not None and suffix == Path(image.name).suffix.lower():
        return image.format
    name = Image.registered_extensions().get(suffix, image.format)
    name = 'JPEG' if name == 'MPO' else name
    if name not in Image.SAVE:
        raise ValueError(f'{path}: pictures cannot be written with the suffix {suffix!r}; try .png or .jpg')
    return name


def _encode(
    image: DecodedImage,
    bgr: np.ndarray | None,
    touched: np.ndarray | None,
    target: str,
    *,
    wanted: MetadataFilter,
    quality: int | None,
) -> bytes:
    if image.format != target or image.data is None:
        if any(image.info.get(name) for name in _METADATA):
            wanted.leave_out('metadata (another format than that of the input)')
        _record_rest(image, wanted)
        return _encode_afresh(image, bgr, target, quality, wanted)
    touched = None if bgr is None else _find_touched(image, bgr, touched)
    is_same = touched is None
    if is_same and quality is None:
        data = _copy(image, target, wanted)
        if data is not None:
            return data
    _record_rest(image, wanted)
    pixels = _stored_pixels(image) if is_same else _edit(image, bgr, touched)
    touched = None
    if is_same and quality is None and target in _LOSSY:
        wanted.leave_out('exact pixels (the picture is coded anew)')
    if target in _SPLICES:
        encoded = _encode_like(image, pixels, target, quality)
        try:
            return _SPLICES[target](encoded, image.data, wanted)
        except _UNKNOWN:
            wanted.leave_out('metadata that cannot be read')
            return encoded
    if target not in _LOSSY:
        encoded = _encode_like(image, pixels, target, quality, MetadataFilter())
        if encoded != image.data:
            wanted.leave_out('all that is not pixels')
        return encoded
    clean = clean_webp if target == 'WEBP' else clean_heif
    with contextlib.suppress(*_UNKNOWN):
        clean(image.data, wanted)  # Records what the library does not take over.
    return _encode_like(image, pixels, target, quality, wanted)


def _record_rest(image: DecodedImage, wanted: MetadataFilter) -> None:
    for part in (*image.copies, *image.originals):
        wanted.leave_out(part)


def _copy(image: DecodedImage, target: str, wanted: MetadataFilter) -> bytes | None:
    """Returns the file with its coded pixels and what is wanted of the rest; None when that cannot be had."""
    if target == 'TIFF' and FURTHER_CHANNELS in image.originals:
        return None
    with contextlib.suppress(*_UNKNOWN):
        if target in _ITEMS:
            return clean_heif(image.data, wanted)
        _record_rest(image, wanted)
        if target in _SPLICES:
            return _SPLICES[target](image.data, image.data, wanted)
        if target == 'WEBP':
            return clean_webp(image.data, wanted)
    return None


def _stored_pixels(image: DecodedImage) -> np.ndarray:
    """The pixels as in the file; those of ``RGB`` in BGR order. Not to be written to."""
    if image.stored is not None:
        return image.stored
    return undo_orientation(image.bgr, image.orientation)


def _find_touched(image: DecodedImage, bgr: np.ndarray, touched: np.ndarray | None) -> np.ndarray | None:
    """Finds which pixels to take from ``bgr``, (H, W) bool; None where there are none."""
    if touched is None:
        touched = changed_pixels(bgr, image.bgr)
        if image.mode not in EXACT_MODES:
            touched = fill_boxes(touched)
    return touched.astype(bool, copy=False) if touched.any() else None


def _edit(image: DecodedImage, bgr: np.ndarray, touched: np.ndarray) -> np.ndarray:
    """Returns the stored pixels with the edited ones in them."""
    is_edited_in_place = bgr is image.bgr
    edited = undo_orientation(bgr, image.orientation)
    if is_edited_in_place and image.stored is None:
        return edited
    touched = undo_orientation(touched, image.orientation)
    stored = _stored_pixels(image)
    # A picture that was edited in place is not needed any more as it was.
    if not is_edited_in_place or not stored.flags.writeable:
        stored = stored.copy()
    merge(stored, image.mode, image.palette, edited, touched, image.value_range)
    return stored


def _encode_like(
    image: DecodedImage,
    pixels: np.ndarray,
    target: str,
    quality: int | None,
    wanted: MetadataFilter | None = None,
) -> bytes:
    """Codes pixels with the settings of the source; with what is wanted of its metadata unless it is None."""
    info = image.info
    options: dict[str, Any] = {}
    if target == 'HEIF':
        return encode_heif(
            pixels,
            image.mode,
            {**info, 'icc_profile': clean_icc(info.get('icc_profile'), wanted)},
            quality or DEFAULT_QUALITY,
            clean_exif(info.get('exif'), wanted),
            clean_xmp(info.get('xmp'), wanted),
        )
    if target == 'TIFF':
        return encode_tiff(pixels, image.mode, image.palette, info)
    if image.mode in ('RGB;16', 'RGBA;16'):
        return cv2.imencode('.png', pixels)[1].tobytes()
    if target == 'JPEG':
        options = {'progressive': bool(info.get('progressive')), 'subsampling': info['subsampling']}
        options.update({'qtables': info['qtables']} if quality is None else {'quality': quality})
    elif target in ('PNG', 'GIF'):
        if 'transparency' in info:
            options['transparency'] = info['transparency']
        if target == 'GIF':
            options['optimize'] = False
    elif target == 'WEBP' and quality is None and is_lossless_webp(image.data):
        options = {'lossless': True, 'exact': True}
    elif target in ('WEBP', 'AVIF'):
        options = {'quality': quality or DEFAULT_QUALITY}
    if wanted is not None:
        options['exif'] = clean_exif(info.get('exif'), wanted) or b''
        options['icc_profile'] = clean_icc(info.get('icc_profile'), wanted)
        options['xmp'] = clean_xmp(info.get('xmp'), wanted) or b''
    return _save(as_image(pixels, image.mode, image.palette), target, options)


def _encode_afresh(
    image: DecodedImage, bgr: np.ndarray | None, target: str, quality: int | None, wanted: MetadataFilter
) -> bytes:
    """Codes a picture that did not come from a file of this format."""
    options: dict[str, Any] = {}
    if target in ('JPEG', 'WEBP', 'AVIF'):
        options['quality'] = quality or DEFAULT_QUALITY
    if image.format is None and bgr is None and image.stored is not None:
        coded = as_image(image.stored, image.mode)  # An array of masks, depths, or with alpha.
        if target == 'JPEG' and image.mode in ('RGBA', 'I;16'):
            coded = as_image(image.bgr, 'RGB')
    else:
        coded = as_image(image.bgr if bgr is None else bgr, 'RGB')
        if image.mode.startswith(('RGB', 'P')):
            options['icc_profile'] = clean_icc(image.info.get('icc_profile'), wanted)
    return _save(coded, target, options)


def _save(image: Image.Image, target: str, options: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, target, **options)
    return buffer.getvalue()
