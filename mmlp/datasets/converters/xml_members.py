"""XML files read element by element: memory for one at a time, entities refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from .limits import LARGEST_ANNOTATION, size_text
from .shapes import FormatError
from .texts import open_file

_BLOCK = 1 << 18
_DEEPEST = 64
#: How much of a tag is waited for, as a multiple of the size of the largest annotation.
_MOST_PARTS = 4


class Unit(NamedTuple):
    """An element and what it stands in.

    Attributes:
        parent: The element around it, without content; None of the root.
        element: The element; of the root, and of one whose children follow, without content.
        flaw: Why the element has no content, though it has some in the file; None where it has.
    """

    parent: Element | None
    element: Element
    flaw: str | None


def read_elements(path: str, split: Collection[str] = ()) -> Iterator[Unit]:
    """Reads an XML file child by child.

    Args:
        path: The file.
        split: Tags of children of the root whose own children are wanted one by one.

    Yields:
        The root, then its children; of those that ``split`` names, each of their children after them.

    Raises:
        FormatError: It is not XML, it declares entities, or a part of it is larger than annotations are.
        OSError: It cannot be read.
    """
    with open_file(path) as file:
        yield from parse_elements(file, split)


def parse_elements(
    file: BinaryIO, split: Collection[str] = (), encoding: str | None = None
) -> Iterator[Unit]:
    """Reads an open file as :func:`read_elements` does; an encoding that is given counts, not the stated."""
    parser = _Parser(split, encoding)
    place = 0
    while True:
        data = file.read(_BLOCK)
        place += len(data)
        parser.feed(data)
        yield from parser.units
        parser.units.clear()
        if not data:
            return
        if place - parser.place > _MOST_PARTS * LARGEST_ANNOTATION:
            raise FormatError(
                f'a single part of it is larger than {size_text(_MOST_PARTS * LARGEST_ANNOTATION)}'
            )


def read_xml(path: str) -> Element:
    """The root of the XML file of one picture.

    Raises:
        FormatError: As :func:`read_elements`, or it is larger than the annotations of one picture are.
        OSError: It cannot be read.
    """
    root = None
    with open_file(path) as file:
        file.seek(0, 2)
        if file.tell() > LARGEST_ANNOTATION:
            raise FormatError(f'is larger than {size_text(LARGEST_ANNOTATION)}')
    for parent, element, flaw in read_elements(path):
        if flaw is not None:
            raise FormatError(f'<{element.tag}> {flaw}')
        if parent is None:
            root = element
        else:
            root.append(element)
    return root


class _Parser:
    """Builds the elements that are wanted one by one."""

    def __init__(self, split: Collection[str], encoding: str | None) -> None:
        self.units: list[Unit] = []
        self._split = split
        self._parents: list[Element] = []
        self._builder: TreeBuilder | None = None
        self._unit: Element | None = None
        self._flaw: str | None = None
        self._depth = self._begin = 0
        self._expat = expat.ParserCreate(encoding)
        self._expat.buffer_text = True
        self._expat.StartElementHandler = self._start
        self._expat.EndElementHandler = self._end
        self._expat.CharacterDataHandler = self._text
        self._expat.EntityDeclHandler = self._refuse_entities

    @property
    def place(self) -> int:
        """Bytes that were understood."""
        return max(self._expat.CurrentByteIndex, 0)

    def feed(self, data: bytes) -> None:
        """Takes a part of the file; an empty one ends it."""
        try:
            self._expat.Parse(data, not data)
        except (expat.ExpatError, LookupError) as error:
            raise FormatError(f'is not XML, or cut off: {error}') from None

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._unit is None:
            element = Element(tag, attributes)
            if not self._parents or (len(self._parents) == 1 and tag in self._split):
                self.units.append(Unit(self._parents[-1] if self._parents else None, element, None))
                self._parents.append(element)
                return
            self._unit, self._begin, self._depth, self._flaw = element, self.place, 0, None
            self._builder = TreeBuilder()
        self._depth += 1
        if self._depth > _DEEPEST:
            self._flaw, self._builder = 'is nested too deeply for an annotation', None
        self._check_size()
        if self._builder is not None:
            self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        if self._unit is None:
            self._parents.pop()
            return
        if self._builder is not None:
            self._builder.end(tag)
        self._depth -= 1
        if not self._depth:
            self._check_size()
            element = self._unit if self._builder is None else self._builder.close()
            self.units.append(Unit(self._parents[-1], element, self._flaw))
            self._unit = self._builder = None

    def _check_size(self) -> None:
        if self.place - self._begin > LARGEST_ANNOTATION:
            self._flaw, self._builder = f'is larger than {size_text(LARGEST_ANNOTATION)}', None

    def _text(self, text: str) -> None:
        if self._builder is not None:
            self._builder.data(text)

    def _refuse_entities(self, *_: object) -> None:
        raise FormatError('declares entities, which may grow beyond measure; annotations need none')
