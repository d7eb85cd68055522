"""That the benchmarks run and say what they promise to say; no test here looks at a time."""

import inspect
import json
import os
import sys
import time

import cv2
import numpy as np
import pytest
import torch
from helpers.benchmark_scripts import load_benchmark


@pytest.fixture(autouse=True)
def keep_threads():
    threads, opencv_threads = torch.get_num_threads(), cv2.getNumThreads()
    yield
    torch.set_num_threads(threads)
    cv2.setNumThreads(opencv_threads)


def run(name, folder, *arguments):
    """A quick run's report, which is the written one, beside a plot that shows something."""
    report = load_benchmark(name).main(['--quick', '--out-dir', str(folder), *arguments])
    assert json.loads((folder / f'{name}.json').read_text()) == report
    assert cv2.imread(str(folder / f'{name}.png')).std() > 5
    assert report['command'].startswith(f'python tools/analysis_tools/benchmarks/{name}.py --quick')
    assert report['machine']['threads'] == 1
    assert report['machine']['packages']['torch']
    return report


def test_methods_take_turns():
    common = load_benchmark('_common')
    calls = []
    methods = {name: lambda number, name=name: calls.append((name, number)) for name in 'ab'}
    ticks = iter(range(1000))
    times = common.time_in_turn(methods, 3, lambda: next(ticks) ** 2)
    assert calls == [(name, number) for number in (0, 0, 1, 2) for name in 'ab']
    # Differences of squares that follow each other grow by 2; warming up, the clock is asked twice.
    assert times == {'a': [5, 13, 21], 'b': [9, 17, 25]}
    assert common.medians(times) == {'a': 13, 'b': 17}
    assert common.spreads(times) == {'a': 8 / 13, 'b': 8 / 17}
    assert common.times_faster({'a': 6.0, 'b': 2.0}, 'a') == {'a': 1.0, 'b': 3.0}


def test_one_thread_is_measured_by_the_processor_s_time():
    common = load_benchmark('_common')
    assert common.clock_of(1) is time.process_time
    assert common.clock_of(2) is common.clock_of(1, 'cuda') is time.perf_counter


def test_memory_of_a_function_is_its_peak(capfd):
    common = load_benchmark('_common')
    measured = common.measure_in_fork(lambda: int(np.ones(50_000_000, np.uint8).sum()))
    if measured is None:
        pytest.skip('the system does not tell the memory of a process')
    assert measured.result == 50_000_000
    assert 50e6 <= measured.peak_growth < 60e6
    with pytest.raises(RuntimeError, match='failed'):
        common.measure_in_fork(lambda: 1 / 0)
    assert 'ZeroDivisionError' in capfd.readouterr().err


def test_start_up(tmp_path, capsys):
    environments = [f'{name}={sys.executable}' for name in ('one', 'other')]
    report = run('start_up', tmp_path, '--environment', *environments)
    names = [name for name in report['rows'] if not name.endswith(' --help')]
    assert names == ['anonymize', 'segment', 'import mmlp', '--help, the most of 2']
    for name, row in report['rows'].items():
        assert list(row) == ['one', 'other']
        for cost in row.values():
            assert 0 < cost['processor'] < 60 and 5e6 < cost['memory'] < 2e9, name
    assert report['space']['one'] == report['space']['other'] > 1e8
    printed = capsys.readouterr().out
    assert '| | one | other |\n|---|---|---|\n| packages on the disk |' in printed
    assert printed.count(' MB |\n') == 5


def test_what_a_process_takes_is_its_own(tmp_path):
    """And not what the process has that measures it, which holds PyTorch."""
    start_up = load_benchmark('start_up')
    code = 'import time\nheld = bytearray(b"x") * 60_000_000\nwhile time.process_time() < 0.3: pass'
    cost = start_up.measure(sys.executable, ['-c', code], tmp_path)
    assert 0.3 <= cost.processor < 0.6 and 60e6 < cost.memory < 90e6 and cost.wall >= 0.3
    code = 'import sys; print("sad", file=sys.stderr); sys.exit(3)'
    with pytest.raises(RuntimeError, match='exited with 3: sad'):
        start_up.measure(sys.executable, ['-c', code], tmp_path)
    (tmp_path / 'file').write_bytes(b'x' * 100_000)
    os.link(tmp_path / 'file', tmp_path / 'same')
    assert 100_000 <= start_up.space_of(tmp_path) < 200_000


def test_an_environment_without_mmlp_is_a_mistake(tmp_path, capsys):
    start_up = load_benchmark('start_up')
    (tmp_path / 'python').write_text(f'#!/bin/sh\nexec {sys.executable} -I -S "$@"\n')
    (tmp_path / 'python').chmod(0o755)
    with pytest.raises(ValueError, match='has no mmlp'):
        start_up.find_environment(str(tmp_path / 'python'), tmp_path)
    with pytest.raises(SystemExit):
        start_up.main(['--environment', 'python'])
    assert "expected NAME=PYTHON, a name and an interpreter, got 'python'" in capsys.readouterr().err


def test_lovasz_loss(tmp_path, capsys):
    benchmark = load_benchmark('lovasz_loss')
    report = run('lovasz_loss', tmp_path)
    assert [row['stage'] for row in report['stages']] == list(benchmark.STAGES)
    assert all(
        seconds > 0 for row in report['stages'] + report['scaling'] for seconds in row['seconds'].values()
    )
    assert 'BinaryLovaszLoss, sigmoid' in capsys.readouterr().out


def test_losses_that_are_compared_are_equal():
    benchmark = load_benchmark('lovasz_loss')
    for stage in benchmark.STAGES:
        logits, labels = benchmark.make_batch(64, 64, stage, 'cpu')
        assert (labels == 1).float().mean().item() == pytest.approx(benchmark.PLATE_SHARE, rel=0.2)
        for ours, theirs in benchmark.BASELINE.items():
            value = benchmark.METHODS[ours](logits, labels).item()
            assert value == pytest.approx(benchmark.METHODS[theirs](logits, labels).item(), rel=1e-4)


def test_feeding(tmp_path):
    benchmark = load_benchmark('feeding')
    report = run('feeding', tmp_path)
    assert [row['title'] for row in report['rows']] == ['large photographs', 'small photographs']
    for row in report['rows']:
        assert {*benchmark.DECODERS, benchmark.SAMPLING, *benchmark.make_chains()} == set(row['seconds'])
        assert all(seconds > 0 for seconds in row['seconds'].values())
        for reached in row['reached'].values():
            assert set(reached) == {*report['goals'], 'sampling'}
        assert row['fastest_decoder'] in benchmark.DECODERS
        assert row['fastest_other'] not in (benchmark.ORIGINAL, benchmark.ONE_SAMPLING)


def test_chains_end_at_crops_with_masks(tmp_path):
    benchmark = load_benchmark('feeding')
    picture, mask = tmp_path / 'a.jpg', tmp_path / 'a.jpg.png'
    cv2.imwrite(str(picture), np.full((300, 420, 3), 200, np.uint8))
    cv2.imwrite(str(mask), np.ones((300, 420), np.uint8))
    for name, chain in benchmark.make_chains().items():
        covered = []
        for seed in range(3):
            benchmark.run_all(lambda *pair: None, [], seed)
            img, target = (np.asarray(one).squeeze() for one in chain(picture, mask))
            assert sorted(img.shape) == [3, 480, 480], name
            assert target.shape == (480, 480), name
            # Picture and mask go the same way: all of the picture is plate, and what lies outside is not.
            bright = img.min(axis=img.shape.index(3)) > 100
            covered.append(bright.mean())
            assert (bright == (target == 1)).mean() > 0.97, name
        assert 0.1 < min(covered) < 0.95, name


@pytest.mark.skipif(
    'fused' not in inspect.signature(torch.optim.SGD).parameters, reason='torch < 2.3 has no fused SGD'
)
def test_train_step(tmp_path):
    benchmark = load_benchmark('train_step')
    report = run('train_step', tmp_path)
    steps = report['steps']
    assert set(steps['seconds']) == set(benchmark.METHODS) - set(benchmark.SLOW)
    assert steps['compared_with'] == benchmark.ORIGINAL
    assert steps['times_faster'][benchmark.ORIGINAL] == 1
    # Every one trains: the two losses of the same weights, apart from dropout, of at most 1 and 0.5.
    for name, losses in steps['losses'].items():
        assert len(losses) == 2, name
        assert all(0.3 < loss < 1.5 for loss in losses), name
    assert set(report['optimisers']['seconds']) == set(benchmark.OPTIMISERS)
    assert all('not run on a GPU' in line for line in report['not_run'])


def test_flagship_inference(tmp_path):
    benchmark = load_benchmark('flagship_inference')
    report = run('flagship_inference', tmp_path)
    result = report['result']
    missing = {line.split(':')[0] for line in report['not_run']}
    assert set(result['seconds']) == set(benchmark.METHODS) - {benchmark.COMPILED} - missing
    assert all(share > 0 for share in result['share_of_peak'].values())
    # The engines are compared where they can differ.
    assert result['probabilities']['largest'] - result['probabilities']['smallest'] > 0.1
    assert all(result['probabilities'][name] <= benchmark.TOLERANCE for name in result['seconds'])


def test_operations_are_counted_twice_a_product():
    import torch

    network = torch.nn.Conv2d(3, 8, 3, padding=1, bias=False)
    assert load_benchmark('flagship_inference').count_operations(network, 10, 20) == 2 * 3 * 8 * 9 * 10 * 20


def test_scale(tmp_path):
    report = run('scale', tmp_path)
    assert [(row['pictures'], row['check']) for row in report['dataset']] == [
        (20, True),
        (20, False),
        (40, True),
        (40, False),
    ]
    assert [row['frames'] for row in report['video']] == [4, 8]
    assert all(row['peak_bytes'] > 0 for row in report['dataset'] + report['video'])
    assert {row['varied'] for row in report['feeding']} == {'megapixels', 'batch', 'workers'}
    assert {row['varied'] for row in report['finding']} == {'long_side', 'batch'}
    assert all(row['images_per_second'] > 0 for row in report['feeding'] + report['finding'])


def test_linked_data_sets_have_as_many_pictures_as_asked_for(tmp_path):
    benchmark = load_benchmark('scale')
    root = benchmark.make_linked_dataset(tmp_path / 'data', 25, per_file=10)
    assert len(list((root / 'images').iterdir())) == len(list((root / 'masks').iterdir())) == 25
