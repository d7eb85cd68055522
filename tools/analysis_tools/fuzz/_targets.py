"""What reads files, sound files for it, and what must hold afterwards."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from _checkpoint_mutations import mutate_checkpoint
from _mutations import mutate_bytes, mutate_text
from _samples import (
    write_annotations,
    write_checkpoints,
    write_images,
    write_images_with_metadata,
    write_videos,
)

from mmlp.apis.model_loading import load_segmentor
from mmlp.datasets.converters import ConversionError, Options, convert
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.openalpr import OpenALPR
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.wpod import WPOD
from mmlp.datasets.converters.readers.yolo import YOLO
from mmlp.jobs import anonymize_media
from mmlp.media import MediaError, find_media
from mmlp.plates import Plate

READERS = {
    reader.name: reader
    for reader in (COCO, CVAT, LabelMe, LabelStudio, OpenALPR, UC3MLP, UFPRALPR, VIA, VOC, WPOD, YOLO)
}
# A data.yaml is mutated in a set of its own.
READERS['yolo_description'] = YOLO


@dataclasses.dataclass(frozen=True)
class Target:
    """Something that reads files.

    Attributes:
        name (str): Kind of files.
        write_samples (Callable[[Path], Sequence[Path]]): Writes sound files, each in a folder of its own.
        run (Callable[[Path, Path], str]): Reads a file, writes to a folder, and checks what must hold.
        refusals (tuple[type[Exception], ...]): Errors that are an orderly answer.
        mutate (Callable[[bytes, random.Random], bytes]): Makes a broken file of a sound one.
    """

    name: str
    write_samples: Callable[[Path], Sequence[Path]]
    run: Callable[[Path, Path], str]
    refusals: tuple[type[Exception], ...] = ()
    mutate: Callable[[bytes, random.Random], bytes] = mutate_bytes


class _OnePlate:
    """A segmenter that finds a plate in the middle of everything; networks are not what is tested."""

    def predict_batch(self, images: Sequence[np.ndarray]) -> list[SimpleNamespace]:
        """Answers for each picture."""
        return [SimpleNamespace(plates=[self._plate(*image.shape[:2])]) for image in images]

    @staticmethod
    def _plate(height: int, width: int) -> Plate:
        box = np.array([[0.3, 0.4], [0.7, 0.4], [0.7, 0.6], [0.3, 0.6]]) * (width, height)
        return Plate(box.astype(np.float32), box.astype(np.float32))


def _anonymize(path: Path, out: Path) -> str:
    before = hashlib.sha256(path.read_bytes()).digest()
    media = find_media(path.parent)
    anonymize_media(media, out, _OnePlate(), strip_location=True)
    if hashlib.sha256(path.read_bytes()).digest() != before:
        raise AssertionError('the original was changed')
    document = json.loads((out / 'report.json').read_text())
    if left := [str(entry) for entry in out.rglob('.mmlp-*')]:
        raise AssertionError(f'unfinished files were left behind: {left}')
    for result in document['files']:
        unforeseen = (result['error'] or '').split(':')[0]
        if unforeseen.endswith(('Error', 'Exception')):
            raise AssertionError(f'an error that nobody foresaw: {result["error"]}')
        if result['status'] == 'failed' and any(Path(output).exists() for output in result['outputs']):
            raise AssertionError('a file that failed has an output')
    return ', '.join(result['status'] for result in document['files'])


def _convert(path: Path, out: Path) -> str:
    source = path if path.parent.name in ('coco', 'via') else path.parent
    report = convert(READERS[path.parent.name](str(source)), Options(str(out), progress=False, workers=1))
    return f'{len(report.problems)} problems'


def _load(path: Path, _: Path) -> str:
    before = sorted(path.parent.iterdir())
    load_segmentor(path)
    if sorted(path.parent.iterdir()) != before:
        raise AssertionError('reading it wrote a file')
    return 'loaded'


TARGETS = {
    target.name: target
    for target in (
        Target('image', write_images, _anonymize),
        Target('metadata', write_images_with_metadata, _anonymize),
        Target('video', write_videos, _anonymize, (MediaError,)),
        Target('annotation', write_annotations, _convert, (ConversionError,), mutate_text),
        Target('checkpoint', write_checkpoints, _load, (ValueError,), mutate_checkpoint),
    )
}
