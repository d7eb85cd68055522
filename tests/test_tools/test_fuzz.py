"""The fuzz command: a hundred broken files end in an orderly way, and it sees those that do not."""

import importlib
import random
import sys
import time
from pathlib import Path

import pytest

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
    mutate = load('_mutations').mutate
    first, second, other = (mutate(bytes(range(256)), random.Random(seed), True) for seed in (1, 1, 2))
    assert first == second != other


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
