"""Pictures of the formats that Pillow knows, from their headers to pixels."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from .coded_size import canvas_of_webp, why_too_short
from .decoded_image import DecodedImage
from .errors import UnreadableMediaError
from .limits import LOSSLESS_WEBP, PLAIN_ANYMAP, check_pixels
from .metadata import read_orientation
from .metadata.webp import is_lossless_webp
from .orientation import apply_orientation
from .pixels import bands, decode_deep_colour, to_array, to_bgr
from .tiff_contents import TiffContents
from .unsupported import further_originals, why_undecodable
from .value_range import FULL_RANGE, ValueRange, find_value_range
from .whole_jpeg import is_cut_off

#: All that Pillow takes for TIFF.
TIFF_STARTS = (b'II*\x00', b'MM\x00*', b'II+\x00', b'MM*\x00', b'II\x00*')
#: Modes that are kept as they are; ``RGB`` needs no second array.
_KEPT_MODES = ('RGB', 'L', 'P', '1', 'LA', 'RGBA', 'CMYK')
_CONVERTED_MODES = {'PA': 'RGBA', 'La': 'LA', 'RGBa': 'RGBA'}
_TIFF_ORIENTATION = 274


class PillowSource:
    """A picture that Pillow has opened and not decoded yet.

    Args:
        data (bytes): The file.
        name (str): Its name, for errors.
        contents (TiffContents): What a TIFF file holds besides.
        max_pixels (int): Larger pictures are refused where opening takes memory already.

    Attributes:
        size (tuple[int, int]): Width and height.

    Raises:
        PIL.UnidentifiedImageError: Pillow does not know the file.
        UnreadableMediaError: There are too many pixels.
    """

    def __init__(self, data: bytes, name: str, contents: TiffContents, max_pixels: int) -> None:
        canvas = canvas_of_webp(data)
        if canvas is not None:
            check_pixels(name, *canvas, max_pixels)
        self._data, self._name, self._contents = data, name, contents
        self._image = Image.open(io.BytesIO(data))
        self._is_deep = _is_deep_colour(self._image, data)
        self.size = self._image.size

    @property
    def kind(self) -> tuple[str, str]:
        """Format and layout of pixels, on which it depends what memory they take."""
        return self._image.format, 'RGB;16' if self._is_deep else self._image.mode

    @property
    def further_memory(self) -> float:
        """Bytes a pixel that the coding takes besides."""
        image = self._image
        if image.format in ('JPEG', 'MPO') and image.info.get('progressive'):
            # All coefficients are held, two bytes each, when it is read and when it is written.
            factors = [(across, down) for _, across, down, _ in image.layer]
            most = max(across for across, _ in factors) * max(down for _, down in factors)
            return 2 * sum(across * down for across, down in factors) / most
        if image.format == 'PPM' and image.tile and image.tile[0][0] == 'ppm_plain':
            return PLAIN_ANYMAP
        return LOSSLESS_WEBP if image.format == 'WEBP' and is_lossless_webp(self._data) else 0.0

    def check(self) -> None:
        """Refuses what cannot be kept, or is not there.

        Raises:
            UnreadableMediaError: The reason.
        """
        # What is missing goes before what cannot be kept, since that is counted in what is there.
        problem = why_too_short(self._image, self._data)
        problem = problem or why_undecodable(self._image, self._data, self._contents.pages)
        if problem:
            raise UnreadableMediaError(self._name, problem)

    def decode(self) -> DecodedImage:
        """Decodes the picture.

        Raises:
            UnreadableMediaError: It ends early.
            Exception: Whatever Pillow's decoders raise.
        """
        image, data, contents = self._image, self._data, self._contents
        info = dict(image.info)
        if image.format in ('JPEG', 'MPO'):
            info.update(_jpeg_settings(image))
        # Loading forgets the layout and the orientation.
        if image.format == 'TIFF':
            tags, types = {tag: image.tag_v2[tag] for tag in image.tag_v2}, dict(image.tag_v2.tagtype)
        image.load()
        info.update(image.info)  # What stands behind the pixels.
        orientation, tiff_orientation = read_orientation(info.get('exif')), 1
        if image.format == 'TIFF':  # Pillow hands out TIFF upright.
            orientation, tiff_orientation = 1, tags.get(_TIFF_ORIENTATION, 1)
            info.update(tiff_tags=tags, tiff_types=types)
        if image.format in ('JPEG', 'MPO') and is_cut_off(image, data):
            raise UnreadableMediaError(
                self._name, 'is damaged or cut off: what is coded ends before the picture does'
            )
        settings = dict(
            name=self._name,
            # The further pictures of an MPO file (gain maps, previews, a second eye) are left out.
            format='JPEG' if image.format == 'MPO' else image.format,
            orientation=orientation,
            info=info,
            data=data,
            copies=contents.copies,
            originals=contents.originals + further_originals(image, data),
        )
        self._image = None  # Its pixels are freed as soon as they have been copied.
        image = _known_mode(image)
        value_range, palette = FULL_RANGE, None
        if self._is_deep:
            image = image if image.mode == 'RGB' else image.convert('RGB')
            stored = decode_deep_colour(data, image, tiff_orientation)
            mode = 'RGB;16' if stored.shape[2] == 3 else 'RGBA;16'
            del image
            bgr, value_range = shown_in_8_bits(stored[:, :, :3])
        elif image.mode.startswith('I;16'):
            mode, stored = image.mode, to_array(image)
            del image
            bgr, value_range = shown_in_8_bits(stored)
        else:
            mode, bgr = image.mode, to_bgr(image)
            stored = None if mode == 'RGB' else to_array(image)
            if mode == 'P':
                palette = np.array(image.getpalette('RGB'), np.uint8).reshape(-1, 3)
            del image
        bgr = apply_orientation(bgr, orientation)
        bgr.setflags(write=False)
        settings.update(palette=palette, value_range=value_range)
        return DecodedImage(bgr=bgr, mode=mode, stored=stored, **settings)


def shown_in_8_bits(pixels: np.ndarray) -> tuple[np.ndarray, ValueRange]:
    """Converts 16-bit pixels to what a network sees, and tells which part of the 16 bits that shows.

    Args:
        pixels (np.ndarray): (H, W) grey or (H, W, 3) BGR, uint16.

    Returns:
        tuple[np.ndarray, ValueRange]: (H, W, 3) uint8 BGR, and the part.
    """
    value_range = find_value_range(pixels)
    bgr = np.empty((*pixels.shape[:2], 3), np.uint8)
    for rows in bands(pixels.shape[:2]):
        shown = value_range.to_bytes(pixels[rows])
        bgr[rows] = shown[:, :, None] if shown.ndim == 2 else shown
    return bgr, value_range


def _jpeg_settings(image: Image.Image) -> dict[str, Any]:
    """Reads how a JPEG was coded, so that it can be coded alike again."""
    from PIL import JpegImagePlugin

    subsampling = JpegImagePlugin.get_sampling(image)
    tables = image.quantization
    return {
        'qtables': [list(tables[key]) for key in sorted(tables)],
        # Layouts that Pillow cannot write (4:1:1, 4:4:0) are stored finer, not coarser.
        'subsampling': subsampling if subsampling in (0, 1, 2) else 0,
    }


def _is_deep_colour(image: Image.Image, data: bytes) -> bool:
    """Tells whether Pillow would cut 16-bit colour to 8 bits."""
    if image.format == 'PNG':
        bits, colour_type = data[24], data[25]
        return bits == 16 and colour_type != 0
    if image.format == 'TIFF':
        return not image.mode.startswith('I;16') and max(image.tag_v2.get(258, (8,))) == 16
    return False


def _known_mode(image: Image.Image) -> Image.Image:
    if image.mode in _KEPT_MODES or image.mode.startswith('I;16'):
        return image
    return image.convert(_CONVERTED_MODES.get(image.mode, 'RGB'))
