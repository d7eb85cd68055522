"""Checkpoints load with the config they need, or say what is wrong."""

from __future__ import annotations

import pytest
import torch
from helpers.brightness_network import brightness_config, build_brightness_segmentor

from mmlp.apis.model_loading import load_segmentor


@pytest.fixture
def save(tmp_path):
    def write(content) -> str:
        torch.save(content, tmp_path / 'checkpoint.pth')
        return str(tmp_path / 'checkpoint.pth')

    return write


def assert_loaded(segmentor):
    expected = build_brightness_segmentor().state_dict()
    assert segmentor.state_dict().keys() == expected.keys()
    for key, value in segmentor.state_dict().items():
        assert torch.equal(value, expected[key])
    assert not segmentor.training


def test_config_inside_the_checkpoint(brightness_checkpoint):
    assert_loaded(load_segmentor(brightness_checkpoint))


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_bare_state_dict_with_a_config(save, prefix):
    state = {prefix + key: value for key, value in build_brightness_segmentor().state_dict().items()}
    assert_loaded(load_segmentor(save(state), brightness_config()))
    with pytest.raises(ValueError, match=r'carries no config.*config='):
        load_segmentor(save(state))


def test_half_precision_becomes_single(save):
    state = {key: value.half() for key, value in build_brightness_segmentor().state_dict().items()}
    segmentor = load_segmentor(save({'state_dict': state}), brightness_config())
    assert all(value.dtype == torch.float32 for value in segmentor.state_dict().values())


def test_auxiliary_heads_are_left_out(save):
    config = brightness_config()
    config.model.auxiliary_head = dict(type='NoSuchHead')
    state = build_brightness_segmentor().state_dict()
    state['auxiliary_head.conv_seg.weight'] = torch.zeros(1)
    assert_loaded(load_segmentor(save({'state_dict': state, 'meta': {'cfg': config.pretty_text}})))


def test_other_networks_are_refused(save):
    state = build_brightness_segmentor().state_dict()
    state['decode_head.conv_seg.weight'] = torch.zeros(2, 3, 1, 1)
    state['decode_head.extra'] = state.pop('decode_head.conv_seg.bias')
    with pytest.raises(ValueError, match='does not fit its config') as caught:
        load_segmentor(save({'state_dict': state}), brightness_config())
    for part in (
        'conv_seg.bias is missing',
        'extra is not of this network',
        '(2, 3, 1, 1), expected (1, 3, 1, 1)',
    ):
        assert part in str(caught.value)


def test_torchvision_layout_names_the_converter(save):
    content = {'model': {'classifier.0.weight': torch.zeros(1)}, 'epoch': 3}
    with pytest.raises(ValueError, match='mmlp import-torchvision'):
        load_segmentor(save(content), brightness_config())


def test_config_of_a_checkpoint_builds_registered_modules_only(save):
    text = "model = dict(type='EncoderDecoder', backbone=[dict(type='subprocess.Popen', args='true')])"
    with pytest.raises(
        ValueError, match=r"'subprocess\.Popen', which is not the name of a registered module"
    ):
        load_segmentor(save({'state_dict': {}, 'meta': {'cfg': text}}))


def test_modules_that_nothing_registers_are_named(save):
    text = "model = dict(type='EncoderDecoder', decode_head=dict(), backbone=dict(type='BackboneOfTheirs'))"
    with pytest.raises(ValueError, match=r'checkpoint\.pth cannot be built(.|\n)*BackboneOfTheirs'):
        load_segmentor(save({'state_dict': {}, 'meta': {'cfg': text}}))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.pth'):
        load_segmentor(tmp_path / 'nowhere.pth', 'lp_fpn_lite0')
