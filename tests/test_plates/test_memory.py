import itertools
import tracemalloc

import numpy as np
import pytest

from mmlp.plates import Plate, TemporalMemory, fill_polygons, interpolate_plates, redact
from mmlp.plates.memory import align_corners

SIZE = (360, 640)


def plate_at(x, y, height=20.0, aspect=4.7, *, angle=0.0, score=0.9):
    turn = np.radians(angle)
    half = np.array([[-aspect, -1], [aspect, -1], [aspect, 1], [-aspect, 1]]) * height / 2
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    corners = half @ matrix + (x, y)
    return Plate(corners, corners, score)


def true_scene(frames=90):
    """Plates of each frame: one coming closer, two that cross, a small one, a fast one, one that turns."""
    scene = []
    for t in range(frames):
        plates = [
            plate_at(100 + 1.5 * t, 60 + 0.8 * t, 12 + 0.15 * t),
            plate_at(50 + 4.0 * t, 250, 18),
            plate_at(590 - 4.0 * t, 262, 22),
            plate_at(500 + 30 * np.sin(t / 15), 60 + 0.3 * t, 9),
            plate_at(330, 330 - 1.2 * t, 24, 1.4, angle=25 * np.sin(t / 20)),
        ]
        if 30 <= t < 75:
            plates.append(plate_at(-40 + 16.0 * (t - 30), 160 + 2.0 * (t - 30), 26))
        scene.append(plates)
    return scene


def drop(scene, share, seed):
    rng = np.random.default_rng(seed)
    seen = []
    for plates in scene:
        kept = [plate for plate in plates if rng.random() >= share]
        # Detections are a little off, and come in any order.
        noisy = [
            Plate(p.polygon + rng.normal(0, 0.4, (4, 2)), p.corners + rng.normal(0, 0.4, (4, 2)), p.score)
            for p in kept
        ]
        seen.append([noisy[i] for i in rng.permutation(len(noisy))])
    return seen


@pytest.mark.parametrize('seed', range(2))
def test_no_plate_is_left_open_when_a_fifth_of_the_detections_is_missing(seed):
    scene = true_scene()
    seen = drop(scene, 0.2, seed)
    assert sum(map(len, seen)) < 0.85 * sum(map(len, scene))
    assert least_coverage(scene, enumerate(seen)) < 0.5
    assert least_coverage(scene, TemporalMemory().stream(seen)) >= 0.95


def least_coverage(scene, output):
    """Covered share of the worst covered plate."""
    least = 1.0
    for frame, plates in output:
        canvas = redact(np.full(SIZE, 255, np.uint8), plates, 'solid', margin=20, inplace=True)
        for truth in scene[frame]:
            mask = fill_polygons([truth.corners], SIZE).astype(bool)
            if mask.sum() > 30:
                least = min(least, (canvas[mask] == 0).mean())
    return least


def test_every_frame_once_in_order_and_detections_untouched():
    seen = drop(true_scene(40), 0.3, 5)
    output = list(TemporalMemory(fill=4, extend=2).stream(seen))
    assert [frame for frame, _ in output] == list(range(40))
    for (_, plates), given in zip(output, seen):
        observed = [plate for plate in plates if plate.observed]
        assert sorted(p.corners.sum() for p in observed) == pytest.approx(
            sorted(p.corners.sum() for p in given)
        )


def test_looks_ahead_no_further_than_it_says():
    memory = TemporalMemory(fill=6, extend=2)
    taken = 0

    def frames():
        nonlocal taken
        for _ in range(30):
            taken += 1
            yield [plate_at(100, 100)]

    for frame, _ in memory.stream(frames()):
        assert taken == min(frame + 1 + memory.delay, 30)
    assert memory.delay == 6


def test_gap_is_interpolated_on_the_straight_way():
    seen = [[plate_at(100 + 10 * t, 100)] if t in (0, 1, 6, 7) else [] for t in range(8)]
    output = dict(TemporalMemory(fill=4, extend=0).stream(seen))
    for t in range(2, 6):
        (plate,) = output[t]
        assert not plate.observed
        np.testing.assert_allclose(plate.corners, plate_at(100 + 10 * t, 100).corners, atol=1e-3)
        np.testing.assert_allclose(plate.polygon, plate.corners, atol=1e-3)


def test_longer_gaps_stay_open_but_for_their_ends():
    seen = [[plate_at(100, 100)] if t in (0, 1, 12) else [] for t in range(14)]
    output = dict(TemporalMemory(fill=5, extend=2).stream(seen))
    assert [t for t in range(14) if output[t]] == [0, 1, 2, 3, 10, 11, 12, 13]


def test_carried_on_with_its_velocity_at_both_ends():
    seen = [[plate_at(100 + 8 * t, 100)] if 5 <= t < 9 else [] for t in range(14)]
    output = dict(TemporalMemory(fill=4, extend=3).stream(seen))
    for t in (2, 3, 4, 9, 10, 11):
        (plate,) = output[t]
        np.testing.assert_allclose(plate.corners, plate_at(100 + 8 * t, 100).corners, atol=1e-3)
    assert not output[1] and not output[12]


def test_track_id_and_score_come_from_the_nearest_sighting():
    first, second = plate_at(100, 100, score=0.6), plate_at(110, 100, score=0.8)
    assert interpolate_plates(first, second, 0.3).score == 0.6
    assert interpolate_plates(first, second, 0.7).score == 0.8


def test_two_plates_side_by_side_are_not_confused():
    seen = [[plate_at(100, 100), plate_at(100, 130)] if t % 4 else [plate_at(100, 130)] for t in range(20)]
    for frame, plates in TemporalMemory(fill=3, extend=3).stream(seen):
        middles = sorted(round(float(plate.corners[:, 1].mean())) for plate in plates)
        assert middles == [100, 130], frame


def test_square_plates_whose_reading_flips_do_not_spin():
    plate = plate_at(100, 100, 30, 1.0)
    flipped = Plate(plate.polygon, np.roll(plate.corners, 1, axis=0))
    output = dict(TemporalMemory(fill=3, extend=0).stream([[plate], [], [flipped]]))
    np.testing.assert_allclose(output[1][0].corners, plate.corners, atol=1e-3)
    np.testing.assert_array_equal(align_corners(flipped.corners, plate.corners + 7), plate.corners)


def test_memory_does_not_grow_with_the_video():
    def endless():
        for t in itertools.count():
            yield [plate_at(100 + 50 * np.sin(t / 50), 100), plate_at((7 * t) % 500, 200)]

    stream = TemporalMemory(fill=5, extend=5).stream(endless())
    for _ in itertools.islice(stream, 100):
        pass
    tracemalloc.start()
    for _ in itertools.islice(stream, 50):
        pass
    first = tracemalloc.get_traced_memory()[0]
    for _ in itertools.islice(stream, 200):
        pass
    grown = tracemalloc.get_traced_memory()[0] - first
    tracemalloc.stop()
    assert grown < 20_000


def test_nothing_and_bad_input():
    assert list(TemporalMemory().stream([])) == []
    assert list(TemporalMemory().stream([[], []])) == [(0, []), (1, [])]
    with pytest.raises(ValueError, match='fill=-1'):
        TemporalMemory(fill=-1)
