"""Converts AOLP; ``--help`` tells all.

python tools/dataset_converters/aolp.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.aolp import AOLP

if __name__ == '__main__':
    sys.exit(main(AOLP))
