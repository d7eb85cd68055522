"""Converts UFPR-ALPR: ``python tools/dataset_converters/ufpr_alpr.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR

if __name__ == '__main__':
    sys.exit(main(UFPRALPR))
