"""A data set in the layout that training reads, to split it anew or to pick pictures out of it.

layout:
  SRC/{train,val,test}/images/NAME.jpg
  SRC/{train,val,test}/masks/NAME.jpg.png    0 background, 255 plate, 128 ignored; see data/README.md

or SRC/images and SRC/masks. Each connected region of a mask becomes a plate. A picture without a mask is
named.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ....plates.components import label_components
from ...image_size import read_size
from ...plate_mask import IGNORE, PLATE, read_plate_mask
from ..limits import MOST_SHAPES
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, packed_bitmap


class Layout(Reader):
    """Reads images and masks in our own layout."""

    name = 'layout'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        images = [path for path in index.images if mask_path(path) is not None]
        if not any(os.path.isfile(mask_path(path)) for path in images):
            raise ConversionError(
                f'no pictures with masks in {self.source!r}; expected {{train,val}}/images/NAME.jpg and '
                '{train,val}/masks/NAME.jpg.png'
            )
        for path in images:
            yield attempt(path, self._record, path, index.relative(path))

    def _record(self, path: str, name: str) -> Record:
        mask = mask_path(path)
        if not os.path.isfile(mask):
            raise FormatError(f'there is no mask {mask!r}')
        if not self.boundary.holds(mask):
            raise FormatError(f'its mask {mask!r} is a link that leads out of the source')
        # By their headers: a mask may state a size that takes all memory.
        (width, height), images = read_size(mask)[0], read_size(path)
        if (width, height) not in images:
            raise FormatError(f'its mask {mask!r} has {width} x {height} pixels, another size')
        values = read_plate_mask(mask)
        shapes = _regions(values == PLATE)
        shapes += [replace(shape, ignored=True) for shape in _regions(values == IGNORE)]
        return Record(path, name, shapes, split=split_of(name), size=values.shape[::-1], source=mask)


def _regions(mask: np.ndarray) -> list[Shape]:
    labels, stats = label_components(mask)
    if len(stats) > MOST_SHAPES:
        raise FormatError(f'a mask of {len(stats)} regions, more than {MOST_SHAPES}: noise?')
    shapes = []
    for label, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
        window = labels[top : top + height, left : left + width] == label
        shapes.append(packed_bitmap(window, (left, top)))
    return shapes


def mask_path(image: str) -> str | None:
    """Where the mask of a picture lies: in ``masks`` for the innermost ``images``; None outside of one."""
    parts = image.split(os.sep)
    for position in reversed(range(len(parts) - 1)):
        if parts[position] == 'images':
            return os.sep.join([*parts[:position], 'masks', *parts[position + 1 :]]) + '.png'
    return None
