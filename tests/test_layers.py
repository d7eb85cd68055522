"""Finding and hiding plates loads neither PyTorch nor the toolbox, and the toolbox finds all of mmlp."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.needed_packages import needs_toolbox

import mmlp

ROOT = Path(__file__).resolve().parents[1]
#: What costs seconds and gigabytes.
HEAVY = ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmseg', 'timm', 'matplotlib')
#: What of the light packages needs PyTorch, and is loaded when that is asked for.
BY_PYTORCH = {
    'mmlp.apis.backends.checkpoint',
    'mmlp.apis.backends.pytorch',
    'mmlp.apis.embedded_config',
    'mmlp.apis.export',
    'mmlp.apis.model_loading',
    'mmlp.apis.plate_probability',
    'mmlp.evaluation.plate_metric',
}
#: What reads a file that is read by an extra alone.
BY_EXTRA = {'mmlp.datasets.converters.yaml_file'}
LIGHT_PACKAGES = (
    *('apis', 'cli', 'datasets.converters', 'datasets.lists', 'evaluation', 'jobs', 'media', 'plates'),
    'weights',
)


def light_modules() -> list[str]:
    """Names of all modules of the light packages."""
    names = ['mmlp']
    for package in LIGHT_PACKAGES:
        folder = Path(mmlp.__file__).parent / package.replace('.', '/')
        found = pkgutil.walk_packages([str(folder)], f'mmlp.{package}.')
        names += [f'mmlp.{package}', *(module.name for module in found)]
    return sorted(set(names) - BY_PYTORCH - BY_EXTRA)


def run(code: str, *options: str) -> str:
    """Runs code in a process of its own, in which the heavy packages cannot be imported unless asked."""
    done = subprocess.run(
        [sys.executable, *options, '-c', code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_light_packages_import_without_the_heavy() -> None:
    """Each module in a process that has none of them; in one process, as each would show what it loads."""
    names = light_modules()
    assert len(names) > 80 and 'mmlp.jobs.anonymize' in names and 'mmlp.media.video' in names
    blocked = f'import sys\nfor name in {HEAVY}: sys.modules[name] = None\n'
    imports = '\n'.join(f'import {name}' for name in names)
    run(blocked + imports)


@pytest.mark.parametrize(
    'name', ['mmlp', 'mmlp.plates', 'mmlp.media', 'mmlp.apis', 'mmlp.jobs', 'mmlp.cli.main']
)
def test_no_heavy_module_is_loaded_by_the_way(name: str) -> None:
    """Where they are installed, importing ours does not load them either."""
    loaded = run(f'import sys, {name}\nprint(*(name for name in {HEAVY} if name in sys.modules))')
    assert loaded.split() == []


def test_plates_are_found_and_hidden_without_the_heavy(tmp_path: Path) -> None:
    """From the weights that ship to an anonymised picture, in a process that has no PyTorch."""
    output = tmp_path / 'street.jpg'
    run(
        f'import sys\nfor name in {HEAVY}: sys.modules[name] = None\n'
        f"sys.argv = ['anonymize.py', 'examples/street.jpg', '-o', {str(output)!r}]\n"
        'import runpy\n'
        "try: runpy.run_path('tools/anonymize.py', run_name='__main__')\n"
        'except SystemExit as end: assert not end.code, end.code'
    )
    assert output.is_file()


def test_public_names_come_on_demand() -> None:
    """What the package promises is there."""
    assert mmlp.PlateSegmenter.__module__ == 'mmlp.apis.plate_segmenter'
    assert mmlp.anonymize_media.__module__ == 'mmlp.jobs.anonymize'
    assert {'PlateSegmenter', 'Plate', 'segment_media', 'anonymize_media'} <= set(dir(mmlp))
    with pytest.raises(AttributeError, match='no_such_name'):
        mmlp.no_such_name  # noqa: B018


ASK = (
    'from mmseg.registry import DATASETS, HOOKS, METRICS, MODELS, RUNNERS, TRANSFORMS, VISUALIZERS\n'
    "for registry, name in ((MODELS, 'DeepLabHead'), (DATASETS, 'LicensePlateDataset'),\n"
    "    (TRANSFORMS, 'PasteSyntheticPlate'), (METRICS, 'PlateMetric'), (HOOKS, 'SWAHook'),\n"
    "    (RUNNERS, 'ConciseRunner'), (MODELS, 'ResNet'), (DATASETS, 'CityscapesDataset'),\n"
    "    (VISUALIZERS, 'SegLocalVisualizer')):\n"
    '    assert registry.get(name) is not None, name\n'
)


@needs_toolbox
@pytest.mark.parametrize(
    'order',
    [
        'import mmlp',
        'import mmseg.registry, mmlp',
        'import mmlp, mmcv, mmseg.models',
        'from mmlp import PlateSegmenter; import mmengine.runner',
        'import mmengine; from mmengine.config import Config\n'
        "import tempfile, pathlib; path = pathlib.Path(tempfile.mkdtemp()) / 'old.py'\n"
        'path.write_text("custom_imports = dict(imports=[\'mmlp\'], allow_failed_imports=False)")\n'
        'Config.fromfile(path)',
        'import mmlp; from mmengine.config import Config\n'
        "import tempfile, pathlib; path = pathlib.Path(tempfile.mkdtemp()) / 'old.py'\n"
        'path.write_text("custom_imports = dict(imports=[\'mmlp\'], allow_failed_imports=False)")\n'
        'Config.fromfile(path)',
    ],
    ids=['first', 'last', 'in between', 'after the segmenter', 'old config', 'old config, mmlp first'],
)
def test_the_toolbox_finds_our_modules_in_whatever_order(order: str) -> None:
    """Whether mmlp or the toolbox is imported first, and by whom."""
    run(f'{order}\n{ASK}', '-W', 'ignore')


def test_a_library_that_opencv_lacks_is_named_with_its_package(tmp_path: Path) -> None:
    """As on a server without libGL."""
    (tmp_path / 'cv2.py').write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    message = run(
        f'import sys; sys.path.insert(0, {str(tmp_path)!r})\n'
        'try: from mmlp.plates import Plate\nexcept ImportError as error: print(error)'
    )
    assert 'libGL.so.1' in message and 'apt install libgl1' in message
