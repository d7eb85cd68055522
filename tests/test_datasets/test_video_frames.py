"""What names tell of videos and of copies."""

from __future__ import annotations

import pytest

from mmlp.datasets.video_frames import series_of, source_name, video_of


@pytest.mark.parametrize(
    ('name', 'video'),
    [
        ('GX01.mp4#t=163.jpg', 'GX01'),
        ('day1/GX01.MP4#t=163.4.jpg', 'GX01'),  # the video's own file: one, whatever folder a frame lies in
        ('day1/video.mp4#t=163.jpg', 'day1/video'),  # unless many videos have its name
        ('GX01_mp4-0012_jpg.rf.0aF3.jpg', 'GX01'),
        ('GX01.mov_0012.png', 'GX01'),
        ('GX01.avi_snapshot_00.12.05.jpg', 'GX01'),
        ('north_frame_000123.jpg', 'north'),
        ('a1b2c3d4-north-frame12.jpg', 'north'),  # Label Studio's digits differ from frame to frame
        ('north_frame12_car3.jpg', 'north'),
        ('frame_0001_north.jpg', 'north'),
        ('cam1/frame_000123.PNG', 'cam1/frame'),
        ('north_f000123.jpg', 'north'),
        ('north_00-12-05.jpg', 'north'),
        ('20210512_120000_00-01-05.jpg', '20210512_120000'),
        ('north_00.12.05.333.jpg', 'north'),
        ('north_1h02m03s.jpg', 'north'),
        ('north_12.5s.jpg', 'north'),
        ('training/track0001[01].png', 'training/track0001'),
        ('clip3-0001.png', 'clip3'),
        ('drive12_00045.jpg', 'drive12'),
        ('VID_20210512_123456_0034.jpg', 'VID_20210512_123456'),
    ],
)
def test_videos_that_names_tell(name: str, video: str) -> None:
    assert video_of(name) == video


@pytest.mark.parametrize(
    'name',
    [
        '000123.jpg',
        'Cars12.png',
        'IMG_0001.jpg',
        'IMG_20210512_123456.jpg',
        '2021-05-12_12-34-56.jpg',
        '2021-05-12-12-34-56.jpg',
        'vlcsnap-2021-05-12-12h34m56s789.png',
        'photo (12).jpg',
        'framework12.jpg',
        'clip12.jpg',
        'x_jpg.rf.0aF.jpg',
        'north_0001.png',
    ],
)
def test_names_that_tell_of_no_video(name: str) -> None:
    assert video_of(name) is None


def test_copies_have_one_source() -> None:
    assert source_name('a/x_jpg.rf.0aF.jpg') == source_name('a/x_jpg.rf.77c.jpg') == 'a/x'
    assert source_name('0a1b2c3d-x.jpg') == source_name('77aabbcc-x.jpg') == 'x.jpg'
    assert source_name('a/x.jpg') == 'a/x.jpg'


def names_of(*series: str, numbers: tuple = ('0001', '0002')) -> list[str]:
    return [f'{name}{number}.png' for name in series for number in numbers]


def test_series() -> None:
    assert series_of(names_of('north-', 'south-')) == ['north', 'north', 'south', 'south']
    mixed = series_of([*names_of('north-', 'south-'), 'IMG_0001.jpg', 'IMG_0002.jpg', 'x.jpg'])
    assert mixed == ['north', 'north', 'south', 'south', None, None, None]
    # Five names count whatever the numbers look like; fewer only where programs wrote them.
    assert None not in series_of(names_of(*'abcde', numbers=('1', '2')))
    for names in (
        names_of('north-'),
        names_of('north', 'south', numbers=('1', '2')),
        names_of('north', 'south', numbers=('100', '200')),
        names_of('IMG_', 'DSC_'),
        ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'],
        [],
    ):
        assert set(series_of(names)) <= {None}
