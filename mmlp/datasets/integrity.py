"""Checks of a data set before hours of training: each problem named with its first few offenders."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import ExifTags, Image

from .plate_mask import PLATE, read_plate_mask

#: How many offenders a message names.
SHOWN = 5
#: How many pairs of files a thread checks before it takes the next.
_PART = 256
#: What a complete file of a format ends with; others are decoded to see.
_ENDINGS = {'JPEG': b'\xff\xd9', 'PNG': b'IEND\xaeB`\x82', 'MPO': b'\xff\xd9'}


class DatasetError(ValueError):
    """A data set cannot be trained or tested on as it lies on disk."""


def name_offenders(names: Iterable[str]) -> str:
    """The first few names, one a line, and how many more there are."""
    names = [os.fspath(name) for name in names]
    lines = [f'    {name}' for name in names[:SHOWN]]
    if len(names) > SHOWN:
        lines.append(f'    ... and {len(names) - SHOWN} more')
    return '\n'.join(lines)


def find_broken_links(folder: str, endings: Sequence[str]) -> list[str]:
    """Files that are links to nothing, which listings of the toolbox pass over.

    Args:
        folder: Folder to search, with its subfolders.
        endings: What names end with, in any case.

    Returns:
        Their paths, sorted.
    """
    endings = tuple(ending.lower() for ending in endings)
    paths = (os.path.join(root, name) for root, _, names in os.walk(folder) for name in names)
    return sorted(p for p in paths if p.lower().endswith(endings) and not os.path.exists(p))


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
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        ending = _ENDINGS.get(image.format)
        if ending is None or not _ends_with(path, ending):
            image.load()
    return (stored[::-1] if orientation in (5, 6, 7, 8) else stored), stored


def _ends_with(path: str, ending: bytes, within: int = 64) -> bool:
    with open(path, 'rb') as file:
        file.seek(max(0, os.path.getsize(path) - within))
        return ending in file.read()


def check_files(pairs: Sequence[tuple[str, str | None]]) -> None:
    """Checks that all pictures and masks can be read and that their sizes agree.

    Reads headers and endings, not pixels: some 5,000 pictures a second.

    Args:
        pairs: Picture and mask of each sample; None where there is no mask.

    Raises:
        DatasetError: Some cannot be read, or some masks have another size than their pictures.
    """
    # Parts, since a job for each pair would take kilobytes.
    parts = [pairs[start : start + _PART] for start in range(0, len(pairs), _PART)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        problems = [found for part in pool.map(_check_part, parts) for found in part]
    unreadable = [text for kind, text in problems if kind == 'unreadable']
    mismatched = [text for kind, text in problems if kind == 'size']
    if unreadable:
        raise DatasetError(
            f'{len(unreadable)} of {len(pairs)} samples cannot be read:\n{name_offenders(unreadable)}\n'
            'Repair or remove these files (and their partners).'
        )
    if mismatched:
        raise DatasetError(
            f'{len(mismatched)} masks have another size than their pictures:\n{name_offenders(mismatched)}\n'
            'Export the masks at the full size of the pictures.'
        )


def _check_part(pairs: Sequence[tuple[str, str | None]]) -> list[tuple[str, str]]:
    return [found for found in map(_check_pair, pairs) if found]


def _check_pair(pair: tuple[str, str | None]) -> tuple[str, str] | None:
    picture, mask = pair
    path = picture
    try:
        shown, stored = read_size(picture)
        if mask is None:
            return None
        path = mask
        mask_shown, _ = read_size(mask)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        return 'unreadable', f'{path}: {error}'
    if mask_shown not in (shown, stored):
        return 'size', f'{mask}: {_times(mask_shown)}, picture {_times(shown)}'
    return None


def _times(size: tuple[int, int]) -> str:
    return f'{size[0]} x {size[1]}'


def check_has_plate(masks: Iterable[str], ignore_values: Sequence[int], where: str) -> None:
    """Checks that at least one mask of a split holds a plate; stops reading at the first that does.

    Args:
        masks: Mask files.
        ignore_values: Grey values that mean ignore, as the pipeline reads them.
        where: The split's name for the message.

    Raises:
        DatasetError: No mask holds a plate, or a mask on the way there is ambiguous or broken.
    """
    count = 0
    for path in masks:
        count += 1
        try:
            if (read_plate_mask(path, ignore_values) == PLATE).any():
                return
        except ValueError as error:
            raise DatasetError(str(error)) from error
    raise DatasetError(
        f'none of the {count} masks of {where!r} holds a plate. Masks mark plates with 255 on 0 (or 1 on 0); '
        f'the grey values {tuple(ignore_values)} are ignored pixels. If your masks use another value, '
        'repaint them; data/README.md shows the layout.'
    )


def find_shared_files(first: Iterable[str], second: Iterable[str]) -> list[tuple[str, str]]:
    """Finds pictures of one list that stand in another, under whatever name.

    Two files are the same picture when they are the same file or equal byte for byte. Only files of
    equal length are read.

    Args:
        first: Paths of pictures.
        second: Paths of pictures.

    Returns:
        Pairs (path in ``first``, path in ``second``), in the order of ``second``.
    """
    by_length: dict[int, list[str]] = defaultdict(list)
    for path in first:
        by_length[os.path.getsize(path)].append(path)
    digests: dict[str, bytes] = {}

    def digest(path: str) -> bytes:
        if path not in digests:
            digests[path] = hashlib.sha256(Path(path).read_bytes()).digest()
        return digests[path]

    shared = []
    for path in second:
        twins = by_length.get(os.path.getsize(path), ())
        match = next((t for t in twins if os.path.samefile(t, path) or digest(t) == digest(path)), None)
        if match is not None:
            shared.append((match, path))
    return shared
