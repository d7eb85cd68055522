"""Files replaced in place: what a file system knows of them stays."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path


def copy_attributes(source: Path, target: Path, *, strip_location: bool = False) -> None:
    """Gives a file the owner, permissions, times and extended attributes of the one that it will replace.

    What the system does not allow, such as another owner, is passed over, but not the permissions.

    Args:
        source (Path): An existing file.
        target (Path): The file that will replace it.
        strip_location (bool): Leave out extended attributes of users and programs, which may name the place;
            those of access control stay.

    Raises:
        OSError: A file is not there, or the permissions cannot be set.
    """
    before = os.stat(source)
    if hasattr(os, 'chown'):
        with contextlib.suppress(OSError):
            os.chown(target, before.st_uid, before.st_gid)
    os.chmod(target, stat.S_IMODE(before.st_mode))
    for name, value in _extended_attributes(source).items():
        if not (strip_location and name.startswith('user.')):
            with contextlib.suppress(OSError):
                os.setxattr(target, name, value)
    with contextlib.suppress(OSError):
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))


def _extended_attributes(path: Path) -> dict[str, bytes]:
    """Reads the extended attributes of a file; none where the system has none."""
    attributes: dict[str, bytes] = {}
    if hasattr(os, 'listxattr'):
        with contextlib.suppress(OSError):
            for name in os.listxattr(path):
                attributes[name] = os.getxattr(path, name)
    return attributes
