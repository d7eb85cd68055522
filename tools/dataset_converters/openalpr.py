"""Converts OpenALPR's benchmark; ``--help`` tells all.

python tools/dataset_converters/openalpr.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.openalpr import OpenALPR

if __name__ == '__main__':
    sys.exit(main(OpenALPR))
