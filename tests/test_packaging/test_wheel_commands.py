"""Commands of the installed wheel, from a folder that holds nothing but data; none needs the toolbox."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmlp import __version__
from mmlp.cli.main import COMMANDS
from mmlp.weights.index import WEIGHTS

ROOT = Path(__file__).resolve().parents[2]
#: Inside the three nearest plates of the street, about where the generator drew them.
NEAREST = ((252, 363), (818, 368), (1045, 372))


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """The generator's drawing of a street."""
    return Path(shutil.copy(ROOT / 'examples/street.jpg', tmp_path / 'street.jpg'))


def test_only_the_wheel_is_imported(call, installed, tmp_path):
    """And not the checkout, of which an editable install finds what the wheel lacks."""
    code = 'import mmlp.cli.main, sys; print(mmlp.cli.main.__file__, sys.meta_path)'
    place, finders = call(tmp_path, 'python', '-c', code).stdout.split(maxsplit=1)
    assert Path(place) == installed / 'mmlp/cli/main.py' and '__editable__' not in finders


def test_each_way_to_call_it_is_the_same(call, tmp_path):
    for command in (('mmlp',), ('python', '-m', 'mmlp')):
        assert call(tmp_path, *command, '--version').stdout == f'mmlp {__version__}\n'
        lines = call(tmp_path, *command, '--help').stdout.splitlines()
        assert [line.split()[0] for line in lines if line.startswith('  ')] == list(COMMANDS)


@pytest.mark.parametrize('name', COMMANDS)
def test_help(call, tmp_path, name):
    assert call(tmp_path, 'mmlp', name, '--help').stdout.startswith(f'usage: mmlp {name}')
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize('model', [None, *WEIGHTS])
def test_plates_are_found_by_the_weights_that_come_along(call, tmp_path, street, model):
    by_name = () if model is None else ('--model', model)
    call(tmp_path, 'mmlp', 'segment', street.name, *by_name)
    plates = json.loads((tmp_path / 'outputs/json/street.json').read_text())['plates']
    assert cv2.imread(str(tmp_path / 'outputs/overlay/street.jpg')).shape == (720, 1280, 3)
    if model != 'lp_fpn_lite0_refiner':  # which is for crops of plates
        for point in NEAREST:
            outlines = (np.float32(plate['corners']) for plate in plates)
            assert any(cv2.pointPolygonTest(outline, point, measureDist=False) >= 0 for outline in outlines)


def test_plates_are_hidden(call, tmp_path, street):
    before = cv2.imread(str(street)).astype(int)
    cv2.imwrite(str(tmp_path / 'street.png'), before)
    call(tmp_path, 'mmlp', 'anonymize', 'street.png', '-o', 'hidden.png')
    changed = (cv2.imread(str(tmp_path / 'hidden.png')) != before).any(axis=2)
    assert all(changed[y, x] for x, y in NEAREST) and changed.mean() < 0.02


def test_plates_are_found_from_python(call, tmp_path, street):
    code = 'import mmlp, sys; print(len(mmlp.PlateSegmenter().predict(sys.argv[1]).plates))'
    assert int(call(tmp_path, 'python', '-c', code, street.name).stdout) >= len(NEAREST)


def test_a_data_set_is_evaluated(call, tmp_path, plate_root):
    call(tmp_path, 'mmlp', 'evaluate', 'plates', '-o', 'evaluated', '--no-sweep', '--workers', 1)
    figures = json.loads((tmp_path / 'evaluated/evaluation.json').read_text())
    assert figures and (tmp_path / 'evaluated/evaluation.csv').read_text().count('\n') >= 1 + 3


def test_data_sets_are_exported_corrected_and_listed(call, tmp_path, plate_root):
    call(tmp_path, 'mmlp', 'export', 'plates', '--to', 'labelme', '-o', 'corrections')
    call(tmp_path, 'mmlp', 'convert', 'labelme', 'corrections', '-o', 'corrected')
    for mask in plate_root.glob('*/masks/*.png'):
        corrected = cv2.imread(
            str(tmp_path / 'corrected' / mask.relative_to(plate_root)), cv2.IMREAD_UNCHANGED
        )
        plate = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED) == 255
        assert ((corrected == 255) & plate).sum() >= 0.9 * plate.sum()
    call(tmp_path, 'mmlp', 'make-list', 'plates', '-o', 'list.csv', '--source', 'mine')
    assert (tmp_path / 'list.csv').read_text().count('\n') == 1 + 6 + 3


@pytest.mark.needs('prettytable')
def test_a_data_set_is_rebuilt(call, tmp_path, plate_root):
    call(tmp_path, 'mmlp', 'make-list', 'plates', '-o', 'list.csv', '--source', 'mine')
    call(tmp_path, 'mmlp', 'rebuild', 'list.csv', '-o', 'again', '--source', 'mine=plates')
    for picture in plate_root.glob('*/images/*'):
        assert (tmp_path / 'again' / picture.relative_to(plate_root)).read_bytes() == picture.read_bytes()


@pytest.mark.needs('matplotlib')
def test_a_data_set_is_drawn(call, tmp_path):
    options = ('--num-train', 2, '--num-val', 1, '--size', '192x144', '--workers', 1)
    call(tmp_path, 'mmlp', 'generate', *options)
    assert len(list((tmp_path / 'data/synthetic_plates').glob('*/masks/*.png'))) == 3


def test_configs_say_where_they_lie(call, installed, tmp_path):
    folder, *listed = call(tmp_path, 'mmlp', 'configs').stdout.splitlines()
    assert Path(folder) == installed / 'mmlp/.mim/configs'
    names = {path.stem for path in (ROOT / 'configs').glob('*.py')}
    assert names == {line.split()[0] for line in listed}
    for name in names & {'lp_fpn_lite0', 'lp_deeplabv3_r101'}:
        path = call(tmp_path, 'mmlp', 'configs', name).stdout
        assert path == f'{folder}/{name}.py\n' and Path(path.strip()).is_file()
