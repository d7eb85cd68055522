"""Makes a data set of synthetic scenes with licence plates and exact outlines; needs no download.

mmlp generate
mmlp generate -o data/more_plates --num-train 2000 --seed 1 --workers 4
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .command import answers_mistakes, loading
from .options import add_out_dir, add_overwrite, add_seed, add_workers
from .parser import Parser

KEPT = 'nothing was written'


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split('x')
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f'expected WIDTHxHEIGHT such as 640x480, got {text!r}')
    return int(parts[0]), int(parts[1])


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('generate', __doc__)
    add_out_dir(parser, 'folder to make (default: %(default)s)', Path('data/synthetic_plates'))
    parser.add_argument(
        '--num-train', type=int, default=240, help='pictures to train on (default: %(default)s)'
    )
    parser.add_argument(
        '--num-val', type=int, default=60, help='pictures to validate on (default: %(default)s)'
    )
    add_seed(parser, 'the same seed makes the same pictures')
    parser.add_argument('--size', type=_size, default=(640, 480), help='of the pictures (default: 640x480)')
    add_workers(parser, 'processes', most=8)
    add_overwrite(parser, 'replace the folder if it exists')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    args = parse_args(argv)
    with loading():
        import matplotlib  # noqa: F401 (its fonts are drawn with; missing, it is told before the work)

        from mmlp.datasets.synthetic import write_dataset
    root = write_dataset(
        args.out_dir,
        args.num_train,
        args.num_val,
        args.seed,
        args.size,
        workers=args.workers,
        overwrite=args.overwrite,
    )
    print(f'{args.num_train} pictures to train on and {args.num_val} to validate on are in {root}')
    return 0
