"""The segmenter finds drawn plates in pictures of every kind and size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.brightness_network import brightness_probability, draw_plates
from helpers.flat_settings import grouped

from mmlp.apis import PlateSegmenter, Refinement, Tiles
from mmlp.apis.refinement import refine_plates
from mmlp.media import UnreadableMediaError
from mmlp.plates import extract_plates

NEAR = [(400, 300), (640, 310), (636, 368), (398, 356)]
FAR = [(1500, 200), (1524, 200), (1524, 208), (1500, 208)]


@pytest.fixture(scope='module')
def street():
    """1600 x 1200 pixels with a near and a far plate."""
    return draw_plates((1200, 1600), [NEAR, FAR])


@pytest.fixture(scope='module')
def make(brightness_checkpoint):
    def segmenter(**options) -> PlateSegmenter:
        options = {'backend': 'pytorch', 'device': 'cpu', 'zoom_in_long_side': None, **options}
        return PlateSegmenter(brightness_checkpoint, **grouped(**options))

    return segmenter


def corner_error(plate, quad) -> float:
    return float(np.abs(plate.corners - np.array(quad)).max())


def find(prediction, quad):
    """The plate nearest to a quadrilateral, None when none is near."""
    centre = np.mean(quad, axis=0)
    near = [plate for plate in prediction.plates if np.abs(plate.corners.mean(axis=0) - centre).max() < 10]
    return near[0] if near else None


def test_plates_come_back_in_picture_pixels(make, street):
    prediction = make(long_side=768).predict(street)
    assert prediction.shape == (1200, 1600)
    # A pixel of the network is 2.1 of the picture: the corners are finer than that.
    assert corner_error(find(prediction, NEAR), NEAR) < 1.2
    assert corner_error(find(prediction, FAR), FAR) < 2.1
    assert prediction.plates[0].score >= prediction.plates[1].score


def test_probability_at_the_own_size_is_the_networks(make, street):
    prediction = make(long_side=None, zoom_out_above=None).predict(street)
    np.testing.assert_allclose(prediction.probability, brightness_probability(street), atol=1e-5)
    assert prediction.probability.dtype == np.float32


def test_probability_at_a_smaller_size_is_resized_as_the_toolbox_does(make, street):
    prediction = make(long_side=800).predict(street)
    small = cv2.resize(street, (800, 600), interpolation=cv2.INTER_AREA)
    expected = cv2.resize(brightness_probability(small), (1600, 1200), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(prediction.probability, expected, atol=1e-4)
    crop = prediction.crop_probability(380, 280, 660, 380)
    np.testing.assert_allclose(crop, prediction.probability[280:380, 380:660], atol=1e-6)


@pytest.mark.parametrize('box', [(0, 0, 1601, 10), (-1, 0, 5, 5), (5, 5, 5, 9), (0, 9, 4, 3)])
def test_boxes_outside_are_refused(make, street, box):
    with pytest.raises(ValueError, match='must lie inside the picture of 1600 x 1200'):
        make(long_side=64).predict(street).crop_probability(*box)


def test_small_pictures_are_enlarged_at_most_twice(make):
    picture = draw_plates((60, 90), [[(20, 20), (60, 20), (60, 30), (20, 30)]])
    prediction = make(long_side=768).predict(picture)
    assert prediction._maps[0].values.shape == (120, 180)
    assert corner_error(prediction.plates[0], [(20, 20), (60, 20), (60, 30), (20, 30)]) < 1.0
    assert prediction.probability.shape == (60, 90)


def test_files_bytes_and_arrays_are_one_picture(make, tmp_path):
    picture = draw_plates((120, 160), [[(40, 40), (100, 40), (100, 60), (40, 60)]])
    path = tmp_path / 'a picture.png'
    cv2.imwrite(str(path), picture)
    alpha = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
    alpha[..., 3] = 7
    grey = picture[..., 0].copy()
    predictions = make().predict_batch([path, str(path), path.read_bytes(), picture, alpha, grey])
    for prediction in predictions:
        np.testing.assert_array_equal(prediction.probability, predictions[0].probability)
        assert len(prediction.plates) == 1


def test_what_is_no_picture_is_named(make, tmp_path):
    (tmp_path / 'letter.jpg').write_text('Dear reader')
    with pytest.raises(UnreadableMediaError, match=r'letter\.jpg'):
        make().predict(tmp_path / 'letter.jpg')
    with pytest.raises(FileNotFoundError, match=r'nothing\.jpg'):
        make().predict(tmp_path / 'nothing.jpg')
    with pytest.raises(UnreadableMediaError, match='float32'):
        make().predict(np.zeros((8, 8, 3), np.float32))


@pytest.mark.parametrize('options', [{}, {'tiles': Tiles(96, 32)}, {'refinement': True}])
def test_batches_give_what_single_pictures_give(make, options):
    rng = np.random.default_rng(0)
    pictures = []
    for shape in [(120, 160), (90, 160), (120, 160), (120, 160), (90, 160)]:
        left, top = rng.integers(10, 60, 2)
        quad = [(left, top), (left + 60, top), (left + 60, top + 18), (left, top + 18)]
        pictures.append(draw_plates(shape, [quad]))
    segmenter = make(batch_size=2, long_side=128, **options)
    together = segmenter.predict_batch(pictures)
    for picture, prediction in zip(pictures, together):
        alone = segmenter.predict(picture)
        assert len(prediction.plates) == len(alone.plates) == 1
        np.testing.assert_allclose(prediction.plates[0].corners, alone.plates[0].corners, atol=1e-3)
        np.testing.assert_allclose(prediction.probability, alone.probability, atol=1e-5)


def test_pictures_without_plates_and_no_pictures(make):
    dark = np.full((40, 60, 3), 20, np.uint8)
    for options in ({}, {'refinement': True}, {'tiles': Tiles(32, 8), 'long_side': None}):
        prediction = make(**options).predict(dark)
        assert prediction.plates == [] and prediction.probability.max() < 0.01
    assert make().predict_batch([]) == []


def test_threshold_cuts_plates_out(make):
    picture = np.full((60, 90, 3), 30, np.uint8)
    picture[20:40, 20:70] = 120  # probability 0.31
    options = {'long_side': None, 'min_score': 0.0}
    assert make(**options).predict(picture).plates == []
    (plate,) = make(**options, threshold=0.25).predict(picture).plates
    assert plate.score == pytest.approx(0.31, abs=0.01)
    assert make(long_side=None, threshold=0.25, min_score=0.4).predict(picture).plates == []
    assert make(**options, threshold=0.25, min_area=1001).predict(picture).plates == []


@pytest.mark.parametrize(('threshold', 'lowest'), [(None, 0.7), (0.5, 0.7), (0.2, 0.4), (0.7, 0.73)])
def test_lowest_score_follows_the_threshold(make, threshold, lowest):
    assert make(threshold=threshold).min_score == pytest.approx(lowest)
    assert make(threshold=threshold, refinement=True).min_score == pytest.approx(lowest + 0.07)
    assert make(threshold=threshold, min_score=0.0).min_score == 0.0


def test_refinement_may_drop_what_it_does_not_confirm(make):
    # Bright stripes finer than the working size look grey and whole from afar, and fall apart close up.
    picture = np.full((1200, 1600, 3), 30, np.uint8)
    picture[300:360, 400:640:2] = 255
    picture[700:760, 400:640] = 226
    options = {'long_side': 400, 'threshold': 0.4, 'min_score': 0.0}
    assert len(make(**options).predict(picture).plates) == 2
    assert len(make(**options, refinement=True).predict(picture).plates) == 2
    strict = Refinement(plate_width=480, crop_size=(427, 640), drop_unconfirmed=True)
    prediction = make(**options, refinement=strict).predict(picture)
    (plate,) = prediction.plates
    assert corner_error(plate, [(400, 700), (639, 700), (639, 759), (400, 759)]) < 4
    stripes = prediction.crop_probability(400, 300, 640, 360)
    assert (stripes > 0.9).mean() == pytest.approx(0.5, abs=0.1), 'the refinement replaced the detection'


def test_what_a_refinement_is_sure_of_takes_the_place_of_a_loose_outline():
    picture = np.full((240, 320, 3), 30, np.uint8)
    picture[120:132, 120:168] = 230
    loose = np.zeros((240, 320), np.float32)
    loose[80:160, 80:220] = 0.8
    (first,) = extract_plates(loose)

    def network(crops, sure=0.9):
        return np.where(crops.mean(axis=3) > 130, sure, 0.0).astype(np.float32)

    keep = Refinement(drop_unconfirmed=False)
    ((plate,), _) = refine_plates(keep, picture, [first], network, 0.5)
    np.testing.assert_allclose(plate.box, (119.5, 119.5, 167.5, 131.5), atol=1.5)
    assert plate.score == pytest.approx((0.8 + 0.9) / 2, abs=1e-3)
    ((unsure,), _) = refine_plates(keep, picture, [first], lambda crops: network(crops, 0.7), 0.5)
    np.testing.assert_allclose(unsure.box, first.box)
    assert refine_plates(Refinement(), picture, [first], network, 0.5)[0] == []


def test_refinement_has_a_threshold_of_its_own():
    picture = np.full((240, 320, 3), 30, np.uint8)
    mask = np.zeros((240, 320), np.uint8)
    mask[100:130, 100:200] = 1
    (first,) = extract_plates(mask)

    def network(crops):
        return np.full(crops.shape[:3], 0.4, np.float32)

    assert refine_plates(Refinement(threshold=0.5, min_overlap=0.1), picture, [first], network, 0.15)[0] == []
    assert (
        len(refine_plates(Refinement(threshold=0.3, min_overlap=0.1), picture, [first], network, 0.55)[0])
        == 1
    )


def test_score_is_the_mean_of_detection_and_refinement(make):
    picture = draw_plates((240, 320), [[(80, 90), (199, 90), (199, 119), (80, 119)]])
    (first,) = make(long_side=320, refinement=False).predict(picture).plates

    def network(crops):
        return np.where(crops.mean(axis=3) > 150, 0.8, 0.0).astype(np.float32)

    ((second,), _) = refine_plates(Refinement(), picture, [first], network, 0.5)
    assert first.score > 0.9 and second.score == pytest.approx((first.score + 0.8) / 2, abs=1e-3)


def test_lowest_score_holds_for_the_mean(make):
    picture = np.full((240, 320, 3), 30, np.uint8)
    picture[90:120, 80:200] = 130
    options = {'long_side': 320, 'threshold': 0.3, 'refinement': True}
    (plate,) = make(**options, min_score=0.0).predict(picture).plates
    assert 0.3 < plate.score < 0.9
    assert len(make(**options, min_score=plate.score - 0.01).predict(picture).plates) == 1
    assert make(**options, min_score=plate.score + 0.01).predict(picture).plates == []


def test_small_plates_are_zoomed_in_on(make, street):
    options = {'long_side': 200, 'refinement': False}
    assert find(make(**options, zoom_in_long_side=None).predict(street), FAR) is None
    closer = make(**options, zoom_in_long_side=800).predict(street)
    assert len(closer.plates) == 2
    assert corner_error(find(closer, FAR), FAR) < 1.5 and corner_error(find(closer, NEAR), NEAR) < 1.5


def test_large_plates_are_not(make):
    picture = draw_plates((600, 800), [[(100, 100), (699, 100), (699, 249), (100, 249)]])
    segmenter = make(long_side=80, zoom_in_long_side=800)
    sizes = []
    run = segmenter.backend._run
    segmenter.backend._run = lambda pictures: sizes.append(pictures.shape[:3]) or run(pictures)
    segmenter.predict(picture)
    assert sizes == [(1, 60, 80)], 'a plate of 60 pixels at the working size is seen well'
    segmenter.predict(np.full((600, 800, 3), 20, np.uint8))
    assert sizes[1:] == [(1, 60, 80)], 'nothing is suspected here'


def test_only_candidates_are_zoomed_in_on(make):
    near, far = ((60, 500), (119, 500), (119, 514), (60, 514)), ((700, 40), (759, 40), (759, 59), (700, 59))
    picture = draw_plates((1200, 1600), [near, far])
    segmenter = make(long_side=320, zoom_in_long_side=1600, zoom_in_below=1000)
    sizes = []
    run = segmenter.backend._run
    segmenter.backend._run = lambda pictures: sizes.append(pictures.shape[:3]) or run(pictures)
    prediction = segmenter.predict(picture)
    assert corner_error(find(prediction, near), near) < 1 and corner_error(find(prediction, far), far) < 1
    (whole, *windows) = sizes
    assert whole == (1, 240, 320)
    assert sum(number for number, _, _ in windows) == 2, 'each has a window of its own'
    assert all(height % 32 == width % 32 == 0 for _, height, width in windows)
    assert sum(np.prod(window) for window in windows) < 0.15 * 1200 * 1600


def test_candidates_near_one_another_are_seen_together(make):
    plates = [[(x, 600), (x + 59, 600), (x + 59, 614), (x, 614)] for x in (600, 690, 780)]
    segmenter = make(long_side=320, zoom_in_long_side=1600, zoom_in_below=1000)
    sizes = []
    run = segmenter.backend._run
    segmenter.backend._run = lambda pictures: sizes.append(pictures.shape[:3]) or run(pictures)
    assert len(segmenter.predict(draw_plates((1200, 1600), plates)).plates) == 3
    assert [number for number, _, _ in sizes] == [1, 1]


def test_zooming_in_on_a_candidate_cuts_no_plate_beside_it(make):
    # The margin around the small plate reaches over more than half of the large one.
    large, small = (
        [(400, 600), (579, 600), (579, 644), (400, 644)],
        [(360, 560), (371, 560), (371, 570), (360, 570)],
    )
    picture = draw_plates((1200, 1600), [large, small])
    segmenter = make(long_side=320, zoom_in_long_side=1600, min_area=4)
    assert corner_error(find(segmenter.predict(picture), large), large) < 1.5


def test_small_pictures_are_enlarged_for_zooming_in(make):
    plate = [(100, 80), (111, 80), (111, 84), (100, 84)]
    picture = draw_plates((150, 200), [plate])
    options = {'long_side': 200, 'refinement': False, 'min_area': 100}
    assert not make(**options).predict(picture).plates
    (found,) = make(**options, zoom_in_long_side=800).predict(picture).plates
    assert corner_error(found, plate) < 1


def test_tiles_find_what_the_whole_is_too_small_for(make, street):
    whole = make(long_side=64).predict(street)
    assert find(whole, FAR) is None and find(whole, NEAR) is not None
    tiled = make(long_side=64, tiles=Tiles(512, 128)).predict(street)
    assert len(tiled.plates) == 2
    assert corner_error(find(tiled, FAR), FAR) < 0.6
    only_tiles = make(long_side=None, tiles=Tiles(512, 128)).predict(street)
    np.testing.assert_allclose(only_tiles.probability, brightness_probability(street), atol=0.051)
    crop = only_tiles.crop_probability(398, 298, 641, 369)
    np.testing.assert_allclose(crop, brightness_probability(street[298:369, 398:641]), atol=0.051)


def test_tiles_at_a_size_between(make, street):
    prediction = make(long_side=64, tiles=Tiles(256, 64, long_side=800)).predict(street)
    assert corner_error(find(prediction, FAR), FAR) < 2.0
    assert corner_error(find(prediction, NEAR), NEAR) < 2.0


def test_tiles_keep_only_what_shows_plates(make):
    picture = draw_plates((4000, 5000), [[(2000, 2000), (2100, 2000), (2100, 2025), (2000, 2025)]])
    segmenter = make(long_side=None, tiles=Tiles(640, 64))
    prediction = segmenter.predict(picture)
    assert len(prediction.plates) == 1
    assert sum(probability_map.values.nbytes for probability_map in prediction._maps) < 20_000


def test_refinement_sharpens_small_plates(make, street):
    first = make(long_side=256).predict(street)
    second = make(long_side=256, refinement=True).predict(street)
    for quad in (NEAR, FAR):
        before, after = find(first, quad), find(second, quad)
        if before is not None:
            assert corner_error(after, quad) < corner_error(before, quad)
    assert corner_error(find(second, NEAR), NEAR) < 1.5
    left, top, right, bottom = 395, 295, 645, 375
    truth = brightness_probability(street)[top:bottom, left:right]
    errors = [
        np.abs(prediction.crop_probability(left, top, right, bottom) - truth).mean()
        for prediction in (first, second)
    ]
    assert errors[1] < 0.5 * errors[0]
    custom = make(long_side=256, refinement=Refinement(plate_width=64, crop_size=(64, 96))).predict(street)
    assert find(custom, NEAR) is not None


def test_refinement_at_the_pictures_edge(make):
    quad = [(0, 0), (59, 0), (59, 18), (0, 18)]
    picture = draw_plates((200, 300), [[(10, 10), (69, 10), (69, 28), (10, 28)]])[10:, 10:]
    (plate,) = make(long_side=150, refinement=True).predict(picture).plates
    assert corner_error(plate, quad) < 1.5
    assert plate.polygon.min() >= -0.5, 'outlines stay inside the picture'
    assert plate.area == pytest.approx(cv2.contourArea(plate.polygon), rel=0.01)


def test_too_large_for_the_network(make):
    picture = np.zeros((6000, 6000, 3), np.uint8)
    with pytest.raises(ValueError, match=r'6000 x 6000 pixels is too large.*tiles=Tiles\(768, 128\)'):
        make(long_side=None).predict(picture)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'threshold': 2.0}, r'threshold must be a probability in \(0, 1\), got 2.0.*logit'),
        ({'long_side': 0}, 'long_side must be at least 1, got 0'),
        ({'zoom_in_long_side': 0}, 'zoom_in_long_side must be at least 1, got 0'),
        ({'candidate_threshold': 0}, r'candidate_threshold must be a probability in \(0, 1\), got 0'),
        ({'batch_size': 0}, 'batch_size must be at least 1'),
        ({'num_threads': 0}, 'num_threads must be at least 1, got 0'),
        ({'min_area': -5}, 'min_area must be at least 0, got -5'),
        ({'zoom_in_below': -1}, 'zoom_in_below must be at least 0, got -1'),
        ({'min_score': 60}, r'min_score is a mean probability and must be in 0\.\.1, got 60'),
        ({'min_score': float('nan')}, 'min_score is a mean probability'),
    ],
)
def test_impossible_options_are_refused(make, options, message):
    with pytest.raises(ValueError, match=message):
        make(**options)


def test_describe_names_model_and_engine(make, brightness_checkpoint):
    text = make(tiles=Tiles(256, 32)).describe()
    assert str(brightness_checkpoint) in text and 'pytorch on cpu' in text and 'tiles of 256' in text
