"""Interlaced videos that the tests make for themselves: each field shows a moment of its own."""

from fractions import Fraction

import av
import numpy as np

#: Encoders with the options that make them code fields.
FIELDS_FLAGS = {'flags': '+ilme+ildct'}


def marked_as_interlaced(picture, fields):
    """Tags a picture as interlaced, ``'tff'`` or ``'bff'``; only filters of FFmpeg can."""
    graph = av.filter.Graph()
    steps = [graph.add_buffer(template=picture, time_base=Fraction(1, 25)), graph.add('setfield', fields)]
    graph.link_nodes(*steps, graph.add('buffersink')).configure()
    graph.vpush(picture)
    return graph.vpull()


def weave(first, second, fields, pixel_format):
    """Makes an interlaced picture of two moments, (H, W, 3) uint8 BGR; rows of colours, too, take turns."""
    pictures = [
        av.VideoFrame.from_ndarray(bgr, 'bgr24').reformat(format=pixel_format) for bgr in (first, second)
    ]
    top, bottom = pictures if fields == 'tff' else pictures[::-1]
    for plane, other in zip(top.planes, bottom.planes):
        rows, others = (np.frombuffer(each, np.uint8).reshape(each.height, -1) for each in (plane, other))
        rows[1::2] = others[1::2]
    return marked_as_interlaced(top, fields)


def write_interlaced(
    path,
    drawing,
    frames=8,
    size=(160, 96),
    *,
    codec='libx264',
    fields='tff',
    pixel_format='yuv420p',
    options=None,
):
    """Writes an interlaced video of 25 frames a second; ``drawing`` takes the number of the field."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream(codec, rate=25, options={**FIELDS_FLAGS, **(options or {})})
        stream.width, stream.height, stream.pix_fmt = *size, pixel_format
        for index in range(frames):
            picture = weave(drawing(2 * index), drawing(2 * index + 1), fields, pixel_format)
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path
