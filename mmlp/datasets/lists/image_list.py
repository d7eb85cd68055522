"""The file that lists the pictures of a data set: CSV, one line a picture."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath

from mmlp.files import write_bytes

from ..converters.choices import SPLITS
from ..converters.limits import LARGEST_LIST, shown
from ..converters.shapes import FormatError
from ..converters.texts import read_text
from ..image_suffixes import IMG_SUFFIXES

_SHA256 = re.compile(r'[0-9a-f]{64}')
#: What no name may hold: separators and drives of other systems, control characters.
_NOT_IN_NAMES = re.compile(r'\\|^[A-Za-z]:|[\x00-\x1f]')


class ListError(ValueError):
    """A list says what it cannot mean; the message names the file and the line."""


@dataclass(frozen=True)
class ListedImage:
    """One picture of a list.

    Attributes:
        source: The public set that it comes from.
        name: Its file below ``SPLIT/images``, with ``/``.
        identifier: Its name in the public set; empty where that is not known.
        split: ``train``, ``val`` or ``test``.
        sha256: Of the file, hexadecimal. Another size or coding of the picture has another.
        perceptual_hash: 32 bytes, hexadecimal, see :func:`~mmlp.datasets.audit.perceptual_hash.hash_image`:
            nearly the same at any size and in any coding. Empty for a picture that shows nothing.
        width: Of the upright picture in pixels.
        height: Of the upright picture in pixels.
    """

    source: str
    name: str
    identifier: str
    split: str
    sha256: str
    perceptual_hash: str
    width: int
    height: int

    @property
    def key(self) -> str:
        """Identifies the picture in its list: the split and the name."""
        return f'{self.split}/{self.name}'


COLUMNS = tuple(field.name for field in fields(ListedImage))


def read_list(path: str | Path) -> list[ListedImage]:
    """Reads a list.

    Args:
        path: The CSV file, with a header; columns in any order, further ones are passed over.

    Raises:
        ListError: The file cannot be read, a column is missing, a value is not what its column holds, or two
            lines mean the same file.
    """
    try:
        lines = csv.DictReader(io.StringIO(read_text(str(path), LARGEST_LIST), newline=''))
        missing = [column for column in COLUMNS if column not in (lines.fieldnames or ())]
    except (FormatError, OSError, csv.Error) as error:
        raise ListError(
            f'{str(path)!r} cannot be read: {getattr(error, "strerror", None) or error}'
        ) from error
    if missing:
        raise ListError(
            f'{str(path)!r} lacks the columns {", ".join(missing)}; got {shown(lines.fieldnames or [])}'
        )
    images: list[ListedImage] = []
    seen: dict[str, int] = {}
    try:
        for line in lines:
            image = _parse({column: (line[column] or '').strip() for column in COLUMNS})
            first = seen.setdefault(image.key.lower(), lines.line_num)
            if first != lines.line_num:
                raise ListError(f'{image.key!r} stands in line {first}, too')
            images.append(image)
    except (ValueError, csv.Error) as error:
        raise ListError(f'{str(path)!r}, line {lines.line_num}: {error}') from error
    if not images:
        raise ListError(f'{str(path)!r} lists no pictures')
    return images


def write_list(path: str | Path, images: Iterable[ListedImage]) -> None:
    """Writes a list, whole or not at all, sorted by split and name.

    Raises:
        WriteError: The file cannot be written.
    """
    order = {split: index for index, split in enumerate(SPLITS)}
    rows = sorted(images, key=lambda image: (order[image.split], image.name))
    write_csv(path, COLUMNS, ([getattr(row, column) for column in COLUMNS] for row in rows))


def write_csv(path: str | Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Writes a CSV file in UTF-8, whole or not at all.

    Raises:
        WriteError: The file cannot be written.
    """
    text = io.StringIO(newline='')
    writer = csv.writer(text, lineterminator='\n')
    writer.writerow(columns)
    writer.writerows(rows)
    write_bytes(path, text.getvalue().encode('utf-8', 'surrogateescape'))


def check_name(name: str) -> None:
    """Refuses names that lead out of the folder that is made from a list; a list may come from anybody.

    Raises:
        ListError: The name is not a relative path of a picture, with ``/``.
    """
    inside = name and not {'', '.', '..'} & set(name.split('/')) and not _NOT_IN_NAMES.search(name)
    if not inside or PurePosixPath(name).suffix.lower() not in IMG_SUFFIXES:
        raise ListError(f'expected the name of a picture such as "car.jpg" or "street/car.jpg", got {name!r}')


def _parse(values: dict[str, str]) -> ListedImage:
    check_name(values['name'])
    if values['split'] not in SPLITS:
        raise ListError(f'split must be one of {", ".join(SPLITS)}, got {values["split"]!r}')
    if not values['source']:
        raise ListError('source is empty')
    for column, empty in (('sha256', False), ('perceptual_hash', True)):
        values[column] = values[column].lower()
        if not (empty and not values[column]) and not _SHA256.fullmatch(values[column]):
            raise ListError(f'{column}: expected 64 hexadecimal digits, got {values[column]!r}')
    sizes = {}
    for column in ('width', 'height'):
        if not values[column].isdecimal() or not int(values[column]):
            raise ListError(f'{column}: expected a number of pixels, got {values[column]!r}')
        sizes[column] = int(values[column])
    return ListedImage(**{**values, **sizes})
