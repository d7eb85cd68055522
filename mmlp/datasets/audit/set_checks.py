"""What is wrong with splits as a whole: no plates, values that nobody named, videos on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from ..mask_census import describe_values, find_set_doubt, mixes_ones_and_whites
from ..video_frames import series_of, video_of
from .records import Finding, PictureRecord


def check_splits(pictures: Sequence[PictureRecord], splits: Sequence[str]) -> list[Finding]:
    """Looks for what only all masks or names of a split tell, or those of two.

    Args:
        pictures: All pictures.
        splits: Names of the splits, in order.

    Returns:
        The findings.
    """
    findings: list[Finding] = []
    for split in splits:
        findings += _check_masks(split, [picture for picture in pictures if picture.split == split])
    return [*findings, *_find_shared_videos(pictures, splits)]


def _check_masks(split: str, pictures: Sequence[PictureRecord]) -> Iterable[Finding]:
    by_rule = defaultdict(list)
    for picture in pictures:
        if picture.mask_values is not None:
            by_rule[picture.mask_rule].append(picture.mask_values)
    for rule, files in by_rule.items():
        doubt = find_set_doubt(files, rule)
        if doubt:
            yield Finding('ambiguous-mask', split, split, doubt, rank=-1)
        elif rule.plate_values is None and mixes_ones_and_whites(files):
            yield Finding('mixed-masks', split, split, f'masks hold:\n{describe_values(files)}')
        elif not any(file.has_plate for file in files):
            message = f'none of {len(files)} masks holds a plate; they hold:\n{describe_values(files)}'
            if len(by_rule) == 1:
                yield Finding('no-plates', split, split, message)


def _find_shared_videos(pictures: Sequence[PictureRecord], splits: Sequence[str]) -> Iterable[Finding]:
    frames: dict[str, dict[str, list[PictureRecord]]] = defaultdict(lambda: defaultdict(list))
    for picture, series in zip(pictures, series_of([picture.name for picture in pictures])):
        video = video_of(picture.name) or series
        if video is not None:
            frames[video][picture.split].append(picture)
    for video, by_split in frames.items():
        for first, second in combinations([split for split in splits if split in by_split], 2):
            here, there = by_split[second], by_split[first]
            message = (
                f'{len(here)} of {len(here) + len(there)} frames of {video!r} are in {second}, the others in '
                f'{first}, such as {there[0].path}'
            )
            yield Finding(
                'video-across-splits', second, here[0].path, message, there[0].path, rank=-len(here)
            )
