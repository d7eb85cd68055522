r"""How well and how fast plates are found, ours beside any ONNX detector or segmenter, in one run.

    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val --long-side 512 768 \
        --peer yolo.onnx
    python tools/analysis_tools/benchmarks/segmenters.py speed data/plates/val --backend pytorch openvino \
        --peer yolo.onnx --threads 2

The folder holds ``images/NAME.jpg`` and ``masks/NAME.jpg.png``, as data/README.md describes. Quality: IoU of
pixels pooled over the pictures, and the mean of each picture's; plates found at a box IoU of 0.5. In brackets
stand 95 % confidence intervals, from 1000 resamplings of the pictures. Speed: from the bytes of a JPEG to the
mask, the contenders in turn for every picture; ratios are those of medians, to the first contender.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import _common
import cv2
import numpy as np
import torch
from _onnx_peers import Found, ONNXPeer
from prettytable import PrettyTable
from torchvision.ops import box_iou
from tqdm import tqdm

from mmlp.apis import PlateSegmenter
from mmlp.datasets.plate_mask import read_plate_mask
from mmlp.evaluation import compare_masks, match_by_iou
from mmlp.media import read_image

Look = Callable[[np.ndarray], Found]
RESAMPLINGS = 1000


@dataclass
class Tally:
    """What one contender did on one picture.

    Args:
        group: Part of the folder that the picture belongs to.
        intersection: Pixels that are plate in mask and annotation.
        union: Pixels that are plate in either.
        found: Plates found.
        predicted: Plates predicted.
        annotated: Plates annotated.
        heights: Height of each annotated plate in pixels.
        coverages: Share of each that the mask covers.
    """

    group: str
    intersection: int
    union: int
    found: int
    predicted: int
    annotated: int
    heights: np.ndarray = field(repr=False)
    coverages: np.ndarray = field(repr=False)


def parse_args(argv: Optional[Sequence[str]] = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = _common.make_parser('segmenters', __doc__, rounds=40)
    parser.add_argument('measure', choices=('quality', 'speed'))
    parser.add_argument('folder', type=Path, help='holds images/ and masks/')
    parser.add_argument('--model', help='ours: a name, a .pth or an .onnx (default: what comes along)')
    parser.add_argument('--long-side', type=int, nargs='+', default=[None], help='sizes of ours')
    parser.add_argument('--backend', nargs='+', default=['auto'], help='engines of ours')
    parser.add_argument('--threshold', type=float, nargs='+', default=[None], help='thresholds of ours')
    parser.add_argument('--no-refine', action='store_true', help='ours without the second look')
    parser.add_argument('--peer', type=Path, nargs='+', default=[], help='networks of others, .onnx')
    parser.add_argument('--peer-score', type=float, default=0.25, help='their least score')
    parser.add_argument('--by-prefix', action='store_true', help='also by what precedes the last _ of names')
    parser.add_argument('--every', type=int, default=1, help='of the pictures, take each N-th')
    return _common.parse_args(parser, argv)


def build_contenders(args: argparse.Namespace) -> dict[str, Look]:
    """Ours at every size, engine and threshold asked for, then the others."""
    contenders: dict[str, Look] = {}
    for backend in args.backend:
        for long_side in args.long_side:
            for threshold in args.threshold:
                options: dict[str, Any] = dict(
                    backend=backend, threshold=threshold, num_threads=args.threads, device='cpu'
                )
                if long_side is not None:
                    options['long_side'] = long_side
                if args.no_refine:
                    options['refine'] = False
                segmenter = PlateSegmenter(args.model, **options)
                name = f'mmlp {segmenter.backend.name} {segmenter.long_side}'
                name += '' if threshold is None else f' > {threshold:g}'
                contenders[name] = functools.partial(look_by_ours, segmenter)
    for path in args.peer:
        contenders[path.stem] = ONNXPeer(path, score_threshold=args.peer_score, threads=args.threads)
    return contenders


def look_by_ours(segmenter: PlateSegmenter, picture: np.ndarray) -> Found:
    """Plates of our segmenter as a mask and boxes."""
    prediction = segmenter.predict(picture)
    boxes = np.array([plate.box for plate in prediction.plates], np.float64).reshape(-1, 4)
    return Found(prediction.mask, boxes)


def find_pictures(folder: Path, every: int) -> list[Path]:
    """The pictures that have a mask.

    Raises:
        FileNotFoundError: There are none.
    """
    found = sorted(path for path in folder.glob('images/*') if mask_of(path).is_file())
    if not found:
        raise FileNotFoundError(
            f'{folder} holds no images/NAME.jpg with masks/NAME.jpg.png; data/README.md shows the layout'
        )
    return found[::every]


def mask_of(picture: Path) -> Path:
    """Where the mask of a picture lies."""
    return picture.parents[1] / 'masks' / f'{picture.name}.png'


def tally(found: Found, target: np.ndarray, group: str) -> Tally:
    """Compares what was found with the annotation, 0 background, 1 plate, 255 ignored."""
    compared = compare_masks(found.mask, target)
    _, _, stats, _ = cv2.connectedComponentsWithStats((target == 1).astype(np.uint8))
    truth = stats[1:, :4].astype(np.float64)
    truth[:, 2:] += truth[:, :2]
    # Corners of boxes count from the edges of pixels, those of plates from the centres.
    ious = box_iou(
        torch.from_numpy(found.boxes + np.array([-0.5, -0.5, 0.5, 0.5])), torch.from_numpy(truth - 0.5)
    )
    return Tally(
        group,
        compared.intersection,
        compared.predicted + compared.labelled - compared.intersection,
        len(match_by_iou(ious.numpy(), 0.5)),
        len(found.boxes),
        len(truth),
        compared.heights,
        compared.coverages,
    )


def scores(tallies: Sequence[Tally]) -> dict[str, float]:
    """Pooled and mean IoU, recall and precision, 0..1, of some pictures."""
    counts = np.array(
        [(t.intersection, t.union, t.found, t.predicted, t.annotated) for t in tallies], np.float64
    )
    return {name: float(value[0]) for name, value in _scores_of(counts[None]).items()}


def _scores_of(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of each of R samples of N pictures: counts (R, N, 5)."""
    intersection, union, found, predicted, annotated = np.moveaxis(counts, 2, 0)
    each = np.where(union > 0, intersection / np.maximum(union, 1), 1.0)
    return {
        'pooled IoU': intersection.sum(1) / np.maximum(union.sum(1), 1),
        'mean IoU': each.mean(1),
        'recall': found.sum(1) / np.maximum(annotated.sum(1), 1),
        'precision': found.sum(1) / np.maximum(predicted.sum(1), 1),
    }


def intervals(tallies: Sequence[Tally], seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % confidence intervals of the scores by the percentile bootstrap over pictures (Efron 1979)."""
    counts = np.array(
        [(t.intersection, t.union, t.found, t.predicted, t.annotated) for t in tallies], np.float64
    )
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(counts), size=(RESAMPLINGS, len(counts)))
    return {
        name: tuple(float(bound) for bound in np.percentile(values, (2.5, 97.5)))
        for name, values in _scores_of(counts[drawn]).items()
    }


def measure_quality(args: argparse.Namespace, contenders: dict[str, Look]) -> dict[str, Any]:
    """Runs every contender over the folder; prints and returns the scores."""
    pictures = find_pictures(args.folder, args.every)
    tallies: dict[str, list[Tally]] = {name: [] for name in contenders}
    for path in tqdm(pictures, unit='picture'):
        picture = read_image(path).bgr
        target = read_plate_mask(str(mask_of(path)))
        group = path.stem.rpartition('_')[0]
        for name, look in contenders.items():
            tallies[name].append(tally(look(picture), target, group))
    report: dict[str, Any] = {}
    table = PrettyTable(['system', 'pictures', *scores(tallies[next(iter(contenders))]), 'covered'])
    table.align['system'] = 'l'
    for name, part, chosen in _parts(tallies, args.by_prefix):
        values, bounds = scores(chosen), intervals(chosen)
        covered = float((np.concatenate([t.coverages for t in chosen]) >= 0.95).mean())
        report.setdefault(name, {})[part] = {
            'pictures': len(chosen),
            'scores': values,
            'intervals': bounds,
            'covered': covered,
            'by_height': recall_by_height(chosen),
        }
        cells = [f'{v:.3f} [{bounds[key][0]:.3f}, {bounds[key][1]:.3f}]' for key, v in values.items()]
        table.add_row([f'{name}, {part}', len(chosen), *cells, f'{covered:.3f}'])
    print(table)
    return report


def _parts(tallies: dict[str, list[Tally]], by_prefix: bool) -> Iterator[tuple[str, str, list[Tally]]]:
    for name, all_of_them in tallies.items():
        yield name, 'all', all_of_them
        if by_prefix:
            for group in sorted({t.group for t in all_of_them}):
                yield name, group, [t for t in all_of_them if t.group == group]


def recall_by_height(tallies: Sequence[Tally]) -> dict[str, dict[str, float]]:
    """Share of plates covered to 95 %, by their height in pixels."""
    heights = np.concatenate([t.heights for t in tallies])
    coverages = np.concatenate([t.coverages for t in tallies])
    result = {}
    for title, low, high in (('< 16 px', 0, 16), ('16 to 32 px', 16, 32), ('> 32 px', 32, np.inf)):
        inside = (heights >= low) & (heights < high)
        if inside.any():
            result[title] = {
                'plates': int(inside.sum()),
                'touched': float((coverages[inside] > 0.5).mean()),
                'covered': float((coverages[inside] >= 0.95).mean()),
            }
    return result


def measure_speed(args: argparse.Namespace, contenders: dict[str, Look]) -> dict[str, Any]:
    """Times every contender in turn, from a file's bytes to the mask."""
    files = [path.read_bytes() for path in find_pictures(args.folder, args.every)[: args.rounds]]

    def run(look: Look, number: int) -> None:
        look(read_image(files[number % len(files)]).bgr)

    methods = {name: functools.partial(run, look) for name, look in contenders.items()}
    times = _common.time_in_turn(methods, args.rounds, _common.clock_of(2), warm_up=2)
    seconds = _common.medians(times)
    reference = next(iter(contenders))
    table = PrettyTable(['system', 'ms a picture', 'pictures a second', f'times the time of {reference}'])
    table.align['system'] = 'l'
    for name, value in seconds.items():
        table.add_row([name, f'{value * 1e3:.1f}', f'{1 / value:.1f}', f'{value / seconds[reference]:.2f}'])
    print(table)
    return {
        'seconds': seconds,
        'ratio': {name: value / seconds[reference] for name, value in seconds.items()},
    }


def draw(args: argparse.Namespace, results: dict[str, Any]) -> _common.Figure:
    """Bars: pooled IoU, or milliseconds."""
    figure, axes = _common.plt.subplots(figsize=(8, 0.5 + 0.45 * 6), layout='constrained')
    if args.measure == 'speed':
        values = {name: 1e3 * value for name, value in results['seconds'].items()}
        axes.set_xlabel('milliseconds a picture, from JPEG to mask')
    else:
        values = {
            f'{name}, {part}': entry['scores']['pooled IoU']
            for name, parts in results.items()
            for part, entry in parts.items()
        }
        axes.set_xlabel('IoU of plate pixels, pooled')
    colours = {n: _common.OURS if n.startswith('mmlp') else _common.GREYS[2] for n in values}
    labels = {n: f'{v:.0f}' if args.measure == 'speed' else f'{v:.3f}' for n, v in values.items()}
    _common.draw_bars(axes, values, colours, labels)
    return figure


def main(argv: Optional[Sequence[str]] = None) -> None:
    """Measures, prints, writes JSON and plot."""
    args = parse_args(argv)
    if args.quick:
        args.rounds, args.every = min(args.rounds, 2), max(args.every, 1)
    contenders = build_contenders(args)
    measure = measure_speed if args.measure == 'speed' else measure_quality
    results = measure(args, contenders)
    report = {
        'command': args.command,
        'machine': _common.describe_machine(args.threads, ['onnxruntime']),
        'folder': args.folder.name,
        'results': results,
    }
    _common.write_report(report, draw(args, results), args.out_dir, f'segmenters_{args.measure}')


if __name__ == '__main__':
    main()
