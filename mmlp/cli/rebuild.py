r"""Rebuilds a data set from a list and the public sets that you have downloaded; names what is missing.

    python tools/dataset_converters/rebuild_from_list.py data/lists/lovasz_130.csv -o data/lovasz_130 \
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

exit codes:
  0  the whole list is there
  1  pictures are missing, or could not be converted (see OUT/missing.csv and OUT/errors.txt)
  2  nothing was done: wrong arguments, or a source of another format
  130  interrupted; the same command goes on where it stopped
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import GOES_ON, answers_mistakes, command, loading

with loading(__name__):
    from prettytable import PrettyTable

    from mmlp.datasets.converters import ConversionError, Options
    from mmlp.datasets.converters.cli import (
        DONE,
        NOTHING_DONE,
        SOME_FAILED,
        add_box_arguments,
        add_label_arguments,
        print_problems,
        say,
    )
    from mmlp.datasets.converters.files import LINKS
    from mmlp.datasets.converters.orientation import ORIENTATIONS
    from mmlp.datasets.converters.records import Problem
    from mmlp.datasets.lists import MAX_BITS, ListError, Rebuilt, Source, read_list, read_sources, rebuild
    from mmlp.datasets.lists.formats import open_source
    from mmlp.datasets.lists.rebuilding import MISSING_FILE, check_sources, count_by_source
    from mmlp.datasets.lists.sources import FILE_NAME
    from mmlp.media import MediaError

_COLUMNS = ('listed', 'before', 'sha256', 'name', 'picture', 'missing')
_TITLES = ('source', 'listed', 'there before', 'by SHA-256', 'by name', 'by what it shows', 'missing')


def build_parser() -> argparse.ArgumentParser:
    """The argument parser."""
    parser = argparse.ArgumentParser(
        prog='tools/dataset_converters/rebuild_from_list.py',
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('list', help='the list, a CSV file')
    parser.add_argument('-o', '--out', required=True, help='output folder')
    parser.add_argument(
        '--source', nargs='+', action='extend', required=True, metavar='SET=FOLDER', help='a downloaded set'
    )
    parser.add_argument(
        '--format', nargs='+', action='extend', default=[], metavar='SET=FORMAT', help='its converter'
    )
    parser.add_argument(
        '--max-bits',
        type=int,
        default=MAX_BITS,
        metavar='N',
        help='up to N different bits of 256 a file is taken for the picture (default: %(default)s)',
    )
    parser.add_argument('--workers', type=int, default=min(4, os.cpu_count() or 1), help='threads')
    parser.add_argument('--link', choices=LINKS, default='copy', help='copy the pictures, or link to them')
    parser.add_argument('--overwrite', action='store_true', help='remove what stands in OUT and begin anew')
    parser.add_argument(
        '--orientation',
        choices=ORIENTATIONS,
        default='auto',
        help='frame of the annotations of pictures that EXIF turns, as for the converters',
    )
    add_box_arguments(parser)
    add_label_arguments(parser)
    return parser


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = build_parser().parse_args(argv)
    try:
        listed = read_list(args.list)
        sources = read_sources(os.path.join(os.path.dirname(os.path.abspath(args.list)), FILE_NAME))
        folders, formats = (_pairs(getattr(args, name), name) for name in ('source', 'format'))
        check_sources(listed, folders)
        readers = {
            name: open_source(folder, formats.pop(name, None), sources.get(name, Source(name)).format)
            for name, folder in folders.items()
        }
        if formats:
            raise ListError(f'--format names {sorted(formats)[0]!r}, --source does not')
        labels = {
            name: tuple(getattr(args, name)) for name in ('labels', 'ignore_labels') if getattr(args, name)
        }
        options = Options(
            args.out,
            link=args.link,
            rim=args.rim if args.box_as == 'ignored-rim' else 0.0,
            orientation=args.orientation,
            workers=args.workers,
            overwrite=args.overwrite,
            **labels,
        )
        result = rebuild(listed, readers, options, args.max_bits, sources)
    except (ConversionError, MediaError, ValueError) as error:
        say(f'rebuild_from_list.py: error: {error}', sys.stderr)
        return NOTHING_DONE
    _print(result, sources)
    return SOME_FAILED if result.missing or result.report.problems else DONE


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition('=')
        if not (name and equals and value):
            raise ListError(
                f'--{option}: expected SET={"FOLDER" if option == "source" else "FORMAT"}, got {text!r}'
            )
        if name in pairs:
            raise ListError(f'--{option}: {name!r} is given twice')
        pairs[name] = value
    return pairs


def _print(result: Rebuilt, sources: dict[str, Source]) -> None:
    table = PrettyTable(_TITLES, align='r')
    table.align['source'] = 'l'
    counts = count_by_source(result)
    for name, count in counts.items():
        table.add_row([name, *(count[column] for column in _COLUMNS)])
    say(table.get_string())
    report = result.report
    for split, number in report.pictures.items():
        kinds = ', '.join(f'{n} {kind}' for kind, n in sorted(report.kinds[split].items())) or 'no plates'
        say(f'{split:<6}{number:>8} pictures   {kinds}')
    say(f'{report.converted} converted, {len(result.before)} had been before -> {report.out}')
    resized, recoded = (sum(count[kind] for count in counts.values()) for kind in ('resized', 'other coding'))
    if resized:
        say(f'{resized} pictures have another size than in the list, see found.csv')
    if recoded:
        say(f'{recoded} pictures are of another format than the ending of their name in the list says')
    for note in report.notes:
        say(note)
    for name, count in counts.items():
        if count['missing']:
            where = sources[name].address if name in sources else ''
            say(f'missing: {count["missing"]} of {name}' + (f', from {where}' if where else ''), sys.stderr)
            print_problems(result.unread.get(name, []), f'files of {name} could not be read')
    problems = [Problem(item.listed.key, item.reason) for item in result.missing]
    print_problems(problems, 'pictures are missing', os.path.join(report.out, MISSING_FILE))
    print_problems(report.problems, 'could not be converted', os.path.join(report.out, 'errors.txt'))


if __name__ == '__main__':
    command(main, GOES_ON)
