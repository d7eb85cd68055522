"""How far a job is, for people."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

from mmlp.media import MediaItem, MediaList

from .report import FileResult
from .runner import Progress
from .terminal import printable


class ProgressBar(Progress):
    """A bar over files and one over the frames of a video, on stderr; a line a file on stdout.

    Args:
        media (MediaList): The files.
        describe (Callable[[FileResult], str]): Says in a line what became of a file.
    """

    def __init__(self, media: MediaList, describe: Callable[[FileResult], str]) -> None:
        self._describe = describe
        # Into a log file, a line from time to time is enough.
        self._is_live = sys.stderr.isatty()
        self._pace = {'mininterval': 0.2 if self._is_live else 30.0}
        files = len(media.items) + len(media.problems)
        self._bar = tqdm(total=files, unit='file', disable=files < 2, **self._pace)
        self._frames: tqdm | None = None

    def start_video(self, item: MediaItem, frames: int | None) -> None:
        """Begins the bar of a video."""
        self._frames = tqdm(
            total=frames, unit='frame', desc=printable(item.path.name), leave=False, **self._pace
        )

    def frame(self) -> None:
        """Moves the bar of a video."""
        self._frames.update()

    def finish(self, result: FileResult) -> None:
        """Prints what became of a file."""
        self._close_frames()
        if not result.kept:
            stream = sys.stdout if result.status == 'done' else sys.stderr
            # tqdm's own way draws the bar anew around every line.
            write = tqdm.write if self._is_live else print
            write(printable(describe_result(result, self._describe)), file=stream)
        self._bar.update()

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(self, *error: object) -> None:
        self._close_frames()
        self._bar.close()

    def _close_frames(self) -> None:
        if self._frames is not None:
            self._frames.close()
            self._frames = None


def describe_result(result: FileResult, describe: Callable[[FileResult], str]) -> str:
    """Says in a line what became of a file, or why it failed."""
    if result.status == 'failed':
        return f'error: {result.path}: {result.error}'
    line = f'{result.path}: {describe(result)}'
    return f'warning: {line}; {result.error}' if result.status == 'incomplete' else line
