"""JSON files read member by member: memory for one at a time, and a bad one costs no more than itself."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from .limits import LARGEST_ANNOTATION, shown, size_text
from .shapes import FormatError
from .texts import decode, open_file

#: Characters that are read at a time.
_BLOCK = 1 << 18
#: Characters kept of the beginning and the end of a member that is too large.
_KEPT = 4096
#: Quotation marks in members that cannot be read, and such members, before the whole file is given up.
_MOST_QUOTES = 2_000_000
_MOST_FLAWS = 1000
_LONGEST_WORD = 4096
_SPACE = re.compile(r'[ \t\n\r]*')
_WORD = re.compile(r'[^\s,:\]}"\[{]*')
_IN_STRING = re.compile(r'["\\]')
_DECODER = json.JSONDecoder()
#: By how many levels a character goes deeper.
_STEPS = np.zeros(128, np.int32)
_STEPS[[ord(bracket) for bracket in '[{']] = 1
_STEPS[[ord(bracket) for bracket in ']}']] = -1
#: Characters that are faster gone through one by one.
_FEW = 50


@dataclass(frozen=True)
class Flawed:
    """A member that cannot be read.

    Attributes:
        message: Why.
        text: How it stands in the file; beginning and end of one that is too large.
    """

    message: str
    text: str


class Member(NamedTuple):
    """A value and where it stands.

    Attributes:
        keys: Keys of objects and positions in lists that lead to it.
        value: Its content; :class:`Flawed` where it cannot be read. An empty list or dict stands for one
            whose members follow.
        size: Its length in characters.
    """

    keys: tuple[str | int, ...]
    value: Any
    size: int


def read_members(path: str, split: Collection[str] = ()) -> Iterator[Member]:
    """Reads a JSON file member by member, whatever its letters are encoded in.

    Args:
        path: The file.
        split: Keys of the outermost object whose own members are wanted one by one.

    Yields:
        The outermost value: of an object or a list first an empty one, then its members. Of those that
        ``split`` names, again first an empty one and then the members.

    Raises:
        FormatError: The file as a whole is not JSON, or too much of it cannot be read.
        OSError: It cannot be read.
    """
    with open_file(path) as file:
        source = _Source(file)
        if source.peek() not in ('{', '['):
            yield source.value(())
        else:
            yield source.opening(())
            for key in source.members():
                if key in split and source.peek() in ('{', '['):
                    yield source.opening((key,))
                    for inner in source.members():
                        yield source.value((key, inner))
                else:
                    yield source.value((key,))
        if source.peek():
            raise source.error('nothing more')


def read_json(path: str) -> Any:
    """The content of the JSON file of one picture; long texts, such as the picture itself, are cut.

    Raises:
        FormatError: It is not JSON, or larger than the annotations of one picture are.
        OSError: It cannot be read.
    """
    content: Any = None
    size = 0
    for keys, value, length in read_members(path):
        is_text = isinstance(value, str) or (isinstance(value, Flawed) and value.text.startswith('"'))
        if is_text and length > _BLOCK:
            value = value.text if isinstance(value, Flawed) else value[:_KEPT]
        elif isinstance(value, Flawed):
            raise FormatError(f'{shown(keys[0]) if keys else "it"} {value.message}')
        else:
            size += length
        if size > LARGEST_ANNOTATION:
            raise FormatError(
                f'holds more than {size_text(LARGEST_ANNOTATION)}: no annotations of one picture take as much'
            )
        if not keys:
            content = value
        elif isinstance(content, dict):
            content[keys[0]] = value
        else:
            content.append(value)
    return content


class _Source:
    """The text of a file from where it was read to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder('utf-8-sig')('surrogateescape')
        self._text = ''
        self._place = 0
        self._is_ended = False
        self._quotes = self._flaws = 0

    def peek(self) -> str:
        """The next character that is not space; '' at the end."""
        while True:
            self._place = _SPACE.match(self._text, self._place).end()
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._read_on():
                return ''

    def error(self, expected: str) -> FormatError:
        """What to raise where something else than ``expected`` comes."""
        found = shown(self._text[self._place : self._place + 20]) if self.peek() else 'the end'
        return FormatError(f'is not JSON, or cut off: expected {expected}, got {found}')

    def opening(self, keys: tuple[str | int, ...]) -> Member:
        """An empty object or list for the one that begins."""
        return Member(keys, {} if self.peek() == '{' else [], 1)

    def members(self) -> Iterator[str | int]:
        """Yields keys or positions; the caller takes the value of each before the next."""
        is_object = self.peek() == '{'
        closing = '}' if is_object else ']'
        self._place += 1
        position = 0
        if self.peek() == closing:
            self._place += 1
            return
        while True:
            yield self._key() if is_object else position
            position += 1
            found = self.peek()
            if found not in (closing, ','):
                raise self.error(f'"," or "{closing}"')
            self._place += 1
            if found == closing:
                return

    def _key(self) -> str:
        key = self.value(()).value if self.peek() == '"' else None
        if not isinstance(key, str) or self.peek() != ':':
            raise self.error('a name and ":"')
        self._place += 1
        return key

    def value(self, keys: tuple[str | int, ...]) -> Member:
        """Takes the next value."""
        first = self.peek()
        try:
            value, end = _DECODER.raw_decode(self._text, self._place)
        except (ValueError, RecursionError):
            end = len(self._text)
        # At the end of what was read, a value may go on.
        if end < len(self._text):
            size, self._place = end - self._place, end
            return Member(keys, value, size)
        if not first or first in ',:]}':
            raise self.error('a value')
        return self._take_whole(keys) if first in '{["' else self._take_word(keys)

    def _take_word(self, keys: tuple[str | int, ...]) -> Member:
        """Takes a number or a word, up to what cannot belong to it."""
        while True:
            end = _WORD.match(self._text, self._place).end()
            if end < len(self._text) or end - self._place > _LONGEST_WORD or not self._read_on():
                break
        size = end - self._place
        try:
            value = json.loads(self._text[self._place : end] if size <= _LONGEST_WORD else '')
        except ValueError:
            raise self.error('a value') from None
        self._place = end
        return Member(keys, value, size)

    def _take_whole(self, keys: tuple[str | int, ...]) -> Member:
        """Takes an object, list or text by its end, which is told by brackets and quotes alone."""
        size, quotes, head = 0, 0, ''
        depth, is_text = 0, False
        at = self._place
        while True:
            if is_text:
                match = _IN_STRING.search(self._text, at)
                at = len(self._text) if match is None else match.start()
                is_escape = match is not None and match.group() == '\\'
                if match is not None and at + is_escape < len(self._text):
                    at += 1 + is_escape
                    quotes += 1
                    is_text = is_escape
                    if depth or is_text:
                        continue
                    break
            else:
                quote = self._text.find('"', at)
                end, depth = _close(self._text[at : quote if quote >= 0 else None], depth)
                if end >= 0:
                    at += end
                    break
                at = quote + 1 if quote >= 0 else len(self._text)
                is_text = quote >= 0
                if quotes > _MOST_QUOTES:
                    raise FormatError('holds millions of texts where an annotation is expected')
                if is_text:
                    continue
            if head or at - self._place > LARGEST_ANNOTATION:
                # Too large: it is read past, and only its beginning and its end are kept.
                head = head or self._text[self._place : self._place + _KEPT]
                dropped = max(at - self._place - _KEPT, 0)
                size += dropped
                self._place += dropped
            ahead = at - self._place
            if not self._read_on():
                raise FormatError('is not JSON, or cut off: it ends within a value')
            at = ahead
        text = self._text[self._place : at]
        size += len(text)
        self._place = at
        if size > LARGEST_ANNOTATION:
            text = f'{head or text[:_KEPT]} ... {text[-_KEPT:]}'
            value = self._flaw(f'is larger than {size_text(LARGEST_ANNOTATION)}', text, quotes)
            return Member(keys, value, size)
        try:
            value = json.loads(text)
        except RecursionError:
            value = self._flaw('is nested too deeply for an annotation', text, quotes)
        except ValueError as error:
            value = self._flaw(f'is not JSON: {str(error)[:200]}', text, quotes)
        return Member(keys, value, size)

    def _flaw(self, message: str, text: str, quotes: int) -> Flawed:
        self._flaws += 1
        self._quotes += quotes
        if self._flaws > _MOST_FLAWS or self._quotes > _MOST_QUOTES:
            raise FormatError(f'has {self._flaws} parts that cannot be read; the last {message}')
        return Flawed(message, text)

    def _read_on(self) -> bool:
        """Reads on, as much again as is left, and drops what was taken; False at the end of the file."""
        if self._is_ended:
            return False
        data = self._file.read(max(_BLOCK, len(self._text) - self._place))
        if b'\0' in data:
            decode(data)
        self._is_ended = not data
        self._text = self._text[self._place :] + self._decoder.decode(data, final=self._is_ended)
        self._place = 0
        return True


def _close(text: str, depth: int) -> tuple[int, int]:
    """Where brackets, ``depth`` of which are open, are closed, or -1; and how many are open at the end."""
    if len(text) < _FEW:
        for place, letter in enumerate(text, start=1):
            depth += (letter in '[{') - (letter in ']}')
            if depth <= 0:
                return place, depth
        return -1, depth
    codes = np.frombuffer(text.encode('ascii', 'replace'), np.uint8)
    levels = depth + np.cumsum(_STEPS[codes])
    # Where nothing is open yet, the text begins with what opens.
    closed = np.flatnonzero(levels <= 0)
    return (int(closed[0]) + 1 if len(closed) else -1), int(levels[-1])
