"""The transform that pastes synthetic plates, and things that are not plates, into real training pictures."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from mmlp.plates.components import label_components
from mmlp.plates.geometry import find_homography, map_points

from ..transforms.base import RandomTransform
from ..transforms.checks import check_prob, check_range
from .geometry import composite, polygon_window, premultiply, rect_corners, tilted_quad
from .light import Light, measure_light
from .paste_places import component_quad, covering, drawing_scale, plate_pixels, sides
from .paste_vehicles import paste_two_wheeler
from .plates.bend import bend_plate, random_bend
from .plates.layouts import choose_layout
from .plates.plate_layout import PlateLayout
from .plates.render import WHOLE, PlateImage, render_plate
from .scenes import effects
from .scenes.clutter import overlay_text, render_clutter

_UNIT = rect_corners(0, 0, 1, 1)


def _light_up(rng: np.random.Generator, image: np.ndarray, mask: np.ndarray) -> None:
    """Lets red or sodium light fall onto a plate and what is around it, in place."""
    _, stats = label_components(mask == 1)
    if not len(stats):
        return
    left, top, width, height, _ = stats[rng.integers(len(stats))].tolist()
    spot = np.array([left, top]) + rng.uniform(-0.2, 1.2, 2) * [width, height]
    tint = effects.RED_LIGHT if rng.random() < 0.65 else effects.SODIUM_LIGHT
    effects.glow(image, tuple(spot), rng.uniform(0.8, 2) * max(width, height), tint, rng.uniform(0.4, 1))


@TRANSFORMS.register_module()
class PasteSyntheticPlate(RandomTransform):
    """Pastes synthetic plates with exact outlines, and plate-like clutter, into a training picture.

    Several things are done, each by its own chance:

    * a plate of the picture, with ignored pixels that adjoin it, is covered by a synthetic one of another
      layout, in its place, perspective and light, and the mask then holds the exact outline of the new one;
    * plates are put where there was none, turned in space, in the light of their surroundings;
    * motorcycles and scooters are drawn where there was no plate, with theirs;
    * lettering, signs, notices, brands, stickers, grilles,
    lamps and a camera's time stamp are put where there
      is no plate, as background;
    * red or sodium light falls on a plate.

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
        min_replace_height: Plates less high than this, in pixels, are left as they are.
        bend_prob: Chance that a pasted plate is bent: round a mudguard, at a corner, dented.
        light_prob: Chance that a plate, a given or a pasted one, lies in the red light of a brake lamp or in
            that of a sodium lamp.
        vehicle_prob: Chance that a motorcycle or a scooter of the generator is added, with its plates. One
            takes about three times as long to draw as everything else.

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
        min_replace_height: float = 6,
        bend_prob: float = 0.12,
        light_prob: float = 0.05,
        vehicle_prob: float = 0.01,
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
        self.vehicle_prob = check_prob('vehicle_prob', vehicle_prob)
        self.bend_prob = check_prob('bend_prob', bend_prob)
        self.light_prob = check_prob('light_prob', light_prob)
        self.min_replace_height = min_replace_height

    def draw(self, results: dict) -> int:
        """Draws the seed of all that is pasted."""
        return int(np.random.randint(0, 2**31 - 1))

    def apply(self, results: dict, seed: int) -> None:
        """Pastes into copies of picture and mask."""
        rng = np.random.default_rng(seed)
        image, mask = results['img'].copy(), results['gt_seg_map'].copy()
        self._replace(rng, image, mask)
        if rng.random() < self.vehicle_prob:
            paste_two_wheeler(rng, image, mask)
        if rng.random() < self.clutter_prob:
            for _ in range(rng.integers(1, self.max_clutter + 1)):
                self._add_clutter(rng, image, mask)
        if rng.random() < self.add_prob:
            for _ in range(rng.integers(1, self.max_add + 1)):
                self._add_plate(rng, image, mask)
        if rng.random() < self.light_prob:
            _light_up(rng, image, mask)
        if rng.random() < self.overlay_prob:
            overlay_text(rng, image, mask != 1)
        results['img'], results['gt_seg_map'] = image, mask

    def _replace(self, rng: np.random.Generator, image: np.ndarray, mask: np.ndarray) -> None:
        if self.replace_prob == 0:
            return
        for points in plate_pixels(mask):
            if rng.random() >= self.replace_prob or np.ptp(points[:, 1]) + 1 < self.min_replace_height:
                continue
            quad = component_quad(points)
            if quad is None:
                continue
            width, height = sides(quad)
            layout = choose_layout(rng, width / height)
            plate = self._plate(rng, layout, height)
            target = covering(rng, plate, quad, points)
            if target is not None:
                self._lay_plate(
                    rng, image, mask, plate, target, measure_light(image, quad, rng, on_plate=True)
                )

    def _plate(self, rng: np.random.Generator, layout: PlateLayout, height: float) -> PlateImage:
        """A plate for a place of some height in pixels, now and then a bent one."""
        plate = render_plate(rng, layout, drawing_scale(height, layout))
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
        plate = self._plate(rng, layout, sides(quad)[1])
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
        mask[window][inside] = 1
