"""The shapes of vehicles: sections along their length, joined to a skin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from .camera import Camera


@dataclass(frozen=True)
class Station:
    """A section across a vehicle.

    Attributes:
        z: Distance from the rear end, as a share of the length.
        belt: Height of the lower body (boot lid, bonnet or lower edge of the windows) in metres.
        roof: Height of the roof in metres; the same as ``belt`` where there is none.
        width: Width as a share of the vehicle's.
    """

    z: float
    belt: float
    roof: float
    width: float


@dataclass(frozen=True)
class Body:
    """A kind of vehicle.

    Attributes:
        name: What it is.
        length: Length in metres.
        width: Width in metres.
        clearance: Height of its underside in metres.
        stations: Sections from the rear end to the front.
        roof_width: Width of the roof as a share of the vehicle's.
        wheels: Places of the axles, as shares of the length, and the radius of the wheels in metres.
        windows: Side windows as pairs of shares of the length.
        tall: Whether the ends stand upright to the roof, with their windows in them.
        screens: Index of the stations between which the rear and the front window lie.
    """

    name: str
    length: float
    width: float
    clearance: float
    stations: tuple[Station, ...]
    roof_width: float
    wheels: tuple[tuple[float, ...], float]
    windows: tuple[tuple[float, float], ...]
    tall: bool = False
    screens: tuple[tuple[int, int], ...] = ()


Row = tuple[float, float, float, float]  # the fields of a station


def _stations(*rows: Row) -> tuple[Station, ...]:
    return tuple(Station(*row) for row in rows)


def _car(name: str, size: tuple[float, float], heights: tuple[float, float, float], rear: str) -> Body:
    """A car from its length and width, the heights of its deck, its roof and its nose, and its kind of
    rear.
    """
    deck, roof, nose = heights
    if rear == 'sedan':
        back: list[Row] = [
            (0.0, deck - 0.05, deck - 0.05, 0.86),
            (0.012, deck, deck, 0.92),
            (0.05, deck + 0.01, deck + 0.01, 0.98),
            (0.13, deck + 0.02, deck + 0.02, 1.0),
            (0.27, deck + 0.02, roof - 0.03, 1.0),
        ]
    else:
        back = [
            (0.0, deck - 0.06, deck - 0.06, 0.88),
            (0.01, deck - 0.01, deck - 0.01, 0.94),
            (0.02, deck, deck, 0.96),
            (0.03, deck, deck + 0.03, 0.98),
            (0.13 if rear == 'hatch' else 0.08, deck, roof - 0.03, 1.0),
        ]
    front: list[Row] = [
        (0.42, deck, roof, 1.0),
        (0.56, deck, roof - 0.03, 1.0),
        (0.74, deck - 0.02, deck + 0.02, 1.0),
        (0.9, nose + 0.09, nose + 0.09, 0.99),
        (0.965, nose + 0.04, nose + 0.04, 0.94),
        (0.99, nose, nose, 0.87),
        (1.0, nose - 0.07, nose - 0.07, 0.8),
    ]
    return Body(
        name,
        *size,
        clearance=0.19,
        stations=_stations(*back, *front),
        roof_width=0.72,
        wheels=((0.2, 0.81), 0.37 if rear == 'suv' else 0.31),
        windows=((0.2 if rear == 'sedan' else 0.09, 0.4), (0.41, 0.66)),
        screens=((3, 4), (6, 7)),
    )


def _box(name: str, size: tuple[float, float, float], clearance: float, rounding: float, **rest: Any) -> Body:
    """A bus or a lorry from its length, width and height."""
    length, width, height = size
    belt = clearance + 0.45 * (height - clearance)
    rows: list[Row] = [
        (0.0, belt, height - 0.06, 0.97),
        (rounding, belt, height, 1.0),
        (0.5, belt, height, 1.0),
        (1 - rounding, belt, height, 1.0),
        (1.0, belt, height - 0.08, 0.96),
    ]
    return Body(name, length, width, clearance, _stations(*rows), 0.95, tall=True, **rest)


_VAN = Body(
    'van',
    length=4.9,
    width=1.95,
    clearance=0.22,
    stations=_stations(
        (0.0, 1.1, 1.9, 0.96),
        (0.015, 1.12, 1.95, 1.0),
        (0.3, 1.15, 1.97, 1.0),
        (0.62, 1.15, 1.95, 1.0),
        (0.7, 1.15, 1.88, 1.0),
        (0.85, 1.12, 1.2, 1.0),
        (0.95, 1.05, 1.05, 0.98),
        (0.985, 0.98, 0.98, 0.92),
        (1.0, 0.9, 0.9, 0.85),
    ),
    roof_width=0.88,
    wheels=((0.17, 0.83), 0.34),
    windows=((0.64, 0.78),),
    tall=True,
    screens=((4, 5),),
)
_BUS_WINDOWS = tuple((0.04 + 0.155 * i, 0.18 + 0.155 * i) for i in range(6))
BODIES: dict[str, Body] = {
    body.name: body
    for body in (
        _car('sedan', (4.6, 1.80), (0.98, 1.44, 0.76), 'sedan'),
        _car('old_sedan', (4.3, 1.70), (0.92, 1.38, 0.80), 'sedan'),
        _car('hatch', (4.0, 1.74), (0.98, 1.47, 0.76), 'hatch'),
        _car('city_car', (3.5, 1.62), (0.98, 1.50, 0.80), 'hatch'),
        _car('suv', (4.5, 1.88), (1.12, 1.72, 0.95), 'suv'),
        _VAN,
        _box('bus', (10.5, 2.5, 3.05), 0.3, 0.02, wheels=((0.25, 0.78), 0.48), windows=_BUS_WINDOWS),
        _box('truck', (8.0, 2.5, 3.4), 0.75, 0.004, wheels=((0.18, 0.3, 0.85), 0.5), windows=()),
        _box('trailer', (3.2, 1.9, 2.1), 0.5, 0.004, wheels=((0.45,), 0.3), windows=()),
        _box('motorcycle', (2.1, 0.8, 1.5), 0.1, 0.02, wheels=((0.25, 0.85), 0.3), windows=()),
        _box('scooter', (1.9, 0.7, 1.5), 0.1, 0.02, wheels=((0.25, 0.88), 0.23), windows=()),
    )
}


def _section(body: Body, z: float, belt: float, roof: float, width: float) -> np.ndarray:
    """Half a section (10, 3) from the middle of the underside over the right side to the middle of the
    roof.
    """
    w, low = body.width / 2 * width, body.clearance
    tall = belt - low
    house = roof - belt
    top = w * (body.roof_width if house > 0.15 else 0.9 - (0.9 - body.roof_width) * max(house, 0) / 0.15)
    points = [
        (0, low),
        (0.9 * w, low),
        (0.975 * w, low + 0.12 * tall),
        (w, low + 0.35 * tall),
        (w, low + 0.7 * tall),
        (0.975 * w, belt - 0.03),
        (0.95 * w, belt),
        (top + 0.02, belt + 0.85 * house + 0.01),
        (top * 0.88, roof - 0.005 + 0.01),
        (0, roof + 0.035),
    ]
    return np.array([(x, y, z) for x, y in points])


def skin(body: Body, stations: int = 26) -> tuple[np.ndarray, np.ndarray]:
    """The skin of a vehicle as a grid of points.

    Args:
        body: The vehicle.
        stations: At least so many sections.

    Returns:
        Points (S, 19, 3), x across, y up, z from the rear end forward, in metres, and the share of the length
        (S,) at which each section lies.
    """
    marks = np.array([s.z for s in body.stations])
    where = np.unique(np.concatenate([marks, np.linspace(0, 1, max(stations - len(marks), 2))]))
    columns = np.array([(s.belt, s.roof, s.width) for s in body.stations]).T
    belt, roof, width = (np.interp(where, marks, column) for column in columns)
    rings = []
    for share, b, r, w in zip(where, belt, roof, width):
        half = _section(body, share * body.length, b, max(r, b), w)
        left = half[-2::-1] * [-1, 1, 1]
        rings.append(np.vstack([half, left]))
    return np.array(rings), where


@dataclass
class Pose:
    """A vehicle that stands somewhere.

    Attributes:
        body: Its shape.
        x: Place of its middle, across, in metres.
        z: Place of its middle, ahead, in metres.
        yaw: Its heading in radians: 0 drives away from the eye, pi comes towards it.
        paint: Its colour (BGR), float (3,).
    """

    body: Body
    x: float
    z: float
    yaw: float
    paint: np.ndarray

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
