"""From a config file and the options of a command line to the config of a run."""

from __future__ import annotations

import contextlib
import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.logging import print_log

from .cpu_distributed import prepare_cpu_distributed

_LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


@contextlib.contextmanager
def config_mistakes() -> Iterator[None]:
    """Says what is wrong with a config that is read or built in the block.

    Raises:
        ValueError: It is not Python, lacks a part, or names what there is not. ``python -X dev`` with the
            tools shows where.
    """
    try:
        yield
    except SyntaxError as error:
        where = f', line {error.lineno}' if error.lineno else ''
        raise ValueError(f'the config is not Python{where}: {error.msg}') from error
    except KeyError as error:
        reason = str(error.args[0]) if error.args else ''
        is_key = reason.isidentifier()
        raise ValueError(
            f'the config cannot be used: it has no {reason!r}'
            if is_key
            else f'the config cannot be used: {reason}'
        ) from error
    except (AssertionError, AttributeError, TypeError) as error:
        raise ValueError(f'the config cannot be used: {error}') from error


def load_run_config(
    path: str,
    work_dir: str | None = None,
    data_root: str | None = None,
    cfg_options: dict | None = None,
    launcher: str = 'none',
    resume: bool = False,
    plate_values: Any = None,
) -> Config:
    """Loads a config and applies what the command line says.

    Args:
        path: The config file.
        work_dir: Where logs and checkpoints go; by default what the config says, else
            ``work_dirs/<name of the config>``.
        data_root: Folder of the data, in place of the config's in every data loader.
        cfg_options: Further settings as ``{'a.b': value}``; they win over all else.
        launcher: 'none', 'pytorch', 'slurm' or 'mpi'.
        resume: Go on from the newest checkpoint in the work dir, see :func:`find_resumable`; without one,
            start as the config says.
        plate_values: What marks plates in the masks, for every data set of which the config does not say it.

    Returns:
        The config, ready for ``mmengine.runner.Runner.from_cfg``.

    Raises:
        FileNotFoundError: There is no such config file, or the checkpoint to go on from is gone.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f'config {path!r} does not exist; the configs of mmlp lie in configs/')
    cfg = Config.fromfile(path)
    cfg.launcher = launcher
    if data_root is not None:
        cfg.data_root = data_root
    for loader in _LOADERS:
        for dataset in _find_datasets(cfg.get(loader)):
            if data_root is not None:
                dataset['data_root'] = data_root
            if plate_values is not None:
                dataset.setdefault('plate_values', plate_values)
    if cfg_options:
        cfg.merge_from_dict(cfg_options)
    for loader in _LOADERS:
        if (cfg.get(loader) or {}).get('num_workers') == 0:
            cfg[loader].persistent_workers = False  # There is none to persist; PyTorch refuses it.
    if work_dir is not None:
        cfg.work_dir = work_dir
    elif cfg.get('work_dir') is None:
        cfg.work_dir = str(Path('work_dirs') / Path(path).stem)
    if resume:
        latest = find_resumable(cfg.work_dir)
        cfg.resume = latest is not None
        if latest is not None:
            # Named, since the toolbox would follow last_checkpoint to where the work dir once was.
            cfg.load_from = str(latest)
    prepare_cpu_distributed(cfg)
    return cfg


def find_resumable(work_dir: str) -> Path | None:
    """Finds the checkpoint that a run goes on from.

    ``last_checkpoint`` holds a path of where the work dir was when it was written. The file of that name in
    the work dir as it is now comes first; then the file at that path, for configs that save elsewhere; then
    the newest other one. One that was cut off while it was written, as a full disk leaves it, is passed over.

    Args:
        work_dir: The work dir, which may have been moved or copied.

    Returns:
        The checkpoint; None where the work dir holds none.

    Raises:
        FileNotFoundError: No checkpoint can be read, though there is one or one is named.
    """
    folder = Path(work_dir)
    saved = [path for kind in ('iter', 'epoch') for path in folder.glob(f'{kind}_*.pth')]
    numbered = [path for path in saved if path.stem.rpartition('_')[2].isdigit()]
    candidates = sorted(numbered, key=lambda path: int(path.stem.rpartition('_')[2]), reverse=True)
    note = folder / 'last_checkpoint'
    text = note.read_text(encoding='utf-8').strip() if note.is_file() else ''
    named = Path(text) if text else None
    if named is not None:
        candidates = [path for path in (folder / named.name, named) if path.is_file()][:1] + candidates
    wanted = named or next(iter(candidates), None)
    # An archive is complete when its directory, which stands at its end, is there.
    whole = next((path for path in candidates if zipfile.is_zipfile(path)), None)
    if whole is None and wanted is not None:
        state = 'is damaged' if candidates else f'lies neither there nor in {work_dir!r}'
        raise FileNotFoundError(
            f'the checkpoint to go on from, {str(wanted)!r}, {state}, and there is no other one. Put one '
            'into the work dir, or train without --resume.'
        )
    if whole is not None and whole.name != wanted.name:
        print_log(
            f'{wanted.name} is gone or damaged: going on from {whole}',
            logger='current',
            level=logging.WARNING,
        )
    return whole


def _find_datasets(node: Any) -> Iterator[dict]:
    """The configs of all data sets below that have a root, wrapped or not."""
    if isinstance(node, dict):
        if 'data_root' in node:
            yield node
        for value in node.values():
            yield from _find_datasets(value)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _find_datasets(value)
