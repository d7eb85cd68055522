"""Converts JSON exports of Label Studio; ``--help`` tells all.

python tools/dataset_converters/label_studio.py SRC -o OUT
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import GOES_ON, command, loading

with loading(__name__):
    from mmlp.datasets.converters.cli import main
    from mmlp.datasets.converters.readers.label_studio import LabelStudio

if __name__ == '__main__':
    command(lambda: main(LabelStudio), GOES_ON)
