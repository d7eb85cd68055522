"""Lists of pictures: what a data set was made of, and how to make it again from the public sets."""

from .finding import MAX_BITS, Found, Missing, find_pictures
from .fingerprint import Fingerprint, FingerprintStore, take_fingerprint
from .making import list_pictures
from .picture_list import ListedPicture, ListError, read_list, write_list
from .rebuilding import Rebuilt, rebuild
from .sources import Source, read_sources

__all__ = [
    'MAX_BITS',
    'Fingerprint',
    'FingerprintStore',
    'Found',
    'ListError',
    'ListedPicture',
    'Missing',
    'Rebuilt',
    'Source',
    'find_pictures',
    'list_pictures',
    'read_list',
    'read_sources',
    'rebuild',
    'take_fingerprint',
    'write_list',
]
