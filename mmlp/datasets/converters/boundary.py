"""Which files belong to a source: those below the folders that the user names, links out of them left out.

A data set comes from strangers. A name such as ``../../holiday.jpg`` in an annotation, or a link to another
folder in the archive, would put the user's own pictures into what he publishes.
"""

from __future__ import annotations

import os
import stat

from .choices import ALLOW_OUTSIDE as OPTION
from .records import Problem


class Boundary:
    """Tells files of a source from others.

    Args:
        *folders: Folders that the user names; that one of them is a link itself does not matter.
        allow_outside: Everything belongs to the source that names or links lead to.
    """

    def __init__(self, *folders: str, allow_outside: bool = False) -> None:
        self.folders = [os.path.abspath(folder) for folder in folders]
        self.allow_outside = allow_outside
        self._real = [os.path.realpath(folder) for folder in self.folders]
        self._problems: dict[str, Problem] = {}

    def add(self, folder: str) -> None:
        """Takes in a folder that does not lie in one of the others."""
        if not any(_lies_in(folder, known) for known in self.folders):
            self.folders.append(folder)
            self._real.append(os.path.realpath(folder))

    def names(self, path: str) -> bool:
        """Whether a path lies inside as it is written; asks no disk and no network."""
        return self.allow_outside or any(_lies_in(path, folder) for folder in self.folders)

    def holds(self, path: str) -> bool:
        """Whether a file or folder lies inside with all links followed."""
        return self.allow_outside or any(_lies_in(os.path.realpath(path), folder) for folder in self._real)

    def admits(self, path: str) -> bool:
        """Whether an entry of a folder inside is to be read; what is not is kept for :meth:`problems`.

        Left out are links that lead outside, and what is neither a file nor a folder. Links to nothing are
        admitted: whoever reads them says that nothing is there.
        """
        try:
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                if not self.holds(path):
                    target = os.path.realpath(path)
                    self._refuse(
                        path,
                        f'is a link that leads out of the source, to {target!r}; {OPTION} follows such links',
                    )
                    return False
                mode = os.stat(path).st_mode
        except OSError:
            return True
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            self._refuse(path, 'is not a regular file')
            return False
        return True

    def _refuse(self, path: str, message: str) -> None:
        self._problems.setdefault(path, Problem(path, message))

    def problems(self) -> list[Problem]:
        """What was not admitted."""
        return list(self._problems.values())


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
