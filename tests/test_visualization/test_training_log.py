"""The reading of MMEngine's scalars, with rows as its LoggerHook writes them."""

from __future__ import annotations

import json
import math

import pytest

from mmlp.visualization import load_training_log


def train_row(iteration, loss=1.0, epoch=None):
    row = {'lr': 0.1, 'loss': loss, 'iter': iteration, 'step': iteration}
    return row if epoch is None else {**row, 'epoch': epoch}


def val_row(step, plate_iou):
    return {'plate_iou': plate_iou, 'time': 0.1, 'step': step}


def write_run(work_dir, timestamp, rows):
    file = work_dir / timestamp / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text(''.join(json.dumps(row) + '\n' for row in rows), encoding='utf-8')
    return file


# Seven iterations an epoch, logged every third: what MMEngine 0.10 writes with ignore_last=True.
EPOCHS_1_AND_2 = [
    train_row(3, 0.9, 1),
    train_row(6, 0.8, 1),
    val_row(1, 10.0),
    train_row(10, 0.7, 2),
    train_row(13, 0.6, 2),
    val_row(2, 20.0),
]
EPOCH_3 = [train_row(17, 0.5, 3), train_row(20, 0.4, 3), val_row(3, 30.0)]


def test_epochs_and_iterations_are_put_on_one_axis(tmp_path):
    write_run(tmp_path, '20250101_000000', EPOCHS_1_AND_2)
    log = load_training_log(tmp_path)
    assert log.iters_per_epoch == 7
    assert log.counts_epochs
    assert log.series('loss') == ([3, 6, 10, 13], [0.9, 0.8, 0.7, 0.6], False)
    assert log.series('loss', 'epoch')[0] == pytest.approx([3 / 7, 6 / 7, 10 / 7, 13 / 7])
    assert log.series('plate_iou', 'epoch') == ([1, 2], [10.0, 20.0], True)
    assert log.series('plate_iou', 'iteration') == ([7, 14], [10.0, 20.0], True)
    assert log.keys == ['loss', 'plate_iou']


def test_validation_by_iteration(tmp_path):
    write_run(tmp_path, '20250101_000000', [train_row(3), val_row(5, 10.0), train_row(6), val_row(10, 20.0)])
    log = load_training_log(tmp_path)
    assert not log.counts_epochs
    assert log.series('plate_iou') == ([5, 10], [10.0, 20.0], True)


def test_first_epoch_has_no_length_yet(tmp_path):
    write_run(tmp_path, '20250101_000000', EPOCHS_1_AND_2[:3])
    log = load_training_log(tmp_path)
    assert log.iters_per_epoch is None
    assert not log.counts_epochs
    assert log.series('plate_iou') == ([6], [10.0], True)


def test_a_resumed_run_continues_where_its_checkpoint_was(tmp_path):
    """The first run got to epoch 3 and was resumed from the end of epoch 2."""
    first = write_run(tmp_path, '20250101_000000', [*EPOCHS_1_AND_2, train_row(17, 9.0, 3), val_row(3, 99.0)])
    second = write_run(tmp_path, '20250101_120000', EPOCH_3)
    (tmp_path / '20250102_000000').mkdir()  # a test of the checkpoint leaves a folder without scalars
    log = load_training_log(tmp_path)
    assert log.series('loss') == ([3, 6, 10, 13, 17, 20], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4], False)
    assert log.series('plate_iou', 'epoch') == ([1, 2, 3], [10.0, 20.0, 30.0], True)
    assert log.files == [first, second]
    assert log.superseded == []


def test_a_run_started_anew_replaces_the_one_before(tmp_path):
    """The new one logs less often than the old one, whose first rows must not stay."""
    old = write_run(tmp_path, '20250101_000000', [train_row(i) for i in (10, 20, 30)] + [val_row(30, 50.0)])
    new = write_run(tmp_path, '20250102_000000', [train_row(50, 0.5), train_row(100, 0.4)])
    log = load_training_log(tmp_path)
    assert log.series('loss') == ([50, 100], [0.5, 0.4], False)
    assert 'plate_iou' not in log.keys
    assert log.files == [new]
    assert log.superseded == [old]


@pytest.mark.parametrize('depth', [1, 2, 3])
def test_a_single_run_or_file_is_read_alone(tmp_path, depth):
    file = write_run(tmp_path / 'lp_tiny', '20250101_000000', EPOCHS_1_AND_2)
    write_run(tmp_path / 'lp_tiny', '20250102_000000', EPOCH_3)
    path = [file, file.parent, file.parent.parent][depth - 1]
    log = load_training_log(path)
    assert len(log.train) == 4
    assert log.name == 'lp_tiny/20250101_000000'


def test_name_of_a_work_directory(tmp_path):
    write_run(tmp_path / 'lp_tiny', '20250101_000000', EPOCHS_1_AND_2)
    assert load_training_log(tmp_path / 'lp_tiny').name == 'lp_tiny'
    assert load_training_log(tmp_path / 'lp_tiny', 'baseline').name == 'baseline'


def test_hierarchical_names_and_nan(tmp_path):
    rows = [{'train/loss': 1.0, 'iter': 1, 'step': 1}, {'train/loss': math.nan, 'iter': 2, 'step': 2}]
    write_run(tmp_path, '20250101_000000', [*rows, {'val/plate_iou': 5.0, 'step': 2}])
    log = load_training_log(tmp_path)
    assert log.series('loss') == ([1], [1.0], False)
    assert log.series('plate_iou') == ([2], [5.0], True)


def test_missing_scalar_lists_what_there_is(tmp_path):
    write_run(tmp_path, '20250101_000000', EPOCHS_1_AND_2)
    with pytest.raises(KeyError, match=r"'mIoU' is not in the log of .* There are: loss, plate_iou"):
        load_training_log(tmp_path).series('mIoU')


def test_no_log(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        load_training_log(tmp_path / 'nowhere')
    with pytest.raises(FileNotFoundError, match='LocalVisBackend'):
        load_training_log(tmp_path)


def test_not_a_log(tmp_path):
    file = tmp_path / 'run.log'
    file.write_text('{"loss": 1.0, "iter": 1}\n2025/01/01 INFO Epoch(train)\n', encoding='utf-8')
    with pytest.raises(ValueError, match=r'line 2: expected a JSON object a line'):
        load_training_log(file)
    file.write_text('', encoding='utf-8')
    with pytest.raises(ValueError, match='no training iterations'):
        load_training_log(file)
