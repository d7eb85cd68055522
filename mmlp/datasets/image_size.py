"""How large the pictures of a data set are, and whether their files are complete."""

from __future__ import annotations

import os

from PIL import Image

from mmlp.media.orientation import orientation_of_image

#: What a complete file of a format ends with; others are decoded to see.
_ENDINGS = {'JPEG': b'\xff\xd9', 'PNG': b'IEND\xaeB`\x82', 'MPO': b'\xff\xd9'}


def read_size(path: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Reads a picture's size from its header and looks whether the file is complete.

    Args:
        path: The picture.

    Returns:
        The size as shown, with the EXIF rotation applied, and as stored; each (width, height) in pixels.

    Raises:
        OSError: The file is missing, no picture, empty or truncated; the message says which.
    """
    if os.path.getsize(path) == 0:
        raise OSError('the file is empty')
    with Image.open(path) as image:
        stored = image.size
        orientation = orientation_of_image(image)
        ending = _ENDINGS.get(image.format)
        if ending is None or not _ends_with(path, ending):
            image.load()
    return (stored[::-1] if orientation in (5, 6, 7, 8) else stored), stored


def _ends_with(path: str, ending: bytes, within: int = 64) -> bool:
    with open(path, 'rb') as file:
        file.seek(max(0, os.path.getsize(path) - within))
        return ending in file.read()
