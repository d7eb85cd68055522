r"""Rebuilds a data set from a list and the public sets that you have downloaded; names what is missing.

    mmlp rebuild data/lists/lovasz_130.csv -o data/lovasz_130 \
        --source openimages=OpenImages openlpr=open-lpr romania=license-plate-dataset/dataset

Each listed picture is looked for in the folder of its source: by its name, if what the file shows is what
the list says; else among all pictures, by its SHA-256 or by a hash of what it shows, so that files may have
been renamed, resized or coded anew. Two pictures that are nearly the same are told apart; what is too far
from every file is missing, and the nearest is named. Masks are painted from the annotations of the set, by
its converter; the pictures are copied byte for byte, at whatever size they have. Sources can be given one
after the other: what stands finished is not looked for again.

Formats of the sources, and where to download them, stand in sources.csv beside the list; --format names
others. A folder in the layout below is read as that.

output:
  OUT/{train,val,test}/images/NAME.jpg       under the names and in the splits of the list
  OUT/{train,val,test}/masks/NAME.jpg.png    8 bit: 0 background, 255 plate, 128 ignored
  OUT/{train,val,test}/annotations.json      COCO
  OUT/found.csv                              which file became which picture, and how it was found
  OUT/missing.csv                            what is missing, why, and where to get it
  OUT/errors.txt                             pictures whose annotations could not be converted, and why
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.datasets.lists.limits import MAX_BITS
from mmlp.files import WriteError

from .command import FAILED, GOES_ON, answers_mistakes, loading
from .convert_options import (
    add_box_options,
    add_label_options,
    add_link_option,
    add_orientation_option,
    add_outside_option,
    read_labels,
    read_rim,
)
from .options import add_out_dir, add_overwrite, add_workers
from .parser import Parser, describe_exit_codes
from .problems import print_problems
from .terminal import say, tell

if TYPE_CHECKING:
    from mmlp.datasets.lists import Rebuilt, Source

KEPT = GOES_ON
EXIT_CODES = describe_exit_codes(
    'the whole list is there',
    'pictures are missing, or could not be converted (see OUT/missing.csv and OUT/errors.txt)',
)
_COLUMNS = ('listed', 'before', 'sha256', 'name', 'picture', 'missing')
_TITLES = ('source', 'listed', 'there before', 'by SHA-256', 'by name', 'by what it shows', 'missing')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('rebuild', __doc__, EXIT_CODES)
    parser.add_argument('list', type=Path, help='the list, a CSV file')
    add_out_dir(parser, 'output folder', required=True)
    parser.add_argument(
        '--source', nargs='+', action='extend', required=True, metavar='SET=FOLDER', help='a downloaded set'
    )
    parser.add_argument(
        '--format',
        nargs='+',
        action='extend',
        default=[],
        metavar='SET=FORMAT',
        help='its format, one of those of "mmlp convert"',
    )
    parser.add_argument(
        '--max-bits',
        type=int,
        default=MAX_BITS,
        metavar='N',
        help='up to N different bits of 256 a file is taken for the picture (default: %(default)s)',
    )
    add_workers(parser, 'threads')
    add_link_option(parser)
    add_outside_option(
        parser,
        'take pictures outside of the folders given, where annotations name them or links lead there',
    )
    add_overwrite(parser, 'remove what stands in OUT and begin anew')
    add_orientation_option(parser)
    add_box_options(parser)
    add_label_options(parser)
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    with loading():
        import prettytable  # noqa: F401 (missing, it is told before the work)

        from mmlp.datasets.converters import ConversionError, Options
        from mmlp.datasets.lists import Source, read_list, read_sources, rebuild
        from mmlp.datasets.lists.formats import open_source
        from mmlp.datasets.lists.rebuilding import check_sources
        from mmlp.datasets.lists.sources import FILE_NAME
    try:
        listed = read_list(args.list)
        sources = read_sources(args.list.absolute().with_name(FILE_NAME))
        folders, formats = (_pairs(getattr(args, name), name) for name in ('source', 'format'))
        check_sources(listed, folders)
        readers = {
            name: open_source(
                folder,
                formats.pop(name, None),
                sources.get(name, Source(name)).format,
                args.allow_outside,
            )
            for name, folder in folders.items()
        }
        if formats:
            raise ValueError(f'--format names {sorted(formats)[0]!r}, --source does not')
        options = Options(
            str(args.out_dir),
            link=args.link,
            rim=read_rim(args),
            orientation=args.orientation,
            workers=args.workers,
            overwrite=args.overwrite,
            **read_labels(args),
        )
        result = rebuild(listed, readers, options, args.max_bits, sources)
    except WriteError as error:
        say(f'error: {error}; {GOES_ON}')
        return FAILED
    except ConversionError as error:
        raise ValueError(str(error)) from error
    _print(result, sources)
    return FAILED if result.missing or result.report.problems else 0


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition('=')
        if not (name and equals and value):
            raise ValueError(
                f'--{option}: expected SET={"FOLDER" if option == "source" else "FORMAT"}, got {text!r}'
            )
        if name in pairs:
            raise ValueError(f'--{option}: {name!r} is given twice')
        pairs[name] = value
    return pairs


def _print(result: Rebuilt, sources: dict[str, Source]) -> None:
    from prettytable import PrettyTable

    from mmlp.datasets.converters import Problem
    from mmlp.datasets.lists.rebuilding import MISSING_FILE, count_by_source

    table = PrettyTable(_TITLES, align='r')
    table.align['source'] = 'l'
    counts = count_by_source(result)
    for name, count in counts.items():
        table.add_row([name, *(count[column] for column in _COLUMNS)])
    for line in table.get_string().splitlines():
        tell(line)
    report = result.report
    for split, number in report.images.items():
        kinds = ', '.join(f'{n} {kind}' for kind, n in sorted(report.kinds[split].items())) or 'no plates'
        tell(f'{split:<6}{number:>8} pictures   {kinds}')
    tell(f'{report.converted} converted, {len(result.before)} had been before -> {report.out}')
    resized, recoded = (sum(count[kind] for count in counts.values()) for kind in ('resized', 'other coding'))
    if resized:
        tell(f'{resized} pictures have another size than in the list, see found.csv')
    if recoded:
        tell(f'{recoded} pictures are of another format than the ending of their name in the list says')
    for note in report.notes:
        tell(note)
    for name, count in counts.items():
        if count['missing']:
            where = sources[name].address if name in sources else ''
            say(f'missing: {count["missing"]} of {name}' + (f', from {where}' if where else ''))
            print_problems(result.unread.get(name, []), f'files of {name} could not be read')
    problems = [Problem(item.listed.key, item.reason) for item in result.missing]
    print_problems(problems, 'pictures are missing', os.path.join(report.out, MISSING_FILE))
    print_problems(report.problems, 'could not be converted', os.path.join(report.out, 'errors.txt'))
