"""Converts CVAT 1.1 annotations; ``--help`` tells all.

python tools/dataset_converters/cvat.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.cvat import CVAT

if __name__ == '__main__':
    sys.exit(main(CVAT))
