"""What tells a picture file from all others, and a picture from others whatever its size and coding."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
from tqdm import tqdm

from mmlp.files import Journal, read_journal
from mmlp.media import UnreadableMediaError, read_image
from mmlp.progress import progress_bar

from ..audit.perceptual_hash import hash_image
from ..audit.suspicion import LEAST_CONTRAST
from ..converters.work import in_threads

_KIND = 'fingerprints'


@dataclass(frozen=True)
class Fingerprint:
    """What was measured of a picture file.

    Attributes:
        sha256: Of the file, hexadecimal.
        perceptual_hash: 32 bytes, hexadecimal; empty for a picture that shows nothing.
        width: Of the upright picture in pixels.
        height: Of the upright picture in pixels.
    """

    sha256: str
    perceptual_hash: str
    width: int
    height: int


def take_fingerprint(path: str | os.PathLike) -> Fingerprint:
    """Reads and measures a picture.

    Raises:
        UnreadableMediaError: It is no picture, or damaged.
        OSError: It cannot be opened.
    """
    data = Path(path).read_bytes()
    image = read_image(data)
    grey = cv2.cvtColor(image.bgr, cv2.COLOR_BGR2GRAY)
    shows = cv2.meanStdDev(grey)[1].item() >= LEAST_CONTRAST
    digest = hash_image(grey).tobytes().hex() if shows else ''
    return Fingerprint(hashlib.sha256(data).hexdigest(), digest, image.width, image.height)


class FingerprintStore:
    """Measures pictures in threads, each once: what was measured is kept in a file.

    Args:
        path: The file, a :class:`~mmlp.files.Journal`; None keeps nothing. A picture that changed since (by
            its size or time) is measured again.
        workers: Number of threads.
        progress: Show a progress bar.

    Raises:
        JournalError: The file is something else, or damaged.
    """

    def __init__(self, path: str | os.PathLike | None, workers: int, progress: bool = True) -> None:
        self._path = path
        self._workers = workers
        self._progress = progress
        self._known: dict[str, tuple[list[int], Fingerprint | None]] = {}
        if path is not None and os.path.isfile(path):
            self._known.update(read_journal(path, _KIND, _parse).entries)

    def measure(self, paths: Iterable[str], what: str) -> dict[str, Fingerprint | None]:
        """Measures pictures.

        Args:
            paths: The pictures.
            what: What to call it on the progress bar.

        Returns:
            By path; None for those that cannot be read.
        """
        paths = list(dict.fromkeys(paths))
        stamps = {path: _stamp(path) for path in paths}
        new = [path for path in paths if path not in self._known or self._known[path][0] != stamps[path]]
        with progress_bar(
            total=len(new), title=what, unit='picture', shown=self._progress and bool(new)
        ) as bar:
            if self._path is None:
                self._measure(new, stamps, bar, None)
            elif new:
                former = (_entry(path, *known) for path, known in self._known.items())
                with closing(Journal(self._path, _KIND, {}, former)) as journal:
                    self._measure(new, stamps, bar, journal)
        return {path: self._known[path][1] for path in paths}

    def _measure(
        self, paths: list[str], stamps: dict[str, list[int]], bar: tqdm, journal: Journal | None
    ) -> None:
        with closing(in_threads(_try_fingerprint, paths, self._workers)) as results:
            for path, future in results:
                taken = future.result()
                self._known[path] = stamps[path], taken
                if journal is not None:
                    journal.add(_entry(path, stamps[path], taken))
                bar.update()


def _entry(path: str, stamp: list[int], taken: Fingerprint | None) -> tuple[str, list[int], dict | None]:
    return os.fsencode(path).hex(), stamp, taken and asdict(taken)


def _parse(entry: Any) -> tuple[str, tuple[list[int], Fingerprint | None]]:
    name, stamp, taken = entry
    return os.fsdecode(bytes.fromhex(name)), (stamp, taken and Fingerprint(**taken))


def _try_fingerprint(path: str) -> Fingerprint | None:
    try:
        return take_fingerprint(path)
    except (UnreadableMediaError, OSError):
        return None


def _stamp(path: str) -> list[int]:
    try:
        stat = os.stat(path)
    except OSError:
        return []
    return [stat.st_size, stat.st_mtime_ns]
