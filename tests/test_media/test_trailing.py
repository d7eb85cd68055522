"""What stands behind a video in its file."""

import pytest

from mmlp.media.trailing import has_further_file, trailing_bytes


@pytest.mark.parametrize('name', ['in.mp4', 'in.mov'])
@pytest.mark.parametrize(
    ('tail', 'count'), [(b'', 0), (b'gyro' * 100, 400), (bytes(3000), 0), (b'\x00\x00\x00\x08free', 0)]
)
def test_bytes_behind_the_last_box(make_video, name, tail, count):
    path = make_video(name, frames=3)
    path.write_bytes(path.read_bytes() + tail)
    assert trailing_bytes(path) == count


def test_a_file_that_is_cut_off_has_nothing_behind_it(make_video):
    path = make_video(frames=3)
    path.write_bytes(path.read_bytes()[:-100])
    assert trailing_bytes(path) == 0


@pytest.mark.parametrize('name', ['in.mp4', 'in.mkv', 'in.flv'])
def test_a_further_file(make_video, name):
    path = make_video(name, frames=3, options={'bf': '0'})
    data = path.read_bytes()
    assert not has_further_file(path, 1)
    for gap in (0, (1 << 20) - 3, (1 << 20) - len(data) + 1):
        path.write_bytes(data + bytes(max(gap, 0)) + data)
        assert has_further_file(path, len(data) - 10)
