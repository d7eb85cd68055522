"""Masks kept in memory in next to no space, so that a file is decoded in the first epoch only."""

from __future__ import annotations

import zlib
from typing import NamedTuple

import cv2
import numpy as np

#: What an entry takes besides its pieces, in bytes: about the size of the objects that hold it.
_ENTRY_BYTES = 400


class _Piece(NamedTuple):
    """A rectangle of a mask, compressed."""

    left: int
    top: int
    shape: tuple[int, int]
    data: bytes


class MaskCache:
    """Keeps masks as the compressed rectangles around what is not background.

    Plates cover a small part of a picture: a mask of 12 megapixels takes some 1000 bytes, and comes
    back in the time that it takes to fill in its plates, where its PNG file takes tens of milliseconds.
    When the budget is used up, no more masks are taken in; those that are in stay. Every worker of a data
    loader has a cache of its own, which lasts with ``persistent_workers=True``.

    Args:
        megabytes: Budget.

    Raises:
        ValueError: The budget is negative.
    """

    def __init__(self, megabytes: float) -> None:
        if megabytes < 0:
            raise ValueError(f'megabytes of a mask cache must be at least 0, got {megabytes!r}')
        self._bytes_left = int(megabytes * 2**20)
        self._entries: dict[str, tuple[tuple[int, int], list[_Piece]]] = {}

    def get(self, key: str) -> np.ndarray | None:
        """A mask that was put in.

        Args:
            key: What it was put in by.

        Returns:
            A new array, uint8, H x W, or None.
        """
        entry = self._entries.get(key)
        if entry is None:
            return None
        shape, pieces = entry
        mask = np.zeros(shape, np.uint8)
        for left, top, (height, width), data in pieces:
            piece = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width)
            mask[top : top + height, left : left + width] = piece
        return mask

    def put(self, key: str, mask: np.ndarray) -> None:
        """Takes a mask in, if the budget allows.

        Args:
            key: What to get it back by, such as its path.
            mask: uint8, H x W.
        """
        if key in self._entries or self._bytes_left < _ENTRY_BYTES + len(key):
            return
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        pieces = []
        for left, top, width, height in map(cv2.boundingRect, contours):
            content = np.ascontiguousarray(mask[top : top + height, left : left + width])
            pieces.append(_Piece(left, top, (height, width), zlib.compress(content, 1)))
        size = _ENTRY_BYTES + len(key) + sum(_ENTRY_BYTES + len(piece.data) for piece in pieces)
        if size <= self._bytes_left:
            self._bytes_left -= size
            self._entries[key] = (mask.shape, pieces)
