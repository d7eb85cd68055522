"""What ``evaluate`` writes and prints."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

from mmlp.apis.jobs import (
    Evaluation,
    Fault,
    Sweep,
    describe_evaluation,
    find_sweeps,
    pick_faults,
    write_tables,
)
from mmlp.datasets.labelled_pictures import UnusablePicture, read_labelled_picture
from mmlp.datasets.mask_rule import MaskRule, format_value
from mmlp.datasets.plate_mask import IGNORE, PLATE
from mmlp.files import atomic_path, write_json
from mmlp.media import MAX_PIXELS, write_image
from mmlp.plates import covered_pixels, fill_polygons
from mmlp.visualization import Place, draw_sheet, draw_tile

from .terminal import tell


def write_evaluation(
    args: argparse.Namespace,
    evaluation: Evaluation,
    unusable: Sequence[UnusablePicture],
    rule: MaskRule,
    can_plot: bool,
) -> dict[str, Any]:
    """Writes all files, the document last, and removes those of a former evaluation that this one lacks.

    Returns:
        dict[str, Any]: The document.

    Raises:
        WriteError: A file could not be written.
    """
    out = args.out_dir
    sweeps = find_sweeps(evaluation)
    values = None if rule.plate_values is None else list(map(_shown, _listed(rule.plate_values)))
    document = describe_evaluation(
        evaluation,
        sweeps,
        unusable,
        data=str(args.data),
        split=args.split,
        every=args.every,
        margin=args.margin,
        plate_values=values,
        ignore_values=list(rule.ignore_values),
    )
    faults = pick_faults(evaluation, args.worst) if args.worst else {}
    former = {'worst.jpg': bool(faults), 'sweep.png': can_plot and bool(sweeps), 'sweep.csv': bool(sweeps)}
    if faults:
        write_image(out / 'worst.jpg', _draw_faults(faults, rule, args.margin, args.max_pixels))
    if sweeps:
        if can_plot:
            _plot(sweeps, document, out / 'sweep.png')
    write_tables(evaluation, sweeps, unusable, out / 'evaluation.csv', out / 'sweep.csv' if sweeps else None)
    for name, is_written in former.items():
        if not is_written:
            (out / name).unlink(missing_ok=True)
    write_json(out / 'evaluation.json', document, indent=1)
    return document


def _listed(values: Any) -> list:
    return [values] if isinstance(values, str) else list(values)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else format_value(value)


def _draw_faults(
    faults: dict[str, list[Fault]], rule: MaskRule, margin: float, max_pixels: int | None
) -> np.ndarray:
    sections = {}
    for kind, listed in faults.items():
        tiles = []
        for fault in listed:
            picture, target = read_labelled_picture(fault.picture.source, rule, max_pixels or MAX_PIXELS)
            place = Place(
                picture.bgr,
                target == PLATE,
                _predicted(fault, margin),
                target == IGNORE,
                fault.box,
                fault.picture.source.name,
                fault.caption,
            )
            tiles.append((draw_tile(place), place.name, place.caption))
        sections[kind[0].upper() + kind[1:]] = tiles
    return draw_sheet('What went worst', ('annotated', 'found by segment, or covered by anonymize'), sections)


def _predicted(fault: Fault, margin: float) -> np.ndarray:
    """What the command found, or covered, as bool (H, W)."""
    plates, shape = fault.picture.finds[fault.setting], fault.picture.shape
    if fault.setting.command == 'segment':
        return fill_polygons([plate.polygon for plate in plates], shape) > 0
    mask = np.zeros(shape, bool)
    for window, pixels in filter(None, (covered_pixels(plate, shape, margin) for plate in plates)):
        mask[window] |= pixels
    return mask


def _plot(sweeps: Sequence[Sweep], document: dict[str, Any], path: Any) -> None:
    from mmlp.apis.jobs.evaluation_files import KNOBS
    from mmlp.visualization import Column, Curve, plot_sweeps

    columns = []
    for sweep in sweeps:
        lost_of, needless = (
            ('recall', 'precision') if sweep.command == 'segment' else ('covered', 'needless_covers')
        )
        lost = _bounds([figures[lost_of] for figures in sweep.figures], lambda v: 100 * (1 - v), swap=True)
        if sweep.command == 'segment':
            false = _bounds([f[needless] for f in sweep.figures], lambda v: 100 * (1 - v), swap=True)
        else:
            false = _bounds([f[needless] for f in sweep.figures], lambda v: v)
        titles = (
            ('plates missed, %', 'finds that are not annotated, %')
            if sweep.command == 'segment'
            else ('plates left readable, %', 'covers on nothing, a picture')
        )
        columns.append(
            Column(
                f'mmlp {sweep.command}',
                KNOBS[sweep.knob],
                sweep.values,
                sweep.values[sweep.usual],
                Curve(titles[0], *lost),
                Curve(titles[1], *false),
            )
        )
    first = next(iter(document['commands'].values()))
    title = f'{first["plates"]} plates in {first["pictures"]} pictures; bands: 95 % confidence'
    with atomic_path(path) as part:
        plot_sweeps(columns, title).savefig(part, format='png')


def _bounds(values: Sequence[dict], change: Any, swap: bool = False) -> tuple[list, list, list]:
    """Values and bounds for a curve."""
    middle = [None if each['value'] is None else change(each['value']) for each in values]
    bounds = [each['interval'] or (None, None) for each in values]
    low, high = ([None if b[i] is None else change(b[i]) for b in bounds] for i in (0, 1))
    return (middle, high, low) if swap else (middle, low, high)


def print_evaluation(document: dict[str, Any]) -> None:
    """Prints the figures as tables."""
    commands = document['commands']
    first = next(iter(commands.values()))
    tell(f'{first["plates"]} plates in {first["pictures"]} pictures')
    rows = [['', *commands]]
    for title, cell in _ROWS:
        rows.append([title, *(cell(figures) for figures in commands.values())])
    _print_table(rows)
    for command, figures in commands.items():
        rows = [[f'{command}, by height', 'plates', 'found', 'finds that are plates', 'covered', 'IoU']]
        for row in figures['by_size']:
            shares = [_share(row[name]) for name in ('recall', 'precision', 'covered')]
            rows.append([row['size'], str(row['plates']), *shares, _number(row['iou_found']['value'])])
        _print_table(rows)
    for option, command in dict.fromkeys((row['option'], row['command']) for row in document['sweep']):
        chosen = [r for r in document['sweep'] if (r['option'], r['command']) == (option, command)]
        knob = option[2:].replace('-', '_')
        rows = [[f'{command} {option}', *(title for title, _ in _SWEEP[command])]]
        for row in chosen:
            mark = ' *' if row['is_usual'] else ''
            rows.append([f'{row[knob]:g}{mark}', *(cell(row) for _, cell in _SWEEP[command])])
        _print_table(rows)
    if document['sweep']:
        tell('* as the command does by itself; in brackets: 95 % confidence intervals')


def _share(entry: dict[str, Any]) -> str:
    """A share in percent with its interval, or a dash."""
    if entry['value'] is None:
        return '-'
    low, high = (100 * bound for bound in entry['interval'])
    return f'{100 * entry["value"]:.1f} % [{low:.1f}, {high:.1f}]'


def _open(figures: dict[str, Any]) -> str:
    """Plates left readable: how many, and in percent."""
    if figures['covered']['value'] is None:
        return '-'
    low, high = (100 * (1 - bound) for bound in reversed(figures['covered']['interval']))
    return f'{figures["left_readable"]} ({100 * (1 - figures["covered"]["value"]):.1f} %) [{low:.1f}, {high:.1f}]'


def _number(value: float | None, digits: int = 3) -> str:
    return '-' if value is None else f'{value:.{digits}f}'


def _mean(entry: dict[str, Any], digits: int = 3, factor: float = 1.0) -> str:
    if entry['value'] is None:
        return '-'
    low, high = (f'{factor * bound:.{digits}f}' for bound in entry['interval'])
    return f'{factor * entry["value"]:.{digits}f} [{low}, {high}]'


_ROWS = (
    ('plates found', lambda f: _share(f['recall'])),
    ('finds that are plates', lambda f: _share(f['precision'])),
    ('IoU of plates found', lambda f: _mean(f['iou_found'])),
    ('IoU of all pixels', lambda f: _mean(f['iou_pixels'])),
    ('IoU, mean of pictures', lambda f: _mean(f['iou_per_picture'])),
    ('plates covered to 95 %', lambda f: _share(f['covered'])),
    ('plates left readable', _open),
    ('covers on nothing, a picture', lambda f: _mean(f['needless_covers'], 2)),
    ('covered for nothing, % of a picture', lambda f: _mean(f['needless_area'], 3, 100)),
)
_SWEEP = {
    'segment': (
        ('plates found', lambda f: _share(f['recall'])),
        ('finds that are plates', lambda f: _share(f['precision'])),
        ('IoU of plates found', lambda f: _mean(f['iou_found'])),
    ),
    'anonymize': (
        ('plates left readable', _open),
        ('covers on nothing, a picture', lambda f: _mean(f['needless_covers'], 2)),
        ('covered for nothing, %', lambda f: _mean(f['needless_area'], 3, 100)),
    ),
}


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    """Prints columns as wide as they need, the first one to the left, after an empty line."""
    widths = [max(map(len, column)) for column in zip(*rows)]
    tell('')
    for first, *rest in rows:
        cells = [cell.rjust(width) for cell, width in zip(rest, widths[1:])]
        tell('  '.join([first.ljust(widths[0]), *cells]).rstrip())
