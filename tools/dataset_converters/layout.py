"""Converts data sets in our own layout; ``--help`` tells all.

python tools/dataset_converters/layout.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.layout import Layout

if __name__ == '__main__':
    sys.exit(main(Layout))
