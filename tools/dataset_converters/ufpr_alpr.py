"""Converts UFPR-ALPR; ``--help`` tells all.

python tools/dataset_converters/ufpr_alpr.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR

if __name__ == '__main__':
    sys.exit(main(UFPRALPR))
