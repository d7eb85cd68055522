"""The fuzz command: a hundred broken files end in an orderly way, and it sees those that do not."""

import contextlib
import importlib
import io
import random
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch

FOLDER = Path(__file__).resolve().parents[2] / 'tools' / 'analysis_tools' / 'fuzz'
pytestmark = pytest.mark.skipif(sys.platform != 'linux', reason='forks and limits processes as Linux does')


@pytest.fixture
def load(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.mark.parametrize('kind', ['image', 'metadata', 'video', 'annotation', 'checkpoint'])
def test_broken_files_end_in_an_orderly_way(kind, load, capsys):
    # More time than a quiet machine needs: tests run side by side.
    assert load('fuzz').main([kind, '-n', '20', '--seconds', '60']) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.startswith(f'{kind}: ')


def test_the_same_seed_gives_the_same_mutants(load):
    mutate = load('_mutations').mutate_text
    first, second, other = (mutate(bytes(range(256)), random.Random(seed)) for seed in (1, 1, 2))
    assert first == second != other


@pytest.mark.parametrize('is_zip', [True, False])
def test_checkpoints_are_mutated_inside(is_zip, load, tmp_path):
    mutate = load('_checkpoint_mutations').mutate_checkpoint
    torch.save({'meta': {'cfg': 'a = 1'}}, tmp_path / 'a.pth', _use_new_zipfile_serialization=is_zip)
    sound = (tmp_path / 'a.pth').read_bytes()
    mutants = [mutate(sound, random.Random(seed)) for seed in range(30)]
    configs = set()
    for mutant in mutants:
        with contextlib.suppress(Exception):  # Most cannot be read.
            configs.add(torch.load(io.BytesIO(mutant), weights_only=True)['meta']['cfg'])
    assert len(configs - {'a = 1'}) > 3
    if is_zip:
        pickles = {_pickle(mutant) for mutant in mutants} - {None}
        assert len(pickles - {_pickle(sound)}) > 3, 'checksums of the archive fit'


def _pickle(data):
    with contextlib.suppress(Exception), zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read('a/data.pkl')


def test_what_must_not_be_is_seen(load):
    run = load('_sandbox').run_limited

    def crash():
        import ctypes

        ctypes.string_at(0)

    def fill():
        return len(bytearray(3 << 30))

    outcomes = [
        run(function, (ValueError,), 5, 1)
        for function in (lambda: 'fine', lambda: int('x'), lambda: {}['key'], crash, fill)
    ]
    assert [outcome.status for outcome in outcomes] == ['done', 'refused', 'failed', 'killed', 'memory']
    assert [outcome.is_sound for outcome in outcomes] == [True, True, False, False, False]
    assert outcomes[0].detail == 'fine' and 'KeyError' in outcomes[2].detail
    started = time.monotonic()
    assert run(lambda: time.sleep(60), (), 0.5, 1).status == 'time' and time.monotonic() - started < 20
