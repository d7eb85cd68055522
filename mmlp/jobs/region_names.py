"""Which inputs are meant by the names in files of other tools."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmlp.media import MediaItem

from .region_files import NamedRegions

#: Names that a message lists.
_NAMED = 3


class _Fit(NamedTuple):
    """How well a name fits an input: the larger the better."""

    is_whole: bool
    is_case_same: bool
    parts: int


def match_names(
    entries: Sequence[NamedRegions], items: Sequence[MediaItem]
) -> tuple[dict[Path, list[NamedRegions]], list[str]]:
    """Finds the input of each name: the one at that place, else the only one of that name.

    Of several of that name, it is the one with which the most folders before the name agree. Upper and lower
    case count where there is a choice.

    Args:
        entries (Sequence[NamedRegions]): What one file, or the files of one folder tell.
        items (Sequence[MediaItem]): The inputs.

    Returns:
        tuple[dict[Path, list[NamedRegions]], list[str]]: Entries of each input that has some, and names that
        are not among the inputs.

    Raises:
        ValueError: It cannot be decided which input is meant, or a name is that of a video, and its regions
            are of a picture.
    """
    inputs: dict[str, list[tuple[MediaItem, tuple[str, ...]]]] = defaultdict(list)
    for item in items:
        place = _parts(os.path.abspath(item.path))
        inputs[place[-1].casefold()].append((item, place))
        if item.kind == 'video' and item.path.suffix:
            stem = *place[:-1], Path(place[-1]).stem
            inputs[stem[-1].casefold() + '/'].append((item, stem))
    fitting: dict[Path, dict[tuple[str, ...], tuple[_Fit, list[NamedRegions]]]] = defaultdict(dict)
    missing: list[str] = []
    for entry in entries:
        parts = _parts(entry.name)
        key = parts[-1].casefold() if parts else ''
        candidates = list(inputs[key])
        if entry.is_stem:
            candidates = [pair for pair in candidates + inputs[key + '/'] if pair[0].kind == 'video']
        if not candidates:
            missing.append(entry.name)
            continue
        fits = [_fit(parts, place, len(item.relative.parts)) for item, place in candidates]
        best = {item.path: item for fit, (item, _) in zip(fits, candidates) if fit == max(fits)}
        if len(best) > 1:
            raise ValueError(
                f'{entry.source}: {entry.name!r} may be any of {_list(map(str, best))}; name it by its path'
            )
        (item,) = best.values()
        if item.kind not in entry.kinds:
            raise ValueError(
                f'{entry.source}: {entry.name!r} is a video; tell its regions frame by frame in a .jsonl '
                'file, or as boxes that are in all frames'
            )
        fitting[item.path].setdefault(parts, (max(fits), []))[1].append(entry)
    chosen = {}
    for path, named in fitting.items():
        most = max(fit for fit, _ in named.values())
        kept = [found for fit, found in named.values() if fit == most]
        if len(kept) > 1:
            names = _list(repr(found[0].name) for found in kept)
            raise ValueError(f'{kept[0][0].source}: {path} may be any of {names}; name it by its path')
        missing += [found[0].name for fit, found in named.values() if fit != most]
        chosen[path] = kept[0]
    return chosen, missing


def _parts(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize('NFC', name).replace('\\', '/')
    return tuple(part for part in plain.split('/') if part not in ('', '.'))


def _fit(parts: tuple[str, ...], place: tuple[str, ...], depth: int) -> _Fit:
    """Compares a name with the place of an input, of which the last ``depth`` parts are its relative path."""
    same = 0
    for ours, theirs in zip(reversed(place), reversed(parts)):
        if ours.casefold() != theirs.casefold():
            break
        same += 1
    is_whole = same == len(parts) in (depth, len(place))
    return _Fit(is_whole, place[-same:] == parts[-same:], same)


def _list(names: object) -> str:
    names = list(names)
    others = f' and {len(names) - _NAMED} more' if len(names) > _NAMED else ''
    return ', '.join(names[:_NAMED]) + others
