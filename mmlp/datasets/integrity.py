"""Checks of a data set before hours of training: each problem named with its first few offenders."""

from __future__ import annotations

import hashlib
import logging
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from mmengine.logging import print_log
from PIL import Image

from .image_size import read_size
from .mask_census import FileCensus, census_of, describe_values, find_set_doubt, mixes_ones_and_whites
from .mask_rule import MaskRule
from .plate_mask import examine_mask

#: How many offenders a message names.
SHOWN = 5
#: Characters of a name that a message shows; paths have some thousands at most.
_LONGEST_NAME = 4096
#: How many pairs of files a thread checks before it takes the next.
_PART = 256
#: How many masks take so long to read that it is told.
_MANY = 1000
#: The loaders of configs by split.
_SPLIT_LOADERS = {'train': 'train_dataloader', 'val': 'val_dataloader', 'test': 'test_dataloader'}


class DatasetError(ValueError):
    """A data set cannot be trained or tested on as it lies on disk."""


def name_offenders(names: Iterable[str]) -> str:
    """The first few names, one a line, and how many more there are."""
    names = [os.fspath(name) for name in names]
    lines = [f'    {name[:_LONGEST_NAME]}' for name in names[:SHOWN]]
    if len(names) > SHOWN:
        lines.append(f'    ... and {len(names) - SHOWN} more')
    return '\n'.join(lines)


def advise_on_splits(data_root: str, missing: str) -> str | None:
    """Says what to do about a folder that is not there, where the data root holds other splits.

    Args:
        data_root: The data root.
        missing: The folder, such as ``data_root/train/images``.

    Returns:
        The advice; None where nothing in the data root looks like a split.
    """
    root = Path(data_root)
    wanted = Path(os.path.relpath(missing, root)).parts[0]
    found = sorted(path.parent.name for path in root.glob('*/images') if path.is_dir())
    if wanted not in _SPLIT_LOADERS or wanted in found or not found:
        return None
    # Validating on what is trained on would tell nothing.
    nearest = next((name for name in found if name.startswith('val')), found[0])
    key = f'{_SPLIT_LOADERS[wanted]}.dataset.data_prefix'
    return (
        f'{data_root!r} holds {" and ".join(found)} alone. If a converter wrote it, convert again, into '
        'another folder, with --split train (all pictures into train) or --split hash (split anew into train '
        'and val). '
        f'To take pictures of {nearest} for {wanted}: --cfg-options '
        f'{key}.img_path={nearest}/images {key}.seg_map_path={nearest}/masks'
    )


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
    image, mask = pair
    path = image
    try:
        shown, stored = read_size(image)
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


def check_masks(masks: Sequence[str], rule: MaskRule, where: str) -> None:
    """Checks that the masks of a split tell what is a plate, and that at least one holds a plate.

    Reads all of them: some 100 full HD masks a second and core.

    Args:
        masks: Mask files.
        rule: What their values mean.
        where: The split's name for the message.

    Raises:
        DatasetError: Some cannot be read; values are not named; masks look inverted; or none holds a plate.
    """
    if len(masks) >= _MANY:
        print_log(f'Reading the {len(masks)} masks of {where!r}, to see what they hold', logger='current')
    parts = [masks[start : start + _PART // 8] for start in range(0, len(masks), _PART // 8)]
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 1)) as pool:
        read = [file for part in pool.map(partial(_examine_part, rule=rule), parts) for file in part]
    broken = [file for file in read if isinstance(file, str)]
    if broken:
        raise DatasetError(
            f'{len(broken)} of {len(masks)} masks cannot be read:\n{name_offenders(broken)}\n'
            'Export these masks again, or remove them and their pictures.'
        )
    doubt = find_set_doubt(read, rule)
    if doubt:
        raise DatasetError(f'masks of {where!r}: {doubt}')
    if not any(file.has_plate for file in read):
        named = 'plates with 255 on 0 (or 1 on 0)'
        if rule.plate_values is not None:
            named = f'plates with what plate_values={rule.plate_values} names'
        raise DatasetError(
            f'none of the {len(masks)} masks of {where!r} holds a plate. Masks mark {named}; the grey values '
            f'{rule.ignore_values} are ignored pixels. These masks hold:\n{describe_values(read)}\n'
            'If plates have another value, name it: --plate-values of the tools, or plate_values of the data '
            "set in a config, a colour as '131,224,70'. data/README.md shows the layout."
        )
    if rule.plate_values is None and mixes_ones_and_whites(read):
        print_log(
            f'masks of {where!r}: plates are 1 in some and white in others. If either is not a plate, name '
            f'the other one by plate_values.\n{describe_values(read)}',
            logger='current',
            level=logging.WARNING,
        )


def _examine_part(masks: Sequence[str], rule: MaskRule) -> list[FileCensus | str]:
    found: list[FileCensus | str] = []
    for path in masks:
        try:
            found.append(census_of(path, examine_mask(path, rule)))
        except (OSError, ValueError) as error:
            found.append(str(error))
    return found


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
