"""Vehicles in a scene: where they stand, their light and shade, their plates."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .bodies import BODIES, Body, skin
from .camera import Camera, Canvas
from .faces import Face, car_front, car_rear, tall_end
from .geometry import project, homography, rect_corners
from .layouts import choose_layout
from .plates import PlateImage, render_plate

PAINTS = np.array([
    [235, 238, 240], [225, 225, 225], [32, 30, 30], [48, 46, 44], [110, 108, 106], [165, 166, 168], [190, 192, 194],
    [52, 34, 140], [40, 36, 190], [130, 70, 30], [170, 110, 40], [88, 50, 28], [60, 90, 40], [90, 120, 100], [40, 170, 230],
    [60, 120, 210], [110, 140, 170], [30, 60, 100], [140, 60, 100],
], np.float64)  # fmt: skip


@dataclass
class Sunlight:
    """Light of a scene.

    Attributes:
        direction: Unit vector (3,) towards the sun.
        sun: Its strength.
        sky: Colour (BGR) of the sky overhead.
        haze: Colour (BGR) of the sky at the horizon.
        ground: Colour (BGR) of the ground.
    """

    direction: np.ndarray
    sun: float
    sky: np.ndarray
    haze: np.ndarray
    ground: np.ndarray


@dataclass
class ScenePlate:
    """A plate in a scene.

    Attributes:
        corners: float32 (4, 2) of the whole plate, hidden parts and parts outside the picture included.
        layout: Name of its layout.
        text: Its lettering.
        retro: Whether it reflects head lamps.
        mask: bool (H, W): what is seen of it.
    """

    corners: np.ndarray
    layout: str
    text: str
    retro: bool = True
    mask: np.ndarray | None = None


@dataclass
class Lamp:
    """A lamp seen in the picture: place (x, y) and radius in pixels, and colour (BGR)."""

    place: tuple[float, float]
    radius: float
    colour: tuple[float, float, float]


class Vehicle:
    """A vehicle that stands somewhere.

    Args:
        rng: Draws its paint and its details.
        body: Its shape.
        x: Place of its middle, across, in metres.
        z: Place of its middle, ahead, in metres.
        yaw: Its heading in radians: 0 drives away from the eye, pi comes towards it.
    """

    def __init__(self, rng: np.random.Generator, body: Body, x: float, z: float, yaw: float) -> None:
        self.body, self.x, self.z, self.yaw = body, x, z, yaw
        self.paint = np.clip(PAINTS[rng.integers(len(PAINTS))] * rng.uniform(0.8, 1.1) + rng.normal(0, 6, 3), 18, 245)

    def world(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 3) of the vehicle (x across, y up, z from the rear end) as points in the world."""
        x, y, z = np.asarray(points, np.float64).T
        z = z - self.body.length / 2
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        return np.stack([self.x + x * c + z * s, y, self.z - x * s + z * c], 1)

    def silhouette(self, camera: Camera) -> np.ndarray:
        """A convex outline (N, 1, 2) float32 of it in the picture."""
        points = self.world(skin(self.body, 2)[0].reshape(-1, 3))
        return cv2.convexHull(camera.project(points).astype(np.float32))

    def draw(
        self, rng: np.random.Generator, camera: Camera, canvas: Canvas, light: Sunlight, with_plate: bool = True
    ) -> tuple[list[ScenePlate], list[Lamp]]:
        """Draws it; returns its plates (masks still empty) and its lamps."""
        body, w = self.body, self.body.width / 2
        foot = self.world(np.array([(-w, 0, -0.1), (w, 0, -0.1), (w, 0, body.length + 0.1), (-w, 0, body.length + 0.1)]))
        size = float(np.ptp(camera.project(foot)[:, 0]))
        shift = light.direction[[0, 2]] / max(light.direction[1], 0.3) * 0.5 * light.sun
        if light.sun > 0.4:
            cast = np.vstack([foot, foot - [shift[0] * 1.4, 0, shift[1] * 1.4]])
            hull = cv2.convexHull(camera.project(cast).astype(np.float32))[:, 0]
            canvas.shade(hull, 0.42, max(size * 0.006, 0.6))
        canvas.shade(camera.project(foot), 0.8, max(size * 0.025, 1.0))
        self._tyres(camera, canvas)
        seen = self._skin(camera, canvas, light, size)
        self._glass(camera, canvas, light)
        self._sides(camera, canvas, size)
        return self._end(rng, camera, canvas, light, size, with_plate) if seen else ([], [])

    def _tyres(self, camera: Camera, canvas: Canvas) -> None:
        places, r = self.body.wheels
        for z in places:
            for side in (-1, 1):
                x1, x0 = side * self.body.width * 0.485, side * self.body.width * 0.37
                box = np.array([(x, y, z * self.body.length + dz) for x in (x0, x1) for y in (0.0, r) for dz in (-r * 0.8, r * 0.8)])
                hull = cv2.convexHull(camera.project(self.world(box)).astype(np.float32))[:, 0]
                canvas.polygon(hull, (24, 23, 23))

    def _skin(self, camera: Camera, canvas: Canvas, light: Sunlight, size: float) -> bool:
        """The painted surface, each patch in the light of the sun and mirroring sky and ground, then smoothed."""
        rings, _ = skin(self.body, 30 if size > 200 else 16)
        n, m = rings.shape[:2]
        points = self.world(rings.reshape(-1, 3))
        if camera.depth(points).min() < 0.3:
            return False
        flat = camera.project(points).reshape(n, m, 2)
        world = points.reshape(n, m, 3)
        a, b, c, d = world[:-1, :-1], world[:-1, 1:], world[1:, 1:], world[1:, :-1]
        normal = np.cross(c - a, d - b).reshape(-1, 3)
        length = np.linalg.norm(normal, axis=1, keepdims=True)
        middle = ((a + b + c + d) / 4).reshape(-1, 3)
        centre = self.world(np.array([[0, 0.75, self.body.length / 2]]))[0]
        normal = normal / np.maximum(length, 1e-9)
        outward = np.sign(np.sum(normal * (middle - centre), 1, keepdims=True))
        outward[outward == 0] = 1
        normal *= outward
        view = middle - camera.eye
        view /= np.linalg.norm(view, axis=1, keepdims=True)
        facing = np.sum(normal * view, 1)
        colour = self._colour(normal, view, light)
        quads = np.stack([flat[:-1, :-1], flat[:-1, 1:], flat[1:, 1:], flat[1:, :-1]], 2).reshape(-1, 4, 2)
        keep = np.nonzero((facing < 0.02) & (length[:, 0] > 1e-7))[0]
        if not len(keep):
            return False
        order = keep[np.argsort(-np.linalg.norm(middle[keep] - camera.eye, axis=1))]
        # Draw on a sheet of its own, so that the patches can be smoothed without touching what is around.
        at = canvas.to_canvas(quads[order].reshape(-1, 2)).reshape(-1, 4, 2)
        rows, cols = canvas.owner.shape
        x0, y0 = np.clip(np.floor(at.min((0, 1))) - 2, 0, [cols, rows]).astype(int)
        x1, y1 = np.clip(np.ceil(at.max((0, 1))) + 3, 0, [cols, rows]).astype(int)
        if x1 - x0 < 3 or y1 - y0 < 3:
            return False
        sheet, cover = np.zeros((y1 - y0, x1 - x0, 3), np.uint8), np.zeros((y1 - y0, x1 - x0), np.uint8)
        fixed = np.round(np.clip(at - [x0, y0], -8000, 8000) * 16).astype(np.int32)
        for quad, tint in zip(fixed, colour[order]):
            cv2.fillConvexPoly(sheet, quad, tint.tolist(), cv2.LINE_8, 4)
        cv2.fillPoly(cover, [], 0)
        for quad in fixed:
            cv2.fillConvexPoly(cover, quad, 255, cv2.LINE_8, 4)
        sigma = max(size * 0.018, 0.6)
        half = cv2.resize(sheet, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        weight = cv2.resize(cover, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        half, weight = cv2.GaussianBlur(half, (0, 0), sigma), cv2.GaussianBlur(weight, (0, 0), sigma)
        smooth = cv2.divide(half, cv2.merge([np.maximum(weight, 1)] * 3), scale=255)
        smooth = cv2.resize(smooth, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
        smooth = cv2.addWeighted(smooth, 0.8, sheet, 0.2, 0)
        inside = cover > 0
        cv2.copyTo(smooth, cover, canvas.image[y0:y1, x0:x1])
        canvas.owner[y0:y1, x0:x1][inside] = 0
        return True

    def _colour(self, normal: np.ndarray, view: np.ndarray, light: Sunlight) -> np.ndarray:
        lambert = np.maximum(normal @ light.direction, 0)[:, None]
        up = normal[:, 1:2]
        diffuse = self.paint * (0.42 + 0.22 * up + 0.6 * light.sun * lambert)
        mirror = view - 2 * np.sum(view * normal, 1, keepdims=True) * normal
        height = mirror[:, 1:2]
        world = np.where(height > 0, light.haze + (light.sky - light.haze) * np.clip(height * 1.6, 0, 1), light.ground * 0.7)
        fresnel = 0.1 + 0.5 * (1 - np.abs(np.sum(view * normal, 1, keepdims=True))) ** 3
        return np.clip(diffuse * (1 - fresnel) + world * fresnel, 0, 255)

    def _half(self, z: float, low: bool) -> np.ndarray:
        """The edge between window and door (``low``) or window and roof on the right side, at a share of the length."""
        body = self.body
        marks = [s.z for s in body.stations]
        belt, roof, width = (np.interp(z, marks, [getattr(s, k) for s in body.stations]) for k in ('belt', 'roof', 'width'))
        w = body.width / 2 * width
        if low:
            return np.array([0.955 * w, belt + 0.02, z * body.length])
        return np.array([body.roof_width * w + 0.03, belt + 0.86 * (roof - belt), z * body.length])

    def _glass(self, camera: Camera, canvas: Canvas, light: Sunlight) -> None:
        dark = np.array([48, 42, 38]) * 0.6 + light.haze * 0.12
        body = self.body
        for near, far in body.screens:
            a, b = body.stations[near], body.stations[far]
            low, high = (a, b) if a.roof < b.roof else (b, a)
            corners = []
            for station, inset, y in ((low, 0.84, low.belt + 0.04), (high, 0.86, high.roof - 0.02)):
                share = 0.12 if station is low else 0.88
                z = low.z + (high.z - low.z) * share
                half = body.width / 2 * (inset if station is low else body.roof_width * 0.92)
                yy = low.roof + (high.roof - low.roof) * share + 0.035
                corners += [(-half, yy, z * body.length), (half, yy, z * body.length)]
            screen = self.world(np.array([corners[2], corners[3], corners[1], corners[0]]))
            outward = self.world(np.array([[0, 3.0, (low.z + (low.z - high.z) * 3) * body.length]]))[0] - screen.mean(0)
            if np.dot(outward, camera.eye - screen.mean(0)) <= 0:
                continue
            self._pane(camera, canvas, screen, dark, light)
        for z0, z1 in body.windows:
            for side in (-1, 1):
                outward = self.world(np.array([[side * 9.0, 1.2, body.length / 2]]))[0] - self.world(np.array([[0, 1.2, body.length / 2]]))[0]
                edge = [self._half(z1, False), self._half(z0, False), self._half(z0, True), self._half(z1, True)]
                pane = self.world(np.array(edge) * [side, 1, 1])
                if np.dot(outward, camera.eye - pane.mean(0)) > 0:
                    self._pane(camera, canvas, pane if side < 0 else pane[[1, 0, 3, 2]], dark * 0.8, light)

    @staticmethod
    def _pane(camera: Camera, canvas: Canvas, corners: np.ndarray, dark: np.ndarray, light: Sunlight) -> None:
        """A window: dark, its upper part mirroring the sky, with a streak of light."""
        if camera.depth(corners).min() < 0.3:
            return
        quad = camera.project(corners)
        canvas.polygon(quad, dark * 0.5)
        inner = quad.mean(0) + (quad - quad.mean(0)) * 0.95
        canvas.polygon(inner, dark)
        def at(u: float, v: float) -> np.ndarray:
            return (inner[0] * (1 - u) + inner[1] * u) * (1 - v) + (inner[3] * (1 - u) + inner[2] * u) * v
        canvas.polygon(np.array([at(0, 0), at(1, 0), at(1, 0.35), at(0, 0.6)]), dark * 0.7 + light.haze * 0.22)
        canvas.polygon(np.array([at(0.2, 0), at(0.34, 0), at(0.16, 1), at(0.02, 1)]), dark * 0.55 + light.haze * 0.3)

    def _sides(self, camera: Camera, canvas: Canvas, size: float) -> None:
        """Wheels, doors and mouldings of the side that is seen."""
        body, w = self.body, self.body.width / 2
        for side in (-1, 1):
            wall = self.world(np.array([[side * w, 0.6, body.length / 2], [side * (w + 1), 0.6, body.length / 2]]))
            if np.dot(wall[1] - wall[0], camera.eye - wall[0]) <= 0.0:
                continue
            places, r = body.wheels
            t = np.linspace(0, 2 * np.pi, 28)
            for place in places:
                for radius, colour, out in ((r * 1.18, (16, 16, 16), 0), (r, (34, 33, 33), 0.005), (r * 0.66, (150, 150, 150), 0.01),
                                            (r * 0.56, (90, 90, 92), 0.01), (r * 0.16, (170, 170, 170), 0.012)):
                    ring = np.stack([np.full_like(t, side * (w + out)), np.maximum(r + radius * np.sin(t), 0.0), place * body.length + radius * np.cos(t)], 1)
                    if radius > r:
                        ring[:, 1] = np.maximum(ring[:, 1], body.clearance)
                    canvas.polygon(camera.project(self.world(ring)), colour)
                if size > 60:
                    for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
                        spoke = [(side * (w + 0.012), r + k * r * 0.6 * np.sin(angle), place * body.length + k * r * 0.6 * np.cos(angle)) for k in (0.15, 1)]
                        canvas.line(camera.project(self.world(np.array(spoke))), (165, 165, 168), max(size * 0.006, 0.5))
            if body.tall or size < 60:
                continue
            seam = self.paint * 0.4
            for z in [z for pair in body.windows for z in pair]:
                low = (side * w, body.clearance + 0.15, z * body.length)
                high = self._half(z, True) * [side, 1, 1]
                canvas.line(camera.project(self.world(np.array([low, (side * w, 0.7, z * body.length), high]))), seam, size * 0.0015)
            for z0, z1 in body.windows:
                z = z0 + (z1 - z0) * 0.15
                handle = np.array([(side * (w + 0.01), 0.84, z * body.length), (side * (w + 0.01), 0.84, z * body.length + 0.16)])
                canvas.line(camera.project(self.world(handle)), np.minimum(self.paint * 1.2 + 20, 255), size * 0.004)
            mirror = self.world(np.array([(side * (w + dx), y, body.length * 0.66) for dx, y in ((0, 0.98), (0.2, 1.0), (0.2, 1.14), (0.02, 1.12))]))
            canvas.polygon(camera.project(mirror), self.paint * 0.7)

    def _end(
        self, rng: np.random.Generator, camera: Camera, canvas: Canvas, light: Sunlight, size: float, with_plate: bool
    ) -> tuple[list[ScenePlate], list[Lamp]]:
        body = self.body
        ends = self.world(np.array([[0, 0.7, 0], [0, 0.7, body.length]]))
        to_eye = camera.eye - ends
        ahead = (ends[1] - ends[0]) / body.length
        front = bool(np.dot(to_eye[1], ahead) > 0.0)
        if not front and np.dot(to_eye[0], -ahead) <= 0:
            return [], []
        station = body.stations[-1 if front else 0]
        width, top = body.width * station.width, station.roof if body.tall and station.roof > 1.5 else station.belt
        z, flip = (body.length, -1) if front else (0.0, 1)
        scale = float(np.clip(size * 0.9 / width, 30, 420))
        draw_args = (width, body.clearance, top, self.paint * self._end_light(front, light), scale)
        if body.tall and station.roof > 1.5:
            face = tall_end(rng, body.name, front, *draw_args)
        else:
            face = (car_front if front else car_rear)(rng, *draw_args)
        sheet = np.array([(-width / 2, top), (width / 2, top), (width / 2, body.clearance), (-width / 2, body.clearance)])

        def place(points: np.ndarray, out: float = 0.02) -> np.ndarray:
            lift = z + (out if front else -out)
            return camera.project(self.world(np.array([(flip * x, y, lift) for x, y in points])))

        canvas.lay(face.layer, place(sheet))
        self._corners(camera, canvas, face, front)
        lamps = []
        for x, y, r in face.lamps:
            spot, edge = place(np.array([(x, y), (x + r, y)]))
            colour = (225, 240, 255) if front else (40, 40, 255)
            lamps.append(Lamp(tuple(spot), float(np.hypot(*(edge - spot))), colour))
        width_seen = np.ptp(place(np.array([(-0.25, face.plate[1]), (0.25, face.plate[1])])), axis=0)
        if not with_plate or np.hypot(*width_seen) < 10:  # too far away to be seen
            return [], lamps
        plate, quad = self._mount(rng, face, place)
        canvas.plate(plate.layer, plate.corners, quad)
        return [ScenePlate(quad, plate.layout.name, plate.text)], lamps

    @staticmethod
    def _mount(rng: np.random.Generator, face: Face, place: object) -> tuple[PlateImage, np.ndarray]:
        layout = choose_layout(rng)
        width = layout.size[0] / 1000 * rng.uniform(1.0, 1.2)
        height = width / layout.aspect
        tilt = np.deg2rad(rng.normal(0, 1.2))
        turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
        shift = np.array([rng.choice([0, 0, 0, rng.normal(0, 0.08)]), rng.normal(0, 0.01)])
        metres = rect_corners(-width / 2, height / 2, width / 2, -height / 2) @ turn.T + np.array(face.plate) + shift
        quad = place(metres, 0.03).astype(np.float32)
        sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
        return render_plate(rng, layout, float(np.clip(sides.max() * 2.5 / layout.size[0], 0.35, 1.6))), quad

    def _end_light(self, front: bool, light: Sunlight) -> float:
        heading = np.array([np.sin(self.yaw), 0, np.cos(self.yaw)]) * (1 if front else -1)
        return float(0.62 + 0.5 * light.sun * max(np.dot(heading, light.direction), 0))

    def _corners(self, camera: Camera, canvas: Canvas, face: Face, front: bool) -> None:
        """The lamps go on around the corners of the body."""
        low, high = face.band
        if high <= low:
            return
        body = self.body
        stations = body.stations[-4:][::-1] if front else body.stations[:3]
        for side in (-1, 1):
            upper = np.array([(side * body.width / 2 * s.width * 1.0, high, s.z * body.length) for s in stations])
            lower = np.array([(side * body.width / 2 * s.width * 1.0, low, s.z * body.length) for s in stations])
            lower[-1, 1] = high - (high - low) * 0.4
            strip = self.world(np.vstack([upper, lower[::-1]]))
            outward = self.world(np.array([[side * 9.0, 0, 0]]))[0] - self.world(np.array([[0, 0, 0]]))[0]
            if np.dot(outward, camera.eye - strip.mean(0)) > 0:
                canvas.polygon(camera.project(strip), np.array(face.lamp_colour) * 0.85)


def random_body(rng: np.random.Generator) -> Body:
    """Draws a shape: mostly cars."""
    names = list(BODIES)
    weights = np.array([{'van': 0.9, 'bus': 0.5, 'truck': 0.6}.get(name, 1.3) for name in names])
    return BODIES[names[rng.choice(len(names), p=weights / weights.sum())]]
