"""The options of what writes data sets in our layout: how pictures get there, splits, boxes, labels."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from mmlp.datasets.converters.choices import (
    ALLOW_OUTSIDE,
    DEFAULT_IGNORE_LABELS,
    DEFAULT_RIM,
    DEFAULT_VAL_FRACTION,
    LINKS,
    ORIENTATIONS,
    SPLIT_CHOICES,
    SPLITS,
)

from .options import add_seed

if TYPE_CHECKING:
    from mmlp.datasets.converters import SplitRule


def add_link_option(parser: argparse.ArgumentParser) -> None:
    """Adds ``--link``."""
    parser.add_argument(
        '--link',
        choices=LINKS,
        default='copy',
        help='copy the pictures, or link to them: hard costs no space and survives when the source is '
        'removed (same file system), symlink breaks then',
    )


def add_outside_option(parser: argparse.ArgumentParser, help: str) -> None:
    """Adds ``--allow-outside``."""
    parser.add_argument(ALLOW_OUTSIDE, action='store_true', help=help)


def add_orientation_option(parser: argparse.ArgumentParser) -> None:
    """Adds ``--orientation``."""
    parser.add_argument(
        '--orientation',
        choices=ORIENTATIONS,
        default='auto',
        help='frame of the annotations of pictures that EXIF turns: as shown, or as stored; auto goes by '
        'the size that the annotation states, else by the others of the set, else shown, with a warning',
    )


def add_split_options(parser: argparse.ArgumentParser) -> None:
    """Adds how pictures are split, see :func:`read_split_rule`."""
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
    add_seed(group, 'changes which groups go where')
    group.add_argument(
        '--group-by',
        default='auto',
        metavar='RULE',
        help='pictures of one group never fall on both sides: auto (track or vehicle where the set tells '
        'it, the video where the name tells it (NAME.mp4#t=163, NAME_frame_000123, ...), else folder, else '
        'name before the number), folder, file (each picture alone), or a regular expression found in the '
        "name, such as '^(clip[0-9]+)_'",
    )


def read_split_rule(args: argparse.Namespace) -> SplitRule:
    """Reads what :func:`add_split_options` added."""
    from mmlp.datasets.converters import SplitRule

    return SplitRule(args.split, args.val_fraction, args.test_fraction, args.seed, args.group_by)


def add_box_options(parser: argparse.ArgumentParser) -> None:
    """Adds ``--box-as`` and ``--rim``, see :func:`read_rim`."""
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


def read_rim(args: argparse.Namespace) -> float:
    """Reads what :func:`add_box_options` added: the share of a box's sides that becomes ignore."""
    return args.rim if args.box_as == 'ignored-rim' else 0.0


def add_label_options(parser: argparse.ArgumentParser) -> None:
    """Adds ``--labels`` and ``--ignore-labels``, see :func:`read_labels`."""
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


def read_labels(args: argparse.Namespace) -> dict[str, tuple[str, ...]]:
    """Reads what :func:`add_label_options` added: those arguments of ``Options`` that were given."""
    return {name: tuple(getattr(args, name)) for name in ('labels', 'ignore_labels') if getattr(args, name)}
