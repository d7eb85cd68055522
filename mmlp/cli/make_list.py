r"""Lists the pictures of a data set, so that others can rebuild it from the public sets it was made of.

    python tools/dataset_converters/make_list.py data/mine -o mine.csv --source open_images
    python tools/dataset_converters/make_list.py data/plates -o plates.csv --by-prefix
    python tools/dataset_converters/make_list.py data/plates -o few.csv --by-prefix --folders train \
        --names train=train.txt val=val.txt

The list says of each picture its name and split, its SHA-256, its size and a hash of what it shows, by which
rebuild_from_list.py finds it among the pictures of the public set, renamed, resized or coded anew. It holds
neither pictures nor outlines. data/lists/README.md describes the columns.

layout:
  DATA/{train,val,test}/images/NAME.jpg

exit codes: 0 the list is written, 2 nothing was done, 130 interrupted
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import answers_mistakes, command, loading

with loading(__name__):
    from mmlp.datasets.converters.records import SPLITS
    from mmlp.datasets.lists import ListError, list_pictures, write_list
    from mmlp.datasets.lists.making import read_names
    from mmlp.media import MediaError


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        prog='tools/dataset_converters/make_list.py',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('data', help='data set')
    parser.add_argument('-o', '--out', required=True, help='the list, a CSV file')
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
    parser.add_argument('--workers', type=int, default=min(4, os.cpu_count() or 1), help='threads')
    args = parser.parse_args(argv)
    try:
        chosen = args.names and {split: read_names(path) for split, path in map(_split_and_file, args.names)}
        pictures = list_pictures(
            args.data, args.source, args.folders, chosen, args.identifiers, workers=args.workers
        )
        write_list(args.out, pictures)
    except (ListError, MediaError) as error:
        print(f'make_list.py: error: {error}', file=sys.stderr)
        return 2
    splits = [picture.split for picture in pictures]
    counts = ', '.join(f'{splits.count(split)} {split}' for split in SPLITS if split in splits)
    print(f'{len(pictures)} pictures ({counts}) -> {args.out}')
    return 0


def _split_and_file(text: str) -> tuple[str, str]:
    split, equals, path = text.partition('=')
    if not equals or split not in SPLITS or not path:
        raise ListError(f'--names: expected SPLIT=FILE with one of {", ".join(SPLITS)}, got {text!r}')
    return split, path


if __name__ == '__main__':
    command(main, 'nothing was written')
