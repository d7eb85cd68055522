"""Chains of FFmpeg's filters for pictures."""

from __future__ import annotations

from collections.abc import Sequence

import av


def make_filters(like: av.VideoFrame, steps: Sequence[str]) -> av.filter.Graph:
    """Makes a chain of filters.

    Args:
        like (av.VideoFrame): A picture of the size, pixel format, matrix and range of all that it will get.
        steps (Sequence[str]): Filters as on the command line of FFmpeg, such as ``'scale=w=640:h=480'``.

    Returns:
        av.filter.Graph: Takes pictures by ``vpush`` and hands them out by ``vpull``.

    Raises:
        av.FFmpegError: A filter does not take such pictures.
    """
    graph = av.filter.Graph()
    source = graph.add(
        'buffer',
        video_size=f'{like.width}x{like.height}',
        pix_fmt=like.format.name,
        time_base='1/90000',
        colorspace=str(int(like.colorspace)),
        range=str(int(like.color_range)),
    )
    named = (step.partition('=')[::2] for step in steps)
    filters = [graph.add(name, arguments or None) for name, arguments in named]
    graph.link_nodes(source, *filters, graph.add('buffersink'))
    graph.configure()
    return graph


def take_times(image: av.VideoFrame, source: av.VideoFrame) -> None:
    """Gives a filtered picture the times of its source: the filters' clock is another one."""
    image.pts, image.time_base, image.duration = source.pts, source.time_base, source.duration
