"""What the Lovász loss costs, beside the toolbox's ``LovaszLoss`` and a sort of all pixels.

One call measures the time of forward and backward at several stages of training and against the number of
pixels, and writes ``lovasz_loss.json`` and ``lovasz_loss.png``:

    python tools/analysis_tools/benchmarks/lovasz_loss.py

The methods take turns in one process, on the same logits; times are medians, ratios are ratios of medians.
With ``OMP_NUM_THREADS=1`` it is the processor's time that counts, which other programs disturb less. Memory
is the growth of a process's peak in a fork of its own (Linux, CPU). The logits are made: smooth noise about
the means of plates and background, which move apart from stage to stage.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import multiprocessing
import platform
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Optional

import matplotlib as mpl
import torch
from mmseg.models.losses import LovaszLoss
from torch import Tensor

from mmlp.media.atomic import atomic_path
from mmlp.models.losses import BinaryLovaszLoss

mpl.use('Agg')
import matplotlib.pyplot as plt

#: Mean and deviation of the logits on plates, then on background. Mid and late have the spread of a small
#: model on real pictures, which is less sure of plates than of background. The last is the worst case of the
#: sigmoid form: plates so sure that hardly any pixel can be left out.
STAGES = {
    'early': (0.0, 1.0, 0.0, 1.0),
    'mid': (1.2, 0.5, -3.6, 0.8),
    'late': (2.0, 0.5, -5.5, 1.0),
    'saturated': (8.0, 2.0, -8.0, 2.0),
}
PLATE_SHARE = 0.03
COLOURS = {
    'mmseg LovaszLoss, hinge': '#9aa0a6',
    'full sort, sigmoid': '#5f6368',
    'BinaryLovaszLoss, hinge': '#f29900',
    'BinaryLovaszLoss, sigmoid': '#1a73e8',
}
#: The method that each one is compared to.
BASELINE = {
    'BinaryLovaszLoss, hinge': 'mmseg LovaszLoss, hinge',
    'BinaryLovaszLoss, sigmoid': 'full sort, sigmoid',
}

Loss = Callable[[Tensor, Tensor], Tensor]


def full_sort_sigmoid(logits: Tensor, labels: Tensor) -> Tensor:
    """The sigmoid form by the book: sort every valid pixel, differences of the Jaccard loss."""
    valid = labels.flatten() != 255
    plate = (labels.flatten()[valid] == 1).float()
    errors, order = torch.sort((plate - logits.flatten()[valid].sigmoid()).abs(), descending=True)
    plate = plate[order]
    jaccard = 1 - (plate.sum() - plate.cumsum(0)) / (plate.sum() + (1 - plate).cumsum(0))
    jaccard[1:] = jaccard[1:] - jaccard[:-1]
    return torch.dot(errors, jaccard)


METHODS: dict[str, Loss] = {
    'mmseg LovaszLoss, hinge': LovaszLoss(loss_type='binary', reduction='none'),
    'full sort, sigmoid': full_sort_sigmoid,
    'BinaryLovaszLoss, hinge': BinaryLovaszLoss('hinge'),
    'BinaryLovaszLoss, sigmoid': BinaryLovaszLoss('sigmoid'),
}


def make_batch(height: int, width: int, stage: str, device: str) -> tuple[Tensor, Tensor]:
    """Logits (2, 1, H, W) and labels (2, H, W) with one plate of 4:1 a picture, 3 % of its pixels."""
    torch.manual_seed(0)
    plate_height = round((PLATE_SHARE * height * width / 4) ** 0.5)
    labels = torch.zeros(2, height, width, dtype=torch.long)
    labels[:, height // 2 : height // 2 + plate_height, width // 4 : width // 4 + 4 * plate_height] = 1
    noise = torch.randn(2, 1, height, width)
    coarse = torch.randn(2, 1, height // 8 + 1, width // 8 + 1)
    noise += torch.nn.functional.interpolate(coarse, (height, width), mode='bilinear')
    plate_mean, plate_deviation, mean, deviation = STAGES[stage]
    plate = (labels == 1)[:, None]
    means = torch.where(plate, plate_mean, mean)
    # Networks are unsure along the outline.
    means = torch.nn.functional.avg_pool2d(means, 7, stride=1, padding=3, count_include_pad=False)
    logits = means + torch.where(plate, plate_deviation, deviation) * noise / noise.std()
    return logits.to(device), labels.to(device)


def sorted_share(logits: Tensor, labels: Tensor, mode: str) -> float:
    """Share of the pixels that can contribute to the loss and so have to be sorted."""
    plate = labels == 1
    wrongness = torch.where(plate, -logits[:, 0], logits[:, 0])
    keep = wrongness >= wrongness[plate].min()
    if mode == 'hinge':
        keep &= wrongness > -1
    return keep.float().mean().item()


def step(loss: Loss, logits: Tensor, labels: Tensor) -> None:
    """Forward and backward once."""
    loss(logits.detach().requires_grad_(), labels).backward()


def clock_of(device: str) -> Callable[[], float]:
    """The processor's time of one thread, else the wall clock."""
    return time.process_time if device == 'cpu' and torch.get_num_threads() == 1 else time.perf_counter


def time_methods(logits: Tensor, labels: Tensor, repeats: int) -> dict[str, float]:
    """Median seconds of forward and backward by method; the methods take turns."""
    times = {name: [] for name in METHODS}
    clock = clock_of(logits.device.type)
    for repeat in range(repeats + 1):
        for name, loss in METHODS.items():
            start = clock()
            step(loss, logits, labels)
            if logits.is_cuda:
                torch.cuda.synchronize()
            if repeat > 0:  # the first round warms up
                times[name].append(clock() - start)
    return {name: sorted(values)[len(values) // 2] for name, values in times.items()}


def _memory_of_status(field: str) -> int:
    """A field of the process's memory in bytes."""
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f'/proc/self/status has no {field}')


def _measure_memory(connection: Connection, name: str, size: int, stage: str) -> None:
    logits, labels = make_batch(size, size, stage, 'cpu')
    step(METHODS[name], *make_batch(16, 16, stage, 'cpu'))  # loads what is loaded on first use
    ctypes.CDLL(None).malloc_trim(0)  # or memory that was freed before would be used without a trace
    Path('/proc/self/clear_refs').write_text('5')  # resets the peak
    before = _memory_of_status('VmRSS')
    step(METHODS[name], logits, labels)
    connection.send(_memory_of_status('VmHWM') - before)


def peak_memory(name: str, size: int, stage: str) -> Optional[int]:
    """Bytes by which forward and backward raise the peak of a process, None where the system does not say."""
    if platform.libc_ver()[0] != 'glibc' or not Path('/proc/self/clear_refs').exists():
        return None
    context = multiprocessing.get_context('fork')
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_measure_memory, args=(sender, name, size, stage))
    process.start()
    sender.close()
    growth = receiver.recv()
    process.join()
    return growth


def ratios(values: dict[str, float]) -> dict[str, float]:
    """How many times less each of our forms takes than its baseline."""
    return {ours: values[theirs] / values[ours] for ours, theirs in BASELINE.items()}


def measure_stages(size: int, repeats: int, device: str) -> list[dict]:
    """Times, memory and share of pixels sorted at each stage of training."""
    rows = []
    for stage in STAGES:
        memory = {name: peak_memory(name, size, stage) for name in METHODS} if device == 'cpu' else {}
        logits, labels = make_batch(size, size, stage, device)
        seconds = time_methods(logits, labels, repeats)
        row = {
            'stage': stage,
            'pixels': labels.numel(),
            'seconds': seconds,
            'times_faster': ratios(seconds),
            'peak_bytes': memory,
            'sorted_share': {mode: sorted_share(logits, labels, mode) for mode in ('hinge', 'sigmoid')},
        }
        rows.append(row)
        print(f'\n{stage}: 2 x {size} x {size}, {PLATE_SHARE:.0%} plate', flush=True)
        for name in METHODS:
            mib = f'{memory[name] / 2**20:7.1f} MiB' if memory.get(name) is not None else ' ' * 11
            ratio = f'{row["times_faster"][name]:5.1f} x' if name in BASELINE else ''
            share = f'{row["sorted_share"][name.split()[-1]]:6.1%} sorted' if name in BASELINE else ''
            print(f'  {name:26} {seconds[name] * 1e3:8.2f} ms {mib}  {ratio}  {share}', flush=True)
    return rows


def measure_scaling(megapixels: list[float], stage: str, repeats: int, device: str) -> list[dict]:
    """Times against the number of pixels at one stage."""
    rows = []
    print(f'\nms against megapixels, {stage}\n  {"Mpx":>6}' + ''.join(f'{name:>28}' for name in METHODS))
    for mpx in megapixels:
        side = round((mpx * 1e6 / 2) ** 0.5)
        logits, labels = make_batch(side, side, stage, device)
        seconds = time_methods(logits, labels, max(1, min(repeats, round(repeats / mpx))))
        rows.append({'stage': stage, 'pixels': labels.numel(), 'seconds': seconds})
        times = ''.join(f'{1e3 * value:28.1f}' for value in seconds.values())
        print(f'  {labels.numel() / 1e6:6.2f}{times}', flush=True)
    return rows


def describe_machine(device: str) -> dict:
    """What the figures were measured on."""
    name = torch.cuda.get_device_name() if device == 'cuda' else platform.processor() or platform.machine()
    cpuinfo = Path('/proc/cpuinfo')
    if device == 'cpu' and cpuinfo.exists():
        models = [line for line in cpuinfo.read_text().splitlines() if line.startswith('model name')]
        name = models[0].split(':')[1].strip() if models else name
    return {
        'device': f'{device}, {name}',
        'clock': clock_of(device).__name__,
        'threads': torch.get_num_threads(),
        'torch': torch.__version__,
        'python': platform.python_version(),
    }


def draw(report: dict, path: Path) -> None:
    """Bars of time by stage, and lines of time against pixels."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout='constrained')
    for i, (name, colour) in enumerate(COLOURS.items()):
        heights = [1e3 * row['seconds'][name] for row in report['stages']]
        bars = left.bar(
            [x + 0.2 * (i - 1.5) for x in range(len(heights))], heights, 0.19, color=colour, label=name
        )
        if name in BASELINE:
            labels = [f'{row["times_faster"][name]:.2g}x' for row in report['stages']]
            left.bar_label(bars, labels, fontsize=8, padding=1)
    left.set_xticks(range(len(STAGES)), STAGES)
    left.set_ylabel('forward + backward, ms')
    left.set_title(f'{report["stages"][0]["pixels"] / 1e6:.2f} Mpx by stage of training', fontsize=10)
    for name, colour in COLOURS.items():
        for stage, style in (('early', '--'), ('late', '-')):
            rows = [row for row in report['scaling'] if row['stage'] == stage]
            pixels = [row['pixels'] / 1e6 for row in rows]
            right.plot(pixels, [1e3 * row['seconds'][name] for row in rows], style, color=colour, marker='.')
    right.set_xscale('log')
    right.set_yscale('log')
    for axis in (right.xaxis, right.yaxis):
        axis.set_major_formatter('{x:g}')
    right.set_xlabel('megapixels')
    right.set_ylabel('forward + backward, ms')
    right.set_title('Against pixels: late (solid) and early (dashed) in training', fontsize=10)
    for axes in (left, right):
        axes.spines[['top', 'right']].set_visible(False)
        axes.grid(axis='y', alpha=0.25)
        axes.set_axisbelow(True)
    figure.legend(loc='outside lower center', ncols=4, frameon=False, fontsize=9)
    machine = report['machine']
    figure.suptitle(
        f'Lovász loss: {machine["device"]}, {machine["threads"]} thread(s), torch {machine["torch"]}',
        fontsize=11,
    )
    with atomic_path(path) as part:
        figure.savefig(part, dpi=130)
    plt.close(figure)


def parse_args(argv: Optional[list[str]] = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--out-dir', type=Path, default=Path('work_dirs/benchmarks'), help='default: %(default)s'
    )
    parser.add_argument('--size', type=int, default=480, help='side of the two pictures (default: 480)')
    parser.add_argument('--repeats', type=int, default=25, help='rounds to take the median of (default: 25)')
    parser.add_argument(
        '--megapixels',
        type=float,
        nargs='+',
        default=[0.1, 0.33, 1, 3.3, 10, 33],
        help='for the second panel',
    )
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    parser.add_argument('--quick', action='store_true', help='a check that it runs: small and few')
    args = parser.parse_args(argv)
    if args.quick:
        args.size, args.repeats, args.megapixels = 64, 2, [0.01, 0.02]
    return args


def main(argv: Optional[list[str]] = None) -> dict:
    """Measures, prints, writes and returns the report."""
    args = parse_args(argv)
    report = {'machine': describe_machine(args.device)}
    report['stages'] = measure_stages(args.size, args.repeats, args.device)
    report['scaling'] = [
        row
        for stage in ('early', 'late')
        for row in measure_scaling(args.megapixels, stage, args.repeats, args.device)
    ]
    args.out_dir.mkdir(parents=True, exist_ok=True)
    with atomic_path(args.out_dir / 'lovasz_loss.json') as part:
        part.write_text(json.dumps(report, indent=2))
    draw(report, args.out_dir / 'lovasz_loss.png')
    print(f'\nWrote {args.out_dir / "lovasz_loss.json"} and {args.out_dir / "lovasz_loss.png"}')
    return report


if __name__ == '__main__':
    main()
