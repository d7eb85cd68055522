"""Exports a folder of pictures and masks to the format of an annotation tool."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from mmlp.files import is_disk_full
from mmlp.progress import progress_bar

from ...image_size import read_size
from ...image_suffixes import IMG_SUFFIXES
from ...plate_mask import IGNORE, PLATE, read_plate_mask
from ..boundary import Boundary
from ..files import place_image, relative_name, walk
from ..limits import DATA_ERRORS
from ..names import flat_name
from ..records import SPLITS, ConversionError, Problem
from ..shapes import FormatError, describe
from ..work import in_threads
from .item import Item
from .outlines import outline_regions
from .unfinished import UnfinishedExport
from .writers import WRITERS

#: What a mask's file may be called, by its picture's name and stem.
_MASK_NAMES = ('{name}.png', '{stem}.png', '{stem}_mask.png', '{name}_mask.png')


@dataclass
class ExportReport:
    """What an export did: pictures, plates, regions to ignore, and files that could not be exported.

    ``skipped`` of the pictures stood finished from a run that was interrupted.
    """

    out: str
    images: int = 0
    skipped: int = 0
    plates: int = 0
    ignored: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, item: Item) -> None:
        """Counts a picture."""
        self.images += 1
        self.plates += len(item.plates)
        self.ignored += len(item.ignored)


@dataclass(frozen=True)
class _Job:
    """One picture to export: its split, its name relative to the folder of pictures, that of masks."""

    split: str
    name: str
    path: str
    masks: str

    @property
    def key(self) -> str:
        """Identifies the picture, wherever the command is run."""
        return f'{self.split}/{self.name}'


def export_masks(
    source: str | None,
    out: str,
    to: str,
    *,
    images: str | None = None,
    masks: str | None = None,
    link: str = 'copy',
    min_area: int = 0,
    workers: int = 1,
    allow_outside: bool = False,
    progress: bool = True,
) -> ExportReport:
    """Exports masks as outlines, for correction in an annotation tool.

    Plates get the label ``plate``, ignored pixels the label ``ignore``, which the readers of the converters
    take back as such. Interrupted, the export goes on where it stopped; pictures that stand finished are not
    touched again.

    Args:
        source: Data set in the layout of :class:`~mmlp.datasets.LicensePlateDataset`; None with ``images``
            and ``masks``.
        out: Output folder; must be empty or hold an unfinished export, so that no corrections are
            overwritten.
        to: ``coco``, ``labelme`` or ``yolo``.
        images: Folder of pictures, instead of a source.
        masks: Folder of their masks, with it: ``NAME.jpg.png``, ``NAME.png`` or ``NAME_mask.png``.
        link: ``copy``, ``hard`` or ``symlink`` pictures.
        min_area: Regions of fewer pixels are left out.
        workers: Number of threads.
        allow_outside: Take pictures and masks to which links lead out of these folders.
        progress: Show a progress bar.

    Raises:
        ConversionError: There is nothing to export, or the output folder is not empty.
        WriteError: The disk is full; the same call goes on where it stopped.
        ValueError: ``workers`` is less than 1.
    """
    if workers < 1:
        raise ValueError(f'workers must be 1 or more, got {workers!r}')
    parts = _find_parts(source, images, masks)
    boundary = Boundary(*((images, masks) if images and masks else (source,)), allow_outside=allow_outside)
    jobs = [
        _Job(split, relative_name(path, folder), path, mask_folder)
        for split, folder, mask_folder in _admitted(parts, boundary)
        for path in walk(folder, *IMG_SUFFIXES, boundary=boundary)
    ]
    unused = {mask for _, _, folder in parts for mask in walk(folder, '.png', boundary=boundary)}
    refused = boundary.problems()
    if not jobs:
        first = f'. The first problem: {refused[0].path}: {refused[0].message}' if refused else ''
        raise ConversionError(f'no pictures in {parts[0][1]!r}{first}')
    report = ExportReport(out, problems=refused)
    sources = [os.path.abspath(folder) for _, *folders in parts for folder in folders]
    done = UnfinishedExport(out, {'to': to, 'link': link, 'min_area': min_area, 'sources': sources})
    complete = False
    try:
        writer = WRITERS[to](out)
        for item in done.finished.values():
            writer.take(item)
        prepare = partial(_prepare, done=done, min_area=min_area, known_masks=frozenset(unused))
        results = in_threads(prepare, jobs, workers)
        with closing(results):
            for job, future in progress_bar(
                results, total=len(jobs), title='exporting', unit='picture', shown=progress
            ):
                try:
                    mask, stamp, item = future.result()
                    unused.discard(mask)
                    if job.key in done.finished:
                        report.skipped += 1
                    else:
                        writer.take(item)
                        writer.write(item)
                        place_image(job.path, writer.image_path(item), link)
                        done.add(job.key, stamp, item)
                except (*DATA_ERRORS, OSError) as error:
                    if is_disk_full(error):  # So it is for all that follow.
                        raise
                    report.problems.append(Problem(job.path, describe(error)))
                else:
                    report.count(item)
        writer.finish()
        complete = True
    finally:
        done.close(complete)
    known = ', '.join(IMG_SUFFIXES)
    report.problems += [
        Problem(mask, f'no picture belongs to this mask; pictures may end with {known}')
        for mask in sorted(unused)
    ]
    return report


def _admitted(parts: Sequence[tuple[str, str, str]], boundary: Boundary) -> list[tuple[str, str, str]]:
    return [part for part in parts if all(boundary.admits(folder) for folder in part[1:])]


def _prepare(
    job: _Job, done: UnfinishedExport, min_area: int, known_masks: Collection[str]
) -> tuple[str, str, Item]:
    """The mask of a picture, what tells both from later versions of them, and the outlines."""
    mask = _find_mask(job.name, job.masks, known_masks)
    stamp = ' '.join(f'{stat.st_size} {stat.st_mtime_ns}' for stat in map(os.stat, (job.path, mask)))
    return mask, stamp, done.look_up(job.key, stamp) or _read(job, mask, min_area)


def _find_parts(source: str | None, images: str | None, masks: str | None) -> list[tuple[str, str, str]]:
    """Split ('' for none), picture folder and mask folder of each part of a set."""
    if images and masks:
        parts = [('', images, masks)]
    elif source:
        bases = [(split, os.path.join(source, split)) for split in SPLITS]
        bases = [pair for pair in bases if os.path.isdir(os.path.join(pair[1], 'images'))] or [('', source)]
        parts = [(split, os.path.join(base, 'images'), os.path.join(base, 'masks')) for split, base in bases]
    else:
        raise ConversionError('give a data set, or both a folder of pictures and one of masks')
    for _, *folders in parts:
        for folder in folders:
            if not os.path.isdir(folder):
                raise ConversionError(
                    f'there is no folder {folder!r}; expected images/ and masks/ in the source or in its '
                    'train/, val/ and test/, or --images and --masks'
                )
    return parts


def _find_mask(name: str, folder: str, known: Collection[str]) -> str:
    """Path of the mask of a picture among all; ``name`` is relative to the folder of pictures."""
    stem = os.path.splitext(name)[0]
    candidates = [form.format(name=name, stem=stem) for form in _MASK_NAMES]
    for candidate in candidates:
        path = os.path.join(folder, *candidate.split('/'))
        if path in known:
            return path
    raise FormatError(f'there is no mask {" or ".join(candidates[:3])} in {folder!r}')


def _read(job: _Job, mask_path: str, min_area: int) -> Item:
    (width, height), _ = read_size(job.path)
    mask = read_plate_mask(mask_path)
    if mask.shape != (height, width):
        raise FormatError(
            f'mask {mask_path!r} has {mask.shape[1]} x {mask.shape[0]} pixels, its picture {width} x {height}'
        )
    return Item(
        name=flat_name(job.name),
        split=job.split,
        width=width,
        height=height,
        plates=outline_regions(mask == PLATE, min_area),
        ignored=outline_regions(mask == IGNORE, min_area),
    )
