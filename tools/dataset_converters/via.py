"""Converts VGG Image Annotator files; ``--help`` tells all.

python tools/dataset_converters/via.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.via import VIA

if __name__ == '__main__':
    sys.exit(main(VIA))
