"""Each public set: the command of data/README.md converts a sample, and its config reads what that wrote."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.converter_samples import QUAD, picture, text
from helpers.public_set_samples import (
    CORNERS,
    SSIG_TEXT,
    UFPR_TEXT,
    write_aolp,
    write_ccpd,
    write_ccpd_green,
    write_cityscapes,
    write_easypr,
    write_open_images,
    write_open_lpr,
    write_openalpr,
    write_rodosol,
    write_tracks,
    write_uc3m,
    write_wpod,
)
from mmengine.config import Config
from mmengine.runner import CheckpointLoader
from mmseg.registry import DATASETS, MODELS

from mmlp.cli.convert import main
from mmlp.datasets import LicensePlateDataset
from mmlp.engine import load_run_config

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / 'data' / 'README.md').read_text(encoding='utf-8')


def write_all_uc3m() -> None:
    for name in ('train/00001', 'train/00002', 'train/00003', 'test/00001'):
        write_uc3m(Path('UC3M-LP', name), QUAD)


def write_all_open_images() -> None:
    for split, digit in (('train', '1'), ('validation', '2'), ('test', '3')):
        write_open_images(Path('OpenImages'), split, digit)


def write_both_wpod() -> None:
    write_wpod(Path('annotations'), Path('pictures'))
    write_wpod(Path('cd_hard'), Path('cd_hard'), count=2)


def write_both_open_lpr() -> None:
    area = dict(x=20, y=30, width=70, height=30, lbltxt='plate')
    source = Path('open-lpr-dataset-plate-detection')
    write_open_lpr(source, 'train', {'1.jpg': [area], '2.jpg': [area]})
    write_open_lpr(source, 'val', {'1.jpg': [area]})


def write_labelme() -> None:
    for number in range(4):
        picture(Path(f'my_annotations/{number}.jpg'))
        shape = {'label': 'plate', 'shape_type': 'polygon', 'points': QUAD}
        text(Path(f'my_annotations/{number}.json'), {'imagePath': f'{number}.jpg', 'shapes': [shape]})


#: By the config's name: what writes the sample where the README's command looks for it; and how many pictures
#: of the sample are in train and val together, and in test.
SETS: dict[str, tuple[Callable[[], object], int, int]] = {
    'ccpd2019': (lambda: write_ccpd(Path('CCPD2019')), 3, 1),
    'ccpd_green': (lambda: write_ccpd_green(Path('CCPD2020')), 2, 1),
    'ufpr_alpr': (lambda: write_tracks(Path('UFPR-ALPR'), UFPR_TEXT.format(CORNERS)), 2, 1),
    'rodosol_alpr': (lambda: write_rodosol(Path('RodoSol-ALPR')), 2, 1),
    'ssig': (lambda: write_tracks(Path('SSIG'), SSIG_TEXT), 2, 1),
    'aolp': (lambda: write_aolp(Path('AOLP')), 12, 6),
    'openalpr': (lambda: write_openalpr(Path('benchmarks/endtoend')), 9, 2),
    'easypr': (
        lambda: write_easypr(
            Path('EasyPR/resources/image/general_test'), {'A': [(50, 50, 40, 12, 0)], 'B': []}
        ),
        9,
        2,
    ),
    'open_lpr': (write_both_open_lpr, 3, 1),
    'wpod': (write_both_wpod, 3, 2),
    'uc3m_lp': (write_all_uc3m, 3, 1),
    'open_images': (write_all_open_images, 4, 2),
    'cityscapes': (
        lambda: write_cityscapes(Path('Cityscapes'), [{'label': 'license plate', 'polygon': QUAD}]),
        2,
        1,
    ),
    'custom': (write_labelme, 4, 1),
}


def commands_of(config: str) -> list[list[str]]:
    """The converters' command lines in the block of the README that names the config."""
    (block,) = (
        block
        for block in re.findall(r'```bash\n(.*?)```', README, re.S)
        if f'configs/{config}' in block and 'mmlp convert' in block
    )
    return [shlex.split(line) for line in block.splitlines() if line.startswith('mmlp convert')]


def build(cfg: Config, loader: str) -> tuple[LicensePlateDataset, set[str]]:
    """The data set of a loader, and its pictures."""
    dataset = DATASETS.build(cfg[loader].dataset)
    assert isinstance(dataset, LicensePlateDataset)
    return dataset, {dataset.get_data_info(i)['img_path'] for i in range(len(dataset))}


@pytest.fixture(autouse=True)
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv('MMLP_DATA_ROOT', raising=False)


@pytest.mark.parametrize('name', SETS)
def test_config_reads_what_the_readmes_command_writes(
    name: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    write, train_and_val, test = SETS[name]
    config = f'lp_fpn_lite0_{name}.py'
    write()
    for _, _, *argv in commands_of(config):
        assert main(argv) == 0
    if name in ('openalpr', 'easypr'):  # a benchmark: trained on what there is
        monkeypatch.setenv('MMLP_DATA_ROOT', str(request.getfixturevalue('plate_root')))
    cfg = load_run_config(str(ROOT / 'configs' / config))
    (train_set, trained), (_, validated), (test_set, tested) = (
        build(cfg, f'{split}_dataloader') for split in ('train', 'val', 'test')
    )
    assert trained and validated and not trained & validated
    assert len(trained | validated) == train_and_val and len(tested) == test
    has_test_split = name not in ('cityscapes', 'custom', 'open_lpr')
    assert not tested & trained and (tested == validated) == (not has_test_split)
    roots = {
        'wpod': ('data/wpod/', 'data/cd_hard/'),
        'openalpr': ('', 'data/openalpr/'),
        'easypr': ('', 'data/easypr/'),
    }
    root, test_root = roots.get(name, (f'data/{name}/', f'data/{name}/'))
    assert all(path.startswith(root) for path in trained | validated)
    split = 'test' if has_test_split else 'val'
    assert all(path.startswith(f'{test_root}{split}/images/') for path in tested)
    assert train_set[0]['inputs'].shape == (3, *cfg.crop_size)
    sample = test_set[0]['data_samples']
    assert sample.gt_sem_seg.shape == sample.ori_shape == (120, 160)


def test_weights_to_go_on_from_are_there() -> None:
    cfg = Config.fromfile(str(ROOT / 'configs' / 'lp_fpn_lite0_custom.py'))
    loaded = CheckpointLoader.load_checkpoint(cfg.load_from, map_location='cpu', logger='silent')
    assert set(loaded['state_dict']) == set(MODELS.build(cfg.model).state_dict())


def test_every_config_that_the_readme_names_is_tested_here() -> None:
    named = re.findall(r'configs/lp_fpn_lite0_(\w+)\.py', README)
    assert set(named) - {'completed'} == set(SETS), 'completed masks have tests of their own'


def test_flagship_trains_and_tests_on_a_converted_set() -> None:
    """As the README tells: the folder on the command line, and the test split by options."""
    write_ccpd_green(Path('CCPD2020'))
    for _, _, *argv in commands_of('lp_fpn_lite0_ccpd_green.py'):
        assert main(argv) == 0
    named = re.findall(r'(test_dataloader\.\S+)=(\S+)', README)
    assert len(named) == 2
    flagship = str(ROOT / 'configs' / 'lp_deeplabv3_r101.py')
    cfg = load_run_config(flagship, data_root='data/ccpd_green', cfg_options=dict(named))
    for split in ('train', 'val', 'test'):
        _, pictures = build(cfg, f'{split}_dataloader')
        (path,) = pictures
        assert path.startswith(f'data/ccpd_green/{split}/images/')
