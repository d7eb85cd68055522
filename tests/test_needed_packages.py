"""Files of tests are left out for what they lack, and for nothing else."""

from __future__ import annotations

import pytest
from helpers import needed_packages


@pytest.fixture
def absent(tmp_path, monkeypatch):
    """What a file of that text lacks, where PyTorch and the toolbox are not installed."""
    heavy = {*needed_packages.TOOLBOX, 'matplotlib', 'shapely'}
    monkeypatch.setattr(needed_packages, 'is_installed', lambda name: name not in heavy)

    def of(text: str) -> list[str]:
        path = tmp_path / f'test_{len(list(tmp_path.iterdir()))}.py'
        path.write_text(text)
        return needed_packages.absent_packages(path)

    return of


def test_what_a_file_imports_itself_and_by_helpers(absent):
    assert absent('import torch.nn as nn, cv2') == ['torch']
    assert absent('from mmengine.config import Config') == ['mmengine']
    assert absent('from helpers.converter_samples import run') == ['shapely']
    assert absent('def test():\n    import torch') == []


def test_what_is_ours_and_built_on_the_toolbox(absent):
    toolbox = sorted(needed_packages.TOOLBOX)
    assert absent('from mmlp.datasets.transforms import MotionBlur') == toolbox
    assert absent('from mmlp.datasets import LicensePlateDataset, read_plate_mask') == toolbox
    assert absent('from mmlp import engine') == toolbox


def test_what_should_be_light_is_never_left_out(absent):
    """However heavy it becomes: its test fails then."""
    assert absent('import mmlp.media.video\nfrom mmlp.apis import PlateSegmenter') == []
    assert absent('from mmlp.datasets.converters import convert\nfrom mmlp.plates import Plate') == []
