"""``mmlp anonymize`` as a user calls it."""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from helpers.verb_samples import BOX, plate_picture, write_checkpoint, write_samples

from mmlp.apis import ANONYMIZING
from mmlp.cli import anonymize as tool
from mmlp.cli.command import SIGNALS, command
from mmlp.cli.segmenter_options import build_segmenter
from mmlp.media import write_image


@pytest.fixture(scope='module')
def checkpoint(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp('model') / 'bright.pth')


@pytest.fixture
def anonymize(checkpoint, tmp_path, monkeypatch):
    """Calls the tool within the test's folder."""
    monkeypatch.chdir(tmp_path)
    options = ['--model', str(checkpoint), '--backend', 'pytorch', '--device', 'cpu', '--threads', '1']
    return lambda *arguments: tool.main([*map(str, arguments), *options])


def contrast(image, box=BOX):
    left, top, right, bottom = box
    inside = image[top + 5 : bottom - 5, left + 4 : right - 4].astype(int)
    return float(np.abs(np.diff(inside, axis=1)).mean())


def last_frame(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='bgr24') for frame in container.decode(video=0)][-1]


def test_a_folder(anonymize, tmp_path, capsys):
    write_samples(tmp_path / 'in')
    (tmp_path / 'in/broken.jpg').write_text('no picture')
    assert anonymize('in', '-o', 'out', '--method', 'solid', '--margin', 20, '--codec', 'mpeg4') == 1
    out, err = capsys.readouterr()
    assert 'in/photo.jpg: 1 plate covered -> out/photo.jpg' in out
    assert 'plates covered in 20 of 20 frames' in out and 'error: in/broken.jpg: is not a picture' in err
    assert contrast(cv2.imread('in/photo.jpg')) > 8 and contrast(cv2.imread('out/photo.jpg')) < 3
    assert contrast(last_frame('out/drive.mp4'), (59, 50, 107, 66)) < 3
    assert not Path('out/broken.jpg').exists()
    report = json.loads(Path('out/report.json').read_text())
    assert report['summary'] == {
        **dict(files=4, done=3, incomplete=0, failed=1, kept_from_former_runs=0, to_look_at=0, plates=22)
    }

    again = ('in', '-o', 'out', '--method', 'solid', '--margin', 20, '--codec', 'mpeg4')
    assert anonymize(*again) == 2
    assert (
        'outputs exist already; pass resume (--resume) to go on, overwrite (--overwrite)'
        in capsys.readouterr().err
    )
    write_image('in/broken.jpg', plate_picture())
    assert anonymize(*again, '--resume') == 0
    assert '3 of them by a former run' in capsys.readouterr().err
    assert anonymize('in', '-o', 'out', '--resume') == 2
    assert 'other settings' in capsys.readouterr().err
    assert anonymize('in', '-o', 'out', '--overwrite') == 0


def test_a_picture_laid_on_plates(anonymize):
    write_image('photo.png', plate_picture())
    write_image('cover.png', np.full((30, 100, 3), (0, 0, 255), np.uint8))
    assert anonymize('photo.png', '-o', 'covered.png', '--method', 'image', '--image', 'cover.png') == 0
    np.testing.assert_array_equal(cv2.imread('covered.png')[54:62, 44:84], np.full((8, 40, 3), (0, 0, 255)))


def test_in_place(anonymize, capsys):
    write_image('photo.png', plate_picture())
    assert anonymize('photo.png', '-o', '.') == 2
    assert 'would replace an original' in capsys.readouterr().err
    assert anonymize('photo.png', '--in-place') == 0
    assert contrast(cv2.imread('photo.png')) < 5 and sorted(os.listdir()) == ['photo.png']


SEARCH = ANONYMIZING['search']


@pytest.mark.parametrize(
    ('arguments', 'expected'),
    [
        ((), ANONYMIZING),
        (('--smallest-plate', '0'), {**ANONYMIZING, 'search': replace(SEARCH, smallest_plate=None)}),
        (
            ('--smallest-plate', '12', '--min-score', '0.6'),
            {**ANONYMIZING, 'search': replace(SEARCH, smallest_plate=12), 'min_score': 0.6},
        ),
        (('--no-refine',), {**ANONYMIZING, 'refinement': None, 'min_score': 0.55}),
    ],
)
def test_how_plates_are_looked_for(arguments, expected):
    args = tool.parse_args(['photo.jpg', '-o', 'out', '--device', 'cpu', *arguments])
    segmenter = build_segmenter(args)
    found = {name: getattr(segmenter, name) for name in expected}
    if segmenter.refinement is not None:  # Which comes with the network that belongs to the weights.
        refinement = replace(ANONYMIZING['refinement'], model='lp_fpn_lite0_refiner')
        expected = {**expected, 'refinement': refinement}
    assert found == expected


def test_a_far_plate_beside_a_near_one_is_covered(anonymize):
    picture = np.full((720, 1280, 3), 60, np.uint8)
    picture[500:560, 200:440] = 240
    picture[100:110, 1000:1020] = 240
    cv2.imwrite('street.png', picture)
    # To see more than specks, the detection alone takes no less than this for a plate.
    options = ('--method', 'solid', '--min-area', '60')
    assert anonymize('street.png', '-o', 'near.png', *options, '--smallest-plate', '0') == 0
    assert cv2.imread('near.png')[105, 1010].max() == 240 and cv2.imread('near.png')[530, 300].max() == 0
    assert anonymize('street.png', '-o', 'all.png', *options) == 0
    covered = cv2.imread('all.png')
    assert covered[100:110, 1000:1020].max() == covered[500:560, 200:440].max() == 0


@pytest.mark.parametrize('number', SIGNALS)
def test_a_stopped_run_leaves_nothing_unfinished(anonymize, number, tmp_path, capsys):
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip('whoever runs the tests ignores this signal')
    write_samples(tmp_path / 'in')

    def stop_when_the_video_is_begun():
        for _ in range(3000):
            if list(tmp_path.glob('out/.mmlp-*.mp4')):
                os.kill(os.getpid(), number)
                return
            time.sleep(0.005)

    threading.Thread(target=stop_when_the_video_is_begun, daemon=True).start()
    with pytest.raises(SystemExit) as leaving:
        command(lambda: anonymize('in/drive.mp4', '-o', 'out'), 'kept')
    assert leaving.value.code == 128 + number
    assert os.listdir('out') == ['report.json'] and capsys.readouterr().err.endswith(': kept\n')
    assert anonymize('in/drive.mp4', '-o', 'out', '--resume') == 0


@pytest.mark.parametrize(
    'arguments, message',
    [
        (('photo.png', '-o', 'out', '--method', 'image'), '--method image and --image FILE go together'),
        (('photo.png', '-o', 'out', '--image', 'photo.png'), '--method image and --image FILE go together'),
        (('photo.png', '-o', 'out', '--margin', '-5'), 'margin must be 0 to 100 percent, got -5'),
        (
            ('photo.png', '-o', 'out', '--strength', '0'),
            'strength must be above 0 and at most 10, got 0.0',
        ),
        (('photo.png', '-o', 'out', '--feather', '500'), 'feather must be 0 to 100 percent, got 500'),
        (('photo.png', '-o', 'photo.png/out'), 'photo.png is no folder: choose another output'),
        (
            ('photo.png', '-o', 'out', '--report', 'folder', '--overwrite'),
            'folder is a folder, and the report',
        ),
        (('photo.png', '-o', 'out', '--memory', '-1', '0'), 'fill and extend must not be negative'),
        (('absent', '-o', 'out'), 'no picture or video found: absent: there is no such file or folder'),
    ],
)
def test_mistakes_are_answered_in_a_line(anonymize, arguments, message, capsys):
    write_image('photo.png', plate_picture())
    Path('folder').mkdir()
    assert anonymize(*arguments) == 2
    assert f'error: {message}' in capsys.readouterr().err
    assert not Path('out').exists()


@pytest.mark.parametrize('arguments', [('photo.png',), ('photo.png', '-o', 'out', '--in-place')])
def test_where_to_write_is_named_once(anonymize, arguments):
    with pytest.raises(SystemExit) as error:
        anonymize(*arguments)
    assert error.value.code == 2


def test_a_clip(anonymize, capsys):
    write_samples(Path('in'))
    assert anonymize('in', '-o', 'out', '--from', '0:00.2', '--to', '00:00:00.6') == 0
    assert 'plates covered in 10 of 10 frames' in capsys.readouterr().out
    with av.open('out/drive.mp4') as container:
        assert len(list(container.decode(video=0))) == 10
    assert Path('out/photo.jpg').exists()

    assert anonymize('in/drive.mp4', '-o', 'late', '--from', '1:00') == 1
    assert (
        'error: in/drive.mp4: has no frame from 1:00 to the end: it ends at 0:00.8' in capsys.readouterr().err
    )
    assert anonymize('in/photo.jpg', '-o', 'photo', '--from', 1) == 0
    assert 'note: --from and --to are for videos, and there is none' in capsys.readouterr().err
    assert anonymize('in', '--in-place', '--to', 1) == 2
    assert 'would be lost for good: write to a folder' in capsys.readouterr().err
    assert anonymize('in', '-o', 'wrong', '--from', 3, '--to', 2) == 2
    assert 'a span ends after it begins, got from 0:03 to 0:02' in capsys.readouterr().err


def test_plates_that_stay_visible_are_told(anonymize, capsys):
    write_image('photo.png', plate_picture())
    write_image('other.png', plate_picture((100, 20, 148, 36)))
    assert anonymize('photo.png', 'other.png', '-o', 'out', '--keep', '0,40,100,50%') == 0
    out, err = capsys.readouterr()
    assert 'photo.png: no plate covered, 1 plate left visible -> ' in out
    assert 'other.png: 1 plate covered -> ' in out
    assert '2 of 2 files done; 1 plate left visible (listed in the report)' in err
    np.testing.assert_array_equal(cv2.imread('out/photo.png'), plate_picture())


def test_the_extra_for_reading_is_named(anonymize, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'rapidocr', None)
    write_image('photo.png', plate_picture())
    assert anonymize('photo.png', '-o', 'out', '--keep-text', 'AB123CD') == 2
    assert "pip install 'mmlp[ocr]'" in capsys.readouterr().err and not Path('out').exists()


def test_plates_that_read_a_text_stay_visible(anonymize, capsys):
    pytest.importorskip('rapidocr', reason="reading plates needs the extra 'ocr'")
    picture = np.full((240, 480, 3), (60, 70, 80), np.uint8)
    picture[80:140, 100:360] = 250
    cv2.putText(picture, 'KLM 4738', (112, 124), cv2.FONT_HERSHEY_SIMPLEX, 1.4, (140,) * 3, 3, cv2.LINE_AA)
    write_image('photo.png', picture)
    assert anonymize('photo.png', '-o', 'kept.png', '--keep-text', 'klm-4738') == 0
    assert anonymize('photo.png', '-o', 'covered.png', '--keep-text', 'KLM 4739') == 0
    assert (cv2.imread('kept.png') == picture).all() and not (cv2.imread('covered.png') == picture).all()


def test_what_other_tools_found(anonymize, capsys):
    write_samples(Path('in'))
    Path('faces.json').write_text(
        json.dumps({'deep/photo.png': [[100, 90, 20, 20]], 'absent.jpg': [[1, 2, 3, 4]]})
    )
    options = ('--method', 'solid', '--margin', 0, '--also', 'faces.json')
    assert anonymize('in', '-o', 'out', *options) == 0
    out, err = capsys.readouterr()
    assert 'in/deep/photo.png: 1 plate covered, 1 region of --also hidden -> ' in out
    assert 'note: not among the inputs, but in the files of --also (1): absent.jpg' in err
    assert 'note: has no entry in faces.json (in/drive.mp4 and 1 more)' in err
    assert (cv2.imread('out/deep/photo.png')[90:110, 100:120] == 0).all()
    Path('faces.json').write_text('{"deep/photo.png": [[1, 2, 3]]}')
    assert anonymize('in', '-o', 'other', *options) == 2
    assert 'error: faces.json: ' in capsys.readouterr().err and not Path('other').exists()
    assert anonymize('in', '-o', 'other', '--also', 'absent.json') == 2
    assert 'error: absent.json: No such file or directory' in capsys.readouterr().err
