"""Configs of runs, by path or by name, with what the command line changes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mmlp.apis.config_files import find_config

from .settings import read_settings

if TYPE_CHECKING:
    from mmengine.config import Config


def find_run_config(args: argparse.Namespace) -> None:
    """Puts the path of the config that a command line names in place of its name, before anything is loaded.

    Raises:
        FileNotFoundError: There is no such config.
        ValueError: It is not a Python file.
    """
    path = find_config(args.config)
    if path.suffix != '.py':
        raise ValueError(f'config {str(path)!r}: expected a Python file, NAME.py')
    args.config = str(path)


def read_config(
    args: argparse.Namespace, work_dir: str | None = None, launcher: str = 'none', resume: bool = False
) -> Config:
    """Reads the config of a run.

    Args:
        args (argparse.Namespace): What :mod:`~.options` read: ``config`` as of :func:`find_run_config`,
            ``data_root``, ``cfg_options``, and ``plate_values`` where the command has it.
        work_dir (str | None): As of :func:`~mmlp.engine.load_run_config`, as are those that follow.
        launcher (str): What started the processes of the run.
        resume (bool): Go on from the newest checkpoint.

    Raises:
        ValueError: A setting cannot be read, or the config is not one.
    """
    from mmlp.engine import load_run_config

    return load_run_config(
        args.config,
        work_dir,
        args.data_root,
        read_settings(args.cfg_options),
        launcher,
        resume,
        getattr(args, 'plate_values', None),
    )
