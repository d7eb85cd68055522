import cv2
import numpy as np
import pytest

from mmlp.plates import REDACTION_METHODS, Plate, redact

CORNERS = np.array([[40, 30], [140, 45], [138, 75], [38, 58]], np.float32)
PLATE = Plate(CORNERS, CORNERS)


def texture(shape=(110, 180, 3), dtype=np.uint8, seed=0):
    return np.random.default_rng(seed).integers(0, np.iinfo(dtype).max + 1, shape, dtype)


def cover_for(image):
    return np.full((20, 60, 3), 200, image.dtype) if image.ndim == 3 else np.full((20, 60), 200, image.dtype)


def distance_to_plate(shape):
    """Distance of pixel centres to the plate's quadrilateral, 0 inside."""
    distance = np.zeros(shape)
    for y in range(shape[0]):
        for x in range(shape[1]):
            distance[y, x] = max(-cv2.pointPolygonTest(CORNERS, (float(x), float(y)), True), 0)
    return distance


DISTANCE = distance_to_plate((110, 180))
HEIGHT = PLATE.height


@pytest.mark.parametrize('method', REDACTION_METHODS)
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('channels', [None, 1, 3, 4])
def test_covers_the_plate_and_its_margin_and_nothing_else(method, dtype, channels):
    image = texture((110, 180) if channels is None else (110, 180, channels), dtype)
    before = image.copy()
    result = redact(image, [PLATE], method, margin=20, cover=cover_for(image))
    np.testing.assert_array_equal(image, before)
    assert result.dtype == dtype and result.shape == image.shape
    outside = DISTANCE > 0.2 * HEIGHT + 2.0
    np.testing.assert_array_equal(result[outside], image[outside])
    if channels == 4:
        np.testing.assert_array_equal(result[..., 3], image[..., 3])
        result, image = result[..., :3], image[..., :3]
    inside = DISTANCE < 0.2 * HEIGHT - 1.0
    changed = (result != image).reshape(110, 180, -1).any(axis=2)
    assert changed[inside].mean() > (0.98 if dtype == np.uint8 else 0.999)


def test_pixelation_leaves_no_more_than_the_grid():
    image = texture()
    result = redact(image, [PLATE], 'pixelate', margin=0, strength=0.5)
    colors = np.unique(result[DISTANCE == 0], axis=0)
    area = 102 * 47  # of the plate's box
    assert len(colors) <= 1.6 * area / (0.5 * HEIGHT) ** 2
    # Averages of noise are grey.
    assert result[DISTANCE == 0].std() < 0.2 * image[DISTANCE == 0].std()


@pytest.mark.parametrize('feather', [0, 25])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
@pytest.mark.parametrize('method', REDACTION_METHODS)
def test_covers_do_not_depend_on_what_they_cover(method, dtype, feather):
    """Else a number is found by covering all possible ones alike, and comparing."""
    below = CORNERS + np.array([0, 36], np.float32)
    neighbour = Plate(below, below)  # Its margin touches the other plate.
    pixels = [(x, y) for y in range(110) for x in range(180)]
    inside = [
        any(cv2.pointPolygonTest(corners, point, False) >= 0 for corners in (CORNERS, below))
        for point in pixels
    ]
    inside = np.reshape(inside, (110, 180))
    first = texture(dtype=dtype)
    second = np.where(inside[:, :, None], texture(dtype=dtype, seed=1), first)
    results = [
        redact(image, [PLATE, neighbour], method, margin=10, feather=feather, cover=cover_for(image))
        for image in (first, second)
    ]
    np.testing.assert_array_equal(results[0], results[1])
    masked = [redact(image, inside, method, margin=0, cover=cover_for(image)) for image in (first, second)]
    np.testing.assert_array_equal(masked[0], masked[1])


def test_covers_have_the_colour_of_their_surroundings():
    image = np.full((110, 180, 3), (200, 120, 40), np.uint8)
    image[DISTANCE == 0] = texture()[DISTANCE == 0]
    for method in ('blur', 'pixelate'):
        result = redact(image, [PLATE], method, margin=5)
        np.testing.assert_array_equal(np.unique(result.reshape(-1, 3), axis=0), [[200, 120, 40]])


def test_blur_leaves_no_detail_of_the_size_of_characters():
    image = np.full((110, 180, 3), 255, np.uint8)
    for x in range(50, 135, 12):
        cv2.rectangle(image, (x, 48), (x + 5, 62), (0, 0, 0), -1)
    result = redact(image, [PLATE], 'blur').astype(float)
    row = result[55, 60:120, 0]
    assert image[55, 60:120, 0].std() > 100 and (row - np.linspace(row[0], row[-1], 60)).std() < 12


def test_stronger_and_larger_blur_more():
    image = texture()
    inside = DISTANCE == 0
    deviations = [redact(image, [PLATE], 'blur', strength=s)[inside].std() for s in (0.05, 0.2, 0.8)]
    assert deviations[0] > deviations[1] > deviations[2]


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'solid'])
def test_feather_only_widens(method):
    image = texture()
    hard = redact(image, [PLATE], method, margin=10)
    soft = redact(image, [PLATE], method, margin=10, feather=30)
    core = DISTANCE < 0.1 * HEIGHT - 1.0
    if method == 'solid':
        np.testing.assert_array_equal(soft[core], 0)
        ring = (DISTANCE > 0.15 * HEIGHT) & (DISTANCE < 0.35 * HEIGHT)
        assert (soft[ring] <= image[ring]).all() and (soft[ring] < image[ring]).mean() > 0.9
    assert ((soft != image).any(axis=2) >= (hard != image).any(axis=2))[core].mean() > 0.98
    beyond = DISTANCE > 0.4 * HEIGHT + 2.0
    np.testing.assert_array_equal(soft[beyond], image[beyond])


def test_solid_color_and_inplace():
    image = texture()
    result = redact(image, [PLATE], 'solid', color=(10, 20, 30), inplace=True)
    assert result is image
    np.testing.assert_array_equal(np.unique(result[DISTANCE == 0], axis=0), [[10, 20, 30]])


def test_cover_lies_in_the_corners():
    cover = np.zeros((40, 160, 3), np.uint8)
    cover[:, :80] = (255, 0, 0)
    cover[:, 80:] = (0, 0, 255)
    result = redact(texture(), [PLATE], 'image', margin=0, cover=cover)
    np.testing.assert_array_equal(result[45, 55], (255, 0, 0))
    np.testing.assert_array_equal(result[58, 120], (0, 0, 255))


def test_transparent_cover_never_shows_the_plate():
    image = texture()
    cover = np.zeros((40, 160, 4), np.uint8)
    result = redact(image, [PLATE], 'image', margin=0, cover=cover, color=(9, 9, 9))
    np.testing.assert_array_equal(np.unique(result[DISTANCE == 0]), [9])


def test_ragged_outline_and_corners_are_both_covered():
    polygon = np.array([[40, 30], [90, 10], [140, 45], [90, 55], [38, 58]], np.float32)
    result = redact(np.full((110, 180), 255, np.uint8), [Plate(polygon, CORNERS)], 'solid', margin=0)
    assert result[14, 90] == 0 and result[70, 135] == 0


def test_mask_in_place_of_plates():
    image = texture()
    mask = (DISTANCE == 0).astype(np.uint8) * 255
    mask[100, 170] = 255
    result = redact(image, mask, 'solid', margin=0)
    assert (result[DISTANCE == 0] == 0).all() and (result[100, 170] == 0).all()
    far = (DISTANCE > 3) & (cv2.dilate((mask > 0).astype(np.uint8), np.ones((9, 9))) == 0)
    np.testing.assert_array_equal(result[far], image[far])


def test_plates_beyond_the_picture():
    image = texture()
    away = Plate(CORNERS + 500, CORNERS + 500)
    np.testing.assert_array_equal(redact(image, [away]), image)
    shifted = Plate(CORNERS - 60, CORNERS - 60)
    for method in REDACTION_METHODS:
        assert not np.array_equal(redact(image, [shifted], method, cover=cover_for(image)), image)


def test_views_of_a_larger_picture_are_written_in_place():
    large = texture((200, 300, 3))
    before = large.copy()
    redact(large[20:130, 30:210], [PLATE], 'solid', inplace=True)
    assert (large[75, 120] == 0).all()
    np.testing.assert_array_equal(large[:20], before[:20])


@pytest.mark.parametrize(
    ('options', 'error', 'words'),
    [
        (dict(method='smear'), ValueError, 'smear'),
        (dict(margin=-1), ValueError, 'margin=-1'),
        (dict(strength=0), ValueError, 'strength=0'),
        (dict(method='image'), ValueError, 'cover'),
        (dict(method='image', cover=np.zeros((4, 4, 3), np.uint16)), ValueError, 'uint16'),
    ],
)
def test_bad_options_are_answered(options, error, words):
    with pytest.raises(error, match=words):
        redact(texture(), [PLATE], **options)


def test_bad_pictures_are_answered():
    with pytest.raises(TypeError, match='float64'):
        redact(np.zeros((9, 9)), [])
    with pytest.raises(ValueError, match='2'):
        redact(np.zeros((9, 9, 2), np.uint8), [])
    with pytest.raises(ValueError, match='size of the picture'):
        redact(texture(), np.zeros((5, 5), np.uint8))
    frozen = texture()
    frozen.flags.writeable = False
    with pytest.raises(ValueError, match='read-only'):
        redact(frozen, [PLATE], inplace=True)
