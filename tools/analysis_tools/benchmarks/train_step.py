"""What a training step of the flagship costs, beside the original's loop on torchvision's network.

    python tools/analysis_tools/benchmarks/train_step.py

Writes ``train_step.json`` and ``train_step.png``. A step is forward, loss, backward and optimiser on one
batch of random pictures, which are there already (see ``feeding.py`` for how they get there). All start from
the same random weights and take turns; times are medians.

- *original*: torchvision's ``deeplabv3_resnet101`` with the original's two losses, each a sort of all pixels,
  and SGD, in a plain loop.
- *default layout*: ``lp_deeplabv3_r101.py`` without its ``ChannelsLastHook``; *channels last*: with it, as it
  ships. What follows is on top of this.
- *fused SGD*: ``optimizer=dict(fused=True)``. *frozen BatchNorm*: ``norm_eval=True`` and
  ``norm_cfg=dict(requires_grad=False)`` in the backbone. *bfloat16*: autocast. *compiled*: ``torch.compile``
  of backbone and heads; left out where there is no C++ compiler.

Optimisers are measured on their own, too. What CUDA alone has is listed in the report as not run.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from mmlp.cli.command import command, loading

with loading(__name__):
    import torch
    from _common import (
        GREYS,
        OURS,
        clock_of,
        describe_machine,
        draw_bars,
        make_parser,
        medians,
        parse_args,
        plt,
        spreads,
        time_in_turn,
        times_faster,
        title_of,
        write_report,
    )
    from _flagship import AUX_CHANNEL, build_original, build_ours, load_config
    from lovasz_loss import full_sort_sigmoid
    from matplotlib.figure import Figure
    from mmengine.optim import build_optim_wrapper
    from mmengine.structures import PixelData
    from mmseg.models.segmentors import EncoderDecoder
    from mmseg.structures import SegDataSample
    from torch import Tensor, nn

ORIGINAL, DEFAULT, CHANNELS_LAST = 'original (torchvision)', 'default layout', 'channels last'
FUSED, FROZEN, BFLOAT16, COMPILED = (
    'channels last, fused SGD',
    'channels last, frozen BatchNorm',
    'channels last, bfloat16',
    'channels last, compiled',
)
METHODS = (ORIGINAL, DEFAULT, CHANNELS_LAST, FUSED, FROZEN, BFLOAT16, COMPILED)
OPTIMISERS = {
    'SGD': lambda parameters: torch.optim.SGD(parameters, 1e-3, 0.9, weight_decay=1e-4),
    'SGD, fused': lambda parameters: torch.optim.SGD(parameters, 1e-3, 0.9, weight_decay=1e-4, fused=True),
    'AdamW': lambda parameters: torch.optim.AdamW(parameters, 1e-3),
    'AdamW, fused': lambda parameters: torch.optim.AdamW(parameters, 1e-3, fused=True),
}
#: Left out of a quick run: compiling takes minutes, and so does bfloat16 where the CPU does not have it.
SLOW = (BFLOAT16, COMPILED)
NOT_RUN = (
    'float16 autocast with a loss scale (configs/lp_deeplabv3_r101_amp.py): not run on a GPU',
    'channels last, fused optimisers, torch.compile and cudnn_benchmark=True on CUDA: not run on a GPU',
)

#: A training step; returns the loss.
Step = Callable[[], float]


def make_batch(size: int, batch: int) -> tuple[Tensor, Tensor]:
    """Random pictures, uint8 (N, 3, H, W), and labels, int64 (N, H, W), with a plate each."""
    images = torch.randint(0, 256, (batch, 3, size, size), dtype=torch.uint8)
    labels = torch.zeros(batch, size, size, dtype=torch.long)
    labels[:, size // 2 : size // 2 + size // 10, size // 4 : size // 4 + size // 3] = 1
    return images, labels


def make_original_step(model: nn.Module, images: Tensor, labels: Tensor) -> Step:
    """The original's loop, written out."""
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    inputs = (images.float() / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    optimiser = torch.optim.SGD(model.parameters(), lr=1e-3, momentum=0.9, weight_decay=1e-4)
    model.train()

    def step() -> float:
        out = model(inputs)
        auxiliary = out['aux'][:, AUX_CHANNEL]
        loss = full_sort_sigmoid(out['out'], labels) + 0.5 * full_sort_sigmoid(auxiliary, labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.item()

    return step


def make_our_step(
    segmentor: EncoderDecoder, optimiser: dict[str, Any], images: Tensor, labels: Tensor
) -> Step:
    """A step as the toolbox's runner does it."""
    wrapper = build_optim_wrapper(segmentor, optimiser)
    samples = []
    for label in labels:
        sample = SegDataSample(gt_sem_seg=PixelData(data=label[None]))
        sample.set_metainfo({'img_shape': tuple(label.shape)})
        samples.append(sample)
    segmentor.train()

    def step() -> float:
        # The preprocessor writes into the samples.
        data = {'inputs': list(images), 'data_samples': [sample.clone() for sample in samples]}
        return segmentor.train_step(data, wrapper)['loss'].item()

    return step


def make_step(name: str, original: nn.Module, args: argparse.Namespace) -> Step:
    """A way to train, with a copy of the original's weights."""
    torch.manual_seed(0)
    images, labels = make_batch(args.size, args.batch)
    if name == ORIGINAL:
        model = build_original(args.depth)
        model.load_state_dict(original.state_dict())
        return make_original_step(model, images, labels)
    cfg = load_config(args.depth, args.size)
    if name == FUSED:
        cfg.optim_wrapper.optimizer.fused = True
    if name == FROZEN:
        cfg.model.backbone.norm_eval = True
        cfg.model.backbone.norm_cfg = dict(type='BN', requires_grad=False)
    segmentor = build_ours(cfg, original)
    if name != DEFAULT:
        segmentor.to(memory_format=torch.channels_last)
    if name == BFLOAT16:
        segmentor.forward = torch.autocast('cpu', torch.bfloat16)(segmentor.forward)
    if name == COMPILED:
        segmentor.backbone.compile()
        for head in (segmentor.decode_head, segmentor.auxiliary_head):
            head.forward = torch.compile(head.forward)
    return make_our_step(segmentor, cfg.optim_wrapper, images, labels)


def measure_steps(args: argparse.Namespace) -> dict[str, Any]:
    """Times the ways to train, in turn."""
    torch.manual_seed(0)
    original = build_original(args.depth)
    steps = {name: make_step(name, original, args) for name in args.methods}
    losses: dict[str, list[float]] = {name: [] for name in steps}
    methods = {
        name: lambda _, name=name, step=step: losses[name].append(step()) for name, step in steps.items()
    }
    times = time_in_turn(methods, args.rounds, clock_of(args.threads))
    seconds = medians(times)
    baseline = ORIGINAL if ORIGINAL in seconds else args.methods[0]
    result = {
        'network': f'DeepLabV3, ResNet-{args.depth}',
        'batch': args.batch,
        'size': args.size,
        'parameters': sum(parameter.numel() for parameter in original.parameters()),
        'seconds': seconds,
        'spread': spreads(times),
        'compared_with': baseline,
        'times_faster': times_faster(seconds, baseline),
        'losses': losses,
    }
    print(f'\n{result["network"]}, {args.batch} x {args.size} x {args.size} pixels')
    for name, value in seconds.items():
        print(f'  {name:34}{value:9.3f} s  {result["times_faster"][name]:6.2f}x', flush=True)
    return result


def measure_optimisers(args: argparse.Namespace) -> dict[str, Any]:
    """Times the steps of optimisers alone, on parameters like the network's."""
    with torch.device('meta'):
        shapes = [parameter.shape for parameter in build_original(args.depth).parameters()]
    methods = {}
    for name, build in OPTIMISERS.items():
        parameters = [nn.Parameter(torch.randn(shape)) for shape in shapes]
        for parameter in parameters:
            parameter.grad = torch.randn_like(parameter)
        optimiser = build(parameters)
        methods[name] = lambda _, optimiser=optimiser: optimiser.step()
    times = time_in_turn(methods, args.rounds, clock_of(args.threads))
    seconds = medians(times)
    print('\noptimisers alone')
    for name, value in seconds.items():
        print(f'  {name:34}{1e3 * value:9.1f} ms', flush=True)
    return {'seconds': seconds, 'spread': spreads(times)}


def draw(report: dict[str, Any]) -> Figure:
    """Bars of seconds: steps, and optimisers alone."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.6), layout='constrained', width_ratios=(2, 1))
    steps = report['steps']
    colours = dict.fromkeys(steps['seconds'], OURS) | {ORIGINAL: GREYS[1]}
    labels = {
        name: f'{value:.2f} s  ({steps["times_faster"][name]:.2f}x)'
        for name, value in steps['seconds'].items()
    }
    draw_bars(left, steps['seconds'], colours, labels, longest=2 * steps['seconds'][ORIGINAL])
    left.set_title(
        f'A step: {steps["network"]}, {steps["batch"]} x {steps["size"]} x {steps["size"]} pixels',
        fontsize=10,
    )
    left.set_xlabel(f'seconds (times faster than {steps["compared_with"]})')
    milliseconds = {name: 1e3 * value for name, value in report['optimisers']['seconds'].items()}
    draw_bars(
        right,
        milliseconds,
        dict.fromkeys(milliseconds, OURS),
        {name: f'{value:.0f} ms' for name, value in milliseconds.items()},
    )
    right.set_title(f'Optimisers alone, {steps["parameters"] / 1e6:.0f} M parameters', fontsize=10)
    right.set_xlabel('milliseconds')
    figure.suptitle(title_of('A training step', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('train_step', __doc__, rounds=3)
    parser.add_argument('--depth', choices=['50', '101'], default='101', help='of the ResNet (default: 101)')
    parser.add_argument('--size', type=int, default=240, help='side of the crops in pixels (default: 240)')
    parser.add_argument('--batch', type=int, default=2, help='crops a step (default: 2)')
    parser.add_argument('--methods', nargs='+', choices=METHODS, default=METHODS, metavar='METHOD')
    args = parse_args(parser, argv)
    if args.batch < 2:
        parser.error('--batch must be at least 2: BatchNorm of pooled features takes a variance')
    not_run = list(NOT_RUN)
    if args.quick:
        args.depth, args.size, args.rounds = '50', 64, 1
        args.methods = [name for name in args.methods if name not in SLOW]
    elif COMPILED in args.methods and not (shutil.which('c++') or shutil.which('g++')):
        args.methods = [name for name in args.methods if name != COMPILED]
        not_run.append(f'{COMPILED}: there is no C++ compiler')
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, ['torchvision', 'onedl-mmsegmentation', 'onedl-mmengine']),
        'steps': measure_steps(args),
        'optimisers': measure_optimisers(args),
        'not_run': not_run,
    }
    print('\n' + '\n'.join(f'not run: {line}' for line in not_run))
    write_report(report, draw(report), args.out_dir, 'train_step')
    return report


if __name__ == '__main__':
    command(main)
