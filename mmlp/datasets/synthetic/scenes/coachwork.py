"""The outside of a vehicle between its ends: paint that mirrors the sky, windows, wheels, doors."""

from __future__ import annotations

import cv2
import numpy as np

from .bodies import Pose, skin
from .camera import Canvas
from .clutter import price_card
from .scene_types import Sunlight


def draw_tyres(pose: Pose, canvas: Canvas) -> None:
    """What is seen of the tyres under the body."""
    places, r = pose.body.wheels
    for z in places:
        for side in (-1, 1):
            x1, x0 = side * pose.body.width * 0.485, side * pose.body.width * 0.37
            box = np.array(
                [
                    (x, y, z * pose.body.length + dz)
                    for x in (x0, x1)
                    for y in (0.0, r)
                    for dz in (-r * 0.8, r * 0.8)
                ]
            )
            hull = cv2.convexHull(canvas.camera.project(pose.world(box)).astype(np.float32))[:, 0]
            canvas.polygon(hull, (24, 23, 23))


def draw_skin(pose: Pose, canvas: Canvas, light: Sunlight, size: float) -> None:
    """The painted surface, each patch in the light of the sun and mirroring sky and ground, then smoothed."""
    rings, _ = skin(pose.body, 30 if size > 200 else 16)
    n, m = rings.shape[:2]
    points = pose.world(rings.reshape(-1, 3))
    flat = canvas.camera.project(points).reshape(n, m, 2)
    world = points.reshape(n, m, 3)
    a, b, c, d = world[:-1, :-1], world[:-1, 1:], world[1:, 1:], world[1:, :-1]
    normal = np.cross(c - a, d - b).reshape(-1, 3)
    length = np.linalg.norm(normal, axis=1, keepdims=True)
    middle = ((a + b + c + d) / 4).reshape(-1, 3)
    centre = pose.world(np.array([[0, 0.75, pose.body.length / 2]]))[0]
    normal = normal / np.maximum(length, 1e-9)
    outward = np.sign(np.sum(normal * (middle - centre), 1, keepdims=True))
    outward[outward == 0] = 1
    normal *= outward
    view = middle - canvas.camera.eye
    view /= np.linalg.norm(view, axis=1, keepdims=True)
    facing = np.sum(normal * view, 1)
    colour = _glossy(pose.paint, normal, view, light)
    quads = np.stack([flat[:-1, :-1], flat[:-1, 1:], flat[1:, 1:], flat[1:, :-1]], 2).reshape(-1, 4, 2)
    keep = np.nonzero((facing < 0.02) & (length[:, 0] > 1e-7))[0]
    if not len(keep):
        return  # only an end is seen
    order = keep[np.argsort(-np.linalg.norm(middle[keep] - canvas.camera.eye, axis=1))]
    # Draw on a sheet of its own, so that the patches can be smoothed without touching what is around.
    at = canvas.to_canvas(quads[order].reshape(-1, 2)).reshape(-1, 4, 2)
    rows, cols = canvas.owner.shape
    x0, y0 = np.clip(np.floor(at.min((0, 1))) - 2, 0, [cols, rows]).astype(int)
    x1, y1 = np.clip(np.ceil(at.max((0, 1))) + 3, 0, [cols, rows]).astype(int)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    sheet, cover = np.zeros((y1 - y0, x1 - x0, 3), np.uint8), np.zeros((y1 - y0, x1 - x0), np.uint8)
    fixed = np.round(np.clip(at - [x0, y0], -8000, 8000) * 16).astype(np.int32)
    for quad, tint in zip(fixed, colour[order]):
        cv2.fillConvexPoly(sheet, quad, tint.tolist(), cv2.LINE_8, 4)
    for quad in fixed:
        cv2.fillConvexPoly(cover, quad, 255, cv2.LINE_8, 4)
    # The smoothing is wide: a half or a quarter of the size is enough for it.
    shrink = 0.25 if size > 120 else 0.5
    sigma = max(size * 0.036 * shrink, 0.6)
    small = cv2.resize(sheet, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(cover, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    small, weight = cv2.GaussianBlur(small, (0, 0), sigma), cv2.GaussianBlur(weight, (0, 0), sigma)
    smooth = cv2.divide(small, cv2.merge([np.maximum(weight, 1)] * 3), scale=255)
    smooth = cv2.resize(smooth, (x1 - x0, y1 - y0), interpolation=cv2.INTER_LINEAR)
    smooth = cv2.addWeighted(smooth, 0.8, sheet, 0.2, 0)
    inside = cover > 0
    cv2.copyTo(smooth, cover, canvas.image[y0:y1, x0:x1])
    canvas.owner[y0:y1, x0:x1][inside] = 0


def _glossy(paint: np.ndarray, normal: np.ndarray, view: np.ndarray, light: Sunlight) -> np.ndarray:
    lambert = np.maximum(normal @ light.direction, 0)[:, None]
    up = normal[:, 1:2]
    diffuse = paint * (0.42 + 0.22 * up + 0.6 * light.sun * lambert)
    mirror = view - 2 * np.sum(view * normal, 1, keepdims=True) * normal
    height = mirror[:, 1:2]
    world = np.where(
        height > 0, light.haze + (light.sky - light.haze) * np.clip(height * 1.6, 0, 1), light.ground * 0.7
    )
    fresnel = 0.1 + 0.5 * (1 - np.abs(np.sum(view * normal, 1, keepdims=True))) ** 3
    return np.clip(diffuse * (1 - fresnel) + world * fresnel, 0, 255)


def _window_edge(pose: Pose, z: float, low: bool) -> np.ndarray:
    """The edge between window and door (``low``) or window and roof on the right side, at a share of the
    length.
    """
    body = pose.body
    marks = [s.z for s in body.stations]
    belt, roof, width = (
        np.interp(z, marks, [getattr(s, k) for s in body.stations]) for k in ('belt', 'roof', 'width')
    )
    w = body.width / 2 * width
    if low:
        return np.array([0.955 * w, belt + 0.02, z * body.length])
    return np.array([body.roof_width * w + 0.03, belt + 0.86 * (roof - belt), z * body.length])


def seen_screens(pose: Pose, canvas: Canvas) -> list[np.ndarray]:
    """Corners (4, 3) in the world of rear window and windscreen, as far as they are seen, from outside."""
    body = pose.body
    found = []
    for near, far in body.screens:
        a, b = body.stations[near], body.stations[far]
        low, high = (a, b) if a.roof < b.roof else (b, a)
        faces = 1 if low.z > high.z else -1  # forward or backward
        ends = []
        for share, half in ((0.88, body.roof_width * 0.92), (0.12, 0.84)):
            left = faces * body.width / 2 * half  # as it is seen from outside
            y = low.roof + (high.roof - low.roof) * share + 0.035
            z = (low.z + (high.z - low.z) * share) * body.length
            ends += [(left, y, z), (-left, y, z)]
        screen = pose.world(np.array([ends[0], ends[1], ends[3], ends[2]]))
        slope = abs(ends[2][2] - ends[0][2])
        outside = pose.world(np.array([[0, 3.0, ends[2][2] + faces * 3 * slope]]))[0]
        if np.dot(outside - screen.mean(0), canvas.camera.eye - screen.mean(0)) > 0:
            found.append(screen)
    return found


def draw_glass(rng: np.random.Generator, pose: Pose, canvas: Canvas, light: Sunlight) -> None:
    """Rear window or windscreen and the side windows, as far as they are seen."""
    dark = np.array([48, 42, 38]) * 0.6 + light.haze * 0.12
    body = pose.body
    for screen in seen_screens(pose, canvas):
        _pane(canvas, screen, dark, light)
        if rng.random() < 0.12:
            _stick_card(rng, canvas, screen)
    for z0, z1 in body.windows:
        for side in (-1, 1):
            outward = (
                pose.world(np.array([[side * 9.0, 1.2, body.length / 2]]))[0]
                - pose.world(np.array([[0, 1.2, body.length / 2]]))[0]
            )
            edge = [
                _window_edge(pose, z1, False),
                _window_edge(pose, z0, False),
                _window_edge(pose, z0, True),
                _window_edge(pose, z1, True),
            ]
            pane = pose.world(np.array(edge) * [side, 1, 1])
            if np.dot(outward, canvas.camera.eye - pane.mean(0)) > 0:
                _pane(canvas, pane if side < 0 else pane[[1, 0, 3, 2]], dark * 0.8, light)


def _stick_card(rng: np.random.Generator, canvas: Canvas, screen: np.ndarray) -> None:
    """A price or a permit behind a window with corners (4, 3) in the world."""
    right, down = screen[1] - screen[0], screen[3] - screen[0]
    corner = screen[0] + rng.uniform(0.1, 0.75) * right + rng.uniform(0.5, 0.7) * down
    wide, tall = 0.13 * right, 0.24 * down
    canvas.lay(
        price_card(rng).layer,
        canvas.camera.project(np.array([corner, corner + wide, corner + wide + tall, corner + tall])),
    )


def _pane(canvas: Canvas, corners: np.ndarray, dark: np.ndarray, light: Sunlight) -> None:
    """A window: dark, its upper part mirroring the sky, with a streak of light."""
    if canvas.camera.depth(corners).min() < 0.3:
        return
    quad = canvas.camera.project(corners)
    canvas.polygon(quad, dark * 0.5)
    inner = quad.mean(0) + (quad - quad.mean(0)) * 0.95
    canvas.polygon(inner, dark)

    def at(u: float, v: float) -> np.ndarray:
        return (inner[0] * (1 - u) + inner[1] * u) * (1 - v) + (inner[3] * (1 - u) + inner[2] * u) * v

    canvas.polygon(np.array([at(0, 0), at(1, 0), at(1, 0.35), at(0, 0.6)]), dark * 0.7 + light.haze * 0.22)
    canvas.polygon(
        np.array([at(0.2, 0), at(0.34, 0), at(0.16, 1), at(0.02, 1)]), dark * 0.55 + light.haze * 0.3
    )


def draw_sides(rng: np.random.Generator, pose: Pose, canvas: Canvas, size: float) -> None:
    """Wheels, doors and mouldings of the side that is seen."""
    body, w = pose.body, pose.body.width / 2
    for side in (-1, 1):
        wall = pose.world(
            np.array([[side * w, 0.6, body.length / 2], [side * (w + 1), 0.6, body.length / 2]])
        )
        if np.dot(wall[1] - wall[0], canvas.camera.eye - wall[0]) <= 0.0:
            continue
        places, r = body.wheels
        t = np.linspace(0, 2 * np.pi, 28)
        for place in places:
            for radius, colour, out in (
                (r * 1.18, (16, 16, 16), 0),
                (r, (34, 33, 33), 0.005),
                (r * 0.66, (150, 150, 150), 0.01),
                (r * 0.56, (90, 90, 92), 0.01),
                (r * 0.16, (170, 170, 170), 0.012),
            ):
                ring = np.stack(
                    [
                        np.full_like(t, side * (w + out)),
                        np.maximum(r + radius * np.sin(t), 0.0),
                        place * body.length + radius * np.cos(t),
                    ],
                    1,
                )
                if radius > r:
                    ring[:, 1] = np.maximum(ring[:, 1], body.clearance)
                canvas.polygon(canvas.camera.project(pose.world(ring)), colour)
            if size > 60:
                for angle in np.arange(5) * 2 * np.pi / 5 + 0.3:
                    spoke = [
                        (
                            side * (w + 0.012),
                            r + k * r * 0.6 * np.sin(angle),
                            place * body.length + k * r * 0.6 * np.cos(angle),
                        )
                        for k in (0.15, 1)
                    ]
                    canvas.line(
                        canvas.camera.project(pose.world(np.array(spoke))),
                        (165, 165, 168),
                        max(size * 0.006, 0.5),
                    )
        if body.tall or size < 60:
            continue
        seam = pose.paint * 0.4
        for z in [z for pair in body.windows for z in pair]:
            low = (side * w, body.clearance + 0.15, z * body.length)
            high = _window_edge(pose, z, True) * [side, 1, 1]
            canvas.line(
                canvas.camera.project(pose.world(np.array([low, (side * w, 0.7, z * body.length), high]))),
                seam,
                size * 0.0015,
            )
        for z0, z1 in body.windows:
            z = z0 + (z1 - z0) * 0.15
            handle = np.array(
                [
                    (side * (w + 0.01), 0.84, z * body.length),
                    (side * (w + 0.01), 0.84, z * body.length + 0.16),
                ]
            )
            canvas.line(
                canvas.camera.project(pose.world(handle)),
                np.minimum(pose.paint * 1.2 + 20, 255),
                size * 0.004,
            )
        mirror = pose.world(
            np.array(
                [
                    (side * (w + dx), y, body.length * 0.66)
                    for dx, y in ((0, 0.98), (0.2, 1.0), (0.2, 1.14), (0.02, 1.12))
                ]
            )
        )
        canvas.polygon(canvas.camera.project(mirror), pose.paint * 0.7)
