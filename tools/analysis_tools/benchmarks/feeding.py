"""How fast pictures come off the disk into crops for training, beside other libraries' chains.

    python tools/analysis_tools/benchmarks/feeding.py

Writes ``feeding.json`` and ``feeding.png``. Every chain starts at a JPEG file and a PNG mask and ends at a
crop of 480 x 480 with its mask: short side 260 to 1040, rotation up to 30 degrees, flip, perspective, crop.
The chains take turns on the same pictures, with new random numbers each round; a time is the median of the
rounds' means. Decoding the JPEG alone, without a mask and at full size, stands beside them, and so does
*decoding and sampling alone*: OpenCV's calls without which there is no crop and no mask, under one map for
all pictures, nothing drawn, nothing blurred, the mask empty. The pictures are made by
``mmlp.datasets.synthetic``; they are in the system's cache when the clock runs.

- *original*: Pillow and torchvision's functions, as pytorch-licenseplate-segmentation goes about it. Its own
  code names no filter for the rotation; torchvision's default, the nearest pixel, is the fastest.
- *torchvision v2*: tensors, decoded by torchvision. *torchvision v2, Pillow*: the same on Pillow pictures.
- *mmseg*: the toolbox's stock transforms. It has no perspective: that step is left out.
- *albumentations*: only where it is installed; it is no dependency of mmlp.
- *mmlp, step by step*: the pipeline of ``configs/lp_deeplabv3_r101.py`` without its colours.
- *RandomWarpCrop*: ``LoadImageDeferred``, ``LoadPlateAnnotations``, ``RandomWarpCrop``; *cached masks*: from
  the second epoch on with ``cache_megabytes``.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mmlp.cli.command import command, loading

with loading(__name__):
    import numpy as np
    import torch
    from _common import (
        GREYS,
        OURS,
        OURS_TOO,
        REFERENCE,
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
    from _feeding_chains import (
        CACHED,
        DECODERS,
        ONE_SAMPLING,
        ORIGINAL,
        SAMPLING,
        STEP_BY_STEP,
        decode_and_sample,
        make_chains,
    )
    from matplotlib.figure import Figure
    from PIL import Image

    from mmlp.datasets.synthetic import write_dataset

#: Times faster than the original and than the fastest of the others at least; times as long as a decoder at
#: most.
GOALS = {'original': 5.0, 'fastest_other': 2.0, 'decoding': 1.5}


def run_all(work: Callable[..., Any], pairs: Iterable[tuple[Path, ...]], seed: int) -> None:
    """Does one picture after the other."""
    random.seed(seed)
    np.random.seed(seed)
    torch.random.default_generator.manual_seed(seed)  # torch.manual_seed takes milliseconds
    for pair in pairs:
        work(*pair)


def measure(title: str, pairs: list[tuple[Path, Path]], rounds: int, threads: int) -> dict[str, Any]:
    """Times all chains and decoders on the same pictures."""
    images = [(image,) for image, _ in pairs]
    methods = {name: partial(run_all, decode, images) for name, decode in DECODERS.items()}
    methods[SAMPLING] = partial(run_all, decode_and_sample, images)
    methods |= {name: partial(run_all, chain, pairs) for name, chain in make_chains().items()}
    times = time_in_turn(methods, rounds, clock_of(threads))
    seconds = {name: value / len(pairs) for name, value in medians(times).items()}
    decoding = min((name for name in seconds if name in DECODERS), key=seconds.get)
    not_others = {*DECODERS, SAMPLING, ORIGINAL, STEP_BY_STEP, ONE_SAMPLING, CACHED}
    fastest_other = min((name for name in seconds if name not in not_others), key=seconds.get)
    row = {
        'title': title,
        'pictures': len(pairs),
        'megapixels': float(np.mean([np.prod(Image.open(image).size) for image, _ in pairs]) / 1e6),
        'jpeg_bytes': float(np.mean([image.stat().st_size for image, _ in pairs])),
        'seconds': seconds,
        'spread': spreads(times),
        'images_per_second': {name: 1 / value for name, value in seconds.items()},
        'times_faster_than_original': times_faster(seconds, ORIGINAL),
        'fastest_other': fastest_other,
        'fastest_decoder': decoding,
        'reached': {
            name: {
                'original': seconds[ORIGINAL] / seconds[name],
                'fastest_other': seconds[fastest_other] / seconds[name],
                'decoding': seconds[name] / seconds[decoding],
                'sampling': seconds[name] / seconds[SAMPLING],
            }
            for name in (ONE_SAMPLING, CACHED)
        },
    }
    print(
        f'\n{title}: {row["megapixels"]:.1f} megapixels, {row["jpeg_bytes"] / 1e6:.2f} MB\n'
        f'  {"":32}{"ms":>9}{"pictures/s":>12}{"than original":>15}'
    )
    for name, value in seconds.items():
        print(
            f'  {name:32}{1e3 * value:9.2f}{1 / value:12.1f}{row["times_faster_than_original"][name]:14.2f}x'
        )
    for name, reached in row['reached'].items():
        print(
            f'  {name}: {reached["original"]:.2f}x the original (goal {GOALS["original"]:g}), '
            f'{reached["fastest_other"]:.2f}x {fastest_other} (goal {GOALS["fastest_other"]:g}), '
            f'{reached["decoding"]:.2f} times as long as {decoding} (goal {GOALS["decoding"]:g}), '
            f'{reached["sampling"]:.2f} times as long as {SAMPLING}',
            flush=True,
        )
    return row


def draw(report: dict[str, Any]) -> Figure:
    """Bars of pictures a second."""
    figure, panels = plt.subplots(1, len(report['rows']), figsize=(12, 4.4), layout='constrained')
    for axes, row in zip(panels, report['rows']):
        rates = row['images_per_second']
        greys = dict.fromkeys(rates, GREYS[3])
        colours = greys | dict.fromkeys([*DECODERS, SAMPLING], REFERENCE)
        colours |= {ORIGINAL: GREYS[1], STEP_BY_STEP: OURS_TOO, ONE_SAMPLING: OURS, CACHED: OURS}
        ratios = row['times_faster_than_original']
        draw_bars(axes, rates, colours, {name: f'{rates[name]:.1f}  ({ratios[name]:.2g}x)' for name in rates})
        axes.set_xlabel('pictures a second and core (times the original)')
        axes.set_title(f'{row["title"]}, {row["megapixels"]:.2g} megapixels', fontsize=10)
    figure.suptitle(title_of('From JPEG files to crops of 480 x 480', report['machine']), fontsize=11)
    return figure


def main(argv: Sequence[str] | None = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('feeding', __doc__, rounds=15)
    parser.add_argument('--large', type=int, nargs=2, default=(4000, 3000), help='columns and rows')
    parser.add_argument('--small', type=int, nargs=2, default=(640, 480), help='columns and rows')
    parser.add_argument('--pictures', type=int, nargs=2, default=(6, 24), help='of the large and the small')
    args = parse_args(parser, argv)
    if args.quick:
        args.large, args.small, args.images, args.rounds = (800, 600), (320, 240), (1, 2), 1
    packages = ['torchvision', 'onedl-mmsegmentation', 'opencv-python', 'pillow', 'numpy', 'albumentations']
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, packages),
        'goals': GOALS,
        'rows': [measure_size(*job, args) for job in zip(('large', 'small'), args.images)],
    }
    write_report(report, draw(report), args.out_dir, 'feeding')
    return report


def measure_size(name: str, images: int, args: argparse.Namespace) -> dict[str, Any]:
    """Makes pictures of one size and measures on them."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_dataset(
            Path(folder) / 'pictures', images, 0, size=tuple(getattr(args, name)), progress=False
        )
        files = sorted((root / 'train' / 'images').iterdir())
        pairs = [(file, root / 'train' / 'masks' / f'{file.name}.png') for file in files]
        return measure(f'{name} photographs', pairs, args.rounds, args.threads)


if __name__ == '__main__':
    command(main)
