"""Converts SSIG-SegPlate; ``--help`` tells all.

python tools/dataset_converters/ssig.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.ssig import SSIG

if __name__ == '__main__':
    sys.exit(main(SSIG))
