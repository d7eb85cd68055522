"""How far a job is, for people."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tqdm import tqdm

from mmlp.jobs import FileResult, Progress
from mmlp.media import MediaItem, MediaList
from mmlp.progress import progress_bar

from .terminal import printable


class ProgressBar(Progress):
    """A bar over files and one over the frames of a video, on stderr; a line a file on stdout.

    Args:
        media (MediaList): The files.
        describe (Callable[[FileResult], str]): Says in a line what became of a file.
    """

    def __init__(self, media: MediaList, describe: Callable[[FileResult], str]) -> None:
        self._describe = describe
        files = len(media.items) + len(media.problems)
        self._bar = progress_bar(total=files, unit='file', shown=files > 1)
        self._frames: tqdm | None = None

    def start_video(self, item: MediaItem, frames: int | None) -> None:
        """Begins the bar of a video."""
        self._frames = progress_bar(total=frames, unit='frame', title=printable(item.path.name), leave=False)

    def frame(self) -> None:
        """Moves the bar of a video."""
        self._frames.update()

    def finish(self, result: FileResult) -> None:
        """Prints what became of a file."""
        self._close_frames()
        if not result.kept:
            stream = sys.stdout if result.status == 'done' else sys.stderr
            # tqdm's own way draws the bar anew around every line.
            write = tqdm.write if sys.stderr.isatty() else print
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
