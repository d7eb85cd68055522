"""Pictures, masks and splits for the tests of the audit, drawn by themselves."""

from __future__ import annotations

import cv2
import numpy as np

from mmlp.datasets.audit import Split, audit, find_split_folders, load_splits
from mmlp.datasets.audit.measure import measure_sample

SIZE = (120, 160)


def scene(seed, size=SIZE):
    """A picture with large soft shapes, BGR uint8: no two seeds have anything in common."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)


def rectangle_mask(*boxes, size=SIZE):
    """A mask (0 and 255) with rectangles of left, top, width, height."""
    mask = np.zeros(size, np.uint8)
    for left, top, width, height in boxes:
        mask[top : top + height, left : left + width] = 255
    return mask


PLATE = rectangle_mask((60, 70, 40, 10))


def write(root, name, image, mask=PLATE, split='train'):
    """Writes a picture and, unless it is None, its mask; both as arrays or as the bytes of a file."""
    for folder, file, content in (('images', name, image), ('masks', f'{name}.png', mask)):
        path = root / split / folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            assert cv2.imwrite(str(path), content)


def splits_of(root, **options):
    return load_splits(find_split_folders(root, options))


def run(root, **options):
    """The report on a folder."""
    return audit(str(root), splits_of(root), **options)


def found(report):
    """Check, split and file name of all findings."""
    return {(f.check, f.split, f.path.rsplit('/', 1)[-1]) for f in report.findings}


def measure(root, name, split='train', **options):
    """The record of one picture."""
    splits: list[Split] = splits_of(root, **options)
    samples = [s for part in splits for s in part.samples]
    return measure_sample(next(s for s in samples if s.split == split and s.img_path.endswith(name)))
