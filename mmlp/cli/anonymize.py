"""Makes licence plates unreadable in pictures and videos.

    python tools/anonymize.py photos/ drive.mp4 -o anonymous
    python tools/anonymize.py photo.jpg -o photo_anonymous.jpg --method pixelate
    python tools/anonymize.py photos/ --in-place --report report.json

The tree of the inputs is mirrored below the output folder. A file that could not be processed has no output.
What is neither picture nor video, and what is hidden, is named and left alone. The report tells the plates
found in each file, the lowest score, and what a person should look at.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from _command import answers_mistakes, command, loading

with loading(__name__):
    from mmlp.apis.anonymizing import ANONYMIZING, MIN_SCORE_OF_ONE_LOOK
    from mmlp.apis.jobs import FileResult, JobReport, Redaction, anonymize_media, command_line, read_cover
    from mmlp.plates import REDACTION_METHODS, TemporalMemory

SEARCH = command_line.SearchDefaults(**ANONYMIZING, min_score_of_one_look=MIN_SCORE_OF_ONE_LOOK)


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=command_line.EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='pictures, videos, folders, patterns')
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument('--output', '-o', type=Path, help='folder to write to; for one input, also a file')
    target.add_argument(
        '--in-place',
        action='store_true',
        help='replace the originals; times and rights stay',
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        '--resume', action='store_true', help='keep what a former run finished, do the rest'
    )
    existing.add_argument('--overwrite', action='store_true', help='replace outputs that exist')
    command_line.add_hidden_option(parser)
    parser.add_argument('--report', type=Path, help='where to write the report (default: OUTPUT/report.json)')
    parser.add_argument(
        '--strip-location',
        action='store_true',
        help='leave out coordinates and names of places, and texts and subtitles in which coordinates stand',
    )
    parser.add_argument('--verbose', '-v', action='store_true', help='tell where the time goes')
    redaction = parser.add_argument_group('making plates unreadable')
    redaction.add_argument(
        '--method',
        choices=REDACTION_METHODS,
        default='blur',
        help='none keeps anything of what it covers: blur and pixelate average what surrounds the plate, '
        'solid is black, image lays a picture on it (default: blur)',
    )
    redaction.add_argument(
        '--margin', type=float, default=25.0, help="widening, percent of the plate's height (default: 25)"
    )
    redaction.add_argument(
        '--strength',
        type=float,
        default=0.5,
        help="of blur and mosaic, as a share of the plate's height, a matter of looks (default: 0.5)",
    )
    redaction.add_argument(
        '--feather', type=float, default=0.0, help="soft edge, percent of the plate's height (default: none)"
    )
    redaction.add_argument('--image', type=Path, metavar='FILE', help='what --method image lays on plates')
    command_line.add_segmenter_options(parser, SEARCH)
    videos = command_line.add_video_options(parser, 'videos')
    videos.add_argument(
        '--memory',
        type=int,
        nargs=2,
        default=[15, 5],
        metavar=('GAP', 'ENDS'),
        help='frames: cover a plate that is not seen for up to GAP frames, and ENDS frames before it is '
        'first and after it is last seen (default: 15 5)',
    )
    videos.add_argument(
        '--drop-streams',
        action='store_true',
        help='with --in-place: replace videos too that have streams which cannot be kept (data of cameras, '
        'attached files); without, they are left as they are',
    )
    videos.add_argument('--no-audio', dest='audio', action='store_false', help='leave the audio out')
    return parser.parse_args(argv)


def describe(result: FileResult) -> str:
    """Says what was covered in a file and where it is written."""
    if result.video:
        covered = f'plates covered in {result.video["frames_with_plates"]} of {result.video["frames"]} frames'
    elif result.plates:
        covered = f'{result.plates} plate{"s" if result.plates > 1 else ""} covered'
    else:
        covered = 'no plate found'
    look = ''
    if result.video and result.review:
        look = f', {len(result.review)} place{"s" if len(result.review) > 1 else ""} to look at'
    elif result.plates and result.review:
        look = f', look at it (score {result.lowest_score:.2f})'
    return f'{covered}{look} -> {", ".join(result.outputs)}'


def anonymize(args: argparse.Namespace) -> JobReport:
    """Does what the command line asks for."""
    if (args.method == 'image') != (args.image is not None):
        raise ValueError('--method image and --image FILE go together')
    redaction = Redaction(
        args.method, args.margin, args.strength, args.feather, read_cover(args.image) if args.image else None
    )
    memory = TemporalMemory(*args.memory)
    media = command_line.find_inputs(args.inputs, args.output, args.hidden)
    with command_line.ProgressBar(media, describe) as progress:
        report = anonymize_media(
            media,
            args.output,
            command_line.build_segmenter(args),
            redaction,
            in_place=args.in_place,
            resume=args.resume,
            overwrite=args.overwrite,
            report=args.report,
            memory=memory,
            strip_location=args.strip_location,
            drop_streams=args.drop_streams,
            audio=args.audio,
            codec=args.codec,
            crf=args.crf,
            batch_size=args.batch_size,
            max_pixels=args.max_pixels,
            progress=progress,
        )
    command_line.print_summary(report)
    return report


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    command_line.set_verbose(args.verbose)
    return command_line.run(lambda: anonymize(args))


if __name__ == '__main__':
    command(main, 'finished outputs stay, unfinished ones were removed; --resume goes on')
