"""Converts UC3M-LP; ``--help`` tells all.

python tools/dataset_converters/uc3m_lp.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP

if __name__ == '__main__':
    sys.exit(main(UC3MLP))
