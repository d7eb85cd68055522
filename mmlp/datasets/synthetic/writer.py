"""Writing a data set of synthetic scenes: pictures, masks and annotations with exact outlines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from mmlp.files import atomic_folder, remove_abandoned, write_json
from mmlp.plates import coco_document
from mmlp.processes import in_processes
from mmlp.progress import progress_bar

from .geometry import exact_polygon_mask, rect_corners
from .scenes.bodies import BODIES
from .scenes.render import render_scene
from .scenes.scene_types import ScenePlate

GENERATOR_VERSION = '2.0'
"""Changes whenever the same seed gives other pictures."""

_SPLITS = ('train', 'val')
_NO_PLATE = 0.08  # share of pictures without a plate


def _outline(plate: ScenePlate, size: tuple[int, int]) -> list[list[float]]:
    """Polygons of what is seen of a plate, in COCO's coordinates (the centre of pixel (x, y) is (x + 0.5, y +
    0.5)).
    """
    cols, rows = size
    inside = (plate.outline >= -0.5).all() and (plate.outline <= [cols - 0.5, rows - 0.5]).all()
    flat = len(plate.outline) == len(plate.corners)
    if (inside or flat) and np.array_equal(plate.mask, exact_polygon_mask(plate.outline, (rows, cols))):
        outline = plate.outline  # nothing hides it: the exact outline
        if not inside:
            image = rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5)
            outline = cv2.intersectConvexConvex(outline.astype(np.float32), image)[1][:, 0]
        return [(outline + 0.5).ravel().astype(float).round(2).tolist()]
    fine = 4  # contours run through the centres of pixels: on a finer mask, these are near its edges
    mask = np.kron(plate.mask.astype(np.uint8), np.ones((fine, fine), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    simple = [(cv2.approxPolyDP(c, fine / 2, True)[:, 0] + 0.5) / fine for c in contours]
    return [polygon.ravel().round(2).tolist() for polygon in simple if len(polygon) >= 3]


def _write_one(
    index: int, split: str, seed: int, size: tuple[int, int], root: str, vehicles: Sequence[str] | None
) -> dict:
    """Makes one picture from its own generator, so that it does not depend on who makes the others."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, _SPLITS.index(split), index])
    image, mask, plates = render_scene(rng, size, bool(rng.random() >= _NO_PLATE), vehicles)
    name = f'{split}_{index:05d}.jpg'
    folder = Path(root) / split
    for path, array, options in (
        (folder / 'images' / name, image, [cv2.IMWRITE_JPEG_QUALITY, 92]),
        (folder / 'masks' / f'{name}.png', mask * 255, []),
    ):
        if not cv2.imwrite(str(path), array, options):
            raise OSError(f'cannot write {path}: is the disk full, or the folder not writable?')
    annotations = []
    for plate in plates:
        rows, cols = np.nonzero(plate.mask)
        x, y = int(cols.min()), int(rows.min())
        annotations.append(
            {
                'category_id': 1,
                'bbox': [x, y, int(cols.max()) + 1 - x, int(rows.max()) + 1 - y],
                'area': int(plate.mask.sum()),
                'segmentation': _outline(plate, size),
                'iscrowd': 0,
                'corners': plate.corners.astype(float).round(3).tolist(),
                'layout': plate.layout,
                'text': plate.text,
            }
        )
    return {'file_name': name, 'width': size[0], 'height': size[1], 'annotations': annotations}


def _coco(records: list[dict], seed: int, split: str) -> dict:
    info = {
        'description': 'Synthetic scenes with licence plates',
        'generator': 'mmlp.datasets.synthetic',
        'version': GENERATOR_VERSION,
        'seed': seed,
        'split': split,
        'coordinates': 'segmentation and bbox: COCO, the centre of pixel (x, y) is (x + 0.5, y + 0.5); '
        'corners: the centre of pixel (x, y) is (x, y), order top-left, top-right, bottom-right, bottom-left '
        'as seen on the plate',
    }
    keys = ('file_name', 'width', 'height')
    return coco_document(
        (({key: record[key] for key in keys}, record['annotations']) for record in records),
        [{'id': 1, 'name': 'plate', 'supercategory': 'vehicle'}],
        info,
    )


def write_dataset(
    root: str | Path,
    num_train: int = 240,
    num_val: int = 60,
    seed: int = 0,
    size: tuple[int, int] = (640, 480),
    workers: int = 0,
    overwrite: bool = False,
    progress: bool = True,
    vehicles: Sequence[str] | None = None,
) -> Path:
    """Makes a data set: ``root/{train,val}/images/NAME.jpg``, ``masks/NAME.jpg.png`` and
    ``annotations.json``.

    Masks hold 0 for background and 255 for plate. The annotations are COCO's, with the keys ``corners``,
    ``layout`` and ``text`` besides. The same arguments give the same bytes with any number of workers, in one
    environment; other versions of OpenCV may round differently.

    All is written into a folder beside ``root`` that takes its name when it is complete. What earlier runs
    left there when they were killed is removed.

    Args:
        root: Where to.
        num_train: How many pictures to train on.
        num_val: How many to validate on.
        seed: Decides all that is random; 0 or more.
        size: Columns and rows of the pictures.
        workers: Processes to use besides this one; 0 or 1 works in this one.
        overwrite: Whether to replace what exists at ``root``.
        progress: Whether to show a progress bar.
        vehicles: Which kinds of vehicles to draw, keys of
            :data:`mmlp.datasets.synthetic.scenes.bodies.BODIES`; None for all, an empty list for pictures
            without any.

    Returns:
        ``root``.

    Raises:
        FileExistsError: ``root`` exists, and ``overwrite`` is False.
        ValueError: A number is out of range, or a kind of vehicle is unknown.
        WriteError: A file cannot be written, or ``root`` is a link.
        WorkerError: A worker process was killed.
    """
    root = Path(root)
    unknown = sorted(set(vehicles or ()) - set(BODIES))
    if unknown:
        raise ValueError(f'vehicles: {unknown[0]!r} is unknown; choose from {", ".join(BODIES)}')
    for name, value, least in (
        ('num_train', num_train, 0),
        ('num_val', num_val, 0),
        ('seed', seed, 0),
        ('workers', workers, 0),
    ):
        if value < least:
            raise ValueError(f'{name}: expected {least} or more, got {value}')
    if num_train + num_val == 0:
        raise ValueError('num_train and num_val are both 0: nothing to make')
    if min(size) < 64:
        raise ValueError(f'size: expected at least 64 x 64 pixels, got {size[0]}x{size[1]}')
    if root.exists() and not overwrite:
        raise FileExistsError(
            f'{root} exists; choose another folder, or say that it may be replaced (--overwrite)'
        )
    remove_abandoned([root.parent])
    with atomic_folder(root) as part:
        for split in _SPLITS:
            for kind in ('images', 'masks'):
                (part / split / kind).mkdir(parents=True)
        jobs = [(i, split) for split, count in zip(_SPLITS, (num_train, num_val)) for i in range(count)]
        make = partial(_job, seed=seed, size=tuple(size), root=str(part), vehicles=vehicles)
        records = _run(jobs, make, workers, progress)
        for split in _SPLITS:
            chosen = [record for (_, of), record in zip(jobs, records) if of == split]
            write_json(part / split / 'annotations.json', _coco(chosen, seed, split), indent=1)
    return root


def _job(job: tuple[int, str], **options: Any) -> dict:
    return _write_one(*job, **options)


def _run(jobs: list[tuple[int, str]], make: partial, workers: int, progress: bool) -> list[dict]:
    bar = partial(progress_bar, total=len(jobs), title='scenes', unit='picture', shown=progress)
    if workers <= 1:
        return list(bar(map(make, jobs)))
    with in_processes(make, jobs, workers, chunksize=4) as records:
        return list(bar(records))
