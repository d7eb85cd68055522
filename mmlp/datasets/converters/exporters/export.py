"""Exports a folder of pictures and masks to the format of an annotation tool."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, field

from PIL import Image
from tqdm import tqdm

from ...integrity import read_size
from ...license_plate_dataset import IMG_SUFFIXES
from ...plate_mask import IGNORE, PLATE, read_plate_mask
from ..files import place_picture, relative_name, walk
from ..names import flat_name
from ..records import SPLITS, ConversionError, Problem
from ..shapes import FormatError
from .outlines import outline_regions
from .writers import WRITERS, Item

#: What a mask's file may be called, by its picture's name and stem.
_MASK_NAMES = ('{name}.png', '{stem}.png', '{stem}_mask.png', '{name}_mask.png')


@dataclass
class ExportReport:
    """What an export did: pictures, plates, regions to ignore, and files that could not be exported."""

    out: str
    pictures: int = 0
    plates: int = 0
    ignored: int = 0
    problems: list[Problem] = field(default_factory=list)


def export_masks(
    source: str | None,
    out: str,
    to: str,
    *,
    images: str | None = None,
    masks: str | None = None,
    link: str = 'copy',
    min_area: int = 0,
    progress: bool = True,
) -> ExportReport:
    """Exports masks as outlines, for correction in an annotation tool.

    Plates get the label ``plate``, ignored pixels the label ``ignore``, which the readers of the converters
    take back as such.

    Args:
        source: Data set in the layout of :class:`~mmlp.datasets.LicensePlateDataset`; None with ``images``
            and ``masks``.
        out: Output folder; must be empty, so that no corrections are overwritten.
        to: ``coco``, ``labelme`` or ``yolo``.
        images: Folder of pictures, instead of a source.
        masks: Folder of their masks, with it: ``NAME.jpg.png``, ``NAME.png`` or ``NAME_mask.png``.
        link: ``copy``, ``hard`` or ``symlink`` pictures.
        min_area: Regions of fewer pixels are left out.
        progress: Show a progress bar.

    Raises:
        ConversionError: There is nothing to export, or the output folder is not empty.
    """
    parts = _find_parts(source, images, masks)
    if os.path.isdir(out) and os.listdir(out):
        raise ConversionError(f'{out!r} is not empty; corrections in it would be overwritten')
    pictures = [(part, path) for part in parts for path in walk(part[1], *IMG_SUFFIXES)]
    if not pictures:
        raise ConversionError(f'no pictures in {parts[0][1]!r}')
    report = ExportReport(out)
    unused = {mask for _, _, folder in parts for mask in walk(folder, '.png')}
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix='.partial-') as scratch:
        writer = WRITERS[to](out, scratch)
        for part, path in tqdm(pictures, desc='exporting', unit='pic', disable=not progress):
            try:
                name = relative_name(path, part[1])
                mask = _find_mask(name, part[2])
                unused.discard(mask)
                item = _read(part[0], name, path, mask, min_area)
                writer.write(item)
                place_picture(path, writer.picture_path(item), link, scratch)
            except (ValueError, OSError, SyntaxError, Image.DecompressionBombError) as error:
                report.problems.append(Problem(path, str(error)))
            else:
                report.pictures += 1
                report.plates += len(item.plates)
                report.ignored += len(item.ignored)
        writer.finish()
    known = ', '.join(IMG_SUFFIXES)
    report.problems += [
        Problem(mask, f'no picture belongs to this mask; pictures may end with {known}')
        for mask in sorted(unused)
    ]
    return report


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


def _find_mask(name: str, folder: str) -> str:
    """Path of the mask of a picture; ``name`` is relative to the folder of pictures."""
    stem = os.path.splitext(name)[0]
    candidates = [form.format(name=name, stem=stem) for form in _MASK_NAMES]
    for candidate in candidates:
        path = os.path.join(folder, *candidate.split('/'))
        if os.path.isfile(path):
            return path
    raise FormatError(f'there is no mask {" or ".join(candidates[:3])} in {folder!r}')


def _read(split: str, name: str, path: str, mask_path: str, min_area: int) -> Item:
    (width, height), _ = read_size(path)
    mask = read_plate_mask(mask_path)
    if mask.shape != (height, width):
        raise FormatError(
            f'mask {mask_path!r} has {mask.shape[1]} x {mask.shape[0]} pixels, its picture {width} x {height}'
        )
    return Item(
        name=flat_name(name),
        split=split,
        width=width,
        height=height,
        plates=outline_regions(mask == PLATE, min_area),
        ignored=outline_regions(mask == IGNORE, min_area),
    )
