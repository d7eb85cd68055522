import argparse
import pickle

import pytest
import torch

from mmlp.checkpoints import read_checkpoint, write_checkpoint


class Payload:
    """Runs code when it is unpickled without care."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, 'w')


@pytest.mark.skipif(
    not hasattr(torch.serialization, 'safe_globals'), reason='torch < 2.5 cannot allow single classes'
)
def test_namespace_of_a_training_script_is_read(tmp_path):
    args = argparse.Namespace(lr=0.001, output_dir='.')
    torch.save({'model': {'w': torch.ones(2)}, 'args': args}, tmp_path / 'a.pth')
    checkpoint = read_checkpoint(str(tmp_path / 'a.pth'))
    assert checkpoint['args'] == args
    assert torch.equal(checkpoint['model']['w'], torch.ones(2))


def test_code_in_a_file_is_not_run(tmp_path):
    target = tmp_path / 'written'
    torch.save({'model': {'w': torch.ones(2)}, 'evil': Payload(target)}, tmp_path / 'a.pth')
    with pytest.raises(ValueError, match='more than tensors and plain values'):
        read_checkpoint(tmp_path / 'a.pth')
    assert not target.exists()


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
    with pytest.raises(ValueError, match=r'damaged\.pth (is no checkpoint|could not be read)'):
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
