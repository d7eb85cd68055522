import sys

import numpy as np
import pytest

from mmlp.plates import Plate, PlateTracker


def plate_at(x, y, score=0.9):
    corners = np.array([[x, y], [x + 60, y], [x + 60, y + 14], [x, y + 14]], np.float32)
    return Plate(corners, corners, score)


def test_without_the_package_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'trackers', None)
    with pytest.raises(ImportError, match=r'mmlp\[track\]'):
        PlateTracker()


def test_plates_keep_their_numbers():
    pytest.importorskip('trackers', reason='the extra track is not installed')
    tracker = PlateTracker(frame_rate=25)
    numbers = {'fast': [], 'slow': []}
    for t in range(30):
        plates = {'fast': plate_at(20 + 15 * t, 40), 'slow': plate_at(300 - 2 * t, 200)}
        if t % 7 == 5:
            del plates['slow']
        order = list(plates) if t % 2 else list(plates)[::-1]
        tracked = tracker.update([plates[name] for name in order])
        for name, plate in zip(order, tracked):
            np.testing.assert_array_equal(plate.corners, plates[name].corners)
            numbers[name].append(plate.track_id)
    assert numbers['fast'][0] is None
    kept = {name: set(found[3:]) for name, found in numbers.items()}
    assert all(len(found) == 1 for found in kept.values())
    assert kept['fast'] != kept['slow']


def test_empty_frames_and_reset():
    pytest.importorskip('trackers', reason='the extra track is not installed')
    tracker = PlateTracker(min_frames=1)
    assert tracker.update([]) == []
    for _ in range(3):
        (plate,) = tracker.update([plate_at(10, 10)])
    assert plate.track_id is not None
    tracker.reset()
    assert tracker.update([]) == []
