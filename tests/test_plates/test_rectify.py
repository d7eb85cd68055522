import cv2
import numpy as np
import pytest

from mmlp.plates import estimate_aspect, rectify, side_lengths, unsharp_mask


def seen(aspect, *, yaw, pitch, roll, distance=6.0, focal=1200.0, size=(1080, 1920), shift=(0.5, 0.3)):
    """Corners of a plate 1 high in front of a pinhole camera with the principal point in the middle."""
    angles = np.radians([pitch, yaw, roll])
    turn = np.eye(3)
    for axis, angle in enumerate(angles):
        vector = np.zeros(3)
        vector[axis] = angle
        turn = cv2.Rodrigues(vector)[0] @ turn
    flat = np.array([[-aspect, -1, 0], [aspect, -1, 0], [aspect, 1, 0], [-aspect, 1, 0]]) / 2
    space = flat @ turn.T + [*shift, distance]
    return space[:, :2] / space[:, 2:] * focal + (np.array(size[::-1]) - 1) / 2


@pytest.mark.parametrize('aspect', [520 / 110, 2.0, 1.2])
@pytest.mark.parametrize('pose', [(40, 20, 5), (-35, 30, -10), (30, -35, 15)])
def test_aspect_of_a_near_plate_in_perspective_is_exact(aspect, pose):
    corners = seen(aspect, yaw=pose[0], pitch=pose[1], roll=pose[2])
    assert estimate_aspect(corners, (1080, 1920)) == pytest.approx(aspect, rel=0.01)


def test_turned_about_one_axis_a_usual_focal_length_is_assumed():
    corners = seen(4.7, yaw=50, pitch=0, roll=0, shift=(0, 0), focal=1900)
    assert estimate_aspect(corners, (1080, 1920)) == pytest.approx(4.7, rel=0.05)
    assert estimate_aspect(corners) < 3.5


def test_far_plates_fall_back_to_their_sides():
    corners = seen(4.7, yaw=10, pitch=5, roll=2, distance=80)
    top, right, bottom, left = side_lengths(corners)
    assert side_lengths(corners)[1] < 20
    assert estimate_aspect(corners, (1080, 1920)) == pytest.approx((top + bottom) / (left + right))


def test_crop_of_an_upright_plate_is_a_copy():
    image = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    corners = np.array([[9.5, 4.5], [49.5, 4.5], [49.5, 16.5], [9.5, 16.5]])
    np.testing.assert_array_equal(rectify(image, corners), image[5:17, 10:50])
    assert rectify(image, corners, 24).shape == (24, 80, 3)
    assert rectify(image, corners, (100, 30)).shape == (30, 100, 3)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('channels', [None, 1, 3, 4])
def test_perspective_is_undone(dtype, channels):
    full = np.iinfo(dtype).max
    board = np.zeros((110, 520), dtype)
    board[:, ::2] = 0
    for column in range(0, 520, 104):
        board[:, column : column + 52] = full
    corners = np.array([[60, 50], [300, 80], [290, 160], [70, 120]], np.float32)
    frame = np.array([[0, 0], [520, 0], [520, 110], [0, 110]], np.float32) - 0.5
    image = cv2.warpPerspective(board, cv2.getPerspectiveTransform(frame, corners), (360, 220))
    if channels:
        image = np.repeat(image[:, :, None], channels, axis=2)
    crop = rectify(image, corners, (520, 110)).reshape(110, 520, -1)
    assert crop.shape[2] == (channels or 1) and crop.dtype == dtype
    # Away from the edges of the stripes the board is back.
    middles = crop[20:90, 26::52].astype(float).mean(axis=(0, 2)) / full
    np.testing.assert_allclose(middles, [1, 0] * 5, atol=0.02)


def test_shrinking_averages_instead_of_aliasing():
    image = np.zeros((200, 400), np.uint8)
    image[:, ::2] = 255
    corners = np.array([[-0.5, -0.5], [399.5, -0.5], [399.5, 199.5], [-0.5, 199.5]])
    crop = rectify(image, corners, (57, 29))
    assert np.abs(crop[2:-2, 2:-2].astype(int) - 128).max() < 20  # one stripe of seven is 18


def test_sharpening_steepens_edges_only():
    image = np.full((60, 120), 60, np.uint8)
    image[:, 60:] = 180
    image = cv2.GaussianBlur(image, (0, 0), 3)
    sharp = unsharp_mask(image, 1.0)
    assert np.abs(np.diff(sharp[30].astype(int))).max() > np.abs(np.diff(image[30].astype(int))).max()
    np.testing.assert_array_equal(sharp[:, :30], image[:, :30])
    corners = np.array([[9.5, 9.5], [109.5, 9.5], [109.5, 49.5], [9.5, 49.5]])
    assert not np.array_equal(rectify(image, corners, sharpen=1.0), rectify(image, corners))


def test_bad_input_is_answered():
    image = np.zeros((10, 10), np.uint8)
    with pytest.raises(ValueError, match='corners'):
        rectify(image, np.zeros((3, 2)))
    with pytest.raises(ValueError, match='size'):
        rectify(image, np.eye(4)[:, :2], (0, 5))
