"""Makes street.jpg: a street with plates near and far, to try the tools on.

    python examples/make_street.py [--seed 0] [--out examples/street.jpg]

The scene is synthetic, so that no real plate is shown.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from mmlp.cli.command import command, loading

with loading(__name__):
    from mmlp.datasets.synthetic import render_drive
    from mmlp.media import write_image

SIZE = (1280, 720)


def main() -> None:
    """Renders the first frame of a drive and writes it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=0, help='seed of the drive')
    parser.add_argument('--out', type=Path, default=Path(__file__).with_name('street.jpg'))
    args = parser.parse_args()
    ((street, _),) = render_drive(args.seed, 1, SIZE, 12)
    write_image(args.out, street, quality=90)
    print(f'{args.out} written')


if __name__ == '__main__':
    command(main)
