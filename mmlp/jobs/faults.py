"""What went worst in an evaluation, for a person to look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mmlp.evaluation.covers import COVERED
from mmlp.evaluation.plate_tally import box_ious, boxes_of_plates

from .evaluate import EvaluatedImage, Evaluation, Setting


@dataclass(frozen=True)
class Fault:
    """Something wrong in a picture.

    Args:
        image (EvaluatedImage): The picture.
        setting (Setting): Who did it.
        box (tuple[float, ...]): Where: left, top, right, bottom, from the picture's edges.
        caption (str): How bad it is.
        rank (float): The lowest is the worst.
    """

    image: EvaluatedImage
    setting: Setting
    box: tuple[float, ...]
    caption: str
    rank: float


def pick_faults(evaluation: Evaluation, most: int = 8) -> dict[str, list[Fault]]:
    """Picks what the usual settings did worst.

    Args:
        evaluation (Evaluation): Pictures and finds.
        most (int): How many of each kind. Default: 8.

    Returns:
        dict[str, list[Fault]]: By kind, plates first that stay readable or are missed, the worst of each kind
        first; kinds without any are left out.
    """
    usual = {setting.command: setting for setting in evaluation.settings if setting.is_usual}
    kinds: dict[str, list[Fault]] = {}
    if 'anonymize' in usual:
        kinds['left readable by anonymize, the largest first'] = _sorted(
            _left_readable(evaluation, usual['anonymize'])
        )
    if 'segment' in usual:
        kinds['missed by segment, the largest first'] = _sorted(_missed(evaluation, usual))
        kinds['found by segment with the worst outlines'] = _sorted(_outlines(evaluation, usual['segment']))
    if 'anonymize' in usual:
        kinds['covered by anonymize for nothing, the largest first'] = _sorted(
            _needless(evaluation, usual['anonymize'])
        )
    else:
        kinds['false finds of segment, the surest first'] = _sorted(_false(evaluation, usual['segment']))
    return {kind: faults[:most] for kind, faults in kinds.items() if faults}


def _sorted(faults: Iterator[Fault]) -> list[Fault]:
    return sorted(faults, key=lambda fault: (fault.rank, fault.image.source.name))


def _left_readable(evaluation: Evaluation, setting: Setting) -> Iterator[Fault]:
    for image in evaluation.images:
        tally = image.tallies[setting]
        for index in np.flatnonzero(tally.covered < COVERED):
            share, height = tally.covered[index], tally.heights[index]
            # Rounded down: 94.8 % shall not read as covered.
            caption = f'{np.floor(100 * share):.0f} % covered, {height:.0f} px high'
            yield Fault(image, setting, tuple(tally.boxes[index]), caption, -height * (1 - share))


def _missed(evaluation: Evaluation, usual: dict[str, Setting]) -> Iterator[Fault]:
    setting, hiding = usual['segment'], usual.get('anonymize')
    for image in evaluation.images:
        tally = image.tallies[setting]
        for index in np.flatnonzero(~tally.found):
            # What stays readable is shown already.
            if hiding is None or image.tallies[hiding].covered[index] >= COVERED:
                height, box = tally.heights[index], tally.boxes[index]
                nearest = box_ious(boxes_of_plates(image.finds[setting]), box[None]).max(initial=0.0)
                what = f'boxes overlap by {nearest:.2f}' if nearest else 'nothing found'
                yield Fault(image, setting, tuple(box), f'{what}, {height:.0f} px high', -height)


def _outlines(evaluation: Evaluation, setting: Setting) -> Iterator[Fault]:
    for image in evaluation.images:
        tally = image.tallies[setting]
        for index in np.flatnonzero(tally.found):
            caption = f'IoU {tally.ious[index]:.2f}, {tally.heights[index]:.0f} px high'
            yield Fault(image, setting, tuple(tally.boxes[index]), caption, tally.ious[index])


def _needless(evaluation: Evaluation, setting: Setting) -> Iterator[Fault]:
    for image in evaluation.images:
        tally, finds = image.tallies[setting], image.finds[setting]
        boxes = boxes_of_plates(finds)
        for number, area in zip(tally.needless, tally.needless_areas):
            share = area / tally.pixels
            caption = f'{100 * share:.2g} % of the picture, score {finds[number].score:.2f}'
            yield Fault(image, setting, tuple(boxes[number]), caption, -share)


def _false(evaluation: Evaluation, setting: Setting) -> Iterator[Fault]:
    for image in evaluation.images:
        tally, finds = image.tallies[setting], image.finds[setting]
        boxes = boxes_of_plates(finds)
        for number in tally.false:
            score = finds[number].score
            yield Fault(image, setting, tuple(boxes[number]), f'score {score:.2f}', -score)
