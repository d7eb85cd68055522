"""Pictures of a pipeline as files: one each, or on contact sheets."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmlp.media import write_image

from .captions import contact_sheet

if TYPE_CHECKING:
    from .pipeline_images import BrowsedImage


def write_images(images: Iterable[BrowsedImage], folder: Path) -> None:
    """Writes a JPEG a picture, named after its file; names that come again are numbered.

    Raises:
        ValueError: ``folder`` is the folder of the pictures themselves.
    """
    taken: set[str] = set()
    for item in images:
        stem = item.img_path.stem
        numbered = (f'{stem}_{number}' for number in itertools.count(2))
        name = next(name for name in itertools.chain([stem], numbered) if name not in taken)
        taken.add(name)
        path = folder / f'{name}.jpg'
        if path.resolve().parent == item.img_path.resolve().parent:
            raise ValueError(f'--out-dir {str(folder)!r} holds the pictures of the data set')
        write_image(path, item.image)


def write_sheets(images: Iterable[BrowsedImage], folder: Path, columns: int, rows: int) -> None:
    """Writes numbered contact sheets of as many columns and, but for the last, rows."""
    page: list[tuple[str, np.ndarray]] = []
    number = 0

    def flush() -> None:
        nonlocal number
        if page:
            number += 1
            write_image(folder / f'contact_sheet_{number:03d}.jpg', contact_sheet(page, columns))
            page.clear()

    for item in images:
        page.append((item.img_path.name, item.image))
        if len(page) == columns * rows:
            flush()
    flush()
