"""Converts CCPD 2019 and CCPD-Green; ``--help`` tells all.

python tools/dataset_converters/ccpd.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.ccpd import CCPD

if __name__ == '__main__':
    sys.exit(main(CCPD))
