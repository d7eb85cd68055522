"""Finds licence plates in pictures and videos, draws them, and writes where they are.

    python tools/segment.py photo.jpg
    python tools/segment.py photos/ drive.mp4 'more/**/*.png' --out-dir found --save overlay mask json coco
    python tools/segment.py drive.mp4 --track --read
    python tools/segment.py photos/ --save crop --crop-height 120 --sharpen 1

Folders are searched with their subfolders; below the output folder, each kind of output has a folder in which
the tree of the inputs is mirrored.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _command import answers_mistakes, command, loading

with loading(__name__):
    from mmlp.apis import PlateReader
    from mmlp.apis.jobs import command_line, segment_media
    from mmlp.apis.jobs.plate_files import SAVE_KINDS
    from mmlp.apis.jobs.report import FileResult, JobReport


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=command_line.EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='pictures, videos, folders, patterns')
    parser.add_argument(
        '--out-dir', '-o', type=Path, default=Path('outputs'), help='where to write (default: %(default)s)'
    )
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
    command_line.add_hidden_option(parser)
    parser.add_argument('--resume', action='store_true', help='keep what a former run finished')
    parser.add_argument('--verbose', '-v', action='store_true', help='tell where the time goes')
    command_line.add_segmenter_options(parser)
    command_line.add_crop_options(parser)
    videos = command_line.add_video_options(parser, 'overlay videos')
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
    media = command_line.find_inputs(args.inputs, args.out_dir, args.hidden)
    with command_line.ProgressBar(media, describe) as progress:
        report = segment_media(
            media,
            args.out_dir,
            command_line.build_segmenter(args),
            save=args.save,
            tracking=args.track,
            reader=PlateReader(num_threads=args.threads) if args.read else None,
            crop_height=args.crop_height,
            sharpen=args.sharpen,
            resume=args.resume,
            batch_size=args.batch_size,
            max_pixels=args.max_pixels,
            codec=args.codec,
            crf=args.crf,
            progress=progress,
        )
    command_line.print_summary(report)
    return report


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    command_line.set_verbose(args.verbose)
    return command_line.run(lambda: segment(args))


if __name__ == '__main__':
    command(main, 'finished outputs stay, unfinished ones were removed; --resume goes on')
