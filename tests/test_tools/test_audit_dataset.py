"""The command line of the data set audit: exit codes, what it writes and what it prints."""

from __future__ import annotations

import json
import shutil

import cv2
import numpy as np
import pytest
from helpers.needed_packages import needs_toolbox

from mmlp.cli.audit import main

pytestmark = needs_toolbox


@pytest.fixture()
def root(tmp_path):
    """Pictures of large soft shapes, each with a plate."""
    for seed, (split, name) in enumerate([('train', 'a'), ('train', 'b'), ('val', 'c')]):
        coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        mask = np.zeros((120, 160), np.uint8)
        mask[60:70, 50:90] = 255
        for folder, file, content in (
            ('images', f'{name}.jpg', cv2.resize(coarse, (160, 120), interpolation=cv2.INTER_CUBIC)),
            ('masks', f'{name}.jpg.png', mask),
        ):
            path = tmp_path / 'plates' / split / folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), content)
    return tmp_path / 'plates'


@pytest.fixture()
def call(root, tmp_path):
    """Runs the command on the data, in this process."""

    def run(*arguments, source=root):
        return main([str(source), '-o', str(tmp_path / 'out'), '--workers', '0', *map(str, arguments)])

    return run


def content(tmp_path):
    return json.loads((tmp_path / 'out' / 'audit.json').read_text())


def test_a_clean_data_set(call, root, tmp_path, capsys):
    before = sorted(root.rglob('*'))
    assert call() == 0
    out = capsys.readouterr().out
    assert 'nothing was found' in out
    assert '0 errors, 0 warnings, 0 notes' in out
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['audit.html', 'audit.json']
    assert sorted(root.rglob('*')) == before


def test_errors_fail_and_are_named(call, root, tmp_path, capsys):
    whole = (root / 'train/images/b.jpg').read_bytes()
    (root / 'train/images/b.jpg').write_bytes(whole[: len(whole) // 2])
    shutil.copy(root / 'train/images/a.jpg', root / 'val/images/again.jpg')
    shutil.copy(root / 'train/masks/a.jpg.png', root / 'val/masks/again.jpg.png')
    assert call() == 1
    out = capsys.readouterr().out
    assert f'{root}/train/images/b.jpg: is damaged or cut off' in out
    assert f'{root}/val/images/again.jpg: is the same file as {root}/train/images/a.jpg in train' in out
    assert content(tmp_path)['counts'] == {'error': 2, 'warning': 0, 'note': 0}
    assert content(tmp_path)['splits']['train']['plates'] == 1
    assert call('--fail-on', 'warning', '--ignore', 'duplicate-across-splits', 'unreadable-picture') == 0


def test_warnings_fail_when_asked(call, root, capsys):
    mask = cv2.imread(str(root / 'train/masks/a.jpg.png'), cv2.IMREAD_GRAYSCALE)
    mask[5:8, 5:8] = 255
    cv2.imwrite(str(root / 'train/masks/a.jpg.png'), mask)
    assert call() == 0
    assert '0 errors, 1 warnings, 0 notes' in capsys.readouterr().out
    assert call('--fail-on', 'warning') == 1


def test_notes_never_fail(call, root, tmp_path):
    mask = cv2.imread(str(root / 'train/masks/a.jpg.png'), cv2.IMREAD_GRAYSCALE)
    cv2.imwrite(str(root / 'train/masks/a.jpg.png'), np.roll(mask, 75, axis=1))
    assert call('--fail-on', 'warning') == 0
    assert content(tmp_path)['counts'] == {'error': 0, 'warning': 0, 'note': 2}


def test_options_of_a_folder(call, root, tmp_path):
    for path in root.rglob('*.jpg.png'):
        mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        mask[mask == 255] = 1
        mask[:4] = 255
        cv2.imwrite(str(path.with_name(path.name.replace('.jpg', '_mask'))), mask)
        path.unlink()
    assert call('--seg-map-suffix', '_mask.png', '--ignore-values', '255') == 0
    numbers = content(tmp_path)['splits']['train']
    assert (numbers['plates'], numbers['ignored_pixels']) == (2, 2 * 4 * 160)


def test_a_config(call, root, tmp_path, capsys):
    dataset = """dict(type='LicensePlateDataset', data_root={root!r},
        data_prefix=dict(img_path='{split}/images', seg_map_path='{split}/masks'), pipeline=[])"""
    loaders = ''.join(
        f'{phase}_dataloader = dict(dataset={dataset.format(root=str(root), split=split)})\n'
        for phase, split in (('train', 'train'), ('val', 'val'), ('test', 'val'))
    )
    config = tmp_path / 'lp_test.py'
    config.write_text(f"custom_imports = dict(imports=['mmlp'])\n{loaders}")
    assert call(source=config) == 0
    assert list(content(tmp_path)['splits']) == ['train', 'val+test']

    shutil.copytree(root, tmp_path / 'other')
    (tmp_path / 'other/val/masks/c.jpg.png').unlink()
    assert call('--data-root', tmp_path / 'other', source=config) == 1
    assert (
        f'{tmp_path}/other/val/images/c.jpg: expected {tmp_path}/other/val/masks/c.jpg.png'
        in capsys.readouterr().out
    )
    assert call('--cfg-options', 'train_dataloader.dataset.data_root=/nowhere', source=config) == 1
    assert content(tmp_path)['findings'][0]['check'] == 'unusable-split'


def test_nothing_to_audit(call, root, tmp_path, capsys):
    assert call(source=tmp_path / 'nowhere') == 2
    assert "nowhere' is neither a folder nor a config" in capsys.readouterr().err
    assert call(source=root / 'train') == 2
    assert 'holds no split' in capsys.readouterr().err
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    'arguments, message',
    [
        (['--workers', '-1'], "--workers: must be a whole number, 0 or more, got '-1'"),
        (['--ignore', 'spek'], "invalid choice: 'spek'"),
        (['--fail-on', 'note'], "invalid choice: 'note'"),
        (['--ignore-values', '300'], r'--ignore-values wants grey values of 0 to 255, got [300]'),
        (['--data-root', 'x'], '--data-root is for a config, and the source is a folder'),
    ],
)
def test_wrong_arguments(call, capsys, arguments, message):
    with pytest.raises(SystemExit) as error:
        call(*arguments)
    assert error.value.code == 2
    assert message in capsys.readouterr().err


def test_options_of_a_folder_beside_a_config(tmp_path, capsys):
    (tmp_path / 'lp.py').write_text('')
    with pytest.raises(SystemExit):
        main([str(tmp_path / 'lp.py'), '--seg-map-suffix', '.png'])
    assert '--seg-map-suffix is for a folder; the config says it itself' in capsys.readouterr().err


def test_default_output_folder(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main([str(root), '--workers', '0']) == 0
    assert (tmp_path / 'work_dirs/audit/plates/audit.html').is_file()
