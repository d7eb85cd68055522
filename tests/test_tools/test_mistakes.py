"""What users get wrong is answered in a line, whatever the tool, and never by a traceback."""

from __future__ import annotations

import logging
import os
import runpy
import sys
from pathlib import Path

import pytest
from helpers.tiny_config import TINY_CONFIG

from mmlp.engine import config_mistakes

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def run(tmp_path, monkeypatch, capsys, plate_root):
    """Runs a tool in a folder with what its arguments name; returns exit code and standard error."""
    # Loggers of earlier tests in this process write to what pytest has closed.
    monkeypatch.setattr(logging, 'raiseExceptions', False)
    (tmp_path / 'empty').touch()
    (tmp_path / 'empty.py').touch()
    (tmp_path / 'empty.onnx').touch()
    (tmp_path / 'bad.py').write_text('model = = 1')
    (tmp_path / 'text').write_text('hello')
    (tmp_path / 'tiny.py').write_text(TINY_CONFIG.format(configs=(ROOT / 'configs').as_posix()))
    (tmp_path / os.fsdecode(b'\xff\x1b[2J')).mkdir()
    monkeypatch.chdir(tmp_path)

    def call(tool: str, *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, 'argv', [tool, *arguments])
        monkeypatch.syspath_prepend(str((ROOT / tool).parent))
        code: object = 0
        try:
            runpy.run_path(str(ROOT / tool), run_name='__main__')
        except SystemExit as leaving:
            code = leaving.code
        return code, capsys.readouterr().err

    return call


DATA = ('--data-root', 'plates', '--work-dir', 'work')


@pytest.mark.parametrize(
    ('tool', 'arguments', 'message'),
    [
        ('tools/segment.py', ['absent'], 'absent: there is no such file or folder'),
        ('tools/segment.py', ['plates', '--threads', '99999999999'], 'num_threads must be 1 to 4096'),
        ('tools/anonymize.py', ['plates', '-o', 'text/out'], 'text is no folder'),
        ('tools/train.py', ['bad.py'], 'the config is not Python, line 1: invalid syntax'),
        ('tools/train.py', ['empty.py'], "the config cannot be used: it has no 'optim_wrapper'"),
        (
            'tools/train.py',
            ['tiny.py', *DATA, '--cfg-options', 'model.backbone.type=None_Such'],
            'the config cannot be used: ',
        ),
        (
            'tools/train.py',
            ['tiny.py', *DATA, '--cfg-options', 'model.nokey=1'],
            "unexpected keyword argument 'nokey'",
        ),
        ('tools/train.py', ['tiny.py', *DATA, '--cfg-options', 'train_cfg.max_iters=-1'], '1 or more'),
        ('tools/test.py', ['bad.py', 'empty'], 'the config is not Python'),
        ('tools/test.py', ['empty.py', 'empty'], "the config cannot be used: it has no 'model'"),
        ('tools/test.py', ['tiny.py', 'absent'], "'absent' is not a file and"),
        ('tools/complete_masks.py', ['absent'], 'does not exist'),
        ('tools/complete_masks.py', [os.fsdecode(b'\xff\x1b[2J')], '\\udcff\\x1b[2J'),
        ('tools/generate_synthetic_plates.py', ['--size', '9x9'], 'at least 64 x 64 pixels, got 9x9'),
        ('tools/dataset_converters/coco.py', ['absent', '-o', 'out'], 'absent'),
        ('tools/dataset_converters/export.py', ['absent', '--to', 'coco', '-o', 'out'], 'absent'),
        ('tools/model_converters/publish_model.py', ['absent', '-o', 'x.pth'], 'absent'),
        ('tools/model_converters/torchvision2mmseg.py', ['empty', '-o', 'x.pth'], 'empty'),
        (
            'tools/deployment/export_onnx.py',
            ['empty', '-o', 'x'],
            'empty could not be read',
        ),
        (
            'tools/deployment/export_onnx.py',
            ['lp_fpn_lite0', '-o', 'x', '--size', '0', '5'],
            '1 or more, got',
        ),
        ('tools/analysis_tools/analyze_logs.py', ['absent'], 'does not exist'),
        ('tools/analysis_tools/audit_dataset.py', ['bad.py'], 'the config is not Python'),
        ('tools/analysis_tools/browse_dataset.py', ['bad.py'], 'the config is not Python'),
        (
            'tools/analysis_tools/browse_dataset.py',
            ['tiny.py', '--cfg-options', 'train_dataloader=1'],
            'the config cannot be used: ',
        ),
        ('tools/analysis_tools/overfit.py', ['bad.py'], 'the config is not Python'),
        (
            'tools/analysis_tools/benchmarks/segmenters.py',
            ['quality', 'plates/val', '--peer', 'empty.onnx'],
            'ONNX Runtime cannot load empty.onnx',
        ),
        ('tools/analysis_tools/benchmarks/plate_corners.py', ['--count', '0'], '--count must be at least 1'),
        ('tools/analysis_tools/fuzz/fuzz.py', ['-n', '0'], '--number wants 1 or more'),
        ('tools/analysis_tools/fuzz/fuzz.py', ['--memory', 'nan'], '--memory numbers above 0'),
        ('examples/make_street.py', ['--out', 'street.nope'], 'street.nope'),
        ('examples/make_animation.py', ['--frames', '0'], '--frames wants 1 or more'),
    ],
)
def test_a_mistake(run, tool, arguments, message):
    if tool.endswith('export_onnx.py'):
        pytest.importorskip('onnx')
    before = {path.name for path in Path().iterdir()}
    code, said = run(tool, *arguments)
    assert code == 2 and message in said, said
    assert 'error: ' in said and 'Traceback' not in said and '\x1b' not in said
    assert {path.name for path in Path().iterdir()} - before <= {'work'}


@pytest.mark.parametrize(
    ('raised', 'message'),
    [
        (KeyError('model'), "^the config cannot be used: it has no 'model'$"),
        (KeyError('Nope is not in the registry'), '^the config cannot be used: Nope is not in the registry$'),
        (TypeError('unexpected'), '^the config cannot be used: unexpected$'),
        (SyntaxError('invalid', ('x.py', 3, 1, 'a = =')), '^the config is not Python, line 3: invalid$'),
        (ValueError('as it is'), '^as it is$'),
    ],
)
def test_mistakes_in_configs(raised, message):
    with pytest.raises(ValueError, match=message), config_mistakes():
        raise raised
