"""Resize, rotation, flip, perspective and crop in one sampling of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from mmlp.plates.geometry import find_homography, map_points

from . import homography
from .base import RandomTransform, draw_log_uniform
from .checks import check_prob, check_range, check_size
from .crop import positions_in_view
from .plate_regions import plate_contours, plate_quad
from .sampling import decode_reduced, from_reduced, magnification, reduction_for, warp_image, warp_mask

#: When one corner of the picture is nearer to the horizon than this share of another's depth, the picture is
#: cut off at the frame.
_LEAST_DEPTH = 0.2


class Warp(NamedTuple):
    """One draw of :class:`RandomWarpCrop`."""

    #: From the picture to the crop, 3 x 3, in the coordinates of :mod:`.homography`.
    matrix: np.ndarray
    #: Corners of the area in the crop outside which the picture is cut off, 4 x 2, or None.
    frame: np.ndarray | None


@TRANSFORMS.register_module()
class RandomWarpCrop(RandomTransform):
    """Resizes, rotates, flips, tilts and crops at random, in one sampling instead of five.

    The amounts are drawn as by the sequence ``RandomResize`` (short side, a uniform integer),
    ``RandomRotate`` (uniform, without growing the picture), ``RandomFlip``, :class:`RandomPerspective`,
    ``Pad`` and ``RandomCrop``. Their maps are composed to one homography, and only the crop is sampled:
    bilinearly, with a blur against aliasing where the picture shrinks. The mask takes the nearest pixel. What
    the sequence would cut off is cut off here too. The result differs from the sequence's by interpolation
    only: it is sharper, and comes several times as fast.

    With probability ``plate_prob``, and if the mask has plates, the crop is **aimed at a plate** instead: one
    is picked, all alike; rotation, flip and perspective are drawn as above; the scale is drawn so that the
    longer side of the plate's smallest enclosing rectangle gets a width in the output that is uniform on the
    logarithmic scale in ``plate_width``; and the position is uniform among those at which the whole plate is
    in view, in the picture's frame when there are such. Nothing is cut off at the frame then, since a
    plate could be. The scale stays between the limits that ``max_magnification`` and ``min_short_side`` set:
    the range of widths is narrowed to what they allow for the plate, and when nothing is left of it,
    the scale is the limit itself.

    After :class:`LoadImageDeferred`, the picture is decoded here, a JPEG at a fraction of its size
    when the crop needs no more. A picture that is already there is taken as it is.

    Required Keys:

    - img (np.uint8, H x W x 3), or img_bytes, img_orientation and img_shape
    - gt_seg_map (np.uint8, H x W; optional without ``plate_prob``)

    Modified Keys:

    - img
    - gt_seg_map
    - img_shape

    Added Keys:

    - homography (np.float64, 3 x 3: from the picture to the crop, where pixel (i, j) covers
      [i, i + 1] x [j, j + 1])

    Args:
        crop_size: Size of the crop, (height, width) or one number for a square.
        short_side: Range of the short side in pixels after the resize, uniform over the integers.
        degrees: Range of the rotation, uniform; one number for (-degrees, degrees).
        flip_prob: Probability of a horizontal flip.
        distortion_scale: Strength of the perspective change, 0 (none) to 1.
        perspective_prob: Probability of a perspective change.
        plate_prob: Probability that the crop is aimed at a plate.
        plate_width: Range of the aimed-at plate's width in the crop, in pixels.
        max_magnification: The picture is never enlarged more than this for the sake of a plate's width.
        min_short_side: Nor is it shrunk so far that its short side gets shorter than this.
        pad_val: Value in the picture of what lies outside.
        seg_pad_val: Value in the mask of what lies outside.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        crop_size: int | Sequence[int] = 480,
        *,
        short_side: tuple[int, int] = (260, 1040),
        degrees: float | tuple[float, float] = 30.0,
        flip_prob: float = 0.5,
        distortion_scale: float = 0.5,
        perspective_prob: float = 0.5,
        plate_prob: float = 0.0,
        plate_width: tuple[float, float] = (16.0, 170.0),
        max_magnification: float = 2.0,
        min_short_side: int = 130,
        pad_val: int = 0,
        seg_pad_val: int = 255,
    ) -> None:
        super().__init__()
        self.crop_size = check_size('crop_size', crop_size)
        self.short_side = check_range('short_side', short_side, 1)
        self.degrees = check_range(
            'degrees', (-degrees, degrees) if isinstance(degrees, (int, float)) else degrees, -180, 180
        )
        self.flip_prob = check_prob('flip_prob', flip_prob)
        self.distortion_scale = check_prob('distortion_scale', distortion_scale)
        self.perspective_prob = check_prob('perspective_prob', perspective_prob)
        self.plate_prob = check_prob('plate_prob', plate_prob)
        self.plate_width = check_range('plate_width', plate_width, 1)
        if max_magnification <= 0 or min_short_side < 1:
            raise ValueError(
                'max_magnification must be above 0 and min_short_side at least 1, '
                f'got {max_magnification!r} and {min_short_side!r}'
            )
        self.max_magnification = max_magnification
        self.min_short_side = min_short_side
        self.pad_val = pad_val
        self.seg_pad_val = seg_pad_val

    def _draw_shape(self, width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
        """Rotation, flip and perspective of a frame, and the same without the rotation."""
        inner = homography.rotation(np.random.uniform(*self.degrees), width, height)
        outer = np.eye(3)
        if np.random.rand() < self.flip_prob:
            outer = homography.horizontal_flip(width)
        if np.random.rand() < self.perspective_prob:
            corners = homography.draw_perspective_corners(width, height, self.distortion_scale)
            outer = find_homography(homography.image_corners(width, height), corners) @ outer
        return outer @ inner, outer

    def draw(self, results: dict) -> Warp:
        """Draws everything that is random about one sample.

        Raises:
            ValueError: Picture and mask differ in size, or the crop is to be aimed at a plate and there is no
                ``gt_seg_map``.
        """
        height, width = _image_size(results)
        for key in results.get('seg_fields', []):
            shape = results[key].shape
            if shape != (height, width):
                raise ValueError(
                    f'{key} of {results.get("img_path")!r} is {shape[1]} x {shape[0]} pixels, '
                    f'the picture {width} x {height}: they must be of the same size'
                )
        if self.plate_prob and 'gt_seg_map' not in results.get('seg_fields', []):
            raise ValueError('plate_prob > 0 needs gt_seg_map: load the masks before RandomWarpCrop')
        if self.plate_prob and np.random.rand() < self.plate_prob:
            contours = plate_contours(results['gt_seg_map'])
            if contours:
                quad = plate_quad(contours[np.random.randint(len(contours))])
                return self._draw_aimed(height, width, quad)
        return self._draw_anywhere(height, width)

    def _draw_anywhere(self, height: int, width: int) -> Warp:
        short = np.random.randint(self.short_side[0], self.short_side[1] + 1)
        frame_height, frame_width = (max(1, side * short // min(height, width)) for side in (height, width))
        shape, outer = self._draw_shape(frame_width, frame_height)
        top = np.random.randint(0, max(0, frame_height - self.crop_size[0]) + 1)
        left = np.random.randint(0, max(0, frame_width - self.crop_size[1]) + 1)
        place = homography.translation(-left, -top)
        resize = homography.scaling(frame_width / width, frame_height / height)
        frame = map_points(place @ outer, homography.outline(frame_width, frame_height))
        return Warp(place @ shape @ resize, frame)

    def _draw_aimed(self, height: int, width: int, quad: np.ndarray) -> Warp:
        shape, outer = self._draw_shape(width, height)
        plate = map_points(shape, quad)
        plate_width = np.linalg.norm(plate - np.roll(plate, 1, axis=0), axis=1).max()
        least = min(self.min_short_side / min(height, width), self.max_magnification)
        scales = [min(max(want / plate_width, least), self.max_magnification) for want in self.plate_width]
        scale = draw_log_uniform(scales)
        box_start, box_stop = plate.min(axis=0) * scale, plate.max(axis=0) * scale
        corner = []
        for axis, (side, window) in enumerate(zip((width, height), self.crop_size[::-1])):
            first, last = positions_in_view(box_start[axis], box_stop[axis], window)
            slack = side * scale - window
            corner.append(np.random.uniform(*(min(max(end, first), last) for end in sorted((0, slack)))))
        place = homography.translation(-corner[0], -corner[1]) @ homography.scaling(scale, scale)
        matrix = place @ shape
        depth = homography.outline(width, height) @ matrix[2, :2] + matrix[2, 2]
        frame = None
        if depth.min() < _LEAST_DEPTH * depth.max():
            frame = map_points(place @ outer, homography.outline(width, height))
        return Warp(matrix, frame)

    def apply(self, results: dict, warp: Warp) -> None:
        """Replaces picture and masks by the crop.

        Raises:
            ValueError: The picture cannot be decoded.
        """
        results['img'] = self._sample_image(results, warp.matrix, _image_size(results))
        for key in results.get('seg_fields', []):
            results[key] = warp_mask(results[key], warp.matrix, self.crop_size, self.seg_pad_val)
        if warp.frame is not None:
            self._cut_off(results, warp.frame)
        results['img_shape'] = self.crop_size
        results['homography'] = warp.matrix

    def _sample_image(self, results: dict, matrix: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
        mean, largest = magnification(matrix, shape, self.crop_size)
        reduction = 1
        if 'img_bytes' in results:
            img, reduction = decode_reduced(results.pop('img_bytes'), reduction_for(largest))
            expected = tuple(-(-side // reduction) for side in shape)
            if img.shape[:2] != expected:
                raise ValueError(
                    f'{results.get("img_path")!r} is of another size than its img_shape {shape} says: '
                    f'decoded at 1/{reduction} it is {img.shape[:2]}, expected {expected}'
                )
            matrix = matrix @ from_reduced(shape, reduction, results.pop('img_orientation'))
        else:
            img = results['img']
        return warp_image(img, matrix, self.crop_size, (mean * reduction, largest * reduction), self.pad_val)

    def _cut_off(self, results: dict, frame: np.ndarray) -> None:
        """Blanks what lies outside ``frame``, where the sequence of transforms would have lost it."""
        frame = np.clip(frame, -1e5, 1e5)
        polygon = frame.astype(np.float32)
        height, width = self.crop_size
        corners = ((0, 0), (width, 0), (width, height), (0, height))
        if all(cv2.pointPolygonTest(polygon, corner, True) > 1 for corner in corners):
            return  # as in most draws; painting the frame takes ten times as long
        inside = np.zeros(self.crop_size, np.uint8)
        # Sixteenths of pixels, counted from the middle of the first one.
        corners = np.rint((frame - 0.5) * 16).astype(np.int32)
        cv2.fillConvexPoly(inside, corners, 1, shift=4)
        if inside.all():
            return
        fills = {'img': self.pad_val, **dict.fromkeys(results.get('seg_fields', []), self.seg_pad_val)}
        for key, value in fills.items():
            results[key] = cv2.copyTo(results[key], inside, np.full_like(results[key], value))


def _image_size(results: dict) -> tuple[int, int]:
    """Height and width of the picture, decoded or not."""
    return results['img'].shape[:2] if 'img' in results else results['img_shape']
