"""What decoded pictures tell beside their pixels."""

from __future__ import annotations

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType

from .hdr import LightLevels
from .orientation import orientation_of_matrix

#: What frames tell beside their pixels, and no encoder of PyAV takes.
_NOT_CARRIED = {
    'DOVI_RPU_BUFFER': 'Dolby Vision metadata',
    'DOVI_METADATA': 'Dolby Vision metadata',
    'DYNAMIC_HDR_PLUS': 'HDR10+ metadata',
    'DYNAMIC_HDR_VIVID': 'HDR Vivid metadata',
    'A53_CC': 'closed captions',
    'STEREO3D': 'tag of 3D video',
    'SPHERICAL': 'tag of 360-degree video',
    'ICC_PROFILE': 'ICC profile',
}


def read_orientation(image: av.VideoFrame) -> int | None:
    """Reads how a decoded picture is stored, as an EXIF orientation; None when nothing is told."""
    matrix = _read(image, SideDataType.DISPLAYMATRIX, np.int32)
    return None if matrix is None else orientation_of_matrix(matrix)


def read_light_levels(image: av.VideoFrame) -> LightLevels | None:
    """Reads what a decoded picture tells of light; None when it tells nothing."""
    display = content = None
    data = _read(image, SideDataType.MASTERING_DISPLAY_METADATA, np.int32)
    # FFmpeg's AVMasteringDisplayMetadata: ten fractions, and whether primaries and luminances are given.
    if data is not None and len(data) >= 22 and data[20] and data[21] and data[1:20:2].all():
        display = tuple(float(value) for value in data[0:20:2] / data[1:20:2])
    data = _read(image, SideDataType.CONTENT_LIGHT_LEVEL, np.uint32)
    if data is not None and len(data) >= 2 and data[:2].any():
        content = int(data[0]), int(data[1])
    return None if display is content is None else LightLevels(display, content)


def not_carried(image: av.VideoFrame) -> set[str]:
    """Names what a decoded picture tells beside its pixels that no output will have."""
    return {_NOT_CARRIED[entry.type.name] for entry in image.side_data if entry.type.name in _NOT_CARRIED}


def _read(image: av.VideoFrame, kind: SideDataType, dtype: type) -> np.ndarray | None:
    try:
        return np.frombuffer(bytes(image.side_data[kind]), dtype)
    except KeyError:
        return None
