"""Runs the whole way from pictures to covers on annotated pictures, at several settings, and counts."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import cv2
import numpy as np

from mmlp.apis.views import View
from mmlp.datasets.labelled_images import LabelledImage, UnusableImage, read_labelled_image
from mmlp.datasets.mask_rule import MaskRule
from mmlp.evaluation import PlateTally, tally_plates
from mmlp.media import MAX_PIXELS, DecodedImage, find_panorama
from mmlp.plates import Plate
from mmlp.processes import in_processes

from .runner import explain
from .segmenters import Segmenter, predict


@dataclass(frozen=True)
class Setting:
    """How plates are looked for.

    Args:
        command (str): 'segment' or 'anonymize', whose options hold.
        threshold (float | None): Probability of a plate pixel; None for that of the command.
        min_score (float | None): Lowest score of plates; None for that of the command.
    """

    command: str
    threshold: float | None = None
    min_score: float | None = None

    @property
    def is_usual(self) -> bool:
        """Whether it is what the command does."""
        return self.threshold is None and self.min_score is None


@dataclass(frozen=True)
class Description:
    """What a setting comes to.

    Args:
        line (str): Model, engine, device and sizes, for people.
        threshold (float): Probability of a plate pixel.
        min_score (float): Lowest score of plates.
        advice (str | None): What a person should know about the engine.
    """

    line: str
    threshold: float
    min_score: float
    advice: str | None = None


class Segmenters(Protocol):
    """Makes the segmenters of settings."""

    def segmenter(self, setting: Setting) -> Segmenter:
        """The segmenter of a setting."""

    def describe(self, setting: Setting) -> Description:
        """What it comes to."""

    def forget(self) -> None:
        """Is called when all settings have seen a picture."""


@dataclass(frozen=True)
class EvaluatedImage:
    """What was found in a picture.

    Args:
        source (LabelledImage): The picture.
        shape (tuple[int, int]): Height and width in pixels.
        tallies (dict[Setting, PlateTally]): What each setting did.
        finds (dict[Setting, list[Plate]]): What the usual settings found, for those who draw it.
    """

    source: LabelledImage
    shape: tuple[int, int]
    tallies: dict[Setting, PlateTally]
    finds: dict[Setting, list[Plate]] = field(repr=False)


@dataclass(frozen=True)
class Evaluation:
    """What came of all pictures.

    Args:
        settings (tuple[Setting, ...]): In the order of the sweep, the usual ones first.
        descriptions (dict[Setting, Description]): What they come to.
        images (tuple[EvaluatedImage, ...]): In the order given, without those that failed.
        unusable (tuple[UnusableImage, ...]): Those that failed.
    """

    settings: tuple[Setting, ...]
    descriptions: dict[Setting, Description]
    images: tuple[EvaluatedImage, ...]
    unusable: tuple[UnusableImage, ...]

    def tallies(self, setting: Setting) -> list[PlateTally]:
        """What a setting did, picture by picture."""
        return [image.tallies[setting] for image in self.images]


#: What masks mean unless it is said.
_ONE_CLASS = MaskRule()


@dataclass(frozen=True)
class _Work:
    """What is done with every picture; can be pickled."""

    build: Callable[[], Segmenters]
    settings: tuple[Setting, ...]
    rule: MaskRule
    margin: float
    max_pixels: int


def evaluate_images(
    images: Sequence[LabelledImage],
    build: Callable[[], Segmenters],
    settings: Sequence[Setting],
    rule: MaskRule = _ONE_CLASS,
    *,
    margin: float = 25.0,
    max_pixels: int = MAX_PIXELS,
    workers: int = 1,
    begin: Callable[[dict[Setting, Description]], None] = lambda descriptions: None,
    progress: Callable[[Iterable], Iterable] = iter,
) -> Evaluation:
    """Finds the plates of annotated pictures at each of some settings, and counts what is right.

    Every setting is run from beginning to end: where a picture is zoomed in on depends on the
    thresholds, so that no result can be had from that of another one.

    Args:
        images (Sequence[LabelledImage]): The pictures.
        build (Callable[[], Segmenters]): Makes the segmenters, once a process; with several workers it can be
            pickled.
        settings (Sequence[Setting]): The settings; equal ones count once.
        rule (MaskRule): What the values of masks mean. Default: one class, 128 ignored.
        margin (float): Widening of covers, percent of a plate's height. Default: 25.
        max_pixels (int): Larger pictures are not read.
        workers (int): Processes; with 1 this one works. Default: 1.
        begin (Callable): Is told what the settings come to, before the first picture is counted.
        progress (Callable): Wraps the stream of results, such as ``tqdm``.

    Returns:
        Evaluation: All that was counted.

    Raises:
        WorkerError: A worker was killed.
        ValueError: ``build`` refused its arguments; it may raise other errors as well.
    """
    work = _Work(build, tuple(dict.fromkeys(settings)), rule, margin, max_pixels)
    if workers == 1:
        segmenters = build()
        answers = (_answer(image, work, segmenters) for image in images)
        results, descriptions = _collect(answers, begin, progress)
    else:
        with in_processes(partial(_work_on, work=work), images, workers) as answers:
            results, descriptions = _collect(answers, begin, progress)
    return Evaluation(
        work.settings,
        descriptions,
        tuple(result for result in results if isinstance(result, EvaluatedImage)),
        tuple(result for result in results if isinstance(result, UnusableImage)),
    )


_Result = EvaluatedImage | UnusableImage
_Answer = tuple[_Result, dict[Setting, Description]]


def _collect(
    answers: Iterator[_Answer], begin: Callable, progress: Callable[[Iterable], Iterable]
) -> tuple[list[_Result], dict[Setting, Description]]:
    first = next(answers, None)
    if first is None:
        return [], {}
    result, descriptions = first
    begin(descriptions)
    rest = (result for result, _ in answers)
    return list(progress(itertools.chain([result], rest))), descriptions


#: Of a worker process: what it made for its first picture.
_segmenters: list[Segmenters] = []


def _work_on(image: LabelledImage, work: _Work) -> _Answer:
    if not _segmenters:
        cv2.setNumThreads(0)  # OpenCV's threads do not survive a fork, and would compete.
        _segmenters.append(work.build())
    return _answer(image, work, _segmenters[0])


def _answer(image: LabelledImage, work: _Work, segmenters: Segmenters) -> _Answer:
    descriptions = {setting: segmenters.describe(setting) for setting in work.settings}
    try:
        return _evaluate(image, work, segmenters), descriptions
    except Exception as error:  # What is wrong with one picture must not stop the others.
        return UnusableImage(image.path, explain(error)), descriptions
    finally:
        segmenters.forget()


def _evaluate(source: LabelledImage, work: _Work, segmenters: Segmenters) -> EvaluatedImage:
    image, target = read_labelled_image(source, work.rule, work.max_pixels)
    tallies, finds = {}, {}
    known: dict[tuple, tuple[PlateTally, list[Plate]]] = {}
    for setting in work.settings:
        meant = (setting.command, segmenters.describe(setting))
        if meant not in known:  # The usual threshold may stand among those of the sweep.
            plates = _find(segmenters.segmenter(setting), image)
            known[meant] = tally_plates(plates, target, work.margin), plates
        tallies[setting], plates = known[meant]
        if setting.is_usual:
            finds[setting] = plates
    return EvaluatedImage(source, target.shape, tallies, finds)


def _find(segmenter: Segmenter, image: DecodedImage) -> list[Plate]:
    bgr = np.asarray(image.bgr)
    (prediction,) = predict(segmenter, [bgr], [View(panorama=find_panorama(bgr, image.info))])
    return list(prediction.plates)
