"""The transform that pastes synthetic plates, and things that are not plates, into real training pictures."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from mmlp.plates.components import label_components
from mmlp.plates.geometry import find_homography, map_points, order_corners, side_lengths

from ..transforms.base import RandomTransform
from ..transforms.checks import check_prob, check_range
from .geometry import composite, polygon_window, premultiply, rect_corners, tilted_quad
from .light import Light, measure_light
from .plates.bend import bend_plate, random_bend
from .plates.layouts import choose_layout
from .plates.plate_layout import PlateLayout
from .plates.render import WHOLE, PlateImage, render_plate
from .scenes import effects
from .scenes.clutter import overlay_text, render_clutter

_UNIT = rect_corners(0, 0, 1, 1)
_LIT = 0.05  # chance that a plate lies in red or in sodium light


def _sides(quad: np.ndarray) -> tuple[float, float]:
    """Width and height in pixels of a quadrilateral: the longer of two opposite sides each."""
    lengths = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(max(lengths[0], lengths[2])), float(max(lengths[1], lengths[3]))


def _drawing_scale(height: float, layout: PlateLayout) -> float:
    """Pixels a millimetre that are enough for a plate of this height in the picture, but not wasteful."""
    return float(np.clip(1.7 * height / layout.size[1], 0.35, 1.4))


def _plate_pixels(mask: np.ndarray) -> list[np.ndarray]:
    """X and y (N, 2) of the pixels of each plate of a mask, with ignored ones that adjoin it.

    Ignored pixels up to a third of the plate's height away count: the rim where annotators were not sure of
    the outline, which is plate in part.
    """
    labels, stats = label_components(mask == 1)
    found = []
    for index, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
        reach = -(-height // 3)
        x0, y0 = max(left - reach, 0), max(top - reach, 0)
        window = (slice(y0, top + height + reach), slice(x0, left + width + reach))
        plate = labels[window] == index
        regions, _ = label_components(plate | (mask[window] == 255))
        rows, cols = np.nonzero(regions == regions[plate][0])
        found.append(np.stack([cols + x0, rows + y0], 1))
    return found


def component_quad(points: np.ndarray) -> np.ndarray | None:
    """The upright reading quadrilateral around a plate's pixels.

    A hull that simplifies to four corners is taken as it is, so that perspective is kept; else the smallest
    rotated rectangle.

    Args:
        points: (N, 2) x and y of the pixels.

    Returns:
        float32 (4, 2) in the order top-left, top-right, bottom-right, bottom-left, or None for fewer than
        three pixels or for pixels on one line.
    """
    hull = cv2.convexHull(points.astype(np.int32))
    if len(hull) < 3:
        return None
    quad = cv2.boxPoints(cv2.minAreaRect(hull))
    simple = cv2.approxPolyDP(hull, 0.04 * cv2.arcLength(hull, True), True)
    if len(simple) == 4 and cv2.contourArea(simple) > 0.85 * cv2.contourArea(hull):
        quad = simple[:, 0].astype(np.float32)
    return order_corners(quad) if min(side_lengths(quad)) >= 2 else None


def covering_quad(quad: np.ndarray, points: np.ndarray, aspect: float, margin: float) -> np.ndarray:
    """The outline of a plate of another shape, in the plane of ``quad``, that covers all of ``points``.

    Args:
        quad: (4, 2) corners of the old plate.
        points: (N, 2) pixels that have to be covered.
        aspect: Width over height of the new plate.
        margin: Share of the height by which it reaches over them.

    Returns:
        float32 (4, 2) corners of the new plate.
    """
    to_plane = find_homography(quad, _UNIT)
    # The outermost pixels, half a pixel further out: outlines enclose pixels, not their centres.
    hull = cv2.convexHull(points.astype(np.int32))[:, 0].astype(np.float64)
    hull += 0.5 * np.sign(hull - hull.mean(0))
    flat = map_points(to_plane, hull)
    low, high = flat.min(0), flat.max(0)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    unit = np.array(
        [max(sides[0], sides[2]), max(sides[1], sides[3])], np.float64
    )  # pixels of the plane's axes
    size = (high - low) * unit * (1 + margin)
    size = np.array([max(size[0], size[1] * aspect), max(size[1], size[0] / aspect)]) / unit
    middle = (low + high) / 2
    x0, y0, x1, y1 = *(middle - size / 2), *(middle + size / 2)
    return map_points(np.linalg.inv(to_plane), rect_corners(x0, y0, x1, y1)).astype(np.float32)


def _covering(
    rng: np.random.Generator, plate: PlateImage, quad: np.ndarray, points: np.ndarray
) -> np.ndarray | None:
    """Where a plate has to be laid, by its flat corners, to cover another's pixels; None if it cannot.

    Round and bent plates leave corners open, so that they have to be larger.
    """
    for margin in (rng.uniform(0.02, 0.15), 0.25, 0.4):
        target = covering_quad(quad, points, plate.aspect, margin)
        if len(plate.outline) == len(target):
            return target
        outline = map_points(find_homography(plate.flat, target), plate.outline)
        low = points.min(0)
        (rows, cols), inside = polygon_window(np.ptp(points, axis=0)[::-1] + 1, outline - low)
        x, y = (points - low).T
        held = np.zeros(np.ptp(points, axis=0)[::-1] + 1, bool)
        held[rows, cols] = inside
        if held[y, x].all():
            return target
    return None


@TRANSFORMS.register_module()
class PasteSyntheticPlate(RandomTransform):
    """Pastes synthetic plates with exact outlines, and plate-like clutter, into a training picture.

    Three things are done, each by its own chance:

    * a plate of the picture, with ignored pixels that adjoin it, is covered by a synthetic one of another
      layout, in its place, perspective and light, and the mask then holds the exact outline of the new one;
    * plates are put where there was none, turned in space, in the light of their surroundings;
    * lettering, signs, stickers, grilles and a camera's time stamp are put where there is no plate, as
    background.

    Required Keys:

    - img (np.uint8, BGR)
    - gt_seg_map (np.uint8: 0 background, 1 plate, 255 ignore)

    Modified Keys:

    - img
    - gt_seg_map

    Args:
        replace_prob: Chance, for each plate of the picture, of being replaced.
        add_prob: Chance that plates are added.
        max_add: At most so many plates are added.
        clutter_prob: Chance that clutter is added.
        max_clutter: At most so many pieces of clutter are added.
        overlay_prob: Chance of a camera's lettering at the edge of the picture.
        width_range: Smallest and largest width in pixels of added plates and of clutter, drawn log-uniformly;
            the largest is also bound by 0.6 of the picture's width.
        max_yaw: Largest turn about the vertical axis, in degrees.
        max_pitch: Largest turn about the horizontal axis, in degrees.
        max_roll: Largest turn in the picture plane, in degrees.
        bend_prob: Chance that a plate is bent: round a mudguard, at a corner, dented.
        min_replace_height: Plates less high than this, in pixels, are left as they are.

    Raises:
        ValueError: A chance is outside 0..1, or ``width_range`` is not an increasing pair of positive
            numbers.
    """

    def __init__(
        self,
        replace_prob: float = 0.3,
        add_prob: float = 0.25,
        max_add: int = 2,
        clutter_prob: float = 0.4,
        max_clutter: int = 4,
        overlay_prob: float = 0.1,
        width_range: tuple[float, float] = (14, 180),
        max_yaw: float = 50,
        max_pitch: float = 25,
        max_roll: float = 12,
        bend_prob: float = 0.15,
        min_replace_height: float = 6,
    ) -> None:
        super().__init__()
        self.replace_prob = check_prob('replace_prob', replace_prob)
        self.add_prob = check_prob('add_prob', add_prob)
        self.max_add = max_add
        self.clutter_prob = check_prob('clutter_prob', clutter_prob)
        self.max_clutter = max_clutter
        self.overlay_prob = check_prob('overlay_prob', overlay_prob)
        self.width_range = check_range('width_range', width_range, 1)
        self.max_yaw = max_yaw
        self.max_pitch = max_pitch
        self.max_roll = max_roll
        self.bend_prob = check_prob('bend_prob', bend_prob)
        self.min_replace_height = min_replace_height

    def draw(self, results: dict) -> int:
        """Draws the seed of all that is pasted."""
        return int(np.random.randint(0, 2**31 - 1))

    def apply(self, results: dict, seed: int) -> None:
        """Pastes into copies of picture and mask."""
        rng = np.random.default_rng(seed)
        image, mask = results['img'].copy(), results['gt_seg_map'].copy()
        self._replace(rng, image, mask)
        if rng.random() < self.clutter_prob:
            for _ in range(rng.integers(1, self.max_clutter + 1)):
                self._add_clutter(rng, image, mask)
        if rng.random() < self.add_prob:
            for _ in range(rng.integers(1, self.max_add + 1)):
                self._add_plate(rng, image, mask)
        if rng.random() < self.overlay_prob:
            overlay_text(rng, image, mask != 1)
        results['img'], results['gt_seg_map'] = image, mask

    def _replace(self, rng: np.random.Generator, image: np.ndarray, mask: np.ndarray) -> None:
        if self.replace_prob == 0:
            return
        for points in _plate_pixels(mask):
            if rng.random() >= self.replace_prob or np.ptp(points[:, 1]) + 1 < self.min_replace_height:
                continue
            quad = component_quad(points)
            if quad is None:
                continue
            width, height = _sides(quad)
            layout = choose_layout(rng, width / height)
            plate = self._plate(rng, layout, height)
            target = _covering(rng, plate, quad, points)
            if target is not None:
                self._lay_plate(
                    rng, image, mask, plate, target, measure_light(image, quad, rng, on_plate=True)
                )

    def _plate(self, rng: np.random.Generator, layout: PlateLayout, height: float) -> PlateImage:
        """A plate for a place of some height in pixels, now and then a bent one."""
        plate = render_plate(rng, layout, _drawing_scale(height, layout))
        if rng.random() < self.bend_prob:
            plate = bend_plate(plate, random_bend(rng, tuple(rng.normal(0, 0.35, 2))))
        return plate

    def _draw_quad(self, rng: np.random.Generator, shape: tuple[int, ...], aspect: float) -> np.ndarray:
        rows, cols = shape[:2]
        low, high = self.width_range[0], max(min(self.width_range[1], 0.6 * cols), self.width_range[0])
        # The width is that of a wide plate; others have the same area.
        width = np.exp(rng.uniform(np.log(low), np.log(high))) * np.sqrt(min(aspect, 4.0) / 4.0)
        yaw = np.clip(rng.normal(0, self.max_yaw / 2), -self.max_yaw, self.max_yaw)
        pitch = np.clip(rng.normal(0, self.max_pitch / 2), -self.max_pitch, self.max_pitch)
        roll = np.clip(rng.normal(0, self.max_roll / 2), -self.max_roll, self.max_roll)
        centre = (rng.uniform(0.02, 0.98) * cols, rng.uniform(0.05, 0.98) * rows)
        return tilted_quad(centre, width, width / aspect, yaw, pitch, roll, rng.uniform(1.5, 8))

    def _free_quad(
        self, rng: np.random.Generator, mask: np.ndarray, aspect: float, reach: float, tries: int = 4
    ) -> np.ndarray | None:
        """A quadrilateral that, grown by ``reach``, touches no plate and holds no ignored pixels."""
        for _ in range(tries):
            quad = self._draw_quad(rng, mask.shape, aspect)
            grown = quad.mean(0) + (quad - quad.mean(0)) * reach
            x0, y0 = np.maximum(np.floor(grown.min(0)).astype(int), 0)
            x1, y1 = np.ceil(grown.max(0)).astype(int) + 1
            window = mask[y0:y1, x0:x1]
            if window.size and not window.any():
                return quad
        return None

    def _add_plate(self, rng: np.random.Generator, image: np.ndarray, mask: np.ndarray) -> None:
        layout = choose_layout(rng)
        quad = self._free_quad(rng, mask, layout.aspect, 1.3)
        if quad is None:
            return
        plate = self._plate(rng, layout, _sides(quad)[1])
        if plate.share != WHOLE:
            quad = map_points(find_homography(_UNIT, quad), rect_corners(*plate.share)).astype(np.float32)
        self._lay_plate(rng, image, mask, plate, quad, measure_light(image, quad, rng, on_plate=False))

    def _add_clutter(self, rng: np.random.Generator, image: np.ndarray, mask: np.ndarray) -> None:
        thing = render_clutter(rng)
        rows, cols = thing.alpha.shape
        quad = self._free_quad(rng, mask, cols / rows, 1.1)
        if quad is None:
            return
        light = measure_light(image, quad, rng, on_plate=False)
        matrix = find_homography(rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5), quad)
        composite(
            image, premultiply(light.apply(thing.image), thing.alpha), matrix, quality=3, sigma=light.sigma
        )

    @staticmethod
    def _lay_plate(
        rng: np.random.Generator,
        image: np.ndarray,
        mask: np.ndarray,
        plate: PlateImage,
        quad: np.ndarray,
        light: Light,
    ) -> None:
        matrix = find_homography(plate.flat, quad)
        composite(
            image, premultiply(light.apply(plate.image), plate.alpha), matrix, quality=3, sigma=light.sigma
        )
        outline = quad if len(plate.outline) == len(quad) else map_points(matrix, plate.outline)
        window, inside = polygon_window(mask.shape, outline)
        if light.grain > 0.5 and inside.size:
            noise = rng.standard_normal(inside.shape, np.float32) * (light.grain * inside)
            image[window] = cv2.add(image[window], cv2.merge([noise] * 3), dtype=cv2.CV_8U)
        if rng.random() < _LIT:
            tint = effects.RED_LIGHT if rng.random() < 0.6 else effects.SODIUM_LIGHT
            spot = quad.mean(0) + rng.normal(0, 0.5, 2) * np.ptp(quad, axis=0)
            effects.glow(
                image, tuple(spot), 1.5 * float(np.ptp(quad, axis=0).max()), tint, rng.uniform(0.4, 1)
            )
        mask[window][inside] = 1
