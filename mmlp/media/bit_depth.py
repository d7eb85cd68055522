"""How many bits a colour the files have whose pixels Pillow hands out with 8."""

from __future__ import annotations

import re

#: Colour of PPM (P6) and grey of PGM (P5): width, height and greatest value, comments between them.
_ANYMAP = re.compile(rb'P[2356](?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+\d+(?:\s+|#[^\n]*\n)+(\d+)')
_JPEG2000_SIZE = b'\xff\x4f\xff\x51'
#: From there: lengths, sizes and offsets of picture and tiles come before the depth of the first component.
_JPEG2000_DEPTH = 42
#: From the name of AVIF's box to the byte with its two flags, and these: more than 8 bits, 12 of them.
_AVIF_FLAGS, _AVIF_HIGH, _AVIF_TWELVE = 6, 0x40, 0x20


def coded_depth(image_format: str, data: bytes) -> int:
    """Reads the bits a sample of JPEG 2000, AVIF and portable anymaps.

    Args:
        image_format (str): Pillow's name of the format.
        data (bytes): The file.

    Returns:
        int: Bits a sample; 8 for other formats, and where the file does not tell.
    """
    if image_format == 'PPM':
        header = _ANYMAP.match(data)
        return int(header[1]).bit_length() if header else 8
    if image_format == 'JPEG2000':
        position = data.find(_JPEG2000_SIZE) + _JPEG2000_DEPTH
        return (data[position] & 0x7F) + 1 if _JPEG2000_DEPTH <= position < len(data) else 8
    position = data.find(b'av1C') + _AVIF_FLAGS
    if image_format != 'AVIF' or not _AVIF_FLAGS <= position < len(data) or not data[position] & _AVIF_HIGH:
        return 8
    return 12 if data[position] & _AVIF_TWELVE else 10
