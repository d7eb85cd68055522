"""From a config file and the options of a command line to the config of a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.runner import find_latest_checkpoint

from .cpu_distributed import prepare_cpu_distributed

_LOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


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
        resume: Go on from the newest checkpoint in the work dir; without one, start as the config says.
        plate_values: What marks plates in the masks, in place of the config's in every
            :class:`~mmlp.datasets.LicensePlateDataset`.

    Returns:
        The config, ready for ``mmengine.runner.Runner.from_cfg``.

    Raises:
        FileNotFoundError: There is no such config file.
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
                dataset['plate_values'] = plate_values
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
        cfg.resume = find_latest_checkpoint(cfg.work_dir) is not None
        if cfg.resume:
            # With both, the toolbox would resume from load_from: the run that this one fine-tunes.
            cfg.load_from = None
    prepare_cpu_distributed(cfg)
    return cfg


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
