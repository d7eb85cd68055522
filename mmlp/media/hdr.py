"""Video of high dynamic range: how it is looked at, what it tells of light, and how it becomes SDR."""

from __future__ import annotations

import dataclasses

import av
import cv2
import numpy as np

from .filters import make_filters

#: FFmpeg's codes of the transfer functions of ITU-R BT.2100.
PQ, HLG = 16, 18
#: Matrix, range, primaries and transfer of usual video of high definition.
SDR_COLOUR = (1, 1, 1, 1)
_BT2020 = 9
#: Brightest light of the display of HLG, cd/m2; PQ is looked at as if it were shown there.
_PEAK = 1000.0


def is_hdr(colour: tuple[int, int, int, int]) -> bool:
    """Tells from codes of matrix, range, primaries and transfer whether a video is of high dynamic range."""
    return colour[3] in (PQ, HLG)


def _pq_as_hlg() -> np.ndarray:
    """Signals of HLG for those of PQ, both 0..1, in 256 steps (Rep. ITU-R BT.2390, channel by channel)."""
    signal = np.linspace(0, 1, 256) ** (32 / 2523)
    light = np.maximum(signal - 0.8359375, 0) / (18.8515625 - 18.6875 * signal)
    light = 10000 * light ** (16384 / 2610)
    scene = np.clip(light / _PEAK, 0, 1) ** (1 / 1.2)
    upper = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-6)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), upper)


_VIEW = np.rint(_pq_as_hlg() * 255).astype(np.uint8)
_STORE = np.rint(np.interp(np.linspace(0, 1, 256), *np.unique(_pq_as_hlg(), return_index=True))).astype(
    np.uint8
)


def view(bgr: np.ndarray, transfer: int) -> np.ndarray:
    """Makes pixels of HDR video look like those of usual video, for networks and people.

    HLG is made for being looked at as it is. PQ would be dark and flat: it becomes HLG, of a display of 1000
    cd/m2; brighter light is cut off.

    Args:
        bgr (np.ndarray): (H, W, 3) uint8, as decoded.
        transfer (int): FFmpeg's code of the video's transfer.

    Returns:
        np.ndarray: (H, W, 3) uint8; ``bgr`` itself for all but PQ.
    """
    return cv2.LUT(bgr, _VIEW) if transfer == PQ else bgr


def undo_view(bgr: np.ndarray, transfer: int) -> np.ndarray:
    """Turns pixels of :func:`view` back to those of the video."""
    return cv2.LUT(bgr, _STORE) if transfer == PQ else bgr


class SdrConverter:
    """Turns HDR pictures into SDR ones: BT.709, limited range, tones mapped by FFmpeg's scaler.

    The first picture takes some seconds, as the scaler works out a table.

    Args:
        colour (tuple[int, int, int, int]): Codes of matrix, range, primaries and transfer of the pictures.
        pixel_format (str): Of the results.
    """

    def __init__(self, colour: tuple[int, int, int, int], pixel_format: str) -> None:
        matrix, colour_range, primaries, transfer = colour
        # What is not told, or the scaler does not know, is taken for what all HDR has: BT.2020.
        matrix = matrix if matrix in (1, 5, 6, 9) else _BT2020
        primaries = primaries if primaries in (1, 5, 6, 9, 11, 12) else _BT2020
        self._colour = matrix, colour_range or 1, primaries, transfer
        matrix, colour_range, primaries, transfer = SDR_COLOUR
        self._steps = (
            f'scale=out_color_matrix={matrix}:out_range={colour_range}'
            f':out_primaries={primaries}:out_transfer={transfer}',
            f'format={pixel_format}',
        )
        self._graph: av.filter.Graph | None = None

    def convert(self, image: av.VideoFrame) -> av.VideoFrame:
        """Converts a picture in YUV."""
        image.colorspace, image.color_range, image.color_primaries, image.color_trc = self._colour
        if self._graph is None:
            self._graph = make_filters(image, self._steps)
        self._graph.vpush(image)
        return self._graph.vpull()


@dataclasses.dataclass(frozen=True)
class LightLevels:
    """What an HDR10 video tells of the display that it was made on, and of its brightest pictures.

    Attributes:
        display (tuple[float, ...] | None): Primaries of red, green and blue and the white point, x and y
            each, as of CIE 1931, then the least and the greatest luminance in cd/m2.
        content (tuple[int, int] | None): Greatest light of a pixel, and of a frame on average, in cd/m2.
    """

    display: tuple[float, ...] | None
    content: tuple[int, int] | None

    def options(self, encoder: str) -> tuple[str, str] | None:
        """Returns the name of an encoder's option, and what is to be added to it; None if it has none."""
        names = {
            'libx265': ('x265-params', 'master-display', 'max-cll'),
            'libx264': ('x264-params', 'mastering-display', 'cll'),
            'libsvtav1': ('svtav1-params', 'mastering-display', 'content-light'),
        }.get(encoder)
        if names is None:
            return None
        parts = []
        if self.display is not None:
            units = (1, 1) if encoder == 'libsvtav1' else (50000, 10000)
            parts.append(f'{names[1]}={_describe_display(self.display, *units)}')
        if self.content is not None:
            parts.append(f'{names[2]}={self.content[0]},{self.content[1]}')
        return names[0], ':'.join(parts)


def _describe_display(display: tuple[float, ...], per_unit: int, per_nit: int) -> str:
    def number(value: float, units: int) -> str:
        return str(round(value * units)) if units > 1 else f'{value:.4f}'

    red, green, blue, white = (
        ','.join(number(value, per_unit) for value in display[start : start + 2]) for start in (0, 2, 4, 6)
    )
    low, high = (number(value, per_nit) for value in display[8:])
    return f'G({green})B({blue})R({red})WP({white})L({high},{low})'
