"""Plates in videos of rarer kinds: HDR, interlaced, recordings that change on the way."""

from pathlib import Path

import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter, background, draw_plate, is_legible, plate_box
from helpers.interlaced_samples import write_interlaced
from helpers.joined_samples import join
from helpers.media_samples import encode_video

from mmlp.jobs import Redaction, anonymize_media, segment_media
from mmlp.media import VideoReader

SIZE = (160, 96)
INTERLACED = 'changed: interlaced, now one whole picture a frame'
SHAPE = 'changed: frames of another size or shape, brought to that of the first'


def drive(index, size=SIZE):
    return draw_plate(background(size), plate_box(index))


def hdr(path, colour):
    """Writes a drive in HDR; white is below 1000 cd/m2, which is 0.75 of the signal of PQ."""
    level = 165 if colour[3] == 16 else 240
    return encode_video(
        path,
        8,
        SIZE,
        codec='libx265',
        pixel_format='yuv420p10le',
        colour=colour,
        options={'crf': '10', 'x265-params': 'log-level=error'},
        drawing=lambda index, _: drive(index).astype(np.uint16) * level,
    )


def frames_of(path):
    with VideoReader(path) as video:
        return video.info, list(video)


@pytest.mark.parametrize('in_place', [False, True])
@pytest.mark.parametrize('colour', [(9, 1, 9, 18), (9, 1, 9, 16)])
def test_hdr(tmp_path, colour, in_place):
    source, output = hdr(tmp_path / 'a.mov', colour), tmp_path / ('a.mov' if in_place else 'out.mov')
    before = frames_of(source)[1]
    arguments = dict(output=None, in_place=True) if in_place else dict(output=output)
    report = anonymize_media(
        source, segmenter=BrightSegmenter(160), redaction=Redaction('solid'), **arguments
    )
    assert report.exit_code == 0 and report.files[0].notes == [] and report.files[0].plates == 8
    info, after = frames_of(output)
    assert (info.codec, info.pixel_format, info.colour) == ('hevc', 'yuv420p10le', colour)
    for index, (old, new) in enumerate(zip(before, after)):
        assert is_legible(old.bgr, plate_box(index)) and not is_legible(new.bgr, plate_box(index))
        assert np.abs(old.bgr[:30].astype(int) - new.bgr[:30]).mean() < 3


@pytest.mark.parametrize('fields', ['tff', 'bff'])
def test_interlaced(tmp_path, fields):
    """A plate that moves by four pixels from field to field is covered in all that is left of both."""
    source = write_interlaced(
        tmp_path / 'a.mp4', lambda field: drive(2 * field), 10, SIZE, fields=fields, options={'crf': '8'}
    )
    report = anonymize_media(source, tmp_path / 'out.mp4', BrightSegmenter(), Redaction('solid'))
    assert report.exit_code == 0 and report.files[0].notes == [INTERLACED]
    assert report.notes() == {INTERLACED: [str(source)]}
    after = frames_of(tmp_path / 'out.mp4')[1]
    assert len(after) == 10
    for index, frame in enumerate(after):
        assert not is_legible(frame.bgr, plate_box(4 * index))
        assert frame.bgr.max() < 200, 'nothing is left of either field'


def test_joined_recordings_of_other_sizes(tmp_path):
    def large(size):
        return np.repeat(np.repeat(drive(3), 2, axis=0), 2, axis=1)

    source = join(
        tmp_path / 'a.ts',
        dict(size=SIZE, draw=lambda size: drive(3)),
        dict(size=(320, 192), draw=large),
        dict(size=SIZE, draw=lambda size: drive(3)),
    )
    report = anonymize_media(source, tmp_path / 'out.ts', BrightSegmenter(), Redaction('solid'))
    assert report.exit_code == 0 and SHAPE in report.files[0].notes
    info, after = frames_of(tmp_path / 'out.ts')
    assert len(after) == 15 and (info.width, info.height) == SIZE
    assert not any(is_legible(frame.bgr, plate_box(3)) for frame in after)
    assert all(frame.bgr.max() < 220 for frame in after)


def test_overlays_take_the_same_way(tmp_path):
    hdr(tmp_path / 'hdr.mov', (9, 1, 9, 18))
    write_interlaced(tmp_path / 'fields.ts', drive, 6, SIZE, codec='mpeg2video')
    join(tmp_path / 'joined.ts', dict(size=SIZE), dict(size=(240, 320)))
    names = ('hdr.mov', 'fields.ts', 'joined.ts')
    report = segment_media(
        [tmp_path / name for name in names], tmp_path / 'out', BrightSegmenter(), save=['overlay', 'json']
    )
    assert report.exit_code == 0
    notes = {Path(result.path).name: result.notes for result in report.files}
    assert notes['hdr.mov'] == [] and notes['fields.ts'] == [INTERLACED] and SHAPE in notes['joined.ts']
    info, frames = frames_of(tmp_path / 'out/overlay/hdr.mp4')
    assert (info.pixel_format, info.colour[3]) == ('yuv420p10le', 18) and len(frames) == 8
    assert len(frames_of(tmp_path / 'out/overlay/joined.mp4')[1]) == 10


def test_transparency_is_not_replaced(tmp_path):
    """In place it would be lost for good."""
    path = encode_video(
        tmp_path / 'a.mov',
        3,
        SIZE,
        codec='prores_ks',
        pixel_format='yuva444p10le',
        drawing=lambda index, _: drive(index),
    )
    data = path.read_bytes()
    report = anonymize_media(path, None, BrightSegmenter(), in_place=True)
    assert report.exit_code == 1 and 'would lose transparency' in report.files[0].error
    assert path.read_bytes() == data
    report = anonymize_media(path, None, BrightSegmenter(), in_place=True, drop_streams=True)
    assert report.exit_code == 0 and 'left out: transparency' in report.files[0].notes
