"""The codecs of written videos, by short names."""

from __future__ import annotations

#: Short names of codecs, the encoders in PyAV, and options that are fast and look like the source.
CODECS: dict[str, tuple[str, dict[str, str]]] = {
    'h264': ('libx264', {'crf': '20', 'preset': 'veryfast'}),
    'hevc': ('libx265', {'crf': '24', 'preset': 'veryfast', 'x265-params': 'log-level=error'}),
    'vp9': ('libvpx-vp9', {'crf': '31', 'b': '0', 'deadline': 'realtime', 'cpu-used': '6', 'row-mt': '1'}),
    'av1': ('libsvtav1', {'crf': '32', 'preset': '9'}),
    'mpeg4': ('mpeg4', {'qmin': '2', 'qmax': '5'}),
}
#: Bits of a sample that common players play, by these names.
PLAYED_BITS = {'h264': 8, 'hevc': 10, 'vp9': 10, 'av1': 10, 'mpeg4': 8}
