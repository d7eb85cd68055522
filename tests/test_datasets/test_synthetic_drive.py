"""A drive along a street: what is fixed in the world stays what it is and moves as the camera does."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mmlp.datasets.synthetic import render_drive
from mmlp.datasets.synthetic.scenes.camera import Camera, Canvas
from mmlp.datasets.synthetic.scenes.landscape import draw_ground, draw_road

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

SIZE = (320, 180)


@pytest.fixture(scope='module')
def drive():
    return list(render_drive(seed=1, frames=6, size=SIZE, fps=6, speed=3.0))


def test_what_comes_out(drive):
    assert len(drive) == 6
    for image, plates in drive:
        assert image.shape == (180, 320, 3) and image.dtype == np.uint8 and image.std() > 20
        assert all(plate.mask.shape == (180, 320) and plate.mask.any() for plate in plates)
        assert len({plate.text for plate in plates}) == len(plates) >= 2


def test_a_plate_keeps_its_text_and_moves_a_little(drive):
    seen = [{plate.text: plate.corners.mean(axis=0) for plate in plates} for _, plates in drive]
    for before, after in itertools.pairwise(seen):
        kept = set(before) & set(after)
        assert len(kept) >= 2
        near = [np.linalg.norm(after[text] - before[text]) for text in kept]
        assert np.median(near) < 12


def test_the_same_seed_gives_the_same_drive(drive):
    again = next(render_drive(seed=1, frames=6, size=SIZE, fps=6, speed=3.0))
    np.testing.assert_array_equal(again[0], drive[0][0])
    other = next(render_drive(seed=2, frames=6, size=SIZE, fps=6, speed=3.0))
    assert np.abs(other[0].astype(int) - drive[0][0]).mean() > 3


def ground_seen(gone, height=1.4):
    """The ground as seen after some metres, and the camera."""
    canvas = Canvas(Camera(SIZE, 300.0, height, 0.12, 0.0))
    colour = np.full(3, 110.0)
    draw_ground(np.random.default_rng(3), canvas, colour, 0.8, gone)
    draw_road(np.random.default_rng(4), canvas, 4.0, np.full(3, 150.0), gone)
    return canvas.finish()[0].astype(float), canvas.camera


def test_the_ground_goes_by_as_fast_as_the_eye_drives():
    before, camera = ground_seen(0.0)
    after, _ = ground_seen(2.5)
    # The same places of the world, between 4 and 7 metres ahead at first.
    x, z = np.meshgrid(np.linspace(-1.8, 1.8, 60), np.linspace(6.6, 9.4, 40))
    places = np.stack([x.ravel(), np.zeros(x.size), z.ravel()], 1)

    def look(image, points):
        pixels = np.round(camera.project(points)).astype(int)
        return image[pixels[:, 1], pixels[:, 0], 0]

    first = look(before, places)
    moved = look(after, places - [0, 0, 2.5])
    stayed = look(after, places)
    assert np.corrcoef(first, moved)[0, 1] > 0.5 > np.corrcoef(first, stayed)[0, 1] + 0.2
