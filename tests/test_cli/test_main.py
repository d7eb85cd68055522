"""``mmlp``: its commands, its help, what it says about what there is not; and the scripts that call it."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.command_processes import MINIMAL, ROOT

import mmlp.cli
from mmlp.cli.main import COMMANDS, GROUPS, find_module
from mmlp.cli.parser import Parser
from mmlp.datasets.converters.formats import FORMATS
from mmlp.version import __version__

#: Modules of the package that are not commands.
SHARED = {
    *('command', 'convert_options', 'main', 'media_jobs', 'option_types', 'options', 'parser', 'problems'),
    *('progress_bar', 'run_configs', 'segmenter_options', 'settings', 'terminal'),
    *('evaluated_commands', 'evaluation_output', 'evaluation_tables'),
}


def call(
    *arguments: object, program: tuple = ('-m', 'mmlp'), **options: object
) -> subprocess.CompletedProcess:
    """Runs a command line as a process."""
    command = [sys.executable, *program, *arguments]
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, **options)


def parser_of(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> argparse.ArgumentParser:
    """The parser of a command."""
    found: list[argparse.ArgumentParser] = []

    def take(parser: Parser, *_: object) -> None:
        found.append(parser)
        raise SystemExit

    monkeypatch.setattr(Parser, 'parse_args', take)
    with pytest.raises(SystemExit):
        find_module(name).main([*arguments])
    return found[0]


def test_help_lists_all_commands_in_groups() -> None:
    done = call('--help')
    assert done.returncode == 0 and done.stderr == ''
    for title, names in GROUPS.items():
        assert f'\n{title}:\n' in done.stdout
        assert all(f'\n  {name} ' in done.stdout for name in names)


def test_every_module_is_a_command_or_shared() -> None:
    modules = {path.stem for path in Path(mmlp.cli.__file__).parent.glob('*.py')} - {'__init__'}
    assert modules - SHARED == {name.replace('-', '_') for name in COMMANDS}
    for name in COMMANDS:
        module = find_module(name)
        assert module.main and isinstance(module.KEPT, str) and module.__doc__
    assert set(MINIMAL) == set(COMMANDS)


def test_version() -> None:
    assert call('--version').stdout == f'mmlp {__version__}\n'


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        ((), 'expected a command, got nothing ("mmlp --help" lists them)'),
        (('--verbose',), 'expected a command, got --verbose ("mmlp --help" lists them)'),
        (('segmnet',), 'there is no command \'segmnet\'; did you mean segment? ("mmlp --help" lists them)'),
        (('zzz',), 'there is no command \'zzz\' ("mmlp --help" lists them)'),
        (
            ('convert', 'labelmee', 'x'),
            "argument FORMAT: there is no format 'labelmee'; did you mean labelme? ",
        ),
        (('convert',), 'the following arguments are required: FORMAT ("mmlp convert --help" tells all)'),
        (('anonymize', 'x', '--metod', 'blur'), 'one of the arguments -o/--out-dir --in-place is required'),
        (('train',), 'the following arguments are required: config ("mmlp train --help" tells all)'),
        (
            ('train', 'no_such'),
            "config 'no_such' does not exist; those that come with mmlp are: lp_deeplabv3",
        ),
    ],
)
def test_mistakes_are_a_line_and_the_exit_code_2(words: tuple, message: str) -> None:
    done = call(*words)
    assert done.returncode == 2 and done.stdout == ''
    assert done.stderr.startswith(f'error: {message}') and done.stderr.count('\n') == 1


def scripts() -> dict[str, str]:
    """Scripts that are commands of the package, with the words that they stand for."""
    found = {}
    for path in (ROOT / 'tools').rglob('*.py'):
        words = re.findall(r'^    main\((.*)\)$', path.read_text(encoding='utf-8'), re.M)
        if words and "'" in words[0]:
            found[path.relative_to(ROOT).as_posix()] = words[0].replace("'", '').replace(', ', ' ')
    return found


def test_every_command_has_its_script() -> None:
    words = set(scripts().values())
    without = {'configs'}  # Scripts are for those who have a checkout before them.
    assert words == ({*COMMANDS} - without - {'convert'}) | {f'convert {name}' for name in FORMATS}


@pytest.mark.parametrize('path', ['tools/train.py', 'tools/dataset_converters/coco.py'])
def test_a_script_is_its_command(path: str) -> None:
    words = scripts()[path].split()
    script, command = call('--help', program=(ROOT / path,)), call(*words, '--help')
    assert script.returncode == 0 and script.stdout == command.stdout
    assert f'usage: mmlp {" ".join(words)} [-h]' in script.stdout


@pytest.mark.parametrize('name', COMMANDS)
def test_one_style_of_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parser = parser_of(name, monkeypatch, *(['coco'] if name == 'convert' else []))
    options = {string: action for action in parser._actions for string in action.option_strings}
    written = {string for string in options if string.startswith('--out') and string != '--outlines'}
    assert written <= {'--out', '--out-dir'} and len(written) <= 1
    assert ('-o' in options) == bool(written)
    assert all(options['-o'] is options[string] for string in written)
    assert not {'--output', '--output-dir', '--save-dir', '--num-workers', '--jobs', '--force'} & set(options)
    for string, pair in (('--verbose', '-v'), ('--help', '-h')):
        assert (string in options) == (pair in options)
    assert all(options[string].help for string in options if options[string].help != argparse.SUPPRESS)
    assert 'exit codes' in parser.epilog and parser.description
    assert f'mmlp {name}' in parser.prog
