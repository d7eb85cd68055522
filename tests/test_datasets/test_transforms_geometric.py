import cv2
import numpy as np
import pytest
import torch
from torchvision.transforms import InterpolationMode
from torchvision.transforms import RandomPerspective as TorchvisionRandomPerspective
from torchvision.transforms import functional as F

from mmlp.datasets.transforms import RandomPerspective
from mmlp.datasets.transforms.homography import draw_perspective_corners, image_corners

HEIGHT, WIDTH = 90, 130


@pytest.fixture(scope='module')
def sample():
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    img = np.stack([120 + 60 * np.sin(x / 12), 120 + 60 * np.cos(y / 9), 100 + x / 2 + y / 2], axis=-1)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillConvexPoly(mask, np.array([[40, 30], [90, 25], [92, 50], [38, 52]]), 1)
    mask[70:, :20] = 255
    return {'img': img.astype(np.uint8), 'gt_seg_map': mask, 'seg_fields': ['gt_seg_map']}


@pytest.mark.parametrize('seed', range(6))
def test_picture_and_mask_are_torchvisions(sample, seed):
    transform = RandomPerspective(distortion_scale=0.5, prob=1.0)
    np.random.seed(seed)
    corners = transform._draw(sample).astype(int).tolist()
    np.random.seed(seed)
    got = transform({key: np.copy(value) if key != 'seg_fields' else value for key, value in sample.items()})

    start = image_corners(WIDTH, HEIGHT).astype(int).tolist()
    img = torch.from_numpy(sample['img']).permute(2, 0, 1)
    want = F.perspective(img, start, corners, InterpolationMode.BILINEAR, fill=0).permute(1, 2, 0).numpy()
    mask = torch.from_numpy(sample['gt_seg_map'])[None]
    want_mask = F.perspective(mask, start, corners, InterpolationMode.NEAREST, fill=255)[0].numpy()

    inside = cv2.erode((want.max(axis=2) > 0).astype(np.uint8), np.ones((5, 5)), borderValue=0).astype(bool)
    assert inside.mean() > 0.3
    difference = np.abs(got['img'].astype(int) - want)
    assert difference[inside].max() <= 2
    edges = cv2.morphologyEx(want_mask, cv2.MORPH_GRADIENT, np.ones((3, 3))) > 0
    assert ((got['gt_seg_map'] == want_mask) | edges).all()
    assert (got['gt_seg_map'] != want_mask).mean() < 0.01
    assert set(np.unique(got['gt_seg_map'])) == {0, 1, 255}
    assert got['gt_seg_map'][(want == 0).all(axis=2) & ~edges].min() == 255


def test_corners_have_torchvisions_distribution():
    np.random.seed(0)
    torch.manual_seed(0)
    ours = np.array([draw_perspective_corners(41, 21, 0.5) for _ in range(4000)])
    theirs = np.array([TorchvisionRandomPerspective.get_params(41, 21, 0.5)[1] for _ in range(4000)])
    for corner in range(4):
        for axis in range(2):
            values, counts = np.unique(ours[:, corner, axis], return_counts=True)
            their_values, their_counts = np.unique(theirs[:, corner, axis], return_counts=True)
            np.testing.assert_array_equal(values, their_values)
            assert (np.abs(counts - their_counts) < 8 * np.sqrt(their_counts)).all()


def test_probability_and_other_values(sample):
    transform = RandomPerspective(prob=0.3, pad_val=7, seg_pad_val=0)
    np.random.seed(0)
    drawn = [transform._draw(sample) for _ in range(1000)]
    assert abs(np.mean([corners is None for corners in drawn]) - 0.7) < 0.05
    np.random.seed(3)
    result = RandomPerspective(prob=1.0, pad_val=7, seg_pad_val=0)(dict(sample))
    assert tuple(result['img'][0, 0]) == (7, 7, 7)
    assert result['gt_seg_map'][0, 0] == 0


def test_bad_parameters_are_refused():
    with pytest.raises(ValueError, match='distortion_scale'):
        RandomPerspective(distortion_scale=1.5)
    with pytest.raises(ValueError, match='prob'):
        RandomPerspective(prob=-0.5)
