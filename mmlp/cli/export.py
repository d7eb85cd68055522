"""Exports masks to an annotation tool, where people correct them.

    python tools/dataset_converters/export.py data/mine --to labelme -o corrections
    labelme corrections                                             (correct the outlines)
    python tools/dataset_converters/labelme.py corrections -o data/corrected

SRC is a data set with images/ and masks/, or with train/, val/ and test/ that have them. Predicted masks in a
folder of their own:

    python tools/dataset_converters/export.py --images photos --masks predictions --to coco -o corrections

Masks are named NAME.jpg.png, NAME.png or NAME_mask.png. Every connected region becomes one outline along the
edges of its pixels, simplified as far as it agrees with them at an IoU of 0.985. Plates get the label
"plate", ignored pixels the label "ignore", which comes back as ignored. Interrupted, run the same command
again: it goes on where it stopped. A finished export is never written again, since people correct it.

output:
  coco      [SPLIT/]images/NAME.jpg, [SPLIT/]annotations.json     (CVAT, Label Studio, Roboflow, FiftyOne)
  labelme   [SPLIT/]NAME.jpg, [SPLIT/]NAME.json                   (LabelMe, X-AnyLabeling)
  yolo      images/[SPLIT/]NAME.jpg, labels/[SPLIT/]NAME.txt, data.yaml

exit codes: 0 all exported, 1 some files could not be (named at the end), 2 nothing was done, 130 interrupted
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
    from mmlp.datasets.converters import ConversionError
    from mmlp.datasets.converters.cli import print_problems
    from mmlp.datasets.converters.exporters import WRITERS, export_masks
    from mmlp.datasets.converters.files import LINKS
    from mmlp.files import WriteError


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', nargs='?', help='data set')
    parser.add_argument('--images', help='folder of pictures, instead of a data set')
    parser.add_argument('--masks', help='folder of their masks')
    parser.add_argument('--to', required=True, choices=sorted(WRITERS), help='format')
    parser.add_argument('-o', '--out', required=True, help='output folder, new or empty')
    parser.add_argument('--workers', type=int, default=min(4, os.cpu_count() or 1), help='threads')
    parser.add_argument('--link', choices=LINKS, default='copy', help='copy the pictures, or link to them')
    parser.add_argument(
        '--min-area', type=int, default=0, metavar='PIXELS', help='leave out regions of fewer pixels'
    )
    args = parser.parse_args(argv)
    try:
        report = export_masks(**vars(args))
    except ConversionError as error:
        raise ValueError(str(error)) from error
    except WriteError as error:
        print(f'error: {error}; {GOES_ON}', file=sys.stderr)
        return 1
    print(
        f'{report.pictures} pictures with {report.plates} plates and {report.ignored} regions to ignore '
        f'-> {report.out}'
    )
    if report.skipped:
        print(f'{report.skipped} of them had been exported before')
    print_problems(report.problems, 'could not be exported')
    return 1 if report.problems else 0


if __name__ == '__main__':
    command(main, GOES_ON)
