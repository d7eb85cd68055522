import torch
from mmseg.registry import MODELS
from torch.nn import functional

import mmlp.modules  # noqa: F401


def build():
    return MODELS.build(
        dict(
            type='LiteFPNHead',
            in_channels=(4, 6, 8),
            channels=5,
            num_convs=1,
            norm_cfg=dict(type='BN'),
            dropout_ratio=0.0,
            align_corners=False,
            loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True),
        )
    ).eval()


def test_is_the_pyramid_written_out():
    torch.manual_seed(0)
    head = build()
    torch.nn.init.normal_(head.conv_seg.weight)
    features = [torch.randn(2, 4, 16, 12), torch.randn(2, 6, 8, 6), torch.randn(2, 8, 4, 3)]
    with torch.no_grad():
        total = None
        for lateral, feature in list(zip(head.laterals, features))[::-1]:
            level = torch.einsum('oi,nihw->nohw', lateral.weight[:, :, 0, 0], feature)
            level = level + lateral.bias[None, :, None, None]
            if total is not None:
                level = level + functional.interpolate(total, size=level.shape[2:], mode='bilinear')
            total = level
        separable = head.convs[0]
        state = dict(separable.named_parameters())
        x = functional.conv2d(total, state['depthwise_conv.conv.weight'], padding=1, groups=5)
        x = functional.relu(separable.depthwise_conv.bn(x))
        x = functional.conv2d(x, state['pointwise_conv.conv.weight'])
        x = functional.relu(separable.pointwise_conv.bn(x))
        expected = functional.conv2d(x, head.conv_seg.weight, head.conv_seg.bias)
        torch.testing.assert_close(head(features), expected)
    assert expected.shape == (2, 1, 16, 12)


def test_is_of_one_channel_and_half_a_probability_by_default():
    head = build()
    assert (head.num_classes, head.out_channels, head.threshold) == (2, 1, 0.5)
