"""BMP files as header, palette, pixels and profile, so that nothing else travels."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np

from .filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_CHANNELS, MetadataFilter
from .icc import clean_icc

_FILE_HEADER = 14
_PLAIN, _WITH_COLOURS, _WITH_PROFILE = 40, 108, 124
#: Bytes of the longer header: colour space with end points and gamma, its kind alone, place of the profile.
_COLOURS, _KIND, _PROFILE = slice(70, 122), slice(70, 74), 126
_EMBEDDED, _SRGB = b'DEBM', b'BGRs'
_PROFILE_KINDS = (_EMBEDDED, b'KNIL')
_RAW, _MASKED, _MASKED_WITH_ALPHA = 0, 3, 6
#: Masks of red, green and blue as bytes of a pixel lie without any.
_USUAL_MASKS = struct.pack('<III', 0xFF0000, 0xFF00, 0xFF)


@dataclasses.dataclass
class _Bitmap:
    """The parts of a file: where they stand, and how the pixels are stored."""

    data: bytes
    header_size: int
    bits: int
    compression: int
    palette_end: int
    #: Bytes of a row that are pixels, of a row with its padding, and rows.
    used: int
    stride: int
    rows: int
    start: int

    @classmethod
    def read(cls, data: bytes) -> _Bitmap:
        """Reads the header.

        Raises:
            ValueError: It is of a kind that is not taken over, or the pixels are packed.
            struct.error: The file is cut off.
        """
        start, size = struct.unpack_from('<II', data, 10)
        if data[:2] != b'BM' or size not in (_PLAIN, 52, 56, _WITH_COLOURS, _WITH_PROFILE):
            raise ValueError(f'a bitmap with a header of {size} bytes')
        width, height, _, bits, compression = struct.unpack_from('<iiHHI', data, 18)
        (colours,) = struct.unpack_from('<I', data, 46)
        if compression not in (_RAW, _MASKED, _MASKED_WITH_ALPHA) or (bits > 8 and colours):
            raise ValueError('a bitmap whose pixels are packed')
        end = _FILE_HEADER + size
        if size == _PLAIN:
            end += {_MASKED: 12, _MASKED_WITH_ALPHA: 16}.get(compression, 0)
        if bits <= 8:
            end += 4 * (min(colours, 1 << bits) or 1 << bits)
        stride = (width * bits + 31) // 32 * 4
        if width <= 0 or start < end or len(data) < start + stride * abs(height):
            raise ValueError('a bitmap that is cut off')
        used = -(-width * bits // 8)
        return cls(data, size, bits, compression, end, used, stride, abs(height), start)

    @property
    def lines(self) -> np.ndarray:
        """Rows as they are stored, (rows, stride) uint8, read-only."""
        size = self.stride * self.rows
        return np.frombuffer(self.data, np.uint8, size, self.start).reshape(self.rows, self.stride)

    @property
    def profile(self) -> slice:
        """Where the profile stands; nowhere when there is none."""
        if self.header_size != _WITH_PROFILE or self.data[_KIND] not in _PROFILE_KINDS:
            return slice(0, 0)
        offset, size = struct.unpack_from('<II', self.data, _PROFILE)
        return slice(_FILE_HEADER + offset, _FILE_HEADER + offset + size)

    @property
    def has_usual_masks(self) -> bool:
        """Whether bytes of a pixel are blue, green, red, and perhaps a fourth one."""
        return self.compression == _RAW or self.data[54:66] == _USUAL_MASKS


def hidden_channel(data: bytes) -> bool:
    """Tells whether pixels of a BMP file have a fourth byte that says something, and that nobody shows.

    Args:
        data (bytes): The file.
    """
    try:
        bitmap = _Bitmap.read(data)
    except (ValueError, struct.error):
        return False
    if bitmap.bits != 32 or bitmap.compression != _RAW:
        return False
    fourth = bitmap.lines[:, 3::4]
    return bool((fourth != fourth[0, 0]).any())


def with_bmp_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts header and colour space of one BMP file onto the pixels of another.

    Args:
        encoded (bytes): The BMP file with the pixels; may be ``original`` itself.
        original (bytes): The BMP file with the colour space.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A BMP file of header, palette, pixels, and profile if there is one, byte for byte the same when
        nothing had to go.

    Raises:
        ValueError: The pixels are packed.
        struct.error: The file is cut off.
    """
    bitmap = _Bitmap.read(encoded)
    try:
        source = bitmap if encoded is original else _Bitmap.read(original)
    except ValueError:
        return encoded
    given = source.data[source.profile] if source.data[_KIND] == _EMBEDDED else b''
    profile = clean_icc(given, wanted) or b''
    if source.profile.stop and not profile and not given:
        wanted.leave_out('link to an ICC profile')
    has_rest = _record_rest(source, wanted)
    lines = bitmap.lines
    if encoded is original:
        lines = _bare_lines(bitmap, wanted)
        if profile == given and not has_rest and lines is bitmap.lines and not wanted.notes:
            return original
    is_alike = (source.bits, source.used, source.rows) == (bitmap.bits, bitmap.used, bitmap.rows)
    if encoded is not original and is_alike and source.has_usual_masks:
        header = bytearray(source.data[: source.palette_end])
        struct.pack_into('<i', header, 22, source.rows)  # Pillow writes the last row first.
    else:
        header = bytearray(encoded[: bitmap.palette_end])
        if encoded is not original and source.header_size >= _WITH_COLOURS:
            header = _longer(header, source)
    pixels = lines.tobytes()
    if struct.unpack_from('<I', header, 14)[0] == _WITH_PROFILE:
        header[_KIND] = _EMBEDDED if profile else _SRGB if source.profile.stop else header[_KIND]
        offset = len(header) - _FILE_HEADER + len(pixels) if profile else 0
        struct.pack_into('<III', header, _PROFILE, offset, len(profile), 0)
    struct.pack_into('<I', header, 34, len(pixels))
    size = len(header) + len(pixels) + len(profile)
    struct.pack_into('<IHHI', header, 2, size, 0, 0, len(header))
    return bytes(header) + pixels + profile


def _record_rest(bitmap: _Bitmap, wanted: MetadataFilter) -> bool:
    """Records what stands between and behind the parts of a file; tells whether there is any."""
    end = bitmap.start + bitmap.stride * bitmap.rows
    between = bitmap.data[bitmap.palette_end : bitmap.start]
    behind = bitmap.data[end:]
    if bitmap.profile.stop > end:
        between += bitmap.data[end : bitmap.profile.start]
        behind = bitmap.data[bitmap.profile.stop :]
    if between.strip(b'\0'):
        wanted.leave_out(BYTES_BETWEEN)
    if behind.strip(b'\0'):
        wanted.leave_out(BYTES_BEHIND)
    return bool((between + behind).strip(b'\0'))


def _bare_lines(bitmap: _Bitmap, wanted: MetadataFilter) -> np.ndarray:
    """Returns the rows without what nobody shows: padding, and a fourth byte of each pixel."""
    lines = bitmap.lines
    if lines[:, bitmap.used :].any():
        wanted.leave_out(BYTES_BETWEEN)
        lines = lines.copy()
        lines[:, bitmap.used :] = 0
    if hidden_channel(bitmap.data):
        wanted.leave_out(FURTHER_CHANNELS)
        lines = lines.copy()
        lines[:, 3::4] = 255
    return lines


def _longer(header: bytearray, source: _Bitmap) -> bytearray:
    """Makes a header that tells the colour space of another file, with the palette behind it."""
    longer = bytearray(_FILE_HEADER + _WITH_PROFILE)
    longer[: _FILE_HEADER + _PLAIN] = header[: _FILE_HEADER + _PLAIN]
    longer[_COLOURS] = source.data[_COLOURS]
    if source.header_size == _WITH_PROFILE:
        longer[122:126] = source.data[122:126]
    struct.pack_into('<I', longer, 14, _WITH_PROFILE)
    return longer + header[_FILE_HEADER + _PLAIN :]
