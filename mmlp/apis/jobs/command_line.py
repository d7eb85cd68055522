"""What the command lines of the verbs share: options of the segmenter, and an orderly end."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from mmlp.checkpoints.index import find_refiner
from mmlp.media import CODECS, MediaList, MediaWriteError

from ..embedded_config import MAX_PARAMETERS
from ..plate_segmenter import CLOSER_BELOW, CLOSER_LONG_SIDE, LONG_SIDE, PlateSegmenter
from ..refinement import Refinement
from .exclusion import ExcludingSegmenter
from .option_types import codec, crf, logit, positive_int, probability, region, whole_number
from .output_paths import find_media_outside
from .progress_bar import ProgressBar
from .report import JobReport
from .runner import Segmenter

__all__ = [
    'EXIT_CODES',
    'ProgressBar',
    'SearchDefaults',
    'add_crop_options',
    'add_hidden_option',
    'add_segmenter_options',
    'add_video_options',
    'build_segmenter',
    'find_inputs',
    'print_summary',
    'run',
    'set_verbose',
]

EXIT_CODES = (
    'exit code: 0 all done, 1 some files failed or are incomplete, or others may hold pictures, '
    '2 nothing was started, 130 interrupted'
)
#: Files that are named on the terminal, of each kind of those that were not processed.
_NAMED_FILES = 5
#: Pictures or frames that a graphics card gets at once, when nothing else is said.
_GPU_BATCH = 8


@dataclasses.dataclass(frozen=True)
class SearchDefaults:
    """How a verb looks for plates unless its options say otherwise.

    Attributes:
        threshold (float | None): Probability; None means the model's own.
        long_side (int): Longer side of the picture for the network.
        closer_below (int): Width of a small plate in pixels.
        smallest_plate (float | None): Height of the smallest plates that are looked for all over the picture.
        refine (Refinement): How plates are looked at again, where they are.
        min_score (float | None): Lowest score with a second look; None lets it follow the threshold.
        min_score_of_one_look (float | None): Lowest score without.
    """

    threshold: float | None = None
    long_side: int = LONG_SIDE
    closer_below: int = CLOSER_BELOW
    smallest_plate: float | None = None
    refine: Refinement = dataclasses.field(default_factory=Refinement)
    min_score: float | None = None
    min_score_of_one_look: float | None = None


def add_segmenter_options(
    parser: argparse.ArgumentParser, defaults: SearchDefaults = SearchDefaults()
) -> None:
    """Adds the options that :func:`build_segmenter` reads.

    Args:
        parser (argparse.ArgumentParser): Takes the options.
        defaults (SearchDefaults): What holds unless they are given.
    """
    parser.set_defaults(search_defaults=defaults)
    group = parser.add_argument_group('finding plates')
    group.add_argument(
        '--model', help='weights: a name, a .pth or an .onnx file (default: those that come along)'
    )
    group.add_argument('--config', help='config of the weights, for a .pth that does not carry its own')
    group.add_argument(
        '--backend',
        default='auto',
        choices=['auto', 'pytorch', 'onnxruntime', 'openvino'],
        help='default: auto',
    )
    group.add_argument('--device', default='auto', help='cpu, cuda, cuda:1, ... (default: auto)')
    group.add_argument('--threads', type=positive_int, help='threads of the network')
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        '--threshold',
        type=probability,
        default=defaults.threshold,
        help='probability of a plate pixel, 0 to 1 (default: '
        f'{defaults.threshold or "of the model, mostly 0.5"})',
    )
    exclusive.add_argument(
        '--logit-threshold',
        type=logit,
        dest='threshold',
        default=argparse.SUPPRESS,
        metavar='LOGIT',
        help='the same as logit; 0.1 is a probability of 0.525',
    )
    group.add_argument(
        '--min-score',
        type=float,
        help='drop plates of a lower score, the mean probability of their pixels (default: '
        + (
            '0.2 above the threshold, at most 0.73, and 0.07 more with the second look)'
            if defaults.min_score is None
            else f'{defaults.min_score}, without the second look {defaults.min_score_of_one_look})'
        ),
    )
    group.add_argument(
        '--long-side',
        type=whole_number,
        default=defaults.long_side,
        help='longer side of the picture for the network, pixels; 0 for its own size (default: %(default)s)',
    )
    group.add_argument(
        '--closer-long-side',
        type=whole_number,
        default=CLOSER_LONG_SIDE,
        help='the same for a closer look at what may be plates, taken where the first finds none or a small '
        'one, with --smallest-plate in all pictures; 0 for none (default: %(default)s)',
    )
    group.add_argument(
        '--closer-below',
        type=whole_number,
        default=defaults.closer_below,
        metavar='WIDTH',
        help='width below which a plate is small, pixels at the first size (default: %(default)s)',
    )
    group.add_argument(
        '--smallest-plate',
        type=whole_number,
        default=defaults.smallest_plate or 0,
        metavar='HEIGHT',
        help='look for plates of this height and more, in pixels of the picture, all over it, whatever else '
        'is found there; 0 looks closer only where the first look finds no plate or a small one. A job takes '
        '1.4 times as long with 8 as with 0 on pictures of 768 pixels, 1.3 times on video of 1280 x 720, 3 '
        'times on photographs of 12 megapixels (default: %(default)s)',
    )
    group.add_argument(
        '--tile',
        type=positive_int,
        nargs='+',
        metavar=('SIZE', 'OVERLAP'),
        help='look at tiles of the full picture too: finds small far plates in large pictures, takes longer',
    )
    group.add_argument(
        '--refine',
        action=argparse.BooleanOptionalAction,
        help='look at each plate again, magnified (default: if the weights have a network for it)',
    )
    group.add_argument(
        '--turned',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='where no plate is found for sure, look at the picture turned by quarter turns, too (default: '
        'yes)',
    )
    group.add_argument(
        '--panoramas',
        action=argparse.BooleanOptionalAction,
        default=True,
        help='look at 360-degree pictures and videos in perspective views all around: finds plates on the '
        'seam and small ones, takes two to four seconds a picture on one core; they are told by their tags, '
        'or by being twice as wide as high and at least 2880 pixels wide (default: yes)',
    )
    group.add_argument(
        '--min-area',
        type=whole_number,
        default=16,
        help='smallest plate, in pixels at the size of the network',
    )
    group.add_argument(
        '--exclude',
        type=region,
        action='append',
        default=[],
        metavar='X,Y,W,H',
        help='take nothing in this region for a plate; pixels, or percent: 0,85%%,100%%,15%%; repeatable',
    )
    group.add_argument(
        '--batch-size', type=positive_int, help='pictures at once (default: 1, on a graphics card 8)'
    )
    group.add_argument('--max-pixels', type=positive_int, help='refuse larger pictures')
    group.add_argument(
        '--allow-import',
        action='append',
        default=[],
        metavar='PACKAGE',
        help='a package that is imported, and that the config inside the weights may name modules of; '
        'repeatable',
    )
    group.add_argument(
        '--max-parameters',
        type=positive_int,
        default=MAX_PARAMETERS,
        help='refuse weights of larger networks (default: %(default)s)',
    )


def add_hidden_option(parser: argparse.ArgumentParser) -> None:
    """Adds the option that :func:`find_inputs` takes as ``hidden``."""
    parser.add_argument(
        '--hidden',
        action='store_true',
        help='look into hidden files and folders too, such as .thumbnails',
    )


def add_video_options(parser: argparse.ArgumentParser, what: str) -> argparse._ArgumentGroup:
    """Adds the options of written videos, and returns their group."""
    group = parser.add_argument_group('videos')
    group.add_argument(
        '--codec',
        type=codec,
        help=f'codec of {what}: {", ".join(CODECS)}, or an encoder of FFmpeg (default: h264, in .webm vp9; '
        'for more than 8 bits, such as HDR, hevc and av1); with h264, vp9 and mpeg4 HDR becomes SDR',
    )
    group.add_argument('--crf', type=crf, help='quality: smaller is better and takes more space')
    return group


def add_crop_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of written crops."""
    group = parser.add_argument_group('crops')
    group.add_argument(
        '--crop-height',
        type=positive_int,
        metavar='PIXELS',
        help='height of crops, their width follows the plate (default: as large as in the picture)',
    )
    group.add_argument(
        '--sharpen',
        type=float,
        default=0.0,
        metavar='STRENGTH',
        help='sharpen crops by an unsharp mask; 1 is clearly visible (default: 0)',
    )


def build_segmenter(args: argparse.Namespace) -> Segmenter:
    """Makes the segmenter that the options of :func:`add_segmenter_options` describe.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: Options contradict each other.
        ImportError: The backend is not installed.
    """
    tile = None
    if args.tile:
        if len(args.tile) > 2:
            raise ValueError(f'--tile takes a size and an overlap, got {len(args.tile)} numbers')
        tile = (args.tile[0], args.tile[1] if len(args.tile) == 2 else args.tile[0] // 6)
    defaults = args.search_defaults
    refine = find_refiner(args.model) is not None if args.refine is None else args.refine
    min_score = args.min_score
    if min_score is None:
        min_score = defaults.min_score if refine else defaults.min_score_of_one_look
    segmenter = PlateSegmenter(
        args.model,
        args.config,
        backend=args.backend,
        device=args.device,
        num_threads=args.threads,
        threshold=args.threshold,
        long_side=args.long_side or None,
        closer_long_side=args.closer_long_side or None,
        closer_below=args.closer_below,
        smallest_plate=args.smallest_plate or None,
        min_area=args.min_area,
        min_score=min_score,
        tile=tile,
        refine=defaults.refine if refine else False,
        turned=args.turned,
        panoramas=args.panoramas,
        allow_imports=args.allow_import,
        max_parameters=args.max_parameters,
    )
    if args.batch_size is None:
        args.batch_size = 1 if segmenter.backend.device == 'cpu' else _GPU_BATCH
    segmenter.batch_size = max(segmenter.batch_size, args.batch_size)
    print(segmenter.describe(), file=sys.stderr)
    return ExcludingSegmenter(segmenter, args.exclude) if args.exclude else segmenter


def find_inputs(inputs: list[str], output: Path | None, hidden: bool = False) -> MediaList:
    """Finds the pictures and videos that a person named; with ``hidden`` the hidden ones in folders too.

    Raises:
        FileNotFoundError: There is none.
    """
    media = find_media_outside(inputs, output, hidden=hidden)
    if not media.items:
        reasons = [f'{problem.path}: {problem.reason}' for problem in media.problems]
        reasons = reasons or [f'none in {", ".join(inputs)}']
        reasons += [f'{file.path} is something else ({file.what})' for file in media.skipped[:_NAMED_FILES]]
        reasons += [f'{path} is hidden (--hidden takes it)' for path in media.hidden[:_NAMED_FILES]]
        raise FileNotFoundError(f'no picture or video found: {"; ".join(reasons)}')
    return media


def run(command: Callable[[], JobReport]) -> int:
    """Runs a verb to an orderly end: mistakes answered in a line, interruptions without a trace.

    Args:
        command (Callable[[], JobReport]): What to do.

    Returns:
        int: The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors='backslashreplace')  # File names may be of any bytes.
    # A terminal that is closed ends a job as orderly, unless it was started to outlive it (nohup).
    for name in ('SIGTERM', 'SIGHUP'):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        return command().exit_code
    except KeyboardInterrupt:
        print(
            'interrupted: finished outputs stay, unfinished ones were removed; --resume goes on',
            file=sys.stderr,
        )
        return 130
    except MediaWriteError as error:
        print(f'error: {error}', file=sys.stderr)
        return 1
    except (ValueError, OSError, ImportError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2


def print_summary(report: JobReport) -> None:
    """Prints on standard error what became of all files, what was not processed, and each note once.

    Nothing is printed for a single file that is done and has no notes.
    """
    for note, files in report.notes().items():
        others = f' and {len(files) - 1} more' if len(files) > 1 else ''
        print(f'note: {note} ({files[0]}{others})', file=sys.stderr)
    _print_not_processed(report)
    counts = report.summary()
    if counts['files'] == counts['done'] == 1 and not report.not_processed and not report.hidden:
        return
    parts = [f'{counts["done"]} of {counts["files"]} files done']
    parts += [f'{counts[name]} {name}' for name in ('incomplete', 'failed') if counts[name]]
    if counts['kept_from_former_runs']:
        parts.append(f'{counts["kept_from_former_runs"]} of them by a former run')
    if counts['to_look_at']:
        parts.append(f'{counts["to_look_at"]} to look at (listed in the report)')
    may_hold = sum(file.may_hold_pictures for file in report.not_processed)
    if may_hold:
        parts.append(f'{_count(may_hold, "other file")} that may hold pictures')
    if report.hidden:
        parts.append(_count(len(report.hidden), 'hidden picture or video', 'hidden pictures or videos'))
    if len(report.not_processed) > may_hold:
        left_alone = _count(len(report.not_processed) - may_hold, 'file')
        parts.append(f'{left_alone} left alone (neither picture nor video)')
    if report.path is not None:
        parts.append(f'report in {report.path}')
    print('; '.join(parts), file=sys.stderr)


def _print_not_processed(report: JobReport) -> None:
    """Names the first few of what may have been left open, and of what was left alone."""
    may_hold = [file for file in report.not_processed if file.may_hold_pictures]
    others = [file for file in report.not_processed if not file.may_hold_pictures]
    listed = 'listed in the report' if report.path is not None else '--report FILE lists them'
    for lines, advice in (
        (
            [f'warning: not processed: {file.path} ({file.what})' for file in may_hold],
            ': may hold pictures; unpack or convert it',
        ),
        ([f'warning: not processed: {path} (hidden)' for path in report.hidden], ': --hidden takes them too'),
        ([f'left alone: {file.path} ({file.what})' for file in others], ''),
    ):
        for line in lines[:_NAMED_FILES]:
            print(line + advice, file=sys.stderr)
        if len(lines) > _NAMED_FILES:
            print(f'... and {len(lines) - _NAMED_FILES} more of these ({listed})', file=sys.stderr)


def _count(number: int, one: str, more: str | None = None) -> str:
    return f'{number} {one if number == 1 else more or one + "s"}'


def set_verbose(is_verbose: bool) -> None:
    """Shows what the library logs: where the time went, and details of unexpected errors."""
    if is_verbose:
        logging.basicConfig(format='%(message)s')
        logging.getLogger('mmlp').setLevel(logging.DEBUG)
