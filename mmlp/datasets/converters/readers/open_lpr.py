"""open-lpr plate detection: some 2,600 web photographs, boxes, as the tool imanno stores them.

Licence: Apache-2.0 (the repository's); web photographs without terms of their own. Download:
github.com/faisalthaheem/open-lpr-dataset-plate-detection.

layout:
  SRC/train.db, SRC/val.db: SQLite, table annotations with filename, imheight, imwidth, isreviewed, isdeleted,
      isbackground and imgareas, JSON: [{"x": LEFT, "y": TOP, "width": W, "height": H, ...}, ...]
  SRC/{train,val}/NAME.jpg

Official train and val. An older train_and_val.db beside the two is passed over. Pictures that are marked
deleted are left out, and so are those without boxes that nobody reviewed.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from ..files import ImageIndex
from ..limits import LARGEST_ANNOTATION
from ..names import SPLIT_NAMES
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box
from .fields import number

_COLUMNS = ('filename', 'imheight', 'imwidth', 'isreviewed', 'isdeleted', 'isbackground', 'imgareas')
_BOTH = 'train_and_val'
#: Columns may be computed; all rows of the set take a tenth of a second.
_MOST_SECONDS = 10


class OpenLPR(Reader):
    """Reads the SQLite files of open-lpr-dataset-plate-detection."""

    name = 'open_lpr'

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self._left_out = 0

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = list(self.walk('.db'))
        splits = [path for path in files if Path(path).stem.lower() != _BOTH]
        if not files:
            raise ConversionError(f'no train.db and val.db in {self.source!r}')
        index = self.find_images()
        for path in splits or files:
            rows = attempt(path, _read_rows, path)
            if isinstance(rows, Problem):
                yield rows
                continue
            for row in rows:
                record = attempt(f'{path}: {row[0]}', self._record, row, path, index)
                if record is not None:
                    yield record

    def notes(self) -> list[str]:
        """Says how many pictures were left out."""
        return [f'{self._left_out} pictures left out: deleted, or not reviewed'] if self._left_out else []

    def _record(self, row: tuple, path: str, index: ImageIndex) -> Record | None:
        name, height, width, reviewed, deleted, background, areas = row
        shapes = [] if background else [_box(area) for area in json.loads(areas or '[]')]
        if deleted or not (shapes or background or reviewed):
            self._left_out += 1
            return None
        split = Path(path).stem
        # Names are numbers that begin anew in each split.
        image = index.find(f'{split}/{name}', path)
        stated = (int(width), int(height)) if width and height else None
        return Record(
            image,
            index.relative(image),
            shapes,
            split=SPLIT_NAMES.get(split.lower()),
            size=stated,
            source=path,
        )


def _box(area: dict[str, Any]) -> Shape:
    x, y, width, height = (number(str(area[key]), key) for key in ('x', 'y', 'width', 'height'))
    if width <= 0 or height <= 0:
        raise FormatError(f'box without area: width {width:g}, height {height:g}')
    return box((x, y, x + width, y + height))


def _read_rows(path: str) -> list[tuple]:
    try:
        with closing(sqlite3.connect(f'{Path(path).absolute().as_uri()}?mode=ro', uri=True)) as connection:
            return _select(connection)
    except sqlite3.Error as error:
        raise FormatError(
            f'is not the annotation file of open-lpr: {error}; expected the table annotations '
            f'with the columns {", ".join(_COLUMNS)}'
        ) from error


def _select(connection: sqlite3.Connection) -> list[tuple]:
    connection.text_factory = lambda data: data.decode('utf-8', 'surrogateescape')
    connection.execute('PRAGMA trusted_schema = OFF')
    kind = connection.execute("SELECT type FROM sqlite_master WHERE name = 'annotations'").fetchone()
    if kind != ('table',):
        # What is called so may be a view, which may compute for ever.
        raise sqlite3.DatabaseError('no table annotations')
    areas = f'CASE WHEN length(imgareas) > {LARGEST_ANNOTATION} THEN NULL ELSE imgareas END'
    columns = ', '.join(areas if name == 'imgareas' else name for name in _COLUMNS)
    deadline = time.monotonic() + _MOST_SECONDS
    connection.set_progress_handler(lambda: time.monotonic() > deadline, 100_000)
    return connection.execute(f'SELECT {columns} FROM annotations').fetchall()
