"""What the annotation files of others may hold, and how values of theirs are shown in messages.

Most limits follow from the picture: run lengths are as many as its pixels at most, outlines lie in it. Those
here bound what is read before a picture is known. Each lies far beyond what people annotate.
"""

from __future__ import annotations

import csv
import reprlib
from typing import Any
from xml.parsers import expat

import cv2
from PIL import Image

#: Bytes of one annotation, or of the file of one picture without the picture that LabelMe puts into it.
#: Parsed, they take up to 50 times as much memory.
LARGEST_ANNOTATION = 8 << 20
#: Bytes of a list of pictures: a million names.
LARGEST_LIST = 64 << 20
#: Bytes of a line of a list or table.
LONGEST_LINE = 1 << 20
#: Plates and regions to ignore in one picture.
MOST_SHAPES = 10_000
#: Pixels from the picture's corner; formats of pictures end before 2^31, and differences stay exact.
FARTHEST = 1e9

#: What code that takes data apart raises when they are not as expected. A file that causes one is named, and
#: the others go on.
DATA_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    Image.DecompressionBombError,
    csv.Error,
    cv2.error,
    expat.ExpatError,
)


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = 100
        self.maxlist = self.maxtuple = self.maxset = self.maxdict = 12
        self.maxlevel = 4


_SHORT = _Short()


def size_text(size: int) -> str:
    """A number of bytes for people."""
    return f'{size >> 20} MiB' if size >= 1 << 20 else f'{size >> 10} KiB'


def shown(value: Any, longest: int = 100) -> str:
    """A value as Python writes it, cut in the middle where it is long, at no cost for millions of items."""
    text = _SHORT.repr(value)
    if len(text) <= longest:
        return text
    return f'{text[: longest - 23]}...{text[-20:]}'
