"""Says where the configs that come with mmlp lie, and lists them.

    mmlp configs                     the folder, and what is in it
    mmlp configs lp_fpn_lite0        the file of one

Commands take them by name, from any folder. A config of your own builds on one by naming its file:

    _base_ = ['FOLDER/lp_fpn_lite0.py']
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmlp.apis.config_files import config_folder, find_config

from .command import answers_mistakes
from .parser import Parser

KEPT = 'nothing was to be written'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('configs', __doc__)
    parser.add_argument('name', nargs='?', help='print the path of this one alone')
    return parser.parse_args(argv)


def describe(config: Path) -> str:
    """What a config says about itself: the comment at its top, up to the first full stop."""
    lines = []
    for line in config.read_text(encoding='utf-8').splitlines():
        if not line.startswith('# '):
            break
        lines.append(line[2:].strip())
    return ' '.join(lines).partition('. ')[0].rstrip('.')


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    if args.name:
        print(find_config(args.name))
        return 0
    folder = config_folder()
    print(folder)
    for config in sorted(folder.glob('*.py')):
        print(f'  {config.stem:26}{describe(config)}'.rstrip())
    return 0
