"""What other tools found, such as faces, hidden along with the plates."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from mmlp.datasets.converters.shapes import FormatError
from mmlp.media import DecodedImage, Frame, MediaItem, VideoInfo
from mmlp.media.time_span import TOLERANCE
from mmlp.plates import Area

from .region_files import FrameRegions, NamedRegions, Region, read_region_files
from .region_names import match_names
from .region_shapes import is_of_stored, place_shape

#: What reports say of files of which, or of parts of which, nothing is told.
_OUTSIDE_NOTE = 'has regions of other tools that lie outside of the picture'
_FRAMES_NOTE = 'has frames of which the file of regions tells nothing'
_NAMED = 3


class OtherRegions:
    """What files tell of pictures and videos, see :mod:`~mmlp.jobs.region_files` for their formats.

    A region is hidden whatever is found there, in the same way and with the same margin as a plate; what lies
    outside of the picture is cut off. Nothing fills gaps between the frames that are told.

    Args:
        paths (Sequence[str | os.PathLike]): Files, or folders of such.
        items (Sequence[MediaItem]): The inputs.

    Attributes:
        without_input (list[str]): Names in the files that are not among the inputs.

    Raises:
        ValueError: A file is of another format, something in it cannot be used, it cannot be decided which
            input a name means, or none of the names is among the inputs.
        OSError: A file cannot be read.
    """

    def __init__(self, paths: Sequence[str | os.PathLike], items: Sequence[MediaItem]) -> None:
        self.without_input: list[str] = []
        self._entries: dict[Path, list[NamedRegions]] = {}
        self._notes: dict[Path, list[str]] = {}
        self._digests: list[str] = []
        for path in map(Path, paths):
            named = read_region_files(path)
            chosen, missing = match_names(named, items)
            if not chosen:
                names = ', '.join(repr(name) for name in missing[:_NAMED])
                raise ValueError(
                    f'{path}: none of what it names is among the inputs: {names}'
                    f'{", ..." if len(missing) > _NAMED else ""}'
                )
            self.without_input += missing
            self._digests.append(_digest(path))
            for item in items:
                self._entries.setdefault(item.path, []).extend(chosen.get(item.path, ()))
                if item.path not in chosen:
                    self._notes.setdefault(item.path, []).append(f'has no entry in {path}')

    def describe(self) -> list[str]:
        """What outputs depend on: digests of the files, plain values for JSON."""
        return sorted(self._digests)

    def notes_of(self, item: MediaItem) -> list[str]:
        """Says which files tell nothing of an input."""
        return self._notes.get(item.path, [])

    def find_in_image(self, item: MediaItem, image: DecodedImage) -> tuple[list[list[Area]], list[str]]:
        """Finds what is to be hidden of a picture.

        Returns:
            tuple[list[list[Area]], list[str]]: Areas of each region, and notes.

        Raises:
            ValueError: The file was made for a picture of another size.
        """
        shown, regions, notes = (image.width, image.height), [], []
        for entry in self._entries.get(item.path, ()):
            for region in entry.regions:
                areas = _place(entry, region, entry.size, shown, image.orientation)
                regions += [areas] if areas else []
                notes += [] if areas else [_OUTSIDE_NOTE]
            if not entry.regions and entry.size is not None:
                _place(entry, (), entry.size, shown, image.orientation)
        return regions, list(dict.fromkeys(notes))

    def begin_video(self, item: MediaItem, info: VideoInfo) -> RegionsOfVideo:
        """Begins a video.

        Raises:
            ValueError: The file was made for a video of another size, or names frames by number alone, which
                nobody knows in a span.
        """
        return RegionsOfVideo(self._entries.get(item.path, ()), info)


class RegionsOfVideo:
    """What is to be hidden in the frames of a video, one after the other.

    Args:
        entries (Sequence[NamedRegions]): What is told of it.
        info (VideoInfo): The video, perhaps a span of it.

    Attributes:
        notes (list[str]): What a report says of it, when it was read to its end.

    Raises:
        ValueError: See :meth:`OtherRegions.begin_video`.
    """

    def __init__(self, entries: Sequence[NamedRegions], info: VideoInfo) -> None:
        self.notes: list[str] = []
        self._shown, self._info = (info.width, info.height), info
        self._always: list[list[Area]] = []
        self._numbered: dict[int, list[tuple[NamedRegions, FrameRegions]]] = {}
        timed = []
        for entry in entries:
            for region in entry.regions:
                self._add(self._always, entry, region, entry.size)
            for frame in entry.frames or ():
                if frame.size is not None and frame.size != self._shown:
                    _place(entry, (), frame.size, self._shown, 1)
                if frame.time is not None:
                    timed.append((frame.time, entry, frame))
                elif info.span is not None and info.span.start > 0:
                    raise ValueError(
                        f'{entry.source} tells frames by their numbers alone, which count from the start of '
                        'the video: where that is left out, it must tell their times'
                    )
                else:
                    self._numbered.setdefault(frame.frame, []).append((entry, frame))
        self._timed = sorted(timed, key=lambda line: line[0])
        self._next = 0
        self._is_by_frame = any(entry.frames is not None for entry in entries)
        self._missed: list[FrameRegions] = []

    def find_in_frame(self, frame: Frame) -> list[list[Area]]:
        """Finds what is to be hidden of the next frame: the areas of each region.

        A line with a time is of the frame that is shown then.
        """
        begin = float(frame.time - TOLERANCE)
        end = begin + float(frame.duration or 1 / self._info.fps)
        lines = self._numbered.pop(frame.index, [])
        while self._next < len(self._timed) and self._timed[self._next][0] < end:
            time, *line = self._timed[self._next]
            self._next += 1
            if time >= begin:
                lines.append(line)
            else:
                self._miss(line[1])
        if self._is_by_frame and not lines:
            self._note(_FRAMES_NOTE)
        regions = list(self._always)
        for entry, told in lines:
            for region in told.regions:
                self._add(regions, entry, region, told.size)
        return regions

    def find_problem(self) -> str | None:
        """Says at the end which regions are of no frame, so that they are not hidden."""
        for _, _, told in self._timed[self._next :]:
            self._miss(told)
        for lines in self._numbered.values():
            for _, told in lines:
                self._miss(told)
        if not self._missed:
            return None
        first = self._missed[0]
        where = f'frame {first.frame}' if first.time is None else f'{first.time:g} s'
        return (
            f'lacks {len(self._missed)} frames that the file of regions names, the first at {where}: '
            'is it of another video?'
        )

    def _miss(self, told: FrameRegions) -> None:
        span = self._info.span
        is_outside = (
            told.time is not None
            and span is not None
            and not (span.is_after_start(told.time) and span.is_before_end(told.time))
        )
        if told.regions and not is_outside:
            self._missed.append(told)

    def _add(
        self, regions: list[list[Area]], entry: NamedRegions, region: Region, size: tuple[int, int] | None
    ) -> None:
        areas = _place(entry, region, size, self._shown, 1)
        if areas:
            regions.append(areas)
        else:
            self._note(_OUTSIDE_NOTE)

    def _note(self, note: str) -> None:
        if note not in self.notes:
            self.notes.append(note)


def _place(
    entry: NamedRegions,
    region: Region,
    stated: tuple[int, int] | None,
    shown: tuple[int, int],
    orientation: int,
) -> list[Area]:
    """What a region covers; of none, only the stated size is checked."""
    try:
        if not region:
            is_of_stored(stated, shown, orientation)
        return [area for shape in region for area in place_shape(shape, stated, shown, orientation)]
    except FormatError as error:
        raise ValueError(f'{entry.source}: {error}') from None


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(path.rglob('*.json*')) if path.is_dir() else [path]:
        name = file.relative_to(path if path.is_dir() else path.parent)
        told = os.fsencode(name) if file.suffix.lower() == '.jsonl' else b''  # Names the video.
        digest.update(hashlib.sha256(told + b'\0' + file.read_bytes()).digest())
    return digest.hexdigest()
