"""Streams that go along with the frames of a video: their names, chapters, and still pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.stream import Disposition

from .metadata import MetadataFilter
from .streams import COVER_CODECS
from .time_code import advance_time_code, is_time_code
from .time_span import TimeSpan

_COVER_QUALITY = 92
#: Tags of streams that are kept, and what they are called in outputs; in MP4 a title is a name.
_KEPT_TAGS = {'language': 'language', 'name': 'title', 'title': 'title', 'handler_name': 'handler_name'}
_STILL = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


@dataclasses.dataclass(frozen=True)
class Companions:
    """Streams of a source that go along with its frames into an output.

    Attributes:
        copied (Collection[int]): Streams to take over as they are, by their numbers in the source.
        images (Mapping[int, Path]): For further streams of pictures, a video of what becomes of each.
        covers (Mapping[int, np.ndarray]): For still pictures, what becomes of each; (H, W, 3) uint8 BGR.
        chapters (bool): Whether chapters go along.
    """

    copied: Collection[int] = ()
    images: Mapping[int, Path] = dataclasses.field(default_factory=dict)
    covers: Mapping[int, np.ndarray] = dataclasses.field(default_factory=dict)
    chapters: bool = False


def copy_tags(source: av.stream.Stream, target: av.stream.Stream, wanted: MetadataFilter) -> None:
    """Gives a stream the language, names and dispositions of another.

    Args:
        source (av.stream.Stream): The stream of an input.
        target (av.stream.Stream): The stream of an output.
        wanted (MetadataFilter): What may stay.
    """
    tags = {key.lower(): value for key, value in source.metadata.items()}
    for key, name in _KEPT_TAGS.items():
        kept = wanted.text(tags[key]) if key in tags else None
        if kept is not None:
            target.metadata[name] = kept
    target.disposition = (source.disposition & ~_STILL).value  # A number, for older versions of PyAV.


def copy_time_code(
    container: av.container.InputContainer,
    source: av.stream.Stream,
    target: av.stream.Stream,
    start: Fraction,
    fps: Fraction,
) -> None:
    """Gives a stream of pictures the time code of an input, from which muxers make a track or a tag.

    Args:
        container (av.container.InputContainer): The input.
        source (av.stream.Stream): Its pictures.
        target (av.stream.Stream): The stream of an output; of one alone, as muxers know the rate of no other.
        start (Fraction): Seconds since the start of the input at which the output begins.
        fps (Fraction): Frames a second.
    """
    tags = {
        key.lower(): value for tags in (container.metadata, source.metadata) for key, value in tags.items()
    }
    if is_time_code(tags.get('timecode', '')):  # Others would keep the file from being completed.
        target.metadata['timecode'] = advance_time_code(tags['timecode'], start, fps)


def copy_chapters(
    source: av.container.InputContainer,
    output: av.container.OutputContainer,
    start: Fraction,
    wanted: MetadataFilter,
    span: TimeSpan,
) -> None:
    """Gives an output the chapters of an input.

    Args:
        source (av.container.InputContainer): The input.
        output (av.container.OutputContainer): The output; its header must not have been written yet.
        start (Fraction): Seconds on the input's clock that become 0.
        wanted (MetadataFilter): What may stay of titles.
        span (TimeSpan): The part of the input that the output has; chapters are cut to it.
    """
    chapters = []
    for chapter in source.chapters():
        shift = round((start + span.start) / chapter['time_base'])
        length = None if span.end is None else round((span.end - span.start) / chapter['time_base'])
        if span.start > 0 and chapter['end'] <= shift:
            continue
        if length is not None:
            if chapter['start'] - shift >= length:
                continue
            chapter['end'] = min(chapter['end'], shift + length)
        title = wanted.text(chapter['metadata'].get('title', ''))
        chapters.append(
            {
                **chapter,
                'start': max(0, chapter['start'] - shift),
                'end': max(0, chapter['end'] - shift),
                'metadata': {'title': title} if title else {},
            }
        )
    output.set_chapters(chapters)


def add_cover(
    output: av.container.OutputContainer, source: av.VideoStream, bgr: np.ndarray
) -> list[av.Packet]:
    """Adds a still picture beside the video.

    Args:
        output (av.container.OutputContainer): The output; its header must not have been written yet.
        source (av.VideoStream): The still picture's stream in the input, for its names.
        bgr (np.ndarray): What is to be seen, (H, W, 3) uint8 BGR.

    Returns:
        list[av.Packet]: What is to be written when the header is.
    """
    codec = source.codec_context.name
    suffix = COVER_CODECS[codec]
    data = cv2.imencode(suffix, bgr, [cv2.IMWRITE_JPEG_QUALITY, _COVER_QUALITY])[1].tobytes()
    if output.format.name == 'matroska':
        mime = 'image/png' if suffix == '.png' else 'image/jpeg'
        output.add_attachment(source.metadata.get('filename', f'cover{suffix}'), mime, data)
        return []
    stream = output.add_stream(codec, rate=1)
    stream.height, stream.width = bgr.shape[:2]
    stream.pix_fmt = 'rgb24' if suffix == '.png' else 'yuvj420p'
    stream.disposition = Disposition.attached_pic.value
    packet = av.Packet(data)
    packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1), True
    packet.pts = packet.dts = 0
    return [packet]
