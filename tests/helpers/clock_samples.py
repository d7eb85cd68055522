"""Videos whose clocks are odd: flashes with beeps at the same moment tell whether sound is in step."""

from fractions import Fraction

import av
import numpy as np

#: Every so many frames there is a flash and a beep; the first after half of that.
FLASH_EVERY = 25
RATE, FPS = 48000, 25


def encode_flashes(
    path,
    frames=50,
    edit=None,
    *,
    size=(64, 48),
    codec='libx264',
    audio_codec='aac',
    reordered=2,
    audio=True,
    container=None,
):
    """Writes a video. ``edit(kind, seconds, number)`` returns seconds to add to a packet's time stamps.

    ``number`` counts the packets of the kind (``'video'``, ``'audio'``).
    """
    options = {'g': '10', 'bf': str(reordered)} if codec == 'libx264' else {}
    with av.open(str(path), 'w', format=container) as output:
        video = output.add_stream(codec, rate=FPS, options=options)
        video.width, video.height, video.pix_fmt = *size, 'yuv420p'
        sound = output.add_stream(audio_codec, rate=RATE, layout='mono') if audio else None
        packets = []
        for index in range(frames):
            is_flash = index % FLASH_EVERY == FLASH_EVERY // 2
            grey = np.full((size[1], size[0], 3), 180 if is_flash else 20, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, 'bgr24')
            picture.pts, picture.time_base = index, Fraction(1, FPS)
            packets += video.encode(picture)
            if audio:
                length = RATE // FPS
                wave = np.sin(np.arange(length) / 7.6) * (0.5 if is_flash else 0.0)
                block = np.ascontiguousarray((wave * 32767).astype(np.int16)[None])
                piece = av.AudioFrame.from_ndarray(block, 's16', 'mono')
                piece.sample_rate, piece.time_base = RATE, Fraction(1, RATE)
                piece.pts = index * length
                packets += sound.encode(piece)
        packets += video.encode(None) + (sound.encode(None) if audio else [])
        counts = {'video': 0, 'audio': 0}
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            kind = packet.stream.type
            if edit is not None:
                seconds = edit(kind, float(packet.dts * packet.time_base), counts[kind])
                ticks = round(Fraction(seconds).limit_denominator(90000) / packet.time_base)
                packet.dts, packet.pts = packet.dts + ticks, packet.pts + ticks
            counts[kind] += 1
            output.mux(packet)
    return path


def flashes(path):
    """Times of all frames, and of those that flash, seconds."""
    with av.open(str(path)) as container:
        frames = [
            (float(frame.pts * frame.time_base), frame.to_ndarray(format='gray').mean())
            for frame in container.decode(video=0)
        ]
    return [time for time, _ in frames], [time for time, level in frames if level > 100]


def beeps(path):
    """Times at which beeps begin, seconds."""
    loud = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray().astype(float).reshape(-1)
            scale = 1.0 if frame.format.name.startswith('flt') else 32768.0
            for start in range(0, len(samples), 240):
                if np.abs(samples[start : start + 240]).max() / scale > 0.1:
                    loud.append(frame.pts * frame.time_base + Fraction(start, RATE))
    return [float(time) for number, time in enumerate(loud) if not number or time - loud[number - 1] > 0.2]


def packet_times(path):
    """Times of decoding of each stream's packets, in the order of the file, seconds."""
    times = {}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size and packet.dts is not None:
                times.setdefault(packet.stream.index, []).append(float(packet.dts * packet.time_base))
    return times
