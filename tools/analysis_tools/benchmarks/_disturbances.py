"""What makes pictures harder: light, lenses, motion, sensors, compression, nearness, each at one strength."""

from __future__ import annotations

import zlib

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmengine.dataset import Compose

from mmlp.datasets import transforms
from mmlp.datasets.synthetic import PasteSyntheticPlate
from mmlp.plates.components import label_components


class CloseUp(BaseTransform):
    """Cuts a picture so that its widest plate fills a share of the width; without a plate it stays whole.

    Args:
        share: In (0, 1].
    """

    def __init__(self, share: float) -> None:
        self.share = share

    def transform(self, results: dict) -> dict:
        """Cuts ``img`` and ``gt_seg_map``."""
        height, width = results['gt_seg_map'].shape
        _, stats = label_components(results['gt_seg_map'] == 1)
        if len(stats):
            left, top, across, down, _ = stats[stats[:, cv2.CC_STAT_WIDTH].argmax()].tolist()
            columns = min(round(across / self.share), width)
            rows = min(round(columns * height / width), height)
            x = int(np.clip(left + (across - columns) / 2, 0, width - columns))
            y = int(np.clip(top + (down - rows) / 2, 0, height - rows))
            for key in ('img', 'gt_seg_map'):
                results[key] = np.ascontiguousarray(results[key][y : y + rows, x : x + columns])
        return results


_READ_NOISE = transforms.RandomNoise(read_std=(4, 4), shot_gain=(0, 0), prob=1.0)

#: By name; lengths are in pixels of the picture.
DISTURBANCES = {
    # A fifth of the light, plates no brighter than all else.
    'dark': [
        transforms.RandomRetroreflection((0.2, 0.2), (1, 1), infrared_prob=0.0, prob=1.0),
        _READ_NOISE,
    ],
    # A quarter of the light, grey, and plates that shine.
    'infrared': [
        transforms.RandomRetroreflection((0.25, 0.25), (5, 5), infrared_prob=1.0, prob=1.0),
        _READ_NOISE,
    ],
    'bright': [transforms.ColorJitter(brightness=(1.8, 1.8))],
    'grey': [transforms.ColorJitter(saturation=(0, 0))],
    'blur': [transforms.GaussianBlur(radius=(2, 2), prob=1.0)],
    'motion': [transforms.MotionBlur(length=(10, 10), angle=(0, 0), prob=1.0)],
    'noise': [transforms.RandomNoise(read_std=(16, 16), prob=1.0)],
    'jpeg': [transforms.JPEGCompression(quality=(12, 12), prob=1.0)],
    'close': [CloseUp(0.75)],
    # No hardship: synthetic plates over those of the picture, whose outlines are exact to the pixel.
    'replaced': [PasteSyntheticPlate(replace_prob=1.0, add_prob=0.0, clutter_prob=0.0, overlay_prob=0.0)],
}


def disturb(image: np.ndarray, target: np.ndarray, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Spoils a picture, the same picture always in the same way.

    Args:
        image: BGR uint8, H x W x 3; stays as it is.
        target: Uint8, H x W, 0 background, 1 plate, 255 ignored.
        name: One of :data:`DISTURBANCES`.

    Returns:
        A new picture and its target; all but 'close' keep the shapes.
    """
    state = np.random.get_state()
    np.random.seed(zlib.crc32(image.data))
    try:
        spoilt = Compose(DISTURBANCES[name])({'img': image.copy(), 'gt_seg_map': target})
        return spoilt['img'], spoilt['gt_seg_map']
    finally:
        np.random.set_state(state)
