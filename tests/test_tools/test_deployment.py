"""Export and publication from the command line."""

from __future__ import annotations

import hashlib
import runpy
import sys
from pathlib import Path

import pytest
import torch
from mmseg.apis import init_model
from mmseg.registry import MODELS

from mmlp.apis import PlateSegmenter, Runtime
from mmlp.apis.config_files import load_config

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    """The small network as a training run leaves it, with weights that were never trained."""
    torch.manual_seed(0)
    config = load_config('lp_fpn_lite0')
    path = tmp_path_factory.mktemp('run') / 'iter_1.pth'
    state = MODELS.build(config.model).state_dict()
    torch.save({'state_dict': state, 'optimizer': state, 'meta': {'cfg': config.pretty_text}}, path)
    return path


@pytest.fixture
def run(monkeypatch):
    def call(tool: str, *args: object) -> None:
        monkeypatch.setattr(sys, 'argv', [tool, *map(str, args)])
        runpy.run_path(str(TOOLS / tool), run_name='__main__')

    return call


def test_export_compares_writes_and_works(run, checkpoint, tmp_path, capsys, mistake):
    pytest.importorskip('onnx')
    pytest.importorskip('onnxruntime')
    out = tmp_path / 'out' / 'plates.onnx'
    run('deployment/export_onnx.py', checkpoint, '-o', out, '--size', 64, 96)
    printed = capsys.readouterr().out
    assert '2 x 64 x 96: largest difference to PyTorch' in printed and 'MB' in printed
    with pytest.raises(ValueError, match=r'plates\.onnx takes pictures of \? x 64 x 96 \(number'):
        PlateSegmenter(out, runtime=Runtime('onnxruntime'))
    run('deployment/export_onnx.py', checkpoint, '-o', out, '--overwrite')
    assert PlateSegmenter(out, runtime=Runtime('onnxruntime')).threshold == 0.5

    before = out.read_bytes()
    with mistake('exists already'):
        run('deployment/export_onnx.py', checkpoint, '-o', out)
    with mistake(r'more than -1; .* was not written'):
        run(
            'deployment/export_onnx.py', checkpoint, '-o', out,
            '--overwrite', '--size', 32, 32, '--tolerance', -1,
        )  # fmt: skip
    with mistake(r'.*no_such_config'):
        run(
            'deployment/export_onnx.py', checkpoint, '-o', tmp_path / 'new.onnx', '--config', 'no_such_config'
        )
    assert out.read_bytes() == before and list(out.parent.iterdir()) == [out]


def test_published_weights_work_in_the_toolbox_and_here(run, checkpoint, tmp_path, capsys, mistake):
    out = tmp_path / 'plates.pth'
    run('model_converters/publish_model.py', checkpoint, '-o', out, '--half')
    printed = capsys.readouterr().out
    assert hashlib.sha256(out.read_bytes()).hexdigest() in printed
    assert out.stat().st_size < 0.55 * checkpoint.stat().st_size

    PlateSegmenter(out, runtime=Runtime('pytorch', 'cpu'))
    model = init_model(load_config('lp_fpn_lite0'), str(out), device='cpu')
    assert model.dataset_meta['classes'] == ('background', 'plate')

    with mistake('exists already'):
        run('model_converters/publish_model.py', checkpoint, '-o', out)
    bare = tmp_path / 'bare.pth'
    torch.save({'state_dict': torch.load(out, weights_only=True)['state_dict']}, bare)
    with mistake('carries no config: give it by --config'):
        run('model_converters/publish_model.py', bare, '-o', tmp_path / 'other.pth')
    run('model_converters/publish_model.py', bare, '-o', tmp_path / 'other.pth', '--config', 'lp_fpn_lite0')
    assert (
        torch.load(tmp_path / 'other.pth', weights_only=True)['meta']['cfg']
        == (torch.load(out, weights_only=True)['meta']['cfg'])
    )
