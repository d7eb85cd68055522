"""Converts RodoSol-ALPR; ``--help`` tells all.

python tools/dataset_converters/rodosol.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.rodosol import RodoSol

if __name__ == '__main__':
    sys.exit(main(RodoSol))
