"""Recordings that change on the way: transport streams one after the other, as players take them."""

import io
from fractions import Fraction

import av
import numpy as np

GREY, RED = 100, (0, 0, 255)
#: Where the red box of a picture is: shares of its width and height.
BOX_ACROSS, BOX_DOWN = (0.25, 0.5), (0.25, 0.5)


def picture(size):
    """A grey picture with a red box in its upper left, (H, W, 3) uint8 BGR."""
    width, height = size
    bgr = np.full((height, width, 3), GREY, np.uint8)
    bgr[height // 4 : height // 2, width // 4 : width // 2] = RED
    return bgr


def part(
    size,
    start=0,
    frames=5,
    *,
    codec='libx264',
    pixel_format='yuv420p',
    colour=(5, 1, 2, 2),
    aspect=None,
    options=None,
    draw=picture,
):
    """Returns a transport stream, 25 frames a second from frame ``start`` on."""
    file = io.BytesIO()
    defaults = {'g': '5', 'crf': '8', 'preset': 'ultrafast', 'x265-params': 'log-level=error'}
    with av.open(file, 'w', format='mpegts') as container:
        stream = container.add_stream(codec, rate=25, options={**defaults, **(options or {})})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        context = stream.codec_context
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = colour
        if aspect is not None:
            context.sample_aspect_ratio = aspect
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(draw(size), 'bgr24')
            frame = frame.reformat(
                format=pixel_format, dst_colorspace={1: 1, 9: 9}.get(colour[0], 5), dst_color_range=colour[1]
            )
            frame.pts, frame.time_base = start + index, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


def join(path, *parts):
    """Writes transport streams one after the other; each is given by the arguments of :func:`part`."""
    start, data = 0, b''
    for arguments in parts:
        data += part(start=start, **arguments)
        start += arguments.get('frames', 5)
    path.write_bytes(data)
    return path


def red_box(bgr):
    """Where red is: first and last column, first and last row."""
    rows, columns = np.nonzero((bgr[..., 2] > 180) & (bgr[..., 1] < 60))
    return columns.min(), columns.max() + 1, rows.min(), rows.max() + 1


def content_box(bgr):
    """Where it is not black."""
    rows, columns = np.nonzero(bgr.max(axis=2) > 60)
    return columns.min(), columns.max() + 1, rows.min(), rows.max() + 1
