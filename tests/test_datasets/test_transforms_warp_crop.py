import cv2
import numpy as np
import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

from mmlp.datasets.transforms import RandomWarpCrop
from mmlp.datasets.transforms.homography import image_corners, outline
from mmlp.plates.geometry import map_points

HEIGHT, WIDTH = 300, 420
PLATE = np.array([[150.0, 100.0], [230.0, 110.0], [228.0, 140.0], [148.0, 130.0]])
BILINEAR, NEAREST = InterpolationMode.BILINEAR, InterpolationMode.NEAREST


def make_sample():
    """A smooth picture without black, and a mask with one plate and an ignored corner."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    img = np.stack([130 + 50 * np.sin(x / 23), 130 + 50 * np.cos(y / 19), 60 + x / 4 + y / 4], axis=-1)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(mask, np.rint((PLATE - 0.5) * 16).astype(np.int32), 1, shift=4)
    mask[280:, 400:] = 255
    return {'img': img.astype(np.uint8), 'gt_seg_map': mask, 'seg_fields': ['gt_seg_map']}


def run(transform, seed, **changes):
    np.random.seed(seed)
    return transform({**make_sample(), **changes})


def sequence(short, degrees, flip, corners, crop):
    """The same steps one after the other, by torchvision."""
    sample = make_sample()
    img = torch.from_numpy(sample['img']).permute(2, 0, 1)
    mask = torch.from_numpy(sample['gt_seg_map'])[None]
    img = F.resize(img, short, BILINEAR, antialias=True)
    mask = F.resize(mask, img.shape[-2:], NEAREST)
    img, mask = F.rotate(img, degrees, BILINEAR), F.rotate(mask, degrees, NEAREST, fill=255)
    if flip:
        img, mask = F.hflip(img), F.hflip(mask)
    if corners is not None:
        start = image_corners(img.shape[-1], img.shape[-2]).tolist()
        img = F.perspective(img, start, corners, BILINEAR, fill=0)
        mask = F.perspective(mask, start, corners, NEAREST, fill=255)
    padding = [0, 0, max(0, crop - img.shape[-1]), max(0, crop - img.shape[-2])]
    img, mask = F.pad(img, padding), F.pad(mask, padding, fill=255)
    return img.permute(1, 2, 0).numpy()[:crop, :crop], mask[0].numpy()[:crop, :crop]


def drawn_corners(result, short, degrees, flip):
    """Where the perspective took the corners: what is left of the whole map without the steps before."""
    width, height = WIDTH * short // HEIGHT, short
    resize = np.diag([width / WIDTH, height / HEIGHT, 1])
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    middle = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    rotate = middle @ np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]]) @ np.linalg.inv(middle)
    mirror = np.array([[-1, 0, width], [0, 1, 0], [0, 0, 1]]) if flip else np.eye(3)
    rest = result['homography'] @ np.linalg.inv(mirror @ rotate @ resize)
    corners = map_points(rest, image_corners(width, height))
    np.testing.assert_allclose(corners, np.rint(corners), atol=1e-3)
    return np.rint(corners).astype(int).tolist()


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('tilt', [False, True])
@pytest.mark.parametrize(
    ('short', 'degrees'), [(300, 0.0), (300, 30.0), (210, -17.0), (110, 25.0), (400, 8.0)]
)
def test_one_sampling_equals_the_sequence(short, degrees, flip, tilt):
    crop = 570  # larger than every resized picture, so that the crop is the whole of it
    transform = RandomWarpCrop(
        crop,
        short_side=(short, short),
        degrees=(degrees, degrees),
        flip_prob=float(flip),
        perspective_prob=float(tilt),
    )
    got = run(transform, seed=short)
    corners = drawn_corners(got, short, degrees, flip) if tilt else None
    want, want_mask = sequence(short, degrees, flip, corners, crop)

    assert got['img_shape'] == (crop, crop)
    visible = (want > 0).all(axis=2).astype(np.uint8)
    inner = cv2.erode(visible, np.ones((7, 7)), borderValue=0).astype(bool)
    difference = np.abs(got['img'].astype(int) - want).max(axis=2)
    assert inner.mean() > 0.02
    assert difference[inner].max() <= 4
    assert difference[inner].mean() < 1
    # What the sequence cuts off is cut off, what it keeps is kept.
    outer = cv2.dilate(visible, np.ones((5, 5))) == 0
    assert (got['img'][outer] == 0).all()
    assert (got['gt_seg_map'][outer] == 255).all()
    # The sequence rounds the mask's position several times: two pixels at the most.
    edges = cv2.morphologyEx(want_mask, cv2.MORPH_GRADIENT, np.ones((5, 5))) > 0
    assert ((got['gt_seg_map'] == want_mask) | edges).all()
    assert set(np.unique(got['gt_seg_map'])) == {0, 1, 255}


@pytest.mark.parametrize('seed', range(8))
@pytest.mark.parametrize('plate_prob', [0.0, 1.0])
def test_the_mask_is_exact_to_one_pixel(seed, plate_prob):
    # Enlarged, the steps of the source's own raster would show.
    transform = RandomWarpCrop(240, short_side=(200, 320), plate_prob=plate_prob, max_magnification=1.0)
    result = run(transform, seed)
    # The exact outline, drawn with sixteen times sixteen samples a pixel.
    y, x = np.mgrid[: 240 * 4, : 240 * 4]
    samples = (np.stack([x, y], axis=-1) + 0.5) / 4
    corners = map_points(result['homography'], PLATE)
    sides = np.roll(corners, -1, axis=0) - corners
    crosses = [
        side[0] * (samples[..., 1] - corner[1]) - side[1] * (samples[..., 0] - corner[0])
        for corner, side in zip(corners, sides)
    ]
    inside = np.min(crosses, axis=0) > 0
    inside |= np.max(crosses, axis=0) < 0
    share = inside.reshape(240, 4, 240, 4).mean(axis=(1, 3))
    surely = cv2.erode((share == 1).astype(np.uint8), np.ones((3, 3)), borderValue=1).astype(bool)
    surely_not = cv2.erode((share == 0).astype(np.uint8), np.ones((3, 3)), borderValue=1).astype(bool)
    got = result['gt_seg_map']
    assert (got[surely & (got != 255)] == 1).all()
    assert (got[surely_not] != 1).all()


def test_a_crop_is_a_part_of_the_whole():
    settings = {'short_side': (300, 300), 'degrees': 0.0, 'flip_prob': 0.0, 'perspective_prob': 0.0}
    whole = make_sample()
    positions = set()
    for seed in range(20):
        result = run(RandomWarpCrop((100, 200), **settings), seed)
        left, top = (-result['homography'][:2, 2]).astype(int)
        positions.add((left, top))
        np.testing.assert_array_equal(result['img'], whole['img'][top : top + 100, left : left + 200])
        np.testing.assert_array_equal(
            result['gt_seg_map'], whole['gt_seg_map'][top : top + 100, left : left + 200]
        )
    lefts, tops = np.array(list(positions)).T
    assert len(positions) == 20
    assert 0 <= lefts.min() < 60 and 160 < lefts.max() <= 220
    assert 0 <= tops.min() < 50 and 150 < tops.max() <= 200


def test_shrinking_does_not_alias():
    stripes = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    stripes[:, ::2] = 200
    for short in (200, 150, 130, 70, 30):
        transform = RandomWarpCrop(
            60, short_side=(short, short), degrees=0.0, flip_prob=0.0, perspective_prob=0.0, plate_prob=0.0
        )
        got = run(transform, 0, img=stripes)['img'][2 : min(short, 60) - 2, 2 : min(short, 60) - 2].astype(
            int
        )
        want = F.resize(torch.from_numpy(stripes).permute(2, 0, 1), short, BILINEAR, antialias=True)
        # As little as Pillow and torchvision leave of it, give or take.
        assert got.std() <= want[:, 2:-2, 2:-2].float().std().item() + 12
        assert got.mean() == pytest.approx(100, abs=2)


def test_the_amounts_have_the_stated_distribution():
    transform = RandomWarpCrop(480, perspective_prob=0.0)
    shorts, angles, flips = [], [], []
    np.random.seed(0)
    for _ in range(3000):
        matrix = transform._draw({'img_shape': (HEIGHT, WIDTH)}).matrix
        flips.append(np.linalg.det(matrix[:2, :2]) < 0)
        shorts.append(np.sqrt(abs(np.linalg.det(matrix[:2, :2])) * HEIGHT * HEIGHT))
        angles.append(np.degrees(np.arctan2(-matrix[1, 0], matrix[1, 1])))
    assert abs(np.mean(flips) - 0.5) < 0.03
    assert_uniform(shorts, 260, 1040)
    assert_uniform(np.abs(angles), 0, 30)
    transform = RandomWarpCrop(480)
    tilted = [transform._draw({'img_shape': (HEIGHT, WIDTH)}).matrix[2, :2].any() for _ in range(1000)]
    assert abs(np.mean(tilted) - 0.5) < 0.05


def assert_uniform(values, low, high):
    """Kolmogorov and Smirnov's test at the 0.1 % level."""
    values = (np.sort(values) - low) / (high - low)
    ranks = np.arange(1, len(values) + 1) / len(values)
    assert np.abs(values - ranks).max() < 1.95 / np.sqrt(len(values))


def test_an_aimed_plate_has_a_width_uniform_on_the_logarithmic_scale():
    transform = RandomWarpCrop(200, plate_prob=1.0, plate_width=(16, 150), min_short_side=20)
    quad = map_points(np.eye(3), PLATE)
    sample = make_sample()
    widths = []
    np.random.seed(0)
    for _ in range(1000):
        corners = map_points(transform._draw(sample).matrix, quad)
        assert corners.min() > -2 and corners.max() < 202
        widths.append(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max())
    # The raster's smallest enclosing rectangle is up to a pixel larger than the plate itself.
    assert_uniform(np.log(widths), np.log(16 / 1.015), np.log(150 / 1.015))


def test_an_aimed_plate_is_wholly_in_view():
    transform = RandomWarpCrop(128, plate_prob=1.0, plate_width=(16, 100))
    for seed in range(40):
        result = run(transform, seed)
        corners = map_points(result['homography'], PLATE)
        area = cv2.contourArea(corners.astype(np.float32))
        assert (result['gt_seg_map'] == 1).sum() == pytest.approx(area, rel=0.12, abs=12)


def test_limits_of_the_scale_are_kept():
    quad_width = 81.5
    for settings, width in (
        ({'plate_width': (500, 600), 'max_magnification': 1.5}, 1.5 * quad_width),
        ({'plate_width': (5, 6), 'min_short_side': 150}, 0.5 * quad_width),
    ):
        transform = RandomWarpCrop(300, degrees=0.0, perspective_prob=0.0, plate_prob=1.0, **settings)
        corners = map_points(run(transform, 0)['homography'], PLATE)
        found = np.linalg.norm(corners[1] - corners[0])
        assert found == pytest.approx(width, rel=0.03)


def test_the_plate_probability_is_kept():
    sample = make_sample()
    sample['gt_seg_map'][:] = 0
    sample['gt_seg_map'][20:24, 30:40] = 1
    transform = RandomWarpCrop(40, short_side=(1000, 1000), plate_prob=0.4)
    np.random.seed(0)
    aimed = []
    for _ in range(500):
        matrix = transform._draw(sample).matrix
        corners = map_points(matrix, outline(10, 4) + np.array([30, 20]))
        aimed.append(corners.min() >= -0.01 and corners.max() <= 40.01)
    assert abs(np.mean(aimed) - 0.4) < 0.08


def test_without_plates_an_aimed_crop_is_any_crop():
    empty = np.zeros((HEIGHT, WIDTH), np.uint8)
    result = run(RandomWarpCrop(100, plate_prob=1.0), 0, gt_seg_map=empty)
    assert result['img'].shape == (100, 100, 3)
    assert set(np.unique(result['gt_seg_map'])) <= {0, 255}


def test_the_same_seed_gives_the_same_crop():
    transform = RandomWarpCrop(100, plate_prob=0.5)
    for seed in range(5):
        first, second, other = run(transform, seed), run(transform, seed), run(transform, seed + 100)
        np.testing.assert_array_equal(first['img'], second['img'])
        np.testing.assert_array_equal(first['gt_seg_map'], second['gt_seg_map'])
        assert (first['homography'] != other['homography']).any()


def test_it_works_without_masks_and_with_extreme_pictures():
    result = RandomWarpCrop(50)({'img': make_sample()['img']})
    assert result['img'].shape == (50, 50, 3)
    for shape in ((1, 1), (3, 500), (700, 2)):
        sample = {
            'img': np.full((*shape, 3), 90, np.uint8),
            'gt_seg_map': np.ones(shape, np.uint8),
            'seg_fields': ['gt_seg_map'],
        }
        for plate_prob in (0.0, 1.0):
            result = RandomWarpCrop(50, plate_prob=plate_prob)(dict(sample))
            assert result['gt_seg_map'].shape == (50, 50)


def test_mistakes_are_answered():
    with pytest.raises(ValueError, match='same size'):
        run(RandomWarpCrop(50), 0, gt_seg_map=np.zeros((10, 10), np.uint8))
    with pytest.raises(ValueError, match='gt_seg_map'):
        RandomWarpCrop(50, plate_prob=0.5)({'img': make_sample()['img']})
    for name, value in {
        'crop_size': 0,
        'short_side': (500, 200),
        'degrees': 200,
        'flip_prob': 2,
        'distortion_scale': -1,
        'perspective_prob': 1.1,
        'plate_prob': -0.1,
        'plate_width': 50,
        'max_magnification': 0,
        'min_short_side': 0,
    }.items():
        with pytest.raises(ValueError, match=name):
            RandomWarpCrop(**{name: value})
