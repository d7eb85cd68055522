"""What a TIFF file holds besides its first picture: a raw photograph, reduced copies, layers."""

from __future__ import annotations

import dataclasses
import io
import re
import warnings

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from .tiff_directories import check_directory
from .unsupported import RAW_ADVICE

_KIND, _OLD_KIND, _WIDTH, _HEIGHT, _COLOUR, _MAKER, _BELOW = 254, 255, 256, 257, 262, 271, 330
_PHOTOSHOP_LAYERS, _DNG_VERSION = 37724, 50706
#: Colours of a sensor behind a mosaic of filters, and of one without.
_RAW_COLOURS = (32803, 34892)
_REDUCED, _MASK = 1, 4
#: Layers of any depth in either byte order, which are not empty.
_LAYERS = re.compile(rb'(8BIML(ayr|r16|r32)|MIB8(rya|61r|23r)L)(?!\x00{4})')
_BIG_TIFF = b'+'
#: Files with more are damaged.
_MOST_DIRECTORIES = 10_000


@dataclasses.dataclass(frozen=True)
class TiffContents:
    """What a file holds besides the picture that is read, which is the first one.

    Attributes:
        problem (str | None): Why the first picture must not stand for the file, and what to do.
        pages (int): The first picture and others that stand beside it.
        copies (tuple[str, ...]): What the first picture holds as well: reduced copies.
        originals (tuple[str, ...]): What it does not hold: layers, a mask.
    """

    problem: str | None = None
    pages: int = 1
    copies: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class _Directory:
    """One picture of a file, as far as its directory tells."""

    width: int
    height: int
    is_reduced: bool
    is_mask: bool
    is_raw: bool
    maker: str
    has_layers: bool

    def is_copy_of(self, other: _Directory) -> bool:
        return self.width < other.width and self.height < other.height


def read_tiff_contents(data: bytes) -> TiffContents:
    """Looks at all directories of a TIFF file, those below others too.

    Raw photographs (DNG, NEF, ARW, ...) are TIFF files whose first picture is a preview: below it there is a
    larger one, or one in the colours of a sensor.

    Args:
        data (bytes): The file.

    Returns:
        TiffContents: What was found.
    """
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            chain, below = _read_directories(data)
        except ValueError as error:
            return TiffContents(f'is damaged or cut off: {error}')
    first, following = chain[0], chain[1:]
    if any(directory.is_raw for directory in (*chain, *below)):
        maker = f' ({first.maker})' if first.maker else ''
        return TiffContents(f'is a raw photograph{maker}, {RAW_ADVICE}')
    size = f'{first.width} x {first.height}'
    if first.is_reduced:
        return TiffContents(
            f'says that its first picture ({size}) is a reduced copy, as in raw photographs, and only that '
            'would be processed; convert it to JPEG or TIFF with a program that reads the whole'
        )
    hidden = [entry for entry in below if not entry.is_mask and not entry.is_copy_of(first)]
    if hidden:
        return TiffContents(
            f'holds {len(hidden)} more pictures below its first ({size}), one of {hidden[0].width} x '
            f'{hidden[0].height}, and only the first would be processed; convert it to single pictures'
        )
    masks = [entry for entry in (*following, *below) if entry.is_mask]
    pages = [
        entry
        for entry in following
        if not entry.is_mask and not (entry.is_reduced and entry.is_copy_of(first))
    ]
    has_copies = len(following) + len(below) > len(masks) + len(pages)
    originals = (*(('transparency mask',) if masks else ()), *(('layers',) if first.has_layers else ()))
    return TiffContents(None, 1 + len(pages), ('reduced copies',) if has_copies else (), originals)


def _read_directories(data: bytes) -> tuple[list[_Directory], list[_Directory]]:
    """Reads the directories that follow one another, and all that are below these.

    Raises:
        ValueError: A directory cannot be read.
    """
    file, header = io.BytesIO(data), data[: 16 if data[2:3] == _BIG_TIFF else 8]
    seen: set[int] = set()

    def walk(offset: int, found: list[_Directory]) -> None:
        while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(offset)
            check_directory(data, offset)
            tags = ImageFileDirectory_v2(header)
            file.seek(offset)
            tags.load(file)
            found.append(_describe(tags))
            children, offset = tags.get(_BELOW, ()), tags.next
            for child in children if isinstance(children, tuple) else (children,):
                walk(child, below)

    chain: list[_Directory] = []
    below: list[_Directory] = []
    try:
        walk(ImageFileDirectory_v2(header).next, chain)
    except Exception as error:  # Pillow lets the errors of struct and others through.
        raise ValueError(f'a directory of pictures cannot be read: {error}') from None
    if not all(entry.width and entry.height for entry in (*chain, *below)):
        raise ValueError('a directory of pictures is cut off')
    return chain, below


def _describe(tags: ImageFileDirectory_v2) -> _Directory:
    def number(tag: int) -> int:
        value = tags.get(tag, 0)
        value = value[0] if isinstance(value, tuple) and value else value
        return value if isinstance(value, int) else 0

    layers = tags.get(_PHOTOSHOP_LAYERS, b'')
    return _Directory(
        width=number(_WIDTH),
        height=number(_HEIGHT),
        is_reduced=bool(number(_KIND) & _REDUCED) or number(_OLD_KIND) == 2,
        is_mask=bool(number(_KIND) & _MASK),
        is_raw=number(_COLOUR) in _RAW_COLOURS or _DNG_VERSION in tags,
        maker=str(tags.get(_MAKER, '')).strip('\x00 '),
        has_layers=isinstance(layers, bytes) and _LAYERS.search(layers) is not None,
    )
