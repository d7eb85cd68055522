"""Audit a data set: counts, sizes, places and light of its plates, duplicates, and all that is broken or odd.

Every picture and mask is read once. A broken file is named and the rest is audited. Written are audit.html,
a page to look through, and audit.json, for programs.

Examples:
    The data that a config trains, validates and tests on:

        mmlp audit lp_deeplabv3_r101

    A folder in our layout, all its splits, with masks named NAME.png in which 255 means ignore:

        mmlp audit data/plates --seg-map-suffix .png --ignore-values 128 255

    In continuous integration: fail on warnings, too, but not on pictures of the same scene:

        mmlp audit data/plates --fail-on warning --ignore scene-across-splits
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.datasets.audit.checks import CHECKS, Severity

from .command import answers_mistakes, loading
from .option_types import whole_number
from .options import add_config_options, add_out_dir, add_plate_values, add_workers
from .parser import Parser, describe_exit_codes
from .run_configs import find_run_config, read_config

if TYPE_CHECKING:
    from mmlp.datasets.audit import AuditReport

KEPT = 'nothing was written'
CLEAN, FOUND = 0, 1


def _checks_help() -> str:
    lines = []
    for severity in Severity:
        names = [name for name, check in CHECKS.items() if check.severity is severity]
        lines.append(f'  {severity.value + "s":9} {", ".join(names)}')
    return 'checks:\n' + '\n'.join(lines)


EPILOG = (
    _checks_help() + '\n\n' + describe_exit_codes('nothing as grave as --fail-on was found', 'something was')
)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = Parser('audit', __doc__, EPILOG)
    parser.add_argument(
        'source', help='folder of the data in our layout; or a config file, or the name of a config of mmlp'
    )
    add_out_dir(parser, 'folder to write to (default: work_dirs/audit/<name of the source>)')
    add_workers(parser, 'processes; 0 for none but this one', least=0)
    parser.add_argument(
        '--fail-on',
        choices=[Severity.ERROR.value, Severity.WARNING.value],
        default=Severity.ERROR.value,
        help='least severity of a finding that makes the exit code 1 (default: %(default)s)',
    )
    parser.add_argument(
        '--ignore', nargs='+', default=[], choices=list(CHECKS), metavar='CHECK', help='checks to leave out'
    )
    parser.add_argument(
        '--max-shown',
        type=whole_number,
        default=24,
        metavar='N',
        help='findings of a check that the page shows with pictures (default: %(default)s)',
    )
    add_plate_values(parser)
    folder = parser.add_argument_group('of a folder')
    folder.add_argument('--img-suffix', nargs='+', metavar='SUFFIX', help='endings of pictures')
    folder.add_argument(
        '--seg-map-suffix',
        metavar='SUFFIX',
        help="what follows a picture's name in its mask's name: '{img_suffix}.png' (default), '.png', ...",
    )
    folder.add_argument(
        '--ignore-values',
        nargs='+',
        type=int,
        metavar='V',
        help='grey values that mean ignore (default: 128)',
    )
    config = parser.add_argument_group('of a config')
    add_config_options(config)
    args = parser.parse_args(argv)
    is_folder = Path(args.source).is_dir()
    for option in (
        ('data_root', 'cfg_options') if is_folder else ('img_suffix', 'seg_map_suffix', 'ignore_values')
    ):
        if getattr(args, option) is not None:
            kind = 'config, and the source is a folder' if is_folder else 'folder; the config says it itself'
            parser.error(f'--{option.replace("_", "-")} is for a {kind}')
    if any(not 0 <= value <= 255 for value in args.ignore_values or ()):
        parser.error(f'--ignore-values wants grey values of 0 to 255, got {args.ignore_values}')
    if args.out_dir is None:
        args.out_dir = Path('work_dirs', 'audit', Path(args.source).resolve().stem)
    return args


def find_datasets(args: argparse.Namespace) -> dict[str, list[dict]]:
    """The data sets that the command line means, by split."""
    from mmengine.registry import init_default_scope

    from mmlp.datasets.audit import find_split_folders, phase_datasets
    from mmlp.engine import config_mistakes

    if Path(args.source).is_dir():
        options = ('img_suffix', 'seg_map_suffix', 'ignore_values', 'plate_values')
        given = {name: getattr(args, name) for name in options}
        init_default_scope('mmseg')
        return find_split_folders(Path(args.source), {k: v for k, v in given.items() if v is not None})
    with config_mistakes():
        cfg = read_config(args)
        init_default_scope(cfg.get('default_scope', 'mmseg'))
        return phase_datasets(cfg)


def print_report(report: AuditReport) -> None:
    """Prints the two tables, and the first files of each kind of error and warning."""
    from mmlp.datasets.audit import finding_table, split_table
    from mmlp.datasets.integrity import name_offenders

    print(split_table(report))
    print(finding_table(report) or 'nothing was found')
    for name, check in CHECKS.items():
        findings = report.of_check(name)
        if findings and check.severity is not Severity.NOTE:
            print(f'{name}: {check.title}\n{name_offenders(f"{f.path}: {f.message}" for f in findings)}')
            print(f'  {check.advice}')


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Audits, writes the page and the JSON file, and returns the exit code."""
    args = parse_args(argv)
    if not Path(args.source).is_dir():
        try:
            args.config = args.source
            find_run_config(args)
        except FileNotFoundError:
            raise FileNotFoundError(
                f'{args.source!r} is neither a folder nor a config ("mmlp configs" lists those of mmlp)'
            ) from None
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('an audit reads data sets as MMSegmentation does')
        from mmlp.datasets.audit import audit, load_splits, write_json, write_page
        from mmlp.progress import progress_bar
    splits = load_splits(find_datasets(args), expected=('train',) if Path(args.source).is_dir() else ())
    total = sum(len(split.samples) for split in splits)
    bar = partial(progress_bar, total=total, unit='picture')
    report = audit(args.source, splits, workers=args.workers, ignore=args.ignore, progress=bar)
    write_page(args.out_dir / 'audit.html', report, args.max_shown)
    write_json(args.out_dir / 'audit.json', report)
    print_report(report)
    print(f'{args.out_dir / "audit.html"}\n{args.out_dir / "audit.json"}')
    counts = {severity: report.count(severity) for severity in Severity}
    print(', '.join(f'{count} {severity.value}s' for severity, count in counts.items()))
    failing = counts[Severity.ERROR] + (counts[Severity.WARNING] if args.fail_on == 'warning' else 0)
    return FOUND if failing else CLEAN
