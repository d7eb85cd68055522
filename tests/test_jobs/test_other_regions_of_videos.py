"""What other tools found is hidden in videos, too: in the right frames of the right stream."""

import json

import pytest
from helpers.bright_plates import (
    BrightSegmenter,
    plate_picture,
    read_video,
    result_of,
    write_video,
)
from helpers.region_samples import SIZE, changed, coco, picture, run
from helpers.stream_samples import write_streams

from mmlp.jobs import Redaction, anonymize_media, segment_media
from mmlp.media import TimeSpan, VideoReader


def is_black(frame, box):
    x, y, width, height = box
    return frame[y + 1 : y + height - 1, x + 1 : x + width - 1].max() < 25


def test_what_segment_wrote_and_a_person_corrected(tmp_path):
    """Its folder of JSON: a plate that was added to a picture, and to some frames of a video, is hidden."""
    picture(tmp_path, 'day/a.png', plate_picture(SIZE))
    write_video(tmp_path / 'in/drive.mp4', 20)
    segment_media(tmp_path / 'in', tmp_path / 'found', BrightSegmenter(), save=['json'])
    path = tmp_path / 'found/json/day/a.json'
    record = json.loads(path.read_text())
    assert len(record['plates']) == 1
    record['plates'].append({'box': [99.5, 9.5, 119.5, 19.5]})
    path.write_text(json.dumps(record))
    path = tmp_path / 'found/json/drive.jsonl'
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines[5:8]:
        line['plates'].append({'corners': [[100, 4], [140, 4], [140, 20], [100, 20]]})
    path.write_text('\n'.join(map(json.dumps, lines)))

    report = anonymize_media(
        *(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction('solid', margin=0)),
        also=[tmp_path / 'found/json'],
    )
    assert [result.error for result in report.files] == [None, None] and report.notes() == {}
    assert (result_of(report, 'a.png').plates, result_of(report, 'a.png').also_hidden) == (1, 2)
    hidden = changed(tmp_path, 'day/a.png', plate_picture(SIZE))
    assert hidden[10:20, 100:120].all() and not hidden[:8].any()
    assert result_of(report, 'drive.mp4').also_hidden == 20 + 3
    frames = read_video(tmp_path / 'out/drive.mp4')
    assert [is_black(frame, (100, 4, 40, 16)) for frame in frames] == [5 <= i < 8 for i in range(20)]


def test_times_tell_the_frames_of_a_part_of_a_video(tmp_path):
    """Lines of the whole video, and lines of another part of it: both say what is in each frame."""
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 50)
    lines = [
        {'frame': i, 'time': round(i / 25, 3), 'boxes': [[100, 4, 40, 16]] * (i in (20, 22))}
        for i in range(50)
    ]
    content = '\n'.join(map(json.dumps, lines))
    (result,) = run(tmp_path, content, name='a.jsonl', span=TimeSpan('0.6', '1.2')).files
    assert (result.error, result.notes, result.also_hidden) == (None, [], 2)
    frames = read_video(tmp_path / 'out/a.mp4')
    assert [is_black(frame, (100, 4, 40, 16)) for frame in frames] == [15 + i in (20, 22) for i in range(15)]
    for line in lines:
        del line['time']
    (result,) = run(
        tmp_path, '\n'.join(map(json.dumps, lines)), name='a.jsonl', span=TimeSpan('0.6', 1)
    ).files
    assert result.status == 'failed' and 'tells frames by their numbers alone' in result.error
    (result,) = run(tmp_path, '\n'.join(map(json.dumps, lines)), name='a.jsonl', span=TimeSpan(0, 2)).files
    assert (result.status, result.also_hidden) == ('done', 2)


def test_boxes_of_a_video_are_in_all_its_frames(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 10)
    (result,) = run(tmp_path, {'a.mp4': [[100, 4, 40, 16]]}).files
    assert (result.status, result.also_hidden, result.notes) == ('done', 10, [])
    assert all(is_black(frame, (100, 4, 40, 16)) for frame in read_video(tmp_path / 'out/a.mp4'))


def test_lines_of_frames_that_the_video_does_not_have(tmp_path):
    (tmp_path / 'in').mkdir()
    video = write_video(tmp_path / 'in/a.mp4', 10)
    lines = [json.dumps({'frame': i, 'boxes': [[100, 4, 40, 16]]}) for i in range(12)]
    report = run(tmp_path, '\n'.join(lines), name='a.jsonl')
    assert report.exit_code == 1 and report.files[0].status == 'incomplete'
    assert 'lacks 2 frames that the file of regions names, the first at frame 10' in report.files[0].error

    before = video.read_bytes()
    (result,) = anonymize_media(
        tmp_path / 'in', None, BrightSegmenter(), in_place=True, also=[tmp_path / 'a.jsonl']
    ).files
    assert result.status == 'failed' and video.read_bytes() == before


def test_frames_of_which_nothing_is_told_are_noted(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 10)
    lines = [json.dumps({'time': i / 25 + 0.0002, 'boxes': [[100, 4, 40, 16]]}) for i in (3, 4)]
    (result,) = run(tmp_path, '\n'.join(lines), name='a.jsonl').files
    assert result.notes == ['has frames of which the file of regions tells nothing']
    frames = read_video(tmp_path / 'out/a.mp4')
    assert [is_black(frame, (100, 4, 40, 16)) for frame in frames] == [i in (3, 4) for i in range(10)]


def test_lines_of_a_video_of_another_size(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 10)
    line = json.dumps({'frame': 0, 'width': 1920, 'height': 1080, 'boxes': []})
    (result,) = run(tmp_path, line, name='a.jsonl').files
    assert result.status == 'failed' and 'made on a picture of 1920 x 1080' in result.error
    assert not (tmp_path / 'out/a.mp4').exists()


def test_a_video_in_a_coco_file(tmp_path):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 5)
    with pytest.raises(ValueError, match=r"'a.mp4' is a video; tell its regions frame by frame in a .jsonl"):
        run(tmp_path, coco({'bbox': [1, 2, 3, 4]}, name='a.mp4'))


def test_regions_are_of_the_first_camera(tmp_path):
    (tmp_path / 'in').mkdir()
    write_streams(tmp_path / 'in/a.mkv', ((25, 8, 0, (160, 96)), (25, 8, 0, (160, 96))))
    (result,) = run(tmp_path, {'a.mkv': [[100, 4, 40, 16]]}).files
    assert result.also_hidden == 8 and result.status == 'done'
    for stream, is_hidden in ((0, True), (1, False)):
        with VideoReader(tmp_path / 'out/a.mkv', stream=stream) as frames:
            assert all(is_black(frame.bgr, (100, 4, 40, 16)) == is_hidden for frame in frames)
