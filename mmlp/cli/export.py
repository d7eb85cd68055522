"""Exports masks to an annotation tool, where people correct them.

    mmlp export data/mine --to labelme -o corrections
    labelme corrections                                    (correct the outlines)
    mmlp convert labelme corrections -o data/corrected

SRC is a data set with images/ and masks/, or with train/, val/ and test/ that have them. Predicted masks in a
folder of their own:

    mmlp export --images photos --masks predictions --to coco -o corrections

Masks are named NAME.jpg.png, NAME.png or NAME_mask.png. Every connected region becomes one outline along the
edges of its pixels, simplified as far as it agrees with them at an IoU of 0.985. Plates get the label
"plate", ignored pixels the label "ignore", which comes back as ignored. Interrupted, run the same command
again: it goes on where it stopped. A finished export is never written again, since people correct it.

output:
  coco      [SPLIT/]images/NAME.jpg, [SPLIT/]annotations.json     (CVAT, Label Studio, Roboflow, FiftyOne)
  labelme   [SPLIT/]NAME.jpg, [SPLIT/]NAME.json                   (LabelMe, X-AnyLabeling)
  yolo      images/[SPLIT/]NAME.jpg, labels/[SPLIT/]NAME.txt, data.yaml

"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmlp.datasets.converters.choices import EXPORT_FORMATS
from mmlp.files import WriteError

from .command import GOES_ON, answers_mistakes, loading
from .convert_options import add_link_option, add_outside_option
from .options import add_out_dir, add_workers
from .parser import Parser
from .problems import print_problems
from .terminal import say

KEPT = GOES_ON


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('export', __doc__)
    parser.add_argument('source', nargs='?', help='data set')
    parser.add_argument('--images', help='folder of pictures, instead of a data set')
    parser.add_argument('--masks', help='folder of their masks')
    parser.add_argument('--to', required=True, choices=EXPORT_FORMATS, help='format')
    add_out_dir(parser, 'output folder, new or empty', required=True)
    add_workers(parser, 'threads')
    add_link_option(parser)
    add_outside_option(parser, 'take pictures and masks to which links lead out of these folders, too')
    parser.add_argument(
        '--min-area', type=int, default=0, metavar='PIXELS', help='leave out regions of fewer pixels'
    )
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    with loading():
        from mmlp.datasets.converters import ConversionError
        from mmlp.datasets.converters.exporters import export_masks
    options = vars(args)
    try:
        report = export_masks(options.pop('source'), str(options.pop('out_dir')), **options)
    except ConversionError as error:
        raise ValueError(str(error)) from error
    except WriteError as error:
        say(f'error: {error}; {GOES_ON}')
        return 1
    print(
        f'{report.images} pictures with {report.plates} plates and {report.ignored} regions to ignore '
        f'-> {report.out}'
    )
    if report.skipped:
        print(f'{report.skipped} of them had been exported before')
    print_problems(report.problems, 'could not be exported')
    return 1 if report.problems else 0
