"""The audit itself, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import cv2
from torch.utils.data import DataLoader, Dataset

from mmlp.processes import end_with_parent

from .checks import CHECKS, Severity
from .duplicates import find_duplicates
from .measure import measure_sample
from .records import Finding, ImageRecord, Sample
from .set_checks import check_splits
from .splits import Split


@dataclass(frozen=True)
class AuditReport:
    """All that an audit found.

    Args:
        source: The config or folder, as the user named it.
        splits: Names of the splits, in order.
        images: A record of every picture.
        findings: In the order of :data:`~mmlp.datasets.audit.CHECKS`, the most striking of a check first.
    """

    source: str
    splits: tuple[str, ...]
    images: tuple[ImageRecord, ...]
    findings: tuple[Finding, ...]

    def of_check(self, check: str) -> list[Finding]:
        """The findings of a check."""
        return [finding for finding in self.findings if finding.check == check]

    def count(self, severity: Severity) -> int:
        """How many findings are this grave."""
        return sum(finding.severity is severity for finding in self.findings)


def audit(
    source: str,
    splits: Sequence[Split],
    *,
    workers: int = 0,
    ignore: Collection[str] = (),
    progress: Callable[[Iterable[ImageRecord]], Iterable[ImageRecord]] = iter,
) -> AuditReport:
    """Audits splits: reads every picture and mask once, and compares all pictures.

    Args:
        source: Where the splits come from, for the report.
        splits: The splits.
        workers: Processes that read files; with 0 this process does.
        ignore: Names of checks to leave out of the report.
        progress: Wraps the stream of records, such as ``tqdm``.

    Returns:
        The report.

    Raises:
        ValueError: ``ignore`` names no check.
    """
    unknown = sorted(set(ignore) - set(CHECKS))
    if unknown:
        raise ValueError(f'no check is called {", ".join(unknown)}; there are: {", ".join(CHECKS)}')
    samples = [sample for split in splits for sample in split.samples]
    names = tuple(split.name for split in splits)
    loader = DataLoader(
        _Measuring(samples),
        batch_size=None,
        num_workers=min(workers, len(samples)),
        collate_fn=_as_it_is,
        worker_init_fn=_begin_worker,
    )
    images = tuple(progress(loader))
    findings = [finding for split in splits for finding in split.findings]
    findings += [finding for image in images for finding in image.findings]
    findings += check_splits(images, names)
    findings += find_duplicates(images, names)
    order = {check: position for position, check in enumerate(CHECKS)}
    kept = (finding for finding in findings if finding.check not in ignore)
    return AuditReport(source, names, images, tuple(sorted(kept, key=lambda f: (order[f.check], f.rank))))


class _Measuring(Dataset):
    """Measures a sample an index, for the worker processes of a data loader."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> ImageRecord:
        return measure_sample(self.samples[index])


def _as_it_is(record: ImageRecord) -> ImageRecord:
    return record


def _begin_worker(_: int) -> None:
    end_with_parent()
    # OpenCV's threads do not survive the fork, and would compete.
    cv2.setNumThreads(0)
