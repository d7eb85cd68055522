"""Converts OpenALPR's benchmark: ``python tools/dataset_converters/openalpr.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.openalpr import OpenALPR

if __name__ == '__main__':
    sys.exit(main(OpenALPR))
