"""Audit a data set: counts, sizes, places and light of its plates, duplicates, and all that is broken or odd.

Every picture and mask is read once. A broken file is named and the rest is audited. Written are audit.html,
a page to look through, and audit.json, for programs.

Examples:
    The data that a config trains, validates and tests on:

        python tools/analysis_tools/audit_dataset.py configs/lp_deeplabv3_r101.py

    A folder in our layout, all its splits, with masks named NAME.png in which 255 means ignore:

        python tools/analysis_tools/audit_dataset.py data/plates --seg-map-suffix .png --ignore-values 128 255

    In continuous integration: fail on warnings, too, but not on pictures of the same scene:

        python tools/analysis_tools/audit_dataset.py data/plates --fail-on warning \
            --ignore scene-across-splits
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import answers_mistakes, command, loading

with loading(__name__):
    from mmengine.config import DictAction
    from mmengine.registry import init_default_scope
    from tqdm import tqdm

    from mmlp.datasets.audit import (
        CHECKS,
        AuditReport,
        Severity,
        audit,
        find_split_folders,
        finding_table,
        load_splits,
        phase_datasets,
        split_table,
        write_json,
        write_page,
    )
    from mmlp.datasets.integrity import name_offenders
    from mmlp.datasets.mask_rule import PLATE_VALUES_HELP, plate_value_argument
    from mmlp.engine import load_run_config

CLEAN, FOUND = 0, 1


def _checks_help() -> str:
    lines = []
    for severity in Severity:
        names = [name for name, check in CHECKS.items() if check.severity is severity]
        lines.append(f'  {severity.value + "s":9} {", ".join(names)}')
    return 'checks:\n' + '\n'.join(lines)


EPILOG = f"""{_checks_help()}

exit codes:
  0    nothing as grave as --fail-on was found
  1    something was
  2    nothing was audited: wrong arguments, or no data there
  130  interrupted; nothing was written
"""


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', type=Path, help='config file, or folder of the data in our layout')
    parser.add_argument(
        '--out-dir',
        '-o',
        type=Path,
        help='folder to write to (default: work_dirs/audit/<name of the source>)',
    )
    parser.add_argument(
        '--workers', type=int, default=min(4, os.cpu_count() or 1), help='processes (default: %(default)s)'
    )
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
        type=int,
        default=24,
        metavar='N',
        help='findings of a check that the page shows with pictures (default: %(default)s)',
    )
    parser.add_argument(
        '--plate-values', nargs='+', type=plate_value_argument, metavar='V', help=PLATE_VALUES_HELP
    )
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
    config.add_argument('--data-root', help="folder of the data, in place of the config's")
    config.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='settings of the config to override; lists as key="[a,b]", without blanks',
    )
    args = parser.parse_args(argv)
    for option, least in (('workers', 0), ('max_shown', 0)):
        if getattr(args, option) < least:
            parser.error(f'--{option.replace("_", "-")} wants {least} or more, got {getattr(args, option)}')
    is_folder = args.source.is_dir()
    for option in (
        ('data_root', 'cfg_options') if is_folder else ('img_suffix', 'seg_map_suffix', 'ignore_values')
    ):
        if getattr(args, option) is not None:
            kind = 'config, and the source is a folder' if is_folder else 'folder; the config says it itself'
            parser.error(f'--{option.replace("_", "-")} is for a {kind}')
    if any(not 0 <= value <= 255 for value in args.ignore_values or ()):
        parser.error(f'--ignore-values wants grey values of 0 to 255, got {args.ignore_values}')
    if args.out_dir is None:
        args.out_dir = Path('work_dirs', 'audit', args.source.resolve().stem)
    return args


def find_datasets(args: argparse.Namespace) -> dict[str, list[dict]]:
    """The data sets that the command line means, by split."""
    if args.source.is_dir():
        options = ('img_suffix', 'seg_map_suffix', 'ignore_values', 'plate_values')
        given = {name: getattr(args, name) for name in options}
        init_default_scope('mmseg')
        return find_split_folders(args.source, {k: v for k, v in given.items() if v is not None})
    if args.source.suffix != '.py':
        raise FileNotFoundError(f'folder {str(args.source)!r} does not exist, and a config ends with .py')
    cfg = load_run_config(
        str(args.source),
        data_root=args.data_root,
        cfg_options=args.cfg_options,
        plate_values=args.plate_values,
    )
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    return phase_datasets(cfg)


def print_report(report: AuditReport) -> None:
    """Prints the two tables, and the first files of each kind of error and warning."""
    print(split_table(report))
    print(finding_table(report) or 'nothing was found')
    for name, check in CHECKS.items():
        findings = report.of_check(name)
        if findings and check.severity is not Severity.NOTE:
            print(f'{name}: {check.title}\n{name_offenders(f"{f.path}: {f.message}" for f in findings)}')
            print(f'  {check.advice}')


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Audits, writes the page and the JSON file, and returns the exit code."""
    args = parse_args(argv)
    splits = load_splits(find_datasets(args), expected=('train',) if args.source.is_dir() else ())
    total = sum(len(split.samples) for split in splits)
    bar: partial[Iterable] = partial(tqdm, total=total, unit='picture')
    report = audit(str(args.source), splits, workers=args.workers, ignore=args.ignore, progress=bar)
    write_page(args.out_dir / 'audit.html', report, args.max_shown)
    write_json(args.out_dir / 'audit.json', report)
    print_report(report)
    print(f'{args.out_dir / "audit.html"}\n{args.out_dir / "audit.json"}')
    counts = {severity: report.count(severity) for severity in Severity}
    print(', '.join(f'{count} {severity.value}s' for severity, count in counts.items()))
    failing = counts[Severity.ERROR] + (counts[Severity.WARNING] if args.fail_on == 'warning' else 0)
    return FOUND if failing else CLEAN


if __name__ == '__main__':
    command(main)
