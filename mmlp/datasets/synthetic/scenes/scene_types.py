"""What the parts of a scene tell one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
        corners: float32 (4, 2) of the whole plate, hidden parts and parts outside the picture included,
        in the
            order top-left, top-right, bottom-right, bottom-left as seen on the plate.
        layout: Name of its layout.
        text: Its lettering.
        mask: bool (H, W): what is seen of it.
        outline: float32 (N, 2) of the whole plate: its corners, and more points where it is bent or round.
    """

    corners: np.ndarray
    layout: str
    text: str
    mask: np.ndarray | None = None
    outline: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.outline is None:
            self.outline = self.corners


@dataclass
class Lamp:
    """A lamp seen in the picture: place (x, y) and radius in pixels, and colour (BGR)."""

    place: tuple[float, float]
    radius: float
    colour: tuple[float, float, float]
