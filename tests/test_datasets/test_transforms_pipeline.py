"""The transforms together, with the toolbox's own before and behind them, as configs use them."""

import cv2
import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmcv.transforms.utils import cache_random_params
from mmengine.registry import init_default_scope
from mmengine.runner import set_random_seed
from mmseg.registry import TRANSFORMS
from torchvision.transforms.v2 import functional as F

#: A value so large that only the short side limits a resize.
ANY = 100_000
#: Shrunk from the flagship's 260..1040 and 480, to be quick: the pictures here have a short side of 90.
SHORT_SIDES, CROP = (45, 180), 96

LOAD = [{'type': 'LoadImageFromFile'}, {'type': 'LoadPlateAnnotations'}]
COLOUR = [
    {
        'type': 'ColorJitter',
        'brightness': 0.25,
        'contrast': 0.25,
        'saturation': 0.25,
        'hue': 0.25,
        'prob': 0.25,
    },
    {'type': 'GaussianBlur', 'radius': (0.0, 5.0), 'prob': 0.2},
]
GREY = {
    'type': 'RandomGrayscale',
    'prob': 0.1,
    'keep_channels': True,
    'channel_weights': (0.114, 0.587, 0.299),
}
STEP_BY_STEP = [
    *LOAD,
    {
        'type': 'RandomResize',
        'scale': [(ANY, SHORT_SIDES[0]), (ANY, SHORT_SIDES[1])],
        'resize_type': 'Resize',
        'keep_ratio': True,
        'backend': 'pillow',
    },
    *COLOUR,
    {'type': 'RandomRotate', 'prob': 1.0, 'degree': 30.0, 'pad_val': 0, 'seg_pad_val': 255},
    {'type': 'RandomFlip', 'prob': 0.5},
    {'type': 'RandomPerspective', 'distortion_scale': 0.5, 'prob': 0.5},
    {'type': 'Pad', 'size': (CROP, CROP), 'pad_val': {'img': 0, 'seg': 255}},
    {'type': 'RandomCrop', 'crop_size': CROP},
    GREY,
    {'type': 'PackSegInputs'},
]
IN_ONE = [
    {'type': 'LoadImageDeferred'},
    {'type': 'LoadPlateAnnotations'},
    {'type': 'RandomWarpCrop', 'crop_size': CROP, 'short_side': SHORT_SIDES, 'plate_prob': 0.5},
    *COLOUR,
    GREY,
    {'type': 'PackSegInputs'},
]
NUISANCES = [
    *LOAD,
    {'type': 'RandomPlateCrop', 'crop_size': CROP, 'plate_prob': 0.5},
    {'type': 'MotionBlur', 'prob': 0.5},
    {'type': 'RandomDownscale', 'prob': 0.5},
    {'type': 'RandomGamma', 'prob': 0.5},
    {'type': 'RandomNoise', 'prob': 0.5},
    {'type': 'JPEGCompression', 'prob': 0.5},
    {'type': 'PackSegInputs'},
]
PIPELINES = {'step by step': STEP_BY_STEP, 'in one': IN_ONE, 'nuisances': NUISANCES}


@pytest.fixture(autouse=True)
def toolbox_scope():
    init_default_scope('mmseg')


@pytest.fixture(scope='module')
def sample(tmp_path_factory):
    """A photograph-like picture and a mask with two plates and an ignored area, in files."""
    folder = tmp_path_factory.mktemp('pipeline')
    rng = np.random.default_rng(0)
    img = cv2.resize(
        rng.integers(0, 256, (12, 17, 3), dtype=np.uint8), (130, 90), interpolation=cv2.INTER_CUBIC
    )
    mask = np.zeros((90, 130), np.uint8)
    mask[30:45, 40:90] = 255
    mask[60:70, 10:40] = 255
    mask[75:, 100:] = 128
    cv2.imwrite(str(folder / 'a.jpg'), img)
    cv2.imwrite(str(folder / 'a.jpg.png'), mask)
    return {'img_path': str(folder / 'a.jpg'), 'seg_map_path': str(folder / 'a.jpg.png')}


def run(pipeline, sample, seed):
    set_random_seed(seed)  # RandomGrayscale draws from Python's generator, all others from numpy's
    return pipeline({**sample, 'seg_fields': [], 'reduce_zero_label': False})


@pytest.mark.parametrize('name', PIPELINES)
def test_a_pipeline_feeds_the_network(name, sample):
    pipeline = Compose(PIPELINES[name])
    labels = set()
    for seed in range(40):
        packed = run(pipeline, sample, seed)
        assert packed['inputs'].shape == (3, CROP, CROP)
        assert packed['inputs'].dtype == torch.uint8
        target = packed['data_samples'].gt_sem_seg.data
        assert target.shape == (1, CROP, CROP)
        assert target.dtype == torch.int64
        labels |= set(target.unique().tolist())
        assert packed['data_samples'].img_path == sample['img_path']
        assert packed['data_samples'].ori_shape == (90, 130)
        assert packed['data_samples'].img_shape == (CROP, CROP)
    assert labels == {0, 1, 255}


@pytest.mark.parametrize('name', ['in one', 'nuisances'])
def test_the_seed_decides_all(name, sample):
    pipeline = Compose(PIPELINES[name])
    for seed in range(10):
        first, second = run(pipeline, sample, seed), run(pipeline, sample, seed)
        assert torch.equal(first['inputs'], second['inputs'])
        assert torch.equal(first['data_samples'].gt_sem_seg.data, second['data_samples'].gt_sem_seg.data)


@pytest.mark.parametrize(
    'config',
    [*IN_ONE[2:4], COLOUR[1], *NUISANCES[2:-1], STEP_BY_STEP[7]],
    ids=lambda c: c['type'],
)
def test_random_amounts_can_be_held(config, sample):
    transform = TRANSFORMS.build({**config, **({'prob': 0.5} if 'prob' in config else {})})
    loaded = Compose(LOAD)({**sample, 'seg_fields': []})
    with cache_random_params(transform):
        outs = [transform({**loaded, 'img': loaded['img'].copy()}) for _ in range(6)]
    for out in outs[1:]:
        np.testing.assert_array_equal(out['img'], outs[0]['img'])
        np.testing.assert_array_equal(out['gt_seg_map'], outs[0]['gt_seg_map'])


@pytest.mark.parametrize(
    'config', [*IN_ONE[:4], *COLOUR, *NUISANCES[2:-1], STEP_BY_STEP[7]], ids=lambda c: c['type']
)
def test_repr_shows_the_parameters(config):
    shown = repr(TRANSFORMS.build(config))
    assert shown.startswith(config['type'] + '(')
    for key, value in config.items():
        if key not in ('type', 'brightness', 'contrast', 'saturation', 'hue', 'crop_size'):
            assert f'{key}={value}' in shown


def test_short_sides_of_the_toolboxs_resize_are_uniform_integers(sample):
    pipeline = Compose(STEP_BY_STEP[:3])
    np.random.seed(0)
    sides = [min(pipeline({**sample, 'seg_fields': []})['img'].shape[:2]) for _ in range(400)]
    assert 45 <= min(sides) < 48 and 177 < max(sides) <= 180
    assert abs(np.mean(sides) - 112.5) < 6
    assert len(set(sides)) > 90


def test_the_toolboxs_grey_is_torchvisions(sample):
    loaded = Compose(LOAD)({**sample, 'seg_fields': []})
    mask = loaded['gt_seg_map'].copy()
    rgb = torch.from_numpy(loaded['img'][..., ::-1].copy()).permute(2, 0, 1)
    want = F.rgb_to_grayscale(rgb, num_output_channels=3).permute(1, 2, 0).numpy()
    got = TRANSFORMS.build({**GREY, 'prob': 1.0})(loaded)
    assert got['img'].dtype == np.uint8
    assert np.abs(got['img'].astype(int) - want).max() <= 1
    np.testing.assert_array_equal(got['gt_seg_map'], mask)
