"""Commands in an environment that has neither PyTorch nor the toolbox, from a folder that is empty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.command_processes import MINIMAL, ROOT

from mmlp.datasets.converters.formats import FORMATS

#: What ``pip install mmlp`` does not bring.
ABSENT = (
    'torch',
    'torchvision',
    'mmengine',
    'mmcv',
    'mmseg',
    'timm',
    'matplotlib',
    'onnx',
    'prettytable',
    'yaml',
)
CALL = (
    f'import sys\nfor name in {ABSENT}: sys.modules[name] = None\n'
    'from mmlp.cli.main import main\nsys.argv[0] = "mmlp"\nmain()'
)


@pytest.fixture
def mmlp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs a command in an empty folder; returns its exit code, and what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv('PYTHONPATH', str(ROOT))

    def call(*arguments: object) -> tuple[int, str, str]:
        command = [sys.executable, '-c', CALL, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.mark.parametrize(
    'name',
    [
        *('browse', 'train', 'test', 'overfit', 'export-onnx', 'publish', 'import-torchvision'),
        *('audit', 'complete-masks'),
    ],
)
def test_what_needs_the_toolbox_says_in_a_line_how_to_get_it(mmlp, name):
    code, out, err = mmlp(name, *MINIMAL[name])
    assert (code, out) == (2, '') and err.count('\n') == 1 and err.startswith('error: ')
    assert "torch, mmengine, mmcv and mmseg are not installed: pip install 'mmlp[onedl]'" in err


def test_what_needs_an_extra_says_which(mmlp, tmp_path):
    code, _, err = mmlp('rebuild', *MINIMAL['rebuild'])
    assert (code, err) == (2, "error: prettytable is not installed: pip install 'mmlp[converters]'\n")
    (tmp_path / 'data.yaml').write_text('names: [plate]\n')
    code, _, err = mmlp('convert', 'yolo', tmp_path, '-o', 'out')
    assert (code, err) == (2, "error: yaml is not installed: pip install 'mmlp[converters]'\n")
    code, _, err = mmlp('analyze-logs', tmp_path)
    assert (code, err) == (2, "error: matplotlib is not installed: pip install 'mmlp[drawing]'\n")
    code, _, err = mmlp('generate', '-o', 'made')
    assert (code, err) == (2, "error: matplotlib is not installed: pip install 'mmlp[drawing]'\n")
    assert not (tmp_path / 'made').exists()


def test_data_sets_are_exported_corrected_and_listed(mmlp, tmp_path, plate_root):
    assert mmlp('export', 'plates', '--to', 'labelme', '-o', 'corrections')[0] == 0
    code, out, err = mmlp('convert', 'labelme', 'corrections', '-o', 'corrected')
    assert code == 0 and '9 converted' in out, err
    assert len(list((tmp_path / 'corrected').glob('*/masks/*.png'))) == 9
    assert mmlp('convert', 'layout', 'corrected', '-o', 'again', '--split', 'train')[0] == 0
    assert mmlp('make-list', 'plates', '-o', 'list.csv', '--source', 'mine')[0] == 0
    assert (tmp_path / 'list.csv').read_text().count('\n') == 1 + 9


@pytest.mark.parametrize('name', FORMATS)
def test_every_format_is_read(mmlp, tmp_path, name):
    """A folder of another format is refused for what it lacks, not for a package."""
    (tmp_path / 'set').mkdir()
    code, _, err = mmlp('convert', name, 'set', '-o', 'out')
    line = err.splitlines()[-1]  # a progress bar was there
    assert code == 2 and line.startswith('error: ')
    assert 'install' not in line and 'set' in line
    assert not (tmp_path / 'out').exists()


def test_plates_are_found_and_hidden(mmlp, tmp_path):
    street = ROOT / 'examples/street.jpg'
    code, out, err = mmlp('segment', street, '--save', 'json')
    assert code == 0 and 'outputs/json/street.json' in out, err
    assert mmlp('anonymize', street, '-o', 'hidden.jpg')[0] == 0
    assert (tmp_path / 'hidden.jpg').is_file()


def test_plates_of_ones_own_are_evaluated(mmlp, tmp_path):
    """By several processes, and without the plot."""
    pytest.importorskip('matplotlib', reason='its fonts are drawn with')
    from mmlp.datasets.synthetic import write_dataset

    write_dataset(tmp_path / 'made', num_train=0, num_val=4, size=(192, 144), progress=False)
    code, out, err = mmlp('evaluate', 'made', '-o', 'figures', '--min-scores', '0.5', '--workers', 2)
    assert code == 0 and 'in 4 pictures' in out, err
    assert "sweep.png is left out: matplotlib is not installed: pip install 'mmlp[drawing]'" in err
    written = {path.name for path in (tmp_path / 'figures').iterdir()}
    assert {'evaluation.json', 'evaluation.csv', 'sweep.csv'} <= written and 'sweep.png' not in written


def test_configs_are_found_from_anywhere(mmlp):
    code, out, _ = mmlp('configs')
    folder, *listed = out.splitlines()
    assert code == 0 and Path(folder).is_dir()
    assert {path.stem for path in Path(folder).glob('*.py')} == {line.split()[0] for line in listed}
    code, out, _ = mmlp('configs', 'lp_fpn_lite0')
    assert code == 0 and Path(out.strip()) == Path(folder) / 'lp_fpn_lite0.py'
    assert mmlp('configs', 'no_such')[0] == 2
