"""What mmlp costs before it works: space, and the time and memory of commands that are over at once.

    python tools/analysis_tools/benchmarks/start_up.py \
        --environment before=/tmp/before/bin/python now=/tmp/now/bin/python

Writes ``start_up.json`` and ``start_up.png``. Each environment is a Python that mmlp is installed for. In
each, these run as processes of their own, and the environments take turns:

- *anonymize*, *segment*: the script on a picture, from start to result.
- ``import mmlp`` and others.
- ``--help`` of every script in ``tools/`` that the mmlp of all environments has.

Seconds are the processor's, user and system, and memory is the peak, both as the system accounts them for a
process and those that it waited for. Of several rounds the least counts, since what disturbs a machine can
only add; of helps, which are many, there is one round, and the most of them is told. Space is what the
folder of packages takes on the disk, pip included.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmlp.cli.command import command, loading

with loading(__name__):
    from _common import (
        GREYS,
        OURS,
        describe_machine,
        draw_bars,
        make_parser,
        parse_args,
        plt,
        title_of,
        write_report,
    )
    from matplotlib.figure import Figure

STREET = Path(__file__).resolve().parents[3] / 'examples' / 'street.jpg'
#: What is run on the picture.
VERBS = ('anonymize', 'segment')
HELP = ' --help'
#: What programs import; names, since modules load on demand.
IMPORTS = (
    'import mmlp',
    'from mmlp.plates import extract_plates',
    'from mmlp.media import read_image',
    'from mmlp.apis import PlateSegmenter',
)
#: Folders of ``tools/`` whose scripts are not commands.
NOT_COMMANDS = {'benchmarks', 'fuzz'}
#: Starts a command and tells what it took. A process of its own, and a small one: what is accounted for a
#: child begins with the memory of the process that it comes from.
LAUNCHER = """
import json, os, sys, time
silent = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
started = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=silent)
_, status, used = os.wait4(process, 0)
wall = time.perf_counter() - started
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, used.ru_maxrss]))
"""
#: Tells where packages and mmlp lie.
WHERE = (
    'import importlib.util, json, sysconfig\n'
    'print(json.dumps([sysconfig.get_path("purelib"), importlib.util.find_spec("mmlp").origin]))'
)


class Cost(NamedTuple):
    """What a process took."""

    #: The processor's seconds, of user and system.
    processor: float
    #: Seconds until it had ended.
    wall: float
    #: Bytes of memory at its peak.
    memory: int


#: By command and environment, one entry a round; and the least of them, by field.
Costs = dict[str, dict[str, list[Cost]]]
Rows = dict[str, dict[str, dict[str, float]]]


class Environment(NamedTuple):
    """A Python with mmlp."""

    python: str
    #: Its folder of packages.
    packages: Path
    #: The scripts of its mmlp.
    tools: Path


def environment(text: str) -> tuple[str, str]:
    """Reads NAME=PYTHON, as ``type`` of argparse."""
    name, equals, python = text.partition('=')
    if not name or not equals or not os.access(python, os.X_OK):
        raise argparse.ArgumentTypeError(f'expected NAME=PYTHON, a name and an interpreter, got {text!r}')
    return name, os.path.abspath(python)


def run(words: Sequence[object], folder: str | os.PathLike) -> subprocess.CompletedProcess:
    """Runs a process as one that knows nothing of this one's packages."""
    variables = {name: value for name, value in os.environ.items() if name != 'PYTHONPATH'}
    words = [str(word) for word in words]
    return subprocess.run(words, capture_output=True, text=True, check=False, cwd=folder, env=variables)


def find_environment(python: str, folder: str | os.PathLike) -> Environment:
    """Asks an interpreter where its mmlp lies.

    Args:
        python: The interpreter.
        folder: Where to run it; nothing is written.

    Returns:
        Its folders.

    Raises:
        ValueError: It has none, or one without its tools.
    """
    done = run([python, '-c', WHERE], folder)
    if done.returncode:
        raise ValueError(f'{python} has no mmlp: {done.stderr.strip().splitlines()[-1]}')
    packages, origin = map(Path, json.loads(done.stdout))
    for tools in (origin.parent / '.mim' / 'tools', origin.parents[1] / 'tools'):
        if tools.is_dir():
            return Environment(python, packages, tools)
    raise ValueError(
        f'mmlp at {origin.parent} has no tools: install it from its wheel, or with pip install -e'
    )


def space_of(folder: Path) -> int:
    """Bytes that a folder takes on the disk; a file with several names counts once."""
    sizes = {}
    for place, _, names in os.walk(folder):
        for name in (place, *(os.path.join(place, name) for name in names)):
            status = os.lstat(name)
            sizes[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(sizes.values())


def measure(python: str, arguments: Sequence[object], folder: str | os.PathLike) -> Cost:
    """Runs Python and tells what it took.

    Args:
        python: The interpreter.
        arguments: Its arguments.
        folder: Where to run it.

    Returns:
        Seconds and memory of the process and those that it waited for.

    Raises:
        RuntimeError: It failed.
    """
    done = run([sys.executable, '-I', '-S', '-c', LAUNCHER, python, *arguments], folder)
    code, processor, wall, memory = json.loads(done.stdout)
    if code:
        raise RuntimeError(f'{python} {" ".join(map(str, arguments))} exited with {code}: {done.stderr}')
    return Cost(processor, wall, memory * (1 if sys.platform == 'darwin' else 1024))


def list_commands(environments: Iterable[Environment], quick: bool) -> dict[str, list[str]]:
    """What to run, by name: arguments of Python; of a script those that follow its place in ``tools/``."""
    found = [
        {path.relative_to(one.tools).as_posix() for path in one.tools.rglob('*.py')} for one in environments
    ]
    helps = sorted(
        name
        for name in set.intersection(*found)
        if not any(part in NOT_COMMANDS for part in Path(name).parts)
    )
    return {
        **{verb: [f'{verb}.py', str(STREET), '-o'] for verb in VERBS},
        **{statement: ['-c', statement] for statement in IMPORTS[: 1 if quick else None]},
        **{f'{name} --help': [name, '--help'] for name in helps[: 2 if quick else None]},
    }


def measure_all(environments: Mapping[str, Environment], rounds: int, quick: bool) -> Costs:
    """What each command took in each environment, one entry a round."""
    commands = list_commands(environments.values(), quick)
    costs: Costs = {name: {label: [] for label in environments} for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(-1, rounds):  # The first fills the system's cache and writes bytecode.
            for name, (first, *others) in commands.items():
                if name.endswith(HELP) and number != 0:  # They are many.
                    continue
                for label, one in environments.items():
                    words = [first if first == '-c' else one.tools / first, *others]
                    if name in VERBS:
                        words.append(Path(folder, label, str(number), name))
                    cost = measure(one.python, words, folder)
                    if number >= 0:
                        costs[name][label].append(cost)
    return costs


def summarize(costs: Costs) -> Rows:
    """The least of each, by command and environment; and the dearest help."""
    rows = {
        name: {
            label: {field: min(getattr(cost, field) for cost in taken) for field in Cost._fields}
            for label, taken in by_label.items()
        }
        for name, by_label in costs.items()
    }
    helps = [row for name, row in rows.items() if name.endswith(HELP)]
    rows[f'{HELP[1:]}, the most of {len(helps)}'] = {
        label: {field: max(row[label][field] for row in helps) for field in Cost._fields}
        for label in helps[0]
    }
    return rows


def print_table(rows: Rows, space: Mapping[str, int]) -> None:
    """Prints a Markdown table; of helps the dearest alone."""
    print(f'\n| | {" | ".join(space)} |\n|---|{"---|" * len(space)}')
    print(f'| packages on the disk | {" | ".join(f"{size / 1e6:,.0f} MB" for size in space.values())} |')
    for name, row in rows.items():
        if not name.endswith(HELP):
            cells = [f'{cost["processor"]:.2f} s, {cost["memory"] / 1e6:.0f} MB' for cost in row.values()]
            print(f'| {name} | {" | ".join(cells)} |', flush=True)


def draw(report: dict[str, Any]) -> Figure:
    """Bars of the processor's seconds and of memory, the last environment in colour."""
    shown = {
        f'{name}, {label}': (cost, label == list(row)[-1])
        for name, row in report['rows'].items()
        if not name.endswith(HELP)
        for label, cost in row.items()
    }
    figure, axes = plt.subplots(1, 2, figsize=(12, 0.25 * len(shown) + 1.2), layout='constrained')
    colours = {name: OURS if is_last else GREYS[2] for name, (_, is_last) in shown.items()}
    for one, field, scale, form in zip(axes, ('processor', 'memory'), (1, 1e6), ('{:.2f} s', '{:.0f} MB')):
        values = {name: cost[field] / scale for name, (cost, _) in shown.items()}
        draw_bars(one, values, colours, {name: form.format(value) for name, value in values.items()})
        one.set_xlabel({'processor': "processor's seconds", 'memory': 'memory at its peak, MB'}[field])
    figure.suptitle(title_of('From start to result', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Runs the benchmark; returns what it writes."""
    parser = make_parser('start_up', __doc__, rounds=5)
    parser.add_argument(
        '--environment',
        nargs='+',
        type=environment,
        default=[('now', sys.executable)],
        metavar='NAME=PYTHON',
        help='what to measure, side by side (default: the Python that runs this)',
    )
    args = parse_args(parser, argv)
    os.environ.setdefault('OMP_NUM_THREADS', str(args.threads))
    with tempfile.TemporaryDirectory() as empty:
        environments = {name: find_environment(python, empty) for name, python in args.environment}
    space = {name: space_of(one.packages) for name, one in environments.items()}
    costs = measure_all(environments, 1 if args.quick else args.rounds, args.quick)
    rows = summarize(costs)
    print_table(rows, space)
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads),
        'environments': {name: one.python for name, one in environments.items()},
        'space': space,
        'rows': rows,
        'costs': {
            name: {label: [cost._asdict() for cost in taken] for label, taken in by_label.items()}
            for name, by_label in costs.items()
        },
    }
    write_report(report, draw(report), args.out_dir, 'start_up')
    return report


if __name__ == '__main__':
    command(main)
