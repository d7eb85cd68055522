"""The licence-plate data set: pictures and masks, paired by name, checked before training."""

from __future__ import annotations

import logging
import os.path as osp
from collections import Counter
from collections.abc import Sequence
from typing import Any

from mmengine import fileio
from mmengine.logging import print_log
from mmseg.datasets import BaseSegDataset
from mmseg.registry import DATASETS

from .image_suffixes import IMG_SUFFIXES
from .integrity import (
    DatasetError,
    advise_on_splits,
    check_files,
    check_masks,
    find_broken_links,
    name_offenders,
)
from .mask_rule import DEFAULT_IGNORE_VALUES, MaskRule


@DATASETS.register_module()
class LicensePlateDataset(BaseSegDataset):
    """Pictures with one mask each: 0 background, 1 plate, 255 ignore after loading.

    The default layout is that of pytorch-licenseplate-segmentation::

        data_root/
            train/images/NAME.jpg    train/masks/NAME.jpg.png
            val/images/NAME.jpg      val/masks/NAME.jpg.png

    Subfolders of the picture folder are searched, too, and expected again below the mask folder. Several
    roots are joined by the toolbox's ``ConcatDataset``. Masks are to be loaded by
    :class:`~mmlp.datasets.transforms.LoadPlateAnnotations`.

    Args:
        img_suffix: Accepted ending or endings of pictures, in any case.
        seg_map_suffix: What follows a picture's name in its mask's name. ``{img_suffix}`` stands for the
            picture's own ending: ``'{img_suffix}.png'`` pairs ``a.jpg`` with ``a.jpg.png``, ``'.png'``
            pairs it with ``a.png``, ``'_mask.png'`` with ``a_mask.png``.
        ann_file: A text file that names one picture a line, with or without its ending, relative to the
            picture folder; blank lines and lines that begin with # are passed over. Without it, all
            pictures of the folder are taken.
        ignore_values: Grey values of mask files that mean ignore. The pipeline's loader reads masks so,
            unless it is told otherwise itself.
        plate_values: What marks plates in mask files of several values or colours: grey values, palette
            indices, colours, or ``'nonzero'``, see :func:`~mmlp.datasets.mask_rule.parse_plate_values`. All
            else is background. None for masks of one class, by the rule of
            :func:`~mmlp.datasets.read_plate_mask`.
        allow_empty: Whether ``ann_file`` may name no picture, for a part of a ``ConcatDataset``.
        check: Read the header of every picture and all masks at start-up: whether sizes fit, whether masks
            tell what is a plate, and whether there is one at least. Off, only names are checked. Data behind
            a remote ``backend_args`` is never opened for checks.
        **kwargs: As in ``mmseg.datasets.BaseSegDataset``: ``data_root``, ``data_prefix`` (keys
            ``img_path``, ``seg_map_path``), ``pipeline``, ``metainfo``, ``indices``, ``test_mode``, ...

    Raises:
        FileNotFoundError: A folder or the list file is missing.
        DatasetError: An argument is not understood; no pictures; pictures without masks; names that stand
            for two files; files that cannot be read; masks of another size; values that are not named; no
            plate in the whole split. Each message names the first offenders and says what to do.
    """

    METAINFO = dict(classes=('background', 'plate'), palette=[[0, 0, 0], [60, 220, 80]])

    def __init__(
        self,
        img_suffix: str | Sequence[str] = IMG_SUFFIXES,
        seg_map_suffix: str = '{img_suffix}.png',
        ignore_values: Sequence[int] = DEFAULT_IGNORE_VALUES,
        plate_values: Any = None,
        allow_empty: bool = False,
        check: bool = True,
        **kwargs: Any,
    ) -> None:
        self.img_suffixes = (img_suffix,) if isinstance(img_suffix, str) else tuple(img_suffix)
        if not self.img_suffixes or not all(s.startswith('.') for s in self.img_suffixes):
            raise ValueError(f"img_suffix wants endings such as '.jpg', got {img_suffix!r}")
        try:
            self.mask_rule = MaskRule(ignore_values, plate_values)
        except ValueError as error:
            raise DatasetError(str(error)) from None
        self.allow_empty = allow_empty
        self.check = check
        super().__init__(img_suffix=self.img_suffixes, seg_map_suffix=seg_map_suffix, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Pairs pictures with masks and checks them.

        Returns:
            One dict a picture with ``img_path``, ``seg_map_path`` (where masks are configured),
            ``label_map``, ``reduce_zero_label``, ``seg_fields`` and ``mask_rule``, sorted by path, or in the
            order of ``ann_file``.
        """
        img_dir = self.data_prefix.get('img_path') or ''
        ann_dir = self.data_prefix.get('seg_map_path')
        names = self._list_folder(img_dir, 'picture', 'img_path')
        suffixes = self._lowered_suffixes()
        images = sorted(name for name in names if name.lower().endswith(suffixes))
        if not images:
            raise DatasetError(
                f'no pictures in {img_dir!r}: of {len(names)} files none ends with '
                f'{", ".join(self.img_suffixes)}. Other endings are given by img_suffix.'
            )
        if self.ann_file:
            images = self._select(images, img_dir)
            if not images:
                self.serialize_data = False  # Nothing to share among workers; the toolbox would stumble.
                return []

        data_list = [self._data_info(osp.join(img_dir, name)) for name in images]
        if ann_dir:
            masks = set(self._list_folder(ann_dir, 'mask', 'seg_map_path'))
            for info, name in zip(data_list, self._pair(images, masks, ann_dir)):
                info['seg_map_path'] = osp.join(ann_dir, name)
        if self.check and self.backend_args is None:
            if not self.ann_file:
                self._refuse_broken_links(img_dir)
            check_files([(info['img_path'], info.get('seg_map_path')) for info in data_list])
            if ann_dir:
                check_masks([info['seg_map_path'] for info in data_list], self.mask_rule, ann_dir)
        return data_list

    def _lowered_suffixes(self) -> tuple[str, ...]:
        return tuple(suffix.lower() for suffix in self.img_suffixes)

    def _refuse_broken_links(self, img_dir: str) -> None:
        broken = find_broken_links(img_dir, self.img_suffixes)
        if broken:
            raise DatasetError(
                f'{len(broken)} pictures are links to files that are not there:\n{name_offenders(broken)}\n'
                'Put the files back, or remove the links.'
            )

    def _data_info(self, img_path: str) -> dict:
        return dict(
            img_path=img_path,
            label_map=self.label_map,
            reduce_zero_label=self.reduce_zero_label,
            seg_fields=[],
            mask_rule=self.mask_rule,
        )

    def _list_folder(self, folder: str, what: str, key: str) -> list[str]:
        try:
            if not fileio.isdir(folder, backend_args=self.backend_args):
                raise FileNotFoundError
            names = fileio.list_dir_or_file(
                folder, list_dir=False, recursive=True, backend_args=self.backend_args
            )
            return list(names)
        except FileNotFoundError:
            advice = (
                'Name the folder of your data: --data-root of the tools, or the environment variable '
                'MMLP_DATA_ROOT where the config names none; data/README.md shows the layout.'
            )
            if self.backend_args is None and self.data_root:
                advice = advise_on_splits(self.data_root, folder) or advice
            raise FileNotFoundError(
                f'{what} folder {folder!r} does not exist (data_root={self.data_root!r}, data_prefix {key}). '
                f'{advice}'
            ) from None

    def _select(self, images: list[str], img_dir: str) -> list[str]:
        """The pictures that ``ann_file`` names, in its order."""
        if not fileio.isfile(self.ann_file, backend_args=self.backend_args):
            raise FileNotFoundError(f'ann_file {self.ann_file!r} does not exist')
        wanted = [
            line.strip() for line in self._read_list() if line.strip() and not line.lstrip().startswith('#')
        ]
        if not wanted and self.allow_empty:
            return []
        if not wanted:
            raise DatasetError(f'ann_file {self.ann_file!r} names no picture')
        known = set(images)
        by_stem: dict[str, list[str]] = {}
        for name in images:
            by_stem.setdefault(osp.splitext(name)[0], []).append(name)
        found = [[line] if line in known else by_stem.get(line, []) for line in wanted]
        missing = [line for line, names in zip(wanted, found) if not names]
        if missing:
            raise DatasetError(
                f'{len(missing)} of {len(wanted)} lines of {self.ann_file!r} name no picture in '
                f'{img_dir!r}:\n{name_offenders(missing)}'
            )
        unclear = [line for line, names in zip(wanted, found) if len(names) > 1]
        if unclear:
            raise DatasetError(
                f'{len(unclear)} lines of {self.ann_file!r} fit several pictures; write the ending, too:\n'
                f'{name_offenders(unclear)}'
            )
        twice = [line for line, count in Counter(wanted).items() if count > 1]
        if twice:
            raise DatasetError(f'{self.ann_file!r} names pictures more than once:\n{name_offenders(twice)}')
        return [names[0] for names in found]

    def _read_list(self) -> list[str]:
        """The lines of ``ann_file``, whatever its names are encoded in."""
        data = fileio.get(self.ann_file, backend_args=self.backend_args)
        if b'\0' in data:
            raise DatasetError(f'ann_file {self.ann_file!r} is not a text file (or UTF-16; save it as UTF-8)')
        return data.decode('utf-8-sig', 'surrogateescape').splitlines()

    def mask_name(self, image: str) -> str:
        """The name of a picture's mask, whether there is one or not; both relative to their folders."""
        stem, suffix = osp.splitext(image)
        return stem + self.seg_map_suffix.replace('{img_suffix}', suffix)

    def _pair(self, images: list[str], masks: set[str], ann_dir: str) -> list[str]:
        """The mask's name of every picture."""
        names = [self.mask_name(image) for image in images]
        missing = [osp.join(ann_dir, name) for name in names if name not in masks]
        if missing:
            raise DatasetError(
                f'{len(missing)} of {len(images)} pictures have no mask. Expected:\n'
                f'{name_offenders(missing)}\n'
                f'Masks are named by seg_map_suffix={self.seg_map_suffix!r} (see LicensePlateDataset); a '
                'picture without plates needs a mask that is all black, or has to be left out.'
            )
        if len(set(names)) < len(names):
            owners: dict[str, str] = {}
            clashes = [f'{p} and {owners[n]}' for p, n in zip(images, names) if owners.setdefault(n, p) != p]
            raise DatasetError(
                f'pictures share a mask:\n{name_offenders(clashes)}\nRename one of each, or name masks after '
                "the whole file name: seg_map_suffix='{img_suffix}.png'."
            )
        unused = sorted(masks - set(names))
        if unused and not self.ann_file:
            print_log(
                f'{len(unused)} files in {ann_dir!r} belong to no picture:\n{name_offenders(unused)}',
                logger='current',
                level=logging.WARNING,
            )
        return names
