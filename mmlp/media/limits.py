"""How large a picture may be: pixels by the caller's limit, and memory whatever the caller says."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from PIL import Image

from .errors import UnreadableMediaError
from .pixel_limits import MAX_PIXELS

#: Longest side in pixels, as of OpenCV.
MAX_SIDE = 1 << 20
#: Frames with more pixels than those of 4K are held one by one.
LARGE_FRAME = 10_000_000
#: Most bytes that one picture may take while it is decoded, looked at and written: with the network and its
#: engines, which take about 1.1 GB, it stays below 4 GiB. And most bytes that its file may have.
MAX_MEMORY, MAX_FILE_BYTES = 3_200_000_000, 2_000_000_000
#: Bytes a pixel that reading, looking at and writing take at the most, as measured: by the layout of pixels,
#: and by the format where its decoder or encoder takes more. The file and what is written come on top.
_BYTES_BY_MODE = {
    **dict.fromkeys(('1', 'L', 'P'), 7.0),
    **dict.fromkeys(('RGB', 'LA', 'I;16', 'I;16B', 'I;16L', 'I;16N'), 8.5),
    **dict.fromkeys(('RGBA', 'CMYK'), 12.0),
    'RGB;16': 13.0,
    'RGBA;16': 15.0,
}
_BYTES_OF_OTHERS, _BYTES_OF_DEEP_TIFF, _FILES = 16.0, 12.0, 2
_BYTES_BY_FORMAT = {'WEBP': 15.0, 'JPEG2000': 42.0, 'AVIF': 30.0, 'HEIF': 30.0, 'QOI': 22.0}
#: Bytes a pixel in addition: WebP without loss, and portable anymaps that are texts.
LOSSLESS_WEBP, PLAIN_ANYMAP = 30.0, 22.0
#: Pillow takes memory for pictures in blocks; the C library gives those back to the system at once that are
#: larger than 32 MiB, and mostly keeps smaller ones.
Image.core.set_block_size(1 << 26)
_ADVICE = 'raise the limit (max_pixels, --max-pixels) or shrink it'


def check_pixels(name: str, width: int, height: int, max_pixels: int, what: str = 'has') -> None:
    """Refuses what is larger than the caller's limit, before anything is allocated for it.

    Args:
        name (str): The file.
        width (int): Columns that its header states.
        height (int): Rows.
        max_pixels (int): The limit.
        what (str): How the message begins.

    Raises:
        UnreadableMediaError: There are more pixels.
    """
    if max(width, height) > MAX_SIDE:
        raise UnreadableMediaError(
            name, f'{what} {width} x {height} pixels, a side of more than {MAX_SIDE:,}; cut it into parts'
        )
    if width * height > max_pixels:
        raise UnreadableMediaError(
            name, f'{what} {width} x {height} pixels, more than max_pixels={max_pixels:,}; {_ADVICE}'
        )


def check_memory(
    name: str,
    size: tuple[int, int],
    kind: tuple[str, str],
    file_bytes: int,
    max_pixels: int,
    further: float = 0.0,
) -> int:
    """Refuses what would take too much memory, though it has not too many pixels.

    Args:
        name (str): The file.
        size (tuple[int, int]): Width and height.
        kind (tuple[str, str]): Format and layout of the pixels.
        file_bytes (int): Size of the file.
        max_pixels (int): The caller's limit; one that is above the usual raises that of memory alike.
        further (float): Bytes a pixel that the decoder and the encoder take in addition.

    Returns:
        int: About how many bytes the picture takes at the most, from its reading to its writing.

    Raises:
        UnreadableMediaError: That is too much.
    """
    image_format, mode = kind
    a_pixel = max(_BYTES_BY_MODE.get(mode, _BYTES_OF_OTHERS), _BYTES_BY_FORMAT.get(image_format, 0)) + further
    if image_format == 'TIFF' and mode in ('RGB;16', 'RGBA;16'):
        a_pixel += _BYTES_OF_DEEP_TIFF
    memory = round(size[0] * size[1] * a_pixel) + _FILES * file_bytes
    most = MAX_MEMORY * max(max_pixels / MAX_PIXELS, 1.0)
    if memory > most:
        raise UnreadableMediaError(
            name,
            f'has {size[0]} x {size[1]} pixels, which take about {memory / 1e9:.1f} GB of memory as '
            f'{" ".join(kind)}, more than {most / 1e9:.1f} GB; shrink it, convert it to an 8-bit JPEG or '
            f'PNG, or raise the limit (max_pixels, --max-pixels) above {MAX_PIXELS:,}',
        )
    return memory


class _PillowLimit:
    """Counts those who read without Pillow's own limit, which is a global of its module."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside, self._limit = 0, None

    @contextlib.contextmanager
    def lifted(self) -> Iterator[None]:
        """Lifts the limit while a picture is read; ours has been checked, or will be before it is decoded."""
        with self._lock:
            if not self._inside:
                self._limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    Image.MAX_IMAGE_PIXELS = self._limit


PILLOW_LIMIT = _PillowLimit()
