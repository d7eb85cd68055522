"""Finding pictures in a source, and placing them in the output."""

from __future__ import annotations

import os
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from mmlp.files import atomic_path

from ..image_suffixes import IMG_SUFFIXES
from .boundary import OPTION, Boundary
from .limits import shown
from .records import ConversionError
from .shapes import FormatError

#: Folder of a conversion's manifest, in its output folder.
CONVERSION_FOLDER = '.conversion'
_BLOCK_BYTES = 1 << 20


def walk(
    root: str, *suffixes: str, boundary: Boundary | None = None, seen: set[str] | None = None
) -> Iterator[str]:
    """Files below ``root`` that end with one of ``suffixes`` in any case, sorted folder by folder.

    Follows links to folders, each folder once. Hidden files and folders are passed over.

    Args:
        root: The folder.
        *suffixes: Lower case endings.
        boundary: Which files and links belong to the source; None for those below ``root``.
        seen: Real paths of folders that were walked before, and are passed over; takes those walked now.
    """
    seen = set() if seen is None else seen
    boundary = boundary or Boundary(root)
    for folder, subfolders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder)
        if real in seen:
            subfolders.clear()
            continue
        seen.add(real)
        if CONVERSION_FOLDER in subfolders and folder != root:  # the output of a conversion, put in here
            subfolders.clear()
            continue
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith('.') and boundary.admits(os.path.join(folder, name))
        )
        for name in sorted(names):
            if name.lower().endswith(suffixes) and not name.startswith('.'):
                path = os.path.join(folder, name)
                if boundary.admits(path):
                    yield path


def relative_name(path: str, root: str) -> str:
    """A path relative to the source, with ``/``."""
    return os.path.relpath(path, root).replace(os.sep, '/')


class ImageIndex:
    """Finds the picture that an annotation names.

    Args:
        boundary: The source. Its folders hold the pictures, at any depth; they may be the same or lie in one
            another.
    """

    def __init__(self, boundary: Boundary) -> None:
        self.boundary = boundary
        self.roots = boundary.folders
        self.images: list[str] = []
        self._known: set[str] = set()
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        seen: set[str] = set()
        for root in self.roots:
            for path in walk(root, *IMG_SUFFIXES, boundary=boundary, seen=seen):
                self.images.append(path)
                self._known.add(path)
                name = _plain(os.path.basename(path))
                self._by_name[name].append(path)
                self._by_stem[os.path.splitext(name)[0]].append(path)

    def relative(self, path: str) -> str:
        """The picture's name relative to the folder that it was found in."""
        root = max((r for r in self.roots if path.startswith(r + os.sep)), key=len, default=self.roots[0])
        return relative_name(path, root)

    def find(self, reference: str, near: str) -> str:
        """Path of the picture that ``reference`` names.

        Looked for, in this order: beside the annotation; below the folders given; by its file name anywhere
        there; by its name without the ending. Of several, the one that shares most folders with the
        annotation. Case and the Unicode form of letters with accents do not matter where a name is looked
        for. Pictures outside of the source are passed over.

        Args:
            reference: Name or path as the annotation states it; backslashes are read as slashes.
            near: The annotation file.

        Raises:
            FormatError: There is no such picture, or several that fit equally well.
        """
        if not isinstance(reference, str) or '\0' in reference:
            raise FormatError(f'expected the name of a picture, got {shown(reference)}')
        reference = reference.replace('\\', '/')
        folder = os.path.dirname(os.path.abspath(near))
        leads_outside = False
        for root in (folder, *self.roots):
            path = os.path.normpath(os.path.join(root, reference))
            if path in self._known:
                return path
            if not path.lower().endswith(IMG_SUFFIXES):
                continue
            if self.boundary.names(path) and os.path.isfile(path):
                if self.boundary.holds(path):
                    return path
                leads_outside = True
            leads_outside |= not self.boundary.names(path)
        name = _plain(PurePosixPath(reference).name)
        found = self._by_name.get(name)
        if not found:
            # An ending is taken off only where it is one: "plate.01" is a whole name.
            stem = os.path.splitext(name)[0] if name.endswith(IMG_SUFFIXES) else name
            found = self._by_stem.get(stem)
        if not found:
            hint = f'; that leads out of the source, which {OPTION} permits' if leads_outside else ''
            raise FormatError(
                f'there is no picture {shown(reference)} in {" or ".join(map(repr, self.roots))}{hint}'
            )
        ranked = sorted(found, key=lambda path: _closeness(path, folder, reference), reverse=True)
        best = [
            p for p in ranked if _closeness(p, folder, reference) == _closeness(ranked[0], folder, reference)
        ]
        if len(best) > 1:
            raise FormatError(
                f'{shown(reference)} may be any of {len(best)} pictures, such as {best[0]!r} and {best[1]!r}'
            )
        return best[0]


def _plain(name: str) -> str:
    """A name as it is compared: in lower case, and with accents composed, which macOS writes apart."""
    return unicodedata.normalize('NFC', name).lower()


def _closeness(path: str, folder: str, reference: str) -> tuple[int, int]:
    """How many trailing parts of the reference a path shares, and how many leading ones of the folder."""
    parts, wanted = path.lower().split(os.sep), reference.lower().split('/')
    tail = 0
    for ours, theirs in zip(reversed(parts), reversed(wanted)):
        if ours != theirs:
            break
        tail += 1
    try:
        head = len(os.path.commonpath([path, folder]).split(os.sep))
    except ValueError:  # another drive
        head = 0
    return tail, head


def place_image(source: str, path: str, link: str) -> None:
    """Puts a picture, byte for byte, where it belongs.

    Args:
        source: The picture.
        path: Where it goes.
        link: ``copy``, ``hard`` (a second name of the same file; same file system) or ``symlink``.

    Raises:
        ConversionError: The file system cannot link that way.
        OSError: The picture cannot be read, or its copy cannot be written.
    """
    if link == 'copy':
        with open(source, 'rb') as file, atomic_path(path, durable=False) as part, open(part, 'wb') as copy:
            shutil.copyfileobj(file, copy, _BLOCK_BYTES)
        return
    os.stat(source)
    with atomic_path(path, durable=False) as part:
        try:
            if link == 'hard':
                os.link(os.path.realpath(source), part)
            else:
                os.symlink(os.path.abspath(source), part)
        except OSError as error:
            raise ConversionError(
                f'cannot make a {link} link in {os.path.dirname(path)!r} to {source!r}: {error.strerror}. '
                'Hard links need both on one file system; choose --link copy or --link symlink.'
            ) from error
