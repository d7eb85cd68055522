"""How precisely plate corners are found in a mask, against min-area rectangle and approxPolyDP.

Plates with known corners are turned in space, seen through a pinhole and rendered as masks, with blur, ragged
outlines, bites, holes and specks as networks produce them. Every method gets the same sub-pixel outline.

    python tools/analysis_tools/benchmarks/plate_corners.py [--count 200] [--seed 0]

Corner error is the mean distance of the four corners in percent of the plate's height (its mean left and
right side in the picture). Which corner is called top-left is measured on its own: plates seen from the side
may look as high as wide, and no outline tells how they are read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from mmlp.cli.command import command, loading

with loading(__name__):
    import cv2
    import numpy as np

    from mmlp.plates import (
        fill_holes,
        fit_quadrilateral,
        order_corners,
        quadrilateral_iou,
        side_lengths,
        trace_outline,
    )


@dataclass(frozen=True)
class Condition:
    """How plates are seen; lengths are shares of the plate's height.

    Args:
        heights (tuple[float, float]): Range of plate heights in pixels.
        tilt (float): Largest yaw and pitch in degrees.
        roll (float): Largest roll in degrees.
        blur (float): Sigma of the mask's blur.
        ragged (float): Standard deviation of the outline from a straight line, in teeth of a tenth of the
            height.
        wobble (float): The same in waves as long as the plate is high, hard to tell from tilt.
        bites (int): Discs added to or taken from the outline.
        bite_size (float): Largest radius of these discs.
        holes (int): Discs of up to the same radius taken from the inside.
        specks (int): Small discs beside the plate.
        binary (bool): Give the mask only, not the probabilities.
    """

    heights: tuple[float, float] = (16.0, 80.0)
    tilt: float = 0.0
    roll: float = 5.0
    blur: float = 0.0
    ragged: float = 0.0
    wobble: float = 0.0
    bites: int = 0
    bite_size: float = 0.15
    holes: int = 0
    specks: int = 0
    binary: bool = False


TILTED = Condition(tilt=50, roll=30)
NOISY = replace(TILTED, blur=0.1, ragged=0.01, wobble=0.01, bites=1, holes=2, specks=4)
CONDITIONS = {
    'upright': Condition(),
    'rotated': Condition(roll=30),
    'perspective': Condition(tilt=60, roll=10),
    'blur': replace(TILTED, blur=0.15),
    'ragged outline': replace(TILTED, ragged=0.03),
    'wobbling outline': replace(TILTED, wobble=0.015),
    'bites, bumps, holes, specks': replace(TILTED, bites=2, holes=3, specks=6),
    'all together': NOISY,
    'all together, mask only': replace(NOISY, binary=True),
    'all together, 10 to 16 px': replace(NOISY, heights=(10.0, 16.0)),
    'twice the noise': replace(NOISY, ragged=0.02, wobble=0.02, bites=2, holes=4, bite_size=0.25),
}


def pose_plate(rng: np.random.Generator, condition: Condition) -> tuple[np.ndarray, tuple[int, int]]:
    """Corners of a plate turned in space, float64 (4, 2), and the picture's (height, width)."""
    aspect = rng.choice([520 / 110, 440 / 140, 305 / 152, 280 / 200])
    yaw, pitch = np.radians(rng.uniform(-condition.tilt, condition.tilt, 2))
    roll = np.radians(rng.uniform(-condition.roll, condition.roll))
    turn_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    turn_z = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    flat = np.array([[-aspect, -1, 0], [aspect, -1, 0], [aspect, 1, 0], [-aspect, 1, 0]]) / 2
    space = flat @ (turn_z @ turn_y @ turn_x).T
    seen = space[:, :2] / (1.0 + space[:, 2:] / (2.0 * aspect))
    sides = side_lengths(seen)
    corners = seen * (2 * rng.uniform(*condition.heights) / (sides[1] + sides[3]))
    border = 0.8 * max(side_lengths(corners)[[1, 3]].mean(), 8.0)
    corners += border - corners.min(axis=0) + rng.random(2)
    width, height = np.ceil(corners.max(axis=0) + border).astype(int)
    return corners, (int(height), int(width))


def render_probability(
    rng: np.random.Generator, corners: np.ndarray, shape: tuple[int, int], condition: Condition
) -> np.ndarray:
    """What a network might answer for a plate with these corners: float32 (H, W), 0..1."""
    height, width = shape
    plate_height = float(side_lengths(corners)[[1, 3]].mean())
    factor = 4 if plate_height < 32 else 2
    # Sub-pixel samples in pixels of the picture: centres of pixels are whole numbers.
    y, x = np.mgrid[: height * factor, : width * factor]
    x, y = (x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5
    distance = np.full(x.shape, np.inf)
    for start, end in zip(corners, np.roll(corners, -1, axis=0)):
        normal = np.array([start[1] - end[1], end[0] - start[0]]) / np.linalg.norm(end - start)
        distance = np.minimum(distance, (x - start[0]) * normal[0] + (y - start[1]) * normal[1])
    for amount, grain in ((condition.ragged, 0.12), (condition.wobble, 0.6)):
        if amount:
            distance += amount * plate_height * _smooth_noise(rng, x.shape, grain * plate_height * factor)
    inside = distance > 0
    for _ in range(condition.bites):
        share = rng.random()
        side = rng.integers(4)
        centre = corners[side] * (1 - share) + corners[(side + 1) % 4] * share
        disc = np.hypot(x - centre[0], y - centre[1]) < rng.uniform(0.05, condition.bite_size) * plate_height
        inside = inside | disc if rng.random() < 0.5 else inside & ~disc
    for _ in range(condition.holes):
        centre = rng.dirichlet(np.ones(4)) @ corners
        disc = np.hypot(x - centre[0], y - centre[1]) < rng.uniform(0.05, condition.bite_size) * plate_height
        inside &= ~(disc & (distance > 0.15 * plate_height))
    for _ in range(condition.specks):
        centre = rng.uniform([0, 0], [width, height])
        disc = np.hypot(x - centre[0], y - centre[1]) < rng.uniform(0.02, 0.08) * plate_height
        inside |= disc & (distance < -0.3 * plate_height)
    probability = cv2.resize(inside.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    if condition.blur:
        probability = cv2.GaussianBlur(probability, (0, 0), condition.blur * plate_height)
    return probability


def _smooth_noise(rng: np.random.Generator, shape: tuple[int, int], grain: float) -> np.ndarray:
    """Noise of standard deviation 1 that changes over ``grain`` samples."""
    coarse = rng.standard_normal([int(np.ceil(length / grain)) + 3 for length in shape])
    size = [int(np.ceil(length * grain)) for length in coarse.shape[::-1]]
    noise = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)[: shape[0], : shape[1]]
    return noise / noise.std()


def min_area_rectangle(outline: np.ndarray) -> np.ndarray:
    """The usual recipe: smallest rotated rectangle around the outline."""
    return order_corners(cv2.boxPoints(cv2.minAreaRect(outline)))


def approx_poly(outline: np.ndarray) -> np.ndarray:
    """The usual recipe: loosen approxPolyDP on the hull until four corners are left."""
    hull = cv2.convexHull(outline)
    for tolerance in np.arange(0.01, 0.2, 0.005) * cv2.arcLength(hull, True):
        polygon = cv2.approxPolyDP(hull, float(tolerance), True)
        if len(polygon) <= 4:
            break
    return order_corners(polygon[:, 0]) if len(polygon) == 4 else min_area_rectangle(outline)


METHODS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    'min-area rectangle': min_area_rectangle,
    'approxPolyDP': approx_poly,
    'fit_quadrilateral': fit_quadrilateral,
}


@dataclass
class Scores:
    """What a method reached on the plates of one condition, one entry each."""

    errors: list[float] = field(default_factory=list)
    ious: list[float] = field(default_factory=list)
    right_order: list[bool] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)


def measure(condition: Condition, count: int, seed: int) -> dict[str, Scores]:
    """Scores of every method on ``count`` plates."""
    rng = np.random.default_rng(seed)
    scores = {name: Scores() for name in METHODS}
    for _ in range(count):
        truth, shape = pose_plate(rng, condition)
        probability = render_probability(rng, truth, shape, condition)
        outline = _largest_outline(probability > 0.5 if condition.binary else probability)
        height = side_lengths(truth)[[1, 3]].mean()
        for name, method in METHODS.items():
            started = time.thread_time()
            corners = method(outline)
            scores[name].milliseconds.append(1000 * (time.thread_time() - started))
            distances = [
                np.linalg.norm(np.roll(corners, shift, axis=0) - truth, axis=1).mean() for shift in range(4)
            ]
            scores[name].errors.append(100 * min(distances) / height)
            scores[name].right_order.append(int(np.argmin(distances)) == 0)
            scores[name].ious.append(quadrilateral_iou(corners, truth))
    return scores


def _largest_outline(answer: np.ndarray) -> np.ndarray:
    """Outline of the largest component of a mask or of probabilities."""
    mask = answer if answer.dtype == bool else answer > 0.5
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    largest = labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA])
    return trace_outline(fill_holes(largest), None if answer.dtype == bool else answer)


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--count', type=int, default=200, help='plates per condition')
    parser.add_argument('--seed', type=int, default=0)
    options = parser.parse_args(arguments)
    if options.count < 1:
        parser.error(f'--count must be at least 1, got {options.count}')
    print('| condition | method | corner error, % of height | 95 % below | quad IoU | right order, % | ms |')
    print('|---|---|---|---|---|---|---|')
    for title, condition in CONDITIONS.items():
        for name, scores in measure(condition, options.count, options.seed).items():
            print(
                f'| {title} | {name} | {np.mean(scores.errors):.2f} | {np.percentile(scores.errors, 95):.2f} '
                f'| {np.mean(scores.ious):.4f} | {100 * np.mean(scores.right_order):.1f} '
                f'| {np.mean(scores.milliseconds):.2f} |',
                flush=True,
            )


if __name__ == '__main__':
    command(main)
