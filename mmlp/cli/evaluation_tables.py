"""The figures of an evaluation as tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .terminal import tell


def print_document(document: dict[str, Any]) -> None:
    """Prints the figures of ``evaluation.json``."""
    commands = document['commands']
    first = next(iter(commands.values()))
    tell(f'{first["plates"]} plates in {first["pictures"]} pictures')
    rows = [['', *commands]]
    for title, cell, of in _ROWS:
        rows.append([title, *(cell(f) if name in of else '' for name, f in commands.items())])
    _print_table([row for row in rows if any(row[1:])])
    for command, figures in commands.items():
        rows = [[f'{command}, by height', 'plates', *(title for title, _ in _BY_SIZE[command])]]
        for row in figures['by_size']:
            rows.append([row['size'], str(row['plates']), *(cell(row) for _, cell in _BY_SIZE[command])])
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
    share = 100 * (1 - figures['covered']['value'])
    return f'{figures["left_readable"]} ({share:.1f} %) [{low:.1f}, {high:.1f}]'


def _number(value: float | None, digits: int = 3) -> str:
    return '-' if value is None else f'{value:.{digits}f}'


def _times(quantiles: Sequence[float] | None) -> str:
    return '-' if quantiles is None else '{:.2f}, {:.2f}'.format(*quantiles)


def _mean(entry: dict[str, Any], digits: int = 3, factor: float = 1.0) -> str:
    if entry['value'] is None:
        return '-'
    low, high = (f'{factor * bound:.{digits}f}' for bound in entry['interval'])
    return f'{factor * entry["value"]:.{digits}f} [{low}, {high}]'


_BOTH, _HIDING = ('segment', 'anonymize'), ('anonymize',)
#: Title, cell, and the commands that the figure is of.
_ROWS = (
    ('plates found', lambda f: _share(f['recall']), _BOTH),
    ('finds that are plates', lambda f: _share(f['precision']), _BOTH),
    ('IoU of plates found', lambda f: _mean(f['iou_found']), _BOTH),
    ('IoU of all pixels', lambda f: _mean(f['iou_pixels']), _BOTH),
    ('IoU, mean of pictures', lambda f: _mean(f['iou_per_image']), _BOTH),
    ('plates covered to 95 %', lambda f: _share(f['covered']), _HIDING),
    ('plates left readable', _open, _HIDING),
    ('covers on nothing, a picture', lambda f: _mean(f['needless_covers'], 2), _HIDING),
    ('covered for nothing, % of a picture', lambda f: _mean(f['needless_area'], 3, 100), _HIDING),
    ('cover, times the plate: median, 90 %', lambda f: _times(f['times_the_plate']), _HIDING),
)
_BY_SIZE = {
    'segment': (
        ('plates found', lambda f: _share(f['recall'])),
        ('finds that are plates', lambda f: _share(f['precision'])),
        ('IoU of plates found', lambda f: _number(f['iou_found']['value'])),
    ),
    'anonymize': (
        ('plates covered to 95 %', lambda f: _share(f['covered'])),
        ('left readable', lambda f: str(f['left_readable'])),
    ),
}
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
