"""Tells texts from data in the guise of texts: base64, hexadecimal digits, lists of numbers, plain bytes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: How pictures begin that are small enough to hide in metadata.
_SIGNATURES = re.compile(
    rb'\xff\xd8\xff[\xc0-\xfe]'  # JPEG
    rb'|\x89PNG\r\n\x1a\n|GIF8[79]a|RIFF.{4}WEBP'
    rb'|\xff\x4f\xff\x51\x00|\x00\x00\x00\x0cjP\x20\x20'  # JPEG 2000
    rb'|ftyp(?:avi[fs]|hei[cxms]|hev[cx]|mif1|mp4|iso|qt)'
    rb'|\xff\x0a[\x00-\xff]{2}(?=JXL)|\x00\x00\x00\x0cJXL\x20'
    rb'|BM.{4}\x00{4}.{4}[\x0c\x28\x40\x6c\x7c]\x00{3}'
    rb'|(?:II\x2a\x00|MM\x00\x2a)(?:\x08\x00{3}|\x00{3}\x08)',
    re.DOTALL,
)
_LETTERS = re.compile(rb'[A-Za-z0-9+/=\s_-]{256}')
#: Links, which are not counted unless they are as long as data.
_LINK = re.compile(r'\b[a-z][a-z0-9+.-]{1,20}://[^\s"<>]{1,300}(?=[\s"<>)]|$)', re.IGNORECASE)
#: Long words of base64 or hexadecimal digits, and short ones of mixed characters, as lines are broken.
_CODED_WORD = re.compile(r'[A-Za-z0-9+/=_-]{16,}')
_LONG_WORD = 40
_MIXED = [re.compile(pattern) for pattern in ('[a-z]', '[A-Z]', '[0-9+/]')]
#: Lists of bytes, in whatever lines: ff d8 ff e0, 0xff, 0xd8, 255, 216.
_BYTE_LIST = re.compile(r'[0-9A-Fa-f\s,;:|\\x-]{600,}')
#: Words of all printable characters, as of base85 and uuencode; sentences without spaces are mostly of small
#: letters.
_PRINTABLE_WORD = re.compile(r'[!-~]{60,}')
_MAX_SMALL_LETTERS = 0.5
#: Texts of a structure have long words of their own.
_STRUCTURED = ('{', '[', '<')
#: So many coded characters, or bytes, are less than a picture in which anything could be read.
CODED_LENGTH = 512
_FEW_BYTES = 64
#: Longer texts are data, and bytes that are of no encoding of Unicode.
_MAX_TEXT, _MAX_OLD_TEXT = 1 << 20, 4096
_PLAIN_CONTROLS = '\t\n\r\f\0\x1b'
#: Share of characters that no text has, in percent.
_MAX_ODD = 2


def holds_image(data: bytes) -> bool:
    """Tells whether the beginning of a picture or of a film stands somewhere in data.

    Args:
        data (bytes): Anything; in long data that is packed, one may stand there by chance.

    Returns:
        bool: Whether it does.
    """
    return _SIGNATURES.search(data) is not None


def image_starts(data: bytes) -> Iterator[int]:
    """Yields where pictures may begin."""
    return (match.start() for match in _SIGNATURES.finditer(data))


def holds_letters(data: bytes) -> bool:
    """Tells whether letters and digits stand in data in a row that is too long for chance."""
    return _LETTERS.search(data) is not None


def coded_length(text: str) -> int:
    """Counts the characters of a text that look like coded data and not like words.

    Args:
        text (str): The text.

    Returns:
        int: How many there are; below ``CODED_LENGTH`` for texts of people and of programs.
    """
    text = _LINK.sub(' ', text)
    count = 0
    for word in _CODED_WORD.findall(text):
        if len(word) >= _LONG_WORD or all(pattern.search(word) for pattern in _MIXED):
            count += len(word)
    lists = sum(len(match[0]) for match in _BYTE_LIST.finditer(text))
    words = 0
    if not text.lstrip().startswith(_STRUCTURED):
        for word in _PRINTABLE_WORD.findall(text):
            small = sum(map(str.islower, word))
            words += len(word) if small < _MAX_SMALL_LETTERS * len(word) else 0
    return max(count, lists, words)


def is_binary(data: bytes, text: str, is_unicode: bool) -> bool:
    """Tells whether bytes that are called a text are none.

    Args:
        data (bytes): The bytes.
        text (str): The same, decoded.
        is_unicode (bool): Whether the encoding is one that not all bytes are valid in.

    Returns:
        bool: Whether they hold a picture, or too many characters that no text has.
    """
    text = text.rstrip('\0')
    if len(data) <= _FEW_BYTES:
        return False
    if holds_image(data) or len(text) > (_MAX_TEXT if is_unicode else _MAX_OLD_TEXT):
        return True
    # Bytes of Windows' code pages, and of those of East Asia, are controls in Latin 1.
    kinds = ('Cc', 'Co', 'Cn', 'Cs') if is_unicode else ()
    odd = sum(
        character == '\ufffd' or character < ' ' or unicodedata.category(character) in kinds
        for character in text
        if character not in _PLAIN_CONTROLS
    )
    return odd * 100 > _MAX_ODD * len(text)
