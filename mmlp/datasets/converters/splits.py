"""Which split a picture goes to: the set's own, or one by groups that keeps near-twins together."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .records import SPLITS, ConversionError, Record

SPLIT_CHOICES = ('official', 'hash', *SPLITS)
DEFAULT_VAL_FRACTION = 0.1
#: Fewer scenes than this, told by names, say nothing about how the pictures were shot.
_LEAST_SCENES = 5
#: Roboflow names its augmented copies of a picture NAME.rf.DIGEST.
_ROBOFLOW = re.compile(r'(_(jpg|jpeg|png|bmp|webp))?\.rf\.[0-9a-zA-Z]+$', re.IGNORECASE)


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
        return splits, ''
    groups, how = group_records([records[i] for i in free], rule.group_by)
    placed = _place(set(groups), fractions, rule.seed)
    for index, group in zip(free, groups):
        splits[index] = placed[group]
    note = f'{len(free)} pictures split by {how} into {len(placed)} groups'
    if val and len(placed) == 1 and 'val' not in splits:
        note += '; one group cannot be split, so there is no val (see --group-by)'
    return splits, note


def group_records(records: Sequence[Record], group_by: str) -> tuple[list[str], str]:
    """Names the group of every record, and says by what.

    ``auto`` takes, in this order: the group that the format knows; folders, if there are several; what
    the names have in common before a running number, if that makes several scenes; each picture alone.
    Augmented copies that Roboflow made of one picture always count as one.
    """
    names = [_without_copy_mark(record.name) for record in records]
    folders = [os.path.dirname(name) for name in names]
    if group_by in ('file', 'folder'):
        return (names if group_by == 'file' else folders), group_by
    if group_by != 'auto':
        return _group_by_expression(names, group_by), f'the expression {group_by!r}'
    if any(record.group is not None for record in records):
        known = [record.group if record.group is not None else n for record, n in zip(records, names)]
        return known, "the set's own groups"
    if len(set(folders)) > 1:
        return folders, 'folder'
    scenes = [re.sub(r'[\W_]*\d+$', '', os.path.splitext(name)[0]) for name in names]
    counts = Counter(scenes)
    if len(counts) >= _LEAST_SCENES and max(counts.values()) > 1:
        return scenes, 'name before the running number'
    return names, 'file, since names and folders tell of no scenes (see --group-by)'


def _without_copy_mark(name: str) -> str:
    stem, ending = os.path.splitext(name)
    return _ROBOFLOW.sub('', stem) + ('' if _ROBOFLOW.search(stem) else ending)


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


def _place(groups: set[str], fractions: tuple[float, float], seed: int) -> dict[str, str]:
    """The split of every group, by its own draw; train, val and test get one group each, in this order."""
    val, test = fractions
    draws = {group: _draw(group, seed) for group in groups}
    placed = {g: 'val' if d < val else 'test' if d >= 1 - test else 'train' for g, d in draws.items()}
    ranked = sorted(groups, key=draws.__getitem__)
    if val and len(ranked) > 1 and 'val' not in placed.values():
        placed[ranked[0]] = 'val'
    if test and len(ranked) > 2 and 'test' not in placed.values():
        placed[ranked[-1]] = 'test'
    if 'train' not in placed.values():
        placed[ranked[len(ranked) // 2]] = 'train'
    return placed
