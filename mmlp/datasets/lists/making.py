"""A list made from a data set folder."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..converters.boundary import Boundary
from ..converters.files import relative_name, walk
from ..converters.records import SPLITS
from ..converters.shapes import FormatError
from ..converters.texts import read_lines
from ..image_suffixes import IMG_SUFFIXES
from .fingerprint import FingerprintStore
from .image_list import ListedImage, ListError, check_name

_PREFIX = re.compile(r'([^/]+?)[_-]')


def list_images(
    root: str | os.PathLike,
    source: str | None = None,
    splits: Sequence[str] = SPLITS,
    chosen: Mapping[str, Sequence[str]] | None = None,
    identifiers: str | os.PathLike | None = None,
    workers: int = 2,
    progress: bool = True,
) -> list[ListedImage]:
    """Lists the pictures of a data set in our layout.

    Args:
        root: The folder, with ``SPLIT/images``.
        source: The public set that the pictures come from; None takes what stands before the first ``_`` or
            ``-`` of each name.
        splits: Folders to look into; those that are not there are passed over.
        chosen: By the split that they get in the list, the names of the pictures to list, whatever folder
            they lie in; None lists all, in the splits of their folders.
        identifiers: CSV file with the columns split, name (as listed) and identifier, for pictures whose name
            in their public set is known.
        workers: Number of threads.
        progress: Show a progress bar.

    Returns:
        The pictures, by split and name.

    Raises:
        ListError: There are no pictures, one cannot be read, a chosen one is not there or is in two of the
            folders, or has no source.
    """
    root = Path(root)
    paths = {
        (split, relative_name(path, str(root / split / 'images'))): path
        for split in splits
        # Pictures are measured, not copied: links may lead anywhere.
        for path in walk(
            str(root / split / 'images'), *IMG_SUFFIXES, boundary=Boundary(str(root), allow_outside=True)
        )
    }
    if not paths:
        looked = ', '.join(f'{split}/images' for split in splits)
        raise ListError(f'there are no pictures in {str(root)!r}; looked into {looked}')
    if chosen is not None:
        paths = {(split, name): _find(name, paths) for split, names in chosen.items() for name in names}
    for _, name in paths:
        check_name(name)
    known = _read_identifiers(identifiers)
    prints = FingerprintStore(None, workers, progress).measure(paths.values(), 'reading pictures')
    unreadable = [path for path, taken in prints.items() if taken is None]
    if unreadable:
        raise ListError(
            f'{len(unreadable)} pictures cannot be read, the first: {unreadable[0]}. Repair them or '
            'take them out of the data set'
        )
    return [
        ListedImage(
            source=source or _source_of(name),
            name=name,
            identifier=known.get((split, name), ''),
            split=split,
            **vars(prints[path]),
        )
        for (split, name), path in sorted(paths.items())
    ]


def read_names(path: str | os.PathLike) -> list[str]:
    """The names that a text file lists, one a line.

    Raises:
        ListError: It cannot be read, or is empty.
    """
    try:
        names = [line.strip() for line in read_lines(str(path)) if line.strip()]
    except (FormatError, OSError) as error:
        raise ListError(f'{str(path)!r} cannot be read: {error}') from error
    if not names:
        raise ListError(f'{str(path)!r} names no pictures')
    return names


def _find(name: str, paths: Mapping[tuple[str, str], str]) -> str:
    found = [split for split, its in paths if its == name]
    if not found:
        looked = ', '.join(sorted({f'{split}/images' for split, _ in paths}))
        raise ListError(f'there is no picture {name!r} in {looked}')
    if len(found) > 1:
        raise ListError(f'{name!r} is in {" and in ".join(found)}; say which by the splits to look into')
    return paths[found[0], name]


def _source_of(name: str) -> str:
    match = _PREFIX.match(name.rpartition('/')[2])
    if match is None:
        raise ListError(f'{name!r} has no prefix such as "street_" that names its source; name one for all')
    return match[1]


def _read_identifiers(path: str | os.PathLike | None) -> dict[tuple[str, str], str]:
    if path is None:
        return {}
    columns = ('split', 'name', 'identifier')
    try:
        with open(path, encoding='utf-8-sig', newline='') as file:
            lines = csv.DictReader(file)
            if set(columns) - set(lines.fieldnames or ()):
                raise ListError(
                    f'{str(path)!r} needs the columns {", ".join(columns)}; got {lines.fieldnames}'
                )
            return {(line['split'], line['name']): line['identifier'] for line in lines}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListError(f'{str(path)!r} cannot be read: {error}') from error
