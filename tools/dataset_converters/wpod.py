"""Converts WPOD and CD-HARD annotations; ``--help`` tells all.

python tools/dataset_converters/wpod.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.wpod import WPOD

if __name__ == '__main__':
    sys.exit(main(WPOD))
