import cv2
import numpy as np
import pytest

from mmlp.plates.components import label_components, occupied_window


@pytest.mark.parametrize(
    ('pixels', 'expected'),
    [
        ([], (slice(0, 1), slice(0, 1))),
        ([(0, 0)], (slice(0, 2), slice(0, 2))),
        ([(3, 4), (6, 9)], (slice(2, 8), slice(3, 11))),
        ([(9, 19)], (slice(8, 10), slice(18, 20))),
    ],
)
def test_window_around_what_is_set(pixels, expected):
    mask = np.zeros((10, 20), np.uint8)
    for row, column in pixels:
        mask[row, column] = 1
    assert occupied_window(mask) == expected


@pytest.mark.parametrize('share', [0.0, 0.02, 0.5, 1.0])
def test_components_are_those_of_opencv(share):
    rng = np.random.default_rng(0)
    mask = np.zeros((60, 80), bool)
    mask[20:45, 30:70] = rng.random((25, 40)) < share
    count, expected, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    labels, found = label_components(mask)
    assert len(found) == count - 1 and (share == 0.0) == (len(found) == 0)
    # OpenCV numbers the components of a part in another order than those of the whole.
    assert not labels[~mask].any()
    assert len(set(zip(labels[mask].tolist(), expected[mask].tolist()))) == len(found)
    np.testing.assert_array_equal(found[labels[mask] - 1], stats[expected[mask]])
