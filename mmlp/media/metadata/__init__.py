"""Metadata that are fit to travel with a redacted picture or video: a list of what is kept."""

from .bmp import with_bmp_metadata
from .exif import clean_exif, read_orientation
from .filter import MetadataFilter
from .gif import with_gif_metadata
from .icc import clean_icc
from .jp2 import with_jp2_metadata
from .jpeg import with_jpeg_metadata
from .photoshop import clean_iptc, clean_resources
from .places import names_place, tells_place, without_places
from .png import with_png_metadata
from .pnm import with_pnm_metadata
from .tiff import with_tiff_metadata
from .webp import clean_webp, webp_chunks
from .xmp import clean_xmp

__all__ = [
    'MetadataFilter',
    'clean_exif',
    'clean_icc',
    'clean_iptc',
    'clean_resources',
    'clean_webp',
    'clean_xmp',
    'names_place',
    'read_orientation',
    'tells_place',
    'webp_chunks',
    'with_bmp_metadata',
    'with_gif_metadata',
    'with_jp2_metadata',
    'with_jpeg_metadata',
    'with_png_metadata',
    'with_pnm_metadata',
    'with_tiff_metadata',
    'without_places',
]
