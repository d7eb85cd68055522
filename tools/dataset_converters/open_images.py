"""Converts the plates of Open Images V7; ``--help`` tells all.

python tools/dataset_converters/open_images.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.open_images import OpenImages

if __name__ == '__main__':
    sys.exit(main(OpenImages))
