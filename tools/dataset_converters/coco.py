"""Converts COCO annotations: ``python tools/dataset_converters/coco.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.coco import COCO

if __name__ == '__main__':
    sys.exit(main(COCO))
