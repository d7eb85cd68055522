"""What grows with the size of pictures, batches, data sets and videos, and what does not.

    python tools/analysis_tools/benchmarks/scale.py

Writes ``scale.json`` and ``scale.png``:

- *data set*: seconds until ``LicensePlateDataset`` is ready and the memory that this takes at its peak, with
  ``check`` and without it, up to 200,000 pictures. The files are hard links to a few hundred small ones, so
  that they are in the system's cache.
- *video*: peak memory and frames a second of ``tools/segment.py --save json`` on videos of several lengths.
- *feeding*: pictures a second out of a ``DataLoader`` (``LoadImageDeferred``, ``LoadPlateAnnotations``,
  ``RandomWarpCrop``) against the size of the pictures, the batch and the workers.
- *finding*: pictures a second of ``PlateSegmenter()``, without zooming in, against the size that the
  network sees and the batch.

Pictures and videos are made by ``mmlp.datasets.synthetic``. Seconds are the processor's, of all threads
together, as on one core that has nothing else to do; those of *workers* are the clock's on the wall. Cases of
feeding and finding take turns.
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmlp.cli.command import command, loading

with loading(__name__):
    import numpy as np
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
        style_axes,
        time_in_turn,
        title_of,
        write_report,
    )
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from mmengine.dataset import pseudo_collate
    from mmengine.registry import DefaultScope
    from torch.utils.data import DataLoader, RandomSampler

    from mmlp.apis import PlateSegmenter, Runtime, Search
    from mmlp.datasets import LicensePlateDataset
    from mmlp.datasets.synthetic import render_scene, write_dataset
    from mmlp.jobs import segment_media
    from mmlp.media import VideoWriter
    from mmlp.processes import end_with_parent

#: Pictures that one file is linked to; file systems have limits, ext4 that of 65,000.
LINKS = 1000


def make_linked_dataset(root: Path, images: int, per_file: int = LINKS) -> Path:
    """A data set of hard links to a few small pictures.

    Args:
        root: Where to.
        images: How many to have.
        per_file: Links to one file.

    Returns:
        Its folder, with ``images`` and ``masks``.
    """
    files = -(-images // per_file)
    # Of this seed the first picture has a plate.
    made = write_dataset(root / 'made', files, 0, seed=2, size=(96, 64), progress=False) / 'train'
    for kind, suffix in (('images', '.jpg'), ('masks', '.jpg.png')):
        (root / kind).mkdir()
        sources = sorted((made / kind).iterdir())
        for number in range(images):
            os.link(sources[number % files], root / kind / f'{number:06d}{suffix}')
    return root


def open_dataset(root: Path, check: bool) -> LicensePlateDataset:
    """The data set as training opens it, without a pipeline."""
    prefix = {'img_path': 'images', 'seg_map_path': 'masks'}
    return LicensePlateDataset(data_root=str(root), data_prefix=prefix, check=check, pipeline=[])


def measure_datasets(counts: Sequence[int]) -> list[dict[str, Any]]:
    """Seconds and memory until a data set is ready."""
    rows = []
    print(f'\n{"pictures":>10}{"check":>7}{"s":>9}{"peak MiB":>10}{"kept MiB":>10}')
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            root = make_linked_dataset(Path(folder) / 'data', count)
            for check in (True, False):

                def start(root: Path = root, check: bool = check) -> tuple[float, int]:
                    started = time.process_time()
                    dataset = open_dataset(root, check)
                    return time.process_time() - started, dataset.data_bytes.nbytes

                measured = measure_in_fork(start, gc.collect)
                seconds, kept = start() if measured is None else measured.result
                peak = None if measured is None else measured.peak_growth
                rows.append(
                    {
                        'pictures': count,
                        'check': check,
                        'seconds': seconds,
                        'peak_bytes': peak,
                        'kept_bytes': kept,
                    }
                )
                print(
                    f'{count:10}{check!s:>7}{seconds:9.2f}{(peak or 0) / 2**20:10.1f}{kept / 2**20:10.1f}',
                    flush=True,
                )
    return rows


def measure_videos(counts: Sequence[int], threads: int) -> list[dict[str, Any]]:
    """Peak memory and frames a second of finding the plates of a video."""
    rows = []
    image, _, _ = render_scene(np.random.default_rng(0), (640, 360))
    print(f'\n{"frames":>10}{"frames/s":>10}{"peak MiB":>10}')
    with tempfile.TemporaryDirectory() as folder:
        for count in counts:
            path = Path(folder) / f'{count}.mp4'
            with VideoWriter(path, fps=25, threads=threads) as writer:
                for number in range(count):
                    writer.write(np.roll(image, number, axis=1))

            def find(path: Path = path) -> float:
                segmenter = PlateSegmenter(long_side=320, runtime=Runtime(num_threads=threads))
                started = time.process_time()
                report = segment_media(path, path.with_suffix(''), segmenter, save=('json',))
                if report.exit_code:
                    raise RuntimeError(f'{path} was not processed')
                return time.process_time() - started

            measured = measure_in_fork(find)
            seconds = find() if measured is None else measured.result
            rows.append(
                {
                    'frames': count,
                    'frames_per_second': count / seconds,
                    'peak_bytes': None if measured is None else measured.peak_growth,
                }
            )
            print(
                f'{count:10}{count / seconds:10.1f}{(rows[-1]["peak_bytes"] or 0) / 2**20:10.1f}', flush=True
            )
    return rows


def make_loader(root: Path, size: tuple[int, int], batch: int, workers: int, images: int) -> DataLoader:
    """A loader of training crops from pictures of a size."""
    folder = root / f'{size[0]}x{size[1]}'
    if not folder.exists():
        write_dataset(folder, 4, 0, size=size, progress=False)
    with DefaultScope.overwrite_default_scope('mmseg'):
        dataset = LicensePlateDataset(
            data_root=str(folder / 'train'),
            data_prefix={'img_path': 'images', 'seg_map_path': 'masks'},
            pipeline=[
                {'type': 'LoadImageDeferred'},
                {'type': 'LoadPlateAnnotations', 'cache_megabytes': 64},
                {'type': 'RandomWarpCrop', 'crop_size': 480},
                {'type': 'PackSegInputs'},
            ],
        )
    return DataLoader(
        dataset,
        batch,
        sampler=RandomSampler(dataset, replacement=True, num_samples=images),
        num_workers=workers,
        collate_fn=pseudo_collate,
        worker_init_fn=end_with_parent,
        persistent_workers=workers > 0,
    )


def measure_feeding(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Pictures a second out of a loader: one thing varied at a time, all cases in turn."""
    centre = {'size': list(args.sizes[len(args.sizes) // 2]), 'batch': 8, 'workers': 0}
    cases = [('megapixels', centre | {'size': list(size)}) for size in args.sizes]
    cases += [('batch', centre | {'batch': batch}) for batch in args.batches]
    with_workers = [('workers', centre | {'workers': workers}) for workers in args.workers]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for group, clock in ((cases, clock_of(args.threads)), (with_workers, time.perf_counter)):
            loaders = [make_loader(Path(folder), images=args.images, **case) for _, case in group]
            methods = {str(i): lambda _, loader=loader: list(loader) for i, loader in enumerate(loaders)}
            seconds = medians(time_in_turn(methods, args.rounds, clock)).values()
            rows += [
                {
                    'varied': varied,
                    'megapixels': case['size'][0] * case['size'][1] / 1e6,
                    **case,
                    'clock': clock.__name__,
                    'images_per_second': args.images / value,
                }
                for (varied, case), value in zip(group, seconds)
            ]
    print('\nfeeding: crops of 480 x 480 a second')
    for row in rows:
        print(
            f'  {row["megapixels"]:6.2f} Mpx, batch {row["batch"]:3}, workers {row["workers"]}: '
            f'{row["images_per_second"]:7.1f}',
            flush=True,
        )
    return rows


def measure_finding(args: argparse.Namespace) -> list[dict[str, Any]]:
    """Pictures a second in which plates are found: one thing varied at a time, all cases in turn."""
    images = [render_scene(np.random.default_rng(i), (1280, 960))[0] for i in range(2)]
    images *= max(args.batches) // 2 or 1
    centre = {'long_side': 768, 'batch': 4}
    cases = [('long_side', centre | {'long_side': long_side}) for long_side in args.long_sides]
    cases += [('batch', centre | {'batch': batch}) for batch in args.batches]
    methods: dict[str, Callable[[int], Any]] = {}
    for number, (_, case) in enumerate(cases):
        segmenter = PlateSegmenter(
            long_side=case['long_side'],
            search=Search(zoom_in_long_side=None),
            runtime=Runtime(num_threads=args.threads, batch_size=case['batch']),
        )
        methods[str(number)] = lambda _, segmenter=segmenter: segmenter.predict_batch(images)
    seconds = medians(time_in_turn(methods, args.rounds, clock_of(args.threads))).values()
    rows = [
        {
            'varied': varied,
            **case,
            'engine': segmenter.backend.name,
            'images_per_second': len(images) / value,
        }
        for (varied, case), value in zip(cases, seconds)
    ]
    print(f'\nfinding: pictures of 1280 x 960 a second, by {segmenter.backend.name}')
    for row in rows:
        print(
            f'  long side {row["long_side"]:5}, batch {row["batch"]:3}: {row["images_per_second"]:7.2f}',
            flush=True,
        )
    return rows


def _plot(
    axes: Axes, rows: Sequence[dict[str, Any]], x: str, y: str, *, unit: float = 1.0, **style: Any
) -> None:
    points = [(row[x], row[y] / unit) for row in rows if row[y] is not None]
    if points:
        axes.plot(*zip(*points), marker='.', **style)


def draw(report: dict[str, Any]) -> Figure:
    """A panel for each thing that grows."""
    figure, grid = plt.subplots(2, 4, figsize=(15, 6.4), layout='constrained')
    (time_axes, memory_axes, video_rate, video_memory), rates = grid
    for check, colour in ((True, OURS), (False, OURS_TOO)):
        rows = [row for row in report['dataset'] if row['check'] == check]
        label = 'with check' if check else 'without'
        _plot(time_axes, rows, 'pictures', 'seconds', color=colour, label=label)
        _plot(memory_axes, rows, 'pictures', 'peak_bytes', unit=2**20, color=colour, label=label)
    _plot(memory_axes, rows, 'pictures', 'kept_bytes', unit=2**20, color=GREYS[2], label='kept')
    _plot(video_rate, report['video'], 'frames', 'frames_per_second', color=OURS)
    _plot(video_memory, report['video'], 'frames', 'peak_bytes', unit=2**20, color=OURS)
    for axes, title, y, x in (
        (time_axes, 'Data set: start-up', 'seconds', 'pictures'),
        (memory_axes, 'Data set: memory', 'MiB', 'pictures'),
        (video_rate, 'Video: speed', 'frames a second', 'frames'),
        (video_memory, 'Video: peak memory', 'MiB', 'frames'),
    ):
        axes.set(title=title, ylabel=y, xlabel=x)
    time_axes.legend(frameon=False, fontsize=8)
    memory_axes.legend(frameon=False, fontsize=8)
    for axes, part, varied, x in zip(
        rates,
        ('feeding', 'feeding', 'feeding', 'finding'),
        ('megapixels', 'batch', 'workers', 'long_side'),
        ('megapixels of the picture', 'batch', 'workers', 'long side for the network, pixels'),
    ):
        rows = [row for row in report[part] if row['varied'] == varied]
        _plot(axes, rows, varied, 'images_per_second', color=OURS)
        axes.set(title=f'{part.capitalize()}', ylabel='pictures a second', xlabel=x)
    for axes in grid.flat:
        axes.title.set_fontsize(10)
        axes.set_ylim(bottom=0)
        axes.locator_params(axis='x', nbins=5)
        axes.ticklabel_format(style='plain')
        axes.tick_params(labelsize=8)
    style_axes(*grid.flat)
    figure.suptitle(title_of('What grows, and what does not', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('scale', __doc__, rounds=5)
    args = parse_args(parser, argv)
    args.datasets, args.videos = (1000, 10_000, 50_000, 200_000), (50, 200, 800)
    args.sizes, args.batches = ((640, 480), (1280, 960), (2000, 1500), (4000, 3000)), (1, 2, 8, 32)
    args.workers, args.long_sides, args.images = (0, 1, 2, 4), (320, 512, 768, 1280), 64
    if args.quick:
        args.datasets, args.videos, args.rounds = (20, 40), (4, 8), 1
        args.sizes, args.batches, args.workers = ((160, 120), (320, 240)), (1, 2), (0, 1)
        args.long_sides, args.images = (96, 128), 4
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, ['onnxruntime', 'opencv-python', 'av']),
        'dataset': measure_datasets(args.datasets),
        'video': measure_videos(args.videos, args.threads),
        'feeding': measure_feeding(args),
        'finding': measure_finding(args),
    }
    write_report(report, draw(report), args.out_dir, 'scale')
    return report


if __name__ == '__main__':
    command(main)
