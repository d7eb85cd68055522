"""The shapes of vehicles: sections along their length, joined to a skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
    width: float = 1.0


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


def _car(name: str, length: float, width: float, deck: float, roof: float, nose: float, rear: str) -> Body:
    if rear == 'sedan':
        back = (Station(0, deck - 0.05, deck - 0.05, 0.86), Station(0.012, deck, deck, 0.92), Station(0.05, deck + 0.01, deck + 0.01, 0.98),
                Station(0.13, deck + 0.02, deck + 0.02), Station(0.27, deck + 0.02, roof - 0.03))  # fmt: skip
    else:
        slope = 0.1 if rear == 'hatch' else 0.05
        back = (Station(0, deck - 0.06, deck - 0.06, 0.88), Station(0.01, deck - 0.01, deck - 0.01, 0.94), Station(0.02, deck, deck, 0.96),
                Station(0.03, deck, deck + 0.03, 0.98), Station(0.03 + slope, deck, roof - 0.03))  # fmt: skip
    front = (Station(0.42, deck, roof), Station(0.56, deck, roof - 0.03), Station(0.74, deck - 0.02, deck + 0.02),
             Station(0.9, nose + 0.09, nose + 0.09, 0.99), Station(0.965, nose + 0.04, nose + 0.04, 0.94),
             Station(0.99, nose, nose, 0.87), Station(1.0, nose - 0.07, nose - 0.07, 0.8))  # fmt: skip
    first = 0.2 if rear == 'sedan' else 0.09
    return Body(name, length, width, 0.19, back + front, 0.72, ((0.2, 0.81), 0.31 + 0.06 * (rear == 'suv')),
                ((first, 0.4), (0.41, 0.66)), screens=((3, 4), (6, 7)))  # fmt: skip


def _box(name: str, length: float, width: float, height: float, clearance: float, wheels: tuple[float, ...], radius: float,
         windows: tuple[tuple[float, float], ...], rounding: float = 0.02) -> Body:  # fmt: skip
    belt = clearance + 0.45 * (height - clearance)
    stations = (Station(0, belt, height - 0.06, 0.97), Station(rounding, belt, height), Station(0.5, belt, height),
                Station(1 - rounding, belt, height), Station(1.0, belt, height - 0.08, 0.96))  # fmt: skip
    return Body(name, length, width, clearance, stations, 0.95, (wheels, radius), windows, tall=True)


_VAN_FRONT = (Station(0.62, 1.15, 1.95), Station(0.7, 1.15, 1.88), Station(0.85, 1.12, 1.2), Station(0.95, 1.05, 1.05, 0.98),
              Station(0.985, 0.98, 0.98, 0.92), Station(1.0, 0.9, 0.9, 0.85))  # fmt: skip
BODIES: dict[str, Body] = {
    body.name: body
    for body in (
        _car('sedan', 4.6, 1.80, 0.98, 1.44, 0.76, 'sedan'),
        _car('old_sedan', 4.3, 1.70, 0.92, 1.38, 0.80, 'sedan'),
        _car('hatch', 4.0, 1.74, 0.98, 1.47, 0.76, 'hatch'),
        _car('city_car', 3.5, 1.62, 0.98, 1.50, 0.80, 'hatch'),
        _car('suv', 4.5, 1.88, 1.12, 1.72, 0.95, 'suv'),
        Body('van', 4.9, 1.95, 0.22, (Station(0, 1.1, 1.9, 0.96), Station(0.015, 1.12, 1.95), Station(0.3, 1.15, 1.97)) + _VAN_FRONT,
             0.88, ((0.17, 0.83), 0.34), ((0.64, 0.78),), tall=True, screens=((4, 5),)),
        _box('bus', 10.5, 2.5, 3.05, 0.3, (0.25, 0.78), 0.48, tuple((0.04 + 0.155 * i, 0.18 + 0.155 * i) for i in range(6))),
        _box('truck', 8.0, 2.5, 3.4, 0.75, (0.18, 0.3, 0.85), 0.5, (), 0.004),
    )
}  # fmt: skip


def _section(body: Body, z: float, belt: float, roof: float, width: float) -> np.ndarray:
    """Half a section (10, 3) from the middle of the underside over the right side to the middle of the roof."""
    w, low = body.width / 2 * width, body.clearance
    tall = belt - low
    house = roof - belt
    top = w * (body.roof_width if house > 0.15 else 0.9 - (0.9 - body.roof_width) * max(house, 0) / 0.15)
    points = [
        (0, low), (0.9 * w, low), (0.975 * w, low + 0.12 * tall), (w, low + 0.35 * tall), (w, low + 0.7 * tall),
        (0.975 * w, belt - 0.03), (0.95 * w, belt), (top + 0.02, belt + 0.85 * house + 0.01),
        (top * 0.88, roof - 0.005 + 0.01), (0, roof + 0.035),
    ]  # fmt: skip
    return np.array([(x, y, z) for x, y in points])


def skin(body: Body, stations: int = 26) -> tuple[np.ndarray, np.ndarray]:
    """The skin of a vehicle as a grid of points.

    Args:
        body: The vehicle.
        stations: At least so many sections.

    Returns:
        Points (S, 19, 3), x across, y up, z from the rear end forward, in metres, and the share of the length (S,) at
        which each section lies.
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
