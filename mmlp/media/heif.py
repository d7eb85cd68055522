"""HEIC and HEIF, the pictures of phones, by pillow-heif; AVIF is Pillow's own."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

from .decoded_image import DecodedImage
from .errors import UnreadableMediaError
from .metadata.boxes import boxes_of
from .pixels import bands, to_bgr
from .value_range import FULL_RANGE

#: Makes Pillow know the suffixes and write the format.
pillow_heif.register_heif_opener()

_BRANDS = frozenset({b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'hevm', b'hevs'})
_COMMON_BRANDS = frozenset({b'mif1', b'mif2', b'msf1', b'miaf'})
_AVIF_BRANDS = frozenset({b'avif', b'avis'})
#: What of the library's information is needed to write a picture like the one that was read.
_LOOK = (
    'bit_depth',
    'chroma',
    'icc_profile',
    'icc_profile_type',
    'nclx_profile',
    'pixel_aspect_ratio',
    'content_light_level',
    'mastering_display_colour_volume',
    'ambient_viewing_environment',
    'nominal_diffuse_white_luminance',
    'tiling',
)
#: Several times as fast as the default, and as near to the source; files are a fifth larger.
_ENCODER = {'preset': 'ultrafast'}


def is_heif(head: bytes) -> bool:
    """Tells whether a file is HEIC or HEIF, and not AVIF, from its first bytes."""
    if head[4:8] != b'ftyp':
        return False
    end = min(len(head), struct.unpack_from('>I', head)[0])
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end - 3, 4))}
    if head[8:12] in _BRANDS:
        return True
    return head[8:12] in _COMMON_BRANDS and brands.isdisjoint(_AVIF_BRANDS)


class HeifSource:
    """A HEIC or HEIF file of one picture that has been opened and not decoded yet.

    Args:
        data (bytes): The file.
        name (str): Its name, for errors.

    Attributes:
        size (tuple[int, int]): Width and height.

    Raises:
        UnreadableMediaError: A damaged file, several pictures, or a film.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._data, self._name = data, name
        if any(kind == b'moov' for kind, _ in boxes_of(memoryview(data))):
            raise UnreadableMediaError(
                name,
                'holds a sequence of pictures (HEIF); only one would be processed. '
                'Convert it to a video or to single pictures',
            )
        try:
            self._file = pillow_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
        except (OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
            raise UnreadableMediaError(
                name, f'is a HEIC picture that is damaged, cut off, or coded in an unknown way: {error}'
            ) from error
        if len(self._file) != 1:
            raise UnreadableMediaError(
                name,
                f'holds {len(self._file)} pictures (HEIF); only the first would be processed. '
                'Convert it to single pictures',
            )
        self.size = self._file.size

    @property
    def kind(self) -> tuple[str, str]:
        """Format and layout of pixels, on which it depends what memory they take."""
        return 'HEIF', self._file.mode.replace('a', 'A')

    #: Bytes a pixel that the coding takes besides.
    further_memory = 0.0

    def check(self) -> None:
        """Does nothing: the library finds out what is missing."""

    def decode(self) -> DecodedImage:
        """Decodes the picture, 8 bit or more. Turns and mirrorings are applied, and its EXIF block says so.

        Raises:
            UnreadableMediaError: It is damaged.
        """
        file, self._file = self._file, None
        pillow_heif.set_orientation(file.info)
        try:
            stored = np.asarray(file)
        except (OSError, ValueError, RuntimeError, EOFError) as error:
            raise UnreadableMediaError(self._name, f'is damaged or cut off: {error}') from error
        mode = file.mode.replace('a', 'A')
        info = {key: file.info[key] for key in (*_LOOK, 'exif', 'xmp') if file.info.get(key)}
        info['premultiplied'] = file.premultiplied_alpha
        del file
        height, width = stored.shape[:2]
        bgr = np.empty((height, width, 3), np.uint8)
        kept = None if mode == 'RGB' else np.empty(stored.shape, stored.dtype)
        for rows in bands((height, width)):
            part = stored[rows]
            if mode in ('RGB;16', 'RGBA;16'):
                part = part[..., [2, 1, 0, 3][: part.shape[2]]]
            if kept is not None:
                kept[rows] = part
            if part.dtype == np.uint16:
                shown = FULL_RANGE.to_bytes(part[..., :3] if part.ndim == 3 else part[..., None])
                bgr[rows] = shown
            else:
                bgr[rows] = to_bgr(Image.fromarray(part))
        bgr.setflags(write=False)
        return DecodedImage(
            bgr=bgr, name=self._name, mode=mode, stored=kept, format='HEIF', info=info, data=self._data
        )


def encode_heif(
    stored: np.ndarray, mode: str, info: dict[str, Any], quality: int, exif: bytes | None, xmp: bytes | None
) -> bytes:
    """Writes a HEIC file of one picture.

    Args:
        stored (np.ndarray): Pixels as in the file; those of ``RGB``, and of 16-bit colours, in BGR order.
        mode (str): Their layout.
        info (dict[str, Any]): Bit depth, chroma subsampling, ICC profile and the like of the source.
        quality (int): 1 to 100.
        exif (bytes | None): An EXIF block with its header.
        xmp (bytes | None): An XMP packet.

    Returns:
        bytes: The file.

    Raises:
        OSError: This build of the library has no encoder.
    """
    if not pillow_heif.libheif_info()['HEIF']:
        raise OSError(
            'this build of pillow-heif cannot write HEIC; install it from the Python Package Index, '
            'or name an output that ends with .jpg'
        )
    is_bgr = mode == 'RGB' or (mode.endswith(';16') and mode != 'I;16')
    written_mode = mode.replace('RGB', 'BGR') if is_bgr else mode
    if info.get('premultiplied'):
        written_mode = written_mode.replace('A', 'a')
    height, width = stored.shape[:2]
    file = pillow_heif.from_bytes(mode=written_mode, size=(width, height), data=stored.tobytes())
    look = {key: info[key] for key in _LOOK if key in info}
    file.info.update(look)
    options = {'chroma': look['chroma']} if 'chroma' in look else {}
    buffer = io.BytesIO()
    file.save(buffer, quality=quality, enc_params=dict(_ENCODER), exif=exif, xmp=xmp, **options)
    return buffer.getvalue()
