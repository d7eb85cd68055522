"""``mmlp segment`` as a user calls it."""

import json
import re
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.verb_samples import BOX, plate_picture, write_checkpoint, write_samples

from mmlp.cli import segment as tool
from mmlp.media import write_image


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('model') / 'bright.pth')


@pytest.fixture
def segment(checkpoint, tmp_path, monkeypatch):
    """Calls the tool within the test's folder."""
    monkeypatch.chdir(tmp_path)
    options = ['--model', str(checkpoint), '--backend', 'pytorch', '--device', 'cpu', '--threads', '1']
    return lambda *arguments: tool.main([*map(str, arguments), *options])


def test_one_picture_and_no_option(segment, tmp_path, capsys):
    write_image('photo.jpg', plate_picture())
    assert segment('photo.jpg') == 0
    line = capsys.readouterr().out
    written = r'outputs/overlay/photo\.jpg, outputs/json/photo\.json'
    assert re.fullmatch(rf'photo\.jpg: 1 plate \(score 1\.00\) -> {written}\n', line)
    (plate,) = json.loads((tmp_path / 'outputs/json/photo.json').read_text())['plates']
    np.testing.assert_allclose(plate['box'], np.array(BOX) - 0.5, atol=1.5)
    overlay = cv2.imread('outputs/overlay/photo.jpg').astype(int)
    assert np.abs(overlay - plate_picture()).max() > 80


def test_folders_patterns_and_videos_mixed(segment, tmp_path, capsys):
    write_samples(tmp_path / 'in')
    write_image('more/other.bmp', plate_picture())
    (tmp_path / 'in/broken.jpg').write_text('no picture')
    (tmp_path / 'in/notes.txt').write_text('left alone')
    arguments = ('in', 'more/*.bmp', 'absent.png', '-o', 'found', '--save', 'mask', 'json', 'coco')
    assert segment(*arguments) == 1
    out, err = capsys.readouterr()
    assert 'plates in 20 of 20 frames' in out and len(out.splitlines()) == 4
    assert 'error: in/broken.jpg: is not a picture' in err and 'error: absent.png: there is no such' in err
    assert '4 of 6 files done; 2 failed; 1 file left alone' in err
    masks = {path.as_posix()[len('found/mask/') :] for path in Path('found/mask').rglob('*.png')}
    assert {'in/photo.png', 'in/deep/photo.png', 'more/other.png', 'in/drive/000019.png'} <= masks
    assert len(json.loads((tmp_path / 'found/coco.json').read_text())['annotations']) == 3

    assert segment(*arguments, '--resume') == 1
    assert '4 of them by a former run' in capsys.readouterr().err


def test_thresholds(segment, capsys):
    image = plate_picture()
    image[:40, :60] = 128 + 2  # The probability of this grey is 0.55, its logit 0.2.
    write_image('photo.png', image)
    for options, plates in (
        (('--threshold', '0.5'), 2),
        (('--threshold', '0.6'), 1),
        (('--logit-threshold', '0.1'), 2),
        (('--logit-threshold', '0.3'), 1),
    ):
        assert segment('photo.png', '--min-score', 0, *options) == 0
        assert f'{plates} plate' in capsys.readouterr().out, options


def test_scores_follow_the_threshold(segment, capsys):
    image = plate_picture()
    image[:40, :60] = 128 - 4  # The probability of this grey, and so the score, is 0.4.
    write_image('photo.png', image)
    for options, plates in (
        (('--threshold', '0.15'), 2),  # What has a score of 0.35 is a plate.
        (('--threshold', '0.3'), 1),  # 0.5
        (('--threshold', '0.3', '--min-score', '0.38'), 2),
    ):
        assert segment('photo.png', *options) == 0
        assert f'{plates} plate' in capsys.readouterr().out, options


def test_exclusion_and_tiles(segment, capsys):
    write_image('photo.png', plate_picture())
    assert segment('photo.png', '--exclude', '0,40%,100%,20%', '--tile', 96, 32, '--long-side', 0) == 0
    assert 'no plate' in capsys.readouterr().out


def test_a_largest_plate(segment, capsys):
    write_image('photo.png', plate_picture())  # 16 pixels high.
    for height, found in ((17, '1 plate'), (15, 'no plate')):
        assert segment('photo.png', '--largest-plate', height, '-o', height) == 0
        assert found in capsys.readouterr().out
    assert segment('photo.png', '--largest-plate', 9, '--smallest-plate', 10) == 2
    assert '--largest-plate 9 is below --smallest-plate 10' in capsys.readouterr().err


def test_plates_are_read(segment, tmp_path, capsys):
    pytest.importorskip('rapidocr', reason="reading plates needs the extra 'ocr'")
    picture = np.full((240, 480, 3), (60, 70, 80), np.uint8)
    picture[80:140, 100:360] = 250
    cv2.putText(picture, 'KLM 4738', (112, 124), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (140,) * 3, 3, cv2.LINE_AA)
    write_image('photo.png', picture)
    assert segment('photo.png', '--read') == 0
    assert ': KLM4738 -> ' in capsys.readouterr().out
    (plate,) = json.loads((tmp_path / 'outputs/json/photo.json').read_text())['plates']
    assert plate['text'] == 'KLM4738' and 0.5 < plate['text_score'] <= 1


def test_the_extra_for_reading_is_named(segment, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'rapidocr', None)
    write_image('photo.png', plate_picture())
    assert segment('photo.png', '--read') == 2
    assert 'error: reading plates needs' in capsys.readouterr().err
    assert not Path('outputs').exists()


def test_crops_of_a_height(segment):
    write_image('photo.png', plate_picture())
    assert segment('photo.png', '--save', 'crop', '--crop-height', 40, '--sharpen', 1) == 0
    assert cv2.imread('outputs/crop/photo_0.png').shape[0] == 40


@pytest.mark.parametrize(
    'arguments, message',
    [
        (('absent.jpg',), 'no picture or video found: absent.jpg: there is no such file or folder'),
        (('photo.png', '--tile', '64', '16', '8'), '--tile takes a size and an overlap'),
        (('photo.png', '--model', 'absent.pth'), 'absent.pth'),
        (('photo.png', '--from', '10', '--to', '0:10'), 'a span ends after it begins, got from 0:10 to 0:10'),
        (('photo.png', '--min-score', '60'), 'min_score is a mean probability and must be in 0..1, got 60.0'),
    ],
)
def test_mistakes_are_answered_in_a_line(segment, arguments, message, capsys):
    write_image('photo.png', plate_picture())
    run = tool.main if '--model' in arguments else segment
    assert run(list(arguments)) == 2 if run is tool.main else run(*arguments) == 2
    assert f'{message}' in capsys.readouterr().err


@pytest.mark.parametrize(
    'arguments, message',
    [
        (('--threshold', '50'), 'must be between 0 and 1'),
        (('--threshold', '0.3', '--logit-threshold', '0.1'), 'not allowed with'),
        (('--save', 'masks'), "invalid choice: 'masks'"),
        (('--exclude', '1,2'), 'a region is x,y,w,h'),
        (('--largest-plate', '0'), 'must be a whole number, 1 or more'),
        (('--from', 'nan'), 'a time is seconds, MM:SS or HH:MM:SS.mmm, such as 90, 1:30 or 00:01:30.5'),
        (('--to', '1:75'), "00:01:30.5; got '1:75'"),
        (('--from=-3',), "got '-3'"),
        (('--codec', 'divx9'), 'must be one of h264'),
        (('--codec', 'aac'), 'an encoder of FFmpeg for videos'),
        (('--logit-threshold', '-1000'), 'must be a number of moderate size'),
        (('--logit-threshold', 'nan'), 'must be a number of moderate size'),
        (('--long-side', 'big'), 'whole number'),
    ],
)
def test_wrong_options(segment, arguments, message, capsys):
    with pytest.raises(SystemExit) as error:
        segment('photo.png', *arguments)
    assert error.value.code == 2 and message in capsys.readouterr().err
