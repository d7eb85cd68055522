"""How to convert, and the report of what was converted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .choices import DEFAULT_IGNORE_LABELS, LINKS, ORIENTATIONS, SPLIT_CHOICES
from .records import Problem
from .splits import SplitRule


@dataclass(frozen=True)
class Options:
    """How to convert.

    Attributes:
        out: Output folder.
        link: ``copy``, ``hard`` or ``symlink`` pictures.
        rim: Share of a box's sides that becomes ignore; 0 fills boxes, see :func:`~.painting.paint`.
        orientation: Frame of the annotations of EXIF-rotated pictures, see :mod:`~.orientation`.
        rule: How pictures are split.
        labels: Labels of plates; None chooses, see :func:`~.labels.choose_labels`.
        ignore_labels: Labels of regions to ignore.
        drop_empty: Leave out pictures without plates.
        workers: Number of threads.
        overwrite: Remove what an earlier conversion wrote to ``out``, and begin anew.
        progress: Show progress bars.
    """

    out: str
    link: str = 'copy'
    rim: float = 0.0
    orientation: str = 'auto'
    rule: SplitRule = field(default_factory=SplitRule)
    labels: tuple[str, ...] | None = None
    ignore_labels: tuple[str, ...] = DEFAULT_IGNORE_LABELS
    drop_empty: bool = False
    workers: int = 2
    overwrite: bool = False
    progress: bool = True

    def __post_init__(self) -> None:
        for name, value, choices in (
            ('link', self.link, LINKS),
            ('orientation', self.orientation, ORIENTATIONS),
            ('split', self.rule.split, SPLIT_CHOICES),
        ):
            if value not in choices:
                raise ValueError(f'{name} must be one of {", ".join(choices)}, got {value!r}')
        if not 0 <= self.rim < 0.5:
            raise ValueError(f'rim must lie from 0 to below 0.5, got {self.rim!r}')
        if self.workers < 1:
            raise ValueError(f'workers must be 1 or more, got {self.workers!r}')


@dataclass
class Report:
    """What a conversion did.

    Attributes:
        out: Output folder.
        images: Pictures a split.
        kinds: Annotations a split and kind; ignored ones under ``ignored``.
        converted: Pictures converted now.
        skipped: Pictures that stood finished from before.
        clipped: Outlines that reached over a picture's edge and were cut there.
        problems: Files that could not be converted.
        notes: Further remarks for the user.
    """

    out: str
    images: Counter = field(default_factory=Counter)
    kinds: dict[str, Counter] = field(default_factory=dict)
    converted: int = 0
    skipped: int = 0
    clipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
