"""The entry of the command ``mmlp``: which commands there are, and how one is run."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from mmlp.version import __version__

from .command import MISTAKE, command, take_charge
from .parser import nearest_to
from .terminal import say

#: All commands with what they do, in groups. ``-`` in a name is ``_`` in that of its module.
GROUPS: dict[str, dict[str, str]] = {
    'find and hide plates': {
        'segment': 'find plates in pictures and videos, draw them, write where they are',
        'anonymize': 'make plates unreadable in pictures and videos',
        'evaluate': 'measure both on your own annotated plates, at several thresholds',
    },
    'data sets': {
        'convert': 'convert annotations and public sets to the layout that training reads',
        'export': 'export masks to an annotation tool, to correct them',
        'audit': 'count what is in a data set, and name all that is broken or odd',
        'generate': 'make a data set of synthetic scenes with exact outlines',
        'complete-masks': 'add plates that nobody annotated to masks',
        'make-list': 'list the pictures of a data set, so that others can rebuild it',
        'rebuild': 'rebuild a data set from a list and the public sets',
    },
    'training': {
        'configs': 'say where the configs that come with mmlp lie, and list them',
        'browse': 'write what a config feeds the network, as pictures',
        'train': 'train a segmenter',
        'test': 'test a segmenter on test data',
        'overfit': 'try whether a network learns a few crops by heart',
        'analyze-logs': 'draw training curves',
    },
    'weights': {
        'export-onnx': 'export a segmenter to ONNX, checked against PyTorch',
        'publish': 'make a checkpoint ready to hand out',
        'import-torchvision': "convert weights of torchvision's DeepLabV3",
    },
}
COMMANDS = {name: does for group in GROUPS.values() for name, does in group.items()}


def main(*words: str) -> None:
    """Runs ``mmlp`` as a process, to its end.

    Args:
        *words (str): Stand before the arguments of the process, as those of a script that is one command do.
    """
    take_charge()
    argv = [*words, *sys.argv[1:]]
    if argv and argv[0] in COMMANDS:
        module = find_module(argv[0])
        command(lambda: module.main(argv[1:]), module.KEPT)
    else:
        command(lambda: answer(argv))


def find_module(name: str) -> ModuleType:
    """Imports the module of a command."""
    return importlib.import_module(f'.{name.replace("-", "_")}', __package__)


def answer(words: Sequence[str]) -> int:
    """Answers ``--help`` and ``--version``; all else that is not a command is a mistake."""
    if words[:1] == ['--version']:
        print(f'mmlp {__version__}')
        return 0
    if words[:1] in (['--help'], ['-h']):
        print(describe())
        return 0
    name = words[0] if words else ''
    if not name or name.startswith('-'):
        mistake = f'expected a command, got {name or "nothing"}'
    else:
        mistake = f'there is no command {name!r}{nearest_to(name, COMMANDS)}'
    say(f'error: {mistake} ("mmlp --help" lists them)')
    return MISTAKE


def describe() -> str:
    """The help of the whole command."""
    lines = ['usage: mmlp COMMAND ...', '', 'mmlp finds licence plates pixel by pixel, and hides them.']
    for title, names in GROUPS.items():
        lines += ['', f'{title}:', *(f'  {name:20}{does}' for name, does in names.items())]
    lines += ['', '"mmlp COMMAND --help" tells all about one; "mmlp --version" tells the version.']
    return '\n'.join(lines)
