"""Which files a person means: paths, folders, patterns, pictures and videos mixed."""

from __future__ import annotations

import dataclasses
import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .formats import file_kind, suffix_kind


@dataclasses.dataclass(frozen=True)
class MediaItem:
    """One picture or video.

    Attributes:
        path (Path): Where it is.
        relative (Path): Its place below the common folder of all inputs, for mirroring the tree. No two
            items have the same.
        kind (str): ``'image'`` or ``'video'``.
    """

    path: Path
    relative: Path
    kind: str


@dataclasses.dataclass(frozen=True)
class MediaProblem:
    """An input or folder that could not be looked at.

    Attributes:
        path (Path): Which one.
        reason (str): What was wrong.
    """

    path: Path
    reason: str


@dataclasses.dataclass(frozen=True)
class MediaList:
    """What was found.

    Attributes:
        items (tuple[MediaItem, ...]): Pictures and videos, in the order of the inputs, sorted within folders.
        problems (tuple[MediaProblem, ...]): Inputs and folders that could not be looked at.
        skipped (tuple[Path, ...]): Files in folders that are neither picture nor video.
        root (Path): The common folder.
    """

    items: tuple[MediaItem, ...]
    problems: tuple[MediaProblem, ...]
    skipped: tuple[Path, ...]
    root: Path

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[MediaItem]:
        return iter(self.items)


def find_media(
    inputs: str | os.PathLike | Sequence[str | os.PathLike],
    *,
    recursive: bool = True,
    hidden: bool = False,
    exclude: Iterable[str | os.PathLike] = (),
) -> MediaList:
    """Finds pictures and videos.

    Folders: every file with the suffix of a picture or video is taken, whatever it holds (so that a broken
    one is reported later, not passed over), and a file without a suffix if its first bytes are those of a
    picture or video. The first bytes also tell which of both it is. Other files are listed as skipped.
    Hidden files and folders (a name that starts with a dot) are left out.

    Files that are named themselves are always taken, hidden or not; a file of unknown kind is a problem.

    A file that is reached twice (named twice, through a link) is taken once, where it comes first. Links to
    folders are followed, each folder once.

    Args:
        inputs (str | os.PathLike | Sequence[str | os.PathLike]): Files, folders, and patterns as of
            :mod:`glob` (``**`` reaches into subfolders). A name that exists is never taken for a pattern.
        recursive (bool): Look into subfolders.
        hidden (bool): Take hidden files in folders too.
        exclude (Iterable[str | os.PathLike]): Folders not to enter, such as the one that is written to.

    Returns:
        MediaList: Items, problems and skipped files. With one folder as input, the items' ``relative`` paths
            start there; otherwise at the common parent of all inputs.
    """
    if isinstance(inputs, (str, os.PathLike)):
        inputs = [inputs]
    finder = _Finder(recursive, hidden, exclude)
    for entry in inputs:
        finder.add(Path(entry))
    root = _common_folder(finder.roots)
    items = tuple(MediaItem(path, _below(path, root), kind) for path, kind in finder.found)
    return MediaList(items, tuple(finder.problems), tuple(finder.skipped), root)


class _Finder:
    def __init__(self, recursive: bool, hidden: bool, exclude: Iterable[str | os.PathLike]) -> None:
        self.recursive = recursive
        self.hidden = hidden
        self.found: list[tuple[Path, str]] = []
        self.problems: list[MediaProblem] = []
        self.skipped: list[Path] = []
        self.roots: list[Path] = []
        self._seen: set[str] = {os.path.realpath(folder) for folder in exclude}

    def add(self, entry: Path) -> None:
        if os.path.lexists(entry):
            self._add_existing(entry)
            return
        pattern = os.fspath(entry)
        matches = sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else []
        if not matches:
            reason = 'matches nothing' if glob.has_magic(pattern) else 'there is no such file or folder'
            self.problems.append(MediaProblem(entry, reason))
        for match in matches:
            # Folders that '**' matches are not entered again: their files are among the matches.
            if '**' not in pattern or not os.path.isdir(match):
                self._add_existing(Path(match), named=False)
        if matches:
            self.roots.append(Path(*entry.parts[: _first_magic(entry)]))

    def _add_existing(self, entry: Path, named: bool = True) -> None:
        if os.path.isdir(entry):
            if named:
                self.roots.append(entry)
            self._walk(entry)
            return
        if named:
            self.roots.append(entry.parent)
        self._take(entry, named)

    def _walk(self, folder: Path) -> None:
        if self._is_known(folder):
            return
        try:
            with os.scandir(folder) as entries:
                children = sorted(entries, key=lambda child: child.name)
        except OSError as error:
            self.problems.append(MediaProblem(folder, f'cannot be looked into: {error.strerror or error}'))
            return
        folders = []
        for child in children:
            path = folder / child.name
            if child.name.startswith('.') and not self.hidden:
                continue
            if child.is_dir():
                folders.append(path)
            else:
                self._take(path, named=False)
        for path in folders if self.recursive else ():
            self._walk(path)

    def _take(self, path: Path, named: bool) -> None:
        kind = suffix_kind(path)
        if kind is None and path.suffix and not named:
            self.skipped.append(path)
            return
        try:
            kind = file_kind(path)
        except OSError as error:
            # With a suffix that promises media, whoever reads the file reports it.
            if kind is None:
                self.problems.append(MediaProblem(path, f'cannot be read: {error.strerror or error}'))
                return
        if kind is None:
            if named:
                self.problems.append(MediaProblem(path, 'is neither a picture nor a video'))
            else:
                self.skipped.append(path)
        elif not self._is_known(path):
            self.found.append((path, kind))

    def _is_known(self, path: Path) -> bool:
        real = os.path.realpath(path)
        if real in self._seen:
            return True
        self._seen.add(real)
        return False


def _first_magic(pattern: Path) -> int:
    """Returns the number of leading parts of a pattern that are plain names."""
    for number, part in enumerate(pattern.parts):
        if glob.has_magic(part):
            return number
    return len(pattern.parts)


def _common_folder(roots: list[Path]) -> Path:
    if not roots:
        return Path()
    if len(roots) == 1:
        return roots[0]
    try:
        return Path(os.path.commonpath([os.path.abspath(root) for root in roots]))
    except ValueError:  # On different drives.
        return Path()


def _below(path: Path, root: Path) -> Path:
    """Returns ``path`` relative to ``root``; without its drive where it is not below it."""
    absolute = Path(os.path.abspath(path))
    try:
        return absolute.relative_to(os.path.abspath(root))
    except ValueError:
        return Path(absolute.drive.rstrip(':').strip('\\/') or '_', *absolute.parts[1:])
