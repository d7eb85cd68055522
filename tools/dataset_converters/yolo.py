"""Converts YOLO labels; ``--help`` tells all.

python tools/dataset_converters/yolo.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.yolo import YOLO

if __name__ == '__main__':
    sys.exit(main(YOLO))
