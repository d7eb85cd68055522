"""An evaluation as files: a document for programs, a row a picture, a row a threshold."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmlp.datasets.labelled_images import UnusableImage
from mmlp.evaluation import PlateTally, summarize_tallies
from mmlp.evaluation.covers import COVERED
from mmlp.evaluation.intervals import CONFIDENCE
from mmlp.evaluation.plate_tally import MATCH_IOU
from mmlp.files import write_bytes
from mmlp.version import __version__

from .evaluate import Evaluation, Setting

#: What can be swept over: names of :class:`~mmlp.jobs.Setting` and of the options.
KNOBS = {'threshold': '--threshold', 'min_score': '--min-score'}


@dataclass(frozen=True)
class Sweep:
    """What one option of one command does.

    Args:
        command (str): 'segment' or 'anonymize'.
        knob (str): Of :data:`KNOBS`.
        values (list[float]): Values of the option, ascending.
        usual (int): Number of the one that the command has by itself.
        figures (list[dict[str, Any]]): Figures of each, see :func:`~mmlp.evaluation.summarize_tallies`.
        settings (list[Setting]): The settings.
    """

    command: str
    knob: str
    values: list[float]
    usual: int
    figures: list[dict[str, Any]]
    settings: list[Setting]


def find_sweeps(evaluation: Evaluation) -> list[Sweep]:
    """Puts the settings of an evaluation in order; the usual ones stand in the sweeps of their commands."""
    figures = {}
    sweeps = []
    for usual in (setting for setting in evaluation.settings if setting.is_usual):
        for knob in KNOBS:
            own = [
                s for s in evaluation.settings if s.command == usual.command and getattr(s, knob) is not None
            ]
            if not own:
                continue
            # Where the usual value is swept over as well, the usual setting is that of both.
            by_value = {getattr(evaluation.descriptions[s], knob): s for s in (*own, usual)}
            ordered = sorted(by_value.items())
            for _, setting in ordered:
                if setting not in figures:
                    figures[setting] = summarize_tallies(evaluation.tallies(setting))
            settings = [setting for _, setting in ordered]
            sweeps.append(
                Sweep(
                    usual.command,
                    knob,
                    [value for value, _ in ordered],
                    settings.index(usual),
                    [figures[setting] for setting in settings],
                    settings,
                )
            )
    return sweeps


def describe_evaluation(
    evaluation: Evaluation, sweeps: Sequence[Sweep], unusable: Sequence[UnusableImage], **context: Any
) -> dict[str, Any]:
    """The document of an evaluation, plain values for JSON; docs/choose_a_threshold.md tells what they are.

    Args:
        evaluation (Evaluation): Of one picture at least.
        sweeps (Sequence[Sweep]): What was swept over.
        unusable (Sequence[UnusableImage]): Pictures that could not be used, those that failed included.
        **context (Any): What else to tell, first.
    """
    commands = {}
    for setting in evaluation.settings:
        if setting.is_usual:
            described = evaluation.descriptions[setting]
            commands[setting.command] = {
                'how': described.line,
                'threshold': described.threshold,
                'min_score': described.min_score,
                **summarize_tallies(evaluation.tallies(setting)),
            }
    rows = []
    for sweep in sweeps:
        for number, (setting, figures) in enumerate(zip(sweep.settings, sweep.figures)):
            described = evaluation.descriptions[setting]
            rows.append(
                {
                    'command': sweep.command,
                    'option': KNOBS[sweep.knob],
                    'threshold': described.threshold,
                    'min_score': described.min_score,
                    'is_usual': number == sweep.usual,
                    **figures,
                }
            )
    return {
        'created': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
        'mmlp': __version__,
        **context,
        'rules': {'match_box_iou': MATCH_IOU, 'covered_share': COVERED, 'confidence': CONFIDENCE},
        'unusable': [vars(each) for each in unusable],
        'commands': commands,
        'sweep': rows,
    }


def write_tables(
    evaluation: Evaluation,
    sweeps: Sequence[Sweep],
    unusable: Sequence[UnusableImage],
    images: Path,
    sweep: Path | None,
) -> None:
    """Writes CSV files.

    Args:
        evaluation (Evaluation): What was counted.
        sweeps (Sequence[Sweep]): What was swept over.
        unusable (Sequence[UnusableImage]): Pictures that could not be used.
        images (Path): Where to write a row a picture.
        sweep (Path | None): Where to write a row a setting; None for none.

    Raises:
        WriteError: A file could not be written.
    """
    usual = [setting for setting in evaluation.settings if setting.is_usual]
    rows = []
    for image in evaluation.images:
        row = {'name': image.source.name, 'width': image.shape[1], 'height': image.shape[0]}
        row['plates'] = len(image.tallies[usual[0]].heights)
        for setting in usual:
            row.update(_row_of(image.tallies[setting], setting.command))
        rows.append(row)
    columns = list(rows[0])
    rows += [{'name': each.path, 'error': each.message} for each in unusable]
    write_bytes(images, _csv([*columns, 'error'], rows))
    if sweep is not None:
        write_bytes(sweep, _csv(_SWEEP_COLUMNS, _sweep_rows(evaluation, sweeps)))


def _row_of(tally: PlateTally, command: str) -> dict[str, Any]:
    """What a command did in a picture."""
    mean = float(tally.ious[tally.found].mean()) if tally.found.any() else None
    values = {
        'found': int(tally.found.sum()),
        'false': len(tally.false),
        'iou_found': mean,
        'iou_pixels': tally.intersection / tally.union if tally.union else None,
        'covered': int((tally.covered >= COVERED).sum()),
        'least_covered': float(tally.covered.min()) if len(tally.covered) else None,
        'needless_covers': len(tally.needless),
        'needless_area': tally.needless_pixels / tally.pixels,
    }
    return {f'{command}_{name}': value for name, value in values.items()}


_SHARES = ('recall', 'precision', 'covered')
_MEANS = ('iou_found', 'iou_pixels', 'iou_per_image', 'needless_covers', 'needless_area')
_SWEEP_COLUMNS = (
    *('command', 'option', 'value', 'threshold', 'min_score', 'is_usual', 'plates', 'left_readable'),
    *(f'{name}{end}' for name in (*_SHARES, *_MEANS) for end in ('', '_low', '_high')),
)


def _sweep_rows(evaluation: Evaluation, sweeps: Sequence[Sweep]) -> Iterable[dict[str, Any]]:
    for sweep in sweeps:
        for number, (setting, value, figures) in enumerate(zip(sweep.settings, sweep.values, sweep.figures)):
            described = evaluation.descriptions[setting]
            row = {'command': sweep.command, 'option': KNOBS[sweep.knob], 'value': value}
            row |= {'threshold': described.threshold, 'min_score': described.min_score}
            row |= {'is_usual': int(number == sweep.usual), 'plates': figures['plates']}
            row['left_readable'] = figures['left_readable']
            for name in (*_SHARES, *_MEANS):
                low, high = figures[name]['interval'] or (None, None)
                row |= {name: figures[name]['value'], f'{name}_low': low, f'{name}_high': high}
            yield row


def _csv(columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval='', lineterminator='\n')
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue().encode('utf-8', 'backslashreplace')


def _cell(value: Any) -> Any:
    """Six digits are enough, and None is an empty cell."""
    return f'{value:.6g}' if isinstance(value, (float, np.floating)) else value
