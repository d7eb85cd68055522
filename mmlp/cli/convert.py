"""Converts annotations and public sets of plates to the layout that training reads.

    mmlp convert coco annotations.json --images photos -o data/mine
    mmlp convert labelme corrections -o data/corrected --link hard
    mmlp convert coco --help

Each format has a help of its own: what the set is, its licence, where it comes from, how it lies on disk.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmlp.datasets.converters.formats import FORMATS, Format
from mmlp.files import WriteError

from .command import FAILED, GOES_ON, answers_mistakes, loading
from .convert_options import (
    add_box_options,
    add_label_options,
    add_link_option,
    add_orientation_option,
    add_outside_option,
    add_split_options,
    read_labels,
    read_rim,
    read_split_rule,
)
from .options import add_out_dir, add_overwrite, add_workers
from .parser import EXIT_CODES, Parser, describe_exit_codes, nearest_to
from .problems import print_problems
from .terminal import say, tell

if TYPE_CHECKING:
    from mmlp.datasets.converters import Report

KEPT = GOES_ON
EPILOG = """output:
  OUT/{train,val,test}/images/NAME.jpg       the picture as it is, or a link to it
  OUT/{train,val,test}/masks/NAME.jpg.png    8 bit: 0 background, 255 plate, 128 ignored
  OUT/{train,val,test}/annotations.json      COCO; beside each plate its kind (polygon, quad, box, mask,
                                             box_ignored_rim), ignored, and corners (TL TR BR BL) of quads
  OUT/errors.txt                             files that could not be converted, and why

  Train on it with  mmlp train CONFIG --data-root OUT; data/README.md names the config of each set.
  A picture of which one annotation cannot be used is left out whole, and named: its plate would be taught
  as background. So are pictures outside of the folders given, unless --allow-outside says otherwise.
  Interrupted, run the same command again: it goes on where it stopped.
  A pixel is plate when its centre lies inside the outline; coordinates count from the picture's corner.
  Pictures that EXIF turns get masks for the turned picture, as viewers and the toolbox show it.

""" + describe_exit_codes(failed='some files could not be converted; the rest was (see OUT/errors.txt)')


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    if argv and argv[0] in FORMATS:
        return convert_set(FORMATS[argv[0]], build_parser(FORMATS[argv[0]]).parse_args(argv[1:]))
    build_list_parser().parse_args(argv)
    raise AssertionError('a name that is not that of a format is refused')


def build_list_parser() -> argparse.ArgumentParser:
    """The parser that tells which formats there are, and refuses all others."""
    titles = ''.join(f'  {name:14}{format_.help.splitlines()[0]}\n' for name, format_ in FORMATS.items())
    parser = Parser('convert', __doc__, f'formats:\n{titles}\n{EXIT_CODES}')

    def name_of_format(text: str) -> str:
        raise argparse.ArgumentTypeError(f'there is no format {text!r}{nearest_to(text, FORMATS)}')

    parser.add_argument('format', type=name_of_format, metavar='FORMAT', help='one of those below')
    parser.add_argument('options', nargs='*', default=[], help='"mmlp convert FORMAT --help" tells all')
    return parser


def build_parser(format_: Format) -> argparse.ArgumentParser:
    """The parser of one format."""
    parser = Parser(f'convert {format_.name}', format_.help, EPILOG)
    parser.add_argument('source', help='folder of the set, or file where the format has one')
    add_out_dir(parser, 'output folder', required=True)
    add_workers(parser, 'threads')
    add_link_option(parser)
    add_overwrite(parser, 'remove what an earlier conversion wrote to OUT and begin anew')
    add_outside_option(
        parser,
        'take pictures outside of the folders given, where annotations name them or links lead there, '
        'such as images/ on another disk. Look first at what is named: it becomes part of OUT',
    )
    parser.add_argument('--drop-empty', action='store_true', help='leave out pictures without plates')
    add_orientation_option(parser)
    add_split_options(parser)
    if format_.has_boxes:
        add_box_options(parser)
    if format_.has_labels:
        add_label_options(parser)
    if format_.add_options:
        format_.add_options(parser.add_argument_group('options of this format'))
    return parser


def convert_set(format_: Format, args: argparse.Namespace) -> int:
    """Converts a set; returns the exit code."""
    with loading():
        from mmlp.datasets.converters import ConversionError, Options, convert

        reader = format_.load_reader()
    try:
        options = Options(
            str(args.out_dir),
            link=args.link,
            rim=read_rim(args) if format_.has_boxes else 0.0,
            orientation=args.orientation,
            rule=read_split_rule(args),
            drop_empty=args.drop_empty,
            workers=args.workers,
            overwrite=args.overwrite,
            **(read_labels(args) if format_.has_labels else {}),
        )
        source = reader(args.source, allow_outside=args.allow_outside, **format_.read_options(args))
        report = convert(source, options)
    except ConversionError as error:
        raise ValueError(str(error)) from error
    except WriteError as error:
        say(f'error: {error}; {GOES_ON}')
        return FAILED
    print_report(report)
    return FAILED if report.problems else 0


def print_report(report: Report) -> None:
    """Prints what was converted, and the first problems."""
    for split, count in report.images.items():
        kinds = ', '.join(f'{n} {kind}' for kind, n in sorted(report.kinds[split].items())) or 'no plates'
        tell(f'{split:<6}{count:>8} pictures   {kinds}')
    tell(f'{report.converted} converted, {report.skipped} had been before -> {report.out}')
    if report.clipped:
        tell(f'{report.clipped} outlines reached over the edge of their picture and were cut there')
    for note in report.notes:
        tell(note)
    print_problems(report.problems, 'could not be converted', os.path.join(report.out, 'errors.txt'))
