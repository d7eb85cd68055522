"""Pictures of every format with a smaller picture hidden in every place that they have for one."""

import pillow_heif
from PIL import Image

from helpers.metadata_samples import coded

pillow_heif.register_heif_opener()

from . import bmp, gif, heif, jp2, jpeg, png, pnm, tiff, webp  # noqa: E402
from .common import HIDDEN, LETTERS, PHOTO, RAW, SECRET  # noqa: E402

#: Files by format and place.
PLACES = {
    'jpg': jpeg.places(),
    'png': png.places(),
    'webp': webp.places(),
    'tif': tiff.places(),
    'bmp': bmp.places(),
    'gif': gif.places(),
    'jp2': jp2.places(),
    'ppm': pnm.places(),
    'heic': heif.places(coded(PHOTO, 'HEIF', quality=90), coded(HIDDEN, 'HEIF', quality=90)),
}
if 'AVIF' in Image.registered_extensions().values():
    PLACES['avif'] = heif.places(coded(PHOTO, 'AVIF', quality=90), coded(HIDDEN, 'AVIF', quality=80))

__all__ = ['HIDDEN', 'LETTERS', 'PHOTO', 'PLACES', 'RAW', 'SECRET']
