"""How fast pictures come off the disk into crops for training, beside other libraries' chains.

    python tools/analysis_tools/benchmarks/feeding.py

Writes ``feeding.json`` and ``feeding.png``. Every chain starts at a JPEG file and a PNG mask and ends at a
crop of 480 x 480 with its mask: short side 260 to 1040, rotation up to 30 degrees, flip, perspective, crop.
The chains take turns on the same pictures, with new random numbers each round; a time is the median of the
rounds' means. Decoding the JPEG alone, without a mask and at full size, stands beside them. The pictures are
made by ``mmlp.datasets.synthetic``; they are in the system's cache when the clock runs.

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
import importlib.util
import random
import tempfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Optional

import cv2
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
from matplotlib.figure import Figure
from mmcv.transforms import Compose
from mmengine.registry import DefaultScope
from PIL import Image
from torchvision import io, tv_tensors
from torchvision import transforms as v1_transforms
from torchvision.transforms import functional as v1
from torchvision.transforms import v2

import mmlp  # noqa: F401 (registers the transforms)
from mmlp.datasets.synthetic import write_dataset

CROP, SHORT_SIDE, DEGREES, DISTORTION = 480, (260, 1040), 30, 0.5
ORIGINAL, ONE_SAMPLING, CACHED = (
    'original (Pillow, torchvision)',
    'RandomWarpCrop',
    'RandomWarpCrop, cached masks',
)
STEP_BY_STEP = 'mmlp, step by step'
#: Decoders of a JPEG at full size; the fastest one is what the chains are compared with.
DECODERS = {
    'JPEG alone, OpenCV': lambda path: cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR),
    'JPEG alone, Pillow': lambda path: Image.open(path).convert('RGB'),
    'JPEG alone, torchvision': lambda path: io.decode_jpeg(io.read_file(str(path))),
}
#: Times faster than the original and than the fastest of the others at least; times as long as a decoder at
#: most.
GOALS = {'original': 5.0, 'fastest_other': 2.0, 'decoding': 1.5}

#: From the paths of picture and mask to crop and mask.
Chain = Callable[[Path, Path], tuple[Any, Any]]


def original_chain(picture: Path, mask: Path) -> tuple[Image.Image, Image.Image]:
    """The geometric steps of the original, one after the other; its mask is warped bicubically."""
    img, target = Image.open(picture).convert('RGB'), Image.open(mask)
    size = random.randint(*SHORT_SIDE)
    img = v1.resize(img, size, v1.InterpolationMode.BILINEAR)
    target = v1.resize(target, size, v1.InterpolationMode.NEAREST)
    angle = random.uniform(-DEGREES, DEGREES)
    img, target = v1.rotate(img, angle), v1.rotate(target, angle)
    if random.random() < 0.5:
        img, target = v1.hflip(img), v1.hflip(target)
    if random.random() < 0.5:
        corners = v1_transforms.RandomPerspective.get_params(*img.size, DISTORTION)
        img = v1.perspective(img, *corners, v1.InterpolationMode.BILINEAR)
        target = v1.perspective(target, *corners, v1.InterpolationMode.BICUBIC)
    missing = [0, 0, *(max(0, CROP - side) for side in img.size)]
    if any(missing):
        img, target = v1.pad(img, missing), v1.pad(target, missing)
    window = v1_transforms.RandomCrop.get_params(img, (CROP, CROP))
    return v1.crop(img, *window), v1.crop(target, *window)


def make_torchvision_chain(tensors: bool) -> Chain:
    """The second generation of torchvision's transforms, on its tensors or on Pillow pictures."""
    fill = {Image.Image: 0, tv_tensors.Image: 0, tv_tensors.Mask: 255}
    chain = v2.Compose(
        [
            v2.RandomResize(SHORT_SIDE[0], SHORT_SIDE[1] + 1),
            v2.RandomRotation(DEGREES, v2.InterpolationMode.BILINEAR, fill=fill),
            v2.RandomHorizontalFlip(),
            v2.RandomPerspective(DISTORTION, fill=fill),
            v2.RandomCrop(CROP, pad_if_needed=True, fill=fill),
        ]
    )

    def run(picture: Path, mask: Path) -> tuple[Any, Any]:
        target = tv_tensors.Mask(io.decode_image(io.read_file(str(mask))))
        if tensors:
            return chain(tv_tensors.Image(io.decode_jpeg(io.read_file(str(picture)))), target)
        return chain(Image.open(picture).convert('RGB'), target)

    return run


def make_albumentations_chain() -> Chain:
    """albumentations; its resize does not filter, which is fast and aliases."""
    import albumentations

    chain = albumentations.Compose(
        [
            albumentations.SmallestMaxSize(range(SHORT_SIDE[0], SHORT_SIDE[1] + 1)),
            albumentations.Rotate(DEGREES, fill_mask=255, p=1.0),
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Perspective((0.0, DISTORTION / 2), fill_mask=255, p=0.5),
            albumentations.RandomCrop(CROP, CROP, pad_if_needed=True, fill_mask=255),
        ]
    )

    def run(picture: Path, mask: Path) -> tuple[Any, Any]:
        img = cv2.imread(str(picture), cv2.IMREAD_COLOR)
        result = chain(image=img, mask=cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
        return result['image'], result['mask']

    return run


def make_toolbox_chain(transforms: Sequence[dict]) -> Chain:
    """A pipeline of the toolbox."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        pipeline = Compose(transforms)

    def run(picture: Path, mask: Path) -> tuple[Any, Any]:
        results = pipeline(
            {
                'img_path': str(picture),
                'seg_map_path': str(mask),
                'label_map': None,
                'reduce_zero_label': False,
                'seg_fields': [],
            }
        )
        return results['img'], results['gt_seg_map']

    return run


def _steps(loader: str, backend: str, *perspective: dict) -> list[dict]:
    scale = [(100_000, side) for side in SHORT_SIDE]
    return [
        {'type': 'LoadImageFromFile'},
        {'type': loader},
        {
            'type': 'RandomResize',
            'scale': scale,
            'resize_type': 'Resize',
            'keep_ratio': True,
            'backend': backend,
        },
        {'type': 'RandomRotate', 'prob': 1.0, 'degree': DEGREES, 'pad_val': 0, 'seg_pad_val': 255},
        {'type': 'RandomFlip', 'prob': 0.5},
        *perspective,
        {'type': 'Pad', 'size': (CROP, CROP), 'pad_val': {'img': 0, 'seg': 255}},
        {'type': 'RandomCrop', 'crop_size': (CROP, CROP)},
    ]


def _one_sampling(cache_megabytes: float) -> list[dict]:
    return [
        {'type': 'LoadImageDeferred'},
        {'type': 'LoadPlateAnnotations', 'cache_megabytes': cache_megabytes},
        {
            'type': 'RandomWarpCrop',
            'crop_size': CROP,
            'short_side': SHORT_SIDE,
            'degrees': DEGREES,
            'distortion_scale': DISTORTION,
        },
    ]


def make_chains() -> dict[str, Chain]:
    """All chains that can run here, by name."""
    chains = {
        ORIGINAL: original_chain,
        'torchvision v2, Pillow': make_torchvision_chain(tensors=False),
        'torchvision v2': make_torchvision_chain(tensors=True),
        'mmseg (no perspective)': make_toolbox_chain(_steps('LoadAnnotations', 'cv2')),
    }
    if importlib.util.find_spec('albumentations'):
        chains['albumentations'] = make_albumentations_chain()
    perspective = {'type': 'RandomPerspective', 'distortion_scale': DISTORTION, 'prob': 0.5}
    chains[STEP_BY_STEP] = make_toolbox_chain(_steps('LoadPlateAnnotations', 'pillow', perspective))
    chains[ONE_SAMPLING] = make_toolbox_chain(_one_sampling(0))
    chains[CACHED] = make_toolbox_chain(_one_sampling(1024))
    return chains


def run_all(work: Callable[..., Any], pairs: Iterable[tuple[Path, ...]], seed: int) -> None:
    """Does one picture after the other."""
    random.seed(seed)
    np.random.seed(seed)
    torch.random.default_generator.manual_seed(seed)  # torch.manual_seed takes milliseconds
    for pair in pairs:
        work(*pair)


def measure(title: str, pairs: list[tuple[Path, Path]], rounds: int, threads: int) -> dict[str, Any]:
    """Times all chains and decoders on the same pictures."""
    pictures = [(picture,) for picture, _ in pairs]
    methods = {name: partial(run_all, decode, pictures) for name, decode in DECODERS.items()}
    methods |= {name: partial(run_all, chain, pairs) for name, chain in make_chains().items()}
    times = time_in_turn(methods, rounds, clock_of(threads))
    seconds = {name: value / len(pairs) for name, value in medians(times).items()}
    decoding = min((name for name in seconds if name in DECODERS), key=seconds.get)
    not_others = {*DECODERS, ORIGINAL, STEP_BY_STEP, ONE_SAMPLING, CACHED}
    fastest_other = min((name for name in seconds if name not in not_others), key=seconds.get)
    row = {
        'title': title,
        'pictures': len(pairs),
        'megapixels': float(np.mean([np.prod(Image.open(picture).size) for picture, _ in pairs]) / 1e6),
        'jpeg_bytes': float(np.mean([picture.stat().st_size for picture, _ in pairs])),
        'seconds': seconds,
        'spread': spreads(times),
        'pictures_per_second': {name: 1 / value for name, value in seconds.items()},
        'times_faster_than_original': times_faster(seconds, ORIGINAL),
        'fastest_other': fastest_other,
        'fastest_decoder': decoding,
        'reached': {
            name: {
                'original': seconds[ORIGINAL] / seconds[name],
                'fastest_other': seconds[fastest_other] / seconds[name],
                'decoding': seconds[name] / seconds[decoding],
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
            f'{reached["decoding"]:.2f} times as long as {decoding} (goal {GOALS["decoding"]:g})',
            flush=True,
        )
    return row


def draw(report: dict[str, Any]) -> Figure:
    """Bars of pictures a second."""
    figure, panels = plt.subplots(1, len(report['rows']), figsize=(12, 4.4), layout='constrained')
    for axes, row in zip(panels, report['rows']):
        rates = row['pictures_per_second']
        greys = dict.fromkeys(rates, GREYS[3])
        colours = greys | dict.fromkeys(DECODERS, REFERENCE)
        colours |= {ORIGINAL: GREYS[1], STEP_BY_STEP: OURS_TOO, ONE_SAMPLING: OURS, CACHED: OURS}
        ratios = row['times_faster_than_original']
        draw_bars(axes, rates, colours, {name: f'{rates[name]:.1f}  ({ratios[name]:.2g}x)' for name in rates})
        axes.set_xlabel('pictures a second and core (times the original)')
        axes.set_title(f'{row["title"]}, {row["megapixels"]:.2g} megapixels', fontsize=10)
    figure.suptitle(title_of('From JPEG files to crops of 480 x 480', report['machine']), fontsize=11)
    return figure


def main(argv: Optional[Sequence[str]] = None) -> dict[str, Any]:
    """Measures, prints, writes and returns the report."""
    parser = make_parser('feeding', __doc__, rounds=15)
    parser.add_argument('--large', type=int, nargs=2, default=(4000, 3000), help='columns and rows')
    parser.add_argument('--small', type=int, nargs=2, default=(640, 480), help='columns and rows')
    parser.add_argument('--pictures', type=int, nargs=2, default=(6, 24), help='of the large and the small')
    args = parse_args(parser, argv)
    if args.quick:
        args.large, args.small, args.pictures, args.rounds = (800, 600), (320, 240), (1, 2), 1
    packages = ['torchvision', 'onedl-mmsegmentation', 'opencv-python', 'pillow', 'numpy', 'albumentations']
    report = {
        'command': args.command,
        'machine': describe_machine(args.threads, packages),
        'goals': GOALS,
        'rows': [measure_size(*job, args) for job in zip(('large', 'small'), args.pictures)],
    }
    write_report(report, draw(report), args.out_dir, 'feeding')
    return report


def measure_size(name: str, pictures: int, args: argparse.Namespace) -> dict[str, Any]:
    """Makes pictures of one size and measures on them."""
    with tempfile.TemporaryDirectory() as folder:
        root = write_dataset(
            Path(folder) / 'pictures', pictures, 0, size=tuple(getattr(args, name)), progress=False
        )
        files = sorted((root / 'train' / 'images').iterdir())
        pairs = [(file, root / 'train' / 'masks' / f'{file.name}.png') for file in files]
        return measure(f'{name} photographs', pairs, args.rounds, args.threads)


if __name__ == '__main__':
    main()
