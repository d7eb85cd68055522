"""What is handed out: weights, config and classes."""

from __future__ import annotations

import pytest
import torch
from mmengine.config import Config

from mmlp.checkpoints.publishing import slim_checkpoint


@pytest.fixture
def config():
    return Config(
        dict(
            default_scope='mmseg',
            custom_imports=dict(imports=['mmlp']),
            data_root='/home/somebody/pictures',
            model=dict(
                type='EncoderDecoder', auxiliary_head=dict(type='FCNHead'), backbone=dict(type='ResNet')
            ),
            test_pipeline=[dict(type='LoadImageFromFile')],
            train_cfg=dict(max_iters=10),
        )
    )


@pytest.fixture
def checkpoint():
    return {
        'state_dict': {
            'backbone.weight': torch.tensor([0.1, -2.0]),
            'backbone.counter': torch.tensor(7),
            'auxiliary_head.weight': torch.ones(3),
        },
        'ema_state_dict': {'module.backbone.weight': torch.zeros(2)},
        'optimizer': {},
        'meta': {'cfg': 'a = 1'},
    }


def test_only_what_inference_needs_is_kept(checkpoint, config, tmp_path):
    slim = slim_checkpoint(checkpoint, config)
    assert set(slim) == {'meta', 'state_dict'}
    assert set(slim['state_dict']) == {'backbone.weight', 'backbone.counter'}
    assert torch.equal(slim['state_dict']['backbone.weight'], torch.tensor([0.1, -2.0]))
    text = slim['meta']['cfg']
    assert 'somebody' not in text and 'max_iters' not in text and 'auxiliary_head' not in text
    assert Config.fromstring(text, '.py').model.backbone.type == 'ResNet'
    assert config.model.auxiliary_head.type == 'FCNHead', "the caller's config is as it was"
    assert slim['meta']['dataset_meta']['classes'] == ('background', 'plate')
    torch.save(slim, tmp_path / 'slim.pth')
    assert torch.load(tmp_path / 'slim.pth', weights_only=True)['meta'] == slim['meta']


def test_half_precision_is_for_floats(checkpoint, config):
    state = slim_checkpoint(checkpoint, config, half=True)['state_dict']
    assert state['backbone.weight'].dtype == torch.float16
    assert state['backbone.counter'].dtype == torch.int64
    assert float(state['backbone.weight'][0]) == pytest.approx(0.1, rel=1e-3)


def test_what_does_not_fit_is_named(checkpoint, config):
    checkpoint['state_dict']['backbone.weight'][0] = 1e6
    with pytest.raises(ValueError, match=r'backbone\.weight reaches 1e\+06'):
        slim_checkpoint(checkpoint, config, half=True)
    with pytest.raises(ValueError, match='no state_dict'):
        slim_checkpoint({'model': {}}, config)
