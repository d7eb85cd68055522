"""Converts LabelMe annotations: ``python tools/dataset_converters/labelme.py SRC -o OUT``; ``--help`` tells all."""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.labelme import LabelMe

if __name__ == '__main__':
    sys.exit(main(LabelMe))
