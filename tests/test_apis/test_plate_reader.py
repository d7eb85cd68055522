"""Plates are read, against plates of the generator whose text is known."""

import sys

import cv2
import numpy as np
import pytest

from mmlp.apis import PlateReader, PlateText
from mmlp.apis.plate_reader import hide_bands
from mmlp.datasets.synthetic import LAYOUTS, render_plate
from mmlp.plates import Plate, rectify

ONE_LINE = ('eu', 'eu_yellow', 'uk_front', 'uk_rear', 'in', 'dark', 'temporary')
TWO_LINES = ('in_square', 'eu_square', 'motorcycle_small')


@pytest.fixture(scope='module')
def reader():
    pytest.importorskip('rapidocr', reason="reading plates needs the extra 'ocr'")
    return PlateReader(num_threads=1)


def letters_and_digits(text):
    return ''.join(filter(str.isalnum, text))


def flat_plates(layouts, each):
    """Plates without perspective, 66 pixels high where they have the size of a European one."""
    return [render_plate(np.random.default_rng([5, i]), name, 0.6) for name in layouts for i in range(each)]


def as_crop(plate):
    return rectify(plate.image, plate.corners)


def share_read(reader, plates):
    found = reader.read(map(as_crop, plates))
    right = [text == letters_and_digits(plate.text) for plate, (text, _) in zip(plates, found, strict=True)]
    assert all(0.5 <= score <= 1 for text, score in found if text)
    return np.mean(right)


def test_plates_of_one_line(reader):
    assert share_read(reader, flat_plates(ONE_LINE, 3)) >= 0.8


def test_plates_of_two_lines_upper_one_first(reader):
    assert share_read(reader, flat_plates(TWO_LINES, 4)) >= 0.5


def test_small_print_is_left_out(reader):
    for plate in flat_plates(['us'], 3):
        ((text, _),) = reader.read([as_crop(plate)])
        number = letters_and_digits(plate.text[: plate.text.index(next_word(plate))])
        assert text == number, plate.text


def next_word(plate):
    """The name of the state, which follows the number in the text of a plate."""
    return next(name for name in LAYOUTS['us'].lines[1].texts if name in plate.text)


def test_plates_of_a_picture(reader):
    picture = np.full((300, 700, 3), 110, np.uint8)
    plates = []
    for plate, place in zip(flat_plates(['uk_front', 'dark'], 1), ((30, 40), (320, 190))):
        rows, cols = plate.alpha.shape
        window = picture[place[1] : place[1] + rows, place[0] : place[0] + cols]
        cv2.copyTo(plate.image, plate.alpha, window)
        corners = plate.corners + np.float32(place)
        plates.append((plate, Plate(corners, corners, score=0.8)))
    empty = np.float32([[400, 20], [500, 20], [500, 45], [400, 45]])
    truth, given = zip(*plates)
    found = reader.read_plates(picture, [*given, Plate(empty, empty)])
    assert [plate.text for plate in found] == [*(letters_and_digits(plate.text) for plate in truth), None]
    assert found[2].text_score is None and found[0].text_score > 0.8
    assert [plate.score for plate in found] == [0.8, 0.8, 1.0]


def test_what_is_not_sure_counts_as_not_read(reader):
    crop = as_crop(flat_plates(['uk_front'], 1)[0])
    ((text, score),) = reader.read([crop])
    assert text and score < 1
    assert PlateReader(min_score=1.0, num_threads=1).read([crop]) == [PlateText('', 0.0)]


def test_there_may_be_no_text(reader):
    assert reader.read([np.full((40, 160, 3), 200, np.uint8)]) == [PlateText('', 0.0)]
    assert reader.read([np.zeros((1, 1, 3), np.uint8)]) == [PlateText('', 0.0)]
    assert reader.read([]) == [] == reader.read_plates(np.zeros((9, 9, 3), np.uint8), [])


@pytest.mark.parametrize('crop', [np.zeros((20, 60), np.uint8), np.zeros((20, 60, 3), np.float32)])
def test_what_is_no_crop_is_refused(reader, crop):
    with pytest.raises(ValueError, match='a crop must be BGR uint8'):
        reader.read([crop])


def test_scores_out_of_range_are_refused():
    with pytest.raises(ValueError, match=r'min_score must be in 0\.\.1, got 2'):
        PlateReader(min_score=2)


@pytest.mark.parametrize('package', ['rapidocr', 'onnxruntime'])
def test_the_extra_is_named_where_a_package_is_missing(monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"pip install 'mmlp\[ocr\]'"):
        PlateReader()


WHITE, BLUE, BLACK = (240, 240, 240), (158, 62, 12), (20, 20, 20)


def plain_plate(ground, stroke):
    crop = np.full((96, 440, 3), ground, np.uint8)
    crop[20:76, 100:400:20] = stroke
    return crop


def test_blue_fields_at_the_ends_are_painted_over():
    expected = plain_plate(WHITE, BLACK)
    crop = expected.copy()
    crop[:, :40] = BLUE
    crop[60:80, 10:30] = WHITE  # The letter of a country.
    crop[:, 400:] = BLUE
    before = crop.copy()
    expected[:, 400:] = WHITE
    np.testing.assert_array_equal(hide_bands(crop), expected)
    np.testing.assert_array_equal(crop, before)


def test_other_plates_stay_as_they_are():
    blue_letters = plain_plate(WHITE, BLUE)
    badge = plain_plate(WHITE, BLACK)
    badge[40:60, :30] = BLUE  # Too low for a field.
    for crop in (plain_plate(WHITE, BLACK), plain_plate(BLUE, WHITE), blue_letters, badge):
        assert hide_bands(crop) is crop
