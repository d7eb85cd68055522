"""Weights by name: found, checked, downloaded, or a message that says what to do."""

from __future__ import annotations

import hashlib

import pytest
import torch

from mmlp.apis.config_files import find_config
from mmlp.weights import DEFAULT_WEIGHTS, WEIGHTS, WeightsEntry, file_sha256, resolve_weights

CONTENT = b'weights' * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / 'weights').mkdir()
    (tmp_path / 'weights' / 'small.pth').write_bytes(CONTENT)
    return tmp_path / 'weights'


def entry(**changes) -> dict[str, WeightsEntry]:
    settings = dict(file='small.pth', sha256=DIGEST, config='lp_fpn_lite0')
    return {DEFAULT_WEIGHTS: WeightsEntry(**{**settings, **changes})}


@pytest.mark.parametrize('name', [None, DEFAULT_WEIGHTS])
def test_names_lead_to_checked_files(name, folder):
    assert resolve_weights(name, entry(), folder) == folder / 'small.pth'


def test_paths_are_taken_as_they_are(tmp_path):
    path = tmp_path / 'mine.pth'
    path.write_bytes(b'')
    assert resolve_weights(path) == resolve_weights(str(path)) == path


def test_a_changed_file_is_refused(folder):
    (folder / 'small.pth').write_bytes(CONTENT + b'!')
    with pytest.raises(ValueError, match=rf'expected {DIGEST}.*install mmlp again'):
        resolve_weights(None, entry(), folder)


def test_a_missing_file_is_named(folder):
    with pytest.raises(FileNotFoundError, match=r'other\.pth, which should come with mmlp'):
        resolve_weights(None, entry(file='other.pth'), folder)


def test_unknown_names_list_the_known(folder):
    with pytest.raises(FileNotFoundError, match=rf"'large' is not a file and is not .*{DEFAULT_WEIGHTS}"):
        resolve_weights('large', entry(), folder)
    with pytest.raises(FileNotFoundError, match=r'default weights are not .*none in this build'):
        resolve_weights(None, {}, folder)


def test_downloads_are_kept_and_checked(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path / 'hub'))
    remote = entry(url=(folder / 'small.pth').as_uri())
    path = resolve_weights(None, remote)
    assert path == tmp_path / 'hub' / 'checkpoints' / 'small.pth' and path.read_bytes() == CONTENT
    (folder / 'small.pth').unlink()
    assert resolve_weights(None, remote) == path
    path.write_bytes(b'something else')
    with pytest.raises(ValueError, match='remove it and try again'):
        resolve_weights(None, remote)


def test_downloads_with_another_hash_leave_nothing(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.hub, '_hub_dir', str(tmp_path / 'hub'))
    with pytest.raises(RuntimeError, match='invalid hash'):
        resolve_weights(None, entry(url=(folder / 'small.pth').as_uri(), sha256='0' * 64))
    assert list((tmp_path / 'hub' / 'checkpoints').iterdir()) == []


def test_what_the_index_lists_is_there():
    for name, listed in WEIGHTS.items():
        assert find_config(listed.config).is_file()
        if listed.url is None:
            assert file_sha256(resolve_weights(name)) == listed.sha256
