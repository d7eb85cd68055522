"""Pictures, folders and videos in and out.

Numpy, OpenCV, Pillow and PyAV only: nothing here knows about networks.
"""

from .atomic import atomic_path
from .errors import MediaError, MediaWriteError, TruncatedMediaError, UnreadableMediaError
from .image_writer import write_image
from .images import MAX_PIXELS, Picture, read_image

__all__ = [
    'MAX_PIXELS',
    'MediaError',
    'MediaWriteError',
    'Picture',
    'TruncatedMediaError',
    'UnreadableMediaError',
    'atomic_path',
    'read_image',
    'write_image',
]
