"""Which pictures are panoramas, and which directions their pixels show."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

from .metadata.xmp import check_xml

_GPANO = '{http://ns.google.com/photos/1.0/panorama/}'
_PROJECTIONS = ('equirectangular', 'cylindrical')
#: Without a tag, pictures twice as wide as high are taken for panoramas from this width on.
_LEAST_WIDTH = 2880
#: Rows that left and right edge are compared in, and the grey levels by which they may differ on average.
_BANDS, _EDGE_DIFFERENCE = 64, 24.0
#: Share of the full turn from which on left and right edge are neighbours.
_FULL_TURN = 0.999


@dataclasses.dataclass(frozen=True)
class Panorama:
    """How a panorama's pixels lie on the sphere around the camera.

    Attributes:
        width (int): Width of the picture in pixels.
        height (int): Height of the picture in pixels.
        full_width (float): Pixels of a full turn; more than ``width`` when only a part of it is shown.
        horizon (float): Row of the horizon, counted from the picture's upper edge; may lie outside.
        projection (str): ``'equirectangular'``: a row is an angle of elevation. ``'cylindrical'``: a row is a
            height on a cylinder.
        is_tagged (bool): Whether the file says so, or its shape alone lets suppose it.
    """

    width: int
    height: int
    full_width: float
    horizon: float
    projection: str = 'equirectangular'
    is_tagged: bool = False

    @property
    def wraps(self) -> bool:
        """Whether the left edge continues the right one."""
        return self.width >= _FULL_TURN * self.full_width

    @property
    def period(self) -> float:
        """Pixels after which columns show the same direction again."""
        return self.width if self.wraps else self.full_width

    @property
    def pixels_a_radian(self) -> float:
        """Pixels a radian at the horizon, both ways."""
        return self.full_width / (2 * np.pi)

    def to_pixels(self, longitude: np.ndarray, latitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Finds where a direction is shown.

        Args:
            longitude (np.ndarray): Radians to the right of the picture's centre, any shape.
            latitude (np.ndarray): Radians above the horizon, -pi/2..pi/2, the same shape.

        Returns:
            tuple[np.ndarray, np.ndarray]: Columns and rows in pixels; columns are not wrapped.
        """
        if self.projection == 'cylindrical':
            latitude = np.tan(np.clip(latitude, -1.5, 1.5))
        scale = self.pixels_a_radian
        return self.width / 2 - 0.5 + scale * longitude, self.horizon - 0.5 - scale * latitude


def find_panorama(bgr: np.ndarray, info: Mapping[str, Any]) -> Panorama | None:
    """Tells whether a picture is a panorama, by its GPano tags or else by its shape.

    Without tags, a picture is taken for a full sphere when it is exactly twice as wide as high, at least
    2880 pixels wide, and its right edge goes on at its left one.

    Args:
        bgr (np.ndarray): The upright picture, (H, W, 3) uint8, BGR.
        info (Mapping[str, Any]): What was found in its file, see :class:`~mmlp.media.DecodedImage`; ``xmp``
            holds the tags.

    Returns:
        Panorama | None: None when it is not a panorama.

    See Also:
        https://developers.google.com/streetview/spherical-metadata
    """
    xmp = info.get('xmp') or info.get('XML:com.adobe.xmp')
    tags = _read_gpano(xmp) if xmp else {}
    height, width = bgr.shape[:2]
    if tags.get('ProjectionType') in _PROJECTIONS:
        return _by_tags(width, height, tags)
    if tags.get('ProjectionType') is None and _may_be_sphere(bgr):
        return full_sphere(width, height)
    return None


def full_sphere(width: int, height: int, is_tagged: bool = False) -> Panorama:
    """Describes an equirectangular picture that shows all directions."""
    return Panorama(width, height, width, height / 2, is_tagged=is_tagged)


def _may_be_sphere(bgr: np.ndarray) -> bool:
    """Tells whether a picture has the shape of a full sphere, and its right edge goes on at its left one."""
    height, width = bgr.shape[:2]
    if width < _LEAST_WIDTH or width != 2 * height:
        return False
    edges = bgr[:, [0, -1]].astype(np.float32)
    bands = [band.mean(axis=0) for band in np.array_split(edges, _BANDS)]
    return float(np.mean([np.abs(left - right).mean() for left, right in bands])) <= _EDGE_DIFFERENCE


def _by_tags(width: int, height: int, tags: Mapping[str, str]) -> Panorama:
    """Lays the picture over the full panorama; tags that are missing or senseless mean all of it."""

    def number(name: str, otherwise: float) -> float:
        try:
            value = float(tags[name])
        except (KeyError, ValueError):
            return otherwise
        return value if 0 <= value < 1e6 else otherwise

    full_width = number('FullPanoWidthPixels', 0) or width
    full_height = number('FullPanoHeightPixels', 0) or full_width / 2
    shown_width = number('CroppedAreaImageWidthPixels', 0) or full_width
    shown_height = number('CroppedAreaImageHeightPixels', 0) or full_height
    top = number('CroppedAreaTopPixels', (full_height - shown_height) / 2)
    shown_width = min(shown_width, full_width)
    # The picture may have been resized since it was tagged.
    return Panorama(
        width,
        height,
        full_width * width / shown_width,
        (full_height / 2 - top) * height / shown_height,
        tags['ProjectionType'],
        is_tagged=True,
    )


def _read_gpano(xmp: bytes | str) -> dict[str, str]:
    """Reads the tags of GPano from an XMP packet, written as attributes or as elements; none when damaged."""
    try:
        data = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
        check_xml(data)
        root = ElementTree.fromstring(data.rstrip(b'\x00'))
    except (ElementTree.ParseError, expat.ExpatError, ValueError):
        return {}
    tags = {}
    for element in root.iter():
        entries = [*element.attrib.items(), (element.tag, (element.text or '').strip())]
        tags.update({name[len(_GPANO) :]: value for name, value in entries if name.startswith(_GPANO)})
    return tags
