"""Videos with several cameras, languages, subtitles, covers, chapters, fonts and data."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.stream import Disposition

from helpers.bright_plates import background, draw_plate, plate_box

FONT = b'\x00\x01\x00\x00' + bytes(100)
TITLES, LANGUAGES = ('front', 'rear', 'cabin'), ('deu', 'eng', 'fra')


def write_streams(
    path,
    cameras,
    *,
    languages=(),
    subtitles=None,
    cover=None,
    chapters=(),
    data=None,
    attachments=(),
    codec='libx264',
    audio_codec='aac',
    time_code=None,
):
    """Writes a video.

    Args:
        path: The file.
        cameras: For each stream of pictures, frames a second, number of frames, start in seconds, size; a
            plate moves through each as in ``write_video``.
        languages: For each audio stream, its language; all but the first are commentaries.
        subtitles: Codec and packets, one each 100 ms.
        cover: A still picture, BGR.
        chapters: Titles, 200 ms each.
        data: Name of a stream of data.
        attachments: Name, type and bytes of each file.
    """
    packets = []
    with av.open(str(path), 'w') as output:
        videos, tracks, texts = [], [], []
        options = {'crf': '12', 'g': '5'} if codec == 'libx264' else {'crf': '12', 'b': '0'}
        for number, (fps, _, _, size) in enumerate(cameras):
            video = output.add_stream(codec, rate=fps, options=options)
            video.width, video.height, video.pix_fmt = *size, 'yuv420p'
            video.metadata.update(title=TITLES[number], language=LANGUAGES[number])
            video.disposition = Disposition.default.value if number == 0 else 0
            videos.append(video)
        if time_code:
            videos[0].metadata['timecode'] = time_code
        for number, language in enumerate(languages):
            track = output.add_stream(audio_codec, rate=48000, layout='mono')
            track.metadata.update(language=language, title=f'sound {number}')
            track.disposition = (Disposition.comment if number else Disposition.default).value
            tracks.append(track)
        if subtitles:
            text = output.add_mux_stream(subtitles[0])
            text.metadata['language'], text.disposition = 'fra', Disposition.forced.value
            texts += [(text, number, content) for number, content in enumerate(subtitles[1])]
        if data:
            stream = output.add_data_stream('bin_data')
            stream.metadata['handler_name'] = data
            texts += [(stream, number, b'DEVC' + bytes(20)) for number in range(4)]
        still = _add_cover(output, cover) if cover is not None else []
        for name, kind, content in attachments:
            output.add_attachment(name, kind, content)
        if chapters:
            base = Fraction(1, 1000)
            output.set_chapters(
                [
                    {
                        'id': number + 1,
                        'start': 200 * number,
                        'end': 200 * number + 200,
                        'time_base': base,
                        'metadata': {'title': title},
                    }
                    for number, title in enumerate(chapters)
                ]
            )
        output.start_encoding()
        output.mux(still)
        for video, (fps, frames, start, size) in zip(videos, cameras):
            for index in range(frames):
                bgr = draw_plate(background(size), plate_box(index))
                picture = av.VideoFrame.from_ndarray(bgr, 'bgr24')
                picture.pts, picture.time_base = index + round(start * fps), Fraction(1, fps)
                packets += video.encode(picture)
            packets += video.encode(None)
        seconds = max(frames / fps + start for fps, frames, start, _ in cameras)
        for track in tracks:
            for block in range(round(seconds * 48000) // 960):
                wave = (np.sin(np.arange(960) / 10) * 3000).astype(np.int16)[None]
                piece = av.AudioFrame.from_ndarray(wave, 's16', 'mono')
                piece.sample_rate, piece.pts, piece.time_base = 48000, block * 960, Fraction(1, 48000)
                packets += track.encode(piece)
            packets += track.encode(None)
        for stream, number, content in texts:
            packet = av.Packet(content)
            packet.stream, packet.time_base, packet.duration = stream, Fraction(1, 1000), 90
            packet.pts = packet.dts = number * 100
            packets.append(packet)
        packets = [packet for packet in packets if packet.dts is not None]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _add_cover(output, bgr):
    content = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    if output.format.name == 'matroska':
        output.add_attachment('cover.jpg', 'image/jpeg', content)
        return []
    stream = output.add_stream('mjpeg', rate=1)
    stream.height, stream.width = bgr.shape[:2]
    stream.pix_fmt, stream.disposition = 'yuvj420p', Disposition.attached_pic.value
    packet = av.Packet(content)
    packet.stream, packet.time_base, packet.pts, packet.dts = stream, Fraction(1), 0, 0
    packet.is_keyframe = True
    return [packet]


def describe(path):
    """What is known of each stream, in the order of the file: kind, language, title, disposition."""
    with av.open(str(path)) as container:
        return [
            (
                stream.type,
                stream.metadata.get('language'),
                stream.metadata.get('title') or stream.metadata.get('name'),
                stream.disposition.value,
            )
            for stream in container.streams
        ]


def still_picture(path):
    """The cover, BGR."""
    with av.open(str(path)) as container:
        stream = next(s for s in container.streams if s.disposition & Disposition.attached_pic)
        return next(container.decode(stream)).to_ndarray(format='bgr24')


def copied_packets(path, kind):
    """Bytes of the packets of all streams of a kind, and their times since the start of the file."""
    with av.open(str(path)) as container:
        start = container.start_time / av.time_base
        return [
            (packet.stream.index, float(packet.pts * packet.time_base) - start, bytes(packet))
            for packet in container.demux([s for s in container.streams if s.type == kind])
            if packet.size
        ]
