"""A network that one can compute by hand: bright pixels are plate."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope='session')
def brightness_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint, its config inside, as a training run of the toolbox leaves it."""
    torch = pytest.importorskip('torch')
    from helpers.brightness_network import brightness_config, build_brightness_segmentor

    config = brightness_config()
    path = tmp_path_factory.mktemp('brightness') / 'brightness.pth'
    meta = {'cfg': config.pretty_text, 'dataset_meta': {'classes': ('background', 'plate')}}
    torch.save({'meta': meta, 'state_dict': build_brightness_segmentor().state_dict()}, path)
    return path
