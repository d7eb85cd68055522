import argparse
import math
import shlex
import urllib.request

import pytest
import torch
from helpers.torchvision_models import MODELS_DIR, build_ours
from mmengine import Config, DictAction
from mmengine.runner import CheckpointLoader, Runner
from mmseg.apis import init_model
from mmseg.registry import MODELS
from torchvision.models.segmentation import DeepLabV3_ResNet50_Weights, DeepLabV3_ResNet101_Weights

from mmlp.checkpoints import read_torchvision_weights
from mmlp.checkpoints.torchvision_scheme import OTHER_STARTS

COCO = 'torchvision-seg://deeplabv3_resnet50'


@pytest.fixture
def torch_home(tmp_path, monkeypatch):
    monkeypatch.setenv('TORCH_HOME', str(tmp_path))
    return tmp_path


@pytest.fixture
def coco_in_cache(torch_home, coco_model):
    """A cache as a download would leave it, with random weights."""
    folder = torch_home / 'hub' / 'checkpoints'
    folder.mkdir(parents=True)
    name = DeepLabV3_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1.url.rsplit('/', 1)[1]
    torch.save(coco_model.state_dict(), folder / name)
    return coco_model


@pytest.fixture(scope='module')
def plate_file(plate_segmenter, tmp_path_factory):
    path = tmp_path_factory.mktemp('original') / 'model_249.pth'
    args = argparse.Namespace(epochs=250) if hasattr(torch.serialization, 'safe_globals') else {'epochs': 250}
    torch.save({'model': plate_segmenter.state_dict(), 'optimizer': {}, 'epoch': 249, 'args': args}, path)
    return path


def assert_from_coco(model, coco_model):
    ours, theirs = model.state_dict(), coco_model.state_dict()
    for key in ('backbone.layer4.2.bn3.weight', 'backbone.layer3.5.conv2.weight'):
        assert torch.equal(ours[key], theirs[key])
    assert torch.equal(ours['auxiliary_head.conv_seg.weight'], theirs['aux_classifier.4.weight'][1:2])
    # The last convolution is drawn like any new nn.Conv2d of 256 channels.
    weight = ours['decode_head.conv_seg.weight']
    assert weight.shape == (1, 256, 1, 1)
    assert 0.9 / math.sqrt(256) < weight.abs().max() <= 1 / math.sqrt(256)


def test_init_cfg_of_the_segmentor(coco_in_cache):
    model = build_ours(50, init_cfg=dict(type='Pretrained', checkpoint=COCO))
    model.init_weights()
    assert_from_coco(model, coco_in_cache)
    theirs = coco_in_cache.state_dict()['classifier.0.project.0.weight']
    assert torch.equal(model.decode_head.projection.conv.weight, theirs)


def test_init_cfg_of_single_parts_leaves_the_decode_head_new(coco_in_cache):
    model = build_ours(50)
    for name in ('backbone', 'auxiliary_head'):
        part = getattr(model, name)
        part.init_cfg = dict(type='Pretrained', checkpoint=COCO, prefix=name)
    model.init_weights()
    assert_from_coco(model, coco_in_cache)
    theirs = coco_in_cache.state_dict()['classifier.0.project.0.weight']
    assert not torch.equal(model.decode_head.projection.conv.weight, theirs)


def test_load_from_of_the_runner_reports_what_does_not_fit(coco_in_cache, tmp_path, capsys):
    runner = Runner(
        model=build_ours(50),
        work_dir=str(tmp_path),
        load_from=COCO,
        experiment_name='scheme',
        log_level='INFO',
    )
    runner.load_or_resume()
    assert_from_coco(runner.model, coco_in_cache)
    log = next(tmp_path.rglob('*.log')).read_text()
    assert 'left out: classifier.4.weight (21 classes of COCO' in log
    printed = capsys.readouterr().out
    assert (
        'missing keys in source state_dict: decode_head.conv_seg.weight, decode_head.conv_seg.bias' in printed
    )
    assert 'unexpected key' not in printed


def test_original_file_in_the_inference_api(plate_file, plate_segmenter):
    config = Config.fromfile(MODELS_DIR / 'deeplabv3_r50.py')
    config.custom_imports = dict(imports=['mmlp'])
    model = init_model(config, f'torchvision-seg://{plate_file}', device='cpu')
    assert model.dataset_meta['classes'] == ('background', 'plate')
    picture = torch.randn(1, 3, 40, 56)
    with torch.no_grad():
        actual = model.predict(picture)[0].seg_logits.data
        expected = plate_segmenter(picture)['out'][0].sigmoid()
    torch.testing.assert_close(actual, expected, rtol=1e-5, atol=1e-5)


def test_relative_path(plate_file, monkeypatch):
    monkeypatch.chdir(plate_file.parent)
    checkpoint = CheckpointLoader.load_checkpoint(f'torchvision-seg://{plate_file.name}')
    assert checkpoint['state_dict']['decode_head.conv_seg.weight'].shape == (1, 256, 1, 1)


def test_typing_error_names_what_is_known():
    with pytest.raises(FileNotFoundError, match='deeplabv3_resnet50, deeplabv3_resnet101'):
        read_torchvision_weights('torchvision-seg://deeplabv3_resnet18')


def test_offline_says_which_file_to_put_where(torch_home, monkeypatch):
    # Nothing listens on port 9 of this machine.
    monkeypatch.setenv('https_proxy', 'http://127.0.0.1:9')
    monkeypatch.delenv('no_proxy', raising=False)
    monkeypatch.setattr(urllib.request, '_opener', None)
    url = DeepLabV3_ResNet101_Weights.COCO_WITH_VOC_LABELS_V1.url
    path = torch_home / 'hub' / 'checkpoints' / url.rsplit('/', 1)[1]
    with pytest.raises(FileNotFoundError) as info:
        read_torchvision_weights('deeplabv3_resnet101')
    assert f'fetch {url} on another machine and put it to {path}' in str(info.value)
    assert list(path.parent.iterdir()) == []
    assert OTHER_STARTS in str(info.value)


def test_every_other_start_that_is_told_loads(coco_in_cache, tmp_path):
    """The options of the message, with files in the place of those that it names."""
    source = coco_in_cache.state_dict()
    torch.save(source, tmp_path / 'FILE.pth')
    resnet = {key[9:]: value for key, value in source.items() if key.startswith('backbone.')}
    torch.save(resnet, tmp_path / 'resnet101-FILE.pth')
    told = OTHER_STARTS.replace('/path/to', str(tmp_path)).replace('\\\n', ' ')
    starts = [shlex.split(line) for line in told.splitlines() if line.startswith('    model.')]
    assert len(starts) == 3
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=DictAction)
    loaded = []
    for options in starts:
        cfg = Config.fromfile(MODELS_DIR / 'deeplabv3_r50.py')
        cfg.merge_from_dict(parser.parse_args(['--cfg-options', *options]).cfg_options)
        model = MODELS.build(cfg.model)
        model.init_weights()
        pairs = (
            (model.backbone.layer1[0].conv1.weight, source['backbone.layer1.0.conv1.weight']),
            (model.auxiliary_head.convs[0].conv.weight, source['aux_classifier.0.weight']),
        )
        loaded.append(tuple(torch.equal(ours, theirs) for ours, theirs in pairs))
    assert loaded == [(True, True), (True, False), (False, False)]
