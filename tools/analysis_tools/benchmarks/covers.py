r"""Whether anonymising covers all plates, how much more than them, and how long it takes, side by side.

    python tools/analysis_tools/benchmarks/covers.py drives --rounds 12
    python tools/analysis_tools/benchmarks/covers.py drives --rounds 3 --size 4000 3000
    python tools/analysis_tools/benchmarks/covers.py mosaics data/plates/val --rounds 12
    python tools/analysis_tools/benchmarks/covers.py folder data/plates/val --every 5
    python tools/analysis_tools/benchmarks/covers.py video toll_station.mp4 --every 3

``drives`` draws streets, whose plates are known exactly (``mmlp.datasets.synthetic.render_drive``); of
``mosaics`` one photograph of a folder shows a plate 200 pixels wide, and those around it plates whose boxes
are 9 to 14 pixels high. A ``folder`` holds ``images/NAME.jpg`` and ``masks/NAME.jpg.png``, as data/README.md
describes. In a ``video`` a slow look at
twice the size with a refinement tells what the plates are; plates are remembered over gaps, as
``tools/anonymize.py`` does it. Contenders: what the tool does, the same without the search of the whole
picture (``--smallest-plate 0``), and without the refinement (``--no-refine``).

A plate is covered when 95 % of it are. Its cover is all that finds cover which cover a third of it or more;
``times the plate`` is the cover's area by the plate's, median and 90th percentile. An alarm is a find that
touches no plate, also of those that cannot be read.
"""

from __future__ import annotations

import argparse
import dataclasses
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmlp.cli.command import command, loading

with loading(__name__):
    import _common
    import cv2
    import numpy as np
    from prettytable import PrettyTable
    from segmenters import find_images, mask_of
    from tqdm import tqdm

    from mmlp.apis import ANONYMIZING, PlateSegmenter, Refinement, Runtime, Search
    from mmlp.apis.anonymizing import LEAST_READABLE_HEIGHT, MIN_SCORE_UNREFINED
    from mmlp.datasets.plate_mask import read_plate_mask
    from mmlp.datasets.synthetic import render_drive
    from mmlp.evaluation.covers import COVERED, measure_covers
    from mmlp.jobs import Redaction
    from mmlp.media import VideoReader, read_image
    from mmlp.plates import Plate, TemporalMemory
    from mmlp.plates.components import label_components

#: Of a slow look at a video: lowest score of what counts as a plate.
_SURE = 0.82


class Scene(NamedTuple):
    """A picture, its plates, and what else is plate.

    Args:
        image: Uint8 (H, W, 3), BGR.
        labels: Int32 (H, W), the numbers of the plates from 1 on, 0 elsewhere, -1 on plates that do not
            count: cut off, too small to be read.
        heights: Height of each plate in pixels.
    """

    image: np.ndarray
    labels: np.ndarray
    heights: Sequence[float]


@dataclasses.dataclass
class Counts:
    """What a contender did."""

    heights: list[float] = dataclasses.field(default_factory=list)
    shares: list[float] = dataclasses.field(default_factory=list)
    ratios: list[float] = dataclasses.field(default_factory=list)
    alarms: int = 0
    seconds: list[float] = dataclasses.field(default_factory=list)

    def add(self, scene: Scene, plates: Sequence[Plate]) -> None:
        """Adds what was found in a scene."""
        covers = measure_covers(plates, scene.labels, len(scene.heights), Redaction().margin)
        self.alarms += len(covers.needless)
        self.heights += scene.heights
        self.shares += covers.shares.tolist()
        self.ratios += covers.times_the_plate.tolist()

    def summary(self) -> dict[str, Any]:
        """Figures for the report."""
        covered, heights = np.array(self.shares) >= COVERED, np.array(self.heights)
        by_height = {}
        for low, high in ((0, 8), (8, 12), (12, 24), (24, np.inf)):
            inside = (heights >= low) & (heights < high)
            if inside.any():
                title = f'{low} px and more' if np.isinf(high) else f'{low} to {high} px'
                by_height[title] = {'plates': int(inside.sum()), 'covered': float(covered[inside].mean())}
        return {
            'plates': len(covered),
            'covered': float(covered.mean()),
            'times the plate': [float(value) for value in np.percentile(self.ratios, (50, 90))],
            'alarms a picture': self.alarms / len(self.seconds),
            'seconds': {'median': float(np.median(self.seconds)), 'mean': float(np.mean(self.seconds))},
            'by height': by_height,
        }


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = _common.make_parser('covers', __doc__, rounds=12)
    parser.add_argument('what', choices=('drives', 'mosaics', 'folder', 'video'))
    parser.add_argument('path', type=Path, nargs='?', help='of the folder or video')
    parser.add_argument('--every', type=int, default=1, help='of pictures or frames, take each N-th')
    parser.add_argument('--min-plates', type=int, default=0, help='least number of plates in a picture')
    parser.add_argument(
        '--size', type=int, nargs=2, default=(1280, 720), help='of drives (default: 1280 720)'
    )
    parser.add_argument('--near', type=Path, help='of drives: a folder of photographs for the foreground')
    args = _common.parse_args(parser, argv)
    if (args.path is None) != (args.what == 'drives'):
        parser.error(f'{args.what} takes {"no" if args.path else "a"} path')
    return args


def build_contenders(threads: int) -> dict[str, PlateSegmenter]:
    """What the tool does, and what its options take away."""
    search = dataclasses.replace(ANONYMIZING['search'], turned=False)
    common = {**ANONYMIZING, 'search': search, 'runtime': Runtime(device='cpu', num_threads=threads)}
    seldom = {**common, 'search': dataclasses.replace(search, smallest_plate=None)}
    alone = {'refinement': False, 'min_score': MIN_SCORE_UNREFINED}
    return {
        'anonymize': PlateSegmenter(**common),
        '--smallest-plate 0': PlateSegmenter(**seldom),
        '--no-refine': PlateSegmenter(**{**common, **alone}),
        '--smallest-plate 0 --no-refine': PlateSegmenter(**{**seldom, **alone}),
    }


def draw_drives(args: argparse.Namespace) -> Iterator[Scene]:
    """Two frames, seconds apart, of each drive."""
    for seed in range(1, args.rounds + 1):
        for image, plates in render_drive(seed, 2, tuple(args.size), 1.0):
            labels, heights = np.zeros(image.shape[:2], np.int32), []
            for plate in plates:
                mask = plate.mask > 0
                sides = np.linalg.norm(plate.corners - np.roll(plate.corners, 1, axis=0), axis=1)
                height = float(sides[::2].mean())
                whole = np.count_nonzero(mask) > 0.9 * cv2.contourArea(plate.corners.astype(np.float32))
                if whole and height >= LEAST_READABLE_HEIGHT:
                    heights.append(height)
                    labels[mask] = len(heights)
                else:
                    labels[mask] = -1
            yield Scene(image, labels, heights)


def lay_mosaics(args: argparse.Namespace) -> Iterator[Scene]:
    """A photograph with a near plate, and around it others that are shrunk until theirs are hard to read."""
    rng = np.random.default_rng(0)
    paths = find_images(args.path, args.every)
    order = iter(rng.permutation(len(paths)).tolist() * args.rounds)
    for _ in range(args.rounds):
        width, height = args.size
        image = np.full((height, width, 3), 114, np.uint8)
        mask, x, y, row = np.zeros((height, width), np.uint8), 0, 0, 0
        for number, index in enumerate(order):
            photograph, own = read_image(paths[index]).bgr, read_plate_mask(str(mask_of(paths[index])))
            _, stats = label_components(own == 1)
            if len(stats) != 1:
                continue
            # Of the near plate the width, of the others the height.
            side = cv2.CC_STAT_HEIGHT if number else cv2.CC_STAT_WIDTH
            scale = (rng.uniform(9, 14) if number else 200.0) / stats[0, side]
            photograph, own = (
                cv2.resize(array, None, fx=scale, fy=scale, interpolation=how)
                for array, how in ((photograph, cv2.INTER_AREA), (own, cv2.INTER_NEAREST))
            )
            if not number:
                photograph, own = _cut_around_plate(photograph, own, (height // 2, width // 2))
            if x + own.shape[1] > width:
                x, y, row = 0, y + row, 0
            if y + own.shape[0] > height:
                break
            window = (slice(y, y + own.shape[0]), slice(x, x + own.shape[1]))
            image[window], mask[window] = photograph, own
            x, row = x + own.shape[1], max(row, own.shape[0])
        yield scene_of(image, mask)


def _cut_around_plate(
    photograph: np.ndarray, mask: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    left, top, width, height, _ = label_components(mask == 1)[1][0].tolist()
    first = (top + (height - size[0]) // 2, left + (width - size[1]) // 2)
    window = tuple(slice(max(start, 0), max(start, 0) + length) for start, length in zip(first, size))
    return photograph[window], mask[window]


def scene_of(image: np.ndarray, mask: np.ndarray) -> Scene:
    """A picture and the plates of its mask."""
    labels, stats = label_components(mask == 1)
    labels[mask == 255] = -1
    return Scene(image, labels, stats[:, cv2.CC_STAT_HEIGHT].astype(float).tolist())


def read_folder(args: argparse.Namespace) -> Iterator[Scene]:
    """The pictures of a folder."""
    for path in find_images(args.path, args.every, args.min_plates):
        yield scene_of(read_image(path).bgr, read_plate_mask(str(mask_of(path))))


def read_frames(args: argparse.Namespace) -> Iterator[Scene]:
    """Frames of a video, and what a slow look finds in them."""
    look = PlateSegmenter(
        threshold=0.3,
        min_score=_SURE,
        long_side=None,
        search=Search(zoom_in_long_side=None),
        refinement=Refinement(),
        runtime=Runtime(device='cpu', num_threads=args.threads),
    )
    with VideoReader(args.path) as video:
        for number, frame in enumerate(video):
            if number % args.every:
                continue
            image = np.array(frame.bgr)
            labels, heights = np.zeros(image.shape[:2], np.int32), []
            for plate in look.predict(cv2.resize(image, None, fx=2, fy=2)).plates:
                heights.append(plate.height / 2)
                polygon = (plate.polygon + 0.5) / 2 - 0.5
                cv2.fillPoly(labels, [np.round(polygon * 16).astype(np.int32)], len(heights), shift=4)
            yield Scene(image, labels, heights)


_SOURCES = {'drives': draw_drives, 'mosaics': lay_mosaics, 'folder': read_folder, 'video': read_frames}


def measure(args: argparse.Namespace) -> dict[str, Any]:
    """Runs every contender on every scene, in turn."""
    scenes = _SOURCES[args.what](args)
    contenders, clock = build_contenders(args.threads), _common.clock_of(args.threads)
    counts = {name: Counts() for name in contenders}
    kept: list[Scene] = []
    found: dict[str, list[list[Plate]]] = {name: [] for name in contenders}
    for scene in tqdm(scenes, unit='picture'):
        for name, segmenter in contenders.items():
            started = clock()
            plates = segmenter.predict(scene.image).plates
            counts[name].seconds.append(clock() - started)
            if args.what == 'video':
                found[name].append(plates)
            else:
                counts[name].add(scene, plates)
        if args.what == 'video':
            kept.append(scene)
        if args.quick and len(counts[name].seconds) == 2:
            break
    for name, frames in found.items():
        # A gap of the tool's memory is as long in time when frames are left out.
        memory = TemporalMemory(15 // args.every, 5 // args.every)
        for number, plates in memory.stream(frames):
            counts[name].add(kept[number], plates)
    return {name: count.summary() for name, count in counts.items()}


def report_of(results: dict[str, Any]) -> PrettyTable:
    """A table of the results; times are ratios to the last contender."""
    heights = list(next(iter(results.values()))['by height'])
    table = PrettyTable(
        ['', 'plates', 'covered', *heights, 'times the plate', 'alarms a picture', 'time, mean', 'median']
    )
    table.align[''] = 'l'
    *_, reference = results.values()
    for name, one in results.items():
        cells = [f'{one["by height"][height]["covered"]:.3f}' for height in heights]
        ratio = {key: value / reference['seconds'][key] for key, value in one['seconds'].items()}
        times = '{:.2f}, {:.2f}'.format(*one['times the plate'])
        alarms = f'{one["alarms a picture"]:.2f}'
        cells = [f'{one["covered"]:.3f}', *cells, times, alarms]
        table.add_row([name, one['plates'], *cells, *(f'{ratio[key]:.2f}' for key in ('mean', 'median'))])
    return table


def draw(results: dict[str, Any]) -> _common.Figure:
    """Bars: the share of plates that are covered."""
    figure, axes = _common.plt.subplots(figsize=(8, 3), layout='constrained')
    values = {name: one['covered'] for name, one in results.items()}
    colours = dict.fromkeys(values, _common.GREYS[2]) | {'anonymize': _common.OURS}
    _common.draw_bars(axes, values, colours, {name: f'{value:.3f}' for name, value in values.items()})
    axes.set_xlabel('share of plates that are covered')
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes JSON and plot; returns the report."""
    args = parse_args(argv)
    started = time.perf_counter()
    results = measure(args)
    print(report_of(results))
    machine = _common.describe_machine(args.threads, ['onnxruntime'])
    report = {'command': args.command, 'machine': machine, 'results': results}
    report['minutes'] = (time.perf_counter() - started) / 60
    _common.write_report(report, draw(results), args.out_dir, 'covers')
    return report


if __name__ == '__main__':
    command(main)
