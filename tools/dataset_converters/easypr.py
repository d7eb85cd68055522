"""Converts EasyPR's general test set; ``--help`` tells all.

python tools/dataset_converters/easypr.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.easypr import EasyPR

if __name__ == '__main__':
    sys.exit(main(EasyPR))
