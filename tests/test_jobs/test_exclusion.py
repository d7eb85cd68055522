"""What is too large, or in a region that is left out, is not a plate; a video's memory respects that."""

import av
import numpy as np
import pytest
from helpers.bright_plates import (
    PLATE_COLOUR,
    BrightSegmenter,
    background,
    draw_plate,
    plate_picture,
    read_video,
)

from mmlp.jobs import ExcludingSegmenter, Redaction, Region, anonymize_media, segment_media
from mmlp.media import write_image

SIZE = (160, 96)
LOW, HIGH = (10, 20, 70, 36), (80, 30, 150, 70)  # 16 and 40 pixels high


def heights_found(image, **options):
    (found,) = ExcludingSegmenter(BrightSegmenter(), **options).predict_batch([image])
    return sorted(round(plate.height) for plate in found.plates)


def test_what_is_higher_is_passed_over():
    image = plate_picture(SIZE, (LOW, HIGH))
    assert heights_found(image) == [16, 40]
    assert heights_found(image, largest_plate=40.5) == [16, 40]
    assert heights_found(image, largest_plate=39) == [16]
    assert heights_found(image, largest_plate=15) == []
    # A plate that stands on its side is as high as it is wide in the picture.
    assert heights_found(np.ascontiguousarray(np.rot90(image)), largest_plate=39) == [16]


def test_with_regions():
    image = plate_picture(SIZE, (LOW, HIGH))
    assert heights_found(image, regions=[Region.parse('0,0,50%,100%')], largest_plate=39) == []


@pytest.mark.parametrize('height', [0, -3, float('nan')])
def test_heights_that_are_none(height):
    with pytest.raises(ValueError, match='largest_plate must be above 0'):
        ExcludingSegmenter(BrightSegmenter(), largest_plate=height)


def test_both_are_part_of_what_makes_a_run(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture(SIZE, (LOW, HIGH)))

    def run(**options):
        segmenter = ExcludingSegmenter(BrightSegmenter(), [Region.parse('0,0,10%,5')], **options)
        return segment_media(tmp_path / 'in', tmp_path / 'out', segmenter, save=['json'], resume=True)

    assert run(largest_plate=30).files[0].plates == 1
    assert run(largest_plate=30).files[0].kept
    with pytest.raises(ValueError, match=r'segmenter\.largest_plate 30, now 41'):
        run(largest_plate=41)


def write_growing(path, heights):
    """A video of a plate that grows and shrinks, left upper corner at (20, 20)."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25, options={'crf': '8', 'g': '4'})
        stream.width, stream.height, stream.pix_fmt = *SIZE, 'yuv420p'
        for height in heights:
            bgr = draw_plate(background(SIZE), (20, 20, 140, 20 + height))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, 'bgr24')))
        container.mux(stream.encode(None))
    return path


def is_covered(frame):
    return frame[22:30, 30:130].mean() < PLATE_COLOUR / 3


def test_the_memory_does_not_bring_back_what_is_too_high(tmp_path):
    """It carries a plate on for five frames, but not beyond the height that a plate may have."""
    heights = [*range(20, 52, 2), *range(52, 20, -2)]
    video = write_growing(tmp_path / 'a.mp4', heights)
    segmenter = ExcludingSegmenter(BrightSegmenter(), largest_plate=37)
    anonymize_media(video, tmp_path / 'out', segmenter, Redaction('solid', margin=0))
    covered = [is_covered(frame) for frame in read_video(tmp_path / 'out/a.mp4')]
    assert covered == [height <= 36 for height in heights]


def test_the_memory_does_not_carry_plates_into_excluded_regions(tmp_path):
    """A plate that moves to the right by two pixels a frame, and is not looked for from x = 100 on."""
    with av.open(str(tmp_path / 'a.mp4'), 'w') as container:
        stream = container.add_stream('libx264', rate=25, options={'crf': '8'})
        stream.width, stream.height, stream.pix_fmt = *SIZE, 'yuv420p'
        for index in range(40):
            bgr = draw_plate(background(SIZE), (40 + 2 * index, 40, 80 + 2 * index, 54))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, 'bgr24')))
        container.mux(stream.encode(None))
    segmenter = ExcludingSegmenter(BrightSegmenter(), [Region.parse('100,0,60,100%')])
    anonymize_media(tmp_path / 'a.mp4', tmp_path / 'out', segmenter, Redaction('solid', margin=0))
    frames = read_video(tmp_path / 'out/a.mp4')
    covered = [frame[42:52, 42 + 2 * i : min(78 + 2 * i, 160)].mean() < 80 for i, frame in enumerate(frames)]
    assert covered[:19] == [True] * 19 and covered[21:] == [False] * 19


def test_a_plate_in_front_of_what_is_excluded_stays_covered_while_it_is_not_seen(tmp_path):
    """In some frames only a large thing around it is found, such as the lettering on a lorry."""
    plate, lorry = (60, 50, 100, 62), (20, 10, 140, 80)
    with av.open(str(tmp_path / 'a.mp4'), 'w') as container:
        stream = container.add_stream('libx264', rate=25, options={'crf': '8'})
        stream.width, stream.height, stream.pix_fmt = *SIZE, 'yuv420p'
        for index in range(12):
            bgr = draw_plate(background(SIZE), lorry if index in (5, 6) else plate)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, 'bgr24')))
        container.mux(stream.encode(None))
    segmenter = ExcludingSegmenter(BrightSegmenter(), largest_plate=30)
    anonymize_media(tmp_path / 'a.mp4', tmp_path / 'out', segmenter, Redaction('solid', margin=0))
    for frame in read_video(tmp_path / 'out/a.mp4'):
        assert frame[52:60, 62:98].mean() < PLATE_COLOUR / 3
