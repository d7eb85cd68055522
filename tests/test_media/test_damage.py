"""Damage in transport streams, and joints, which are none."""

import itertools

import numpy as np
import pytest
from helpers.joined_samples import part

from mmlp.media import VideoReader

CODECS = {
    'H.264': ('libx264', {'bf': '2'}),
    'H.264 without B frames': ('libx264', {'bf': '0'}),
    'HEVC': ('libx265', {'bf': '2'}),
    'MPEG-2': ('mpeg2video', {'bf': '2', 'sc_threshold': '1000000000'}),
}


def moving(start):
    """Returns a function that draws the next frame of a picture that moves."""
    picture = np.random.default_rng(0).integers(0, 255, (96, 160, 3)).astype(np.uint8)
    steps = itertools.count(start)
    return lambda size: np.roll(picture, 5 * next(steps), axis=1)


def stream(kind, start=0):
    codec, options = CODECS[kind]
    options = {**options, 'g': '10', 'crf': '30'}
    return part((160, 96), start, 20, codec=codec, options=options, draw=moving(start))


def problem(path):
    with VideoReader(path, strict=False) as video:
        frames = len(list(video))
        return frames, video.problem


@pytest.mark.parametrize('start', [0, 20])
@pytest.mark.parametrize('kind', CODECS)
def test_a_joint_is_no_damage(tmp_path, kind, start):
    path = tmp_path / 'a.ts'
    path.write_bytes(stream(kind) + stream(kind, start) + stream(kind, 2 * start))
    assert problem(path) == (60, None)


@pytest.mark.parametrize('kind', CODECS)
def test_lost_packets_are_told(tmp_path, kind):
    path, data = tmp_path / 'a.ts', stream(kind)
    for place in (0.3, 0.42, 0.63):
        at = int(len(data) / 188 * place) * 188
        path.write_bytes(data[:at] + data[at + 188 :])
        assert 'cannot be decoded' in problem(path)[1]
