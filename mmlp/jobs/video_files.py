"""Plates of a video as files: overlay video, a line of JSON a frame, masks and crops frame by frame."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mmlp.files import atomic_folder, atomic_path
from mmlp.media import Frame, VideoInfo, VideoWriter, write_image
from mmlp.plates import Plate, draw_plates

from .plate_files import binary_mask, frame_record, instance_mask, write_crops

#: Kinds that are a file a frame.
FRAME_KINDS = ('mask', 'instance', 'crop')


class VideoFiles:
    """What is wanted of one video.

    All of it appears when it is complete, the folders with a file for each frame as well.

    Args:
        stack (contextlib.ExitStack): Completes the files, or gives them up after an error, when it is left.
        folder (Path): The output folder.
        stem (Path): Place and name of the files below ``folder/KIND``, without suffix.
        kinds (Sequence[str]): Names of ``SAVE_KINDS``; ``coco`` is of pictures and passed over.
        info (VideoInfo): The video.
        codec (str | None): Codec of the overlay, see :class:`~mmlp.media.VideoWriter`.
        crf (int | None): Quality of the overlay, smaller is better.
        crop (Mapping[str, Any]): Arguments of :func:`~mmlp.plates.rectify` for crops.

    Attributes:
        outputs (list[Path]): Files, and folders with a file for each frame.

    Raises:
        MediaWriteError: A file could not be written.
    """

    def __init__(
        self,
        stack: contextlib.ExitStack,
        folder: Path,
        stem: Path,
        *,
        kinds: Sequence[str],
        info: VideoInfo,
        codec: str | None = None,
        crf: int | None = None,
        crop: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        def path(kind: str, suffix: str = '') -> Path:
            return folder / kind / stem.with_name(stem.name + suffix)

        self._crop = crop
        self.outputs = [path(kind) for kind in FRAME_KINDS if kind in kinds]
        self._folders = {
            kind: stack.enter_context(atomic_folder(path(kind))) for kind in FRAME_KINDS if kind in kinds
        }
        self._lines = self._overlay = None
        if 'json' in kinds:
            self.outputs.append(path('json', '.jsonl'))
            part = stack.enter_context(atomic_path(self.outputs[-1]))
            # Line by line: a full disk is noticed before anything gets its name.
            self._lines = stack.enter_context(part.open('w', encoding='utf-8', buffering=1))
        if 'overlay' in kinds:
            self.outputs.append(path('overlay', '.mp4'))
            self._overlay = stack.enter_context(
                VideoWriter(self.outputs[-1], like=info, codec=codec, crf=crf, strip_location=True)
            )

    @property
    def notes(self) -> list[str]:
        """What the overlay lacks or has otherwise than the video, a phrase each."""
        return [] if self._overlay is None else self._overlay.notes

    def write(self, frame: Frame, plates: Sequence[Plate]) -> None:
        """Writes what is wanted of the next frame, and draws into it.

        Raises:
            MediaWriteError: A file could not be written.
        """
        shape, name = frame.bgr.shape[:2], f'{frame.index:06d}.png'
        for kind, folder in self._folders.items():
            if kind == 'crop':
                list(write_crops(frame.bgr, plates, folder / name, self._crop))
            else:
                draw = binary_mask if kind == 'mask' else instance_mask
                write_image(folder / name, draw(plates, shape))
        if self._lines is not None:
            self._lines.write(frame_record(frame.index, frame.time, shape, plates))
        if self._overlay is not None:
            draw_plates(frame.bgr, plates, inplace=True)
            self._overlay.write(frame)
