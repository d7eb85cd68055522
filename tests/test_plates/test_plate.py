import json
from dataclasses import replace

import numpy as np
import pytest

from mmlp.plates import Plate

CORNERS = np.array([[10, 10], [50, 12], [50, 24], [10, 20]], np.float32)


def test_measures():
    plate = Plate(polygon=CORNERS, corners=CORNERS)
    assert plate.box == (10.0, 10.0, 50.0, 24.0)
    assert plate.height == 11.0
    assert plate.width == pytest.approx((np.hypot(40, 2) + np.hypot(40, 4)) / 2)


def test_round_trip_through_json():
    plate = Plate(
        CORNERS + 0.125, CORNERS, 0.87654321, 444, track_id=3, text='AB', text_score=0.5, observed=False
    )
    values = json.loads(json.dumps(plate.to_dict()))
    again = Plate.from_dict({**values, 'unknown': 1})
    np.testing.assert_allclose(again.polygon, plate.polygon, atol=0.005)
    np.testing.assert_array_equal(again.corners, plate.corners)
    assert (again.score, again.area, again.track_id) == (0.8765, 444, 3)
    assert (again.text, again.text_score, again.observed) == ('AB', 0.5, False)
    assert 'text' not in Plate(CORNERS, CORNERS).to_dict()


def test_plates_are_copied_to_change():
    plate = Plate(CORNERS, CORNERS)
    assert replace(plate, text='X').text == 'X' and plate.text is None
    with pytest.raises(AttributeError):
        plate.text = 'Y'


def test_bad_shapes_are_answered():
    with pytest.raises(ValueError, match='corners'):
        Plate(CORNERS, CORNERS[:3])
    with pytest.raises(ValueError, match='corners'):
        Plate(CORNERS, np.concatenate([CORNERS, CORNERS]))
    with pytest.raises(ValueError, match='polygon'):
        Plate(CORNERS[:2], CORNERS)
    with pytest.raises(ValueError, match='polygon and corners'):
        Plate.from_dict({'corners': CORNERS})
