"""What the Lovász loss costs, beside the toolbox's ``LovaszLoss`` and a sort of all pixels.

One call measures the time of forward and backward at several stages of training and against the number of
pixels, and writes ``lovasz_loss.json`` and ``lovasz_loss.png``:

    python tools/analysis_tools/benchmarks/lovasz_loss.py

The methods take turns in one process, on the same logits; times are medians, ratios are ratios of medians.
With one thread it is the processor's time that counts, which other programs disturb less. Memory is the
growth of a process's peak in a fork of its own (Linux, CPU). The logits are made: smooth noise about
the means of plates and background, which move apart from stage to stage.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mmlp.cli.command import command, loading

with loading(__name__):
    import torch
    from _common import (
        GREYS,
        OURS,
        OURS_TOO,
        clock_of,
        describe_machine,
        make_parser,
        measure_in_fork,
        medians,
        parse_args,
        plt,
        spreads,
        style_axes,
        time_in_turn,
        title_of,
        write_report,
    )
    from matplotlib.figure import Figure
    from mmseg.models.losses import LovaszLoss
    from torch import Tensor

    from mmlp.models.losses import BinaryLovaszLoss

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
    'mmseg LovaszLoss, hinge': GREYS[3],
    'full sort, sigmoid': GREYS[1],
    'BinaryLovaszLoss, hinge': OURS_TOO,
    'BinaryLovaszLoss, sigmoid': OURS,
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


def time_methods(logits: Tensor, labels: Tensor, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """Median seconds of forward and backward by method, and their spread; the methods take turns."""
    methods = {name: lambda _, loss=loss: step(loss, logits, labels) for name, loss in METHODS.items()}
    times = time_in_turn(methods, rounds, clock_of(torch.get_num_threads(), logits.device.type))
    return medians(times), spreads(times)


def peak_memory(name: str, size: int, stage: str) -> int | None:
    """Bytes by which forward and backward raise the peak of a process, None where the system does not say."""
    batch = make_batch(size, size, stage, 'cpu')
    # A small step first loads what is loaded on first use.
    small = make_batch(16, 16, stage, 'cpu')
    measured = measure_in_fork(lambda: step(METHODS[name], *batch), lambda: step(METHODS[name], *small))
    return None if measured is None else measured.peak_growth


def ratios(values: dict[str, float]) -> dict[str, float]:
    """How many times less each of our forms takes than its baseline."""
    return {ours: values[theirs] / values[ours] for ours, theirs in BASELINE.items()}


def measure_stages(size: int, rounds: int, device: str) -> list[dict]:
    """Times, memory and share of pixels sorted at each stage of training."""
    rows = []
    for stage in STAGES:
        memory = {name: peak_memory(name, size, stage) for name in METHODS} if device == 'cpu' else {}
        logits, labels = make_batch(size, size, stage, device)
        seconds, spread = time_methods(logits, labels, rounds)
        row = {
            'stage': stage,
            'pixels': labels.numel(),
            'seconds': seconds,
            'spread': spread,
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


def measure_scaling(megapixels: list[float], stage: str, rounds: int, device: str) -> list[dict]:
    """Times against the number of pixels at one stage."""
    rows = []
    print(f'\nms against megapixels, {stage}\n  {"Mpx":>6}' + ''.join(f'{name:>28}' for name in METHODS))
    for mpx in megapixels:
        side = round((mpx * 1e6 / 2) ** 0.5)
        logits, labels = make_batch(side, side, stage, device)
        seconds, spread = time_methods(logits, labels, max(1, min(rounds, round(rounds / mpx))))
        rows.append({'stage': stage, 'pixels': labels.numel(), 'seconds': seconds, 'spread': spread})
        times = ''.join(f'{1e3 * value:28.1f}' for value in seconds.values())
        print(f'  {labels.numel() / 1e6:6.2f}{times}', flush=True)
    return rows


def draw(report: dict[str, Any]) -> Figure:
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
    style_axes(left, right)
    figure.legend(loc='outside lower center', ncols=4, frameon=False, fontsize=9)
    figure.suptitle(title_of('Lovász loss', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('lovasz_loss', __doc__, rounds=25)
    parser.add_argument('--size', type=int, default=480, help='side of the two pictures (default: 480)')
    parser.add_argument(
        '--megapixels',
        type=float,
        nargs='+',
        default=[0.1, 0.33, 1, 3.3, 10, 33],
        help='for the second panel',
    )
    parser.add_argument('--device', choices=['cpu', 'cuda'], default='cpu')
    args = parse_args(parser, argv)
    if args.quick:
        args.size, args.rounds, args.megapixels = 64, 2, [0.01, 0.02]
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, ['onedl-mmsegmentation'], args.device),
        'stages': measure_stages(args.size, args.rounds, args.device),
        'scaling': [
            row
            for stage in ('early', 'late')
            for row in measure_scaling(args.megapixels, stage, args.rounds, args.device)
        ],
    }
    write_report(report, draw(report), args.out_dir, 'lovasz_loss')
    return report


if __name__ == '__main__':
    command(main)
