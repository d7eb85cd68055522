"""Converts LabelMe annotations; ``--help`` tells all.

python tools/dataset_converters/labelme.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.labelme import LabelMe

if __name__ == '__main__':
    sys.exit(main(LabelMe))
