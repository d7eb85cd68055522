"""Pictures in: upright BGR for the network, and all that is needed to write them back as they were."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator

import cv2
import numpy as np
from PIL import UnidentifiedImageError

from .decoded_image import DecodedImage
from .errors import UnreadableMediaError
from .formats import HEAD_BYTES, sniff_kind
from .heif import HeifSource, is_heif
from .limits import MAX_FILE_BYTES, PILLOW_LIMIT, check_memory, check_pixels
from .pillow_decoding import TIFF_STARTS, PillowSource, shown_in_8_bits
from .pixel_limits import MAX_PIXELS
from .tiff_contents import TiffContents, read_tiff_contents
from .unsupported import why_unsupported
from .value_range import FULL_RANGE

ImageSource = str | os.PathLike | bytes | bytearray | memoryview | np.ndarray


def read_image(source: ImageSource, max_pixels: int = MAX_PIXELS) -> DecodedImage:
    """Reads one picture.

    8 and 16 bit, grey, palette, alpha, CMYK, bilevel. 16-bit pixels that use a part of their range alone, as
    cameras of 10, 12 or 14 bits write them, are shown as bright as the same picture in 8 bits (see
    :func:`~mmlp.media.value_range.find_value_range`).

    Nothing is allocated for a picture that is too large, or that the file is too short for. Where
    ``max_pixels`` allows more than usual, no picture is read nevertheless whose kind takes more than
    :data:`~mmlp.media.limits.MAX_MEMORY`.

    Args:
        source (ImageSource): A path (any name), the bytes of a file, or an array: (H, W) uint8 or uint16
            grey, (H, W, 3) uint8 BGR, (H, W, 4) uint8 BGRA.
        max_pixels (int): Larger pictures are refused before they are decoded; not so arrays, which are there
            already.

    Returns:
        DecodedImage: The picture.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: No picture, a damaged one, one with several frames or pages (redacting the
            first would leave the others open), a raw photograph or another file of which only a preview or a
            part would be seen, float or 32-bit pixels, or more than ``max_pixels``.
    """
    if isinstance(source, np.ndarray):
        return _from_array(source)
    return open_image(source, max_pixels).decode()


def open_image(source: str | os.PathLike | bytes | bytearray | memoryview, max_pixels: int) -> ImageFile:
    """Reads a file, and as much of it as tells what decoding it takes.

    Args:
        source (str | os.PathLike | bytes | bytearray | memoryview): A path or the bytes of a file.
        max_pixels (int): Larger pictures are refused.

    Returns:
        ImageFile: The picture, not decoded yet.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: As of :func:`read_image`.
    """
    data, name = _read_bytes(source)
    with _named_errors(name, data, sniff_kind(data[:HEAD_BYTES]) is not None):
        return ImageFile(name, data, max_pixels)


class ImageFile:
    """A picture whose header has been read and found in order.

    Attributes:
        memory (int): About how many bytes it takes at the most while it is decoded, looked at and written.
    """

    def __init__(self, name: str, data: bytes, max_pixels: int) -> None:
        self._name, self._data = name, data
        problem = why_unsupported(data[:HEAD_BYTES])
        contents = read_tiff_contents(data) if data.startswith(TIFF_STARTS) else TiffContents()
        if problem or contents.problem:
            raise UnreadableMediaError(name, problem or contents.problem)
        if is_heif(data[:HEAD_BYTES]):
            self._source: HeifSource | PillowSource = HeifSource(data, name)
        else:
            self._source = PillowSource(data, name, contents, max_pixels)
        source = self._source
        check_pixels(name, *source.size, max_pixels)
        source.check()
        further = source.further_memory
        self.memory = check_memory(name, source.size, source.kind, len(data), max_pixels, further)

    def decode(self) -> DecodedImage:
        """Decodes the picture; once, since nothing is kept here.

        Returns:
            DecodedImage: The picture.

        Raises:
            UnreadableMediaError: It is damaged.
        """
        source, data, self._source, self._data = self._source, self._data, None, None
        with _named_errors(self._name, data, True):
            return source.decode()


@contextlib.contextmanager
def _named_errors(name: str, data: bytes, is_known: bool) -> Iterator[None]:
    """Lifts Pillow's own limit, and names the file in whatever its decoders raise.

    Args:
        name (str): The file.
        data (bytes): Its content.
        is_known (bool): Whether it is known to be a picture.
    """
    try:
        with warnings.catch_warnings(), PILLOW_LIMIT.lifted():
            warnings.simplefilter('ignore')
            yield
    except (UnreadableMediaError, KeyboardInterrupt):
        raise
    except UnidentifiedImageError:
        raise UnreadableMediaError(name, _describe_unknown(data)) from None
    except MemoryError:
        raise UnreadableMediaError(name, 'does not fit into memory; lower max_pixels') from None
    except Exception as error:  # Pillow's decoders raise OSError, SyntaxError, struct.error, EOFError, ...
        reason = f'is damaged or cut off: {error}' if is_known else _describe_unknown(data)
        raise UnreadableMediaError(name, reason) from error


def _read_bytes(source: str | os.PathLike | bytes | bytearray | memoryview) -> tuple[bytes, str]:
    if isinstance(source, (bytes, bytearray, memoryview)):
        data, name = bytes(source), '<bytes>'
    elif isinstance(source, (str, os.PathLike)):
        name = str(source)
        try:
            with open(source, 'rb') as file:
                data = file.read(HEAD_BYTES)
                if sniff_kind(data) != 'video':  # A film of many gigabytes is not read to be told so.
                    size = os.fstat(file.fileno()).st_size
                    if size > MAX_FILE_BYTES:
                        raise UnreadableMediaError(
                            name, f'has {size:,} bytes, more than the {MAX_FILE_BYTES:,} of a picture'
                        )
                    file.seek(0)  # In one piece: joined, it would take twice the memory.
                    data = file.read()
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


def _from_array(array: np.ndarray) -> DecodedImage:
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
        (bgr, value_range), stored = shown_in_8_bits(array), array
    elif mode == 'RGBA':
        bgr, stored = np.ascontiguousarray(array[:, :, :3]), cv2.cvtColor(array, cv2.COLOR_BGRA2RGBA)
    else:
        bgr, stored = np.repeat(array[:, :, None], 3, axis=2), array
    bgr.setflags(write=False)
    return DecodedImage(bgr=bgr, name='<array>', mode=mode, stored=stored, value_range=value_range)
