"""The progress bar that all work shows: on standard error, with one look."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm


def progress_bar(
    items: Iterable[Any] | None = None,
    *,
    unit: str,
    total: int | None = None,
    title: str | None = None,
    shown: bool = True,
    leave: bool = True,
) -> tqdm:
    """Makes a progress bar.

    Args:
        items (Iterable[Any] | None): What it counts as it is iterated over; None to count by ``update()``.
        unit (str): What is counted, in the singular.
        total (int | None): How many there are; None for what ``items`` says, if it does.
        title (str | None): What is being done.
        shown (bool): False for no bar.
        leave (bool): Whether the bar stays when it is full.

    Returns:
        tqdm: The bar, an iterator over the items and a context manager.
    """
    # Into a log file, a line from time to time is enough.
    pace = 0.2 if sys.stderr is not None and sys.stderr.isatty() else 30.0
    return tqdm(items, desc=title, total=total, unit=unit, disable=not shown, leave=leave, mininterval=pace)
