"""Which file of a downloaded set is which picture of a list, however files were renamed, resized or coded.

Names come first, since they cost nothing: a picture of the right name is measured, and taken if it shows what
the list says. For what names do not decide all pictures of the set are measured, and each listed picture gets
the file of its SHA-256, else the one whose perceptual hash is the nearest.
"""

from __future__ import annotations

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..audit.perceptual_hash import nearest_of, nearest_several
from ..converters.names import flat_name, telling_name
from ..converters.records import Record
from .fingerprint import Fingerprint, FingerprintStore
from .image_list import ListedImage
from .limits import MAX_BITS

#: Up to here a file of the right name is taken without a look at the others.
_NAME_BITS = 4
#: Neighbours that compete for a picture: twins, and the same picture at several sizes.
_NEIGHBOURS = 8


@dataclass(frozen=True)
class Found:
    """A listed picture that was found.

    Attributes:
        listed: What the list says.
        record: The picture in the downloaded set, with its annotations.
        fingerprint: What was measured of it.
        how: ``sha256`` (the very file), ``name`` (which fits, and the picture does) or ``picture``.
        bits: How many of 256 bits of the perceptual hash differ.
    """

    listed: ListedImage
    record: Record
    fingerprint: Fingerprint
    how: str
    bits: int

    @property
    def resized(self) -> bool:
        """Whether its size is another than that in the list."""
        return (self.fingerprint.width, self.fingerprint.height) != (self.listed.width, self.listed.height)


@dataclass(frozen=True)
class Missing:
    """A listed picture that was not found, and why."""

    listed: ListedImage
    reason: str


def find_images(
    listed: Sequence[ListedImage],
    records: Iterable[Record],
    store: FingerprintStore,
    max_bits: int = MAX_BITS,
) -> tuple[list[Found], list[Missing]]:
    """Finds the pictures of a list among those of a set.

    A file becomes one picture, the one that it is nearest to; the very same file, by its SHA-256, may become
    several.

    Args:
        listed: What to find.
        records: The pictures of the set.
        store: Measures pictures.
        max_bits: Up to this many different bits of 256 a file is taken for the picture, 0 to 128.

    Returns:
        Found and missing pictures, both in the order of the list.
    """
    if not 0 <= max_bits <= 128:
        raise ValueError(f'max_bits must lie from 0 to 128, got {max_bits}')
    search = _Search(listed, list({record.image: record for record in records}.values()), store, max_bits)
    search.by_name()
    if len(search.found) < len(listed):
        search.by_image()
    found = [search.found[row.key] for row in listed if row.key in search.found]
    return found, search.explain()


class _Search:
    """The state of one search."""

    def __init__(
        self, listed: Sequence[ListedImage], records: list[Record], store: FingerprintStore, max_bits: int
    ) -> None:
        self.listed = listed
        self.records = {record.image: record for record in records}
        self.store = store
        self.max_bits = max_bits
        self.found: dict[str, Found] = {}
        self.prints: dict[str, Fingerprint | None] = {}
        self.taken: set[str] = set()
        by_name = defaultdict(list)
        for record in records:
            for name in _names_of(record.name):
                by_name[name].append(record.image)
        self.named = {
            row.key: list(
                dict.fromkeys(
                    path for name in _names_of(row.identifier, row.name) for path in by_name.get(name, ())
                )
            )
            for row in listed
        }

    def by_name(self) -> None:
        """Takes files of the right name that show the right picture, and no other of the list better."""
        named = {path for paths in self.named.values() for path in paths}
        self._measure(named, 'looking at files of these names')
        hashed = [path for path in named if self.prints[path] and self.prints[path].perceptual_hash]
        nearest = self._distance_to_list(hashed)
        pairs = []
        for row in self.listed:
            for path in self.named[row.key]:
                taken = self.prints[path]
                if taken is None:
                    continue
                bits = _bits(row, taken)
                if bits is None:  # pictures that show nothing: their names are all that tells them apart
                    sure = not row.perceptual_hash and not taken.perceptual_hash
                    bits = 0
                else:
                    sure = bits <= min(_NAME_BITS, self.max_bits) and bits <= nearest[path]
                if sure or taken.sha256 == row.sha256:
                    pairs.append((row, path, bits))
        self._assign(pairs, 'name')

    def by_image(self) -> None:
        """Measures all files, and takes the nearest for each picture that is left."""
        self._measure(self.records, 'looking at all pictures')
        by_digest = defaultdict(list)
        for path, taken in self.prints.items():
            if taken is not None:
                by_digest[taken.sha256].append(path)
        left = [row for row in self.listed if row.key not in self.found]
        self._assign([(row, path, 0) for row in left for path in by_digest.get(row.sha256, ())], 'picture')
        left = [row for row in left if row.key not in self.found and row.perceptual_hash]
        free = [path for path in self._hashed() if path not in self.taken]
        pairs = [pair for pair in self._neighbours(left, free) if pair[2] <= self.max_bits]
        self._assign(pairs, 'picture')

    def explain(self) -> list[Missing]:
        """The pictures that were not found, and why."""
        rows = [row for row in self.listed if row.key not in self.found]
        shown = [row for row in rows if row.perceptual_hash]
        nearest = {row.key: (path, bits) for row, path, bits in self._neighbours(shown, self._hashed(), 1)}
        return [Missing(row, self._explain(row, *nearest.get(row.key, ('', 0)))) for row in rows]

    def _explain(self, row: ListedImage, nearest: str, bits: int) -> str:
        reason = 'no picture of the set shows it'
        if not row.perceptual_hash:
            reason = 'it shows nothing: only its name or its SHA-256 could tell it, and neither is there'
        for path in self.named[row.key]:
            taken = self.prints[path]
            if taken is None:
                reason = f'{path} has its name, and cannot be read'
            elif path not in self.taken:
                differing = _bits(row, taken)
                reason = f'{path} has its name, and shows something else'
                reason += f' ({differing} of 256 bits differ)' if differing is not None else ''
        if nearest and nearest not in self.named[row.key]:
            whose = ', and is another picture of the list' if nearest in self.taken else ''
            reason += f'; the nearest is {nearest}: {bits} of 256 bits differ{whose}'
        return reason

    def _hashed(self) -> list[str]:
        """The files that were measured and show something."""
        return [path for path, taken in self.prints.items() if taken is not None and taken.perceptual_hash]

    def _measure(self, paths: Iterable[str], what: str) -> None:
        self.prints.update(self.store.measure([path for path in paths if path not in self.prints], what))

    def _distance_to_list(self, paths: list[str]) -> dict[str, int]:
        """For each file how far the nearest picture of the list is."""
        rows = [row for row in self.listed if row.perceptual_hash]
        if not paths or not rows:
            return {}
        files = _hashes(self.prints[path].perceptual_hash for path in paths)
        _, distances = nearest_of(files, _hashes(row.perceptual_hash for row in rows))
        return dict(zip(paths, distances.tolist()))

    def _neighbours(
        self, rows: list[ListedImage], paths: list[str], count: int = _NEIGHBOURS
    ) -> list[tuple[ListedImage, str, int]]:
        if not rows or not paths:
            return []
        indices, distances = nearest_several(
            _hashes(row.perceptual_hash for row in rows),
            _hashes(self.prints[path].perceptual_hash for path in paths),
            min(count, len(paths)),
        )
        return [
            (row, paths[index], int(bits))
            for row, near, far in zip(rows, indices, distances)
            for index, bits in zip(near, far)
        ]

    def _assign(self, pairs: list[tuple[ListedImage, str, int]], how: str) -> None:
        """Gives each picture the file that fits best, and each file to one picture, or several if equal."""

        def order(pair: tuple[ListedImage, str, int]) -> tuple:
            row, path, bits = pair
            taken = self.prints[path]
            shape = abs(math.log(taken.width * row.height / (taken.height * row.width)))
            # Few bits tell a picture at another size no better than none: there its shape and size do.
            fit = bits // _NAME_BITS, round(shape, 2), taken.width < row.width, bits
            return taken.sha256 != row.sha256, *fit, path not in self.named[row.key], -taken.width, path

        for row, path, bits in sorted(pairs, key=order):
            taken = self.prints[path]
            same = taken.sha256 == row.sha256
            if row.key in self.found or (path in self.taken and not same):
                continue
            self.taken.add(path)
            self.found[row.key] = Found(row, self.records[path], taken, 'sha256' if same else how, bits)


def _names_of(*names: str) -> list[str]:
    """What a file may be known by, without its ending: its path, that without plain folders, its own name."""
    forms = [
        form for name in names for form in (name, telling_name(name), flat_name(name), name.split('/')[-1])
    ]
    return [name for name in dict.fromkeys(os.path.splitext(form)[0].lower() for form in forms) if name]


def _bits(row: ListedImage, taken: Fingerprint) -> int | None:
    """How many bits differ; None where one of the pictures shows nothing."""
    if not row.perceptual_hash or not taken.perceptual_hash:
        return None
    return (int(row.perceptual_hash, 16) ^ int(taken.perceptual_hash, 16)).bit_count()


def _hashes(digests: Iterable[str]) -> np.ndarray:
    return np.frombuffer(bytes.fromhex(''.join(digests)), np.uint8).reshape(-1, 32)
