"""``--cfg-options`` as MMEngine's ``DictAction`` reads them."""

from __future__ import annotations

import argparse

import pytest
from mmengine.config import DictAction

from mmlp.cli.options import add_config_options
from mmlp.cli.settings import read_settings

LINES = [
    ['a=1'],
    ['a=1.5', 'b.c=true', 'b.d=False', 'e=None', 'f=none', 'g=text', 'h='],
    ['a=1,2,3', 'b=[1,2]', 'c=(1,2)', 'd=[(1,2),(a,b)]', 'e=[]', 'f=()'],
    ['a="[1, 2]"', "b='x y'", 'c=a=b=c', 'd=1e-3', 'e=-1', 'f=inf'],
    ['a=1', 'a=2', 'model.decode_head.loss_decode.0.type=BinaryLovaszLoss'],
]


def parse(action: object, argv: list[str]) -> dict | None:
    parser = argparse.ArgumentParser()
    parser.add_argument('--cfg-options', nargs='+', action=action)
    return parser.parse_args(argv).cfg_options


@pytest.mark.parametrize('line', LINES)
def test_same_as_the_toolbox(line: list[str]) -> None:
    for argv in (['--cfg-options', *line], ['--cfg-options', *line, '--cfg-options', 'z=1', 'a=9']):
        parser = argparse.ArgumentParser()
        add_config_options(parser)
        mine = read_settings(parser.parse_args(argv).cfg_options)
        assert mine == parse(DictAction, argv)
        assert {key: type(value) for key, value in mine.items()} == {
            key: type(value) for key, value in parse(DictAction, argv).items()
        }


def test_none_are_none() -> None:
    assert read_settings(None) is None


@pytest.mark.parametrize('text', ['a', '=1', ''])
def test_what_is_no_setting(text: str, capsys: pytest.CaptureFixture) -> None:
    parser = argparse.ArgumentParser()
    add_config_options(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(['--cfg-options', text])
    assert f'expected KEY=VALUE, got {text!r}' in capsys.readouterr().err


def test_brackets_that_do_not_close() -> None:
    with pytest.raises(ValueError, match=r'--cfg-options a=\[1,\(2\]: Imbalanced brackets'):
        read_settings(['a=[1,(2]'])
