"""Pictures in: upright BGR for the network, and all that is needed to write them back as they were."""

from __future__ import annotations

import dataclasses
import io
import os
import threading
import warnings
from typing import Any, Union

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from .errors import UnreadableMediaError
from .formats import HEAD_BYTES, sniff_kind
from .heif import decode_heif, is_heif
from .metadata import read_orientation
from .orientation import apply_orientation
from .pixels import as_image, decode_deep_colour, to_array, to_bgr
from .tiff_contents import TiffContents, read_tiff_contents
from .unsupported import further_originals, why_undecodable, why_unsupported
from .value_range import FULL_RANGE, ValueRange, find_value_range

#: Largest picture that is read unless the caller says otherwise: 2^29, a bit over 23,000 x 23,000.
MAX_PIXELS = 1 << 29
#: Pillow's own limit is a global of its module; it is lifted while a header is read, ours holds instead.
_PILLOW_LIMIT = threading.Lock()
#: Modes that are kept as they are; ``RGB`` needs no second array.
_KEPT_MODES = ('RGB', 'L', 'P', '1', 'LA', 'RGBA', 'CMYK')
_TIFF_ORIENTATION = 274
_TIFF_STARTS = (b'II*\x00', b'MM\x00*', b'II+\x00', b'MM*\x00', b'II\x00*')  # All that Pillow takes.
_CONVERTED_MODES = {'PA': 'RGBA', 'La': 'LA', 'RGBa': 'RGBA'}

ImageSource = Union[str, os.PathLike, bytes, bytearray, memoryview, np.ndarray]


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture as a network wants it, with what is needed to write it back faithfully.

    Attributes:
        bgr (np.ndarray): Upright pixels, (H, W, 3) uint8, BGR, alpha left out. Read-only: draw on a copy and
            hand that to :func:`write_image`, which finds out what changed by comparing.
        name (str): The file's path, or ``<bytes>`` or ``<array>``.
        mode (str): Pillow's name of the stored pixels (``RGB``, ``L``, ``P``, ``CMYK``, ``I;16``, ...), or
            ``RGB;16``, ``RGBA;16`` (stored in BGR order), which Pillow does not know.
        stored (np.ndarray | None): Pixels as in the file, not turned upright (those of TIFF are). None for
            8-bit RGB, where ``bgr`` says it all.
        format (str | None): Pillow's name of the file format, None for an array.
        orientation (int): EXIF orientation of the stored pixels, 1 to 8; 1 for TIFF, which is stored upright.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.
        value_range (ValueRange): Which stored values 0 and 255 of ``bgr`` stand for where 16 bits are stored.
        info (dict[str, Any]): What Pillow found in the file (``icc_profile``, ``exif``, ``dpi``, ...) and
            what its encoders need (``qtables``, ``subsampling``, ``tiff_tags``).
        data (bytes | None): The file's bytes, None for an array.
        copies (tuple[str, ...]): What the file holds of the same picture besides, and what
            :func:`write_image` leaves out: reduced copies in TIFF.
        originals (tuple[str, ...]): What else the file holds and :func:`write_image` leaves out, and nobody
            can make again of the picture: layers, the second picture of a stereo pair.
    """

    bgr: np.ndarray
    name: str
    mode: str = 'RGB'
    stored: np.ndarray | None = None
    format: str | None = None
    orientation: int = 1
    palette: np.ndarray | None = None
    value_range: ValueRange = FULL_RANGE
    info: dict[str, Any] = dataclasses.field(default_factory=dict)
    data: bytes | None = dataclasses.field(default=None, repr=False)
    copies: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Height of the upright picture in pixels."""
        return self.bgr.shape[0]

    @property
    def width(self) -> int:
        """Width of the upright picture in pixels."""
        return self.bgr.shape[1]


def read_image(source: ImageSource, max_pixels: int = MAX_PIXELS) -> Picture:
    """Reads one picture.

    8 and 16 bit, grey, palette, alpha, CMYK, bilevel. 16-bit pixels that use a part of their range alone, as
    cameras of 10, 12 or 14 bits write them, are shown as bright as the same picture in 8 bits (see
    :func:`~mmlp.media.value_range.find_value_range`). Reading takes about 9 bytes a pixel at most, the result
    3 (and what ``stored`` needs).

    Args:
        source (ImageSource): A path (any name), the bytes of a file, or an array: (H, W) uint8 or uint16
            grey, (H, W, 3) uint8 BGR, (H, W, 4) uint8 BGRA.
        max_pixels (int): Larger pictures are refused before they are decoded.

    Returns:
        Picture: The picture.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: No picture, a damaged one, one with several frames or pages (redacting the
            first would leave the others open), a raw photograph or another file of which only a preview or a
            part would be seen, float or 32-bit pixels, or more than ``max_pixels``.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    data, name = _read_bytes(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            return _decode(data, name, max_pixels)
    except (UnreadableMediaError, KeyboardInterrupt):
        raise
    except UnidentifiedImageError:
        raise UnreadableMediaError(name, _describe_unknown(data)) from None
    except MemoryError:
        raise UnreadableMediaError(name, 'does not fit into memory; lower max_pixels') from None
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, EOFError, ...
        reason = (
            f'is damaged or cut off: {error}' if sniff_kind(data[:HEAD_BYTES]) else _describe_unknown(data)
        )
        raise UnreadableMediaError(name, reason) from error


def _read_bytes(source: ImageSource) -> tuple[bytes, str]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        data, name = bytes(source), '<bytes>'
    elif isinstance(source, (str, os.PathLike)):
        name = str(source)
        try:
            with open(source, 'rb') as file:
                data = file.read(HEAD_BYTES)
                if sniff_kind(data) != 'video':  # A film of many gigabytes is not read to be told so.
                    data += file.read()
        except FileNotFoundError:
            raise FileNotFoundError(f'{name}: there is no such file') from None
        except OSError as error:
            raise UnreadableMediaError(name, f'cannot be read: {error.strerror or error}') from error
    else:
        raise TypeError(f'source must be a path, bytes or an array, got {type(source).__name__}')
    if not data:
        raise UnreadableMediaError(name, 'is empty (0 bytes)')
    return data, name


def _describe_unknown(data: bytes) -> str:
    if sniff_kind(data) == 'video':
        return 'is a video, not a picture'
    if data[4:8] == b'ftyp' and sniff_kind(data) == 'image':
        return 'is an AVIF picture, which this Pillow cannot read; install Pillow 11.3 or later'
    shown = data[:16].decode('ascii', 'replace').encode('ascii', 'replace').decode()
    return f'is not a picture, whatever its name says: it begins with {shown!r}'


def _decode(data: bytes, name: str, max_pixels: int) -> Picture:
    problem = why_unsupported(data[:HEAD_BYTES])
    contents = read_tiff_contents(data) if data.startswith(_TIFF_STARTS) else TiffContents()
    if problem or contents.problem:
        raise UnreadableMediaError(name, problem or contents.problem)
    if is_heif(data[:HEAD_BYTES]):
        return _from_heif(data, name, max_pixels)
    with _PILLOW_LIMIT:
        limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(io.BytesIO(data))
        finally:
            Image.MAX_IMAGE_PIXELS = limit
    width, height = image.size
    if width * height > max_pixels:
        raise UnreadableMediaError(
            name,
            f'has {width} x {height} pixels, more than max_pixels={max_pixels:,}; '
            f'raise max_pixels (reading takes about 9 bytes a pixel) or shrink the picture',
        )
    problem = why_undecodable(image, data, contents.pages)
    if problem:
        raise UnreadableMediaError(name, problem)
    info = dict(image.info)
    if image.format in ('JPEG', 'MPO'):
        info.update(_jpeg_settings(image))
    # Loading forgets the layout and the orientation.
    deep = _is_deep_colour(image, data)
    if image.format == 'TIFF':
        tiff_tags, tiff_types = {tag: image.tag_v2[tag] for tag in image.tag_v2}, dict(image.tag_v2.tagtype)
    image.load()
    info.update(image.info)  # What stands behind the pixels.
    orientation, tiff_orientation = read_orientation(info.get('exif')), 1
    if image.format == 'TIFF':  # Pillow hands out TIFF upright.
        orientation, tiff_orientation = 1, tiff_tags.get(_TIFF_ORIENTATION, 1)
        info.update(tiff_tags=tiff_tags, tiff_types=tiff_types)
    settings = dict(
        name=name,
        # The further pictures of an MPO file (gain maps, previews, a second eye) are left out.
        format='JPEG' if image.format == 'MPO' else image.format,
        orientation=orientation,
        info=info,
        data=data,
        copies=contents.copies,
        originals=contents.originals + further_originals(image, data),
    )
    image = _known_mode(image)
    value_range = FULL_RANGE
    if deep:
        stored = decode_deep_colour(data, to_array(image.convert('RGB')), tiff_orientation)
        mode = 'RGB;16' if stored.shape[2] == 3 else 'RGBA;16'
        bgr, value_range = _in_8_bits(stored[:, :, :3])
    elif image.mode.startswith('I;16'):
        mode, stored = image.mode, to_array(image)
        bgr, value_range = _in_8_bits(stored)
    else:
        mode, stored = image.mode, None if image.mode == 'RGB' else to_array(image)
        bgr = to_bgr(image)
    palette = None
    if mode == 'P':
        palette = np.array(image.getpalette('RGB'), np.uint8).reshape(-1, 3)
    bgr = apply_orientation(bgr, orientation)
    bgr.setflags(write=False)
    return Picture(bgr=bgr, mode=mode, stored=stored, palette=palette, value_range=value_range, **settings)


def _in_8_bits(pixels: np.ndarray) -> tuple[np.ndarray, ValueRange]:
    """Converts uint16, (H, W) or (H, W, 3), to BGR uint8, and tells which part of the 16 bits it shows."""
    value_range = find_value_range(pixels)
    shown = value_range.to_bytes(pixels)
    return np.repeat(shown[:, :, None], 3, axis=2) if shown.ndim == 2 else shown, value_range


def _from_heif(data: bytes, name: str, max_pixels: int) -> Picture:
    picture = decode_heif(data, name, max_pixels)
    stored = picture.stored
    if picture.mode == 'I;16':
        bgr = np.repeat(FULL_RANGE.to_bytes(stored)[:, :, None], 3, axis=2)
    elif picture.mode in ('RGB;16', 'RGBA;16'):
        bgr = FULL_RANGE.to_bytes(stored[:, :, :3])
    else:
        bgr = to_bgr(as_image(stored, picture.mode))
    bgr.setflags(write=False)
    return Picture(
        bgr=bgr,
        name=name,
        mode=picture.mode,
        stored=None if picture.mode == 'RGB' else stored,
        format='HEIF',
        info=picture.info,
        data=data,
    )


def _jpeg_settings(image: Image.Image) -> dict[str, Any]:
    """Reads how a JPEG was coded, so that it can be coded alike again."""
    from PIL import JpegImagePlugin

    subsampling = JpegImagePlugin.get_sampling(image)
    tables = image.quantization
    return {
        'qtables': [list(tables[key]) for key in sorted(tables)],
        # Layouts that Pillow cannot write (4:1:1, 4:4:0) are stored finer, not coarser.
        'subsampling': subsampling if subsampling in (0, 1, 2) else 0,
    }


def _is_deep_colour(image: Image.Image, data: bytes) -> bool:
    """Tells whether Pillow would cut 16-bit colour to 8 bits."""
    if image.format == 'PNG':
        bits, colour_type = data[24], data[25]
        return bits == 16 and colour_type != 0
    if image.format == 'TIFF':
        return not image.mode.startswith('I;16') and max(image.tag_v2.get(258, (8,))) == 16
    return False


def _known_mode(image: Image.Image) -> Image.Image:
    if image.mode in _KEPT_MODES or image.mode.startswith('I;16'):
        return image
    return image.convert(_CONVERTED_MODES.get(image.mode, 'RGB'))


def _from_array(array: np.ndarray) -> Picture:
    layout = (array.ndim, array.shape[2] if array.ndim == 3 else 1, array.dtype.name)
    modes = {(2, 1, 'uint8'): 'L', (2, 1, 'uint16'): 'I;16', (3, 3, 'uint8'): 'RGB', (3, 4, 'uint8'): 'RGBA'}
    if layout not in modes or not array.size:
        raise UnreadableMediaError(
            '<array>',
            f'must be (H, W) uint8 or uint16, or (H, W, 3 or 4) uint8 in BGR order and not empty, '
            f'got shape {array.shape} and dtype {array.dtype}',
        )
    mode, value_range = modes[layout], FULL_RANGE
    if mode == 'RGB':
        bgr, stored = array.view(), None
    elif mode == 'I;16':
        (bgr, value_range), stored = _in_8_bits(array), array
    elif mode == 'RGBA':
        bgr, stored = np.ascontiguousarray(array[:, :, :3]), cv2.cvtColor(array, cv2.COLOR_BGRA2RGBA)
    else:
        bgr, stored = np.repeat(array[:, :, None], 3, axis=2), array
    bgr.setflags(write=False)
    return Picture(bgr=bgr, name='<array>', mode=mode, stored=stored, value_range=value_range)
