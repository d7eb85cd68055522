"""Which files a person means: paths, folders, patterns, pictures and videos mixed."""

from __future__ import annotations

import dataclasses
import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mmlp.files import PART_PREFIX

from .formats import HEAD_BYTES, file_kind, sniff_kind, suffix_kind
from .other_files import OtherFile, look_into


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
        skipped (tuple[OtherFile, ...]): Files in folders that are neither picture nor video.
        root (Path): The common folder.
        hidden (tuple[Path, ...]): Hidden pictures and videos that were left out.
    """

    items: tuple[MediaItem, ...]
    problems: tuple[MediaProblem, ...]
    skipped: tuple[OtherFile, ...]
    root: Path
    hidden: tuple[Path, ...] = ()

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
    one is reported later, not passed over), and every other file whose content is that of a picture or video:
    cameras have suffixes of their own. The first bytes also tell which of both it is. Other files are listed
    as skipped, with what they are and whether they may hold pictures. Hidden files and folders (a name that
    starts with a dot) are left out, and the pictures and videos among them listed.

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
    return MediaList(items, tuple(finder.problems), tuple(finder.skipped), root, tuple(finder.left_out))


class _Finder:
    def __init__(self, recursive: bool, hidden: bool, exclude: Iterable[str | os.PathLike]) -> None:
        self.recursive = recursive
        self.hidden = hidden
        self.found: list[tuple[Path, str]] = []
        self.problems: list[MediaProblem] = []
        self.skipped: list[OtherFile] = []
        self.left_out: list[Path] = []
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
                self.left_out += _hidden_media(path)
                continue
            if _is_folder(child):
                folders.append(path)
            else:
                self._take(path, named=False)
        for path in folders if self.recursive else ():
            self._walk(path)

    def _take(self, path: Path, named: bool) -> None:
        try:
            found = self._look_at(path)
        except OSError as error:
            self.problems.append(MediaProblem(path, f'cannot be read: {error.strerror or error}'))
            return
        if isinstance(found, str):
            if not self._is_known(path):
                self.found.append((path, found))
        elif named:
            self.problems.append(MediaProblem(path, f'is neither a picture nor a video, but {found.what}'))
        elif not self._is_known(path):
            self.skipped.append(found)

    @staticmethod
    def _look_at(path: Path) -> str | OtherFile:
        """Returns the kind of a picture or video, or what it is else.

        Raises:
            OSError: The file cannot be read, and its name promises neither.
        """
        kind = suffix_kind(path)
        try:
            # Names promise nothing of pipes, which might never answer, and of what macOS lays beside files.
            promises = stat.S_ISREG(os.stat(path).st_mode) and not path.name.startswith('._')
            return file_kind(path) if kind is not None and promises else look_into(path)
        except OSError:
            if kind is None:
                raise
            return kind  # Whoever reads it says what is wrong.

    def _is_known(self, path: Path) -> bool:
        real = os.path.realpath(path)
        if real in self._seen:
            return True
        self._seen.add(real)
        return False


def _hidden_media(path: Path) -> list[Path]:
    """Lists the pictures and videos in a hidden file or folder, as far as it can be read."""
    if not path.is_dir():
        return [path] if _holds_media(path) else []
    files = (Path(folder, name) for folder, _, names in os.walk(path) for name in sorted(names))
    return [file for file in files if _holds_media(file)]


def _holds_media(path: Path) -> bool:
    if path.name.startswith(PART_PREFIX) or not path.is_file():
        return False
    try:
        with open(path, 'rb') as file:
            return sniff_kind(file.read(HEAD_BYTES)) is not None
    except OSError:
        return False


def _is_folder(entry: os.DirEntry) -> bool:
    """Tells whether an entry is a folder, or a link to one; a link that leads nowhere is not."""
    try:
        return entry.is_dir()
    except OSError:  # A link to itself, which whoever reads it reports.
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
