"""Files replaced in place: what a file system knows of them stays."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def attributes_kept(path: Path, *, strip_location: bool = False) -> Iterator[None]:
    """Gives a file that the block replaces the owner, permissions, times and extended attributes that it had.

    What the system does not allow, such as another owner, is passed over, but not the permissions.

    Args:
        path (Path): An existing file.
        strip_location (bool): Leave out extended attributes of users and programs, which may name the place;
            those of access control stay.

    Raises:
        OSError: The file is not there, or its permissions cannot be set.
    """
    before = os.stat(path)
    extended = _extended_attributes(path)
    yield
    if hasattr(os, 'chown'):
        with contextlib.suppress(OSError):
            os.chown(path, before.st_uid, before.st_gid)
    os.chmod(path, stat.S_IMODE(before.st_mode))
    for name, value in extended.items():
        if not (strip_location and name.startswith('user.')):
            with contextlib.suppress(OSError):
                os.setxattr(path, name, value)
    with contextlib.suppress(OSError):
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _extended_attributes(path: Path) -> dict[str, bytes]:
    """Reads the extended attributes of a file; none where the system has none."""
    attributes: dict[str, bytes] = {}
    if hasattr(os, 'listxattr'):
        with contextlib.suppress(OSError):
            for name in os.listxattr(path):
                attributes[name] = os.getxattr(path, name)
    return attributes
