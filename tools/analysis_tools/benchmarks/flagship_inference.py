"""How fast the flagship finds plates in each engine, beside the original's code on torchvision's network.

    python tools/analysis_tools/benchmarks/flagship_inference.py

Writes ``flagship_inference.json`` and ``flagship_inference.png``. All engines have the same random weights
and get the same picture, uint8, at a short side of 520 pixels; they give a probability for each of its
pixels. They take turns; times are medians. The probabilities are compared with the original's first: a
difference above 1e-4 is an error. A large multiplication of float32 matrices takes its turn, too, and its
fastest time is the machine's peak, of which each engine reaches a share. Operations are those of the
convolutions, counted by PyTorch; an engine may need fewer.

- *original*: torchvision's ``deeplabv3_resnet101`` without its auxiliary head, PyTorch as it comes.
- *default layout*, *channels last*: our network in PyTorch. *fused BatchNorm*: channels last, and each
  BatchNorm merged into its convolution: ``Runtime(backend='pytorch')``. *compiled*: this by
  ``torch.compile``; left out where there is no C++ compiler.
- *ONNX Runtime*, *OpenVINO*: ``Runtime(backend='onnxruntime')`` and ``'openvino'``, where installed.

What CUDA alone has is listed in the report as not run.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import shutil
from collections.abc import Callable, Sequence
from typing import Any

from mmlp.cli.command import command, loading

with loading(__name__):
    import numpy as np
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
    from _flagship import build_original, build_ours, load_config, settle
    from matplotlib.figure import Figure
    from mmseg.models.segmentors import EncoderDecoder
    from torch import nn
    from torch.nn import functional
    from torch.utils.flop_counter import FlopCounterMode
    from torchvision.transforms import functional as v1

    from mmlp.apis.backends.onnxruntime import ONNXRuntimeBackend
    from mmlp.apis.backends.openvino import OpenVINOBackend
    from mmlp.apis.backends.pytorch import PyTorchBackend
    from mmlp.apis.export import export_onnx
    from mmlp.apis.plate_probability import PlateProbability
    from mmlp.datasets.synthetic import render_scene

ORIGINAL, DEFAULT, CHANNELS_LAST = (
    'original (torchvision)',
    'PyTorch, default layout',
    'PyTorch, channels last',
)
FUSED, COMPILED = 'PyTorch, fused BatchNorm', 'PyTorch, compiled'
ONNX_RUNTIME, OPENVINO = 'ONNX Runtime', 'OpenVINO'
METHODS = (ORIGINAL, DEFAULT, CHANNELS_LAST, FUSED, COMPILED, ONNX_RUNTIME, OPENVINO)
PEAK = 'product of matrices'
GOAL, TOLERANCE = 4.0, 1e-4
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
NOT_RUN = (
    'CUDA: float16, channels last, torch.compile with CUDA graphs, CUDAExecutionProvider: not run on a GPU',
)

#: From a picture, uint8 (H, W, 3), BGR, to the probability of plate, float32 (H, W).
Engine = Callable[[np.ndarray], np.ndarray]


def normalise(image: np.ndarray) -> torch.Tensor:
    """What torchvision's network takes: float32 (3, H, W), RGB, normalised."""
    return v1.normalize(v1.to_tensor(np.ascontiguousarray(image[:, :, ::-1])), MEAN, STD)


def make_original(model: nn.Module) -> Engine:
    """The original's inference: the whole picture at once, by PyTorch."""

    @torch.no_grad()
    def run(image: np.ndarray) -> np.ndarray:
        return model(normalise(image)[None])['out'][0, 0].sigmoid().numpy()

    return run


def make_plain(segmentor: EncoderDecoder) -> Engine:
    """Our network as the toolbox runs it."""
    preprocessor = segmentor.data_preprocessor

    @torch.inference_mode()
    def run(image: np.ndarray) -> np.ndarray:
        data = {'inputs': [torch.from_numpy(image).permute(2, 0, 1)], 'data_samples': None}
        logits = segmentor(preprocessor(data)['inputs'], mode='tensor')
        logits = functional.interpolate(logits, image.shape[:2], mode='bilinear', align_corners=False)
        return logits[0, 0].sigmoid().numpy()

    return run


def make_engines(depth: str, names: Sequence[str], threads: int) -> tuple[dict[str, Engine], nn.Module]:
    """All engines with the same weights, and the network to count the operations of."""
    torch.manual_seed(0)
    original = build_original(depth)
    scenes = [render_scene(np.random.default_rng(seed), (128, 96))[0] for seed in range(4)]
    # Pictures that differ much: or the pooled features would hardly vary, and rounding would be magnified.
    scenes += [255 - scenes[0], np.zeros_like(scenes[0]), np.full_like(scenes[0], 255)]
    settle(original, torch.stack([normalise(scene) for scene in scenes]))
    segmentor = build_ours(load_config(depth, 480), original)
    segmentor.train(False)
    original.aux_classifier = None
    fused = PlateProbability(copy.deepcopy(segmentor))
    exported = export_onnx(fused) if {ONNX_RUNTIME, OPENVINO} & set(names) else b''
    engines: dict[str, Engine] = {}
    for name in names:
        if name == ORIGINAL:
            engines[name] = make_original(original)
        elif name in (DEFAULT, CHANNELS_LAST):
            layout = torch.channels_last if name == CHANNELS_LAST else torch.contiguous_format
            engines[name] = make_plain(copy.deepcopy(segmentor).to(memory_format=layout))
        else:
            engines[name] = _of_batch(_make_backend(name, fused, exported, threads))
    return engines, original


def _make_backend(
    name: str, fused: PlateProbability, exported: bytes, threads: int
) -> Callable[[np.ndarray], np.ndarray]:
    if name == ONNX_RUNTIME:
        return ONNXRuntimeBackend(exported, name, num_threads=threads)
    if name == OPENVINO:
        return OpenVINOBackend(exported, name, num_threads=threads)
    backend = PyTorchBackend(copy.deepcopy(fused), name, 'cpu', threads)
    if name == COMPILED:
        backend.network.compile()
    return backend


def _of_batch(backend: Callable[[np.ndarray], np.ndarray]) -> Engine:
    return lambda image: backend(image[None])[0]


def count_operations(network: nn.Module, height: int, width: int) -> int:
    """Floating-point operations of a network: two for each product that is added."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.zeros(1, 3, height, width))
    return counter.get_total_flops()


def compare(engines: dict[str, Engine], image: np.ndarray) -> dict[str, float]:
    """Largest differences of the probabilities from those of the first engine.

    Raises:
        RuntimeError: One is above the tolerance.
    """
    probabilities = {name: engine(image) for name, engine in engines.items()}
    first = next(iter(probabilities.values()))
    differences = {name: float(np.abs(one - first).max()) for name, one in probabilities.items()}
    print(f'probabilities {first.min():.2f} to {first.max():.2f}; differences: {differences}', flush=True)
    if max(differences.values()) > TOLERANCE:
        raise RuntimeError(f'probabilities differ by more than {TOLERANCE}: {differences}')
    return {'smallest': float(first.min()), 'largest': float(first.max()), **differences}


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Compares the engines' probabilities and times them in turn."""
    engines, network = make_engines(args.depth, args.methods, args.threads)
    height, width = args.short_side, args.short_side * 4 // 3
    image, _, _ = render_scene(np.random.default_rng(0), (width, height))
    operations = count_operations(network, height, width)
    agreement = compare(engines, image)
    methods = {name: lambda _, run=run: run(image) for name, run in engines.items()}
    left, right = torch.randn(2, args.matrix, args.matrix)
    methods[PEAK] = lambda _: torch.mm(left, right)
    # The comparison was the first round.
    times = time_in_turn(methods, args.rounds, clock_of(args.threads), warm_up=0)
    peak = 2 * args.matrix**3 / min(times.pop(PEAK))
    seconds = medians(times)
    baseline = ORIGINAL if ORIGINAL in seconds else args.methods[0]
    result = {
        'network': f'DeepLabV3, ResNet-{args.depth}',
        'height': height,
        'width': width,
        'operations': operations,
        'peak_operations_per_second': peak,
        'seconds': seconds,
        'spread': spreads(times),
        'compared_with': baseline,
        'times_faster': times_faster(seconds, baseline),
        'share_of_peak': {name: operations / value / peak for name, value in seconds.items()},
        'probabilities': agreement,
        'goal': GOAL,
    }
    print(
        f'\n{result["network"]}, {width} x {height} pixels, {operations / 1e9:.0f} GFLOP; '
        f'peak {peak / 1e9:.1f} GFLOP/s'
    )
    for name, value in seconds.items():
        print(
            f'  {name:28}{value:9.3f} s  {result["times_faster"][name]:6.2f}x  '
            f'{result["share_of_peak"][name]:6.1%} of the peak',
            flush=True,
        )
    return result


def draw(report: dict[str, Any]) -> Figure:
    """Bars of times faster, with seconds and shares of the peak."""
    result = report['result']
    figure, axes = plt.subplots(figsize=(9, 3.4), layout='constrained')
    ratios = result['times_faster']
    labels = {
        name: f'{ratios[name]:.2f}x   {value:.2f} s   {result["share_of_peak"][name]:.0%} of the peak'
        for name, value in result['seconds'].items()
    }
    draw_bars(axes, ratios, dict.fromkeys(ratios, OURS) | {ORIGINAL: GREYS[1]}, labels)
    axes.margins(x=0.4)
    axes.axvline(result['goal'], color=GREYS[4], linestyle='--', zorder=0)
    axes.set_xlabel(f'times faster than {result["compared_with"]}')
    axes.set_title(
        f'{result["network"]}, {result["width"]} x {result["height"]} pixels, '
        f'{result["operations"] / 1e9:.0f} GFLOP; '
        f'peak {result["peak_operations_per_second"] / 1e9:.0f} GFLOP/s',
        fontsize=10,
    )
    figure.suptitle(title_of('Inference', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('flagship_inference', __doc__, rounds=3)
    parser.add_argument('--depth', choices=['50', '101'], default='101', help='of the ResNet (default: 101)')
    parser.add_argument('--short-side', type=int, default=520, help='of the picture, 4:3 (default: 520)')
    parser.add_argument('--matrix', type=int, default=2048, help='side of the matrices (default: 2048)')
    parser.add_argument('--methods', nargs='+', choices=METHODS, default=METHODS, metavar='METHOD')
    args = parse_args(parser, argv)
    not_run = list(NOT_RUN)
    if args.quick:
        args.depth, args.short_side, args.matrix, args.rounds = '50', 96, 256, 1
        args.methods = [name for name in args.methods if name != COMPILED]
    for name, there, what in (
        (COMPILED, shutil.which('c++') or shutil.which('g++'), 'a C++ compiler'),
        (ONNX_RUNTIME, importlib.util.find_spec('onnxruntime'), 'onnxruntime'),
        (OPENVINO, importlib.util.find_spec('openvino'), 'openvino'),
    ):
        if name in args.methods and not there:
            args.methods = [method for method in args.methods if method != name]
            not_run.append(f'{name}: {what} is not installed')
    packages = ['torchvision', 'onedl-mmsegmentation', 'onnxruntime', 'openvino']
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, packages),
        'result': measure(args),
        'not_run': not_run,
    }
    print('\n' + '\n'.join(f'not run: {line}' for line in not_run))
    write_report(report, draw(report), args.out_dir, 'flagship_inference')
    return report


if __name__ == '__main__':
    command(main)
