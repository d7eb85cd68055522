"""Bytes made wrong as broken disks, cut transfers and people who mean harm make them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

#: Numbers at which parsers break: ends of ranges, signs, powers of two and their neighbours.
_EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
#: What texts of annotations are broken by.
_TOKENS = (
    b'1e999',
    b'-1',
    b'NaN',
    b'null',
    b'[]',
    b'{}',
    b'""',
    b'99999999999999999999',
    b'../../etc/passwd',
    b'\x1b[2J',
    b'\xff\xfe',
    b'&a;',
    b'*names',
    b'[' * 2000,
    b'[' * 200_000 + b']' * 200_000,
    b'{"a":' * 5000 + b'0' + b'}' * 5000,
    b'true',
    b'"' + b'o' * 100_000 + b'"',
    b'9' * 5000,
    b'<!ENTITY a "b">',
    b'C:\\a.png',
    b'/etc/a.png',
    b'0.5 ' * 50,
)


def mutate_bytes(data: bytes, generator: random.Random) -> bytes:
    """Applies one to four mutations.

    Args:
        data (bytes): A sound file.
        generator (random.Random): Draws them.

    Returns:
        bytes: Another file.
    """
    return _mutate(data, generator, _BINARY)


def mutate_text(data: bytes, generator: random.Random) -> bytes:
    """As :func:`mutate_bytes`; tokens are exchanged, too."""
    return _mutate(data, generator, (*_BINARY, *_TEXT * 2))


def _mutate(
    data: bytes, generator: random.Random, kinds: Sequence[Callable[[bytearray, random.Random], None]]
) -> bytes:
    result = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        generator.choice(kinds)(result, generator)
    return bytes(result)


def _flip_bits(data: bytearray, generator: random.Random) -> None:
    for _ in range(generator.randint(1, 16) if data else 0):
        data[generator.randrange(len(data))] ^= 1 << generator.randrange(8)


def _cut(data: bytearray, generator: random.Random) -> None:
    del data[generator.randint(0, len(data)) :]


def _set_number(data: bytearray, generator: random.Random) -> None:
    """Writes an extreme number over two, four or eight bytes, more often near the beginning."""
    size = generator.choice((2, 4, 8))
    if len(data) > size:
        limit = len(data) - size
        place = generator.randrange(min(limit, 600) + 1 if generator.random() < 0.7 else limit + 1)
        number = generator.choice(_EDGES) & (1 << 8 * size) - 1
        data[place : place + size] = number.to_bytes(size, generator.choice(('little', 'big')))


def _repeat_part(data: bytearray, generator: random.Random) -> None:
    start, stop = sorted(generator.randint(0, len(data)) for _ in range(2))
    place = generator.randint(0, len(data))
    data[place:place] = data[start : min(stop, start + 50_000)] * generator.choice((1, 2, 20))


def _remove_part(data: bytearray, generator: random.Random) -> None:
    start = generator.randint(0, len(data))
    del data[start : start + generator.choice((1, 4, 64, 4096))]


def _insert_noise(data: bytearray, generator: random.Random) -> None:
    place = generator.randint(0, len(data))
    data[place:place] = generator.randbytes(generator.choice((1, 8, 512)))


def _exchange_token(data: bytearray, generator: random.Random) -> None:
    """Puts a token in the place of a number or a word."""
    starts = [i for i, byte in enumerate(data[:20_000]) if byte in b' ,:"=>\n\t']
    if starts:
        start = generator.choice(starts) + 1
        stop = start
        while stop < len(data) and data[stop] not in b' ,:"=<\n\t}]':
            stop += 1
        data[start:stop] = generator.choice(_TOKENS)


_BINARY: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip_bits,
    _cut,
    _set_number,
    _repeat_part,
    _remove_part,
    _insert_noise,
)
_TEXT = (_exchange_token,)
