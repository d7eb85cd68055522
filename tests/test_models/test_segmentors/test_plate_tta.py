import copy

import cv2
import numpy as np
import pytest
import torch
from mmcv.transforms import Compose
from mmengine import Config
from mmengine.dataset import pseudo_collate
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmseg.registry import MODELS
from torch import nn
from torch.nn.functional import interpolate

import mmlp.modules  # noqa: F401

LOSS = dict(type='CrossEntropyLoss', use_sigmoid=True)
MEAN, STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]
#: Short sides of the views; the pictures are 60 x 80 and 80 x 60.
SIDES = (48, 90)
MODEL = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(type='SegDataPreProcessor', mean=MEAN, std=STD, bgr_to_rgb=True, size=(64, 64)),
    backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8, strides=(1, 2, 1, 1)),
    decode_head=dict(
        type='DeepLabHead', in_channels=64, channels=8, in_index=3, threshold=0.6, loss_decode=LOSS
    ),
    test_cfg=dict(mode='whole'),
)
TTA_PIPELINE = [
    dict(type='LoadImageFromFile'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='Resize', scale=(10000, side), keep_ratio=True) for side in SIDES],
            [dict(type='RandomFlip', prob=0.0), dict(type='RandomFlip', prob=1.0)],
            [dict(type='LoadPlateAnnotations')],
            [dict(type='PackSegInputs')],
        ],
    ),
]


@pytest.fixture(scope='module')
def data_root(tmp_path_factory):
    """Two pictures, one of them upright, with a plate each."""
    root = tmp_path_factory.mktemp('plates')
    rng = np.random.default_rng(0)
    for folder in ('images', 'masks'):
        (root / 'val' / folder).mkdir(parents=True)
    for name, (height, width) in {'a': (60, 80), 'b': (80, 60)}.items():
        picture = cv2.resize(rng.integers(0, 256, (6, 8, 3), dtype=np.uint8), (width, height))
        mask = np.zeros((height, width), np.uint8)
        mask[20:40, 10:50] = 255
        cv2.imwrite(str(root / 'val' / 'images' / f'{name}.png'), picture)
        cv2.imwrite(str(root / 'val' / 'masks' / f'{name}.png.png'), mask)
    return root


@pytest.fixture(scope='module')
def model(data_root):
    """A small model with random weights and statistics, that calls about half of the pixels plate."""
    init_default_scope('mmseg')
    torch.manual_seed(0)
    model = MODELS.build(Config(MODEL))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
    model.eval()
    head = model.decode_head
    probability = average_by_hand(model, data_root / 'val' / 'images' / 'a.png')
    logits = probability.logit()
    head.conv_seg.weight.data /= logits.std()
    head.conv_seg.bias.data = (head.conv_seg.bias.data - logits.median()) / logits.std() + 0.4
    return model


@torch.no_grad()
def average_by_hand(model, path):
    """The mean probability of all views, worked out without the toolbox's transforms and prediction."""
    rgb = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    height, width = rgb.shape[:2]
    views = []
    for side in SIDES:
        scale = side / min(height, width)
        resized = cv2.resize(
            rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_LINEAR
        )
        normalised = (
            torch.from_numpy((resized.astype(np.float32) - MEAN) / STD).float().permute(2, 0, 1)[None]
        )
        for flip in (False, True):
            view = normalised.flip(3) if flip else normalised
            logits = model.decode_head(model.backbone(view))
            logits = interpolate(logits, size=view.shape[2:], mode='bilinear', align_corners=False)
            logits = logits.flip(3) if flip else logits
            logits = interpolate(logits, size=(height, width), mode='bilinear', align_corners=False)
            views.append(logits[0].sigmoid())
    return torch.stack(views).mean(dim=0)


@pytest.fixture
def tta(model):
    return MODELS.build(dict(type='PlateTTAModel', module=model))


@pytest.mark.parametrize('name', ['a.png', 'b.png'])
def test_average_over_scales_and_flips(tta, model, data_root, name):
    path = data_root / 'val' / 'images' / name
    mask = data_root / 'val' / 'masks' / f'{name}.png'
    sample = dict(img_path=str(path), seg_map_path=str(mask), seg_fields=[], reduce_zero_label=False)
    views = Compose(copy.deepcopy(TTA_PIPELINE))(sample)
    assert len(views['inputs']) == 4
    with torch.no_grad():
        merged = tta.test_step(pseudo_collate([views]))[0]
    expected = average_by_hand(model, path)
    torch.testing.assert_close(merged.seg_logits.data, expected, rtol=0, atol=1e-5)
    labels = merged.pred_sem_seg.data
    assert labels.dtype == torch.int64 and labels.shape == expected.shape
    clear = (expected - 0.6).abs() > 1e-4
    assert torch.equal(labels[clear], (expected > 0.6).long()[clear])
    assert 0.1 < labels.float().mean() < 0.9, 'a constant prediction would show nothing'
    assert merged.img_path == str(path)
    assert merged.gt_sem_seg.data.sum() == 20 * 40


def test_the_samples_of_the_views_are_left_alone(tta):
    from mmengine.structures import PixelData
    from mmseg.structures import SegDataSample

    views = [SegDataSample(seg_logits=PixelData(data=torch.full((1, 2, 3), p).half())) for p in (0.25, 0.75)]
    merged = tta.merge_preds([views])[0]
    assert merged.seg_logits.data.dtype == torch.float32
    assert (merged.seg_logits.data == 0.5).all() and (merged.pred_sem_seg.data == 0).all()
    assert (views[0].seg_logits.data == 0.25).all()


def test_runner_tests_with_tta(model, data_root, tmp_path):
    """What ``tools/test.py --tta`` does: the wrapped model, its checkpoint, and the pipeline of views."""
    torch.save(dict(meta={}, state_dict=model.state_dict()), tmp_path / 'model.pth')
    dataset = dict(
        type='LicensePlateDataset',
        data_root=str(data_root),
        data_prefix=dict(img_path='val/images', seg_map_path='val/masks'),
        pipeline=copy.deepcopy(TTA_PIPELINE),  # TestTimeAug builds its transforms in place
    )
    cfg = Config(
        dict(
            default_scope='mmseg',
            model=dict(type='PlateTTAModel', module=MODEL),
            test_dataloader=dict(
                batch_size=1,
                num_workers=0,
                sampler=dict(type='DefaultSampler', shuffle=False),
                dataset=dataset,
            ),
            test_evaluator=dict(type='PlateMetric'),
            test_cfg=dict(type='TestLoop'),
            work_dir=str(tmp_path / 'work'),
            load_from=str(tmp_path / 'model.pth'),
            experiment_name='tta',
        )
    )
    metrics = Runner.from_cfg(cfg).test()

    intersection = union = 0
    for name in ('a', 'b'):
        plate = average_by_hand(model, data_root / 'val' / 'images' / f'{name}.png')[0].numpy() > 0.6
        label = cv2.imread(str(data_root / 'val' / 'masks' / f'{name}.png.png'), cv2.IMREAD_GRAYSCALE) > 0
        intersection += (plate & label).sum()
        union += (plate | label).sum()
    assert metrics['plate_iou'] == pytest.approx(100 * intersection / union, abs=0.05)


def test_more_channels_are_refused(model):
    head = dict(MODEL['decode_head'], out_channels=2)
    with pytest.raises(ValueError, match=r'out_channels=2.*SegTTAModel'):
        MODELS.build(dict(type='PlateTTAModel', module=dict(MODEL, decode_head=head)))
