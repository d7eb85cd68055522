"""What ``segment`` and ``anonymize`` share: options, inputs, and what is told at the end."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.files import WriteError, is_disk_full
from mmlp.media.codecs import CODECS

from .option_types import codec, crf, detection_interval, positive_int, video_time
from .parser import describe_exit_codes
from .terminal import say

if TYPE_CHECKING:
    from mmlp.jobs import JobReport
    from mmlp.media import MediaList, TimeSpan

#: What stays after an interruption.
KEPT = 'finished outputs stay, unfinished ones were removed; --resume goes on'
EXIT_CODES = describe_exit_codes(failed='some files failed or are incomplete, or others may hold pictures')
_DISK_FULL = (
    'the disk is full: finished outputs stay, unfinished ones were removed; make room, then --resume goes on'
)
#: Files that are named on the terminal, of each kind of those that were not processed.
_NAMED_FILES = 5


def add_input_options(parser: argparse.ArgumentParser) -> None:
    """Adds what is worked on, as :func:`find_inputs` takes it, and ``-v/--verbose``."""
    parser.add_argument('inputs', nargs='+', metavar='INPUT', help='pictures, videos, folders, patterns')
    parser.add_argument('-v', '--verbose', action='store_true', help='tell where the time goes')
    parser.add_argument(
        '--hidden',
        action='store_true',
        help='look into hidden files and folders too, such as .thumbnails',
    )


def add_video_options(parser: argparse.ArgumentParser, what: str) -> argparse._ArgumentGroup:
    """Adds the options of written videos, and returns their group."""
    group = parser.add_argument_group('videos')
    for name, destination, metavar, help in (
        (
            '--from',
            'start',
            'TIME',
            'begin here: 90, 1:30 or 00:01:30.5; nothing before is looked at or written',
        ),
        ('--to', 'end', 'TIME', 'end here; nothing from this time on is looked at or written'),
    ):
        group.add_argument(name, dest=destination, type=video_time, metavar=metavar, help=help)
    group.add_argument(
        '--detect-every',
        type=detection_interval,
        default=1,
        metavar='N|auto',
        help='look for plates in each N-th frame, and follow them through the frames in between by optical '
        'flow: several times as fast; auto looks as often as plates can be followed well (default: 1, every '
        'frame)',
    )
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


def read_span(args: argparse.Namespace) -> TimeSpan | None:
    """Returns what ``--from`` and ``--to`` leave of videos, None for all.

    Raises:
        ValueError: It is empty.
    """
    from mmlp.media.time_span import TimeSpan

    if args.start is None and args.end is None:
        return None
    return TimeSpan(args.start or 0, args.end)


def note_span(span: TimeSpan | None, media: MediaList) -> None:
    """Says that a span does not concern pictures, where there is nothing else."""
    if span is not None and all(item.kind == 'image' for item in media.items):
        say('note: --from and --to are for videos, and there is none: pictures are processed as always')


def find_inputs(inputs: list[str], output: Path | None, hidden: bool = False) -> MediaList:
    """Finds the pictures and videos that a person named; with ``hidden`` the hidden ones in folders too.

    Raises:
        FileNotFoundError: There is none.
    """
    from mmlp.jobs.output_paths import find_media_outside

    media = find_media_outside(inputs, output, hidden=hidden)
    if not media.items:
        reasons = [f'{problem.path}: {problem.reason}' for problem in media.problems]
        reasons = reasons or [f'none in {", ".join(inputs)}']
        reasons += [f'{file.path} is something else ({file.what})' for file in media.skipped[:_NAMED_FILES]]
        reasons += [f'{path} is hidden (--hidden takes it)' for path in media.hidden[:_NAMED_FILES]]
        raise FileNotFoundError(f'no picture or video found: {"; ".join(reasons)}')
    return media


def run(command: Callable[[], JobReport]) -> int:
    """Runs a verb, and says how to go on when its report cannot be written.

    Args:
        command (Callable[[], JobReport]): What to do.

    Returns:
        int: The exit code.
    """
    try:
        return command().exit_code
    except WriteError as error:
        say(f'error: {error}')
        if is_disk_full(error):
            say(f'error: {_DISK_FULL}')
        return 1


def print_summary(report: JobReport) -> None:
    """Prints on standard error what became of all files, what was not processed, and each note once.

    Nothing is printed for a single file that is done and has no notes.
    """
    for note, files in report.notes().items():
        others = f' and {len(files) - 1} more' if len(files) > 1 else ''
        say(f'note: {note} ({files[0]}{others})')
    if report.regions_without_input:
        names = report.regions_without_input
        listed = ', '.join(names[:_NAMED_FILES]) + (', ...' if len(names) > _NAMED_FILES else '')
        say(f'note: not among the inputs, but in the files of --also ({len(names)}): {listed}')
    _print_not_processed(report)
    if report.disk_full:
        say(f'error: {_count(report.disk_full, "file")} could not be written, {_DISK_FULL}')
    counts = report.summary()
    if counts['files'] == counts['done'] == 1 and not report.not_processed and not report.hidden:
        return
    parts = [f'{counts["done"]} of {counts["files"]} files done']
    parts += [f'{counts[name]} {name}' for name in ('incomplete', 'failed') if counts[name]]
    if counts['kept_from_former_runs']:
        parts.append(f'{counts["kept_from_former_runs"]} of them by a former run')
    if counts['to_look_at']:
        parts.append(f'{counts["to_look_at"]} to look at (listed in the report)')
    if counts.get('left_visible'):
        parts.append(f'{_count(counts["left_visible"], "plate")} left visible (listed in the report)')
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
    say('; '.join(parts))


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
            say(line + advice)
        if len(lines) > _NAMED_FILES:
            say(f'... and {len(lines) - _NAMED_FILES} more of these ({listed})')


def _count(number: int, one: str, more: str | None = None) -> str:
    return f'{number} {one if number == 1 else more or one + "s"}'


def set_verbose(is_verbose: bool) -> None:
    """Shows what the library logs: where the time went, and details of unexpected errors."""
    if is_verbose:
        logging.basicConfig(format='%(message)s')
        logging.getLogger('mmlp').setLevel(logging.DEBUG)
