"""Converts open-lpr-dataset-plate-detection; ``--help`` tells all.

python tools/dataset_converters/open_lpr.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.open_lpr import OpenLPR

if __name__ == '__main__':
    sys.exit(main(OpenLPR))
