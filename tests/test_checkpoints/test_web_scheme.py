"""Checkpoints at an address."""

import functools
import http.server
import threading

import pytest
import torch
from helpers.hostile_files import Trap, save, write_scripted
from mmengine.runner import CheckpointLoader

import mmlp.checkpoints  # noqa: F401  registers the scheme


@pytest.fixture
def address(tmp_path, monkeypatch):
    """Of a server for a folder; what is fetched goes to another one."""
    monkeypatch.setenv('no_proxy', '*')
    monkeypatch.setenv('TORCH_HOME', str(tmp_path / 'cache'))
    (tmp_path / 'served').mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path / 'served'))
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f'http://127.0.0.1:{server.server_port}'
    server.shutdown()
    server.server_close()
    thread.join()


def test_what_is_fetched_is_not_run(address, tmp_path, caplog):
    trapped = tmp_path / 'trapped'
    content = {'state_dict': {'a': torch.ones(2)}, 'meta': {'trap': Trap(trapped)}}
    path = save(content, tmp_path / 'served' / 'a.pth')
    loaded = CheckpointLoader.load_checkpoint(f'{address}/a.pth', 'cpu')
    assert torch.equal(loaded['state_dict']['a'], torch.ones(2)) and not trapped.exists()
    path.unlink()  # It was fetched already.
    assert CheckpointLoader.load_checkpoint(f'{address}/a.pth', 'cpu')['state_dict']


@pytest.mark.filterwarnings('ignore')
def test_code_that_is_fetched_is_refused(address, tmp_path):
    victim = tmp_path / 'thesis.txt'
    victim.write_text('three years of work')
    write_scripted(tmp_path / 'served' / 'a.pth', victim)
    with pytest.raises(ValueError, match=r'a\.pth is a TorchScript archive'):
        CheckpointLoader.load_checkpoint(f'{address}/a.pth', 'cpu')
    assert victim.read_text() == 'three years of work'


def test_addresses_without_a_file_are_refused(address):
    with pytest.raises(ValueError, match='names no file'):
        CheckpointLoader.load_checkpoint(f'{address}/..', 'cpu')
    with pytest.raises(OSError, match='404'):
        CheckpointLoader.load_checkpoint(f'{address}/nothing.pth', 'cpu')
