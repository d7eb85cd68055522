"""What options of the command lines take: each function reads one, or says what it must be."""

from __future__ import annotations

import argparse
import math
from fractions import Fraction
from typing import TYPE_CHECKING

from mmlp.media.codecs import CODECS

if TYPE_CHECKING:
    from mmlp.jobs import Region


def positive_int(text: str) -> int:
    """Reads a whole number above 0."""
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'must be a whole number, 1 or more, got {text!r}')
    return int(text)


def detection_interval(text: str) -> int | str:
    """Reads a number of frames above 0, or ``auto``."""
    if text == 'auto':
        return text
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, 1 or more, or 'auto', got {text!r}")
    return int(text)


def whole_number(text: str) -> int:
    """Reads a whole number, 0 or more."""
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f'must be a whole number, 0 or more, got {text!r}')
    return int(text)


def probability(text: str) -> float:
    """Reads a number between 0 and 1, both excluded."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(
            f'must be between 0 and 1, got {text!r}; for logits: --logit-threshold'
        )
    return value


def logit(text: str) -> float:
    """Reads the logit of a probability, and returns the probability."""
    try:
        value = 1.0 / (1.0 + math.exp(-float(text)))
    except (ValueError, OverflowError):
        value = math.nan
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f'must be a number of moderate size, got {text!r}')
    return value


def region(text: str) -> Region:
    """Reads a region, see :meth:`Region.parse`."""
    from mmlp.jobs import Region

    try:
        return Region.parse(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def video_time(text: str) -> Fraction:
    """Reads a time of a video in seconds, see :func:`~mmlp.media.parse_time`."""
    from mmlp.media.time_span import parse_time

    try:
        return parse_time(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def crf(text: str) -> int:
    """Reads a quality of videos; the codecs differ in the largest that they take."""
    value = whole_number(text)
    if value > 63:
        raise argparse.ArgumentTypeError(f'must be 0 to 63 (h264 and hevc: to 51), got {text}')
    return value


def codec(text: str) -> str:
    """Reads the name of a codec of ours, or of an encoder of FFmpeg."""
    if text not in CODECS and not _encodes_videos(text):
        raise argparse.ArgumentTypeError(
            f'must be one of {", ".join(CODECS)} or an encoder of FFmpeg for videos, got {text!r}'
        )
    return text


def _encodes_videos(name: str) -> bool:
    import av

    try:
        return av.Codec(name, 'w').type == 'video'
    except ValueError:  # There is none of that name.
        return False
