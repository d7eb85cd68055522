"""JPEG files that say they end, and whose coded pixels ended before."""

from __future__ import annotations

import av
import numpy as np
from PIL import Image

#: What libjpeg shows where coded pixels are missing (CMYK is stored the other way round).
_MISSING = (127, 128)
#: Pixels of the last corner that show nothing else then: upsampled colours reach over from the block above.
_CORNER = 4


def is_cut_off(image: Image.Image, data: bytes) -> bool:
    """Tells whether a JPEG lacks the end of its coded pixels though the marker of its end is there.

    libjpeg fills what is missing with grey, and does not tell. So a picture that ends with that grey is
    decoded once more by FFmpeg, which does.

    Args:
        image (Image.Image): The picture, loaded.
        data (bytes): The file.

    Returns:
        bool: False, too, when FFmpeg does not know this kind of JPEG.
    """
    width, height = image.size
    corner = image.crop((max(width - _CORNER, 0), max(height - _CORNER, 0), width, height))
    if not np.isin(np.asarray(corner), _MISSING).all():
        return False
    context = av.CodecContext.create('mjpeg', 'r')
    context.options, context.thread_count = {'err_detect': 'explode'}, 1
    try:
        context.decode(av.Packet(data))
        context.decode(None)
    except av.error.InvalidDataError:
        return True
    except av.FFmpegError:
        return False
    return False
