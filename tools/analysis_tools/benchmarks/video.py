r"""What looking at every N-th frame of a video costs, and what it leaves open, beside looking at all of them.

    python tools/analysis_tools/benchmarks/video.py --rounds 1 --frames 90
    python tools/analysis_tools/benchmarks/video.py toll_station.mp4 --start 60 --frames 100
    python tools/analysis_tools/benchmarks/video.py --conditions night --detect-every 12 auto

Without videos, drives along a street are drawn (``mmlp.datasets.synthetic.render_drive``), whose plates are
known exactly: by day and by night, slow and fast, with a shaking camera, and two joined by a cut.
``--rounds`` is the number of drives of each kind. Of a video, what the looks at every frame are sure of is
what there is.

Each way goes through the clip as ``mmlp anonymize`` does, one step after the other, with one thread: the
processor's milliseconds a frame of decoding, network, motion, and of hiding and encoding. A plate is covered
in a frame when 95 % of it are; ``kept`` is the share of what looks at every frame cover that is still
covered.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmlp.cli.command import command, loading

with loading(__name__):
    import _common
    import av
    import cv2
    import numpy as np
    from prettytable import PrettyTable
    from tqdm import tqdm

    from mmlp.apis import ANONYMIZING, PlateSegmenter, Runtime
    from mmlp.apis.anonymizing import LEAST_READABLE_HEIGHT
    from mmlp.cli.option_types import detection_interval
    from mmlp.datasets.synthetic import render_drive
    from mmlp.evaluation.covers import COVERED, measure_covers
    from mmlp.jobs import Redaction
    from mmlp.jobs.hiding import Hiding
    from mmlp.jobs.key_frames import KeyFrames
    from mmlp.jobs.video_detection import VideoDetector
    from mmlp.media import TimeSpan, VideoReader, VideoWriter, find_media
    from mmlp.plates import Plate, TemporalMemory

#: Frames a second of drives, and the score of what counts as a plate of a video.
_FPS, _SURE = 30, 0.82
#: Metres a second, and what is done to the frames of a drive.
_CONDITIONS = {
    'day': (10.0, ''),
    'fast': (15.0, ''),
    'night': (12.0, 'night'),
    'shake': (10.0, 'shake'),
    'cut': (8.0, 'cut'),
}


class Clip(NamedTuple):
    """A video, and the plates of each frame: int16 (H, W) as of :class:`covers.Scene`, None if not known."""

    name: str
    path: Path
    span: TimeSpan | None
    labels: list[np.ndarray] | None


class Run(NamedTuple):
    """What one way of looking did."""

    plates: list[list[Plate]]
    looks: int
    milliseconds: dict[str, float]


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = _common.make_parser('video', __doc__, rounds=2)
    parser.add_argument('videos', type=Path, nargs='*', help='default: drives')
    parser.add_argument('--frames', type=int, default=90, help='of each clip (default: %(default)s)')
    parser.add_argument('--start', type=int, default=0, help='first frame of videos (default: 0)')
    parser.add_argument('--seed', type=int, default=100, help='of the first drive (default: %(default)s)')
    parser.add_argument(
        '--size', type=int, nargs=2, default=(1280, 720), help='of drives (default: 1280 720)'
    )
    parser.add_argument('--conditions', nargs='+', choices=list(_CONDITIONS), default=list(_CONDITIONS))
    parser.add_argument(
        '--detect-every', nargs='+', type=detection_interval, default=[6, 12, 'auto'], metavar='N|auto'
    )
    args = _common.parse_args(parser, argv)
    if args.quick:
        args.rounds, args.frames, args.size = 1, 6, (640, 360)
        args.conditions, args.detect_every = ['cut'], ['auto']
    if args.threads != 1:
        parser.error('steps are told apart with one thread only')
    return args


def draw_drive(
    condition: str, seed: int, args: argparse.Namespace
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Frames of a drive and the numbers of their plates, -1 where a plate is too small or cut off."""
    speed, change = _CONDITIONS[condition]
    rng = np.random.default_rng(seed)
    place = np.zeros(2)
    parts = [(seed, args.frames)]
    if change == 'cut':
        parts = [(seed, args.frames // 2), (seed + 1000, args.frames - args.frames // 2)]
    for number, count in parts:
        for image, plates in render_drive(number, count, tuple(args.size), _FPS, speed):
            labels = np.zeros(image.shape[:2], np.int16)
            plates_seen = 0
            for plate in plates:
                mask = plate.mask > 0
                sides = np.linalg.norm(plate.corners - np.roll(plate.corners, 1, axis=0), axis=1)
                whole = np.count_nonzero(mask) > 0.9 * cv2.contourArea(plate.corners.astype(np.float32))
                counts = whole and float(sides[::2].mean()) >= LEAST_READABLE_HEIGHT
                plates_seen += counts
                labels[mask] = plates_seen if counts else -1
            if change == 'night':
                dark = (image / 255.0) ** 1.7 * 130 + rng.normal(0, 5, image.shape)
                image = np.clip(dark, 0, 255).astype(np.uint8)
            if change == 'shake':
                place = 0.9 * place + rng.normal(0, 6, 2)
                matrix, size = np.float32([[1, 0, place[0]], [0, 1, place[1]]]).round(), tuple(args.size)
                image = cv2.warpAffine(
                    image, matrix, size, flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE
                )
                labels = cv2.warpAffine(labels, matrix, size, flags=cv2.INTER_NEAREST)
            yield image, labels


def make_clips(args: argparse.Namespace, folder: Path) -> Iterator[Clip]:
    """The videos to look at."""
    for path in args.videos:
        with VideoReader(path) as video:
            fps = video.info.fps
        yield Clip(path.name, path, TimeSpan(args.start / fps, (args.start + args.frames) / fps), None)
    for condition in [] if args.videos else args.conditions:
        for seed in range(args.seed, args.seed + args.rounds):
            path, labels = folder / f'{condition}_{seed}.mp4', []
            with av.open(str(path), 'w') as container:
                stream = container.add_stream('libx264', rate=_FPS, options={'crf': '18'})
                stream.width, stream.height, stream.pix_fmt = *args.size, 'yuv420p'
                for image, numbers in draw_drive(condition, seed, args):
                    labels.append(numbers)
                    container.mux(stream.encode(av.VideoFrame.from_ndarray(image, 'bgr24')))
                container.mux(stream.encode(None))
            yield Clip(f'{condition} {seed}', path, None, labels)


def anonymise(clip: Clip, segmenter: PlateSegmenter, detect_every: int | str, folder: Path) -> Run:
    """Goes through a clip, one step after the other, and takes the processor's time of each."""
    seconds = dict.fromkeys(('decode', 'network'), 0.0)
    began = time.process_time()

    def timed(name: str, iterator: Iterator[Any]) -> Iterator[Any]:
        while True:
            started = time.thread_time()
            item = next(iterator, None)
            seconds[name] += time.thread_time() - started
            if item is None:
                return
            yield item

    found: list[list[Plate]] = []
    with VideoReader(clip.path, threads=1, span=clip.span, strict=False) as video:
        look = VideoDetector(segmenter, video.info)
        item = find_media([clip.path]).items[0]
        hiding = Hiding(Redaction(), None, None).begin_video(item, video.info, is_main=True)

        def look_at(frame: Any) -> tuple[list[Plate], list[Plate]]:
            started = time.thread_time()
            (plates,) = look.find_plates([frame.bgr])
            seconds['network'] += time.thread_time() - started
            return plates, []

        keys = KeyFrames(look_at, detect_every, float(video.info.fps))
        seconds['finding'] = 0.0
        frames = []

        def plates_of() -> Iterator[list[Plate]]:
            for one in timed('finding', keys.stream(timed('decode', iter(video)))):
                frames.append(one.frame)
                yield one.plates

        with VideoWriter(folder / 'out.mp4', like=video.info) as writer:
            for _, plates in TemporalMemory().stream(plates_of()):
                found.append(plates)
                frame = frames.pop(0)
                hiding.hide(frame, plates)
                writer.write(frame)
    total = time.process_time() - began
    finding = seconds.pop('finding')
    seconds['motion'] = finding - seconds['decode'] - seconds['network']
    seconds['hiding and encoding'] = total - finding
    seconds['total'] = total
    return Run(found, keys.looks, {name: 1000 * value / len(found) for name, value in seconds.items()})


def sure_plates(plates: Sequence[Plate], shape: tuple[int, int]) -> np.ndarray:
    """Numbers of the plates of a frame that a look is sure of, -1 on the others."""
    labels, number = np.zeros(shape, np.int16), 0
    for plate in sorted(plates, key=lambda plate: plate.observed and plate.score >= _SURE):
        is_sure = plate.observed and plate.score >= _SURE
        number += is_sure
        cv2.fillPoly(
            labels, [np.round(plate.polygon * 16).astype(np.int32)], number if is_sure else -1, shift=4
        )
    return labels


def measure(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Goes through all clips in each way, looks at every frame first."""
    segmenter = PlateSegmenter(**ANONYMIZING, runtime=Runtime(device='cpu', num_threads=args.threads))
    rows = []
    with tempfile.TemporaryDirectory() as name:
        for clip in tqdm(make_clips(args, Path(name)), unit='clip'):
            labels, reference = clip.labels, None
            for detect_every in (1, *(way for way in args.detect_every if way != 1)):
                run = anonymise(clip, segmenter, detect_every, Path(name))
                if labels is None:
                    with VideoReader(clip.path) as video:
                        shape = video.info.height, video.info.width
                    labels = [sure_plates(plates, shape) for plates in run.plates]
                covers = [
                    measure_covers(plates, numbers, max(int(numbers.max()), 0), Redaction().margin)
                    for plates, numbers in zip(run.plates, labels, strict=True)
                ]
                covered = np.concatenate([cover.shares >= COVERED for cover in covers])
                reference = covered if reference is None else reference
                rows.append(
                    {
                        'clip': clip.name,
                        'detect every': detect_every,
                        'frames': len(run.plates),
                        'looks': run.looks,
                        'milliseconds a frame': run.milliseconds,
                        'plates': len(covered),
                        'covered': int(covered.sum()),
                        'covered by looks at every frame': int(reference.sum()),
                        'kept': int((covered & reference).sum()),
                        'for nothing': sum(len(cover.needless) for cover in covers),
                    }
                )
    return rows


def sum_up(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Figures of each way over all clips, by ``detect every``."""
    sums: dict[str, dict[str, Any]] = {}
    for way in dict.fromkeys(str(row['detect every']) for row in rows):
        own = [row for row in rows if str(row['detect every']) == way]
        frames = sum(row['frames'] for row in own)
        names = own[0]['milliseconds a frame']
        sums[way] = {
            'looks a frame': sum(row['looks'] for row in own) / frames,
            **{
                name: sum(row['milliseconds a frame'][name] * row['frames'] for row in own) / frames
                for name in names
            },
            'plates': sum(row['plates'] for row in own),
            'covered': sum(row['covered'] for row in own) / max(sum(row['plates'] for row in own), 1),
            'kept': sum(row['kept'] for row in own)
            / max(sum(row['covered by looks at every frame'] for row in own), 1),
            'for nothing, a frame': sum(row['for nothing'] for row in own) / frames,
        }
    return sums


def report_of(sums: dict[str, dict[str, Any]]) -> PrettyTable:
    """A table of the results; times in milliseconds of the processor a frame."""
    names = list(next(iter(sums.values())))
    table = PrettyTable(['detect every', *names, 'times faster'])
    for way, figures in sums.items():
        digits = {'covered': 4, 'kept': 4, 'looks a frame': 2, 'for nothing, a frame': 2, 'plates': 0}
        cells = [f'{figures[name]:.{digits.get(name, 1)}f}' for name in names]
        table.add_row([way, *cells, f'{sums["1"]["total"] / figures["total"]:.2f}'])
    return table


def draw(sums: dict[str, dict[str, Any]]) -> _common.Figure:
    """Bars: the processor's time of a frame, by steps."""
    figure, axes = _common.plt.subplots(figsize=(8, 3), layout='constrained')
    left = np.zeros(len(sums))
    colours = (_common.GREYS[1], _common.OURS, _common.OURS_TOO, _common.GREYS[4])
    steps = ('decode', 'network', 'motion', 'hiding and encoding')
    for step, colour in zip(steps, colours):
        values = np.array([figures[step] for figures in sums.values()])
        axes.barh(list(sums), values, left=left, color=colour, label=step)
        left += values
    axes.set_xlabel("the processor's milliseconds a frame")
    axes.set_ylabel('detect every')
    axes.legend()
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes JSON and plot; returns the report."""
    args = parse_args(argv)
    rows = measure(args)
    sums = sum_up(rows)
    print(report_of(sums))
    machine = _common.describe_machine(args.threads, ['onnxruntime', 'av'])
    report = {'command': args.command, 'machine': machine, 'results': sums, 'clips': rows}
    _common.write_report(report, draw(sums), args.out_dir, 'video')
    return report


if __name__ == '__main__':
    command(main)
