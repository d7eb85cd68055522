"""What is wrong with splits as a whole: no plates, values that nobody named, videos on both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

from ..mask_census import describe_values, find_set_doubt, mixes_ones_and_whites
from ..video_frames import series_of, video_of
from .records import Finding, ImageRecord


def check_splits(images: Sequence[ImageRecord], splits: Sequence[str]) -> list[Finding]:
    """Looks for what only all masks or names of a split tell, or those of two.

    Args:
        images: All pictures.
        splits: Names of the splits, in order.

    Returns:
        The findings.
    """
    findings: list[Finding] = []
    for split in splits:
        findings += _check_masks(split, [image for image in images if image.split == split])
    return [*findings, *_find_shared_videos(images, splits)]


def _check_masks(split: str, images: Sequence[ImageRecord]) -> Iterable[Finding]:
    by_rule = defaultdict(list)
    for image in images:
        if image.mask_values is not None:
            by_rule[image.mask_rule].append(image.mask_values)
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


def _find_shared_videos(images: Sequence[ImageRecord], splits: Sequence[str]) -> Iterable[Finding]:
    frames: dict[str, dict[str, list[ImageRecord]]] = defaultdict(lambda: defaultdict(list))
    for image, series in zip(images, series_of([image.name for image in images])):
        video = video_of(image.name) or series
        if video is not None:
            frames[video][image.split].append(image)
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
