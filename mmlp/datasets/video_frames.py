"""What the name of a picture tells about where it comes from: which video, and which picture it is a copy of.

Frames of one video show the same vehicles: a network that was trained on some of them knows the others. The
two sides of a split may not share a video, which the converters see to and the audit checks, both by this.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence

#: Roboflow names its augmented copies of a picture NAME_jpg.rf.DIGEST.
_ROBOFLOW = re.compile(r'(_(jpg|jpeg|png|bmp|webp))?\.rf\.[0-9a-z]+$', re.IGNORECASE)
#: Label Studio puts eight digits of its own before the names of uploaded files.
LABEL_STUDIO_PREFIX = re.compile(r'^[0-9a-f]{8}-')

_SUFFIXES = '3gp|asf|avi|dav|flv|h26[45]|hevc|insv|lrv|m2ts|m4v|mkv|mov|mp4|mpe?g|mts|ogv|ts|vob|webm|wmv'
#: NAME.mp4#t=163, NAME.MOV_0012, and NAME_mp4-0012 as Roboflow has it.
_VIDEO_FILE = re.compile(
    rf'^(.+?)(?:\.(?:{_SUFFIXES})|_(?:mp4|mov|avi|mkv|webm))(?=[^0-9a-z]|frame|$)', re.IGNORECASE
)
#: Videos of these names lie in many folders.
_GENERIC = re.compile(r'^(?:videos?|vid|movie|film|clip|input|output|out|test|\d{1,3})$', re.IGNORECASE)
#: clip_frame_000123, clip-frame12, frame12_car3, clip_f000123: the number of the frame is taken out.
_FRAME = re.compile(
    r'[\W_]*(?:frames?|frm)[\W_]*(?:no|nr|num|id|idx)?[\W_]*\d+|[\W_]f\d{3,}(?!\d)', re.IGNORECASE
)
#: clip_00-12-05, clip_00.12.05.333, clip_1h02m03s, clip#t=12.5, clip_163s, clip_1234ms.
_TIME = re.compile(
    r'[\W_]+(?:'
    r'\d\d?([-._:])[0-5]\d\1[0-5]\d(?:[.,]\d+|[-_]\d{3})?'
    r'|(?:\d+h)?\d+m\d+(?:[.,]\d+)?s\d*'
    r'|t=\d+(?:[.,]\d+)?(?:s|ms)?'
    r'|t?\d+(?:[.,]\d+)?(?:s|secs?|ms)'
    r')$',
    re.IGNORECASE,
)
#: Before a time of the day: the picture is named by when it was taken.
_DATE = re.compile(r'(?:19|20)\d\d[-._]?\d\d[-._]?\d\d$')
#: track0001[01], as UFPR-ALPR and SSIG-SegPlate name the pictures of a track.
_BRACKET = re.compile(r'[\W_]*\[\d+\]$')
#: clip3-0001: a running number set off from a name that says that it is one of a video.
_COUNTED = re.compile(r'[\W_]+\d+$')
_VIDEO_WORD = re.compile(
    r'(?<![a-z])(?:videos?|vids?|clips?|seq|sequence|track|drive|movie|film|mvi|mov|dashcam|cctv)(?![a-z])',
    re.IGNORECASE,
)

_NUMBER = re.compile(r'[\W_]*(\d+)$')
#: This many names before running numbers look like scenes, whatever the numbers look like.
_SCENES = 5
#: What cameras and people count single photographs with.
_PHOTOGRAPHS = re.compile(
    r'^(?:img|images?|imgp|dsc|dscn|dscf|dcim|dji|pict?|pictures?|photos?|sam|p|cars?|plates?|lp|)$',
    re.IGNORECASE,
)


def source_name(name: str) -> str:
    """The picture of which a file is a copy: its name without what Roboflow or Label Studio add to it.

    Args:
        name: Name of a picture, with or without folders, with ``/``.

    Returns:
        The name, without its ending where Roboflow has put its mark there; equal for all copies.
    """
    folder, stem, ending = _parts(name)
    return posixpath.join(folder, stem + ending)


def video_of(name: str) -> str | None:
    """The video that a picture is a frame of, if its name alone says so.

    Told are names with the file of a video (``NAME.mp4#t=163.jpg``, ``NAME_mp4-0012_jpg.rf.DIGEST.jpg``), the
    number of a frame (``NAME_frame_000123.jpg``), a time (``NAME_00-12-05.jpg``, ``NAME_163s.jpg``), a number
    in brackets (``track0001[01].png``), or a running number behind a word for a video (``clip3-0001.png``).
    A running number alone says nothing: see :func:`series_of`.

    Args:
        name: Name of a picture with ``/`` between its folders, without folders that name a split.

    Returns:
        What all frames of that video have in common, with the folder unless the video's own file is named;
        None where the name does not tell of a video.
    """
    folder, stem, _ = _parts(name)
    if match := _VIDEO_FILE.match(stem):
        video = match.group(1)
        return posixpath.join(folder, video) if _GENERIC.match(video) else video
    if match := _FRAME.search(stem):
        return posixpath.join(folder, stem[: match.start()] or stem[match.end() :].strip('_-. ') or 'frame')
    match = _TIME.search(stem)
    if match and _DATE.search(stem[: match.start()]):
        match = None
    match = match or _BRACKET.search(stem)
    if not match and (match := _COUNTED.search(stem)) and not _VIDEO_WORD.search(stem[: match.start()]):
        match = None
    return posixpath.join(folder, stem[: match.start()]) if match and match.start() else None


def series_of(names: Sequence[str]) -> list[str | None]:
    """What names have in common before a running number, where that looks like scenes that were filmed.

    ``driveA-0001.png, driveA-0002.png, ..., driveB-0001.png, ...`` do: two names or more, each with numbers
    of one width with leading zeros. ``Cars0.png ... Cars432.png`` and ``IMG_0001.jpg`` do not. Five names or
    more always do.

    Args:
        names: Names of pictures, with ``/`` between folders.

    Returns:
        For each picture its series, None where it is of none.
    """
    numbers: dict[str, list[str]] = defaultdict(list)
    series = []
    for name in names:
        folder, stem, _ = _parts(name)
        match = _NUMBER.search(stem)
        series.append(posixpath.join(folder, stem[: match.start()] if match else stem))
        numbers[series[-1]].append(match.group(1) if match else '')
    if len(numbers) >= _SCENES and max(map(len, numbers.values())) > 1:
        return list(series)
    filmed = {its for its, found in numbers.items() if _counts_frames(posixpath.basename(its), found)}
    return [its if its in filmed and len(filmed) > 1 else None for its in series]


def _parts(name: str) -> tuple[str, str, str]:
    """Folder, name without ending and copy marks, and ending, which is '' where Roboflow's mark stood."""
    folder, base = posixpath.split(name)
    stem, ending = posixpath.splitext(LABEL_STUDIO_PREFIX.sub('', base))
    unmarked = _ROBOFLOW.sub('', stem)
    return folder, unmarked, ending if unmarked == stem else ''


def _counts_frames(series: str, numbers: Sequence[str]) -> bool:
    """Whether running numbers behind a name are such as programs give to frames."""
    widths = {len(number) for number in numbers}
    padded = len(widths) == 1 and widths.pop() > 2 and any(number[0] == '0' for number in numbers)
    return padded and len(numbers) > 1 and not _PHOTOGRAPHS.match(series)
