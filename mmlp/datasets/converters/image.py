"""The conversion of one picture: its mask painted, both put where they belong."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass

import cv2

from mmlp.files import write_bytes

from .files import place_image
from .frames import STORED, read_frame
from .manifest import Manifest
from .options import Options
from .orientation import turn_upright
from .painting import paint
from .plan import Job
from .records import Record

#: Changes when the same annotations are painted otherwise: outputs of earlier versions are made anew.
_RULES = 2


@dataclass(frozen=True)
class Outcome:
    """What became of one picture.

    Attributes:
        fresh: It was converted now; False where it stood finished, or waits.
        frame: The frame that its annotation tells of a picture that EXIF turns; see
            :class:`~.frames.FrameVotes`.
        undecided: EXIF turns it, and its annotation does not tell its frame.
    """

    fresh: bool = False
    frame: str | None = None
    undecided: bool = False


def convert_image(job: Job, frame: str | None, manifest: Manifest, options: Options) -> Outcome:
    """Converts a picture unless that is done, or its frame has to be told first.

    Args:
        job: The picture.
        frame: Frame of annotations that do not tell it themselves; None leaves such pictures for later.
        manifest: What is finished.
        options: As for :func:`~.conversion.convert`.

    Raises:
        FormatError: An annotation cannot be painted.
        OSError: The picture cannot be read, or an output cannot be written.
    """
    record = job.record
    stamp = _stamp(record)
    if manifest.is_finished(job.key, stamp):
        entry = manifest.entries[job.key]
        if not entry['undecided'] or frame in (None, entry['frame']):
            return Outcome(frame=entry['frame'] if entry['told'] else None, undecided=entry['undecided'])
    found = read_frame(record, options.orientation)
    meant = found.meant or frame
    if meant is None:
        return Outcome(undecided=True)
    shapes = record.shapes
    if meant == STORED:
        shapes = [turn_upright(shape, found.orientation, found.stored) for shape in shapes]
    painted = paint(shapes, *found.shown, rim=options.rim)
    entry = dict(
        split=job.split,
        name=job.name,
        stamp=stamp,
        width=found.shown[0],
        height=found.shown[1],
        frame=meant,
        told=found.votes,
        undecided=found.meant is None,
        clipped=painted.clipped,
        annotations=painted.annotations,
    )
    image, mask = manifest.outputs(entry)
    data = cv2.imencode('.png', painted.mask)[1].tobytes()
    write_bytes(mask, data, durable=False)
    place_image(record.image, image, options.link)
    manifest.add(job.key, entry)
    return Outcome(True, meant if found.votes else None, found.meant is None)


def _stamp(record: Record) -> str:
    stat = os.stat(record.image)
    stated = (_RULES, record.image, stat.st_size, stat.st_mtime_ns, record.size)
    digest = hashlib.sha1(repr(stated).encode())
    for shape in record.shapes:
        digest.update(shape.fingerprint())
    return digest.hexdigest()
