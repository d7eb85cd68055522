"""Configs inside checkpoints build networks of the toolbox, and nothing else."""

import sys
import time

import pytest
import torch
from helpers.brightness_network import brightness_config, build_brightness_segmentor
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS

from mmlp.apis import PlateSegmenter, Runtime, Trust
from mmlp.apis.embedded_config import check_embedded_model
from mmlp.apis.model_loading import load_segmentor


def write(tmp_path, model, state=None):
    state = build_brightness_segmentor().state_dict() if state is None else state
    config = brightness_config()
    config.model.update(model)
    torch.save({'meta': {'cfg': config.pretty_text}, 'state_dict': state}, tmp_path / 'a.pth')
    return tmp_path / 'a.pth'


@pytest.mark.parametrize('key', ['_scope_', 'type'])
def test_packages_are_imported_on_request_only(key, tmp_path, monkeypatch):
    (tmp_path / 'theirs.py').write_text(
        'from mmseg.registry import MODELS\n'
        'from torch import nn\n'
        'loaded = True\n'
        '@MODELS.register_module(force=True)\n'
        'class TheirBackbone(nn.Module):\n'
        '    def forward(self, x):\n'
        '        return (x,)\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    backbone = (
        {'type': 'TheirBackbone', '_scope_': 'theirs'}
        if key == '_scope_'
        else {'type': 'theirs.TheirBackbone'}
    )
    content = {
        'cfg': f'model = dict(type="EncoderDecoder", backbone={backbone!r}, decode_head=dict(type="FCNHead"))'
    }
    torch.save({'meta': content, 'state_dict': {}}, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=r'theirs.*--allow-import'):
        load_segmentor(tmp_path / 'a.pth')
    assert 'theirs' not in sys.modules
    check_embedded_model({'backbone': backbone}, 'a.pth', ['theirs'])
    with pytest.raises(ImportError, match="allow_imports names 'nowhere'"):
        load_segmentor(tmp_path / 'a.pth', allow_imports=['nowhere'])


def test_modules_of_an_allowed_package_are_built(tmp_path, monkeypatch):
    (tmp_path / 'their_package.py').write_text(
        'from mmseg.registry import MODELS\n'
        '@MODELS.register_module(force=True)\n'
        'class TheirBrightness(MODELS.get("TestPictureBackbone")):\n'
        '    pass\n'
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    path = write(tmp_path, {'backbone': dict(type='TheirBrightness')})
    with pytest.raises(ValueError, match=r'TheirBrightness(.|\n)*--allow-import'):
        load_segmentor(path)
    segmentor = load_segmentor(path, allow_imports=['their_package'])
    assert type(segmentor.backbone).__name__ == 'TheirBrightness'
    assert PlateSegmenter(path, runtime=Runtime('pytorch'), trust=Trust(['their_package'])).threshold == 0.5


@pytest.mark.parametrize(
    'backbone',
    [
        dict(type='TIMMBackbone', model_name='hf-hub:someone/something', features_only=True),
        dict(type='TIMMBackbone', model_name='local-dir:/tmp', features_only=True),
        dict(type='ResNet', depth=50, stem_channels=1 << 40),
    ],
    ids=['hub', 'folder', 'number'],
)
def test_places_and_numbers_out_of_proportion_are_refused(backbone):
    with pytest.raises(ValueError, match=r'a place to load from|out of proportion'):
        check_embedded_model(dict(backbone=backbone), 'a.pth')


def test_nothing_is_fetched():
    model = dict(
        pretrained='open-mmlab://resnet50_v1c',
        backbone=dict(type='TIMMBackbone', pretrained=True, checkpoint_path='/etc/passwd'),
        decode_head=[dict(init_cfg=dict(type='Pretrained', checkpoint='https://example.org/a.pth'))],
    )
    check_embedded_model(model, 'a.pth')
    assert not model['pretrained'] and not model['backbone']['pretrained']
    assert not model['backbone']['checkpoint_path'] and model['decode_head'][0]['init_cfg'] is None


@pytest.mark.parametrize('backbone', [dict(type='ResNet', depth=101, base_channels=4096)])
def test_huge_networks_are_refused_at_once(backbone, tmp_path):
    path = write(tmp_path, {'backbone': backbone})
    started = time.monotonic()
    with pytest.raises(ValueError, match=r'more than 500,000,000 parameters.*--max-parameters'):
        load_segmentor(path)
    assert time.monotonic() - started < 10
    with pytest.raises(ValueError, match='more than 2 parameters'):
        load_segmentor(write(tmp_path, {}), max_parameters=2)


def test_weights_that_claim_more_values_than_they_have_are_refused(tmp_path):
    state = build_brightness_segmentor().state_dict()
    key = next(iter(state))
    state[key] = torch.zeros(1).expand(1 << 30)
    with pytest.raises(ValueError, match='too few values'):
        load_segmentor(write(tmp_path, {}, state))


@pytest.mark.parametrize(
    'backbone, channels',
    [
        # Asks tensors for their values while it is built.
        (
            dict(
                type='MixVisionTransformer',
                embed_dims=8,
                num_layers=[1, 1, 1, 1],
                num_heads=[1, 1, 1, 1],
                out_indices=(3,),
                drop_path_rate=0.1,
            ),
            8,
        ),
        (dict(type='ResNetV1c', depth=18, base_channels=8, stem_channels=8, out_indices=(3,)), 64),
    ],
    ids=['transformer', 'weights named beside'],
)
def test_networks_of_the_toolbox_go_on_to_work(backbone, channels, tmp_path):
    model = dict(
        type='EncoderDecoder',
        pretrained='open-mmlab://nowhere',
        backbone=backbone,
        decode_head=dict(
            type='FCNHead',
            in_channels=channels,
            in_index=0,
            channels=4,
            num_convs=1,
            concat_input=False,
            num_classes=2,
            out_channels=1,
            threshold=0.5,
        ),
    )
    with DefaultScope.overwrite_default_scope('mmseg'):
        built = MODELS.build(Config(dict(model=dict(model, pretrained=None))).model)
    content = {'meta': {'cfg': Config(dict(model=model)).pretty_text}, 'state_dict': built.state_dict()}
    torch.save(content, tmp_path / 'a.pth')
    loaded = load_segmentor(tmp_path / 'a.pth').state_dict()
    assert all(torch.equal(value, loaded[key]) for key, value in built.state_dict().items())


@pytest.mark.parametrize(
    ('model', 'reason'),
    [
        ({'data_preprocessor': {'type': 'SegDataPreProcessor', 'mean': [0.0], 'std': None}}, '(mean|std)'),
        ({'backbone': {'type': 'ResNet', 'depth': 50, 'style': 'none'}}, r"style in \['pytorch'"),
        ({'backbone': {'type': 'ResNet', 'depth': 50, 'num_stages': 0}}, 'num_stages >= 1'),
        ({'backbone': {'type': 'TIMMBackbone', 'model_name': 3}}, 'partition'),
    ],
)
def test_values_that_a_module_does_not_take_are_named(model, reason, tmp_path):
    with pytest.raises(ValueError, match=rf'the config of .*a\.pth cannot be built: .*{reason}'):
        load_segmentor(write(tmp_path, model))
