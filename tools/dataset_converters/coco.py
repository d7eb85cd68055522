"""Converts COCO annotations; ``--help`` tells all.

python tools/dataset_converters/coco.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.coco import COCO

if __name__ == '__main__':
    sys.exit(main(COCO))
