"""Checkpoints of training runs are read without running what is in them."""

from __future__ import annotations

import os
from collections import OrderedDict

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer

from mmlp.checkpoints.toolbox_files import read_toolbox_checkpoint


class Trap:
    """Leaves a file behind when it is unpickled in the usual way."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.fixture(params=[True, False], ids=['zip', 'legacy'])
def save(request, tmp_path):
    def write(content) -> str:
        path = str(tmp_path / 'run.pth')
        torch.save(content, path, _use_new_zipfile_serialization=request.param)
        return path

    return write


def test_logs_and_numpy_do_not_hide_the_weights(save):
    buffer = HistoryBuffer([1.0, 2.0], [1, 1])
    content = {
        'state_dict': OrderedDict(a=torch.arange(6.0).reshape(2, 3), b=torch.tensor(3)),
        'meta': {'cfg': 'a = 1', 'iter': 5, 'when': np.float64(2.5)},
        'message_hub': {'log_scalars': {'loss': buffer}, 'seed': np.arange(3)},
        'optimizer': {'state': {0: {'step': torch.tensor(1.0)}}, 'param_groups': [{'lr': 0.1}]},
    }
    path = save(content)
    with pytest.raises(Exception, match='Weights only load failed'):
        torch.load(path, weights_only=True)
    read = read_toolbox_checkpoint(path)
    assert torch.equal(read['state_dict']['a'], content['state_dict']['a'])
    assert torch.equal(read['state_dict']['b'], torch.tensor(3))
    assert read['meta']['cfg'] == 'a = 1' and read['meta']['iter'] == 5
    assert read['optimizer']['param_groups'] == [{'lr': 0.1}]
    assert repr(read['message_hub']['log_scalars']['loss']) == '<left out>'


def test_no_code_of_the_file_runs(save, tmp_path):
    trapped = tmp_path / 'trapped'
    path = save({'state_dict': {'a': torch.ones(2)}, 'trap': Trap(trapped)})
    read = read_toolbox_checkpoint(path)
    assert torch.equal(read['state_dict']['a'], torch.ones(2))
    assert not trapped.exists()
    torch.load(path, weights_only=False)
    assert trapped.exists(), 'the trap works'


def test_half_precision_and_parameters(save):
    content = {'a': torch.ones(3).half(), 'b': torch.nn.Parameter(torch.zeros(2)), 'c': {1, 2}}
    read = read_toolbox_checkpoint(save(content))
    assert read['a'].dtype == torch.float16 and torch.equal(read['b'], torch.zeros(2))


def test_damaged_and_foreign_files_are_named(tmp_path, save):
    (tmp_path / 'text.pth').write_text('no checkpoint')
    with pytest.raises(ValueError, match=r'text\.pth'):
        read_toolbox_checkpoint(tmp_path / 'text.pth')
    with pytest.raises(ValueError, match='holds a list, expected a dict'):
        read_toolbox_checkpoint(save([1, 2]))
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        read_toolbox_checkpoint(tmp_path / 'none.pth')
