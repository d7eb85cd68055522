"""The streams of a video file: what each is, and which of them an output can have."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import itertools
import os

import av

from .metadata import tells_place
from .metadata.data_in_texts import CODED_LENGTH, coded_length, holds_image
from .trailing import trailing_bytes
from .unsupported import STITCHING_DATA, has_stitching_data
from .video_info import StreamInfo, demux, describe_streams, open_video

#: The muxer of transport streams takes every codec, but nobody can read most of them again.
_TRANSPORT_STREAM_CODECS = (
    *('aac', 'ac3', 'eac3', 'mp2', 'mp2float', 'mp3', 'mp3float', 'opus', 'libopus'),
    *('dvbsub', 'dvb_subtitle', 'dvb_teletext', 'libzvbi_teletextdec'),
)
#: Containers that hold pictures beside the video, and codecs of theirs that are still pictures.
_WITH_COVERS = ('mp4', 'matroska')
COVER_CODECS = {'mjpeg': '.jpg', 'png': '.png'}
_WITH_CHAPTERS = ('mp4', 'mov', 'matroska', 'webm')
_WITH_TIME_CODES = ('mp4', 'mov')
#: First bytes of fonts, the only files in a Matroska file that are taken along: subtitles need them, and they
#: cannot show anything.
_FONTS = (b'\x00\x01\x00\x00', b'OTTO', b'true', b'ttcf', b'wOFF', b'wOF2')
#: Fewer bytes behind the end of a video hold nothing.
_LEAST_TRAILER = 64
#: Subtitles that are texts; others are pictures.
_TEXT_SUBTITLES = ('subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text', 'ttml')


@dataclasses.dataclass(frozen=True)
class StreamPlan:
    """Which streams of a file an output has.

    Attributes:
        images (tuple[StreamInfo, ...]): Streams of pictures; the one that is looked at first comes first.
        covers (tuple[StreamInfo, ...]): Still pictures beside the video.
        copied (tuple[StreamInfo, ...]): Audio, subtitles and fonts, taken over as they are.
        chapters (bool): Whether there are chapters, and the output has them.
        unreadable (tuple[str, ...]): Streams of pictures of an unknown codec.
        lost (tuple[str, ...]): What else the output cannot have.
        withheld (tuple[str, ...]): What it could have, and does not because it tells places.
    """

    images: tuple[StreamInfo, ...]
    covers: tuple[StreamInfo, ...]
    copied: tuple[StreamInfo, ...]
    chapters: bool
    unreadable: tuple[str, ...]
    lost: tuple[str, ...]
    withheld: tuple[str, ...]


def plan_streams(
    path: str | os.PathLike, container: str, *, audio: bool = True, strip_location: bool = False
) -> StreamPlan:
    """Decides which streams of a file an output has.

    Args:
        path (str | os.PathLike): The file.
        container (str): FFmpeg's name of the output's container.
        audio (bool): Whether audio is wanted.
        strip_location (bool): Whether subtitles that tell places are unwanted.

    Returns:
        StreamPlan: The decisions.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: The file cannot be opened as a video.
    """
    images, covers, copied, unreadable, lost = [], [], [], [], []
    with open_video(path) as source:
        for info in describe_streams(source):
            stream = source.streams[info.index]
            if info.kind == 'video':
                (images if stream.codec_context is not None else unreadable).append(info)
            elif info.kind == 'cover' and container in _WITH_COVERS and info.codec in COVER_CODECS:
                covers.append(info)
            elif _can_be_copied(info, stream, container):
                copied += [info] if audio or info.kind != 'audio' else []
            elif not _is_made_anew(info, container):
                lost.append(str(info))
        has_chapters = bool(source.chapters())
        is_mp4 = 'mov' in source.format.name.split(',')
        best = source.streams.best('video')
    if has_chapters and container not in _WITH_CHAPTERS:
        lost.append('chapters')
    behind = trailing_bytes(path) if is_mp4 else 0
    if has_stitching_data(path):
        lost.append(STITCHING_DATA)
    elif behind >= _LEAST_TRAILER:
        lost.append('data behind the end of the video')
    images.sort(key=lambda info: best is None or info.index != best.index)
    with_data, telling = _look_into_subtitles(path, copied)
    lost += [f'{info} that holds data' for info in with_data]
    withheld = [info for info in telling if info not in with_data] if strip_location else []
    return StreamPlan(
        images=tuple(images),
        covers=tuple(covers),
        copied=tuple(info for info in copied if info not in (*with_data, *withheld)),
        chapters=has_chapters and container in _WITH_CHAPTERS,
        unreadable=tuple(map(str, unreadable)),
        lost=tuple(lost),
        withheld=tuple(map(str, withheld)),
    )


def _can_be_copied(info: StreamInfo, stream: av.stream.Stream, container: str) -> bool:
    if info.kind == 'audio':  # What does not fit is coded anew.
        return stream.codec_context is not None or fits(stream, container)
    if info.kind == 'attachment':
        return container == 'matroska' and stream.data.startswith(_FONTS)
    return info.kind == 'subtitle' and fits(stream, container)


def _is_made_anew(info: StreamInfo, container: str) -> bool:
    """Tells whether the muxer writes a stream by itself."""
    return info.kind == 'chapters' or (info.kind == 'time code' and container in _WITH_TIME_CODES)


def _look_into_subtitles(
    path: str | os.PathLike, streams: list[StreamInfo]
) -> tuple[list[StreamInfo], list[StreamInfo]]:
    """Returns the subtitles among streams that hold data instead of texts, and those that may tell places.

    What is not a text, such as the pictures of a DVD, is taken not to hold data, and to tell places.
    """
    texts = {info.index: info for info in streams if info.codec in _TEXT_SUBTITLES}
    telling = {info.index for info in streams if info.kind == 'subtitle' and info.index not in texts}
    coded = dict.fromkeys(texts, 0)
    if texts:
        with open_video(path) as source, contextlib.suppress(av.FFmpegError):
            parts = [(index, source.streams[index].codec_context.extradata or b'') for index in texts]
            packets = demux(source, [source.streams[index] for index in texts])
            for index, data in itertools.chain(
                parts, ((packet.stream.index, bytes(packet)) for packet in packets)
            ):
                text = data.replace(b'\0', b' ').decode('utf-8', 'replace')
                coded[index] += CODED_LENGTH if holds_image(data) else coded_length(text)
                if index not in telling and tells_place(text):
                    telling.add(index)
    return (
        [info for index, info in texts.items() if coded[index] >= CODED_LENGTH],
        [info for info in streams if info.index in telling],
    )


def fits(stream: av.stream.Stream, container: str) -> bool:
    """Tells whether a container takes a stream as it is: by writing its header into memory."""
    is_known = stream.codec_context is not None
    if container == 'mpegts' and not (is_known and stream.codec_context.name in _TRANSPORT_STREAM_CODECS):
        return False
    trial = av.open(io.BytesIO(), 'w', format=container)
    try:
        trial.add_stream_from_template(stream)
        trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    finally:
        with contextlib.suppress(ValueError, av.FFmpegError):
            trial.close()
    return True
