r"""How well and how fast plates are found, ours beside any ONNX detector or segmenter, in one run.

    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val --long-side 384 640 \
        --peer yolo.onnx
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val --threshold 0.15 \
        --long-side 512 --options search.zoom_in_below=40 refinement=False min_score=0.55
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/train --min-plates 3
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val --disturb none dark infrared
    python tools/analysis_tools/benchmarks/segmenters.py quality data/plates/val --disturb close
    python tools/analysis_tools/benchmarks/segmenters.py speed data/plates/val --backend pytorch openvino \
        --peer yolo.onnx --threads 2

The folder holds ``images/NAME.jpg`` and ``masks/NAME.jpg.png``, as data/README.md describes. Quality: IoU
of pixels pooled over the pictures, and the mean of each picture's; plates found at a box IoU of 0.5, or of
``--match-iou``. In brackets stand 95 % confidence intervals, from 1000 resamplings of the pictures. A plate
is hidden when ``mmlp.plates.redact`` with its default margin covers 95 % of it; an alarm is a find that
touches no plate. ``--disturb`` measures on pictures that are spoilt as ``_disturbances.py`` says, all
contenders on the same. Speed: from the bytes of a JPEG to the mask, the contenders in turn for every
picture; ratios are those of medians, and of means, to the first contender.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from mmlp.cli.command import command, loading

with loading(__name__):
    import _common
    import numpy as np
    from _disturbances import DISTURBANCES, disturb
    from _onnx_peers import Found, ONNXPeer
    from _tallies import Tally, intervals, recall_by_height, scores, tally
    from mmengine.config import DictAction
    from prettytable import PrettyTable
    from tqdm import tqdm

    from mmlp.apis import PlateSegmenter, Refinement, Runtime, Search
    from mmlp.datasets.labelled_images import find_labelled_images
    from mmlp.datasets.plate_mask import read_plate_mask
    from mmlp.evaluation import boxes_of_components, boxes_of_plates
    from mmlp.media import read_image

Look = Callable[[np.ndarray], Found]
Measured = TypeVar('Measured')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = _common.make_parser('segmenters', __doc__, rounds=40)
    parser.add_argument('measure', choices=('quality', 'speed'))
    parser.add_argument('folder', type=Path, help='holds images/ and masks/')
    parser.add_argument('--model', help='ours: a name, a .pth or an .onnx (default: what comes along)')
    parser.add_argument('--long-side', type=int, nargs='+', default=[None], help='sizes of ours')
    parser.add_argument('--backend', nargs='+', default=['auto'], help='engines of ours')
    parser.add_argument('--threshold', type=float, nargs='+', default=[None], help='thresholds of ours')
    parser.add_argument(
        '--options',
        nargs='+',
        action=DictAction,
        default={},
        help='other arguments of PlateSegmenter, KEY=VALUE, such as min_score=0.7, refinement=False, '
        'search.zoom_in_below=40, refinement.model=FILE',
    )
    parser.add_argument('--peer', type=Path, nargs='+', default=[], help='networks of others, .onnx')
    parser.add_argument('--peer-score', type=float, default=0.25, help='their least score')
    parser.add_argument('--match-iou', type=float, default=0.5, help='box IoU at which a plate is found')
    parser.add_argument('--by-prefix', action='store_true', help='also by what precedes the last _ of names')
    parser.add_argument('--every', type=int, default=1, help='of the pictures, take each N-th')
    parser.add_argument('--min-plates', type=int, default=0, help='least number of plates in a picture')
    parser.add_argument('--min-width', type=int, default=0, help='least width of the widest plate, in pixels')
    parser.add_argument(
        '--disturb',
        nargs='+',
        choices=('none', *DISTURBANCES),
        default=['none'],
        help='measure quality on pictures that are spoilt so',
    )
    args = _common.parse_args(parser, argv)
    if not 0 < args.match_iou <= 1:
        parser.error(f'--match-iou is an overlap in (0, 1], got {args.match_iou}')
    return args


def build_contenders(args: argparse.Namespace) -> dict[str, Look]:
    """Ours at every size, engine and threshold asked for, then the others."""
    contenders: dict[str, Look] = {}
    for backend in args.backend:
        for long_side in args.long_side:
            for threshold in args.threshold:
                options = read_options(args.options)
                options['threshold'] = threshold
                options['runtime'] = Runtime(backend, 'cpu', args.threads)
                if long_side is not None:
                    options['long_side'] = long_side
                segmenter = PlateSegmenter(args.model, **options)
                name = f'mmlp {segmenter.backend.name} {segmenter.long_side}'
                name += '' if threshold is None else f' > {threshold:g}'
                contenders[name] = functools.partial(look_by_ours, segmenter)
    for path in args.peer:
        contenders[path.stem] = ONNXPeer(path, score_threshold=args.peer_score, threads=args.threads)
    return contenders


def read_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of our segmenter; those that belong together are given as GROUP.KEY."""
    options = {name: value for name, value in given.items() if '.' not in name}
    for group, kind in {'search': Search, 'refinement': Refinement}.items():
        own = {name.split('.', 1)[1]: value for name, value in given.items() if name.startswith(f'{group}.')}
        if own:
            options[group] = kind(**own)
    return options


def look_by_ours(segmenter: PlateSegmenter, image: np.ndarray) -> Found:
    """Plates of our segmenter as a mask and boxes."""
    prediction = segmenter.predict(image)
    return Found(prediction.mask, boxes_of_plates(prediction.plates), prediction.plates)


def find_images(folder: Path, every: int, min_plates: int = 0, min_width: int = 0) -> list[Path]:
    """The pictures that have a mask with so many plates, and one so wide.

    Raises:
        FileNotFoundError: There is no such folder, or it has another layout.
        ValueError: None has a mask, none has as many plates, or one as wide.
    """
    listed = find_labelled_images(folder)
    found = [Path(image.path) for image in listed if Path(image.mask_path).is_file()]
    if min_plates or min_width:
        boxes = ((path, boxes_of_components(read_plate_mask(str(mask_of(path))))) for path in found)
        found = [
            path
            for path, plates in boxes
            if len(plates) >= min_plates and (plates[:, 2] - plates[:, 0]).max(initial=0) >= min_width
        ]
        if not found:
            raise ValueError(
                f'no picture in {folder} has {min_plates} plates or more and one of {min_width} pixels or '
                'more: lower --min-plates or --min-width'
            )
    return found[::every]


def mask_of(image: Path) -> Path:
    """Where the mask of a picture lies."""
    return image.parents[1] / 'masks' / f'{image.name}.png'


def measure_quality(args: argparse.Namespace, contenders: dict[str, Look]) -> dict[str, Any]:
    """Runs every contender over the folder; prints and returns the scores."""
    images = find_images(args.folder, args.every, args.min_plates, args.min_width)
    titles = {how: '' if how == 'none' else f' {how}' for how in args.disturb}
    tallies: dict[str, list[Tally]] = {name + title: [] for title in titles.values() for name in contenders}
    for path in tqdm(images, unit='picture'):
        image = read_image(path).bgr
        target = read_plate_mask(str(mask_of(path)))
        group = path.stem.rpartition('_')[0]
        for how, title in titles.items():
            shown, truth = (image, target) if how == 'none' else disturb(image, target, how)
            for name, look in contenders.items():
                tallies[name + title].append(tally(look(shown), truth, group, args.match_iou))
    report: dict[str, Any] = {}
    table = PrettyTable(
        ['system', 'pictures', *scores(next(iter(tallies.values()))), 'hidden', 'alarms a picture']
    )
    table.align['system'] = 'l'
    for name, part, chosen in parts(tallies, args.by_prefix):
        values, bounds = scores(chosen), intervals(chosen)
        hidden = np.concatenate([t.hidden for t in chosen])
        alarms = sum(t.alarms for t in chosen) / len(chosen)
        report.setdefault(name, {})[part] = {
            'pictures': len(chosen),
            'scores': values,
            'intervals': bounds,
            'hidden': {f'to {share:.0%}': float((hidden >= share).mean()) for share in (0.95, 0.8)},
            'alarms': alarms,
            'by_height': recall_by_height(chosen),
        }
        cells = [f'{v:.3f} [{bounds[key][0]:.3f}, {bounds[key][1]:.3f}]' for key, v in values.items()]
        table.add_row(
            [f'{name}, {part}', len(chosen), *cells, f'{(hidden >= 0.95).mean():.3f}', f'{alarms:.2f}']
        )
    print(table)
    return report


def parts(measured: dict[str, list[Measured]], by_prefix: bool) -> Iterator[tuple[str, str, list[Measured]]]:
    """What was measured, by system and by part of the folder: the whole, and each group if it is asked for.

    Args:
        measured: By system; each entry names the part it belongs to as its ``group``.
        by_prefix: Whether to yield groups, too.

    Yields:
        System, part and the entries of the two.
    """
    for name, all_of_them in measured.items():
        yield name, 'all', all_of_them
        if by_prefix:
            for group in sorted({one.group for one in all_of_them}):
                yield name, group, [one for one in all_of_them if one.group == group]


def measure_speed(args: argparse.Namespace, contenders: dict[str, Look]) -> dict[str, Any]:
    """Times every contender in turn, from a file's bytes to the mask."""
    images = find_images(args.folder, args.every, args.min_plates, args.min_width)
    files = [path.read_bytes() for path in images[: args.rounds]]

    def run(look: Look, number: int) -> None:
        look(read_image(files[number % len(files)]).bgr)

    methods = {name: functools.partial(run, look) for name, look in contenders.items()}
    times = _common.time_in_turn(methods, args.rounds, _common.clock_of(2), warm_up=2)
    seconds = _common.medians(times)
    means = {name: float(np.mean(values)) for name, values in times.items()}
    reference = next(iter(contenders))
    table = PrettyTable(['system', 'ms, median', 'ms, mean', f'times the time of {reference}', 'by means'])
    table.align['system'] = 'l'
    ratio, of_means = ({name: t / by[reference] for name, t in by.items()} for by in (seconds, means))
    for name, value in seconds.items():
        cells = (
            f'{value * 1e3:.1f}',
            f'{means[name] * 1e3:.1f}',
            f'{ratio[name]:.2f}',
            f'{of_means[name]:.2f}',
        )
        table.add_row([name, *cells])
    print(table)
    return {'seconds': seconds, 'mean_seconds': means, 'ratio': ratio, 'ratio_of_means': of_means}


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


def main(argv: Sequence[str] | None = None) -> None:
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
    command(main)
