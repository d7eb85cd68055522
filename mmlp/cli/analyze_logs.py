r"""Draw the training curves of a run: loss, plate IoU, and plate IoU per image.

Examples:
    The newest run of a work directory, resumed parts put together, into work_dirs/lp_tiny/curves.png:

        mmlp analyze-logs work_dirs/lp_tiny

    Two runs compared, as vector graphics:

        mmlp analyze-logs work_dirs/lp_deeplabv3_r50 work_dirs/lp_deeplabv3_r101 \
            --legend R50 R101 --out comparison.svg

    Two recipes with two seeds each; runs of one name are drawn as one, their mean over a thin line a run:

        mmlp analyze-logs work_dirs/lovasz_{0,1} work_dirs/cross_entropy_{0,1} \
            --legend Lovasz Lovasz "cross entropy" "cross entropy" --out seeds.png

    Other scalars, a panel each:

        mmlp analyze-logs work_dirs/lp_tiny --keys loss lr plate_recall
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmlp.files import atomic_path

from .command import answers_mistakes, loading
from .options import add_out
from .parser import Parser

KEPT = 'nothing was written'
FORMATS = ('.png', '.svg', '.pdf', '.jpg')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = Parser('analyze-logs', __doc__)
    parser.add_argument(
        'logs',
        nargs='+',
        type=Path,
        help='work directories, run folders (work_dir/<timestamp>) or scalars.json files; one curve each',
    )
    parser.add_argument(
        '--keys',
        nargs='+',
        metavar='KEY',
        help='what to draw, a panel each (default: loss and plate IoUs)',
    )
    parser.add_argument(
        '--legend',
        nargs='+',
        metavar='NAME',
        help='a name for each of the logs; logs of the same name are drawn as one, their mean',
    )
    parser.add_argument('--title', help='heading of the figure')
    parser.add_argument(
        '--smooth',
        type=int,
        metavar='N',
        help='average N logged training values for the bold line, 1 for none (default: 1/12 of the run)',
    )
    add_out(
        parser,
        f'file to write, {", ".join(FORMATS)} (default: curves.png beside the first log)',
        required=False,
    )
    args = parser.parse_args(argv)
    if args.legend and len(args.legend) != len(args.logs):
        parser.error(f'--legend wants a name for each of the {len(args.logs)} logs, got {len(args.legend)}')
    if args.smooth is not None and args.smooth < 1:
        parser.error(f'--smooth wants a number of values from 1 on, got {args.smooth}')
    if args.out is None:
        first = args.logs[0]
        args.out = (first if first.is_dir() else first.parent) / 'curves.png'
    if args.out.suffix.lower() not in FORMATS:
        parser.error(f'--out wants a name that ends with {", ".join(FORMATS)}, got {str(args.out)!r}')
    return args


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Reads the logs, draws, saves and says which files went into the figure; returns the exit code."""
    args = parse_args(argv)
    with loading():
        from mmlp.visualization import load_training_log, plot_training_curves
    names = args.legend or [None] * len(args.logs)
    try:
        logs = [load_training_log(path, name) for path, name in zip(args.logs, names)]
        figure = plot_training_curves(logs, args.keys, args.title, args.smooth)
    except KeyError as error:
        raise ValueError(error.args[0]) from error
    for log in logs:
        print(f'{log.name}: {len(log.train)} logged iterations, {len(log.val)} validations')
        for file in log.files:
            print(f'  {file}')
        for file in log.superseded:
            print(f'  {file} left out: a later run began anew; name it to draw it')
    with atomic_path(args.out) as part:
        figure.savefig(part)
    print(f'saved to {args.out}')
    return 0
