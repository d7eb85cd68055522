"""Makes a data set of synthetic scenes with licence plates and exact outlines; needs no download.

python tools/generate_synthetic_plates.py
python tools/generate_synthetic_plates.py --out data/more_plates --num-train 2000 --seed 1 --workers 4
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from _command import answers_mistakes, command, loading

with loading(__name__):
    from mmlp.datasets.synthetic import write_dataset


def _size(text: str) -> tuple[int, int]:
    parts = text.lower().split('x')
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f'expected WIDTHxHEIGHT such as 640x480, got {text!r}')
    return int(parts[0]), int(parts[1])


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('data/synthetic_plates'),
        help='folder to make (default: %(default)s)',
    )
    parser.add_argument(
        '--num-train', type=int, default=240, help='pictures to train on (default: %(default)s)'
    )
    parser.add_argument(
        '--num-val', type=int, default=60, help='pictures to validate on (default: %(default)s)'
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='the same seed makes the same pictures (default: %(default)s)'
    )
    parser.add_argument('--size', type=_size, default=(640, 480), help='of the pictures (default: 640x480)')
    parser.add_argument(
        '--workers', type=int, default=min(os.cpu_count() or 1, 8), help='processes (default: %(default)s)'
    )
    parser.add_argument('--overwrite', action='store_true', help='replace the folder if it exists')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit status."""
    args = parse_args(argv)
    root = write_dataset(
        args.out,
        args.num_train,
        args.num_val,
        args.seed,
        args.size,
        workers=args.workers,
        overwrite=args.overwrite,
    )
    print(f'{args.num_train} pictures to train on and {args.num_val} to validate on are in {root}')
    return 0


if __name__ == '__main__':
    command(main)
