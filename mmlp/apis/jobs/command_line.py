"""What the command lines of the verbs share: options of the segmenter, a progress bar, an orderly end."""

from __future__ import annotations

import argparse
import logging
import math
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import av
from tqdm import tqdm

from mmlp.media import CODECS, MediaItem, MediaList, MediaWriteError

from ..plate_segmenter import PlateSegmenter
from .exclusion import ExcludingSegmenter, Region
from .output_paths import find_media_outside
from .report import FileResult, JobReport
from .runner import Progress, Segmenter

EXIT_CODES = (
    'exit code: 0 all done, 1 some files failed or are incomplete, 2 nothing was started, 130 interrupted'
)
#: Pictures or frames that a graphics card gets at once, when nothing else is said.
_GPU_BATCH = 8


def add_segmenter_options(parser: argparse.ArgumentParser, threshold: float | None = None) -> None:
    """Adds the options that :func:`build_segmenter` reads.

    Args:
        parser (argparse.ArgumentParser): Takes the options.
        threshold (float | None): Probability unless another is given; None means the model's own.
    """
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
    group.add_argument('--threads', type=_positive_int, help='threads of the network')
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        '--threshold',
        type=_probability,
        default=threshold,
        help=f'probability of a plate pixel, 0 to 1 (default: {threshold or "of the model, mostly 0.5"})',
    )
    exclusive.add_argument(
        '--logit-threshold',
        type=float,
        metavar='LOGIT',
        help='the same as logit; 0.1 is a probability of 0.525',
    )
    group.add_argument(
        '--min-score',
        type=float,
        help='drop plates of a lower score, the mean probability of their pixels '
        '(default: 0.2 above the threshold, at most 0.72)',
    )
    group.add_argument(
        '--long-side',
        type=_whole_number,
        default=640,
        help='longer side of the picture for the network, pixels; 0 for its own size (default: %(default)s)',
    )
    group.add_argument(
        '--closer-long-side',
        type=_whole_number,
        default=1280,
        help='the same for a closer look at larger pictures, taken where the first finds no plate or a small '
        'one; 0 for none (default: %(default)s)',
    )
    group.add_argument(
        '--tile',
        type=_positive_int,
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
        '--min-area',
        type=_whole_number,
        default=16,
        help='smallest plate, in pixels at the size of the network',
    )
    group.add_argument(
        '--exclude',
        type=_region,
        action='append',
        default=[],
        metavar='X,Y,W,H',
        help='take nothing in this region for a plate; pixels, or percent: 0,85%%,100%%,15%%; repeatable',
    )
    group.add_argument(
        '--batch-size', type=_positive_int, help='pictures at once (default: 1, on a graphics card 8)'
    )
    group.add_argument('--max-pixels', type=_positive_int, help='refuse larger pictures')


def add_video_options(parser: argparse.ArgumentParser, what: str) -> argparse._ArgumentGroup:
    """Adds the options of written videos, and returns their group."""
    group = parser.add_argument_group('videos')
    group.add_argument(
        '--codec',
        type=_codec,
        help=f'codec of {what}: {", ".join(CODECS)}, or an encoder of FFmpeg (default: h264, in .webm vp9)',
    )
    group.add_argument('--crf', type=int, help='quality: smaller is better and takes more space')
    return group


def add_crop_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options of written crops."""
    group = parser.add_argument_group('crops')
    group.add_argument(
        '--crop-height',
        type=_positive_int,
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
    threshold = args.threshold
    if args.logit_threshold is not None:
        threshold = 1.0 / (1.0 + math.exp(-args.logit_threshold))
    tile = None
    if args.tile:
        if len(args.tile) > 2:
            raise ValueError(f'--tile takes a size and an overlap, got {len(args.tile)} numbers')
        tile = (args.tile[0], args.tile[1] if len(args.tile) == 2 else args.tile[0] // 6)
    segmenter = PlateSegmenter(
        args.model,
        args.config,
        backend=args.backend,
        device=args.device,
        num_threads=args.threads,
        threshold=threshold,
        long_side=args.long_side or None,
        closer_long_side=args.closer_long_side or None,
        min_area=args.min_area,
        min_score=args.min_score,
        tile=tile,
        refine=args.refine,
    )
    if args.batch_size is None:
        args.batch_size = 1 if segmenter.backend.device == 'cpu' else _GPU_BATCH
    print(segmenter.describe(), file=sys.stderr)
    return ExcludingSegmenter(segmenter, args.exclude) if args.exclude else segmenter


def find_inputs(inputs: list[str], output: Path | None) -> MediaList:
    """Finds the pictures and videos that a person named.

    Raises:
        FileNotFoundError: There is none.
    """
    media = find_media_outside(inputs, output)
    if not media.items:
        reasons = '; '.join(f'{problem.path}: {problem.reason}' for problem in media.problems)
        raise FileNotFoundError(f'no picture or video found{": " + reasons if reasons else ""}')
    return media


class ProgressBar(Progress):
    """A bar over files and one over the frames of a video, on stderr; a line a file on stdout.

    Args:
        media (MediaList): The files.
        describe (Callable[[FileResult], str]): Says in a line what became of a file.
    """

    def __init__(self, media: MediaList, describe: Callable[[FileResult], str]) -> None:
        self._describe = describe
        # Into a log file, a line from time to time is enough.
        self._is_live = sys.stderr.isatty()
        self._pace = {'mininterval': 0.2 if self._is_live else 30.0}
        files = len(media.items) + len(media.problems)
        self._bar = tqdm(total=files, unit='file', disable=files < 2, **self._pace)
        self._frames: tqdm | None = None

    def start_video(self, item: MediaItem, frames: int | None) -> None:
        """Begins the bar of a video."""
        self._frames = tqdm(total=frames, unit='frame', desc=item.path.name, leave=False, **self._pace)

    def frame(self) -> None:
        """Moves the bar of a video."""
        self._frames.update()

    def finish(self, result: FileResult) -> None:
        """Prints what became of a file."""
        self._close_frames()
        if not result.kept:
            stream = sys.stdout if result.status == 'done' else sys.stderr
            # tqdm's own way draws the bar anew around every line.
            write = tqdm.write if self._is_live else print
            write(describe_result(result, self._describe), file=stream)
        self._bar.update()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *error: object) -> None:
        self._close_frames()
        self._bar.close()

    def _close_frames(self) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None


def describe_result(result: FileResult, describe: Callable[[FileResult], str]) -> str:
    """Says in a line what became of a file, or why it failed."""
    if result.status == 'failed':
        return f'error: {result.path}: {result.error}'
    line = f'{result.path}: {describe(result)}'
    return f'warning: {line}; {result.error}' if result.status == 'incomplete' else line


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


def print_summary(report: JobReport, media: MediaList) -> None:
    """Prints what became of all files, on standard error; nothing for a single file that is done."""
    counts = report.summary()
    if counts['files'] == counts['done'] == 1 and not media.skipped:
        return
    parts = [f'{counts["done"]} of {counts["files"]} files done']
    parts += [f'{counts[name]} {name}' for name in ('incomplete', 'failed') if counts[name]]
    if counts['kept_from_former_runs']:
        parts.append(f'{counts["kept_from_former_runs"]} of them by a former run')
    if media.skipped:
        files = '1 file' if len(media.skipped) == 1 else f'{len(media.skipped)} files'
        parts.append(f'{files} left alone (neither picture nor video)')
    if report.path is not None:
        parts.append(f'report in {report.path}')
    print('; '.join(parts), file=sys.stderr)


def set_verbose(is_verbose: bool) -> None:
    """Shows what the library logs: where the time went, and details of unexpected errors."""
    if is_verbose:
        logging.basicConfig(format='%(message)s')
        logging.getLogger('mmlp').setLevel(logging.DEBUG)


def _positive_int(text: str) -> int:
    value = _whole_number(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f'must be at least 1, got {text}')
    return value


def _whole_number(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f'must be a whole number, 0 or more, got {text!r}')
    return int(text)


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(
            f'must be between 0 and 1, got {text!r}; for logits: --logit-threshold'
        )
    return value


def _region(text: str) -> Region:
    try:
        return Region.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _codec(text: str) -> str:
    if text not in CODECS and text not in av.codecs_available:
        raise argparse.ArgumentTypeError(
            f'must be one of {", ".join(CODECS)} or an encoder of FFmpeg, got {text!r}'
        )
    return text
