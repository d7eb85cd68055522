from dataclasses import replace

import numpy as np
import pytest

from mmlp.plates import Plate, default_label, draw_plates, plate_color

CORNERS = np.array([[100, 80], [200, 90], [200, 120], [100, 110]], np.float32)
PLATE = Plate(CORNERS, CORNERS, score=0.97)


def test_fill_outline_and_label():
    image = np.full((300, 400, 3), 128, np.uint8)
    result = draw_plates(image, [PLATE], color=(0, 0, 255), fill=0.5)
    assert (image == 128).all()
    np.testing.assert_array_equal(result[100, 150], (64, 64, 192))
    np.testing.assert_allclose(result[100, 100], (0, 0, 255), atol=20)
    labelled = (result[55:78, 90:150] == (0, 0, 255)).all(axis=2)
    assert labelled.sum() > 100
    assert (result[130:] == 128).all() and (result[:40] == 128).all()


def test_no_label_and_no_fill():
    image = np.full((300, 400, 3), 128, np.uint8)
    result = draw_plates(image, [PLATE], label=lambda plate: '', fill=0.0)
    assert (result[:78] == 128).all() and (result[100, 150] == 128).all()


def test_unobserved_plates_are_outlined_only():
    image = np.full((300, 400, 3), 128, np.uint8)
    result = draw_plates(image, [replace(PLATE, observed=False)])
    assert (result[100, 150] == 128).all() and (result[100, 100] != 128).any()


def test_label_stays_in_the_picture():
    image = np.zeros((300, 400, 3), np.uint8)
    for shift in ((-110, -90), (190, 170), (0, -85), (1000, 1000)):
        moved = CORNERS + np.array(shift, np.float32)
        assert draw_plates(image, [Plate(moved, moved)]).shape == image.shape
    top = CORNERS - np.array([0, 79], np.float32)
    result = draw_plates(image, [Plate(top, top)], fill=0)
    assert result[45:70].any()


def label_boxes(picture, plates, colours):
    """The box of each plate's colour outside of all plates: left, top, right, bottom, ends included."""
    boxes = []
    for colour in colours:
        mask = (picture == colour).all(axis=2)
        for plate in plates:
            left, top, right, bottom = plate.box
            mask[int(top) - 3 : int(bottom) + 4, int(left) - 3 : int(right) + 4] = False
        rows, columns = np.nonzero(mask)
        boxes.append((columns.min(), rows.min(), columns.max(), rows.max()))
    return boxes


def test_labels_cover_neither_other_plates_nor_one_another():
    image = np.full((300, 400, 3), 128, np.uint8)
    # The label of the second would lie on the first, if it were written above.
    lower = CORNERS + np.array([0, 44], np.float32)
    pair = [replace(PLATE, track_id=1), replace(PLATE, corners=lower, polygon=lower, track_id=2)]
    colours = [plate_color(plate) for plate in pair]
    first, second = label_boxes(draw_plates(image, pair), pair, colours)
    assert first[3] < 80 and second[1] > 120 + 44
    # Two plates on one another: their labels are above and below.
    same = [replace(PLATE, track_id=1), replace(PLATE, track_id=2)]
    first, second = label_boxes(draw_plates(image, same), same, colours)
    assert first[3] < 80 and second[1] > 120


def test_labels():
    assert default_label(PLATE) == '97%'
    assert default_label(replace(PLATE, track_id=3)) == '#3 97%'
    assert default_label(replace(PLATE, track_id=3, text='AB 12')) == '#3 AB 12'
    assert default_label(replace(PLATE, observed=False)) == ''
    assert plate_color(replace(PLATE, track_id=1)) != plate_color(replace(PLATE, track_id=2))


def test_in_place_and_bad_input():
    image = np.zeros((300, 400, 3), np.uint8)
    assert draw_plates(image, [PLATE], inplace=True) is image and image.any()
    with pytest.raises(ValueError, match='BGR uint8'):
        draw_plates(image[..., 0], [PLATE])
    with pytest.raises(ValueError, match='fill'):
        draw_plates(image, [PLATE], fill=2)
