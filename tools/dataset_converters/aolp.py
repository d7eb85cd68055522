"""Converts AOLP: ``python tools/dataset_converters/aolp.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.aolp import AOLP

if __name__ == '__main__':
    sys.exit(main(AOLP))
