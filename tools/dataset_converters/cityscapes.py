"""Converts the plates of Cityscapes; ``--help`` tells all.

python tools/dataset_converters/cityscapes.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.cityscapes import Cityscapes

if __name__ == '__main__':
    sys.exit(main(Cityscapes))
