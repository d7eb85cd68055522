"""The files that ``evaluate`` writes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mmlp.datasets.labelled_images import UnusableImage, read_labelled_image
from mmlp.datasets.mask_rule import MaskRule, format_value, list_of
from mmlp.datasets.plate_mask import IGNORE, PLATE
from mmlp.files import atomic_path, write_json
from mmlp.jobs import (
    Evaluation,
    Fault,
    Sweep,
    describe_evaluation,
    find_sweeps,
    pick_faults,
    write_tables,
)
from mmlp.jobs.evaluation_files import KNOBS
from mmlp.media import MAX_PIXELS, write_image
from mmlp.plates import covered_pixels, paint_polygon
from mmlp.visualization import Place, draw_sheet, draw_tile

if TYPE_CHECKING:
    from mmlp.visualization import Curve


def write_evaluation(
    args: argparse.Namespace,
    evaluation: Evaluation,
    unusable: Sequence[UnusableImage],
    rule: MaskRule,
    can_plot: bool,
) -> dict[str, Any]:
    """Writes all files, and removes those of a former evaluation that this one lacks.

    Returns:
        dict[str, Any]: The document.

    Raises:
        WriteError: A file could not be written.
    """
    out = args.out_dir
    sweeps = find_sweeps(evaluation)
    document = describe_evaluation(
        evaluation,
        sweeps,
        unusable,
        data=str(args.data),
        split=args.split,
        every=args.every,
        margin=args.margin,
        plate_values=[v if isinstance(v, str) else format_value(v) for v in list_of(rule.plate_values or ())],
        ignore_values=list(rule.ignore_values),
    )
    faults = pick_faults(evaluation, args.worst) if args.worst else {}
    # Written last, and gone while others are written: where it is, all are of one run.
    (out / 'evaluation.json').unlink(missing_ok=True)
    optional = {'worst.jpg': bool(faults), 'sweep.png': can_plot and bool(sweeps), 'sweep.csv': bool(sweeps)}
    if faults:
        write_image(out / 'worst.jpg', _draw_faults(faults, rule, args.margin, args.max_pixels))
    if sweeps and can_plot:
        _plot(sweeps, out / 'sweep.png')
    write_tables(evaluation, sweeps, unusable, out / 'evaluation.csv', out / 'sweep.csv' if sweeps else None)
    for name, is_written in optional.items():
        if not is_written:
            (out / name).unlink(missing_ok=True)
    write_json(out / 'evaluation.json', document, indent=1)
    return document


#: What the finds of a command are on the sheet.
_SHOWN_AS = {'segment': 'found by segment', 'anonymize': 'covered by anonymize'}


def _draw_faults(
    faults: dict[str, list[Fault]], rule: MaskRule, margin: float, max_pixels: int | None
) -> np.ndarray:
    commands = {fault.setting.command for listed in faults.values() for fault in listed}
    legend = ' or '.join(shown for command, shown in _SHOWN_AS.items() if command in commands)
    sections = {}
    for kind, listed in faults.items():
        tiles = []
        for fault in listed:
            image, target = read_labelled_image(fault.image.source, rule, max_pixels or MAX_PIXELS)
            place = Place(
                image.bgr,
                target == PLATE,
                _predicted(fault, margin),
                target == IGNORE,
                fault.box,
                fault.image.source.name,
                fault.caption,
            )
            tiles.append((draw_tile(place), place.name, place.caption))
        sections[kind[0].upper() + kind[1:]] = tiles
    return draw_sheet('What went worst', ('annotated', legend), sections)


def _predicted(fault: Fault, margin: float) -> np.ndarray:
    """What the command found, or covered, as bool (H, W)."""
    plates, shape = fault.image.finds[fault.setting], fault.image.shape
    mask = np.zeros(shape, np.uint8)
    if fault.setting.command == 'segment':
        for plate in plates:
            paint_polygon(mask, plate.polygon, 1)
    else:
        for window, pixels in filter(None, (covered_pixels(plate, shape, margin) for plate in plates)):
            mask[window] |= pixels
    return mask > 0


#: Of each command what is lost and what is needless, with the figure that tells it.
_PANELS = {
    'segment': (('plates missed, %', 'recall'), ('finds that are not annotated, %', 'precision')),
    'anonymize': (
        ('plates left readable, %', 'covered'),
        ('covers on nothing, a picture', 'needless_covers'),
    ),
}


def _plot(sweeps: Sequence[Sweep], path: Path) -> None:
    from mmlp.visualization import Column, plot_sweeps

    columns = []
    for sweep in sweeps:
        curves = [_curve(title, [f[name] for f in sweep.figures]) for title, name in _PANELS[sweep.command]]
        usual = sweep.values[sweep.usual]
        columns.append(Column(f'mmlp {sweep.command}', KNOBS[sweep.knob], sweep.values, usual, *curves))
    first = sweeps[0].figures[0]
    title = f'{first["plates"]} plates in {first["pictures"]} pictures; bands: 95 % confidence'
    with atomic_path(path) as part:
        plot_sweeps(columns, title).savefig(part, format='png')


def _curve(title: str, figures: Sequence[dict[str, Any]]) -> Curve:
    """A figure as it is, or what a share lacks, in percent."""
    from mmlp.visualization import Curve

    is_share = 'of' in figures[0]
    rows = [(each['value'], *(each['interval'] or (None, None))) for each in figures]
    if is_share:
        rows = [(value, high, low) for value, low, high in rows]
        rows = [[None if value is None else 100 * (1 - value) for value in row] for row in rows]
    values, low, high = zip(*rows)
    return Curve(title, values, low, high)
