"""Makes licence plates unreadable in pictures and videos.

    mmlp anonymize photos/ drive.mp4 -o anonymous
    mmlp anonymize photo.jpg -o photo_anonymous.jpg --method pixelate
    mmlp anonymize photos/ --in-place --report report.json

The tree of the inputs is mirrored below the output folder. A file that could not be processed has no output.
What is neither picture nor video, and what is hidden, is named and left alone. The report tells the plates
found in each file, the lowest score, and what a person should look at.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.apis.anonymizing import ANONYMIZING, MIN_SCORE_UNREFINED
from mmlp.plates.redaction_methods import REDACTION_METHODS

from . import media_jobs
from .command import answers_mistakes, loading
from .option_types import region
from .options import add_out_dir, add_overwrite
from .parser import Parser
from .segmenter_options import SearchDefaults, add_segmenter_options, build_segmenter

if TYPE_CHECKING:
    from mmlp.jobs import FileResult, JobReport

KEPT = media_jobs.KEPT
SEARCH = SearchDefaults(**ANONYMIZING, min_score_unrefined=MIN_SCORE_UNREFINED)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('anonymize', __doc__, media_jobs.EXIT_CODES)
    media_jobs.add_input_options(parser)
    target = parser.add_mutually_exclusive_group(required=True)
    add_out_dir(target, 'folder to write to; for one input, also a file')
    target.add_argument(
        '--in-place',
        action='store_true',
        help='replace the originals; times and rights stay',
    )
    existing = parser.add_mutually_exclusive_group()
    existing.add_argument(
        '--resume', action='store_true', help='keep what a former run finished, do the rest'
    )
    add_overwrite(existing, 'replace outputs that exist')
    parser.add_argument(
        '--report',
        type=Path,
        help='where to write the report (default: OUT/report.json); until the end, '
        'REPORT.journal beside it tells what is finished',
    )
    parser.add_argument(
        '--strip-location',
        action='store_true',
        help='leave out coordinates and names of places, and texts and subtitles in which coordinates stand',
    )
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
    redaction.add_argument(
        '--also',
        type=Path,
        action='append',
        default=[],
        metavar='FILE',
        help='hide what other tools found, such as faces, in the same way and with the same margin: COCO, '
        'boxes by name ({"day/photo.jpg": [[x, y, width, height], ...]}), or what "mmlp segment --save json" '
        'writes, a file or the folder; repeatable',
    )
    visible = parser.add_argument_group('plates that stay visible')
    visible.add_argument(
        '--keep',
        type=region,
        action='append',
        default=[],
        metavar='X,Y,W,H',
        help="leave plates visible that lie wholly in this region, such as that of one's own car; pixels or "
        'percent, repeatable; in videos of several cameras, of the first one. The report tells each of them',
    )
    visible.add_argument(
        '--keep-text',
        action='append',
        default=[],
        metavar='TEXT',
        help='leave plates visible that read exactly this for sure, in videos in frames in which they do; '
        "in case of doubt they are covered (extra 'ocr'); repeatable",
    )
    add_segmenter_options(parser, SEARCH)
    videos = media_jobs.add_video_options(parser, 'videos')
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
    """Says what was covered in a file, and what was not, and where it is written."""
    if result.video:
        covered = f'plates covered in {result.video["frames_with_plates"]} of {result.video["frames"]} frames'
    elif result.plates:
        covered = f'{result.plates} plate{"s" if result.plates > 1 else ""} covered'
    else:
        covered = 'no plate covered' if result.left_visible else 'no plate found'
    if result.left_visible:
        plates = 'plate' if result.left_visible == 1 else 'plates'
        covered += f', {result.left_visible} {plates}{" of frames" if result.video else ""} left visible'
    if result.also_hidden:
        regions = 'region' if result.also_hidden == 1 else 'regions'
        covered += f', {result.also_hidden} {regions}{" of frames" if result.video else ""} of --also hidden'
    look = ''
    if result.video and result.review:
        look = f', {len(result.review)} place{"s" if len(result.review) > 1 else ""} to look at'
    elif result.plates and result.review:
        look = f', look at it (score {result.lowest_score:.2f})'
    return f'{covered}{look} -> {", ".join(result.outputs)}'


def anonymize(args: argparse.Namespace) -> JobReport:
    """Does what the command line asks for."""
    with loading():
        from mmlp.apis import PlateReader
        from mmlp.jobs import Keeping, Redaction, anonymize_media, read_cover
        from mmlp.plates import TemporalMemory

        from .progress_bar import ProgressBar
    if (args.method == 'image') != (args.image is not None):
        raise ValueError('--method image and --image FILE go together')
    redaction = Redaction(
        args.method, args.margin, args.strength, args.feather, read_cover(args.image) if args.image else None
    )
    memory = TemporalMemory(*args.memory)
    keeping = None
    if args.keep or args.keep_text:
        reader = PlateReader(num_threads=args.threads) if args.keep_text else None
        keeping = Keeping(args.keep, args.keep_text, reader)
    span = media_jobs.read_span(args)
    media = media_jobs.find_inputs(args.inputs, args.out_dir, args.hidden)
    media_jobs.note_span(span, media)
    with ProgressBar(media, describe) as progress:
        report = anonymize_media(
            media,
            args.out_dir,
            build_segmenter(args),
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
            span=span,
            detect_every=args.detect_every,
            keeping=keeping,
            also=args.also,
            progress=progress,
        )
    media_jobs.print_summary(report)
    return report


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    media_jobs.set_verbose(args.verbose)
    return media_jobs.run(lambda: anonymize(args))
