"""Parts of videos: pictures, sound, subtitles and chapters cut to one span, on one clock."""

import json
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
    BrightSegmenter,
    hidden_files,
    is_legible,
    plate_box,
    plate_picture,
    read_video,
    result_of,
    write_video,
)
from helpers.clock_samples import beeps, encode_flashes, flashes
from helpers.stream_samples import FONT, copied_packets, describe, write_streams

from mmlp.jobs import Redaction, anonymize_media, segment_media
from mmlp.media import TimeSpan, VideoReader, write_image

SIZE = (160, 96)


def anonymize(source, span, **options):
    (result,) = anonymize_media(
        source, source.parent / 'out', BrightSegmenter(), Redaction('solid'), span=span, **options
    ).files
    return result, Path(result.outputs[0]) if result.outputs else None


def container_of(path):
    with av.open(str(path)) as container:
        start = container.start_time / av.time_base
        times = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
    return start, times


@pytest.mark.parametrize(
    ('name', 'options'),
    [
        ('a.mp4', {}),
        ('a.mov', {'audio_codec': 'pcm_s16le'}),
        ('a.mkv', {'audio_codec': 'flac'}),
        ('a.ts', {'audio_codec': 'mp2'}),
        ('a.webm', {'codec': 'libvpx-vp9', 'audio_codec': 'libopus'}),
        ('a.avi', {'codec': 'mpeg4', 'audio_codec': 'pcm_s16le'}),
    ],
)
@pytest.mark.parametrize('bounds', [(Fraction('4.02'), Fraction('7.7')), (0, 2), (3, None)])
def test_pictures_and_sound_are_cut_alike(tmp_path, name, options, bounds):
    source = encode_flashes(tmp_path / name, 200, **options)
    with VideoReader(source) as video:
        start, end = bounds
        times = [
            frame.time
            for frame in video
            if frame.time >= start - Fraction(1, 2000)
            and (end is None or frame.time < end - Fraction(1, 2000))
        ]
    result, target = anonymize(source, TimeSpan(*bounds))
    assert (result.status, result.notes) == ('done', [])
    found, flashing = flashes(target)
    beginning = min(found)
    assert len(found) == len(times)
    np.testing.assert_allclose(
        np.array(found) - beginning, [float(time - times[0]) for time in times], atol=0.0011
    )
    sounding = beeps(target)
    for flash in flashing:
        assert min(abs(flash - beep) for beep in sounding) < 0.025
    with av.open(str(target)) as container:
        length = (8 if end is None else float(end)) - float(times[0])
        assert container.duration / av.time_base == pytest.approx(length, abs=0.05)
    assert result.video['frames'] == len(times)
    assert result.video['span'] == pytest.approx(
        [float(times[0]), 8 if end is None else float(end)], abs=0.03
    )


def write_subtitled(path):
    """Three seconds with chapters of half a second, and subtitles of 0.8 s that begin each second."""
    texts = [(second, f'subtitle {second}') for second in range(3)]
    with av.open(str(path), 'w') as output:
        video = output.add_stream('libx264', rate=25, options={'g': '5'})
        video.width, video.height, video.pix_fmt = *SIZE, 'yuv420p'
        text = output.add_mux_stream('subrip' if path.suffix == '.mkv' else 'mov_text')
        base = Fraction(1, 1000)
        output.set_chapters(
            [
                {
                    **{'id': number + 1, 'start': 500 * number, 'end': 500 * number + 500, 'time_base': base},
                    'metadata': {'title': f'chapter {number}'},
                }
                for number in range(6)
            ]
        )
        packets = []
        for index in range(75):
            picture = av.VideoFrame.from_ndarray(plate_picture(SIZE), 'bgr24')
            picture.pts, picture.time_base = index, Fraction(1, 25)
            packets += video.encode(picture)
        packets += video.encode(None)
        output.start_encoding()
        for second, words in texts:
            data = words.encode()
            packet = av.Packet(data if path.suffix == '.mkv' else len(data).to_bytes(2, 'big') + data)
            packet.stream, packet.time_base, packet.duration = text, base, 800
            packet.pts = packet.dts = 1000 * second
            packets.append(packet)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


@pytest.mark.parametrize('name', ['a.mkv', 'a.mp4'])
def test_subtitles_and_chapters_are_those_of_the_span(tmp_path, name):
    source = write_subtitled(tmp_path / name)
    _, target = anonymize(source, TimeSpan('0.6', '2.2'))
    with av.open(str(target)) as container:
        (stream,) = [stream for stream in container.streams if stream.type == 'subtitle']
        shown = [
            (
                bytes(packet)[-10:],
                float(packet.pts * packet.time_base),
                float(packet.duration * packet.time_base),
            )
            for packet in container.demux(stream)
            if packet.size > 2
        ]
        chapters = [
            (
                chapter['metadata']['title'],
                *(float(chapter[key] * chapter['time_base']) for key in ('start', 'end')),
            )
            for chapter in container.chapters()
        ]
    expected = [(b'subtitle 0', 0.0, 0.2), (b'subtitle 1', 0.4, 0.8), (b'subtitle 2', 1.4, 0.2)]
    assert [words for words, _, _ in shown] == [words for words, _, _ in expected]
    np.testing.assert_allclose([times for _, *times in shown], [times for _, *times in expected], atol=0.002)
    assert [title for title, _, _ in chapters] == [f'chapter {number}' for number in range(1, 5)]
    np.testing.assert_allclose(
        [times for _, *times in chapters], [(0, 0.4), (0.4, 0.9), (0.9, 1.4), (1.4, 1.6)], atol=0.002
    )


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv'])
def test_all_cameras_and_languages_are_cut_to_one_clock(tmp_path, name):
    """The second camera, of ten frames a second, starts at 0.5 s; the third has one frame, at 0.2 s."""
    cameras = ((25, 50, 0, SIZE), (10, 20, 0.5, (200, 80)), (30, 1, 0.2, SIZE))
    fonts = {'attachments': [('a.ttf', 'application/x-truetype-font', FONT)]} if name == 'a.mkv' else {}
    source = write_streams(
        tmp_path / name, cameras, languages=('deu', 'eng'), time_code='01:02:03:04', **fonts
    )
    result, target = anonymize(source, TimeSpan('0.44', '1.24'))
    assert result.status == 'done' and result.video['frames'] == 20 + 8
    assert result.notes == ['left out, since the span has no frame of it: video stream (cabin, h264)']
    assert result.video['streams_left_out'] == ['video stream (cabin, h264)']
    kept = [entry for entry in describe(source) if entry[2] != 'cabin']
    assert describe(target) == kept
    for stream, expected in enumerate((np.arange(20) / 25, 0.06 + np.arange(8) / 10)):
        with VideoReader(target, stream=stream) as video:
            frames = list(video)
        np.testing.assert_allclose([float(frame.time) for frame in frames], expected, atol=0.0021)
        first = 11 if stream == 0 else 0
        assert not any(is_legible(frame.bgr, plate_box(first + frame.index)) for frame in frames)
    for index in (2, 3):
        sound = [entry for entry in copied_packets(source, 'audio') if entry[0] == index + 1]
        part = [entry for entry in copied_packets(target, 'audio') if entry[0] == index]
        wanted = [(time - 0.44, data) for _, time, data in sound if 0.4395 <= time < 1.2395 - 512 / 48000]
        assert [data for _, _, data in part] == [data for _, data in wanted]
        np.testing.assert_allclose([time for _, time, _ in part], [time for time, _ in wanted], atol=0.0011)
    if name == 'a.mp4':
        with av.open(str(target)) as container:
            assert container.streams[0].metadata['timecode'] == '01:02:03:15'


def test_nothing_outside_is_looked_at_or_written(tmp_path):
    """In the overlay, the lines, the masks: only frames of the span, with the times of the whole."""
    write_video(tmp_path / 'a.mp4', 50, audio=True)
    looked_at = []

    class Spy(BrightSegmenter):
        def predict_batch(self, images):
            looked_at.extend(images)
            return super().predict_batch(images)

    report = segment_media(
        tmp_path / 'a.mp4',
        tmp_path / 'out',
        Spy(),
        save=['json', 'mask', 'overlay'],
        span=TimeSpan('0.4', '0.8'),
    )
    (result,) = report.files
    assert len(looked_at) == 10 and (result.video['frames'], result.video['span']) == (10, [0.4, 0.8])
    lines = [json.loads(line) for line in (tmp_path / 'out/json/a.jsonl').read_text().splitlines()]
    assert [line['frame'] for line in lines] == list(range(10))
    np.testing.assert_allclose([line['time'] for line in lines], 0.4 + np.arange(10) / 25, atol=1e-6)
    whole = read_video(tmp_path / 'a.mp4')
    for line in lines:
        left, _, _, _ = line['plates'][0]['box']
        assert left == pytest.approx(plate_box(line['frame'] + 10)[0] - 0.5, abs=1)
    masks = sorted((tmp_path / 'out/mask/a').iterdir())
    assert [mask.name for mask in masks] == [f'{number:06}.png' for number in range(10)]
    assert cv2.imread(str(masks[0]), 0)[47, plate_box(10)[0] + 2] == 255
    overlay = read_video(tmp_path / 'out/overlay/a.mp4')
    assert len(overlay) == 10
    assert np.abs(overlay[0].astype(int) - whole[10])[:20].mean() < 4
    sound = copied_packets(tmp_path / 'out/overlay/a.mp4', 'audio')
    assert sound and all(-0.001 <= time < 0.4 for _, time, _ in sound)


def test_reports_tell_frames_of_the_output_and_times_of_the_input(tmp_path):
    class Doubtful(BrightSegmenter):
        def predict_batch(self, images):
            found = super().predict_batch(images)
            for entry in found:
                for plate in entry.plates:
                    object.__setattr__(plate, 'score', 0.5)
            return found

    write_video(tmp_path / 'a.mp4', 50)
    (result,) = anonymize_media(
        tmp_path / 'a.mp4', tmp_path / 'out', Doubtful(), span=TimeSpan('0.4', '0.8')
    ).files
    assert [(part['frames'], part['seconds']) for part in result.review] == [([0, 9], [0.4, 0.76])]


def test_pictures_are_not_concerned(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    write_video(tmp_path / 'in/a.mp4', 25)
    report = anonymize_media(
        tmp_path / 'in',
        tmp_path / 'out',
        BrightSegmenter(),
        span=TimeSpan(0, '0.2'),
        report=tmp_path / 'r.json',
    )
    assert result_of(report, 'a.png').plates == 1 and result_of(report, 'a.mp4').video['frames'] == 5


def test_a_video_without_a_frame_in_the_span_fails_and_others_are_done(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/short.mp4', 10)
    write_video(tmp_path / 'in/long.mp4', 50)
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), span=TimeSpan(1, 1.6))
    assert report.exit_code == 1
    assert result_of(report, 'short.mp4').error == 'has no frame from 0:01 to 0:01.6: it ends at 0:00.4'
    assert result_of(report, 'long.mp4').status == 'done'
    assert not (tmp_path / 'out/short.mp4').exists() and hidden_files(tmp_path) == []


def test_in_place_is_refused_since_the_rest_would_be_lost(tmp_path):
    path = write_video(tmp_path / 'a.mp4', 10)
    before = path.read_bytes()
    with pytest.raises(ValueError, match=r'outside of the span .* would be lost'):
        anonymize_media(path, None, BrightSegmenter(), in_place=True, span=TimeSpan(0, 1))
    assert path.read_bytes() == before


@pytest.mark.parametrize('job', [anonymize_media, segment_media])
def test_another_span_is_another_run(tmp_path, job):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 25)
    job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), span=TimeSpan(0, 0.2))
    for span in (None, TimeSpan(0, 0.4)):
        with pytest.raises(ValueError, match=r'other settings \(span \[0.0, 0.2\]'):
            job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), span=span, resume=True)
    again = job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), span=TimeSpan(0, 0.2), resume=True)
    assert again.files[0].kept
