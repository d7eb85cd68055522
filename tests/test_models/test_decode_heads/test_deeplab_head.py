import math

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch import nn
from torchvision.models.segmentation.deeplabv3 import DeepLabHead as TorchvisionHead

import mmlp.modules  # noqa: F401

LOSS = dict(type='CrossEntropyLoss', use_sigmoid=True)
MODULES = {
    **{f'0.convs.{i}.0': f'aspp_modules.{i}.conv' for i in range(4)},
    **{f'0.convs.{i}.1': f'aspp_modules.{i}.bn' for i in range(4)},
    '0.convs.4.1': 'image_pool.1.conv',
    '0.convs.4.2': 'image_pool.1.bn',
    '0.project.0': 'projection.conv',
    '0.project.1': 'projection.bn',
    '1': 'bottleneck.conv',
    '2': 'bottleneck.bn',
    '4': 'conv_seg',
}


def build_head(**kwargs):
    return MODELS.build(dict(type='DeepLabHead', in_channels=16, in_index=0, loss_decode=LOSS, **kwargs))


def make_pair():
    """Torchvision's head with random weights and statistics, and ours with the same."""
    theirs = TorchvisionHead(16, 1)
    for module in theirs.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
            nn.init.normal_(module.running_mean)
            nn.init.uniform_(module.running_var, 0.5, 2)
    ours = build_head()
    state_dict = {}
    for key, value in theirs.state_dict().items():
        module, _, leaf = key.rpartition('.')
        state_dict[f'{MODULES[module]}.{leaf}'] = value
    ours.load_state_dict(state_dict, strict=True)
    return theirs, ours


@pytest.mark.parametrize('size', [(1, 16, 9, 13), (3, 16, 1, 7)])
def test_eval_is_torchvision_bit_for_bit(size):
    theirs, ours = make_pair()
    theirs.eval(), ours.eval()
    features = torch.randn(size)
    with torch.no_grad():
        assert torch.equal(ours((features,)), theirs(features))


def test_training_is_torchvision_dropout_included():
    theirs, ours = make_pair()
    theirs.train(), ours.train()
    features = torch.randn(2, 16, 6, 5)
    torch.manual_seed(0)
    expected = theirs(features)
    torch.manual_seed(0)
    actual = ours((features,))
    assert torch.equal(actual, expected)
    actual.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(ours.projection.conv.weight.grad, theirs[0].project[0].weight.grad)
    assert torch.equal(ours.image_pool[1].bn.running_mean, theirs[0].convs[4][2].running_mean)


def test_in_index_selects_the_feature_map():
    head = build_head().eval()
    head.in_index = 1
    wanted = torch.randn(1, 16, 4, 4)
    with torch.no_grad():
        assert torch.equal(head((torch.randn(1, 3, 8, 8), wanted)), head((None, wanted)))


def test_defaults_are_one_channel_at_one_half():
    head = MODELS.build(dict(type='DeepLabHead', loss_decode=LOSS))
    assert (head.num_classes, head.out_channels, head.threshold) == (2, 1, 0.5)
    assert (head.in_channels, head.channels, head.dilations) == (2048, 256, (1, 12, 24, 36))
    assert isinstance(head.bottleneck.bn, nn.BatchNorm2d)
    assert [m.conv.dilation for m in head.aspp_modules] == [(1, 1), (12, 12), (24, 24), (36, 36)]


@pytest.mark.parametrize(
    'norm_cfg, expected',
    [
        (dict(type='SyncBN', requires_grad=True), nn.SyncBatchNorm),
        (dict(type='GN', num_groups=4), nn.GroupNorm),
    ],
)
def test_norm_cfg_reaches_every_layer(norm_cfg, expected):
    head = build_head(channels=8, norm_cfg=norm_cfg)
    norms = [m for m in head.modules() if isinstance(m, (nn.BatchNorm2d, nn.SyncBatchNorm, nn.GroupNorm))]
    assert len(norms) == 7
    assert all(isinstance(norm, expected) for norm in norms)


def test_conv_cfg_reaches_every_layer():
    head = build_head(channels=8, conv_cfg=dict(type='ConvAWS'))
    assert sum(type(m).__name__ == 'ConvAWS2d' for m in head.modules()) == 7


def test_batch_of_one_in_training_says_what_to_do():
    head = build_head(channels=8).train()
    features = torch.randn(1, 16, 4, 4)
    with pytest.raises(ValueError, match=r'batch of 1 picture.*batch_size >= 2.*drop_last=True'):
        head((features,))
    assert head.eval()((features,)).shape == (1, 1, 4, 4)


def test_batch_of_one_in_training_without_batch_statistics():
    features = torch.randn(1, 16, 4, 4)
    frozen = build_head(channels=8).train()
    frozen.image_pool[1].bn.eval()
    grouped = build_head(channels=8, norm_cfg=dict(type='GN', num_groups=4)).train()
    plain = build_head(channels=8, norm_cfg=None).train()
    for head in (frozen, grouped, plain):
        assert head((features,)).shape == (1, 1, 4, 4)


def test_batch_of_one_with_sync_bn_in_one_process_says_what_to_do():
    head = build_head(channels=8, norm_cfg=dict(type='SyncBN')).train()
    with pytest.raises(ValueError, match='batch of 1 picture'):
        head((torch.randn(1, 16, 4, 4),))


def test_initialised_like_a_new_head_of_torchvision():
    torch.manual_seed(0)
    head = build_head(channels=64)
    head.init_weights()
    convs = [m for m in head.modules() if isinstance(m, nn.Conv2d)]
    assert len(convs) == 8
    for conv in convs:
        # nn.Conv2d: uniform in +-1 / sqrt(fan in).
        bound = 1 / math.sqrt(conv.weight[0].numel())
        assert 0.9 * bound < conv.weight.abs().max() <= bound
        torch.testing.assert_close(conv.weight.std(), torch.tensor(bound / math.sqrt(3)), rtol=0.2, atol=0)
    assert head.conv_seg.bias.abs() > 0
    assert all((m.weight == 1).all() for m in head.modules() if isinstance(m, nn.BatchNorm2d))


def test_init_cfg_is_respected():
    head = build_head(channels=8, init_cfg=dict(type='Normal', std=0, bias=3, override=dict(name='conv_seg')))
    head.init_weights()
    assert (head.conv_seg.weight == 0).all() and (head.conv_seg.bias == 3).all()


def test_loss_reports_plate_iou_and_reaches_every_parameter():
    head = build_head(channels=8).train()
    samples = [SegDataSample(gt_sem_seg=PixelData(data=torch.randint(0, 2, (1, 16, 16)))) for _ in range(2)]
    losses = head.loss((torch.randn(2, 16, 4, 4),), samples, {})
    assert set(losses) == {'loss_ce', 'plate_iou'}
    losses['loss_ce'].backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in head.parameters())


@torch.no_grad()
def test_devices_agree_with_torchvision(device):
    theirs, ours = make_pair()
    features = torch.randn(2, 16, 9, 13)
    expected = theirs.eval()(features)
    found = ours.eval().to(device)([features.to(device)])
    torch.testing.assert_close(found.cpu(), expected, atol=1e-4, rtol=1e-4)
