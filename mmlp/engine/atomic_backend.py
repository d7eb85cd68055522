"""A file backend of the toolbox whose files are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from mmlp.files import sync_folder, write_bytes

ATOMIC_BACKEND = 'atomic_local'


class AtomicLocalBackend(LocalBackend):
    """Writes beside the destination, and renames when the file is complete.

    A process that is killed while it writes leaves the file that was there before, and a hidden one beside.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Writes bytes; missing folders are made.

        Raises:
            WriteError: The disk is full, or the folder cannot be written.
        """
        write_bytes(filepath, obj)
        sync_folder(Path(filepath).parent)  # Before a former one is removed.

    def put_text(self, obj: str, filepath: str | Path, encoding: str = 'utf-8') -> None:
        """Writes a text; missing folders are made.

        Raises:
            WriteError: The disk is full, or the folder cannot be written.
        """
        self.put(obj.encode(encoding), filepath)


register_backend(ATOMIC_BACKEND, AtomicLocalBackend, force=True)
