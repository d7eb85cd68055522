"""The command on drawn scenes, with the weights that ship."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest

from mmlp.cli import evaluate
from mmlp.datasets.synthetic import write_dataset

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

ORDER = ('evaluation.json', 'evaluation.csv', 'sweep.csv', 'sweep.png', 'worst.jpg')
FILES = set(ORDER)


@pytest.fixture(scope='module')
def scenes(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp('scenes') / 'set', 0, 3, size=(320, 240), progress=False)


@pytest.fixture
def run(tmp_path, capsys):
    """Runs the command; returns exit code, standard output and error."""

    def call(data, *arguments, out='out'):
        options = ('--workers', '1', '--threads', '1', '--device', 'cpu')
        code = evaluate.main([str(data), '-o', str(tmp_path / out), *options, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_everything_is_written_and_told(run, scenes, tmp_path):
    arguments = ('--thresholds', '0.3', '--min-scores', '0.95')
    code, out, err = run(scenes, *arguments)
    assert code == 0 and 'segment: lp_fpn_lite0 by' in err and 'anonymize: lp_fpn_lite0 by' in err
    assert {path.name for path in (tmp_path / 'out').iterdir()} == FILES
    document = json.loads((tmp_path / 'out/evaluation.json').read_text())
    assert set(document['commands']) == {'segment', 'anonymize'}
    segment, hiding = document['commands']['segment'], document['commands']['anonymize']
    assert (segment['threshold'], segment['min_score']) == (0.55, 0.8)
    assert (hiding['threshold'], hiding['min_score']) == (0.15, 0.7)
    assert segment['pictures'] == 3 and segment['plates'] == hiding['plates'] > 0
    assert [
        (row['command'], row['option'], row['threshold'], row['min_score']) for row in document['sweep']
    ] == [
        ('segment', '--threshold', 0.3, pytest.approx(0.57)),
        ('segment', '--threshold', 0.55, 0.8),
        ('segment', '--min-score', 0.55, 0.8),
        ('segment', '--min-score', 0.55, 0.95),
        ('anonymize', '--threshold', 0.15, 0.7),
        ('anonymize', '--threshold', 0.3, 0.7),
        ('anonymize', '--min-score', 0.15, 0.7),
        ('anonymize', '--min-score', 0.15, 0.95),
    ]
    assert out.startswith(f'{segment["plates"]} plates in 3 pictures')
    assert '0.7 *' in out and 'plates left readable' in out
    assert max(len(line) for line in out.splitlines() if str(tmp_path) not in line) < 110
    assert out.splitlines()[-5:] == [str(tmp_path / 'out' / name) for name in ORDER]
    assert cv2.imread(str(tmp_path / 'out/worst.jpg')).shape[1] >= 600
    assert cv2.imread(str(tmp_path / 'out/sweep.png')) is not None
    assert len(list(csv.DictReader((tmp_path / 'out/evaluation.csv').open()))) == 3


def test_options_hold_for_both_and_defaults_for_each(run, scenes, tmp_path):
    options = ('--no-sweep', '--min-score', '0.4', '--no-refine', '--every', '2', '--worst', '0')
    code, out, _ = run(scenes, *options)
    document = json.loads((tmp_path / 'out/evaluation.json').read_text())
    assert code == 0 and document['sweep'] == [] and document['every'] == 2
    for command, size in (('segment', 384), ('anonymize', 512)):
        assert f'long side {size}' in document['commands'][command]['how']
        assert 'refinement' not in document['commands'][command]['how']
        assert document['commands'][command]['min_score'] == 0.4
        assert document['commands'][command]['pictures'] == 2
    assert {path.name for path in (tmp_path / 'out').iterdir()} == {'evaluation.json', 'evaluation.csv'}
    assert '*' not in out


def test_what_is_passed_over_is_told_and_not_found(run, scenes, tmp_path):
    options = ('--no-sweep', '--as', 'segment', '--every', '2', '--worst', '0', '--exclude', '0,0,100%,100%')
    code, _, err = run(scenes, *options)
    figures = json.loads((tmp_path / 'out/evaluation.json').read_text())['commands']['segment']
    assert code == 0 and figures['finds'] == 0 and figures['recall']['value'] == 0
    assert 'not within' in figures['how'] and 'not within' in err


def test_what_is_there_is_replaced_when_asked_for_only(run, scenes, tmp_path):
    (tmp_path / 'out').mkdir()
    for name in (*FILES, 'mine.txt'):
        (tmp_path / 'out' / name).write_text('mine')
    fast = ('--no-sweep', '--as', 'segment', '--worst', '0', '--every', '4')
    code, _, err = run(scenes, *fast)
    assert code == 2 and 'exist already; --overwrite replaces them' in err
    assert all(path.read_text() == 'mine' for path in (tmp_path / 'out').iterdir())
    assert run(scenes, *fast, '--overwrite')[0] == 0
    # Of a former evaluation nothing is left that this one does not have.
    assert {path.name for path in (tmp_path / 'out').iterdir()} == {
        *('evaluation.json', 'evaluation.csv', 'mine.txt'),
    }


def write_images(root, masks):
    for folder in ('images', 'masks'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for name, mask in masks.items():
        cv2.imwrite(str(root / 'images' / name), np.full((96, 128, 3), 70, np.uint8))
        if mask is not None:
            cv2.imwrite(str(root / 'masks' / f'{name}.png'), mask)


def test_what_cannot_be_used_is_named_and_told_by_the_exit_code(run, tmp_path):
    blank, ignored = np.zeros((96, 128), np.uint8), np.full((96, 128), 128, np.uint8)
    write_images(
        tmp_path / 'set',
        {'a.png': blank, 'b.png': ignored, 'c.png': None, 'd.png': blank[:50], 'e.png': blank},
    )
    (tmp_path / 'set/images/e.png').write_bytes(b'no picture')
    code, out, err = run(tmp_path / 'set', '--min-scores', '0.5', '--as', 'anonymize')
    assert code == 1
    assert 'd.png.png: is 128 x 50 pixels, its picture 128 x 96' in err
    assert 'c.png: there is no mask' in err and 'e.png: is not a picture' in err
    assert '2 of 5 pictures' in err and '0 plates in 2 pictures' in out
    document = json.loads((tmp_path / 'out/evaluation.json').read_text())
    assert len(document['unusable']) == 3 and document['commands']['anonymize']['recall']['value'] is None
    rows = list(csv.DictReader((tmp_path / 'out/evaluation.csv').open()))
    assert [bool(row['error']) for row in rows] == [False, False, True, True, True]
    assert (tmp_path / 'out/sweep.png').is_file() and not (tmp_path / 'out/worst.jpg').exists()


def test_where_nothing_can_be_used_nothing_is_written(run, tmp_path):
    write_images(tmp_path / 'set', {'a.png': np.zeros((9, 9), np.uint8)})
    code, _, err = run(tmp_path / 'set')
    assert code == 1 and 'none of the 1 pictures could be used: nothing was written' in err
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['absent'], "'absent' does not exist"),
        (['set', '--split', 'test'], 'mmlp convert'),
        (['two'], 'plate_values does not say which of them are plates'),
        (['one', '--model', 'absent.pth'], 'absent.pth'),
        (['one', '--ignore-values', '300'], 'ignore_values must lie in 0..255'),
        (['one', '-o', 'text/out'], 'text is no folder'),
    ],
)
def test_mistakes(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    mask = np.zeros((96, 128), np.uint8)
    mask[10:20, 10:40] = 255
    write_images(tmp_path / 'one', {'a.png': mask})
    two = np.where(mask, 1, 0).astype(np.uint8)
    two[40:60, 50:90] = 2
    write_images(tmp_path / 'two', {'a.png': two})
    (tmp_path / 'set').mkdir()
    (tmp_path / 'text').write_text('')
    assert evaluate.main([*arguments, *([] if '-o' in arguments else ['-o', 'out']), '--workers', '1']) == 2
    err = capsys.readouterr().err
    assert 'error: ' in err and message in err and not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    'arguments',
    [
        ['--thresholds', '0.3', '--no-sweep'],
        ['--thresholds', '2'],
        ['--margin', '101'],
        ['--margin', 'nan'],
        ['--as', 'publish'],
        ['--every', '0'],
    ],
)
def test_options_that_make_no_sense(arguments, capsys):
    with pytest.raises(SystemExit) as leaving:
        evaluate.parse_args(['set', '-o', 'out', *arguments])
    assert leaving.value.code == 2 and capsys.readouterr().err.startswith('error: ')


def test_the_help_tells_the_defaults_of_both(capsys):
    with pytest.raises(SystemExit):
        evaluate.parse_args(['--help'])
    told = ' '.join(capsys.readouterr().out.split())
    assert '(default: 384; of anonymize: 512)' in told
    assert '(default: of the model, mostly 0.5; of anonymize: 0.15)' in told
    assert 'of anonymize: 0.7, with --no-refine 0.55)' in told
    assert told.count('of anonymize:') == 5


def test_an_interruption_leaves_nothing(scenes, tmp_path, monkeypatch):
    calls = []

    def read(*arguments):
        calls.append(arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*arguments)

    from mmlp.jobs import evaluate as job

    original = job.read_labelled_image
    monkeypatch.setattr(job, 'read_labelled_image', read)
    with pytest.raises(KeyboardInterrupt):
        evaluate.main([str(scenes), '-o', str(tmp_path / 'out'), '--no-sweep', '--workers', '1'])
    assert not (tmp_path / 'out').exists()
