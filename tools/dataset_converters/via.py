"""Converts VGG Image Annotator files; ``--help`` tells all.

python tools/dataset_converters/via.py SRC -o OUT
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import GOES_ON, command, loading

with loading(__name__):
    from mmlp.datasets.converters.cli import main
    from mmlp.datasets.converters.readers.via import VIA

if __name__ == '__main__':
    command(lambda: main(VIA), GOES_ON)
