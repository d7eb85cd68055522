"""Converts Pascal VOC annotations; ``--help`` tells all.

python tools/dataset_converters/voc.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.voc import VOC

if __name__ == '__main__':
    sys.exit(main(VOC))
