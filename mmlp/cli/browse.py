"""Write what a config's pipeline feeds the network, plates tinted, ignored pixels hatched in grey.

Examples:
    The first 40 training pictures as the network gets them:

        mmlp browse lp_deeplabv3_r101 --show-number 40

    Every step of the pipeline for five random pictures:

        mmlp browse lp_deeplabv3_r101 --mode pipeline --show-number 5 --shuffle

    The annotation of the validation split on contact sheets of four columns:

        mmlp browse lp_deeplabv3_r101 --phase val --mode original --contact-sheet 4
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .command import answers_mistakes, loading
from .option_types import positive_int
from .options import add_config, add_config_options, add_out_dir, add_plate_values, add_seed
from .parser import Parser
from .run_configs import find_run_config, read_config

if TYPE_CHECKING:
    from mmengine.config import Config

    from mmlp.visualization import BrowsedImage

KEPT = 'pictures that were written stay'
ROWS_PER_SHEET = 6


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = Parser('browse', __doc__)
    add_config(parser)
    add_out_dir(parser, 'folder to write to (default: <work dir>/browse)')
    parser.add_argument(
        '-p',
        '--phase',
        choices=['train', 'val', 'test'],
        default='train',
        help='whose pipeline (default: train)',
    )
    parser.add_argument(
        '-m',
        '--mode',
        choices=['original', 'transformed', 'concat', 'pipeline'],
        default='transformed',
        help='the file with its mask, what the network is fed (default), both side by side, or every step',
    )
    parser.add_argument(
        '-n', '--show-number', type=positive_int, metavar='N', help='how many pictures (default: all)'
    )
    parser.add_argument('--shuffle', action='store_true', help='take pictures at random')
    add_seed(parser, 'of the pipeline and of --shuffle')
    parser.add_argument(
        '--contact-sheet',
        type=positive_int,
        metavar='COLUMNS',
        help=f'set the pictures into sheets of COLUMNS x {ROWS_PER_SHEET} instead of a file each',
    )
    add_config_options(parser)
    add_plate_values(parser)
    return parser.parse_args(argv)


def build_dataset(cfg: Config, phase: str) -> object:
    """Builds the data set of a phase.

    Raises:
        ValueError: The config has no data loader for the phase.
    """
    from mmengine.registry import init_default_scope
    from mmseg.registry import DATASETS

    loader = cfg.get(f'{phase}_dataloader')
    if loader is None:
        raise ValueError(f'the config has no {phase}_dataloader')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    return DATASETS.build(loader.dataset)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Builds the data set, runs its pipeline and writes the pictures; returns the exit code."""
    args = parse_args(argv)
    find_run_config(args)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('the pipelines of configs are those of MMSegmentation')
        import numpy as np
        from mmengine.runner import set_random_seed

        from mmlp.engine import config_mistakes
        from mmlp.progress import progress_bar
        from mmlp.visualization import browse, write_images, write_sheets
    with config_mistakes():
        cfg = read_config(args)
        dataset = build_dataset(cfg, args.phase)
    out_dir = args.out_dir or Path(cfg.work_dir) / 'browse'
    set_random_seed(args.seed)
    indices = np.arange(len(dataset))
    if args.shuffle:
        indices = np.random.default_rng(args.seed).permutation(indices)
    indices = indices[: args.show_number]
    with_plate = 0

    def count(images: Iterable[BrowsedImage]) -> Iterable[BrowsedImage]:
        nonlocal with_plate
        for item in progress_bar(images, total=len(indices), unit='picture'):
            with_plate += item.has_plate
            yield item

    images = count(browse(dataset, args.mode, indices))
    if args.contact_sheet:
        write_sheets(images, out_dir, args.contact_sheet, ROWS_PER_SHEET)
    else:
        write_images(images, out_dir)
    print(f'{len(indices)} pictures in {out_dir}; the network gets a plate in {with_plate} of them')
    return 0
