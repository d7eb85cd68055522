"""Which pictures and masks belong to which split, without stopping at what is missing."""

from __future__ import annotations

import os
import os.path as osp
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mmengine import fileio
from mmengine.config import Config
from mmseg.registry import DATASETS

from ..integrity import DatasetError, find_broken_links
from ..license_plate_dataset import LicensePlateDataset
from .records import Finding, Sample

PHASES = ('train', 'val', 'test')


@dataclass
class Split:
    """The pictures of a split.

    Args:
        name: Its name; splits of the same files are one, named like ``val+test``.
        samples: Its pictures.
        findings: What is wrong with the split, or with files that belong to no picture.
    """

    name: str
    samples: list[Sample] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def phase_datasets(cfg: Config) -> dict[str, list[dict]]:
    """The data sets of a config's train, val and test loaders, taken out of the toolbox's wrappers.

    Args:
        cfg: A config of a run.

    Returns:
        Configs of :class:`~mmlp.datasets.LicensePlateDataset` by phase, for :func:`load_splits`.

    Raises:
        ValueError: The config has no data loader at all.
    """
    loaders = {phase: cfg.get(f'{phase}_dataloader') for phase in PHASES}
    found = {phase: list(_leaves(loader['dataset'])) for phase, loader in loaders.items() if loader}
    if not found:
        raise ValueError('the config has none of train_dataloader, val_dataloader and test_dataloader')
    return found


def find_split_folders(root: Path, options: Mapping[str, Any]) -> dict[str, list[dict]]:
    """The splits of a folder in our layout: subfolders that hold ``images`` (and ``masks``).

    Args:
        root: The folder.
        options: Arguments of :class:`~mmlp.datasets.LicensePlateDataset` for all of them, such as
            ``seg_map_suffix``, ``ignore_values`` and ``plate_values``.

    Returns:
        Configs of data sets by split, for :func:`load_splits`; train, val and test come first.

    Raises:
        FileNotFoundError: There is no such folder.
        ValueError: It holds no split.
    """
    if not root.is_dir():
        raise FileNotFoundError(f'data root {str(root)!r} does not exist')
    names = sorted(path.name for path in root.iterdir() if (path / 'images').is_dir())
    if not names:
        raise ValueError(
            f'{str(root)!r} holds no split: expected folders such as {root / "train" / "images"} and '
            f'{root / "train" / "masks"}. For another layout give a config.'
        )
    names.sort(key=lambda name: PHASES.index(name) if name in PHASES else len(PHASES))
    return {
        name: [
            dict(
                type='LicensePlateDataset',
                data_root=str(root),
                data_prefix=dict(img_path=f'{name}/images', seg_map_path=f'{name}/masks'),
                **options,
            )
        ]
        for name in names
    }


def load_splits(datasets: Mapping[str, Iterable[dict]], expected: Sequence[str] = ()) -> list[Split]:
    """Lists the pictures and masks of splits; what is missing becomes a finding.

    Args:
        datasets: Configs of data sets by split.
        expected: Splits that are missed where they are not there.

    Returns:
        The splits. Those of the very same files (``test_dataloader = val_dataloader``) are one.

    Raises:
        ValueError: A data set is none of ours, or not on the local disk.
        DatasetError: No split has a picture.
    """
    splits = []
    for name, parts in datasets.items():
        split = Split(name)
        for part in parts:
            _load_part(split, part)
        splits.append(split)
    for name in expected:
        if name not in datasets and splits:
            message = f'there is no {name}, only {" and ".join(datasets)}'
            splits[0].findings.append(Finding('no-train-split', splits[0].name, splits[0].name, message))
    if not any(split.samples for split in splits):
        reasons = '\n'.join(f.message for split in splits for f in split.findings)
        raise DatasetError(f'no pictures in {" or ".join(datasets)}:\n{reasons}')
    return _merge_equal(splits)


def _leaves(node: Mapping[str, Any]) -> Iterable[dict]:
    """Data sets inside ConcatDataset, RepeatDataset and the like."""
    if 'datasets' in node:
        for part in node['datasets']:
            yield from _leaves(part)
    elif 'dataset' in node:
        yield from _leaves(node['dataset'])
    else:
        yield dict(node)


def _load_part(split: Split, cfg: dict) -> None:
    dataset = _build_unchecked(cfg)
    image_dir, mask_dir = (dataset.data_prefix.get(key) for key in ('img_path', 'seg_map_path'))
    # Without its masks the data set only lists pictures; with them it would refuse the first that is missing.
    dataset.data_prefix['seg_map_path'] = None
    try:
        dataset.full_init()
    except (DatasetError, FileNotFoundError) as error:
        split.findings.append(Finding('unusable-split', split.name, image_dir or '', str(error)))
        return
    images = [dataset.get_data_info(index)['img_path'] for index in range(len(dataset))]
    if _takes_all(dataset):
        images += find_broken_links(image_dir or '', dataset.img_suffixes)
    masks: list[str | None] = [None] * len(images)
    if mask_dir and osp.isdir(mask_dir):
        masks = _find_masks(split, dataset, images, image_dir or '', mask_dir)
    elif mask_dir:
        message = f'mask folder {mask_dir!r} does not exist; its {len(images)} pictures are without masks'
        split.findings.append(Finding('unusable-split', split.name, mask_dir, message))
    split.samples += [
        Sample(split.name, image, mask, dataset.mask_rule, _name_of(image, image_dir or ''))
        for image, mask in zip(images, masks)
    ]


def _build_unchecked(cfg: dict) -> LicensePlateDataset:
    """Builds a data set that has not looked at its files yet."""
    if cfg.get('backend_args') is not None:
        raise ValueError(f'the audit reads local files, got backend_args={cfg["backend_args"]}')
    kind = cfg['type'] if isinstance(cfg['type'], type) else DATASETS.get(cfg['type'])
    if kind is None or not issubclass(kind, LicensePlateDataset):
        raise ValueError(f'the audit reads LicensePlateDataset, got {cfg["type"]}')
    options = {'lazy_init': True, 'check': False, 'pipeline': [], 'serialize_data': False}
    return DATASETS.build({**cfg, **options})


def _find_masks(
    split: Split, dataset: LicensePlateDataset, images: list[str], image_dir: str, mask_dir: str
) -> list[str | None]:
    """The mask of each picture; None and a finding where there is none."""
    there = set(fileio.list_dir_or_file(mask_dir, list_dir=False, recursive=True))
    names = [dataset.mask_name(osp.relpath(image, image_dir)) for image in images]
    masks: list[str | None] = []
    owners: dict[str, str] = {}
    for image, name in zip(images, names):
        path = osp.join(mask_dir, name)
        if name not in there:
            split.findings.append(Finding('missing-mask', split.name, image, f'expected {path}'))
        elif owners.setdefault(name, image) != image:
            message = f'shares {path} with {owners[name]}'
            split.findings.append(Finding('shared-mask', split.name, image, message, owners[name]))
        masks.append(path if name in there else None)
    if _takes_all(dataset):
        for name in sorted(there - set(names)):
            path = osp.join(mask_dir, name)
            split.findings.append(Finding('unused-mask', split.name, path, 'belongs to no picture'))
    return masks


def _name_of(image: str, image_dir: str) -> str:
    return osp.relpath(image, image_dir).replace(os.sep, '/')


def _takes_all(dataset: LicensePlateDataset) -> bool:
    """Whether all pictures of the folder are meant; what a list or ``indices`` leaves out has a mask, too."""
    return not dataset.ann_file and dataset._indices is None


def _merge_equal(splits: list[Split]) -> list[Split]:
    """Joins splits of the very same files, in the place of the first."""
    merged: dict[tuple, Split] = {}
    for split in splits:
        files = tuple((sample.img_path, sample.seg_map_path, sample.mask_rule) for sample in split.samples)
        first = merged.setdefault(files or (split.name,), split)
        if first is not split:
            _rename(first, f'{first.name}+{split.name}')
    return list(merged.values())


def _rename(split: Split, name: str) -> None:
    split.name = name
    split.samples = [replace(sample, split=name) for sample in split.samples]
    split.findings = [replace(finding, split=name) for finding in split.findings]
