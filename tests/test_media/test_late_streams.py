import collections
import ctypes
import os
import random

import av
import pytest
from helpers.stream_samples import write_streams

from mmlp.media.video_info import demux


def write_late_sound(path):
    """A video in which one packet of sound comes last, of which the header of the file says nothing."""
    write_streams(path, [(25, 300, 0, (160, 96))])
    tag = b'\x08' + (3).to_bytes(3, 'big') + (11900).to_bytes(3, 'big') + bytes(4) + b'\x2f\xff\xfb'  # MP3
    path.write_bytes(path.read_bytes() + tag + len(tag).to_bytes(4, 'big'))
    return path


@pytest.mark.skipif(os.name != 'posix', reason='fills the memory of the C library')
def test_streams_that_begin_in_the_middle_are_seen_whatever_memory_holds(tmp_path):
    """PyAV reads a byte behind what it has for the streams: one of 256 values hid the new ones."""
    library = ctypes.CDLL(None)
    library.malloc.restype, library.free.argtypes = ctypes.c_void_p, (ctypes.c_void_p,)
    pieces = [library.malloc(1) for _ in range(100_000)]
    random.Random(0).shuffle(pieces)
    path = write_late_sound(tmp_path / 'a.flv')
    for _ in range(1000):
        with av.open(str(path)) as container:
            for _ in range(7):
                library.free(pieces.pop())
            with pytest.raises(av.error.InvalidDataError, match='begin in the middle'):
                collections.deque(demux(container, container.streams.video), maxlen=0)
