"""Where the sets of a list come from: the file ``sources.csv`` beside it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ..converters.limits import shown
from ..converters.shapes import FormatError
from ..converters.texts import read_text
from .image_list import ListError

FILE_NAME = 'sources.csv'
_COLUMNS = ('source', 'format', 'address', 'licence')


@dataclass(frozen=True)
class Source:
    """A public set.

    Attributes:
        name: As lists name it.
        format: The converter that reads it, see ``tools/dataset_converters``; empty where there is none.
        address: Where to get it.
        licence: What its licence is.
    """

    name: str
    format: str = ''
    address: str = ''
    licence: str = ''


def read_sources(path: str | Path) -> dict[str, Source]:
    """Reads ``sources.csv``.

    Args:
        path: The file; none there is no error, and tells nothing.

    Returns:
        The sources by name.

    Raises:
        ListError: The file cannot be read or lacks a column.
    """
    try:
        lines = csv.DictReader(io.StringIO(read_text(str(path)), newline=''))
        fields, rows = lines.fieldnames or [], list(lines)
    except FileNotFoundError:
        return {}
    except (FormatError, OSError, csv.Error) as error:
        raise ListError(f'{str(path)!r} cannot be read: {error}') from error
    missing = [column for column in _COLUMNS if column not in fields]
    if missing:
        raise ListError(f'{str(path)!r} lacks the columns {", ".join(missing)}; got {shown(fields)}')
    stated = [[(row[column] or '').strip() for column in _COLUMNS] for row in rows]
    return {row[0]: Source(*row) for row in stated}
