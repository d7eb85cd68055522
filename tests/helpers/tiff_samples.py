"""TIFF files that the tests lay out themselves: directories in a row, and below one another."""

import struct

import numpy as np

SHORT, LONG = 3, 4


def picture(pixels, *, kind=0, colour=None, tile=None, **tags):
    """One picture: ``pixels`` (H, W) or (H, W, 3), and tags by number with their values.

    ``kind`` is NewSubfileType, ``below`` lists pictures of a SubIFD, ``tile`` is the side of square tiles.
    """
    height, width = pixels.shape[:2]
    channels = 1 if pixels.ndim == 2 else pixels.shape[2]
    entries = {
        254: kind,
        256: width,
        257: height,
        258: [8 * pixels.itemsize] * channels,
        259: 1,
        262: colour if colour is not None else 1 if channels == 1 else 2,
        277: channels,
    }
    if tile is None:
        blocks = [pixels]
        entries[278] = height
    else:
        padded = np.zeros((-(-height // tile) * tile, -(-width // tile) * tile, channels), pixels.dtype)
        padded[:height, :width] = pixels.reshape(height, width, channels)
        corners = [(y, x) for y in range(0, height, tile) for x in range(0, width, tile)]
        blocks = [padded[y : y + tile, x : x + tile] for y, x in corners]
        entries.update({322: tile, 323: tile})
    below = tags.pop('below', [])
    entries.update({int(tag[1:]): value for tag, value in tags.items()})
    return entries, [np.ascontiguousarray(block).tobytes() for block in blocks], tile is not None, below


def tiff(*pictures, big=False, order='<'):
    """Joins pictures to a file, one directory behind the other."""
    header = (b'II' if order == '<' else b'MM') + struct.pack(order + 'H', 43 if big else 42)
    data = bytearray(header + (struct.pack(order + 'HHQ', 8, 0, 0) if big else bytes(4)))
    word = order + ('Q' if big else 'I')
    place = len(data) - struct.calcsize(word)
    for entry in pictures:
        struct.pack_into(word, data, place, len(data))
        place = _append(data, entry, big, order)
    return bytes(data)


def _append(data, entry, big, order):
    """Appends a directory and what it points to; returns where the offset of the next one stands."""
    entries, blocks, is_tiled, below = entry
    start = len(data)
    count = len(entries) + 2 + bool(below)
    word, size = ('Q', 20) if big else ('I', 12)
    end = start + (8 if big else 2) + count * size
    data += bytes(end - start + struct.calcsize(word))
    offsets = []
    for block in blocks:
        offsets.append(len(data))
        data += block
    entries = dict(entries)
    entries.update({324 if is_tiled else 273: offsets, 325 if is_tiled else 279: [len(b) for b in blocks]})
    if below:
        entries[330] = []
        for child in below:
            entries[330].append(len(data))
            _append(data, child, big, order)
    struct.pack_into(order + ('Q' if big else 'H'), data, start, count)
    for number, (tag, value) in enumerate(sorted(entries.items())):
        position = start + (8 if big else 2) + number * size
        if isinstance(value, (bytes, str)):
            kind = 2 if isinstance(value, str) else 7
            raw = value.encode() + b'\0' if kind == 2 else value
            length = len(raw)
        else:
            values = value if isinstance(value, list) else [value]
            kind, length = LONG if tag in (273, 279, 324, 325, 330) else SHORT, len(values)
            raw = struct.pack(f'{order}{length}{"I" if kind == LONG else "H"}', *values)
        if len(raw) > struct.calcsize(word):
            raw, here = struct.pack(order + word, len(data)), raw
            data += here + b'\0' * (len(here) % 2)
        struct.pack_into(f'{order}HH{word}', data, position, tag, kind, length)
        data[position + size - struct.calcsize(word) : position + size] = raw.ljust(
            struct.calcsize(word), b'\0'
        )
    return end
