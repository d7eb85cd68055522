"""Videos with more than one stream: every one that shows something is anonymised, and none is lost unsaid."""

import base64
import hashlib
import json

import av
import cv2
import numpy as np
import pytest
from helpers.bright_plates import BOX, BrightSegmenter, hidden_files, is_legible, plate_box, plate_picture
from helpers.stream_samples import FONT, copied_packets, describe, still_picture, write_streams

from mmlp.jobs import Redaction, anonymize_media, segment_media
from mmlp.media import VideoReader

SIZE = (160, 96)
#: Another rate and size that starts later and ends later, and a single frame.
CAMERAS = ((25, 12, 0, SIZE), (10, 8, 0.5, (200, 80)), (30, 1, 0.2, SIZE))
#: The end of a page of subtitles, the shortest thing that is one.
DVB_PAGE = b'\x0f\x80\x00\x01\x00\x00'
MOV_TEXT = ('mov_text', [b'\x00\x05hello'])
KINDS = {
    'a.mp4': dict(
        subtitles=MOV_TEXT, cover=plate_picture(), chapters=('one', 'two'), time_code='01:02:03:04'
    ),
    'a.mov': dict(subtitles=MOV_TEXT, chapters=('one', 'two'), time_code='01:02:03:04'),
    'a.mkv': dict(
        subtitles=('subrip', [b'hello', b'world']),
        cover=plate_picture(),
        chapters=('one', 'two'),
        attachments=[('a.ttf', 'application/x-truetype-font', FONT)],
    ),
    'a.ts': dict(subtitles=('dvb_subtitle', [DVB_PAGE])),
    'a.webm': dict(subtitles=('webvtt', [b'hello']), codec='libvpx-vp9', audio_codec='libopus'),
}


def frames_of(path, stream):
    with VideoReader(path, stream=stream, strict=False) as video:
        return list(video)


def legible_frames(path, streams):
    return [
        sum(bool(is_legible(frame.bgr, plate_box(frame.index))) for frame in frames_of(path, stream))
        for stream in streams
    ]


def anonymize(source, target=None, segmenter=None, **options):
    options.setdefault('in_place', target is None)
    (result,) = anonymize_media(
        source, target, segmenter or BrightSegmenter(), Redaction('solid'), **options
    ).files
    return result


def digest(path):
    return hashlib.sha256(path.read_bytes()).digest()


@pytest.mark.parametrize('name', KINDS)
def test_every_stream_is_anonymised_and_kept(tmp_path, name):
    source, target = tmp_path / name, tmp_path / 'out' / name
    write_streams(source, CAMERAS, languages=('deu', 'eng'), **KINDS[name])
    assert legible_frames(source, range(3)) == [12, 8, 1]
    result = anonymize(source, target)
    assert (result.status, result.error, result.notes) == ('done', None, [])
    assert legible_frames(target, range(3)) == [0, 0, 0]
    assert describe(target) == describe(source)
    for number, camera in enumerate(CAMERAS):
        before, after = frames_of(source, number), frames_of(target, number)
        assert len(before) == len(after) == camera[1]
        np.testing.assert_allclose(
            [float(frame.time) for frame in after], [float(frame.time) for frame in before], atol=0.0011
        )
        assert after[0].bgr.shape == before[0].bgr.shape
    for kind in ('audio', 'subtitle'):
        before, after = copied_packets(source, kind), copied_packets(target, kind)
        assert [(index, content) for index, _, content in after] == [
            (index, content) for index, _, content in before
        ]
        np.testing.assert_allclose(
            [time for _, time, _ in after], [time for _, time, _ in before], atol=0.0011
        )
    if 'cover' in KINDS[name]:
        assert is_legible(still_picture(source), BOX) and not is_legible(still_picture(target), BOX)
    with av.open(str(target)) as container:
        titles = [chapter['metadata'].get('title') for chapter in container.chapters()]
        assert titles == list(KINDS[name].get('chapters', ()))
        if 'time_code' in KINDS[name]:
            assert container.streams[0].metadata['timecode'] == '01:02:03:04'
        assert [s.data for s in container.streams if s.type == 'attachment'] == (
            [FONT] if 'attachments' in KINDS[name] else []
        )
    streams = result.video['streams']
    assert [(part['stream'], part['frames'], part['frames_with_plates']) for part in streams] == [
        (0, 12, 12),
        (1, 8, 8),
        (2, 1, 1),
    ]
    assert result.video['frames'] == 21 and result.plates == 21
    assert hidden_files(tmp_path) == []


@pytest.mark.parametrize(
    ('name', 'codec'),
    [('b.mkv', 'ffv1'), ('b.mp4', 'av1'), ('b.ts', 'mpeg4'), ('b.ts', 'hevc'), ('b.mov', 'mpeg4')],
)
def test_every_codec_goes_by_way_of_an_intermediate_file(tmp_path, name, codec):
    source = write_streams(tmp_path / 'a.mp4', CAMERAS[:2])
    assert anonymize(source, tmp_path / name, codec=codec).status == 'done'
    assert legible_frames(tmp_path / name, range(2)) == [0, 0]
    for stream, (_, count, start, _) in enumerate(CAMERAS[:2]):
        frames = frames_of(tmp_path / name, stream)
        assert len(frames) == count and float(frames[0].time) == pytest.approx(start, abs=0.001)


def test_the_memory_is_of_each_stream_by_itself(tmp_path):
    """A plate seen by one camera alone must not cover anything in the other's frames."""
    write_streams(tmp_path / 'a.mp4', ((25, 12, 0, SIZE), (25, 12, 0, (64, 64))))

    class OneCamera(BrightSegmenter):
        def predict_batch(self, images):
            found = super().predict_batch(images)
            for image, prediction in zip(images, found):
                prediction.plates = prediction.plates if image.shape[1] == 160 else []
            return found

    result = anonymize(tmp_path / 'a.mp4', tmp_path / 'b.mp4', OneCamera())
    assert [part['frames_with_plates'] for part in result.video['streams']] == [12, 0]
    assert {'reason': 'no plate found', 'stream': 1} in result.review


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv', 'a.mov', 'a.ts'])
def test_in_place_what_can_be_kept_is_replaced(tmp_path, name):
    source = write_streams(tmp_path / name, CAMERAS[:2], languages=('deu',), **KINDS[name])
    before = describe(source)
    assert anonymize(source).status == 'done'
    assert describe(source) == before and legible_frames(source, range(2)) == [0, 0]
    assert [path.name for path in tmp_path.iterdir()] == [name]


LOSSES = {
    'data.mp4': (dict(data='GoPro MET'), 'data stream (GoPro MET)'),
    'attached.mkv': (
        dict(attachments=[('gps.json', 'application/json', b'{}')]),
        'attachment stream (gps.json)',
    ),
    # A picture that calls itself a font.
    'disguised.mkv': (
        dict(attachments=[('a.ttf', 'application/x-truetype-font', b'\xff\xd8\xff\xe0')]),
        'attachment stream (a.ttf)',
    ),
}


@pytest.mark.parametrize('name', LOSSES)
def test_what_cannot_be_kept_is_named_and_refused_in_place(tmp_path, name):
    options, lost = LOSSES[name]
    source = write_streams(tmp_path / name, CAMERAS[:1], languages=('deu',), **options)
    before = digest(source)
    result = anonymize(source)
    assert result.status == 'failed' and f'would lose {lost}' in result.error
    assert '--drop-streams' in result.error and digest(source) == before
    result = anonymize(source, tmp_path / 'out', report=tmp_path / 'report.json')
    assert result.status == 'done' and result.notes == [f'left out: {lost}']
    (entry,) = json.loads((tmp_path / 'report.json').read_text())['files']
    assert entry['video']['streams_left_out'] == [lost]
    result = anonymize(source, drop_streams=True)
    assert result.status == 'done' and digest(source) != before
    assert [kind for kind, *_ in describe(source)] == ['video', 'audio']


def test_data_of_a_camera_behind_the_end_is_a_loss_and_empty_room_is_not(tmp_path):
    source = write_streams(tmp_path / 'a.mp4', CAMERAS[:1])
    source.write_bytes(source.read_bytes() + bytes(5000))
    assert anonymize(source, tmp_path / 'b.mp4').notes == []
    source = write_streams(tmp_path / 'c.mp4', CAMERAS[:1])
    source.write_bytes(source.read_bytes() + b'gyro' * 500)
    assert anonymize(source, tmp_path / 'd.mp4').notes == ['left out: data behind the end of the video']
    before = digest(source)
    assert 'would lose data behind the end' in anonymize(source).error and digest(source) == before


def test_another_container_loses_what_it_cannot_hold(tmp_path):
    source = write_streams(tmp_path / 'a.mkv', CAMERAS[:1], **KINDS['a.mkv'])
    result = anonymize(source, tmp_path / 'b.ts')
    assert result.status == 'done' and result.notes == [
        'left out: subtitle stream (srt)',
        'left out: cover stream (cover.jpg, mjpeg)',
        'left out: attachment stream (a.ttf)',
        'left out: chapters',
    ]


@pytest.mark.parametrize(
    ('name', 'codec', 'texts'),
    [
        ('a.mkv', 'subrip', [b'hello', b'lat 38.905991 lon -76.987828']),
        ('a.mp4', 'mov_text', [b'\x00\x05hello', b'\x00\x1cGPS (38.905991, -76.987828) ']),
        ('a.ts', 'dvb_subtitle', [DVB_PAGE]),
    ],
)
def test_subtitles_that_tell_places_go_on_request(tmp_path, name, codec, texts):
    source = write_streams(tmp_path / name, CAMERAS[:1], subtitles=(codec, texts))
    assert 'subtitle' in [kind for kind, *_ in describe(source)]
    anonymize(source, tmp_path / 'kept' / name)
    assert [content for *_, content in copied_packets(tmp_path / 'kept' / name, 'subtitle')] == [
        content for *_, content in copied_packets(source, 'subtitle')
    ]
    result = anonymize(source, tmp_path / 'out' / name, strip_location=True)
    assert [kind for kind, *_ in describe(tmp_path / 'out' / name)] == ['video']
    assert any('may tell places: subtitle stream' in note for note in result.notes)
    assert b'38.90' not in (tmp_path / 'out' / name).read_bytes()
    # Asked for, so not refused.
    assert anonymize(source, strip_location=True).status == 'done'


@pytest.mark.parametrize('length', [30, 76, 2000])
@pytest.mark.parametrize(('name', 'codec'), [('a.mkv', 'subrip'), ('a.mp4', 'mov_text')])
def test_pictures_written_as_subtitles_go(tmp_path, name, codec, length):
    picture = cv2.imencode('.jpg', np.random.default_rng(0).integers(0, 256, (8, 16, 3), np.uint8))[1]
    coded = base64.b64encode(picture.tobytes())
    texts = [b'Turn left', *(coded[i : i + length] for i in range(0, len(coded), length))]
    if codec == 'mov_text':
        texts = [len(text).to_bytes(2, 'big') + text for text in texts]
    source = write_streams(tmp_path / name, [(25, 110, 0, SIZE)], subtitles=(codec, texts))
    before = digest(source)
    result = anonymize(source)
    assert result.status == 'failed' and 'that holds data' in result.error and digest(source) == before
    result = anonymize(source, tmp_path / 'out' / name)
    assert [kind for kind, *_ in describe(tmp_path / 'out' / name)] == ['video']
    assert result.status == 'done' and 'left out: subtitle stream' in result.notes[0]


def test_other_subtitles_and_chapters_stay(tmp_path):
    source = write_streams(
        tmp_path / 'a.mkv',
        CAMERAS[:1],
        subtitles=('subrip', [b'Turn left in 200 m', b'42']),
        chapters=('Start', '38.905991, -76.987828'),
    )
    result = anonymize(source, tmp_path / 'b.mkv', strip_location=True)
    assert result.notes == ['left out: texts that tell a place']
    assert 'subtitle' in [kind for kind, *_ in describe(tmp_path / 'b.mkv')]
    with av.open(str(tmp_path / 'b.mkv')) as container:
        chapters = container.chapters()
    assert [chapter['metadata'].get('title') for chapter in chapters] == ['Start', None]


def test_a_stream_that_nobody_can_read_makes_the_job_incomplete(tmp_path):
    source = write_streams(tmp_path / 'a.mkv', CAMERAS[:2])
    data = source.read_bytes()
    second = data.index(b'V_MPEG4/ISO/AVC', data.index(b'V_MPEG4/ISO/AVC') + 1)
    source.write_bytes(data[:second] + b'V_MPEG9/ISO/AVC' + data[second + 15 :])
    result = anonymize(source, tmp_path / 'b.mkv')
    assert result.status == 'incomplete' and 'lacks video stream (rear)' in result.error
    assert legible_frames(tmp_path / 'b.mkv', [0]) == [0]
    before = digest(source)
    result = anonymize(source)
    assert result.status == 'failed' and 'would lose video stream (rear)' in result.error
    assert digest(source) == before


def test_segmenting_says_which_streams_it_did_not_look_at(tmp_path):
    write_streams(tmp_path / 'a.mp4', CAMERAS[:2], cover=plate_picture())
    report = segment_media(tmp_path / 'a.mp4', tmp_path / 'out', BrightSegmenter(), save=['json'])
    camera, cover = report.files[0].notes
    assert (
        camera.startswith('not looked at: video stream (') and cover == 'not looked at: cover stream (mjpeg)'
    )
    lines = (tmp_path / 'out/json/a.jsonl').read_text().splitlines()
    assert len(lines) == 12


class Failing(BrightSegmenter):
    """Fails at the frame of a number."""

    def __init__(self, number):
        super().__init__()
        self.left = number

    def predict_batch(self, images):
        self.left -= len(images)
        if self.left < 0:
            raise RuntimeError('out of memory')
        return super().predict_batch(images)


def test_what_was_done_before_a_fault_is_kept(tmp_path):
    """The sound is cut where the pictures end, and the other camera is whole."""
    source = write_streams(
        tmp_path / 'a.mp4', ((25, 60, 0, (300, 96)), (25, 10, 0, SIZE)), languages=('deu',)
    )
    result = anonymize(source, tmp_path / 'b.mp4', Failing(10 + 40))
    assert result.status == 'incomplete' and 'frames: RuntimeError: out of memory' in result.error
    count = len(frames_of(tmp_path / 'b.mp4', 0))
    # The memory looks ahead, and some frames are on their way.
    assert 15 <= count <= 40 and f'stops after {count} frames' in result.error
    assert legible_frames(tmp_path / 'b.mp4', [0, 1]) == [0, 0]
    assert len(frames_of(tmp_path / 'b.mp4', 1)) == 10
    last = copied_packets(tmp_path / 'b.mp4', 'audio')[-1][1]
    assert last == pytest.approx(count / 25, abs=0.05)
    before = digest(source)
    assert anonymize(source, segmenter=Failing(50)).status == 'failed' and digest(source) == before
    assert hidden_files(tmp_path) == []


def test_streams_that_begin_in_the_middle_are_told(tmp_path):
    source = write_streams(tmp_path / 'a.flv', [(25, 300, 0, SIZE)])
    tag = b'\x08' + (3).to_bytes(3, 'big') + (11900).to_bytes(3, 'big') + bytes(4) + b'\x2f\xff\xfb'  # MP3
    source.write_bytes(source.read_bytes() + tag + len(tag).to_bytes(4, 'big'))
    result = anonymize(source, tmp_path / 'b.mp4')
    assert result.status == 'incomplete' and 'further streams begin in the middle' in result.error
    assert result.video['frames'] == 300
    before = digest(source)
    assert anonymize(source).status == 'failed' and digest(source) == before


def test_a_stream_of_no_known_codec(tmp_path):
    source = write_streams(tmp_path / 'a.avi', CAMERAS[:1], languages=('deu',))
    data = source.read_bytes()
    description = data.rindex(b'strf')
    source.write_bytes(data[:description] + b'JUNK' + data[description + 4 :])
    result = anonymize(source, tmp_path / 'b.mp4')
    assert [kind for kind, *_ in describe(tmp_path / 'b.mp4')] == ['video']
    assert result.notes == ['left out: data stream (sound 0)']
