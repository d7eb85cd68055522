"""What the benchmarks share: timing in turn, memory, the machine's description, command line and reports."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import importlib.metadata
import math
import multiprocessing
import os
import platform
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import matplotlib as mpl
import torch

from mmlp.files import atomic_path, write_json
from mmlp.processes import end_with_parent

mpl.use('Agg')
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

#: Colours of plots: what others do in greys, ours in colour.
GREYS = ('#3c4043', '#5f6368', '#80868b', '#9aa0a6', '#bdc1c6')
OURS, OURS_TOO, REFERENCE = '#1a73e8', '#f29900', '#34a853'

Clock = Callable[[], float]


def make_parser(name: str, doc: str, rounds: int) -> argparse.ArgumentParser:
    """A command line with what all benchmarks take.

    Args:
        name: Name of the benchmark, that of its file without ending.
        doc: Docstring of the benchmark, its ``--help``.
        rounds: Default of ``--rounds``.

    Returns:
        The parser, for further arguments.
    """
    parser = argparse.ArgumentParser(
        f'tools/analysis_tools/benchmarks/{name}.py',
        description=doc,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--out-dir', type=Path, default=Path('work_dirs/benchmarks'), help='default: %(default)s'
    )
    parser.add_argument(
        '--rounds', type=int, default=rounds, help='rounds to take medians of (default: %(default)s)'
    )
    parser.add_argument('--threads', type=int, default=1, help='threads of every engine (default: 1)')
    parser.add_argument('--quick', action='store_true', help='a check that it runs: small and few')
    return parser


def parse_args(parser: argparse.ArgumentParser, argv: Sequence[str] | None) -> argparse.Namespace:
    """Parses the command line, and limits the threads of PyTorch and OpenCV in this process.

    Args:
        parser: As of :func:`make_parser`.
        argv: Arguments; None for those of the process.

    Returns:
        The arguments, with the command that makes this report as ``command``.
    """
    args = parser.parse_args(argv)
    if args.rounds < 1 or args.threads < 1:
        parser.error(f'--rounds and --threads must be at least 1, got {args.rounds} and {args.threads}')
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(args.threads)
    args.command = shlex.join(['python', parser.prog, *(sys.argv[1:] if argv is None else argv)])
    return args


def clock_of(threads: int, device: str = 'cpu') -> Clock:
    """The clock to measure by.

    Args:
        threads: Threads at work.
        device: 'cpu' or 'cuda'.

    Returns:
        The processor's time of this process for one thread on the CPU, which other programs disturb less;
        else the wall clock.
    """
    return time.process_time if device == 'cpu' and threads == 1 else time.perf_counter


def time_in_turn(
    methods: Mapping[str, Callable[[int], Any]], rounds: int, clock: Clock, *, warm_up: int = 1
) -> dict[str, list[float]]:
    """Times several methods side by side: A B C, A B C, ...

    What disturbs the machine for longer than a round thus disturbs all of them alike.

    Args:
        methods: Functions by name; each gets the number of the round, 0 for the first one.
        rounds: Rounds that count.
        clock: Tells seconds.
        warm_up: Rounds before, which do not count.

    Returns:
        Seconds by method, one entry a round.
    """
    times: dict[str, list[float]] = {name: [] for name in methods}
    for number in range(-warm_up, rounds):
        for name, method in methods.items():
            started = clock()
            method(max(number, 0))
            if torch.cuda.is_initialized():
                torch.cuda.synchronize()
            if number >= 0:
                times[name].append(clock() - started)
    return times


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of every method's times."""
    return {name: statistics.median(values) for name, values in times.items()}


def spreads(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Half the distance from the smallest to the largest time, as a share of the median."""
    return {
        name: (max(values) - min(values)) / 2 / statistics.median(values) for name, values in times.items()
    }


def times_faster(seconds: Mapping[str, float], than: str) -> dict[str, float]:
    """How many times less each method takes than the method ``than``."""
    return {name: seconds[than] / value for name, value in seconds.items()}


class Measured(NamedTuple):
    """What :func:`measure_in_fork` found."""

    #: What the function returned.
    result: Any
    #: Bytes by which it raised the peak of the process's memory.
    peak_growth: int


def measure_in_fork(function: Callable[[], Any], prepare: Callable[[], Any] | None = None) -> Measured | None:
    """Calls a function in a fork of its own and measures the memory that it takes.

    Args:
        function: What to measure. What it returns is sent back by pickle.
        prepare: Is called before, to load what is loaded on first use.

    Returns:
        Result and memory, or None where the system does not tell memory (other than Linux with glibc).

    Raises:
        RuntimeError: The function failed; its error was printed.
    """
    if platform.libc_ver()[0] != 'glibc' or not Path('/proc/self/clear_refs').exists():
        return None
    context = multiprocessing.get_context('fork')
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measure_and_send, args=(sender, function, prepare))
    process.start()
    sender.close()
    try:
        return Measured(*receiver.recv())
    except EOFError:
        raise RuntimeError('the function whose memory was to be measured failed, see above') from None
    finally:
        process.join()


def _measure_and_send(
    connection: Connection, function: Callable[[], Any], prepare: Callable[[], Any] | None
) -> None:
    end_with_parent()
    if prepare is not None:
        prepare()
    ctypes.CDLL(None).malloc_trim(0)  # or memory that was freed before would be used without a trace
    Path('/proc/self/clear_refs').write_text('5')  # resets the peak
    before = memory_of_process('VmRSS')
    result = function()
    connection.send((result, memory_of_process('VmHWM') - before))


def memory_of_process(field: str) -> int:
    """A field of this process's ``/proc/self/status``, such as VmRSS (now) or VmHWM (peak), in bytes."""
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f'/proc/self/status has no {field}')


def describe_machine(threads: int, packages: Sequence[str] = (), device: str = 'cpu') -> dict[str, Any]:
    """What the figures were measured on.

    Args:
        threads: Threads at work.
        packages: Packages whose versions matter, besides PyTorch; those that are not installed are left out.
        device: 'cpu' or 'cuda'.

    Returns:
        Names, numbers and versions, for JSON.
    """
    name = torch.cuda.get_device_name() if device == 'cuda' else platform.processor() or platform.machine()
    cpuinfo = Path('/proc/cpuinfo')
    if device == 'cpu' and cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith('model name')]
        name = models[0].split(':')[1].strip() if models else name
    versions = {}
    for package in ('torch', *packages):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return {
        'device': f'{device}, {name}',
        'instructions': torch.backends.cpu.get_cpu_capability(),
        'cores': os.cpu_count(),
        'threads': threads,
        'clock': clock_of(threads, device).__name__,
        'load': os.getloadavg()[0] if hasattr(os, 'getloadavg') else None,
        'python': platform.python_version(),
        'packages': versions,
    }


def title_of(what: str, machine: Mapping[str, Any]) -> str:
    """Title of a figure: what it shows, and the machine."""
    torch_version = machine['packages']['torch']
    threads = 'one thread' if machine['threads'] == 1 else f'{machine["threads"]} threads'
    return f'{what}: {machine["device"]}, {threads}, torch {torch_version}'


def style_axes(*axes: Axes, grid: str = 'y') -> None:
    """Takes away what distracts from bars and lines."""
    for one in axes:
        one.spines[['top', 'right']].set_visible(False)
        one.grid(axis=grid, alpha=0.25)
        one.set_axisbelow(True)


def draw_bars(
    axes: Axes,
    values: Mapping[str, float],
    colours: Mapping[str, str],
    labels: Mapping[str, str],
    longest: float = math.inf,
) -> None:
    """Horizontal bars from top to bottom, each with its label behind it.

    Args:
        axes: Where to draw.
        values: Lengths by name.
        colours: Colours by name.
        labels: Text behind the bars by name.
        longest: Longer bars are cut off here, and say so.
    """
    names = list(values)
    bars = axes.barh(
        range(len(names)),
        [min(value, longest) for value in values.values()],
        color=[colours[name] for name in names],
        height=0.72,
    )
    texts = [labels[name] + ', cut off' * (values[name] > longest) for name in names]
    axes.bar_label(bars, texts, padding=3, fontsize=8)
    axes.set_yticks(range(len(names)), names, fontsize=8)
    axes.invert_yaxis()
    axes.margins(x=0.2)
    style_axes(axes, grid='x')


def write_report(report: Mapping[str, Any], figure: Figure, out_dir: Path, name: str) -> None:
    """Writes ``NAME.json`` and ``NAME.png`` and says so; the figure is closed.

    Args:
        report: What was measured.
        figure: Its plot.
        out_dir: Where to; made if missing.
        name: Name of both files.
    """
    write_json(out_dir / f'{name}.json', report, indent=2)
    with atomic_path(out_dir / f'{name}.png') as part:
        figure.savefig(part, dpi=130)
    plt.close(figure)
    print(f'\nWrote {out_dir / name}.json and {out_dir / name}.png', flush=True)
