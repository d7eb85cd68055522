"""Videos that the tests make for themselves, with PyAV alone."""

from fractions import Fraction

import av
import numpy as np
import pytest


def draw(index, size):
    """Draws frame ``index``: a grey level of its own, a red left half, a green upper third; BGR."""
    width, height = size
    frame = np.full((height, width, 3), 40 + index % 20 * 8, np.uint8)
    frame[: height // 3] = (0, 160, 0)
    frame[:, : width // 2, 2] = 220
    return frame


def tone(rate, seconds, channels):
    """A sine of 440 Hz, 16-bit samples, (1, samples x channels)."""
    samples = np.sin(2 * np.pi * 440 * np.arange(round(rate * seconds)) / rate) * 8000
    return np.repeat(samples.astype(np.int16), channels)[None]


def encode_video(
    path,
    frames=20,
    size=(96, 64),
    *,
    codec='libx264',
    pixel_format='yuv420p',
    fps=25,
    ticks=None,
    time_base=None,
    audio=(),
    audio_codec='aac',
    audio_rate=48000,
    audio_first=False,
    rotation=0,
    flip=False,
    options=None,
    metadata=None,
    colour=None,
    aspect=None,
    drawing=draw,
):
    """Writes a video with PyAV alone.

    ``audio`` holds channels a stream; ``ticks`` the frames' times; ``colour`` two or four of FFmpeg's codes
    of matrix, range, primaries and transfer. ``drawing`` takes index and size, and returns BGR of 8 or 16
    bits.
    """
    seconds = frames / fps if ticks is None else float((ticks[-1] + 1) * (time_base or Fraction(1, fps)))
    with av.open(str(path), 'w') as container:
        container.metadata.update(metadata or {})

        def add_audio():
            layouts = ['mono' if channels == 1 else 'stereo' for channels in audio]
            return [container.add_stream(audio_codec, rate=audio_rate, layout=layout) for layout in layouts]

        tracks = add_audio() if audio_first else []
        video = container.add_stream(codec, rate=fps, options=options or {})
        video.width, video.height, video.pix_fmt = *size, pixel_format
        if time_base is not None:
            video.codec_context.time_base = time_base
        if rotation or flip:
            if not hasattr(video, 'set_display_rotation'):
                pytest.skip('this PyAV cannot write turned videos')
            video.set_display_rotation(rotation, hflip=flip)
        if colour is not None:
            context = video.codec_context
            context.colorspace, context.color_range = colour[:2]
            context.color_primaries, context.color_trc = colour[2:] or (2, 2)
        if aspect is not None:
            video.codec_context.sample_aspect_ratio = aspect
        tracks = tracks or add_audio()
        for number, track in enumerate(tracks):
            track.metadata['language'] = ('deu', 'eng', 'fra')[number]
        packets = []
        for index in range(frames):
            drawn = np.ascontiguousarray(drawing(index, size))
            picture = av.VideoFrame.from_ndarray(drawn, 'bgr24' if drawn.dtype == np.uint8 else 'bgr48le')
            if colour is not None:
                picture = picture.reformat(
                    format=pixel_format,
                    dst_colorspace={1: 1, 9: 9}.get(colour[0], 5),
                    dst_color_range=colour[1] or 1,
                )
            picture.pts = index if ticks is None else ticks[index]
            picture.time_base = time_base or Fraction(1, fps)
            packets += video.encode(picture)
        packets += video.encode(None)
        for track, channels in zip(tracks, audio):
            samples = tone(audio_rate, seconds, channels)
            for start in range(0, samples.shape[1], 1024 * channels):
                block = np.ascontiguousarray(samples[:, start : start + 1024 * channels])
                sound = av.AudioFrame.from_ndarray(block, 's16', 'mono' if channels == 1 else 'stereo')
                sound.sample_rate, sound.pts = audio_rate, start // channels
                sound.time_base = Fraction(1, audio_rate)
                packets += track.encode(sound)
            packets += track.encode(None)
        packets = [packet for packet in packets if packet.dts is not None]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path
