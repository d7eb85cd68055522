"""Where outputs go: the tree of the inputs mirrored, one name for one file, and never onto an original."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from mmlp.media import MediaItem, MediaList, find_media, video_output_suffix
from mmlp.media.formats import suffix_kind

Inputs = str | os.PathLike | Sequence[str | os.PathLike] | MediaList


def output_stems(items: Sequence[MediaItem]) -> list[Path]:
    """Names the outputs of each item, without suffix and below the output folder.

    ``day/photo.jpg`` becomes ``day/photo``. Where several files of a folder differ by their suffix alone they
    keep it: ``day/photo.jpg`` and ``day/photo.png``.

    Args:
        items (Sequence[MediaItem]): What :func:`~mmlp.media.find_media` found.

    Returns:
        list[Path]: One for each item, all different.
    """
    return _distinct([(item.relative.with_suffix(''), item.relative) for item in items])


def mirrored_paths(items: Sequence[MediaItem]) -> list[Path]:
    """Names the processed copy of each item below the output folder: as the item itself.

    Videos in containers that cannot be written become ``NAME.mp4``, or ``NAME.avi.mp4`` where there is a
    ``NAME.mp4`` already.

    Args:
        items (Sequence[MediaItem]): What :func:`~mmlp.media.find_media` found.

    Returns:
        list[Path]: One for each item, all different.
    """
    names = []
    for item in items:
        relative = item.relative
        suffix = video_output_suffix(item.path) if item.kind == 'video' else relative.suffix
        names.append((relative.with_suffix(suffix), relative.with_name(relative.name + suffix)))
    return _distinct(
        [(first, first if first == item.relative else other) for item, (first, other) in zip(items, names)]
    )


def find_media_outside(
    inputs: Inputs, output: str | os.PathLike | None, *, hidden: bool = False
) -> MediaList:
    """Finds pictures and videos, but not those that an earlier job wrote into a folder among them.

    Args:
        inputs (str | os.PathLike | Sequence[str | os.PathLike] | MediaList): Files, folders, patterns; or
            what was found before, which is returned as it is.
        output (str | os.PathLike | None): The output; is looked into only when it is an input itself.
        hidden (bool): Take hidden files in folders too.

    Returns:
        MediaList: See :func:`~mmlp.media.find_media`.
    """
    if isinstance(inputs, MediaList):
        return inputs
    entries = [inputs] if isinstance(inputs, (str, os.PathLike)) else list(inputs)
    named = {os.path.realpath(entry) for entry in entries}
    is_apart = output is not None and os.path.realpath(output) not in named
    return find_media(entries, hidden=hidden, exclude=[output] if is_apart else [])


def is_file_output(items: Sequence[MediaItem], output: Path) -> bool:
    """Tells whether an output is meant as a file: by the suffix of a picture or video, or of the one input.

    Args:
        items (Sequence[MediaItem]): The inputs.
        output (Path): What was named as output.

    Returns:
        bool: False for a folder.

    Raises:
        ValueError: It is meant as a file, but there are several inputs, or one of another kind.
    """
    kind = suffix_kind(output)
    if kind is None and len(items) == 1 and output.suffix.lower() == items[0].path.suffix.lower() != '':
        kind = items[0].kind  # A suffix of a camera's own.
    if kind is None or output.is_dir():
        return False
    if len(items) > 1:
        raise ValueError(f'{len(items)} inputs cannot go to the one file {output}: name a folder')
    if any(item.kind != kind for item in items):
        raise ValueError(f'{items[0].path} is no {kind}, but {output} is to be one')
    return True


def check_folder(folder: Path) -> None:
    """Refuses an output folder that cannot be made, since a file is in the way.

    Args:
        folder (Path): Where to write.

    Raises:
        NotADirectoryError: It, or a folder above it, is a file.
    """
    for place in (folder, *folder.parents):
        if os.path.lexists(place):
            if not os.path.isdir(place):
                raise NotADirectoryError(f'{place} is no folder: choose another output')
            return


def check_absent(outputs: Iterable[Path], advice: str) -> None:
    """Refuses to replace existing files.

    Args:
        outputs (Iterable[Path]): Files that will be written.
        advice (str): What to do instead.

    Raises:
        FileExistsError: Some of them exist.
    """
    existing = [output for output in outputs if os.path.lexists(output)]
    if existing:
        others = f' and {len(existing) - 1} other outputs exist' if len(existing) > 1 else ' exists'
        raise FileExistsError(f'{existing[0]}{others} already; {advice}')


def check_originals(outputs: Iterable[Path], items: Sequence[MediaItem], advice: str) -> None:
    """Refuses to write onto an input.

    Args:
        outputs (Iterable[Path]): Files that will be written.
        items (Sequence[MediaItem]): The inputs.
        advice (str): What to do instead.

    Raises:
        ValueError: An output is one of the inputs, by its name or through links.
    """
    folders: dict[str, str] = {}

    def resolve(path: Path) -> str:
        # A link that is named itself is replaced, not followed; folders are few.
        parent = os.path.dirname(path)
        if parent not in folders:
            folders[parent] = os.path.realpath(parent)
        return os.path.join(folders[parent], path.name)

    originals = {place for item in items for place in (resolve(item.path), os.path.realpath(item.path))}
    for output in outputs:
        if resolve(output) in originals:
            raise ValueError(f'{output} would replace an original; {advice}')


def _distinct(names: Sequence[tuple[Path, Path]]) -> list[Path]:
    """Takes the first name of each pair, and the second wherever the first is taken.

    Upper and lower case count as equal, since file systems differ about it.
    """
    chosen = [first for first, _ in names]
    while True:
        owners: dict[str, list[int]] = {}
        for number, name in enumerate(chosen):
            owners.setdefault(str(name).casefold(), []).append(number)
        renamed = False
        for numbers in owners.values():
            for number in numbers if len(numbers) > 1 else ():
                second = names[number][1]
                renamed |= chosen[number] != second
                chosen[number] = second
        if not renamed:
            return chosen
