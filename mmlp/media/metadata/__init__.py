"""Metadata that are fit to travel with a redacted picture or video: a list of what is kept."""

from .exif import add_exif, clean_exif, read_orientation, read_tiff_block
from .filter import MetadataFilter
from .gif import with_gif_metadata
from .jpeg import with_jpeg_metadata
from .photoshop import clean_iptc, clean_resources
from .places import names_place, tells_place, without_places
from .png import with_png_metadata
from .webp import clean_webp, webp_chunks
from .xmp import clean_xmp

__all__ = [
    'MetadataFilter',
    'add_exif',
    'clean_exif',
    'clean_iptc',
    'clean_resources',
    'clean_webp',
    'clean_xmp',
    'names_place',
    'read_orientation',
    'read_tiff_block',
    'tells_place',
    'webp_chunks',
    'with_gif_metadata',
    'with_jpeg_metadata',
    'with_png_metadata',
    'without_places',
]
