"""Which split a picture goes to: the set's own, or one by groups that keeps near-twins together."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..video_frames import series_of, source_name, video_of
from .choices import DEFAULT_VAL_FRACTION
from .names import telling_name
from .records import SPLITS, ConversionError, Record

#: Drawn into val or test by chance, more than this share of the pictures is given back.
_LARGEST_SHARE = 0.5


@dataclass(frozen=True)
class SplitRule:
    """How pictures are split.

    Attributes:
        split: ``official`` keeps the set's own split and splits by hash what has none, ``hash`` splits
            everything by hash; ``train``, ``val`` or ``test`` puts everything there.
        val_fraction: Share of the groups that goes to val; None is 0.1 for pictures without an official
            split and none of an official train split.
        test_fraction: Share of the groups without an official split that goes to test.
        seed: Changes which groups go where.
        group_by: ``auto``, ``folder``, ``file`` or a regular expression whose first group (or whole match)
            in the picture's name names its group.
    """

    split: str = 'official'
    val_fraction: float | None = None
    test_fraction: float = 0.0
    seed: int = 0
    group_by: str = 'auto'


def assign_splits(records: Sequence[Record], rule: SplitRule) -> tuple[list[str], str]:
    """The split of every record, and how groups were told for those that had to be split.

    Raises:
        ConversionError: The rule makes no sense, or a group expression fits no name.
    """
    val = DEFAULT_VAL_FRACTION if rule.val_fraction is None else rule.val_fraction
    if not (0 <= val < 1 and 0 <= rule.test_fraction < 1 and val + rule.test_fraction < 1):
        raise ConversionError(
            f'val fraction {val:g} and test fraction {rule.test_fraction:g} must lie from 0 up and leave '
            'something for train'
        )
    if rule.split in SPLITS:
        return [rule.split] * len(records), ''
    official = [record.split if rule.split == 'official' else None for record in records]
    splits = list(official)
    free = [i for i, split in enumerate(official) if split is None]
    fractions = (val, rule.test_fraction)
    if not free and rule.val_fraction and 'val' not in official:
        free = [i for i, split in enumerate(official) if split == 'train']
        fractions = (val, 0.0)
    if not free:
        return splits, _without_train(official)
    groups, how = group_records([records[i] for i in free], rule.group_by)
    placed = _place(Counter(groups), fractions, rule.seed)
    for index, group in zip(free, groups):
        splits[index] = placed[group]
    note = f'{len(free)} pictures split by {how} into {len(placed)} groups'
    if val and len(placed) == 1 and 'val' not in splits:
        note += '; one group cannot be split, so there is no val'
        if len(free) > 1:
            note += (
                ': add pictures of elsewhere, or split it all the same by --group-by file, knowing that val '
                'then shows the vehicles of train'
            )
    return splits, note


def _without_train(official: Sequence[str | None]) -> str:
    """What to do with a set whose own splits leave nothing to train on."""
    if not official or 'train' in official:
        return ''
    found = ' and '.join(split for split in SPLITS if split in official)
    return (
        f'there is no train: all pictures are {found} by the set itself. To train on them, convert with '
        '--split train (all into train) or --split hash (split anew into train and val)'
    )


def group_records(records: Sequence[Record], group_by: str) -> tuple[list[str], str]:
    """Names the group of every record, and says by what.

    ``auto`` takes, for each picture, the first of these that tells something: the group that the format
    knows; the video that it is a frame of by its name; its folder, if there are several; what names have in
    common before a running number, if that looks like scenes; the picture alone. Augmented copies that
    Roboflow made of one picture always count as one.
    """
    names = [source_name(record.name) for record in records]
    if group_by == 'file':
        return [telling_name(name) for name in names], group_by
    if group_by == 'folder':
        return [os.path.dirname(name) for name in names], group_by
    if group_by != 'auto':
        return _group_by_expression(names, group_by), f'the expression {group_by!r}'
    names = [telling_name(name) for name in names]
    if any(record.group is not None for record in records):
        known = [record.group or video_of(name) or name for record, name in zip(records, names)]
        return known, "the set's own groups"
    folders = [os.path.dirname(name) for name in names]
    several = len(set(folders)) > 1
    scenes = folders if several else series_of(names)
    groups, counts = [], Counter()
    for name, scene in zip(names, scenes):
        video = video_of(name)
        groups.append(video or (scene if scene is not None else name))
        counts['video' if video else 'folder' if several else 'series' if scene is not None else 'file'] += 1
    return groups, _say_how(counts)


def _say_how(counts: Mapping[str, int]) -> str:
    rules = {
        'video': 'the video that names tell',
        'folder': 'folder',
        'series': 'name before the running number (--group-by file splits each alone)',
        'file': 'file, since names and folders tell of no scenes (see --group-by)',
    }
    found = [(text, counts[rule]) for rule, text in rules.items() if counts[rule]]
    return found[0][0] if len(found) == 1 else ' and '.join(f'{text} ({n})' for text, n in found)


def _group_by_expression(names: Sequence[str], expression: str) -> list[str]:
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise ConversionError(f'--group-by {expression!r} is no regular expression: {error}') from None
    matches = [pattern.search(name) for name in names]
    missed = [name for name, match in zip(names, matches) if match is None]
    if missed:
        raise ConversionError(
            f'--group-by {expression!r} is not found in {len(missed)} of {len(names)} names, '
            f'such as {missed[0]!r}'
        )
    return [match.group(1) if pattern.groups else match.group(0) for match in matches]


def _draw(group: str, seed: int) -> float:
    """A number in 0..1 that depends on the group and the seed alone, not on what else is in the set."""
    digest = hashlib.sha256(f'{seed}/{group}'.encode('utf-8', 'surrogateescape')).digest()
    return int.from_bytes(digest[:8], 'big') / 2**64


def _place(sizes: Mapping[str, int], fractions: tuple[float, float], seed: int) -> dict[str, str]:
    """The split of every group, by its own draw; val, test and train get one group each, in this order.

    Args:
        sizes: Number of pictures in each group.
        fractions: Shares of val and test.
        seed: Changes the draws.
    """
    val, test = fractions
    draws = {group: _draw(group, seed) for group in sizes}
    placed = {g: 'val' if d < val else 'test' if d >= 1 - test else 'train' for g, d in draws.items()}
    total = sum(sizes.values())
    for split, share, least_groups in (('val', val, 2), ('test', test, 3), ('train', 1 - val - test, 1)):
        members = [group for group, its in placed.items() if its == split]
        # A few groups of unlike sizes: chance may have drawn nearly all pictures.
        if split != 'train' and sum(sizes[m] for m in members) > max(_LARGEST_SHARE, 2 * share) * total:
            placed.update(dict.fromkeys(members, 'train'))
            members = []
        if share and not members and len(sizes) >= least_groups:
            owners = Counter(placed.values())
            richest = max((s for s in ('test', 'val', 'train') if s != split), key=owners.__getitem__)
            donors = [group for group, its in placed.items() if its == richest]
            nearest = min(donors, key=lambda group: (abs(sizes[group] - share * total), draws[group]))
            placed[nearest] = split
    return placed
