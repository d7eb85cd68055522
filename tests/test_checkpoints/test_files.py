"""Checkpoints are read without running what is in them, and written whole."""

import argparse
import pickle
import tarfile
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch
from helpers.hostile_files import Trap, save, write_pickle, write_scripted
from mmengine.logging import HistoryBuffer

from mmlp.checkpoints import read_checkpoint, write_checkpoint


@pytest.fixture(params=[True, False], ids=['zip', 'legacy'])
def is_zip(request):
    return request.param


def test_what_training_runs_save_is_read(tmp_path, is_zip):
    buffer = HistoryBuffer([1.0, 2.0], [1, 1])
    content = {
        'state_dict': OrderedDict(a=torch.arange(6.0).reshape(2, 3), b=torch.tensor(3)),
        'half': torch.nn.Parameter(torch.ones(2).half()),
        'meta': {'cfg': 'a = 1', 'iter': 5, 'when': np.float64(2.5), 'classes': {'plate'}},
        'message_hub': {'log_scalars': {'loss': buffer}, 'seed': np.arange(3)},
        'optimizer': {'state': {0: {'step': torch.tensor(1.0)}}, 'param_groups': [{'lr': 0.1}]},
        'args': argparse.Namespace(lr=0.001, output_dir='.'),
        'kind': torch.float16,
    }
    read = read_checkpoint(str(save(content, tmp_path / 'a.pth', is_zip)))
    assert torch.equal(read['state_dict']['a'], content['state_dict']['a'])
    assert torch.equal(read['state_dict']['b'], torch.tensor(3))
    assert torch.equal(read['half'], content['half']) and read['half'].dtype == torch.float16
    for key in ('meta', 'optimizer', 'args', 'kind'):
        assert read[key] == content[key]
    loss = read['message_hub']['log_scalars']['loss']
    assert loss.mean() == 1.5 and loss.data[0].tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(read['message_hub']['seed'], [0, 1, 2])


def test_code_in_a_file_is_not_run(tmp_path, is_zip, caplog):
    trapped = tmp_path / 'trapped'
    content = {'state_dict': {'a': torch.ones(2)}, 'meta': {'trap': Trap(trapped)}}
    path = save(content, tmp_path / 'a.pth', is_zip)
    read = read_checkpoint(path)
    assert torch.equal(read['state_dict']['a'], torch.ones(2)) and not trapped.exists()
    assert repr(read['meta']['trap']) == '<left out>'
    assert 'left out objects of posix.mkdir' in caplog.text or 'nt.mkdir' in caplog.text
    torch.load(path, weights_only=False)
    assert trapped.exists(), 'the trap works'


def test_a_file_that_is_one_object_is_refused(tmp_path, is_zip):
    with pytest.raises(ValueError, match=r'holds a (posix|nt)\.mkdir, expected a dict'):
        read_checkpoint(save(Trap(tmp_path / 'trapped'), tmp_path / 'a.pth', is_zip))
    assert not (tmp_path / 'trapped').exists()
    with pytest.raises(ValueError, match='holds a list, expected a dict'):
        read_checkpoint(save([1, 2], tmp_path / 'b.pth', is_zip))


@pytest.mark.filterwarnings('ignore')
def test_archives_of_code_are_refused_before_they_are_loaded(tmp_path):
    victim = tmp_path / 'thesis.txt'
    victim.write_text('three years of work')
    write_scripted(tmp_path / 'a.pth', victim)
    with pytest.raises(ValueError, match=r'a\.pth is a TorchScript archive: it holds code'):
        read_checkpoint(tmp_path / 'a.pth')
    assert victim.read_text() == 'three years of work'
    torch.jit.load(str(tmp_path / 'a.pth'))
    assert victim.read_bytes()[:2] == b'PK', 'the trap works'


def test_other_archives_are_refused(tmp_path):
    with tarfile.open(tmp_path / 'old.pth', 'w') as archive:
        archive.add(__file__, 'storages')
    with pytest.raises(ValueError, match=r'old\.pth is a tar archive'):
        read_checkpoint(tmp_path / 'old.pth')
    with zipfile.ZipFile(tmp_path / 'exported.pth', 'w') as archive:
        archive.writestr('exported/version', '3')
        archive.writestr('exported/model.json', '{}')
    with pytest.raises(ValueError, match=r'not one that torch\.save wrote'):
        read_checkpoint(tmp_path / 'exported.pth')
    with zipfile.ZipFile(tmp_path / 'bomb.pth', 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('bomb/version', '3')
        archive.writestr('bomb/data.pkl', pickle.dumps({}, 2))
        archive.writestr('bomb/data/0', bytes(1 << 24))
    with pytest.raises(ValueError, match='compressed archive that grows to'):
        read_checkpoint(tmp_path / 'bomb.pth')


def _global(module: str, name: str) -> bytes:
    return f'c{module}\n{name}\n'.encode()


@pytest.mark.parametrize(
    'pickled',
    [
        # HistoryBuffer.mean = 'nothing', for the whole process.
        _global('mmengine.logging.history_buffer', 'HistoryBuffer') + b'(N(dVmean\nVnothing\nstb.',
        # getattr(dict, '__class__')
        _global('builtins', 'getattr') + _global('builtins', 'dict') + b'V__class__\n\x86R.',
        _global('builtins', 'getattr')
        + _global('mmengine.logging.history_buffer', 'HistoryBuffer')
        + b'V__init__\n\x86R.',
        _global('_codecs', 'encode') + b'Vx\nVzip\n\x86R.',
        # numpy.ndarray((2,))[0] = 1, and the like
        _global('numpy', 'ndarray') + b'((I2\nttRI0\nI1\ns.',
        _global('numpy', 'ndarray') + b'((I2\nttR(I0\nI1\nu.',
        _global('argparse', 'Namespace') + b')RI0\na.',
        # Numbers of the file that are taken for addresses of objects
        pickle.dumps(np.dtype([('a', 'O')]), 2)[2:],
        # HistoryBuffer().max_length = 1, by the part of a state that is meant for slots
        _global('mmengine.logging.history_buffer', 'HistoryBuffer') + b')R(N(dVmax_length\nI1\nstb.',
        _global('builtins', 'str') + b']\x85R.',
    ],
    ids=[
        'state of a class',
        'any attribute',
        'private attribute',
        'any codec',
        'item of an array',
        'items of an array',
        'item of something',
        'fields of objects',
        'slots',
        'text of a list',
    ],
)
def test_what_is_allowed_cannot_be_turned_against_the_reader(tmp_path, pickled):
    before = dict(vars(HistoryBuffer))
    write_pickle(tmp_path / 'a.pth', b'\x80\x02' + pickled)
    with pytest.raises(ValueError, match=r'a\.pth could not be read \(UnpicklingError'):
        read_checkpoint(tmp_path / 'a.pth')
    assert dict(vars(HistoryBuffer)) == before


def test_storages_are_as_large_as_the_archive_has_them(tmp_path):
    """PyTorch before 2.10 takes what lies behind them in memory for weights."""
    torch.save({'w': torch.ones(4), 'empty': torch.ones(0)}, tmp_path / 'honest.pth')
    assert read_checkpoint(tmp_path / 'honest.pth')['w'].tolist() == [1, 1, 1, 1]
    with (
        zipfile.ZipFile(tmp_path / 'honest.pth') as honest,
        zipfile.ZipFile(tmp_path / 'a.pth', 'w') as lying,
    ):
        for name in honest.namelist():
            content = honest.read(name)
            if name.endswith('data.pkl'):
                assert content.count(b'K\x04tq') == 1
                content = content.replace(b'K\x04tq', b'M\x00\x40tq')  # 16384 numbers
            lying.writestr(name, content)
    with pytest.raises(ValueError, match=r'a\.pth could not be read .*bytes'):
        read_checkpoint(tmp_path / 'a.pth')


def test_deep_nesting_is_answered(tmp_path):
    write_pickle(tmp_path / 'a.pth', b'\x80\x02' + b'(' * 50_000 + b'l' * 50_000 + b'.')
    with pytest.raises(ValueError, match=r'a\.pth'):
        read_checkpoint(tmp_path / 'a.pth')


def test_more_memory_than_there_is_is_answered(tmp_path):
    write_pickle(tmp_path / 'a.pth', b'\x80\x02' + _global('numpy', 'ndarray') + b'(I9999999999999\ntR.')
    with pytest.raises(ValueError, match=r'a\.pth could not be read: it asks for more memory'):
        read_checkpoint(tmp_path / 'a.pth')


@pytest.mark.parametrize('name', [1, b'w', '\x1b[2J', '\udce9', 'w' * 501])
@pytest.mark.parametrize('where', ['state_dict', 'model', None])
def test_names_of_weights_are_names(name, where, tmp_path):
    content = {'w': torch.ones(1), name: torch.ones(1)}
    torch.save({where: content} if where else content, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=r'a\.pth has an entry .* where names of weights') as caught:
        read_checkpoint(tmp_path / 'a.pth')
    assert str(caught.value).isprintable()


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nothing\.pth is not a file'):
        read_checkpoint(tmp_path / 'nothing.pth')


@pytest.mark.parametrize('content', ['truncated', 'text', 'empty', 'pickle'])
def test_damaged_files_are_named(tmp_path, content):
    path = tmp_path / 'damaged.pth'
    torch.save({'w': torch.ones(10000)}, path)
    whole = path.read_bytes()
    path.write_bytes(
        {
            'truncated': whole[: len(whole) // 2],
            'text': b'<html>404 Not Found</html>',
            'empty': b'',
            'pickle': pickle.dumps({'a': 1}),
        }[content]
    )
    with pytest.raises(ValueError, match=r'damaged\.pth (could not be read|holds a)'):
        read_checkpoint(path)


def test_write_replaces_only_when_asked(tmp_path):
    path = tmp_path / 'new' / 'a.pth'
    write_checkpoint({'a': 1}, path)
    with pytest.raises(FileExistsError, match='exists already'):
        write_checkpoint({'a': 2}, path)
    assert read_checkpoint(path) == {'a': 1}
    write_checkpoint({'a': 2}, path, overwrite=True)
    assert read_checkpoint(path) == {'a': 2}
    assert [p.name for p in path.parent.iterdir()] == ['a.pth']


def test_failed_write_leaves_the_old_file_and_no_remains(tmp_path):
    path = tmp_path / 'a.pth'
    write_checkpoint({'a': 1}, path)
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        write_checkpoint({'a': lambda: None}, path, overwrite=True)
    assert read_checkpoint(path) == {'a': 1}
    assert [p.name for p in tmp_path.iterdir()] == ['a.pth']
