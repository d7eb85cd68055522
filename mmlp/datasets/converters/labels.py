"""Which classes of an annotation tool's project are plates."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from .choices import DEFAULT_IGNORE_LABELS
from .records import ConversionError, Record
from .shapes import FormatError, Shape

_PLATE_WORDS = re.compile(
    r'plate|licen[cs]e|kennzeichen|nummernschild|matr[ií]cul|placa|plaque|targa|tablica|号牌|车牌|ナンバー|номер'
)
_WHOLE_WORDS = ('lp', 'np', 'alpr', 'anpr')
#: How many labels a message lists; sets whose labels are the plates' texts have thousands.
_SHOWN = 20


@dataclass(frozen=True)
class LabelChoice:
    """Which labels mean a plate, which a region to ignore, and which are left out; with counts.

    Attributes:
        plates: Labels of plates.
        ignored: Labels of regions to ignore.
        left_out: The others.
        guessed: Nobody named the labels of plates: they were chosen by how they read.
    """

    plates: dict[str, int]
    ignored: dict[str, int]
    left_out: dict[str, int]
    guessed: bool = False

    def pick(self, shapes: Iterable[Shape]) -> list[Shape]:
        """The shapes that count, those with an ignore label marked as ignored.

        Raises:
            FormatError: One that counts is flawed, or has no label where labels tell plates from others.
        """
        picked = []
        for shape in shapes:
            if shape.label is not None and shape.label not in self.plates and shape.label not in self.ignored:
                if not shape.label and self.guessed:
                    raise FormatError(
                        'an annotation has no label, others have: is it a plate? Label it, or say which are '
                        "plates: --labels '*' takes all, --labels NAME only these"
                    )
                continue
            if shape.flaw is not None:
                raise FormatError(shape.flaw)
            picked.append(replace(shape, ignored=True) if shape.label in self.ignored else shape)
        return picked


def choose_labels(
    records: Sequence[Record], wanted: Sequence[str] | None, ignored: Sequence[str] = DEFAULT_IGNORE_LABELS
) -> LabelChoice:
    """Decides which labels of a set are plates.

    Args:
        records: All records of the set.
        wanted: Labels of plates, in any case, or patterns such as ``*`` and ``plate_?`` (``fnmatch``); None
            takes those that read like a plate (``plate``, ``license``, ``Kennzeichen``, ``placa``, ...), or
            the only label that there is.
        ignored: Labels of regions to ignore, likewise; they come before those of plates.

    Raises:
        ConversionError: A wanted label does not occur, or none reads like a plate.
    """
    counts = Counter(shape.label for record in records for shape in record.shapes if shape.label is not None)
    to_ignore = {label for label in counts if any(_matches(label, name) for name in ignored)}
    others = {label: n for label, n in counts.items() if label not in to_ignore}
    if wanted:
        plates = {label for label in others if any(_matches(label, name) for name in wanted)}
        missing = [name for name in wanted if not any(_matches(label, name) for label in plates)]
        if missing:
            hint = " A shell makes file names of *: write '*'." if os.path.exists(missing[0]) else ''
            raise ConversionError(
                f'no annotation has the label {missing[0]!r}.{hint} {_labels_found(counts)}'
            )
    else:
        plates = {label for label in others if reads_like_plate(label)}
        if not plates and len(others) == 1:
            plates = set(others)
        if not plates and others:
            raise ConversionError(
                f'which labels are plates? {_labels_found(counts)} Name them: --labels NAME [NAME ...], or '
                "--labels '*' where all are, such as labels that are the plates' texts"
            )
    return LabelChoice(
        plates={label: counts[label] for label in sorted(plates)},
        ignored={label: counts[label] for label in sorted(to_ignore)},
        left_out={label: counts[label] for label in sorted(set(others) - plates)},
        guessed=not wanted,
    )


def list_labels(counts: Mapping[str, int]) -> str:
    """Labels with their counts, the most frequent first, and how many more there are."""
    ranked = Counter(counts).most_common()
    shown = ', '.join(f'{label!r} ({count})' for label, count in ranked[:_SHOWN])
    return shown + (f', ... and {len(ranked) - _SHOWN} more' if len(ranked) > _SHOWN else '')


def _matches(label: str, name: str) -> bool:
    """Whether a label is the one that a user named, or fits the pattern that he gave; in any case."""
    label, name = label.lower(), name.lower()
    return label == name or fnmatchcase(label, name)


def reads_like_plate(label: str) -> bool:
    """Whether a label is a word for a plate, in one of several languages."""
    return bool(_PLATE_WORDS.search(label.lower())) or label.lower() in _WHOLE_WORDS


def _labels_found(counts: Counter) -> str:
    if not counts:
        return 'No annotation has a label.'
    return f'Labels found: {list_labels(counts)}.'
