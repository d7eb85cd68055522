"""Which streams an output has: what each container can hold, and what is wanted."""

import pytest

from mmlp.media import UnreadableMediaError, VideoReader, plan_streams


@pytest.mark.parametrize('container', ['mp4', 'mov', 'matroska', 'mpegts', 'webm'])
def test_audio_goes_along_in_every_container(make_video, container):
    plan = plan_streams(make_video(audio=(2, 1)), container)
    assert [info.index for info in plan.images] == [0]
    assert [info.kind for info in plan.copied] == ['audio', 'audio']
    assert (plan.lost, plan.withheld, plan.unreadable, plan.chapters) == ((), (), (), False)
    assert plan_streams(make_video(audio=(2, 1)), container, audio=False).copied == ()


def test_streams_of_pictures_are_read_by_their_numbers(make_video):
    path = make_video(audio=(2,), audio_first=True, frames=4)
    with VideoReader(path, stream=1) as video:
        assert video.info.stream == 1 and len(list(video)) == 4
    with pytest.raises(UnreadableMediaError, match='has no video in stream 0'):
        VideoReader(path, stream=0)


def test_what_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        plan_streams(tmp_path / 'a.mp4', 'mp4')
    (tmp_path / 'b.mp4').write_bytes(b'no video at all ' * 9)
    with pytest.raises(UnreadableMediaError):
        plan_streams(tmp_path / 'b.mp4', 'mp4')
