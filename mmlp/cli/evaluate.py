r"""Measures on your own annotated pictures what "segment" finds and "anonymize" hides, at several thresholds.

    mmlp evaluate data/mine -o evaluation
    mmlp evaluate data/mine --split test -o evaluation --as anonymize --min-scores 0.6 0.7 0.8 0.85
    mmlp evaluate data/mine -o evaluation --every 10 --no-sweep

A plate counts as found when its box and that of a find have an IoU of 0.5 or more, and as covered when 95 %
of it are. What is ignored in the masks is neither missed nor false. In brackets: 95 % confidence intervals.

Both commands are run from beginning to end for each value that is swept over. What decides most is the lowest
score, --min-score; of "segment" it follows --threshold where it is not given. Options below hold for both
commands; those that are not given are those of each. docs/choose_a_threshold.md tells how to read it.

written to OUT:
  evaluation.json   all figures, those of the sweep and by size included
  evaluation.csv    a row a picture
  sweep.csv         a row for each value that was swept over
  sweep.png         the same as a plot (extra 'drawing')
  worst.jpg         the worst places, cut out: left readable, missed, badly outlined, covered for nothing

layout:
  DATA/{train,val,test}/images/NAME.jpg
  DATA/{train,val,test}/masks/NAME.jpg.png    or DATA/images and DATA/masks; "mmlp convert" makes it
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import os
import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmlp.datasets.mask_rule import DEFAULT_IGNORE_VALUES

from . import anonymize
from .command import FAILED, answers_mistakes, loading
from .option_types import positive_int, probability, whole_number
from .options import add_out_dir, add_overwrite, add_plate_values, add_workers
from .parser import Parser, describe_exit_codes
from .segmenter_options import SearchDefaults, add_segmenter_options
from .terminal import say, tell

if TYPE_CHECKING:
    from mmlp.jobs import Setting
    from mmlp.jobs.evaluate import Description

KEPT = 'nothing was written'
EXIT_CODES = describe_exit_codes(failed='some pictures or masks could not be used; the others were')
COMMANDS = {'segment': SearchDefaults(), 'anonymize': anonymize.SEARCH}
FILES = ('worst.jpg', 'sweep.png', 'sweep.csv', 'evaluation.csv', 'evaluation.json')
#: What is swept over unless it is said: by option the values, and the commands in which it matters.
SWEEP = {
    'thresholds': ((0.2, 0.3, 0.4, 0.55, 0.7, 0.85), ('segment',)),
    'min_scores': ((0.5, 0.6, 0.7, 0.8, 0.85, 0.9), ('segment', 'anonymize')),
}
#: Files that could not be used, on the terminal.
_SHOWN = 10
_DEFAULT = re.compile(r'\(default: (.*)\)$', re.DOTALL)


def build_parser(defaults: SearchDefaults) -> Parser:
    """Makes the parser, with the search options as one of the commands has them."""
    parser = Parser('evaluate', __doc__, EXIT_CODES)
    parser.add_argument('data', metavar='DATA', help='annotated pictures')
    add_out_dir(parser, 'folder to write to', required=True)
    add_overwrite(parser, 'replace what a former evaluation wrote there')
    parser.add_argument('--split', default='val', help='which part of DATA (default: %(default)s)')
    parser.add_argument(
        '--every', type=positive_int, default=1, metavar='N', help='of the pictures, take each N-th'
    )
    parser.add_argument(
        '--as',
        dest='commands',
        nargs='+',
        choices=list(COMMANDS),
        default=list(COMMANDS),
        metavar='COMMAND',
        help='what to measure: segment, anonymize (default: both)',
    )
    parser.add_argument(
        '--margin',
        type=float,
        default=25.0,
        help='widening of covers, percent of the plate\'s height, as of "mmlp anonymize" (default: 25)',
    )
    parser.add_argument(
        '--worst',
        type=whole_number,
        default=8,
        metavar='N',
        help='places of each kind in worst.jpg; 0 for no such file (default: %(default)s)',
    )
    add_workers(parser, 'processes; on a graphics card take 1')
    masks = parser.add_argument_group('reading masks')
    add_plate_values(masks)
    masks.add_argument(
        '--ignore-values',
        nargs='+',
        type=int,
        default=DEFAULT_IGNORE_VALUES,
        metavar='V',
        help='grey values that mean ignore (default: 128)',
    )
    masks.add_argument(
        '--seg-map-suffix',
        metavar='SUFFIX',
        default='{img_suffix}.png',
        help="what follows a picture's name in its mask's name: '{img_suffix}.png' (default), '.png', ...",
    )
    sweep = parser.add_argument_group('values to sweep over')
    for option, metavar in (('thresholds', 'T'), ('min_scores', 'S')):
        values, commands = SWEEP[option]
        name = f'--{option.replace("_", "-")}'
        sweep.add_argument(
            name,
            nargs='+',
            type=probability,
            metavar=metavar,
            help=f'of {name[:-1]}, in all that is measured (default: {" ".join(map(str, values))} of '
            f'{" and ".join(commands)})',
        )
    sweep.add_argument('--no-sweep', action='store_true', help='measure both as they are, and nothing else')
    add_segmenter_options(parser, defaults)
    return parser


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line, once for each command: what is not given differs."""
    parsers = {name: build_parser(defaults) for name, defaults in COMMANDS.items()}
    _tell_both_defaults(*parsers.values())
    args = parsers['segment'].parse_args(argv)
    parser = parsers['segment']
    if args.no_sweep and (args.thresholds or args.min_scores):
        parser.error('--no-sweep, and values to sweep over')
    if not 0 <= args.margin <= 100:
        parser.error(f'--margin is a share of the height, 0 to 100 percent, got {args.margin:g}')
    args.options = {name: parsers[name].parse_args(argv) for name in COMMANDS if name in args.commands}
    return args


def _tell_both_defaults(parser: Parser, other: Parser) -> None:
    """Adds to the helps of options what they are by default in the other command."""
    for action, twin in zip(parser._actions, other._actions):
        texts = [(each.help or '').replace('%(default)s', str(each.default)) for each in (action, twin)]
        if texts[0] != texts[1]:
            own, others = (_DEFAULT.search(text) for text in texts)
            action.help = f'{texts[0][: own.start()]}(default: {own[1]}; of anonymize: {others[1]})'


def settings_of(args: argparse.Namespace) -> list[Setting]:
    """The settings to measure, those of the commands first."""
    from mmlp.jobs import Setting

    settings = [Setting(command) for command in args.options]
    if args.no_sweep:
        return settings
    is_said = args.thresholds or args.min_scores
    for command in args.options:
        for option, (usual, commands) in SWEEP.items():
            values = getattr(args, option) or ()
            if not is_said and command in commands:
                values = usual
            settings += [Setting(command, **{option[:-1]: value}) for value in values]
    return settings


def evaluate(args: argparse.Namespace) -> int:
    """Does what the command line asks for; returns the exit code."""
    with loading():
        can_plot = importlib.util.find_spec('matplotlib') is not None
        from mmlp.datasets.labelled_images import find_labelled_images, sort_out_unusable
        from mmlp.datasets.mask_rule import MaskRule
        from mmlp.jobs import evaluate_images
        from mmlp.jobs.output_paths import check_absent, check_folder
        from mmlp.media import MAX_PIXELS
        from mmlp.progress import progress_bar
        from mmlp.weights import resolve_weights

        from .evaluated_commands import CommandSegmenters
        from .evaluation_output import write_evaluation
        from .evaluation_tables import print_document
    started = time.perf_counter()
    check_folder(args.out_dir)
    if not args.overwrite:
        check_absent((args.out_dir / name for name in FILES), '--overwrite replaces them')
    rule = MaskRule(tuple(args.ignore_values), args.plate_values)
    resolve_weights(args.model, exported=False)  # Whether it is there, before all masks are read.
    listed = find_labelled_images(args.data, args.split, args.seg_map_suffix)[:: args.every]
    if not can_plot and not args.no_sweep:
        say("note: sweep.png is left out: matplotlib is not installed: pip install 'mmlp[drawing]'")
    bar = functools.partial(progress_bar, total=len(listed), unit='mask', title='masks')
    images, unusable = sort_out_unusable(listed, rule, bar)
    workers = max(min(args.workers, len(images)), 1)
    # With several workers each has its share of the cores.
    threads = None if workers == 1 else max((os.cpu_count() or 1) // workers, 1)
    evaluation = evaluate_images(
        images,
        functools.partial(CommandSegmenters, args.options, threads),
        settings_of(args),
        rule,
        margin=args.margin,
        max_pixels=args.max_pixels or MAX_PIXELS,
        workers=workers,
        begin=_say_how,
        progress=functools.partial(progress_bar, total=len(images), unit='picture'),
    )
    unusable = [*unusable, *evaluation.unusable]
    for each in unusable[:_SHOWN]:
        say(f'error: {each.path}: {each.message}')
    if len(unusable) > _SHOWN:
        say(f'... and {len(unusable) - _SHOWN} more (evaluation.csv lists all)')
    if not evaluation.images:
        say(f'error: none of the {len(listed)} pictures could be used: nothing was written')
        return FAILED
    document = write_evaluation(args, evaluation, unusable, rule, can_plot)
    print_document(document)
    minutes = (time.perf_counter() - started) / 60
    tell('')
    for path in (args.out_dir / name for name in reversed(FILES)):
        if path.exists():
            tell(str(path))
    say(f'{len(evaluation.images)} of {len(listed)} pictures in {minutes:.1f} minutes')
    return FAILED if unusable else 0


def _say_how(descriptions: dict[Setting, Description]) -> None:
    """Names model and engine of the commands as they are."""
    for setting, description in descriptions.items():
        if setting.is_usual:
            say(f'{setting.command}: {description.line}, lowest score {description.min_score:g}')
    for advice in {each.advice: None for each in descriptions.values() if each.advice}:
        say(f'note: {advice}')


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    return evaluate(parse_args(argv))
