"""The options that several commands have: the same names for the same things, see :mod:`mmlp.cli`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mmlp.datasets.mask_rule import PLATE_VALUES_HELP, plate_value_argument

from .option_types import positive_int, whole_number
from .settings import setting

#: Parsers and their groups.
Container = argparse._ActionsContainer


def add_out_dir(parser: Container, help: str, default: Path | None = None, *, required: bool = False) -> None:
    """Adds ``-o/--out-dir``, a folder to write to."""
    parser.add_argument(
        '-o', '--out-dir', type=Path, metavar='OUT', default=default, required=required, help=help
    )


def add_out(parser: Container, help: str, *, required: bool = True) -> None:
    """Adds ``-o/--out``, a file to write."""
    parser.add_argument('-o', '--out', type=Path, metavar='FILE', required=required, help=help)


def add_overwrite(parser: Container, help: str) -> None:
    """Adds ``--overwrite``."""
    parser.add_argument('--overwrite', action='store_true', help=help)


def add_workers(parser: Container, kind: str, most: int = 4, least: int = 1) -> None:
    """Adds ``--workers``: one a processor and ``most`` at most, unless it says how many, 0 or 1 and more."""
    parser.add_argument(
        '--workers',
        type=positive_int if least else whole_number,
        default=min(most, os.cpu_count() or 1),
        metavar='N',
        help=f'{kind} (default: %(default)s)',
    )


def add_threads(parser: Container) -> None:
    """Adds ``--threads``, those of the network."""
    parser.add_argument(
        '--threads', type=positive_int, metavar='N', help='threads of the network (default: one a core)'
    )


def add_seed(parser: Container, help: str) -> None:
    """Adds ``--seed``."""
    parser.add_argument('--seed', type=int, default=0, metavar='N', help=f'{help} (default: 0)')


def add_plate_values(parser: Container) -> None:
    """Adds ``--plate-values``, what marks plates in mask files."""
    parser.add_argument(
        '--plate-values', nargs='+', type=plate_value_argument, metavar='V', help=PLATE_VALUES_HELP
    )


def add_config(parser: Container) -> None:
    """Adds the config that a command works with."""
    parser.add_argument(
        'config', help='config file, or the name of a config of mmlp ("mmlp configs" lists them)'
    )


def add_config_options(parser: Container) -> None:
    """Adds what changes a config: ``--data-root`` and ``--cfg-options``."""
    parser.add_argument('--data-root', metavar='FOLDER', help="folder of the data, in place of the config's")
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action='extend',
        type=setting,
        metavar='KEY=VALUE',
        help='settings of the config to override, such as train_dataloader.batch_size=4; lists as '
        'key="[a,b]", without blanks',
    )


def add_launcher(parser: Container) -> None:
    """Adds what the toolbox's launchers hand over, see :func:`tell_rank`."""
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what starts the processes of one run, such as torchrun (pytorch); default: none',
    )
    # Old launchers hand the rank over as an argument, torchrun in the environment.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)


def tell_rank(args: argparse.Namespace) -> None:
    """Puts the rank where PyTorch looks for it."""
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
