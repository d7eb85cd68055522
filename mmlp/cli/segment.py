"""Finds licence plates in pictures and videos, draws them, and writes where they are.

    mmlp segment photo.jpg
    mmlp segment photos/ drive.mp4 'more/**/*.png' --out-dir found --save overlay mask json coco
    mmlp segment drive.mp4 --track --read
    mmlp segment photos/ --save crop --crop-height 120 --sharpen 1

Folders are searched with their subfolders; below the output folder, each kind of output has a folder in which
the tree of the inputs is mirrored.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.jobs.save_kinds import SAVE_KINDS

from . import media_jobs
from .command import answers_mistakes, loading
from .options import add_out_dir
from .parser import Parser
from .segmenter_options import add_segmenter_options, build_segmenter

if TYPE_CHECKING:
    from mmlp.jobs import FileResult, JobReport

KEPT = media_jobs.KEPT


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('segment', __doc__, media_jobs.EXIT_CODES)
    media_jobs.add_input_options(parser)
    add_out_dir(parser, 'folder to write to (default: %(default)s)', Path('outputs'))
    parser.add_argument(
        '--save',
        nargs='+',
        default=['overlay', 'json'],
        choices=list(SAVE_KINDS),
        metavar='KIND',
        help=f'what to write: {" ".join(SAVE_KINDS)} (default: overlay json)',
    )
    parser.add_argument(
        '--read',
        action='store_true',
        help="read the plates: text and its confidence into JSON files, text over overlays (extra 'ocr')",
    )
    parser.add_argument('--resume', action='store_true', help='keep what a former run finished')
    add_segmenter_options(parser)
    media_jobs.add_crop_options(parser)
    videos = media_jobs.add_video_options(parser, 'overlay videos')
    videos.add_argument('--track', action='store_true', help="number the plates (needs the extra 'track')")
    return parser.parse_args(argv)


def describe(result: FileResult) -> str:
    """Says what was found in a file and where it is written."""
    plates = (
        'no plate' if not result.plates else '1 plate' if result.plates == 1 else f'{result.plates} plates'
    )
    if result.video:
        found = result.video['frames_with_plates']
        plates = f'plates in {found} of {result.video["frames"]} frames' if found else 'no plate'
    elif result.lowest_score is not None:
        plates += f' (score {"" if result.plates == 1 else "at least "}{result.lowest_score:.2f})'
    if result.texts:
        plates += f': {", ".join(result.texts)}'
    shown = result.outputs[:2]
    more = f' and {len(result.outputs) - 2} more' if len(result.outputs) > 2 else ''
    return f'{plates}{" -> " if shown else ""}{", ".join(shown)}{more}'


def segment(args: argparse.Namespace) -> JobReport:
    """Does what the command line asks for."""
    with loading():
        from mmlp.apis import PlateReader
        from mmlp.jobs import segment_media

        from .progress_bar import ProgressBar
    span = media_jobs.read_span(args)
    media = media_jobs.find_inputs(args.inputs, args.out_dir, args.hidden)
    media_jobs.note_span(span, media)
    with ProgressBar(media, describe) as progress:
        report = segment_media(
            media,
            args.out_dir,
            build_segmenter(args),
            save=args.save,
            tracking=args.track,
            reader=PlateReader(num_threads=args.threads) if args.read else None,
            crop_height=args.crop_height,
            sharpen=args.sharpen,
            resume=args.resume,
            batch_size=args.batch_size,
            max_pixels=args.max_pixels,
            span=span,
            detect_every=args.detect_every,
            codec=args.codec,
            crf=args.crf,
            progress=progress,
        )
    media_jobs.print_summary(report)
    return report


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    media_jobs.set_verbose(args.verbose)
    return media_jobs.run(lambda: segment(args))
