"""What a data set's pipeline makes of its pictures, step by step, as pictures to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import cv2
import mmcv
import numpy as np
import torch
from mmengine import fileio
from torch.utils.data import Dataset

from .captions import contact_sheet, titled_panels
from .mask_overlay import PLATE_COLOR, draw_ignored, draw_mask

BrowseMode = Literal['original', 'transformed', 'concat', 'pipeline']
PLATE_INDEX, IGNORE_INDEX = 1, 255
_BGR = PLATE_COLOR[::-1]


@dataclass
class Stage:
    """What a step left: its name, BGR uint8 (H, W, 3) or None, labels uint8 (h, w) or None."""

    name: str
    image: np.ndarray | None
    mask: np.ndarray | None
    changed: bool


@dataclass
class BrowsedImage:
    """A picture of the data set: its file, what to show of it, BGR, and whether the network gets a plate."""

    img_path: Path
    image: np.ndarray
    has_plate: bool


class RecordingPipeline:
    """A pipeline that keeps what every step left; it draws the same random numbers as the one it wraps.

    Args:
        pipeline: Of a data set, with its steps in ``transforms``.
        stages: List that is emptied and filled by each call.
    """

    def __init__(self, pipeline: Any, stages: list[Stage]) -> None:
        self.transforms: list[Callable] = pipeline.transforms
        self.stages = stages

    def __call__(self, results: dict) -> dict | None:
        """Runs the steps on the ``results`` of one picture."""
        self.stages.clear()
        last = Stage('', None, None, changed=False)
        for transform in self.transforms:
            results = transform(results)
            if results is None or 'inputs' in results:
                return results
            image = _to_uint8(results['img'], results.get('img_norm_cfg')) if 'img' in results else None
            mask = results.get('gt_seg_map')
            same = _same(image, last.image) and _same(mask, last.mask)
            # Later steps may work in place.
            last = Stage(_describe(transform), _copy(image), _copy(mask), changed=not same)
            self.stages.append(last)
        return results


def browse(
    dataset: Dataset, mode: BrowseMode = 'transformed', indices: Iterable[int] | None = None
) -> Iterator[BrowsedImage]:
    """Runs pictures of a data set through its pipeline and draws what comes out.

    Plates are tinted and outlined, ignored pixels hatched in grey. The pipelines of the data set, and of
    those that ``ConcatDataset``, ``RepeatDataset`` and the like wrap, are replaced by recording ones.

    Args:
        dataset: Data set whose pipeline ends with ``PackSegInputs``.
        mode: ``'original'``: the file with its mask; ``'transformed'``: what the network is fed;
            ``'concat'``: both side by side; ``'pipeline'``: every step.
        indices: Which; all by default.

    Yields:
        BrowsedImage: One per index.

    Raises:
        ValueError: The mode is unknown, or the pipeline does not end with ``PackSegInputs``.
    """
    if mode not in get_args(BrowseMode):
        raise ValueError(f'mode must be one of {", ".join(get_args(BrowseMode))}, got {mode!r}')
    stages: list[Stage] = []
    leaves = list(_leaf_datasets(dataset))
    for leaf in leaves:
        leaf.pipeline = RecordingPipeline(leaf.pipeline, stages)
    for index in range(len(dataset)) if indices is None else indices:
        packed = dataset[int(index)]
        if not isinstance(packed, dict) or not isinstance(packed.get('inputs'), torch.Tensor):
            raise ValueError('the pipeline must end with PackSegInputs and give one picture, as for training')
        final = _unpack(packed, stages)
        img_path = packed['data_samples'].img_path
        if mode == 'pipeline':
            image = _draw_steps(stages)
        elif mode == 'transformed':
            image = _draw_stage(final)
        else:
            image = _draw_stage(_read_original(img_path, stages, leaves))
            if mode == 'concat':
                image = _set_beside(image, _draw_stage(final))
        has_plate = final.mask is not None and bool((final.mask == PLATE_INDEX).any())
        yield BrowsedImage(Path(img_path), image, has_plate)


def _leaf_datasets(dataset: Dataset) -> Iterator[Any]:
    """The data sets with pipelines of their own below wrappers."""
    inner = getattr(dataset, 'datasets', None) or [getattr(dataset, 'dataset', None)]
    for child in inner:
        if child is None:
            yield dataset
        else:
            yield from _leaf_datasets(child)


def _unpack(packed: dict, stages: list[Stage]) -> Stage:
    """The packed sample as a picture again: the last step's, channels last."""
    sample = packed['data_samples']
    mask = None
    if 'gt_sem_seg' in sample:
        mask = sample.gt_sem_seg.data[0].cpu().numpy().astype(np.uint8)
    image = packed['inputs'].permute(1, 2, 0).numpy()
    if image.dtype != np.uint8:
        # Steps that normalise have left their numbers with the last stage only.
        last = stages[-1].image if stages else None
        image = last if last is not None and last.shape[:2] == image.shape[:2] else image
    return Stage('PackSegInputs', np.ascontiguousarray(_to_uint8(image, None)), mask, changed=False)


def _read_original(img_path: str, stages: list[Stage], leaves: list[Any]) -> Stage:
    """The file itself, upright, with the mask as it was loaded."""
    backend_args = next((getattr(leaf, 'backend_args', None) for leaf in leaves), None)
    image = mmcv.imfrombytes(fileio.get(img_path, backend_args=backend_args))
    mask = next((stage.mask for stage in stages if stage.mask is not None), None)
    return Stage('file', image, mask, changed=False)


def _draw_stage(stage: Stage) -> np.ndarray:
    image, mask = stage.image, stage.mask
    if mask is None:
        return image
    if mask.shape != image.shape[:2]:
        # Evaluation shrinks the picture and loads the mask at its own size.
        mask = cv2.resize(mask, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    return draw_mask(draw_ignored(image, mask == IGNORE_INDEX), mask == PLATE_INDEX, color=_BGR, opacity=0.3)


def _set_beside(original: np.ndarray, transformed: np.ndarray) -> np.ndarray:
    """Both under titles; the original is shrunk to the height of what became of it."""
    height, width = original.shape[:2]
    factor = min(1.0, transformed.shape[0] / height)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    original = cv2.resize(original, size, interpolation=cv2.INTER_AREA)
    return titled_panels([(f'Original, {width} x {height}', original), ('Transformed', transformed)])


def _draw_steps(stages: list[Stage]) -> np.ndarray:
    images = []
    for number, stage in enumerate((stage for stage in stages if stage.image is not None), start=1):
        height, width = stage.image.shape[:2]
        what = f'{width} x {height}' if stage.changed else 'unchanged'
        images.append((f'{number} {stage.name}, {what}', _draw_stage(stage)))
    return contact_sheet(images, columns=4, cell_width=360)


def _describe(transform: Any) -> str:
    name = type(transform).__name__
    inner = getattr(transform, 'transforms', None)
    inner = getattr(inner, 'transforms', inner)
    if isinstance(inner, (list, tuple)) and inner:
        names = [_describe(step) for step in inner if callable(step)]
        return f'{name}: {", ".join(names)}' if names else name
    return name


def _to_uint8(image: np.ndarray, norm: dict | None) -> np.ndarray:
    """Undoes a normalisation (mean, std, to_rgb), rounds, and gives three channels."""
    if image.dtype != np.uint8 and norm is not None:
        image = mmcv.imdenormalize(
            image.astype(np.float32),
            np.asarray(norm['mean'], np.float64),
            np.asarray(norm['std'], np.float64),
            to_bgr=bool(norm.get('to_rgb')),
        )
    if image.dtype != np.uint8:
        image = np.clip(np.round(image), 0, 255).astype(np.uint8)
    is_grey = image.ndim == 2 or image.shape[2] == 1
    return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if is_grey else image


def _copy(array: np.ndarray | None) -> np.ndarray | None:
    return None if array is None else array.copy()


def _same(first: np.ndarray | None, second: np.ndarray | None) -> bool:
    if first is None or second is None:
        return first is second
    return first.shape == second.shape and np.array_equal(first, second)
