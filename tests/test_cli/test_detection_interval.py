"""How often frames of videos are looked at, as command lines take it."""

import argparse

import pytest

from mmlp.cli import anonymize, segment
from mmlp.cli.option_types import detection_interval


@pytest.mark.parametrize('command', [anonymize, segment])
def test_both_commands_take_a_number_or_auto(command):
    def read(*options):
        return command.parse_args(['in.mp4', '-o', 'out', *options]).detect_every

    assert read() == 1
    assert read('--detect-every', '6') == 6
    assert read('--detect-every', 'auto') == 'auto'


@pytest.mark.parametrize('text', ['0', '-2', '1.5', 'often', ''])
def test_other_intervals_are_refused(text):
    with pytest.raises(argparse.ArgumentTypeError, match="1 or more, or 'auto'"):
        detection_interval(text)
