"""Which classes of an annotation tool's project are plates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .records import ConversionError, Record
from .shapes import FormatError, Shape

DEFAULT_IGNORE_LABELS = ('ignore', 'ignored', 'dontcare', "don't care")
_PLATE_WORDS = re.compile(
    r'plate|licen[cs]e|kennzeichen|nummernschild|matr[ií]cul|placa|plaque|targa|tablica|号牌|车牌|ナンバー|номер'
)
_WHOLE_WORDS = ('lp', 'np', 'alpr', 'anpr')


@dataclass(frozen=True)
class LabelChoice:
    """Which labels mean a plate, which a region to ignore, and which are left out; with counts."""

    plates: dict[str, int]
    ignored: dict[str, int]
    left_out: dict[str, int]

    def pick(self, shapes: Iterable[Shape]) -> list[Shape]:
        """The shapes that count, those with an ignore label marked as ignored.

        Raises:
            FormatError: One that counts is flawed.
        """
        picked = []
        for shape in shapes:
            if shape.label is not None and shape.label not in self.plates and shape.label not in self.ignored:
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
        wanted: Labels of plates, in any case; None takes those that read like a plate (``plate``,
            ``license``, ``Kennzeichen``, ``placa``, ...), or the only label that there is.
        ignored: Labels of regions to ignore, in any case.

    Raises:
        ConversionError: A wanted label does not occur, or none reads like a plate.
    """
    counts = Counter(shape.label for record in records for shape in record.shapes if shape.label is not None)
    to_ignore = {label for label in counts if label.lower() in {name.lower() for name in ignored}}
    others = {label: n for label, n in counts.items() if label not in to_ignore}
    if wanted:
        plates = {label for label in others if label.lower() in {name.lower() for name in wanted}}
        missing = [name for name in wanted if name.lower() not in {label.lower() for label in plates}]
        if missing:
            raise ConversionError(f'no annotation has the label {missing[0]!r}. {_labels_found(counts)}')
    else:
        plates = {label for label in others if _reads_like_plate(label)}
        if not plates and len(others) == 1:
            plates = set(others)
        if not plates and others:
            raise ConversionError(
                f'which labels are plates? {_labels_found(counts)} Name them: --labels NAME [NAME ...]'
            )
    return LabelChoice(
        plates={label: counts[label] for label in sorted(plates)},
        ignored={label: counts[label] for label in sorted(to_ignore)},
        left_out={label: counts[label] for label in sorted(set(others) - plates)},
    )


def _reads_like_plate(label: str) -> bool:
    return bool(_PLATE_WORDS.search(label.lower())) or label.lower() in _WHOLE_WORDS


def _labels_found(counts: Counter) -> str:
    if not counts:
        return 'No annotation has a label.'
    shown = ', '.join(f'{label!r} ({count})' for label, count in counts.most_common(20))
    return f'Labels found: {shown}.'
