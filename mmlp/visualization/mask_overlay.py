"""Masks over photos: a translucent fill, a crisp outline, and grey hatching where pixels are ignored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from mmlp.plates.draw import DEFAULT_COLOR, Box, write_label
from mmlp.plates.outline import simplify_outline, trace_outline
from mmlp.plates.raster import SHIFT, fixed_point

from .captions import line_width

#: RGB, as everywhere else.
PLATE_COLOR = DEFAULT_COLOR[::-1]
#: Labels are written at no more than this many components, the largest ones.
MAX_LABELS = 20


class Region(NamedTuple):
    """A component: outline, float32 (N, 2), box (x, y, width, height), mean probability."""

    outline: np.ndarray
    box: tuple[int, int, int, int]
    score: float | None


def find_regions(mask: np.ndarray, probability: np.ndarray | None = None) -> list[Region]:
    """Finds the connected components (8 neighbours) of a mask, the largest first.

    Args:
        mask: Bool (H, W).
        probability: Float (H, W), 0..1; makes outlines smooth and gives the scores.

    Returns:
        The components; none is left out, however small.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    regions = []
    for index in 1 + np.argsort(-stats[1:count, cv2.CC_STAT_AREA], kind='stable'):
        x, y, width, height = (int(value) for value in stats[index, :4])
        # One pixel of surroundings, so that the outline can be interpolated between inside and outside.
        left, top = max(x - 1, 0), max(y - 1, 0)
        window = np.s_[top : y + height + 1, left : x + width + 1]
        inside = labels[window] == index
        near = None if probability is None else probability[window]
        outline = simplify_outline(trace_outline(inside, near)) + np.float32([left, top])
        score = None if near is None else float(near[inside].mean())
        regions.append(Region(outline, (x, y, width, height), score))
    return regions


def draw_mask(
    image: np.ndarray,
    mask: np.ndarray,
    *,
    color: Sequence[int] = PLATE_COLOR,
    opacity: float = 0.4,
    label: str | None = None,
    probability: np.ndarray | None = None,
) -> np.ndarray:
    """Draws a mask over a photo.

    Args:
        image: Uint8 (H, W, 3).
        mask: Bool (H, W).
        color: In the channel order of the image.
        opacity: Of the fill, 0..1; outlines are always opaque.
        label: Written beside the components, followed by the score where there is one; None for no text.
        probability: Float (H, W), 0..1, that the mask was cut from.

    Returns:
        A new picture, uint8 (H, W, 3).
    """
    out = image.copy()
    if not mask.any():
        return out
    tint = np.asarray(color, np.float32)
    out[mask] = np.round(out[mask] * (1 - opacity) + tint * opacity).astype(np.uint8)
    regions = find_regions(mask, probability)
    outlines = [fixed_point(region.outline) for region in regions]
    width = line_width(image.shape)
    cv2.polylines(out, outlines, True, tuple(map(int, color)), width, cv2.LINE_AA, SHIFT)
    if label:
        labels: list[Box] = []
        for region in regions[:MAX_LABELS]:
            text = label if region.score is None else f'{label} {100 * region.score:.0f}%'
            x, y, box_width, box_height = region.box
            box = (x, y, x + box_width, y + box_height)
            labels.append(write_label(out, text, box, tuple(map(int, color)), labels))
    return out


def draw_ignored(image: np.ndarray, ignored: np.ndarray) -> np.ndarray:
    """Greys and hatches the pixels that neither training nor metrics look at.

    Args:
        image: Uint8 (H, W, 3).
        ignored: Bool (H, W).

    Returns:
        A new picture, uint8 (H, W, 3).
    """
    out = image.copy()
    if not ignored.any():
        return out
    height, width = ignored.shape
    period = 8 * line_width(image.shape)
    stripes = (np.arange(height)[:, None] + np.arange(width)) % period < period // 4
    grey = np.where(stripes, 205, 128)[ignored][:, None]
    out[ignored] = np.round(0.35 * out[ignored] + 0.65 * grey).astype(np.uint8)
    return out
