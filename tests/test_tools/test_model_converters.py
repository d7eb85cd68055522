import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmengine import Config
from mmseg.apis import init_model
from torchvision.models.segmentation import deeplabv3_resnet50

import mmlp.modules  # noqa: F401

ROOT = Path(__file__).parents[2]
TOOL = ROOT / 'tools' / 'model_converters' / 'torchvision2mmseg.py'
CONFIG = ROOT / 'configs' / '_base_' / 'models' / 'deeplabv3_r50.py'


@pytest.fixture(scope='module')
def torchvision_model():
    torch.manual_seed(0)
    return deeplabv3_resnet50(weights=None, weights_backbone=None, num_classes=1, aux_loss=True).eval()


@pytest.fixture
def convert(monkeypatch):
    def run(*args):
        weights, out, *options = map(str, args)
        monkeypatch.setattr(sys, 'argv', [str(TOOL), weights, '-o', out, *options])
        runpy.run_path(str(TOOL), run_name='__main__')

    return run


def test_converted_file_works_in_the_inference_api(convert, torchvision_model, tmp_path, capsys):
    torch.save({'model': torchvision_model.state_dict(), 'epoch': 3}, tmp_path / 'src.pth')
    convert(tmp_path / 'src.pth', tmp_path / 'dst.pth')
    printed = capsys.readouterr().out
    assert 'classifier.* -> decode_head.*' in printed and 'ResNet-50' in printed
    assert 'left out: epoch' in printed

    model = init_model(Config.fromfile(CONFIG), str(tmp_path / 'dst.pth'), device='cpu')
    assert model.dataset_meta['classes'] == ('background', 'plate')
    picture = torch.randn(1, 3, 32, 40)
    with torch.no_grad():
        actual = model.predict(picture)[0].seg_logits.data
        expected = torchvision_model(picture)['out'][0].sigmoid()
    torch.testing.assert_close(actual, expected, rtol=1e-5, atol=1e-5)


def test_a_file_is_replaced_only_when_asked(convert, torchvision_model, tmp_path, capsys, mistake):
    torch.save(torchvision_model.state_dict(), tmp_path / 'src.pth')
    (tmp_path / 'dst.pth').write_text('mine')
    with mistake('exists already'):
        convert(tmp_path / 'src.pth', tmp_path / 'dst.pth')
    assert (tmp_path / 'dst.pth').read_text() == 'mine'
    convert(tmp_path / 'src.pth', tmp_path / 'dst.pth', '--overwrite')
    assert 'state_dict' in torch.load(tmp_path / 'dst.pth', weights_only=True)
    assert 'left out' not in capsys.readouterr().out


def test_mistakes_end_with_a_message_and_no_output(convert, tmp_path, mistake):
    with mistake('neither a file nor one of deeplabv3_resnet50'):
        convert(tmp_path / 'nothing.pth', tmp_path / 'dst.pth')
    torch.save({'conv.weight': torch.zeros(1)}, tmp_path / 'other.pth')
    with mistake(r'does not have: conv\.weight'):
        convert(tmp_path / 'other.pth', tmp_path / 'dst.pth')
    assert not (tmp_path / 'dst.pth').exists()
