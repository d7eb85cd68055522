"""The script for a CUDA card, its parts on the CPU and at a small size."""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from helpers.benchmark_scripts import load_benchmark
from mmengine.config import Config

from mmlp.weights import resolve_weights

FAKE_PARTS = """
import json, subprocess, sys, time
name, settings, result = sys.argv[1:]
assert json.load(open(settings))['device'] == 'cpu'
if name == 'step':
    rows = [{'step': 'float32', 'seconds': 0.123456}, {'step': 'a|b', 'failed': 'no compiler'}]
    json.dump(rows, open(result, 'w'))
elif name == 'test':
    sys.exit('they differ')
else:
    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
    print(child.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def keep_threads():
    threads, opencv_threads = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(threads)
    cv2.setNumThreads(opencv_threads)


@pytest.fixture
def script(monkeypatch, tmp_path):
    script = load_benchmark('graphics_card')
    (tmp_path / 'parts.py').write_text(FAKE_PARTS)
    monkeypatch.setattr(script, '_SCRIPT', tmp_path / 'parts.py')
    return script


def _parts(tmp_path, plate_root):
    return ['--device', 'cpu', '--data-root', str(plate_root), '--out-dir', str(tmp_path / 'out')]


@pytest.mark.skipif(sys.platform != 'linux', reason='asks /proc for processes')
def test_parts_that_fail_or_hang_are_reported_and_the_others_go_on(script, tmp_path, plate_root):
    started = time.monotonic()
    parts = ['test', 'step', 'inference', 'train']
    report = script.main([*parts, '--time-limit', '4', *_parts(tmp_path, plate_root)])
    assert time.monotonic() - started < 30
    assert {name: part['status'] for name, part in report['parts'].items()} == {
        'test': 'failed',
        'step': 'done',
        'inference': 'over time',
        'train': 'not run',
    }
    assert report['parts']['test']['reason'] == 'they differ (see test.log)'
    assert json.loads((tmp_path / 'out' / 'report.json').read_text()) == report
    text = (tmp_path / 'out' / 'report.md').read_text()
    assert '| float32 | 0.1235 |  |' in text and '| a/b |  | no compiler |' in text
    assert '## train: not run' in text and 'the time was over' in text
    child = (tmp_path / 'out' / 'inference.log').read_text().strip()
    state = Path('/proc', child, 'stat')
    time.sleep(0.2)
    assert not state.exists() or state.read_text().split()[2] == 'Z', 'what a part started is ended, too'


def test_mistakes_are_answered_at_once(script, tmp_path, plate_root, capsys):
    for arguments, message in (
        (['nothing', *_parts(tmp_path, plate_root)], 'unknown part nothing; known: tests, step'),
        (['step', '--device', 'cpu', '--data-root', str(tmp_path)], 'has no val/images'),
    ):
        with pytest.raises(SystemExit):
            script.main(arguments)
        assert message in capsys.readouterr().err
    if not torch.cuda.is_available():
        with pytest.raises(SystemExit):
            script.main([])
        assert 'finds no CUDA device here; --device cpu --quick' in capsys.readouterr().err


@pytest.fixture
def parts():
    return load_benchmark('_card_parts')


@pytest.fixture
def settings(parts, tmp_path, plate_root):
    quick = load_benchmark('graphics_card').QUICK
    return parts.Settings('cpu', str(plate_root), str(tmp_path), **quick)


def test_steps_are_measured_and_one_that_cannot_be_made_is_named(parts, settings, monkeypatch):
    ways = {'float32': (False, False, False), 'channels last': (True, False, False)}
    monkeypatch.setattr(parts, 'STEPS', ways)
    measure = parts._measure_step
    monkeypatch.setattr(
        parts, '_measure_step', lambda settings, *way: 1 / 0 if way[0] else measure(settings, *way)
    )
    first, second = parts.measure_steps(settings)
    assert first['seconds'] > 0 and first['times as fast'] == 1 and 0.3 < first['last loss'] < 1.5
    assert second == {'step': 'channels last', 'failed': 'ZeroDivisionError: division by zero'}


def test_devices_are_compared_by_what_inference_gives(parts, settings, monkeypatch):
    config = str(parts.ROOT / 'configs' / 'lp_fpn_lite0.py')
    monkeypatch.setattr(parts, '_networks', lambda _: [('small', config, str(resolve_weights()))])
    (row,) = parts.compare_inference(settings)
    assert row['largest difference'] == 0 and row['number'] == 2 * 96 * 128
    for other in (np.full(4, 0.502), np.array([0.5, 0.5, 0.5, np.nan])):
        with pytest.raises(RuntimeError, match=r'small: figures differ by'):
            parts._differences('small', 'figures', [np.full(4, 0.5), other])
    assert parts._differences('small', 'figures', [np.full(4, 0.5), np.full(4, 0.5009)])['number'] == 4


def test_scores_of_both_devices_are_compared(parts, settings, monkeypatch):
    calls = []

    def call(arguments, environment=None):
        calls.append((arguments, environment))
        folder = Path(arguments[arguments.index('--work-dir') + 1], 'now')
        folder.mkdir(parents=True)
        scores = {
            'plate_iou': 83.0 + 0.05 * len(calls),
            'plate_recall_lt16': float('nan'),
            'time': len(calls),
        }
        (folder / 'now.json').write_text(json.dumps(scores))

    monkeypatch.setattr(parts, '_call', call)
    monkeypatch.setattr(parts, '_networks', lambda _: [('small', 'a.py', 'a.pth')])
    (row,) = parts.compare_metrics(settings)
    assert row['number'] == 2 and row['largest difference'] == pytest.approx(0.0005)
    assert all(arguments[1].endswith('test.py') and 'a.pth' in arguments for arguments, _ in calls)
    card, cpu = (environment for _, environment in calls)
    assert card['NVIDIA_TF32_OVERRIDE'] == '0' and cpu == {'CUDA_VISIBLE_DEVICES': ''}


@pytest.mark.parametrize('losses', [[0.9, 0.8], [0.9], [0.9, float('nan')]])
def test_a_training_is_as_long_as_asked_for_and_its_losses_are_numbers(parts, settings, losses, monkeypatch):
    def call(arguments, environment=None):
        config = Config.fromfile(arguments[2])
        assert config.train_cfg == dict(type='IterBasedTrainLoop', max_iters=2, val_interval=10**9)
        assert config.model.backbone.init_cfg is None and '--amp' not in arguments
        folder = Path(arguments[arguments.index('--work-dir') + 1], 'now', 'vis_data')
        folder.mkdir(parents=True)
        lines = [json.dumps({'loss': loss, 'time': 0.5, 'memory': 7}) for loss in losses]
        (folder / 'scalars.json').write_text('\n'.join(lines))

    monkeypatch.setattr(parts, '_call', call)
    if losses == [0.9, 0.8]:
        (row,) = parts.train(settings)
        assert (row['iterations'], row['loss, last tenth'], row['peak MiB']) == (2, 0.8, 7)
    else:
        with pytest.raises(RuntimeError, match='losses, the last of them'):
            parts.train(settings)
