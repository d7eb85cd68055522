"""Plates that are too large to be seen as one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmlp.apis import PlateSegmenter, Runtime, Search
from mmlp.apis.probability_maps import ProbabilityMap
from mmlp.apis.resizing import resize_image
from mmlp.apis.zoom_out import zoom_out
from mmlp.datasets.synthetic import render_scene
from mmlp.datasets.synthetic.scenes import vehicles
from mmlp.plates.raster import polygon_mask

FIELD_OF_VIEW = 60
CARS = ('sedan', 'hatch')


class ShortSighted:
    """Takes what is bright for plate, but for what is farther from an edge than it can see."""

    def __init__(self):
        self.sizes = []

    def __call__(self, pictures):
        self.sizes += [picture.shape[:2] for picture in pictures]
        return np.stack([self.look(picture) for picture in pictures])

    @staticmethod
    def look(picture):
        bright = (picture[..., 0] > 128).astype(np.uint8)
        inside = cv2.distanceTransform(np.pad(bright, 1), cv2.DIST_L1, 3)[1:-1, 1:-1]
        seen = np.where(inside > FIELD_OF_VIEW / 4, 0.1, 0.9)
        return np.where(bright > 0, seen, 0.0).astype(np.float32)


def look(width, height, above=128, size=(240, 384)):
    picture = np.zeros((*size, 3), np.uint8)
    top, left = (size[0] - height) // 2, (size[1] - width) // 2
    picture[top : top + height, left : left + width] = 255
    network = ShortSighted()
    first = ProbabilityMap.over_box(network.look(picture), (0, 0, size[1], size[0]))

    def see(picture, size):
        return network(resize_image(picture, size)[None])[0]

    return first.values, zoom_out(picture, first, see, Search(zoom_out_above=above)).values, network.sizes


def test_a_large_plate_becomes_whole_at_half_and_quarter_size():
    first, merged, sizes = look(320, 120)
    assert sizes == [(120, 192), (60, 96)], 'until it is narrower than 128'
    plate = (slice(60, 180), slice(32, 352))
    assert first[plate].min() == pytest.approx(0.1), 'the detection misses the middle'
    assert merged[plate].min() > 0.5
    assert merged.shape == first.shape and (merged >= first).all()
    assert merged[:50].max() == merged[:, :20].max() == 0


@pytest.mark.parametrize(
    ('width', 'height', 'looks'), [(127, 40, 0), (128, 40, 1), (40, 128, 1), (20, 10, 0)]
)
def test_only_what_is_large_is_looked_at_again(width, height, looks):
    first, merged, sizes = look(width, height)
    assert len(sizes) == looks
    if not looks:
        assert merged is first or np.array_equal(merged, first)


def test_an_empty_picture_is_not_looked_at_again():
    _, merged, sizes = look(0, 0)
    assert sizes == [] and not merged.any()


def test_looks_come_to_an_end():
    _, _, sizes = look(384, 240, above=2)
    assert sizes[-1] == (1, 2) or max(sizes[-1]) <= 2


@pytest.mark.parametrize('above', [0, 1, -3])
def test_a_size_that_would_never_end_is_refused(above):
    with pytest.raises(ValueError, match='zoom_out_above must be at least 2, got'):
        PlateSegmenter(search=Search(zoom_out_above=above))


def close_ups(count, share=0.9):
    """Unsharp pictures of one plate each, which takes this share of their width, and its corners."""
    seed = 0
    while count:
        picture, _, plates = render_scene(np.random.default_rng(seed), (1280, 960), vehicles=CARS)
        seed += 1
        for plate in plates:
            (left, top), (right, bottom) = plate.corners.min(axis=0), plate.corners.max(axis=0)
            width = int((right - left) / share)
            height = width * 3 // 4
            x, y = int(left + right - width) // 2, int(top + bottom - height) // 2
            if right - left < 150 or x < 0 or y < 0 or x + width > 1280 or y + height > 960:
                continue
            part = np.ascontiguousarray(picture[y : y + height, x : x + width])
            yield cv2.GaussianBlur(part, (0, 0), 6), plate.corners - (x, y)
            count -= 1
            break


@pytest.mark.needs('matplotlib')
def test_close_ups_are_found_whole(monkeypatch):
    """The weights that ship, which were not trained on plates behind windows."""
    monkeypatch.setattr(vehicles, '_IN_WINDOW', 0.0)
    segmenters = {
        above: PlateSegmenter(search=Search(zoom_out_above=above), runtime=Runtime(num_threads=1))
        for above in (128, None)
    }
    overlaps = {above: [] for above in segmenters}
    for picture, corners in close_ups(8):
        truth = polygon_mask(corners, picture.shape[:2])
        for above, segmenter in segmenters.items():
            mask = segmenter.predict(picture).mask
            overlaps[above].append((mask & truth).sum() / (mask | truth).sum())
    assert np.mean(overlaps[128]) > 0.8, overlaps
    assert np.mean(overlaps[None]) < 0.5, overlaps
