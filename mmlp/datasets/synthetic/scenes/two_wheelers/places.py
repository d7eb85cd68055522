"""Where the plates of two-wheelers are, and how they are put there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...plates.layouts import LAYOUTS, choose_layout
from ..mounting import mount_plate
from ..scene_types import ScenePlate
from .solids import Assembly, Spot

_STRIPS = ('front_strip', 'front_column')


@dataclass
class Places:
    """What a frame says of a two-wheeler.

    Attributes:
        tail: Height and z of the tail lamp in metres.
        head: Height and z of the front over the fork.
        rear_axle: Z of the rear wheel.
        front_axle: Z of the front wheel.
        radius: Of the wheels.
        half: Half its width.
    """

    tail: tuple[float, float]
    head: tuple[float, float]
    rear_axle: float
    front_axle: float
    radius: float
    half: float


class PlateHolder:
    """A plane on a two-wheeler to which a plate is fixed.

    Args:
        bike: The two-wheeler.
        spot: The middle of the plate.
        yaw: Which way it faces: 0 to the rear, pi to the front, in radians.
        pitch: How far it leans back, so that it faces up, in radians.
    """

    def __init__(self, bike: Assembly, spot: Spot, yaw: float, pitch: float) -> None:
        self.bike, self.spot = bike, np.array(spot)
        c, s = np.cos(yaw), np.sin(yaw)
        self.right = np.array([c, 0, s])
        ahead = np.array([-s, 0, c])  # into the plate, seen from before it
        self.up = np.cos(pitch) * np.array([0, 1.0, 0]) + np.sin(pitch) * ahead
        self.normal = np.sin(pitch) * np.array([0, 1.0, 0]) - np.cos(pitch) * ahead

    def at(self, points: np.ndarray, lift: float = 0.0) -> np.ndarray:
        """Points (N, 2) of the plane as points (N, 3) of the vehicle."""
        points = np.asarray(points, np.float64)
        return self.spot + points[:, :1] * self.right + points[:, 1:] * self.up + lift * self.normal

    def place(self, points: np.ndarray, lift: float = 0.0) -> np.ndarray:
        """Points (N, 2) of the plane as pixels."""
        return self.bike.project(self.at(points, lift))

    def bracket(self, half: float, high: float, tint: np.ndarray, round_one: bool) -> None:
        """What the plate is screwed to."""
        if round_one:
            t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            shape = np.stack([np.sin(t) * half * 1.3, np.cos(t) * high * 1.3], 1)
        else:
            shape = np.array([(-half, high), (half, high), (half * 0.8, -high), (-half * 0.8, -high)])
        self.bike.panel(self.at(shape, -0.01), tint, 0.1)

    def mount(self, rng: np.random.Generator, name: str | None, bent: float, found: list[ScenePlate]) -> None:
        """Keeps a plate to be put here, when it is drawn; from behind, only its back is seen."""
        bike = self.bike
        if name:
            layout = LAYOUTS[name]
        else:
            layout = choose_layout(rng, rng.choice([1.05, 1.3, 1.9]), 0.4, two_wheeled=True)
        half = np.array(layout.size) / 2000 * 1.05
        seen = bike.faces(tuple(self.spot), tuple(self.normal))
        if seen < 0.2:
            corners = np.array([(-1, 1), (1, 1), (1, -1), (-1, -1)]) * half
            bike.panel(self.at(corners), (60, 60, 60))
            return
        if rng.random() < 0.6 and not name:
            self.bracket(*half * rng.uniform(1.0, 1.12), np.array([28.0, 28, 28]), rng.random() < 0.12)

        def draw() -> None:
            plate = mount_plate(rng, bike.canvas, self.place, (0.0, 0.0), layout, bent)
            if plate:
                found.append(plate)

        bike.add(bike.distance([tuple(self.spot)]) - 0.16, draw)


def rear_plate(rng: np.random.Generator, bike: Assembly, places: Places, found: list[ScenePlate]) -> None:
    """A plate under the tail lamp, under the seat, on the mudguard or beside the wheel."""
    y, z = places.tail
    kind = rng.random()
    pitch = np.deg2rad(rng.uniform(0, 40))
    if kind < 0.55:  # on a hanger
        spot = (0.0, y - rng.uniform(0.14, 0.2), z + rng.uniform(-0.03, 0.02))
        bike.tube([(0, y, z + 0.1), (0, spot[1] - 0.05, spot[2] + 0.03)], 0.035, (34, 33, 32))
        bent = 0.1
    elif kind < 0.72:  # above the lamp or close under the seat
        spot, bent = (0.0, y - rng.uniform(0.1, 0.13), z + 0.02), 0.08
    elif kind < 0.95:  # on the mudguard
        spot = (0.0, places.radius + rng.uniform(0.05, 0.2), places.rear_axle - places.radius * 1.35)
        bent, pitch = 0.7, np.deg2rad(rng.uniform(5, 35))
    else:
        spot = (rng.choice([-1, 1]) * 0.2, places.radius + 0.02, places.rear_axle - 0.12)
        bent, pitch = 0.0, 0.0
    PlateHolder(bike, (spot[0], spot[1], max(spot[2], 0.02)), rng.normal(0, 0.03), pitch).mount(
        rng, None, bent, found
    )


def front_plate(rng: np.random.Generator, bike: Assembly, places: Places, found: list[ScenePlate]) -> None:
    """A plate across the fork, on the mudguard, on its side, or on the leg shield."""
    y, z = places.head
    kind = rng.random()
    lean = np.deg2rad(rng.uniform(-5, 25))
    if kind < 0.45:  # a strip under the lamp
        spot = (0.0, y - rng.uniform(0.1, 0.2), z + 0.05)
        PlateHolder(bike, spot, np.pi + rng.normal(0, 0.03), lean).mount(rng, 'front_strip', 0.12, found)
    elif kind < 0.65:  # a strip round the mudguard
        spot = (0.0, 2.25 * places.radius, places.front_axle + 0.3 * places.radius)
        PlateHolder(bike, spot, np.pi, np.deg2rad(rng.uniform(20, 45))).mount(rng, 'front_strip', 0.7, found)
    elif kind < 0.78:  # a fin along the mudguard, lettered on both sides
        for yaw in (np.pi / 2, -np.pi / 2):
            spot = (0.0, 2.3 * places.radius, places.front_axle + 0.02)
            PlateHolder(bike, spot, yaw, 0.0).mount(rng, 'front_strip', 0.1, found)
    elif kind < 0.85:
        spot = (0.13, 0.66, places.front_axle - 0.12)
        PlateHolder(bike, spot, np.pi, np.deg2rad(15)).mount(rng, 'front_column', 0.1, found)
    else:
        spot = (0.0, y - 0.14, z + 0.05)
        PlateHolder(bike, spot, np.pi + rng.normal(0, 0.03), lean).mount(rng, None, 0.15, found)
