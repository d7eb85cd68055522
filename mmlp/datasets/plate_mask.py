"""Reading a mask file, whatever painted it, as 0 background, 1 plate, 255 ignore."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from mmlp.media.orientation import apply_orientation

from .mask_classes import FEW, NOISE, find_classes, ignored_codes
from .mask_content import MaskContent, decode_mask
from .mask_rule import DEFAULT_IGNORE_VALUES, NONZERO, MaskRule, Value, find_doubt

__all__ = [
    'BACKGROUND',
    'DEFAULT_IGNORE_VALUES',
    'IGNORE',
    'PLATE',
    'AmbiguousMaskError',
    'ReadMask',
    'examine_mask',
    'fit_to_image',
    'read_plate_mask',
]

BACKGROUND, PLATE, IGNORE = 0, 1, 255


class AmbiguousMaskError(ValueError):
    """A mask can be read, and its values do not tell what is a plate."""


@dataclasses.dataclass(frozen=True)
class ReadMask:
    """A mask, and what its file holds.

    Args:
        mask: uint8 (H, W) with 0 background, 1 plate and 255 ignore; where ``doubt`` is told, a guess.
        pixels: Pixels by what was painted, 0 for background included and what is ignored left out.
        doubt: Why the values do not tell what is a plate; None when they do.
    """

    mask: np.ndarray
    pixels: dict[Value, int]
    doubt: str | None


def read_plate_mask(
    path: str | os.PathLike,
    ignore_values: Sequence[int] = DEFAULT_IGNORE_VALUES,
    backend_args: dict | None = None,
    plate_values: Any = None,
) -> np.ndarray:
    """Reads a mask file of any common kind.

    The rule, in order:

    1. Grey values in ``ignore_values`` are ignore, and so is the void colour of VOC. 255 is ignore only where
       it is declared there.
    2. With ``plate_values`` what they name is plate, all else background. Pixels of noise and soft edges
       belong to whatever painted value they are closest to.
    3. When the other values are 0 and 1 alone, 1 is plate.
    4. Otherwise values from 128 up are plate (0/255 masks, anti-aliased edges), values below are background.

    Colour: grey pixels follow the rule above; a pixel of any other colour is plate when its brightest
    channel reaches 128. In palette files every entry but the grey ones is plate, whatever its brightness
    (a VOC export paints class 1 in dark red). Fully transparent pixels are background. 16-bit files are read
    by the same rule when no value exceeds 255, else scaled to 8 bit. 1-bit files are read as 0/1.

    Without ``plate_values`` a file of several painted values or colours, or of one that is neither 1 nor from
    128 up, is refused: 1 a car, 2 a plate would be plates alike. Noise of JPEG and soft edges are told from
    what was painted, see :func:`~mmlp.datasets.mask_classes.find_classes`.

    Args:
        path: The mask file. Its own EXIF rotation, if any, is applied.
        ignore_values: Grey values (0 to 255), and indices of colour palettes, that mean ignore.
        backend_args: The file backend, as in ``mmengine.fileio.get``; None for what the path says.
        plate_values: What marks plates, see :func:`~mmlp.datasets.mask_rule.parse_plate_values`: grey values,
            in 16-bit files those of 16 bits; in colour palettes indices; colours; or ``'nonzero'``.

    Returns:
        uint8 array of shape (H, W) with 0 background, 1 plate and 255 ignore.

    Raises:
        FileNotFoundError: There is no such file.
        AmbiguousMaskError: Its values do not tell what is a plate.
        ValueError: The file is not a readable picture, or an argument is not understood.
    """
    rule = MaskRule(tuple(ignore_values), plate_values)
    read = examine_mask(path, rule, backend_args)
    if read.doubt is not None:
        raise AmbiguousMaskError(f'mask {os.fspath(path)!r} {read.doubt}')
    return read.mask


def examine_mask(path: str | os.PathLike, rule: MaskRule, backend_args: dict | None = None) -> ReadMask:
    """Reads a mask file and counts what was painted in it; does not refuse what is unclear.

    Args:
        path: The mask file.
        rule: What its values mean.
        backend_args: As of :func:`read_plate_mask`.

    Returns:
        The mask and what is in the file.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is not a readable picture.
    """
    path = os.fspath(path)
    try:
        content = decode_mask(_read(path, backend_args))
    except FileNotFoundError:
        raise FileNotFoundError(f'mask {path!r} does not exist') from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f'mask {path!r} cannot be read as a picture: {error}') from error
    classes = find_classes(content, rule)
    if rule.plate_values is None:
        lut = _usual_plates(content, set(classes.values()))
        doubt = find_doubt(set(classes.values()) - {0}, any_colour=content.is_palette)
    else:
        lut, doubt = _named_plates(content, classes, rule), None
    lut = np.where(ignored_codes(content, rule), IGNORE, lut).astype(np.uint8)
    pixels: dict[Value, int] = {}
    for code, value in classes.items():
        pixels[value] = pixels.get(value, 0) + int(content.counts[code])
    return ReadMask(_look_up(content.codes, lut), pixels, doubt)


def fit_to_image(
    mask: np.ndarray, shape: tuple[int, int], orientation: int, path: str, image_path: str
) -> np.ndarray:
    """Turns a mask upright that was drawn on the pixels as stored; one of the upright size stays as it is.

    Args:
        mask: (H, W), as read.
        shape: Height and width of the upright picture.
        orientation: EXIF orientation of the picture, 1 to 8.
        path: The mask's file, for the message.
        image_path: The picture's file, for the message.

    Returns:
        The mask of the upright picture.

    Raises:
        ValueError: It fits the picture in no orientation.
    """
    if mask.shape == shape:
        return mask
    upright = apply_orientation(mask, orientation)
    if upright.shape != shape:
        raise ValueError(
            f'mask {path!r} is {mask.shape[1]} x {mask.shape[0]} pixels, its picture {image_path!r} '
            f'{shape[1]} x {shape[0]}: draw the mask at the size of the picture'
        )
    return upright


def _read(path: str, backend_args: dict | None) -> bytes:
    """The content of a file; of what does not lie on a disk of this machine, by the toolbox."""
    if backend_args is None and '://' not in path:
        return Path(path).read_bytes()
    from mmengine import fileio

    return fileio.get(path, backend_args=backend_args)


def _usual_plates(content: MaskContent, values: set[Value]) -> np.ndarray:
    """Which rows of the table are plate where nobody says it, bool (N,)."""
    table = content.table
    if values - {0} == {1}:
        return (table == 1).reshape(len(table), -1).all(axis=1)
    if not content.is_colour:
        return (table // 257 if table[content.present].max(initial=0) > 255 else table) >= 128
    brightest = table.max(axis=1)
    is_bright = brightest >= 128
    return is_bright | (brightest != table.min(axis=1)) if content.is_palette else is_bright


def _named_plates(content: MaskContent, classes: dict[int, Value], rule: MaskRule) -> np.ndarray:
    """Which rows of the table are closest to a named value, bool (N,)."""
    table = content.table.reshape(len(content.table), -1).astype(np.float32)
    is_plate = np.zeros(len(table), bool)
    centres = dict.fromkeys(classes)
    for code in content.present.tolist():
        entry = content.table[code]
        named = tuple(entry.tolist()) if content.is_colour else int(entry)
        if content.is_colour and len(set(named)) == 1:
            named = named[0]
        if rule.plate_values == NONZERO:
            is_plate[code] = code in classes and classes[code] != 0
        elif named in rule.plate_values or (content.is_palette and code in rule.plate_values):
            is_plate[code] = True
            centres[code] = None
    if rule.plate_values != NONZERO:
        is_noisy = content.is_lossy or len(content.present) > FEW
        for code, value in classes.items():
            is_plate[code] |= any(_is_same(value, named, is_noisy) for named in rule.plate_values)
    centres = np.array(list(centres))
    for code in np.setdiff1d(content.present, centres):
        is_plate[code] = is_plate[centres[np.abs(table[centres] - table[code]).max(axis=1).argmin()]]
    return is_plate


def _is_same(value: Value, named: Value, is_noisy: bool) -> bool:
    """Whether a class is the one that is named; where JPEG was at work, moved by a few levels."""
    if value == named or not is_noisy:
        return value == named
    return bool(np.abs(np.subtract(value, named)).max() <= NOISE)


def _look_up(codes: np.ndarray, lut: np.ndarray) -> np.ndarray:
    if codes.dtype == np.uint8:
        return cv2.LUT(codes, np.resize(lut, 256) if len(lut) < 256 else lut)
    return lut[codes]
