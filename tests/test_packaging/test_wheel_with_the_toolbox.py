"""MMSegmentation's own scripts and interfaces on configs, weights and checkpoints of the installed wheel."""

from __future__ import annotations

import json
from pathlib import Path

import mmseg
import pytest
from helpers.tiny_config import TINY_CONFIG
from mmengine.fileio import load

ROOT = Path(__file__).resolve().parents[2]
#: The toolbox's scripts, as they come in its wheel.
STOCK = Path(mmseg.__file__).parent / '.mim' / 'tools'
#: Inside a plate of the street, about where the generator drew it.
X, Y = 252, 363


def run_python(call, folder: Path, code: str) -> None:
    """Runs code that loads the toolbox."""
    call(folder, 'python', '-W', 'ignore', '-c', code)


@pytest.fixture
def config(call, tmp_path, plate_root) -> str:
    """A config of one's own: its base is named by what ``mmlp configs`` prints.

    It says what configs in the world say, which is ``mmlp`` and not ``mmlp.modules``.
    """
    folder = call(tmp_path, 'mmlp', 'configs').stdout.splitlines()[0]
    old = "\ncustom_imports = dict(imports=['mmlp'], allow_failed_imports=False)\n"
    (tmp_path / 'mine.py').write_text(TINY_CONFIG.format(configs=folder) + old)
    return 'mine.py'


def test_stock_scripts_train_and_test(call, tmp_path, config):
    """And the toolbox's interfaces take the checkpoint, with the config or with that inside."""
    data = [f'{loader}_dataloader.dataset.data_root=plates' for loader in ('train', 'val', 'test')]
    options = ('--work-dir', 'work', '--cfg-options', *data)
    call(tmp_path, 'python', STOCK / 'train.py', config, *options)
    call(tmp_path, 'python', STOCK / 'test.py', config, 'work/iter_2.pth', '--out', 'masks', *options)
    figures = max((tmp_path / 'work').glob('*/*.json'))
    assert 0 <= json.loads(figures.read_text())['plate_iou'] <= 100
    assert len(list((tmp_path / 'masks').glob('*.png'))) == 3
    code = """
import torch
from mmseg.apis import MMSegInferencer, inference_model, init_model

picture, weights = 'plates/val/images/val_0.jpg', 'work/iter_2.pth'
config = ''.join(torch.load(weights, weights_only=False)['meta']['cfg'].split())
assert "imports=['mmlp',]" in config, config
mask = inference_model(init_model('mine.py', weights, device='cpu'), picture).pred_sem_seg.data[0].numpy()
assert mask.shape == (96, 128) and set(mask.ravel()) <= {0, 1}
for model in ('mine.py', None):
    assert (MMSegInferencer(model, weights, device='cpu')(picture)['predictions'] == mask).all(), model
"""
    run_python(call, tmp_path, code)


def test_interfaces_of_the_toolbox_run_the_weights_that_come_along(call, tmp_path):
    """By the config that ``mmlp configs`` prints, and by the address or the file of the weights."""
    config = call(tmp_path, 'mmlp', 'configs', 'lp_fpn_lite0').stdout.strip()
    code = f"""
from pathlib import Path
import mmlp.weights
from mmseg.apis import MMSegInferencer, inference_model, init_model

street = {str(ROOT / 'examples/street.jpg')!r}
model = init_model({config!r}, 'mmlp://lp_fpn_lite0', device='cpu')
assert tuple(model.dataset_meta['classes']) == ('background', 'plate')
mask = inference_model(model, street).pred_sem_seg.data[0].numpy()
assert mask.shape == (720, 1280) and mask[{Y}, {X}] == 1 and mask.mean() < 0.05
file = str(Path(mmlp.weights.__file__).with_name('lp_fpn_lite0.pth'))
for weights in ('mmlp://lp_fpn_lite0', file):
    found = MMSegInferencer({config!r}, weights, device='cpu')(street)['predictions']
    assert (found == mask).all(), weights
"""
    run_python(call, tmp_path, code)


@pytest.mark.needs('onnx')
def test_commands_that_need_the_toolbox(call, tmp_path, config):
    """In one process, since most of their time they load it; a config of one's own, or one by its name."""
    checkpoint, by_name = 'work_dirs/mine/iter_2.pth', 'lp_fpn_lite0'
    size = ('--crop-size', '64', '--num-images', '2', '--max-minutes', '0.01', '--from-scratch')
    commands = {
        'audit': ['plates'],
        'browse': [by_name, '--data-root', 'plates', '--show-number', '2', '-o', 'browsed'],
        'train': [config, '--data-root', 'plates'],
        'test': [config, checkpoint, '--data-root', 'plates', '--out-dir', 'masks'],
        'analyze-logs': ['work_dirs/mine'],
        'overfit': [config, '--data-root', 'plates', *size],
        'publish': [checkpoint, '-o', 'published.pth'],
        'export-onnx': ['published.pth', '-o', 'published.onnx'],
        'complete-masks': ['plates'],
    }
    not_learned = 1
    code = f"""
from mmlp.cli.main import find_module
for name, words in {commands!r}.items():
    code = find_module(name).main(words) or 0
    assert code == ({not_learned} if name == 'overfit' else 0), (name, code)
"""
    run_python(call, tmp_path, code)
    call(tmp_path, 'mmlp', 'segment', 'plates/val', '--model', 'published.onnx', '--save', 'mask')
    written = ('work_dirs/audit/plates/audit.html', 'browsed', 'work_dirs/mine/curves.png', 'outputs/mask')
    assert all((tmp_path / name).exists() for name in written)
    for folder, count in (('masks', 3), ('plates/train/completed_masks', 6)):
        assert len(list((tmp_path / folder).glob('*.png'))) == count


def test_what_mim_looks_for(call, tmp_path, config, installed):
    """``mim train mmlp CONFIG``: a script below ``.mim``, one file of a config's name, an index of models."""
    package = installed / 'mmlp'
    names = [path.name for path in package.rglob('*.py')]
    assert all(names.count(path.name) == 1 for path in (package / '.mim/configs').glob('*.py'))
    models = [
        model
        for metafile in load(package / '.mim/model-index.yml')['Import']
        for model in load(package / '.mim' / metafile)['Models']
    ]
    assert models and all((package / '.mim' / model['Config']).is_file() for model in models)
    script = package / '.mim/tools/train.py'
    assert '--gpus' not in call(tmp_path, 'python', script, '-h').stdout  # which mim would give it
    options = ('--launcher', 'none', '--data-root', 'plates', '--work-dir', 'work')
    call(tmp_path, 'python', script, config, *options)
    assert (tmp_path / 'work/iter_2.pth').is_file()
