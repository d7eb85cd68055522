"""Converts JSON exports of Label Studio; ``--help`` tells all.

python tools/dataset_converters/label_studio.py SRC -o OUT
"""

import sys

from mmlp.datasets.converters.cli import main
from mmlp.datasets.converters.readers.label_studio import LabelStudio

if __name__ == '__main__':
    sys.exit(main(LabelStudio))
