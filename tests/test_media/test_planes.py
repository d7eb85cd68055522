import numpy as np
import pytest

from mmlp.media.planes import Layout, split_planes, to_yuv


@pytest.mark.parametrize('size', [(14, 20), (15, 37), (50, 30)])
@pytest.mark.parametrize('bits', [8, 10])
def test_a_picture_of_one_colour_has_planes_of_one_value(size, bits):
    """In one of a hundred of 10 bits, a row began with the value of another plane."""
    bgr = np.full((*size, 3), (200, 100, 50), np.uint8)
    layout = Layout(bits, 2, 2)
    for _ in range(1000):
        for plane in split_planes(to_yuv(bgr, layout, None, None), layout):
            assert np.ptp(plane) <= bits - 8, plane
