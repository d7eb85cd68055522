"""Completes the masks of a data set with the plates that a network finds and nobody annotated.

    mmlp complete-masks data/plates
    mmlp train lp_fpn_lite0_completed

Public data sets annotate one plate a picture, or none of the far ones, and a network learns to pass over the
rest. Here the weights that ship, or --model, look at every picture more closely than they usually do. Sure
finds become plates, unsure ones are ignored in training, and so are pixels where an outline and the network's
disagree. People seldom pass over near plates: of the wide finds sure ones are ignored and the rest stays
background. Plates that are annotated stay. Look at what comes of it:

    mmlp browse lp_fpn_lite0_completed --mode original

Masks are written to SPLIT/completed_masks beside SPLIT/masks, which stay as they are, and the names of the
pictures with three plates or more to SPLIT/crowded.txt. Interrupted, run the same command again: it goes on
where it stopped. To begin anew, with another model or other scores, remove completed_masks first.
"""

from __future__ import annotations

import argparse
import os.path as osp
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.apis.settings import Runtime, Search
from mmlp.datasets.mask_rule import DEFAULT_IGNORE_VALUES

from .command import GOES_ON, answers_mistakes, loading
from .options import add_plate_values, add_threads
from .parser import Parser

if TYPE_CHECKING:
    import numpy as np

    from mmlp.datasets.mask_completion import CompletionCounts

KEPT = f'finished masks stay; {GOES_ON}'
#: Every candidate is zoomed in on, whatever its size, and larger than usual.
LONG_SIDE = 512
SEARCH = Search(zoom_in_long_side=1536, zoom_in_below=1 << 16, candidate_threshold=0.1)
CROWDED = 3


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('complete-masks', __doc__)
    parser.add_argument('data_root', type=Path, help='data set with SPLIT/images and SPLIT/masks')
    parser.add_argument('--split', default='train', help='which part of it (default: %(default)s)')
    add_plate_values(parser)
    parser.add_argument(
        '--ignore-values',
        nargs='+',
        type=int,
        default=DEFAULT_IGNORE_VALUES,
        metavar='V',
        help='grey values of the masks that mean ignore (default: 128)',
    )
    parser.add_argument('--model', help='checkpoint or .onnx file (default: the weights that ship)')
    parser.add_argument(
        '--plate-score', type=float, default=0.85, help='finds from here up become plates (default: 0.85)'
    )
    parser.add_argument(
        '--ignore-score', type=float, default=0.75, help='finds from here up are ignored (default: 0.75)'
    )
    parser.add_argument(
        '--near-width',
        type=float,
        default=48.0,
        metavar='PIXELS',
        help='finds as wide as this are no plates that people passed over (default: 48)',
    )
    add_threads(parser)
    return parser.parse_args(argv)


def complete_masks(args: argparse.Namespace) -> CompletionCounts:
    """Writes the completed masks of one split, and the list of its crowded pictures."""
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('completing masks reads data sets as MMSegmentation does')
        from mmengine.registry import init_default_scope

        from mmlp.apis import PlateSegmenter
        from mmlp.datasets import LicensePlateDataset, read_plate_mask
        from mmlp.datasets.mask_completion import CompletionCounts, MaskCompletion
        from mmlp.datasets.plate_mask import PLATE
        from mmlp.files import write_bytes
        from mmlp.media import write_image
        from mmlp.plates.components import label_components
        from mmlp.progress import progress_bar
    init_default_scope('mmseg')
    complete = MaskCompletion(args.plate_score, args.ignore_score, args.near_width)
    folder = args.data_root / args.split
    dataset = LicensePlateDataset(
        data_root=str(args.data_root),
        data_prefix=dict(img_path=f'{args.split}/images', seg_map_path=f'{args.split}/masks'),
        plate_values=args.plate_values,
        ignore_values=args.ignore_values,
        pipeline=[dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations')],
    )
    segmenter = PlateSegmenter(
        args.model,
        min_score=args.ignore_score,
        long_side=LONG_SIDE,
        search=SEARCH,
        runtime=Runtime(num_threads=args.threads),
    )
    print(segmenter.describe())
    total = CompletionCounts()
    crowded, kept = [], 0
    for index in progress_bar(range(len(dataset)), unit='picture'):
        info = dataset.get_data_info(index)
        out = folder / 'completed_masks' / osp.relpath(info['seg_map_path'], folder / 'masks')
        if out.exists():
            mask, kept = read_plate_mask(out), kept + 1
        else:
            loaded = dataset[index]
            mask, counts = complete(loaded['gt_seg_map'], segmenter.predict(loaded['img']).plates)
            total += counts
            write_image(out, as_grey(mask))
        if len(label_components(mask == PLATE)[1]) >= CROWDED:
            crowded.append(osp.relpath(info['img_path'], folder / 'images'))
    write_bytes(folder / 'crowded.txt', ''.join(f'{name}\n' for name in crowded).encode())
    if kept:
        print(f'{kept} masks were there from a run before and are not counted')
    if not crowded:
        print(f'no picture has {CROWDED} plates: none counts three times in lp_fpn_lite0_completed')
    return total


def as_grey(mask: np.ndarray) -> np.ndarray:
    """Turns a mask of 0, 1 and 255 into the grey values that mask files have."""
    import numpy as np

    from mmlp.datasets.plate_mask import IGNORE, PLATE

    grey = np.zeros_like(mask)
    grey[mask == PLATE] = 255
    grey[mask == IGNORE] = DEFAULT_IGNORE_VALUES[0]
    return grey


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    counts = complete_masks(args)
    print(
        f'{counts.annotated} annotated plates, of which {counts.confirmed} were found; '
        f'{counts.added} plates added, {counts.ignored} finds ignored'
    )
    return 0
