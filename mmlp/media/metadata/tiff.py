"""TIFF files as lists of their tags, so that metadata travel without touching pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np

from .data_in_texts import holds_image
from .directories import TYPE_SIZES, Directory, Entry, Tiff, swapped
from .exif import ExifParts
from .filter import BYTES_BETWEEN, MetadataFilter
from .icc import clean_icc
from .jpeg import bare_jpeg
from .photoshop import clean_iptc, clean_resources
from .slack import hides_image
from .xmp import clean_xmp

#: How the pixels are stored and shown, with the most bytes that a value takes.
_SHORT_STRUCTURE = frozenset(
    {*range(254, 267), 274, 277, 278, *range(280, 282), 284, 290, 292, 293, 297, 317, 318, 319, 321, 322, 323}
    | {332, 334, 336, 338, 339, 340, 341, 529, 530, 531, 532}
)
_SHORT, _COLOURS, _CURVES = 64, {320: 3 << 17}, {291: 512, 301: 1536}
_TABLES, _MOST_OF_TABLES = 347, 4096
_STRIPS, _TILES = (273, 279), (324, 325)
#: Description, author, date and the like.
_TEXTS = frozenset({269, 270, 271, 272, 285, 305, 306, 315, 316, 33432})
#: Resolution, as numbers.
_NUMBERS = frozenset({282, 283, 286, 287, 296})
#: GeoTIFF and GDAL: texts, and numbers of a few bytes for each point.
_PLACE_TEXTS, _PLACE_NUMBERS = (
    frozenset({34737, 42112, 42113}),
    frozenset({33550, 33922, 34264, 34735, 34736}),
)
_MOST_OF_PLACE = 4096
_XMP, _IPTC, _PHOTOSHOP, _ICC = 700, 33723, 34377, 34675
_EXIF, _GPS = 34665, 34853
_BLOCKS: dict[int, Callable[[bytes | None, MetadataFilter], bytes | None]] = {
    _XMP: clean_xmp,
    _IPTC: clean_iptc,
    _PHOTOSHOP: clean_resources,
    _ICC: clean_icc,
}
#: Layers, further directories, and thumbnails of the old kind, which are told where the file is read.
_TOLD = frozenset({330, 514, *_STRIPS, *_TILES})
_OLD_THUMBNAIL, _LAYERS = 513, 37724
_COMPRESSION, _RAW, _OLD_JPEG, _JPEG, _DEFLATE = 259, 1, 6, 7, (8, 32946)
_PHOTOMETRIC, _YCBCR, _SUBSAMPLING = 262, 6, 530
_BYTES = 7


def with_tiff_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts the metadata of one TIFF file onto the coded pixels of another.

    Kept: resolution, ICC profile, XMP, IPTC, texts, EXIF, and the place unless it is not wanted. Left out:
    reduced copies, layers, unknown tags, and what stands between and behind the parts of the file.

    Args:
        encoded (bytes): The TIFF file with the pixels; may be ``original`` itself.
        original (bytes): The TIFF file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A TIFF file of one picture, byte for byte the same when nothing had to go.

    Raises:
        ValueError: The pixels are stored in a way that cannot be taken over.
        struct.error: The file is cut off.
    """
    source = Tiff.open(original)
    main, _ = source.directory(source.first)
    target, structure = source, main
    if encoded is not original:
        target = Tiff.open(encoded)
        structure, _ = target.directory(target.first)
    kept = _kept_metadata(main, wanted)
    parts = _read_exif(source, main, wanted)
    if target.order != source.order:
        kept, parts = swapped(kept), parts and parts.swapped()
    pixels = _kept_structure(structure)
    places, sizes = _STRIPS if _STRIPS[0] in structure else _TILES
    pieces = _read_pieces(target, structure, places, sizes)
    if encoded is original and not _is_exact(structure) and any(map(hides_image, pieces)):
        wanted.leave_out(BYTES_BETWEEN)
        raise ValueError('a picture stands behind the packed pixels')
    if encoded is original and _is_whole(source, main, {**pixels, **kept}, parts, pieces, (places, sizes)):
        return original
    if not wanted.notes and (encoded is original or _has_more(source, main)):
        wanted.leave_out(BYTES_BETWEEN)
    start = len(target.header(0))
    offsets = []
    for piece in pieces:
        offsets.append(start)
        start += len(piece) + len(piece) % 2
    directory = {**pixels, **kept, places: target.entry(*offsets), sizes: target.entry(*map(len, pieces))}
    blocks = parts.write(target, directory, start) if parts else [target.write(directory, start)]
    body = [part for piece in pieces for part in (piece, b'\0' * (len(piece) % 2))]
    return b''.join([target.header(start), *body, *blocks])


def clean_place_tiff(data: bytes, wanted: MetadataFilter) -> bytes | None:
    """Rewrites a TIFF file of one pixel that tells where a picture of another format lies (GeoJP2).

    Args:
        data (bytes): The file.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: The file; None when the place is not wanted or the file cannot be read.
    """
    if wanted.strip_location:
        wanted.leave_out('places')
        return None
    try:
        return with_tiff_metadata(data, data, wanted)
    except (ValueError, KeyError, struct.error):
        wanted.leave_out('places that cannot be read')
        return None


def samples_of(data: bytes) -> int:
    """Counts the samples of each pixel of a TIFF file: of colour, transparency, and others.

    Args:
        data (bytes): The file.

    Returns:
        int: 1 where the file does not tell.
    """
    try:
        tiff = Tiff.open(data)
        structure, _ = tiff.directory(tiff.first)
    except (ValueError, struct.error):
        return 1
    return (*tiff.numbers(structure.get(277)), 1)[0]


def _kept_metadata(main: Directory, wanted: MetadataFilter) -> Directory:
    kept: Directory = {}
    tables = {_TABLES} if _is_jpeg(main) else set()
    for tag, entry in main.items():
        data: bytes | None = None
        if tag in _TEXTS or tag in _PLACE_TEXTS or tag in _PLACE_NUMBERS:
            data = _wanted_value(tag, entry, wanted)
        elif tag in _NUMBERS and len(entry.data) <= _SHORT:
            data = entry.data
        elif tag in _BLOCKS:
            turned = _in_order(entry.data)
            data = _BLOCKS[tag](turned, wanted)
            if data is not None and data != entry.data:
                data = entry.data if data == turned else data
        elif tag == _OLD_THUMBNAIL:
            wanted.leave_out('thumbnail')
        elif tag == _LAYERS:
            wanted.leave_out("further resources of Photoshop's")
        elif not (tag in (_EXIF, _GPS) or tag in _TOLD or _is_structure(tag, entry) or tag in tables):
            wanted.leave_out('unknown tags')
        if data == entry.data:
            kept[tag] = entry
        elif data:
            # A block of bytes may be declared as numbers of four.
            kind = entry.kind if TYPE_SIZES[entry.kind] == 1 else _BYTES
            kept[tag] = Entry(kind, len(data), data)
    return kept


def _wanted_value(tag: int, entry: Entry, wanted: MetadataFilter) -> bytes | None:
    if tag not in _TEXTS and wanted.strip_location:
        wanted.leave_out('places')
        return None
    if tag in _PLACE_NUMBERS:
        if len(entry.data) <= _MOST_OF_PLACE and not holds_image(entry.data):
            return entry.data
        wanted.leave_out('unknown tags')
        return None
    if TYPE_SIZES[entry.kind] > 1:
        return entry.data if len(entry.data) <= _SHORT else None
    return wanted.raw_text(entry.data)


def _in_order(block: bytes) -> bytes:
    """Turns a block of bytes that is declared as numbers of four bytes, and stored in their order."""
    turned = np.frombuffer(block[: len(block) // 4 * 4], '<u4').byteswap().tobytes()
    return turned if turned[:1] == b'\x1c' and block[:1] != b'\x1c' else block


def _read_exif(source: Tiff, main: Directory, wanted: MetadataFilter) -> ExifParts | None:
    if _EXIF not in main and _GPS not in main:
        return None
    try:
        return ExifParts.read(source, main, wanted)
    except (ValueError, struct.error):
        wanted.leave_out('EXIF that cannot be read')
        return None


def _is_structure(tag: int, entry: Entry) -> bool:
    if tag in _CURVES or tag in _COLOURS:
        size = _CURVES.get(tag) or _COLOURS[tag]
        return len(entry.data) <= size and not (tag in _CURVES and _is_image_like(entry))
    return tag in _SHORT_STRUCTURE and len(entry.data) <= _SHORT


def _is_image_like(entry: Entry) -> bool:
    """Tells whether a curve of a few hundred values is none, since it goes up and down."""
    values = np.frombuffer(entry.data[: len(entry.data) // 2 * 2], '<u2').astype(int)
    turned = np.frombuffer(entry.data[: len(entry.data) // 2 * 2], '>u2').astype(int)
    return min(int((np.diff(curve) < 0).sum()) for curve in (values, turned)) > 4


def _kept_structure(structure: Directory) -> Directory:
    kept = {tag: entry for tag, entry in structure.items() if _is_structure(tag, entry)}
    if _TABLES in structure and _is_jpeg(structure):
        tables = bare_jpeg(structure[_TABLES].data)
        if len(tables) > _MOST_OF_TABLES:
            raise ValueError(f'JPEG tables of {len(tables)} bytes')
        kept[_TABLES] = Entry(_BYTES, len(tables), tables)
    return kept


def _is_exact(structure: Directory) -> bool:
    """Tells whether pixels are packed in a way whose end is known."""
    entry = structure.get(_COMPRESSION)
    code = int.from_bytes(entry.data.strip(b'\0'), 'little') if entry else _RAW
    return code in (_RAW, _JPEG, *_DEFLATE)


def _is_jpeg(structure: Directory) -> bool:
    entry = structure.get(_COMPRESSION)
    return entry is not None and entry.data.strip(b'\0') == bytes([_JPEG])


def _read_pieces(tiff: Tiff, structure: Directory, places: int, sizes: int) -> list[bytes]:
    """Returns the strips or tiles, each as far as it holds pixels."""

    def number(tag: int, default: int) -> int:
        return (*tiff.numbers(structure.get(tag)), default)[0]

    offsets, lengths = tiff.numbers(structure.get(places)), tiff.numbers(structure.get(sizes))
    width, height, channels = number(256, 0), number(257, 0), number(277, 1)
    planes = channels if number(284, 1) == 2 else 1
    if places == _TILES[0]:
        across, rows = number(322, 0), number(323, 0)
    else:
        across, rows = width, min(number(278, height), height)
    if not (width and height and across and rows):
        raise ValueError('no width, height or rows')
    count = -(-width // across) * -(-height // rows) * planes
    if not len(offsets) == len(lengths) >= count:
        raise ValueError(f'{len(offsets)} strips or tiles, {count} are needed')
    compression = number(_COMPRESSION, _RAW)
    if compression == _OLD_JPEG:
        raise ValueError('JPEG of the old kind, which lies across the file')
    bits = sum(tiff.numbers(structure.get(258)) or (1,)) // planes if planes == 1 else number(258, 1)
    row = -(-across * bits // 8)
    halves = (*tiff.numbers(structure.get(_SUBSAMPLING)), 1, 1)[:2]
    pieces = []
    # A view where nothing is looked for: pixels may be most of the memory.
    data = memoryview(tiff.data) if compression == _RAW else tiff.data
    for index in range(count):
        piece = data[offsets[index] : offsets[index] + lengths[index]]
        tiff.read.append((offsets[index], offsets[index] + len(piece) + len(piece) % 2))
        is_last = places == _STRIPS[0] and index % (count // planes) == count // planes - 1
        lines = height - rows * (count // planes - 1) if is_last else rows
        size = row * lines
        if number(_PHOTOMETRIC, 0) == _YCBCR and halves != (1, 1):  # Blocks of brightness, two colours each.
            blocks = -(-across // halves[0]) * -(-lines // halves[1])
            size = blocks * (halves[0] * halves[1] + 2)
        pieces.append(_bare_piece(piece, compression, size))
    return pieces


def _bare_piece(piece: bytes, compression: int, size: int) -> bytes:
    """Cuts what stands behind the pixels of a strip or a tile."""
    if compression == _RAW:
        return piece[:size]
    if compression == _JPEG:
        return bare_jpeg(piece)
    if compression in _DEFLATE:
        unpacker = zlib.decompressobj()
        rows = unpacker.decompress(piece, size + 1)
        if len(rows) > size:
            return zlib.compress(rows[:size])
        return piece[: len(piece) - len(unpacker.unused_data)]
    return piece


def _has_more(source: Tiff, main: Directory) -> bool:
    """Tells whether a file of which the metadata alone are taken holds more than they and the pixels."""
    places, sizes = _STRIPS if _STRIPS[0] in main else _TILES
    try:
        pieces = _read_pieces(source, main, places, sizes)
    except (ValueError, struct.error, zlib.error):
        return False
    return [*map(len, pieces)] != [*source.numbers(main[sizes])] or source.has_gaps()


def _is_whole(
    source: Tiff, main: Directory, kept: Directory, parts: ExifParts | None, pieces: list[bytes], own: tuple
) -> bool:
    """Tells whether a file holds nothing but what is kept, in its tags and between its parts."""
    links = {_EXIF, _GPS} if parts else set()
    others = {tag: entry for tag, entry in main.items() if tag not in (*own, *links)}
    lengths = [min(length, len(source.data)) for length in source.numbers(main[own[1]])]
    is_same = others == kept and lengths == [len(piece) for piece in pieces]
    following = source.directory(source.first)[1]
    return is_same and not following and (parts is None or parts.are_whole) and not source.has_gaps()
