"""Small data that the tests draw themselves."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
import pytest
from helpers.needed_packages import absent_packages, is_installed

from mmlp.cli.command import SIGNALS


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """Background jobs of a shell ignore SIGINT; tests of interruption need Python's handler.

    Commands that a test runs leave their own handlers behind.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Skips as a whole, before it is imported, a file that needs what is not installed."""
    absent = absent_packages(module_path)
    return SkippedModule.from_parent(parent, path=module_path, absent=absent) if absent else None


class SkippedModule(pytest.Module):
    """A file of tests that says what it lacks."""

    def __init__(self, absent: list[str], **options: object) -> None:
        super().__init__(**options)
        self.absent = absent

    def collect(self) -> NoReturn:
        pytest.skip(f'not installed: {", ".join(self.absent)}', allow_module_level=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skips what is marked for packages that are not installed, or for CUDA where there is no such device."""
    for item in items:
        packages = {name for marker in item.iter_markers('needs') for name in marker.args}
        absent = sorted(name for name in packages if not is_installed(name))
        if absent:
            item.add_marker(pytest.mark.skip(reason=f'not installed: {", ".join(absent)}'))
    marked = [item for item in items if item.get_closest_marker('cuda')]
    if marked and not has_cuda():
        for item in marked:
            item.add_marker(pytest.mark.skip(reason='there is no CUDA device'))


def has_cuda() -> bool:
    """Whether PyTorch is there and sees a device."""
    if not is_installed('torch'):
        return False
    import torch

    return torch.cuda.is_available()


@pytest.fixture(params=['cpu', pytest.param('cuda', marks=pytest.mark.cuda)])
def device(request: pytest.FixtureRequest) -> str:
    """Where the test runs; on CUDA, what it computes is compared with float32, not with TF32."""
    if request.param == 'cuda':
        import torch

        request.getfixturevalue('monkeypatch').setattr(torch.backends.cudnn, 'allow_tf32', False)
    return request.param


@pytest.fixture(autouse=True, scope='session')
def mmseg_scope() -> None:
    """What ``default_scope = 'mmseg'`` does in a config: nested modules are looked up in the toolbox."""
    if is_installed('mmengine'):
        from mmengine.registry import init_default_scope

        init_default_scope('mmseg')


def draw_scenery(rng: np.random.Generator, size: tuple[int, int] = (96, 128)) -> tuple:
    """A noisy picture with one light rectangle, and its mask (0 and 255)."""
    height, width = size
    image = rng.integers(0, 120, (height, width, 3), dtype=np.uint8)
    mask = np.zeros((height, width), np.uint8)
    left, top = int(rng.integers(4, width - 60)), int(rng.integers(4, height - 30))
    cv2.rectangle(image, (left, top), (left + 47, top + 15), (230, 235, 240), -1)
    cv2.putText(image, 'AB123', (left + 2, top + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (20, 20, 20), 1)
    mask[top : top + 16, left : left + 48] = 255
    return image, mask


def write_split(root: Path, split: str, count: int, seed: int) -> None:
    """Writes a split in the original's layout."""
    rng = np.random.default_rng(seed)
    for folder in ('images', 'masks'):
        (root / split / folder).mkdir(parents=True, exist_ok=True)
    for index in range(count):
        image, mask = draw_scenery(rng)
        cv2.imwrite(str(root / split / 'images' / f'{split}_{index}.jpg'), image)
        cv2.imwrite(str(root / split / 'masks' / f'{split}_{index}.jpg.png'), mask)


@pytest.fixture(name='draw_plate_picture')
def fixture_draw_plate_picture() -> Callable:
    """The function that draws one picture and its mask."""
    return draw_scenery


@pytest.fixture()
def plate_root(tmp_path: Path) -> Path:
    """A data set of six training and three validation pictures."""
    write_split(tmp_path / 'plates', 'train', 6, seed=0)
    write_split(tmp_path / 'plates', 'val', 3, seed=1)
    return tmp_path / 'plates'
