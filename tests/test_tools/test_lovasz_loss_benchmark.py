import importlib.util
import json
from pathlib import Path

import cv2
import pytest

SCRIPT = Path(__file__).parents[2] / 'tools' / 'analysis_tools' / 'benchmarks' / 'lovasz_loss.py'


@pytest.fixture(scope='module')
def benchmark():
    spec = importlib.util.spec_from_file_location('lovasz_loss_benchmark', SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_runs_and_writes_its_report(benchmark, tmp_path, capsys):
    report = benchmark.main(['--quick', '--out-dir', str(tmp_path)])
    assert json.loads((tmp_path / 'lovasz_loss.json').read_text()) == report
    assert cv2.imread(str(tmp_path / 'lovasz_loss.png')) is not None
    assert [row['stage'] for row in report['stages']] == list(benchmark.STAGES)
    assert all(
        seconds > 0 for row in report['stages'] + report['scaling'] for seconds in row['seconds'].values()
    )
    assert 'BinaryLovaszLoss, sigmoid' in capsys.readouterr().out


def test_compares_what_is_equal(benchmark):
    for stage in benchmark.STAGES:
        logits, labels = benchmark.make_batch(64, 64, stage, 'cpu')
        assert (labels == 1).float().mean().item() == pytest.approx(benchmark.PLATE_SHARE, rel=0.2)
        for ours, theirs in benchmark.BASELINE.items():
            value = benchmark.METHODS[ours](logits, labels).item()
            assert value == pytest.approx(benchmark.METHODS[theirs](logits, labels).item(), rel=1e-4)
