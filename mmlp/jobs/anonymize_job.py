"""The anonymised copy of one file after the other, beside it or in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mmlp.files import atomic_path
from mmlp.media import DecodedImage, MediaItem, video_output_suffix, write_image
from mmlp.plates import Plate, TemporalMemory

from .hiding import HiddenImage, Hiding
from .replacing import copy_attributes
from .report import FileResult
from .runner import Progress, Segmenter
from .video_anonymizer import VideoAnonymizer

#: Plates with a lower score are to be looked at by a person.
DOUBTFUL_SCORE = 0.7


class AnonymizeJob:
    """Writes the anonymised copy of each file; replaces it where replacements are announced."""

    def __init__(
        self,
        segmenter: Segmenter,
        hiding: Hiding,
        memory: TemporalMemory,
        outputs: dict[Path, Path],
        *,
        announce: Callable[[FileResult], None] | None,
        batch_size: int,
        strip_location: bool,
        video_options: dict[str, Any],
    ) -> None:
        self._hiding, self._outputs, self._announce = hiding, outputs, announce
        self._strip_location = strip_location
        self._videos = VideoAnonymizer(
            segmenter,
            hiding,
            memory,
            batch_size=batch_size,
            strip_location=strip_location,
            replaces=announce is not None,
            doubtful_score=DOUBTFUL_SCORE,
            **video_options,
        )

    def write_image(
        self, item: MediaItem, image: DecodedImage, plates: list[Plate], notes: Sequence[str]
    ) -> FileResult:
        """Hides plates in a picture and writes it, see :class:`~mmlp.jobs.runner.MediaJob`."""
        self._refuse_to_lose(image.originals)
        hidden = self._hiding.hide_in_image(item, image, plates)

        def write(path: Path) -> FileResult:
            options = {'touched': hidden.touched, 'strip_location': self._strip_location}
            lacks = write_image(path, image, hidden.bgr, **options)
            return _image_result(item, hidden, [*lacks, *notes, *hidden.notes])

        return self._write(self._outputs[item.path], write)

    def process_video(self, item: MediaItem, progress: Progress) -> FileResult:
        """Writes a video with hidden plates."""
        target = self._outputs[item.path]
        if self._announce is not None and video_output_suffix(target) != target.suffix:
            raise ValueError(
                f'{target.suffix or "its container"} cannot be written, so the file cannot be replaced in '
                'place; write to a folder instead'
            )
        return self._write(target, lambda path: self._videos.run(item, path, progress))

    def _refuse_to_lose(self, originals: Sequence[str]) -> None:
        """Raises when a file would be replaced by one that lacks what nobody can make again."""
        if self._announce is not None and originals:
            raise ValueError(
                f'{", ".join(originals)} would be lost, so the file cannot be replaced in place; '
                'write to a folder instead'
            )

    def _write(self, target: Path, write: Callable[[Path], FileResult]) -> FileResult:
        """Writes an output by ``write``; one that replaces its input only after it was announced."""
        if self._announce is None:
            result = write(target)
            result.outputs = [str(target)]
            return result
        with atomic_path(target, durable=False) as part:
            result = write(part)  # Is on the disk then.
            result.outputs = [str(target)]
            copy_attributes(target, part, strip_location=self._strip_location)
            result.sign_replacement(part)
            self._announce(result)
        return result


def _image_result(item: MediaItem, hidden: HiddenImage, notes: list[str]) -> FileResult:
    scores = [round(plate.score, 4) for plate in hidden.plates]
    is_empty = not hidden.plates and not hidden.details['left_visible']
    review = [{'reason': 'no plate found'}] if is_empty else []
    if any(score < DOUBTFUL_SCORE for score in scores):
        review.append({'reason': 'uncertain plate', 'lowest_score': min(scores)})
    return FileResult(
        str(item.path),
        'image',
        plates=len(hidden.plates),
        lowest_score=min(scores, default=None),
        review=review,
        notes=notes,
        **hidden.details,
    )
