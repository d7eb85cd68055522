"""Converts VGG Image Annotator files: ``python tools/dataset_converters/via.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.via import VIA

if __name__ == '__main__':
    sys.exit(main(VIA))
