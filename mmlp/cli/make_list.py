r"""Lists the pictures of a data set, so that others can rebuild it from the public sets it was made of.

    mmlp make-list data/mine -o mine.csv --source open_images
    mmlp make-list data/plates -o plates.csv --by-prefix
    mmlp make-list data/plates -o few.csv --by-prefix --folders train \
        --names train=train.txt val=val.txt

The list says of each picture its name and split, its SHA-256, its size and a hash of what it shows, by which
"mmlp rebuild" finds it among the pictures of the public set, renamed, resized or coded anew. It holds
neither pictures nor outlines. data/lists/README.md describes the columns.

layout:
  DATA/{train,val,test}/images/NAME.jpg
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmlp.datasets.converters.choices import SPLITS

from .command import answers_mistakes, loading
from .options import add_out, add_workers
from .parser import Parser

KEPT = 'nothing was written'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('make-list', __doc__)
    parser.add_argument('data', help='data set')
    add_out(parser, 'the list, a CSV file')
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument('--source', metavar='SET', help='the public set that all pictures come from')
    source.add_argument(
        '--by-prefix', action='store_true', help='the set is what stands before the first _ or - of a name'
    )
    parser.add_argument(
        '--folders', nargs='+', choices=SPLITS, default=SPLITS, help='folders to look into (default: all)'
    )
    parser.add_argument(
        '--names',
        nargs='+',
        metavar='SPLIT=FILE',
        help='list only the pictures that these text files name, one a line, in the split before the =',
    )
    parser.add_argument(
        '--identifiers',
        metavar='FILE',
        help='CSV file (split,name,identifier) of the names that pictures have in their public set',
    )
    add_workers(parser, 'threads')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    with loading():
        from mmlp.datasets.lists import list_images, write_list
        from mmlp.datasets.lists.making import read_names
        from mmlp.files import WriteError
    try:
        chosen = args.names and {split: read_names(path) for split, path in map(_split_and_file, args.names)}
        images = list_images(
            args.data, args.source, args.folders, chosen, args.identifiers, workers=args.workers
        )
        write_list(args.out, images)
    except WriteError as error:
        raise ValueError(str(error)) from error
    splits = [image.split for image in images]
    counts = ', '.join(f'{splits.count(split)} {split}' for split in SPLITS if split in splits)
    print(f'{len(images)} pictures ({counts}) -> {args.out}')
    return 0


def _split_and_file(text: str) -> tuple[str, str]:
    split, equals, path = text.partition('=')
    if not equals or split not in SPLITS or not path:
        raise ValueError(f'--names: expected SPLIT=FILE with one of {", ".join(SPLITS)}, got {text!r}')
    return split, path
