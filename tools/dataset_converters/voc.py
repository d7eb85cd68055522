"""Converts Pascal VOC annotations: ``python tools/dataset_converters/voc.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.voc import VOC

if __name__ == '__main__':
    sys.exit(main(VOC))
