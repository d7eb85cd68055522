"""Write what a config's pipeline feeds the network, plates tinted, ignored pixels hatched in grey.

Examples:
    The first 40 training pictures as the network gets them:

        python tools/analysis_tools/browse_dataset.py configs/lp_deeplabv3_r101.py --show-number 40

    Every step of the pipeline for five random pictures:

        python tools/analysis_tools/browse_dataset.py configs/lp_deeplabv3_r101.py --mode pipeline \
            --show-number 5 --shuffle

    The annotation of the validation split on contact sheets of four columns:

        python tools/analysis_tools/browse_dataset.py configs/lp_deeplabv3_r101.py --phase val \
            --mode original --contact-sheet 4
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import command, loading

with loading(__name__):
    import numpy as np
    from mmengine.config import Config, DictAction
    from mmengine.registry import init_default_scope
    from mmengine.runner import set_random_seed
    from mmseg.registry import DATASETS
    from tqdm import tqdm

    from mmlp.datasets.mask_rule import PLATE_VALUES_HELP, plate_value_argument
    from mmlp.engine import load_run_config
    from mmlp.media import write_image
    from mmlp.visualization import BrowsedPicture, browse, contact_sheet

ROWS_PER_SHEET = 6


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument(
        '--output-dir', '-o', type=Path, help='folder to write to (default: <work dir>/browse)'
    )
    parser.add_argument('--phase', '-p', choices=['train', 'val', 'test'], default='train')
    parser.add_argument(
        '--mode',
        '-m',
        choices=['original', 'transformed', 'concat', 'pipeline'],
        default='transformed',
        help='the file with its mask, what the network is fed (default), both side by side, or every step',
    )
    parser.add_argument('--show-number', '-n', type=int, metavar='N', help='how many pictures (default: all)')
    parser.add_argument('--shuffle', action='store_true', help='take pictures at random')
    parser.add_argument('--seed', type=int, default=0, help='of the pipeline and of --shuffle (default: 0)')
    parser.add_argument(
        '--contact-sheet',
        type=int,
        metavar='COLUMNS',
        help=f'set the pictures into sheets of COLUMNS x {ROWS_PER_SHEET} instead of a file each',
    )
    parser.add_argument('--data-root', help="folder of the data, in place of the config's")
    parser.add_argument(
        '--plate-values', nargs='+', type=plate_value_argument, metavar='V', help=PLATE_VALUES_HELP
    )
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='settings of the config to override; lists as key="[a,b]", without blanks',
    )
    args = parser.parse_args(argv)
    for option in ('show_number', 'contact_sheet'):
        value = getattr(args, option)
        if value is not None and value < 1:
            parser.error(f'--{option.replace("_", "-")} wants a number from 1 on, got {value}')
    return args


def build_dataset(cfg: Config, phase: str) -> object:
    """Builds the data set of a phase.

    Raises:
        ValueError: The config has no data loader for the phase.
    """
    loader = cfg.get(f'{phase}_dataloader')
    if loader is None:
        raise ValueError(f'the config has no {phase}_dataloader')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    return DATASETS.build(loader.dataset)


def write_pictures(pictures: Iterable[BrowsedPicture], output_dir: Path) -> None:
    """Writes a JPEG a picture, named after its file; names that come again are numbered.

    Raises:
        ValueError: ``output_dir`` is the folder of the pictures themselves.
    """
    taken: set[str] = set()
    for item in pictures:
        stem = item.img_path.stem
        numbered = (f'{stem}_{number}' for number in itertools.count(2))
        name = next(name for name in itertools.chain([stem], numbered) if name not in taken)
        taken.add(name)
        path = output_dir / f'{name}.jpg'
        if path.resolve().parent == item.img_path.resolve().parent:
            raise ValueError(f'--output-dir {str(output_dir)!r} holds the pictures of the data set')
        write_image(path, item.picture)


def write_sheets(pictures: Iterable[BrowsedPicture], output_dir: Path, columns: int) -> None:
    """Writes numbered contact sheets."""
    page: list[tuple[str, np.ndarray]] = []
    number = 0

    def flush() -> None:
        nonlocal number
        if page:
            number += 1
            write_image(output_dir / f'contact_sheet_{number:03d}.jpg', contact_sheet(page, columns))
            page.clear()

    for item in pictures:
        page.append((item.img_path.name, item.picture))
        if len(page) == columns * ROWS_PER_SHEET:
            flush()
    flush()


def main(argv: list[str] | None = None) -> None:
    """Builds the data set, runs its pipeline and writes the pictures."""
    args = parse_args(argv)
    cfg = load_run_config(
        args.config,
        data_root=args.data_root,
        cfg_options=args.cfg_options,
        plate_values=args.plate_values,
    )
    dataset = build_dataset(cfg, args.phase)
    output_dir = args.output_dir or Path(cfg.work_dir) / 'browse'
    set_random_seed(args.seed)
    indices = np.arange(len(dataset))
    if args.shuffle:
        indices = np.random.default_rng(args.seed).permutation(indices)
    indices = indices[: args.show_number]
    with_plate = 0

    def count(pictures: Iterable[BrowsedPicture]) -> Iterable[BrowsedPicture]:
        nonlocal with_plate
        for item in tqdm(pictures, total=len(indices), unit='picture'):
            with_plate += item.has_plate
            yield item

    pictures = count(browse(dataset, args.mode, indices))
    if args.contact_sheet:
        write_sheets(pictures, output_dir, args.contact_sheet)
    else:
        write_pictures(pictures, output_dir)
    print(f'{len(indices)} pictures in {output_dir}; the network gets a plate in {with_plate} of them')


if __name__ == '__main__':
    command(main, 'pictures that were written stay')
