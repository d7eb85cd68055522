"""Names of outputs, and what folder names say about splits."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Sequence

#: Folder names, lower case, that stand for a split.
SPLIT_NAMES = {
    'train': 'train',
    'training': 'train',
    'val': 'val',
    'valid': 'val',
    'validation': 'val',
    'dev': 'val',
    'test': 'test',
    'testing': 'test',
}
#: Folder names that say what lies in them, not which set it is of; left out of flattened names.
_PLAIN = {'images', 'image', 'imgs', 'img', 'jpegimages', 'pictures', 'data', 'leftimg8bit', 'obj_train_data'}
#: Most file systems take 255 bytes; masks add ``.png``.
_LONGEST = 240


def split_of(name: str) -> str | None:
    """The split that a folder in a path with ``/`` names; the innermost where several do."""
    for part in reversed(name.split('/')[:-1]):
        if part.lower() in SPLIT_NAMES:
            return SPLIT_NAMES[part.lower()]
    return None


def telling_name(name: str) -> str:
    """A path with ``/`` without the folders that say what lies in them, but tell no pictures apart."""
    *folders, base = name.split('/')
    kept = [
        f
        for f in folders
        if f.lower() not in SPLIT_NAMES and f.lower() not in _PLAIN and f not in ('', '.', '..')
    ]
    return '/'.join([*kept, base])


def flat_name(name: str) -> str:
    """A path with ``/`` as one file name: folders that tell pictures apart are put before it."""
    return telling_name(name).replace('/', '_')


def unique_names(names: Sequence[str]) -> list[str]:
    """Flattens names so that no two outputs share one where case and the form of accents do not count.

    A name depends on the path alone unless two clash; then those after the first, in sorted order, get a
    digest of their path before the ending. Names too long for a file system are cut and get one, too.

    Args:
        names: Paths with ``/``, relative to the source.

    Returns:
        One file name for each, in the same order.
    """
    chosen: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        flat = flat_name(name)
        if _plain(flat) in taken or len(os.fsencode(flat)) > _LONGEST:
            stem, ending = os.path.splitext(flat)
            digest = hashlib.sha1(name.encode('utf-8', 'surrogateescape')).hexdigest()[:10]
            while len(os.fsencode(stem)) > _LONGEST - 20:
                stem = stem[:-1]
            flat = f'{stem}_{digest}{ending}'
        taken.add(_plain(flat))
        chosen[name] = flat
    return [chosen[name] for name in names]


def _plain(name: str) -> str:
    return unicodedata.normalize('NFC', name).lower()
