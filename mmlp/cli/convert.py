"""The command line that all converters share."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
from collections.abc import Sequence

from mmlp.files import WriteError

from .conversion import convert
from .files import LINKS
from .labels import DEFAULT_IGNORE_LABELS
from .options import Options, Report
from .orientation import ORIENTATIONS
from .painting import DEFAULT_RIM
from .reader import Reader
from .records import SPLITS, ConversionError, Problem
from .splits import DEFAULT_VAL_FRACTION, SPLIT_CHOICES, SplitRule

#: Exit codes.
DONE, SOME_FAILED, NOTHING_DONE = 0, 1, 2
_SHOWN = 10

EPILOG = """output:
  OUT/{train,val,test}/images/NAME.jpg       the picture as it is, or a link to it
  OUT/{train,val,test}/masks/NAME.jpg.png    8 bit: 0 background, 255 plate, 128 ignored
  OUT/{train,val,test}/annotations.json      COCO; beside each plate its kind (polygon, quad, box, mask,
                                             box_ignored_rim), ignored, and corners (TL TR BR BL) of quads
  OUT/errors.txt                             files that could not be converted, and why

  Train on it with tools/train.py CONFIG --data-root OUT; data/README.md names the config of each set.
  A picture of which one annotation cannot be used is left out whole, and named: its plate would be taught
  as background. Interrupted, run the same command again: it goes on where it stopped.
  A pixel is plate when its centre lies inside the outline; coordinates count from the picture's corner.
  Pictures that EXIF turns get masks for the turned picture, as viewers and the toolbox show it.

exit codes:
  0  all converted
  1  some files could not be converted; the rest was (see OUT/errors.txt)
  2  nothing was done: wrong arguments, or a source of another format
  130  interrupted
"""


def build_parser(reader: type[Reader]) -> argparse.ArgumentParser:
    """The argument parser of one format's command."""
    parser = argparse.ArgumentParser(
        prog=f'tools/dataset_converters/{reader.name}.py',
        description=inspect.getdoc(sys.modules[reader.__module__]),
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('source', help='folder of the set, or file where the format has one')
    parser.add_argument('-o', '--out', required=True, help='output folder')
    parser.add_argument('--workers', type=int, default=min(4, os.cpu_count() or 1), help='threads')
    parser.add_argument(
        '--link',
        choices=LINKS,
        default='copy',
        help='copy the pictures, or link to them: hard costs no space and survives when the source is '
        'removed (same file system), symlink breaks then',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='remove what an earlier conversion wrote to OUT and begin anew',
    )
    parser.add_argument('--drop-empty', action='store_true', help='leave out pictures without plates')
    parser.add_argument(
        '--orientation',
        choices=ORIENTATIONS,
        default='auto',
        help='frame of the annotations of pictures that EXIF turns: as shown, or as stored; auto goes by '
        'the size that the annotation states, else by the others of the set, else shown, with a warning',
    )
    _add_split_arguments(parser)
    if reader.has_boxes:
        add_box_arguments(parser)
    if reader.has_labels:
        add_label_arguments(parser)
    reader.add_arguments(parser.add_argument_group('arguments of this format'))
    return parser


def _add_split_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group('splits')
    group.add_argument(
        '--split',
        choices=SPLIT_CHOICES,
        default='official',
        help="official: the set's own split where it has one, by hash elsewhere; hash: all by hash; or "
        f'put everything into one of {", ".join(SPLITS)}',
    )
    group.add_argument(
        '--val-fraction',
        type=float,
        metavar='F',
        help=f'share of groups for val (default {DEFAULT_VAL_FRACTION} without an official split). Given, it '
        'is also taken out of an official train split that has no val beside it',
    )
    group.add_argument(
        '--test-fraction', type=float, default=0.0, metavar='F', help='share of groups for test'
    )
    group.add_argument('--seed', type=int, default=0, help='changes which groups go where')
    group.add_argument(
        '--group-by',
        default='auto',
        metavar='RULE',
        help='pictures of one group never fall on both sides: auto (track or vehicle where the set tells '
        'it, the video where the name tells it (NAME.mp4#t=163, NAME_frame_000123, ...), else folder, else '
        'name before the number), folder, file (each picture alone), or a regular expression found in the '
        "name, such as '^(clip[0-9]+)_'",
    )


def add_box_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds ``--box-as`` and ``--rim``."""
    group = parser.add_argument_group(
        'boxes',
        'A box says where a plate is, not what shape it has: around a tilted plate it holds bumper, too.',
    )
    group.add_argument(
        '--box-as',
        choices=('box', 'ignored-rim'),
        default='box',
        help='box: fill it, loose edges are taught as plate; ignored-rim: only its inner part is plate, the '
        'rest takes no part in training and scores. The kind is kept beside each plate either way',
    )
    group.add_argument(
        '--rim',
        type=float,
        default=DEFAULT_RIM,
        metavar='R',
        help=f'width of the ignored rim on each side as a share of the box (default {DEFAULT_RIM}). The '
        'inner part is plate for tilts that lift one end by up to R / (1 - R) of the height of the box: for '
        '0.25 a third, 6 degrees for a long European plate',
    )


def add_label_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds ``--labels`` and ``--ignore-labels``."""
    group = parser.add_argument_group('labels')
    group.add_argument(
        '--labels',
        nargs='+',
        metavar='NAME',
        help="classes that are plates, or patterns: '*' takes all, for sets whose labels are the plates' "
        'texts. By default those that read like a plate (plate, license, Kennzeichen, placa, ...), or the '
        'only one that there is',
    )
    group.add_argument(
        '--ignore-labels',
        nargs='+',
        metavar='NAME',
        default=list(DEFAULT_IGNORE_LABELS),
        help='classes, or patterns, of regions that are neither plate nor background, which comes before '
        '--labels (default: %(default)s)',
    )


def main(reader: type[Reader], argv: Sequence[str] | None = None) -> int:
    """Runs one format's command.

    Args:
        reader: The format.
        argv: Arguments; None takes those of the process.

    Returns:
        The exit code: 0 all converted, 1 some failed, 2 nothing done.
    """
    parser = build_parser(reader)
    args = vars(parser.parse_args(argv))
    rule = SplitRule(
        *(args.pop(key) for key in ('split', 'val_fraction', 'test_fraction', 'seed', 'group_by'))
    )
    box_as, rim = args.pop('box_as', 'box'), args.pop('rim', 0.0)
    common = {
        key: args.pop(key) for key in ('out', 'workers', 'link', 'overwrite', 'drop_empty', 'orientation')
    }
    labels = {key: tuple(args.pop(key)) for key in ('labels', 'ignore_labels') if args.get(key)}
    args.pop('labels', None)
    try:
        options = Options(rule=rule, rim=rim if box_as == 'ignored-rim' else 0.0, **common, **labels)
        report = convert(reader(**args), options)
    except (ConversionError, ValueError) as error:
        say(f'{parser.prog}: error: {error}', sys.stderr)
        return NOTHING_DONE
    except WriteError as error:
        say(f'{parser.prog}: error: {error}; the same command goes on where this stopped', sys.stderr)
        return SOME_FAILED
    print_report(report)
    return SOME_FAILED if report.problems else DONE


def print_report(report: Report) -> None:
    """Prints what was converted, and the first problems."""
    for split, count in report.pictures.items():
        kinds = ', '.join(f'{n} {kind}' for kind, n in sorted(report.kinds[split].items())) or 'no plates'
        say(f'{split:<6}{count:>8} pictures   {kinds}')
    say(f'{report.converted} converted, {report.skipped} had been before -> {report.out}')
    if report.clipped:
        say(f'{report.clipped} outlines reached over the edge of their picture and were cut there')
    for note in report.notes:
        say(note)
    print_problems(report.problems, 'could not be converted', os.path.join(report.out, 'errors.txt'))


def print_problems(problems: Sequence[Problem], what: str, whole_list: str = '') -> None:
    """Prints the first problems on standard error, how many more there are, and the file that lists all."""
    if not problems:
        return
    say(f'{len(problems)} {what}:', sys.stderr)
    for problem in problems[:_SHOWN]:
        say(f'  {problem.path}: {problem.message}', sys.stderr)
    if len(problems) > _SHOWN:
        say(f'  and {len(problems) - _SHOWN} more{whole_list and ": "}{whole_list}', sys.stderr)


def say(text: str, stream: object = None) -> None:
    """Prints names that are not UTF-8, too."""
    print(text.encode('utf-8', 'backslashreplace').decode(), file=stream or sys.stdout)
