"""Working sizes, and shrinking without aliasing."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.apis.resizing import resize_image, working_size


@pytest.mark.parametrize(
    ('shape', 'long_side', 'expected'),
    [
        ((3000, 4000), 768, (576, 768)),
        ((4000, 3000), 768, (768, 576)),
        ((480, 640), None, (480, 640)),
        ((300, 400), 768, (576, 768)),
        ((30, 40), 768, (60, 80)),  # enlarged twice, not more
        ((2, 20000), 768, (1, 768)),
    ],
)
def test_working_size(shape, long_side, expected):
    assert working_size(shape, long_side) == expected


def test_fine_stripes_become_grey():
    stripes = np.zeros((64, 96, 3), np.uint8)
    stripes[:, ::2] = 200
    assert np.all(resize_image(stripes, (16, 24)) == 100)


def test_same_size_is_no_copy():
    picture = np.zeros((4, 6, 3), np.uint8)
    assert resize_image(picture, (4, 6)) is picture
