"""Tiles cover every pixel, with the overlap asked for."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.apis.tiling import iterate_tiles


@pytest.mark.parametrize(
    ('shape', 'size', 'overlap', 'scale'),
    [
        ((300, 500), 128, 32, 1.0),
        ((300, 500), 128, 0, 1.0),
        ((100, 500), 128, 32, 1.0),
        ((100, 90), 128, 32, 1.0),
        ((1001, 777), 128, 40, 0.37),
        ((129, 128), 128, 127, 1.0),
    ],
)
def test_inner_parts_cover_the_picture(shape, size, overlap, scale):
    covered = np.zeros(shape, int)
    picture = np.zeros((*shape, 3), np.uint8)
    network_shapes = set()
    for tile in iterate_tiles(shape, size, overlap, scale):
        left, top, right, bottom = tile.box
        assert 0 <= left < right <= shape[1] and 0 <= top < bottom <= shape[0]
        seen = tile.cut_image(picture, size).shape[:2]
        assert max(seen) <= size
        network_shapes.add(seen)
        probability_map = tile.to_map(np.ones(seen, np.float32))
        columns = slice(round(probability_map.left + 0.5), round(probability_map.right + 0.5))
        rows = slice(round(probability_map.top + 0.5), round(probability_map.bottom + 0.5))
        covered[rows, columns] += 1
    assert covered.min() >= 1
    assert len(network_shapes) == 1, 'tiles of one size run as a batch'


def test_neighbours_see_half_of_the_overlap_both():
    first, second, *_ = iterate_tiles((100, 1000), 200, 40)
    shared = (
        first.to_map(np.ones((100, 200), np.float32)).right
        - second.to_map(np.ones((100, 200), np.float32)).left
    )
    assert shared >= 20
    assert first.box[2] - second.box[0] >= 40


def test_huge_pictures_have_a_bounded_number_of_tiles():
    tiles = list(iterate_tiles((20000, 20000), 768, 128))
    assert len(tiles) == 32**2  # ceil((20000 - 768) / 640) + 1 along each side
    assert {tile.box[2] - tile.box[0] for tile in tiles} == {768}
