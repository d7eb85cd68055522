"""Loading of plate masks in a pipeline."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmengine import fileio
from mmseg.registry import TRANSFORMS
from PIL import Image

from mmlp.media.orientation import orientation_of_image

from ..mask_rule import MaskRule, parse_plate_values
from ..plate_mask import fit_to_image, read_plate_mask
from .mask_cache import MaskCache


@TRANSFORMS.register_module()
class LoadPlateAnnotations(BaseTransform):
    """Loads a plate mask as 0 background, 1 plate, 255 ignore.

    Takes the place of the toolbox's ``LoadAnnotations``, which would read the 255 of a black and white
    mask as ignore and the picture's EXIF rotation not at all. Which grey value means what is told at
    :func:`mmlp.datasets.plate_mask.read_plate_mask`.

    The toolbox reads pictures upright, with their EXIF rotation applied. A mask may have been drawn on
    the upright picture or on the pixels as stored: a mask of the upright size is taken as it is; one of
    the stored size is rotated as the picture was.

    Required Keys:

    - img_path
    - seg_map_path (optional; a picture given to the inference API has none and passes as it is)
    - ori_shape (optional; without it the mask's size is not checked)
    - mask_rule (optional; what the data set says of its masks' values)

    Added Keys:

    - gt_seg_map (np.uint8, H x W)
    - seg_fields

    Args:
        ignore_values: Grey values of the file that mean ignore. Declare ``(128, 255)`` for masks in the
            toolbox's own convention, with 1 as plate and 255 as ignore. None for what the data set says.
        plate_values: What marks plates in files of several values or colours, see
            :func:`~mmlp.datasets.mask_rule.parse_plate_values`. None for what the data set says.
        cache_megabytes: Memory for a :class:`MaskCache` in every worker, so that a mask file is decoded in
            the first epoch only: large ones take longer to read than their pictures. 0 for none.
        backend_args: The file backend, as in the toolbox's ``LoadAnnotations``.
    """

    def __init__(
        self,
        ignore_values: Sequence[int] | None = None,
        plate_values: Any = None,
        cache_megabytes: float = 0,
        backend_args: dict | None = None,
    ) -> None:
        self.ignore_values = None if ignore_values is None else MaskRule(ignore_values).ignore_values
        self.plate_values = parse_plate_values(plate_values)
        self.cache_megabytes = cache_megabytes
        self.backend_args = backend_args
        self._cache = MaskCache(cache_megabytes)

    def transform(self, results: dict) -> dict:
        """Reads ``results['seg_map_path']``.

        Args:
            results: The results dict of the pipeline.

        Returns:
            The same dict with ``gt_seg_map``, or as it came where there is no ``seg_map_path``: the
            toolbox's inference API keeps this step in its pipeline, and the data set itself has already
            refused pictures without masks.

        Raises:
            FileNotFoundError: The mask does not exist.
            ValueError: It cannot be read, is ambiguous, or fits the picture in no orientation.
        """
        if 'seg_map_path' not in results:
            return results
        mask = self._cache.get(results['seg_map_path'])
        if mask is None:
            mask = self._read(results)
            self._cache.put(results['seg_map_path'], mask)
        results['gt_seg_map'] = mask
        results.setdefault('seg_fields', []).append('gt_seg_map')
        return results

    def _read(self, results: dict) -> np.ndarray:
        rule = results.get('mask_rule') or MaskRule()
        ignore_values = rule.ignore_values if self.ignore_values is None else self.ignore_values
        plate_values = rule.plate_values if self.plate_values is None else self.plate_values
        mask = read_plate_mask(results['seg_map_path'], ignore_values, self.backend_args, plate_values)
        shape = results.get('ori_shape')
        if shape is not None and mask.shape != tuple(shape[:2]):
            mask = self._rotate_as_image(mask, results)
        return mask

    def _rotate_as_image(self, mask: np.ndarray, results: dict) -> np.ndarray:
        data = fileio.get(results['img_path'], backend_args=self.backend_args)
        with Image.open(io.BytesIO(data)) as image:
            orientation = orientation_of_image(image)
        shape = tuple(results['ori_shape'][:2])
        return fit_to_image(mask, shape, orientation, results['seg_map_path'], results['img_path'])

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(ignore_values={self.ignore_values}, plate_values={self.plate_values}, '
            f'cache_megabytes={self.cache_megabytes}, backend_args={self.backend_args})'
        )
