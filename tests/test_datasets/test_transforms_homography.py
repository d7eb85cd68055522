import cv2
import numpy as np
import pytest

from mmlp.datasets.transforms import homography as H
from mmlp.plates.geometry import find_homography, map_points


def test_a_rotation_is_counter_clockwise_about_the_middle():
    np.testing.assert_allclose(
        map_points(H.rotation(90, 40, 20), np.array([[20.0, 10.0], [30.0, 10.0]])), [[20, 10], [20, 0]]
    )
    # OpenCV's is in pixel centres, and about the centre of the middle pixel.
    ours = H.to_opencv(H.rotation(27, 41, 23))
    np.testing.assert_allclose(ours[:2], cv2.getRotationMatrix2D((20, 11), 27, 1.0), atol=1e-12)


def test_the_outline_stays_the_outline():
    outline = H.outline(30, 20)
    np.testing.assert_allclose(map_points(H.scaling(2, 3), outline), H.outline(60, 60))
    np.testing.assert_allclose(map_points(H.horizontal_flip(30), outline)[[1, 0, 3, 2]], outline)
    np.testing.assert_allclose(map_points(H.translation(2, -1), outline), outline + np.array([2, -1]))


def test_a_flip_is_numpys():
    img = np.arange(35, dtype=np.uint8).reshape(5, 7)
    got = cv2.warpPerspective(img, H.to_opencv(H.horizontal_flip(7)), (7, 5), flags=cv2.INTER_NEAREST)
    np.testing.assert_array_equal(got, img[:, ::-1])


def test_a_perspective_takes_its_points_along():
    np.random.seed(0)
    start, end = H.image_corners(60, 40), H.draw_perspective_corners(60, 40, 0.5)
    np.testing.assert_allclose(map_points(find_homography(start, end), start), end, atol=1e-4)


def test_local_scale_is_that_of_finite_differences():
    matrix = np.array([[1.2, 0.1, 3.0], [-0.2, 0.7, 1.0], [1e-3, -2e-3, 1.0]])
    points = np.array([[10.0, 20.0], [50.0, 5.0]])
    step = 1e-5
    for point, got in zip(points, H.local_scale(matrix, points)):
        moved = [map_points(matrix, point + d) - map_points(matrix, point - d) for d in np.eye(2) * step]
        want = np.linalg.svd(np.stack(moved, axis=1) / (2 * step), compute_uv=False)
        np.testing.assert_allclose(got, want[::-1], rtol=1e-5)


@pytest.mark.parametrize('distortion', [0.0, 1.0])
def test_corners_stay_in_their_quarters(distortion):
    np.random.seed(0)
    corners = np.array([H.draw_perspective_corners(51, 31, distortion) for _ in range(200)])
    if distortion == 0:
        np.testing.assert_array_equal(corners[0], H.image_corners(51, 31))
    assert (corners[:, [0, 3], 0] <= 25).all() and (corners[:, [1, 2], 0] >= 25).all()
    assert (corners[:, [0, 1], 1] <= 15).all() and (corners[:, [2, 3], 1] >= 15).all()
