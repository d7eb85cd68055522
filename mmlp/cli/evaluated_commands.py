"""The segmenters of ``segment`` and ``anonymize`` as these commands make them, at any threshold."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from mmlp.apis import PlateSegmenter
from mmlp.apis.backends.graphics_card import advise_on_unused_card
from mmlp.apis.thresholds import RememberingBackend, with_thresholds
from mmlp.jobs import Segmenter
from mmlp.jobs.evaluate import Description, Setting

from .segmenter_options import build_plate_segmenter, leave_out, lowest_score


class CommandSegmenters:
    """Makes the segmenters of settings, see :class:`~mmlp.jobs.evaluate.Segmenters`.

    Args:
        options (Mapping[str, argparse.Namespace]): By command, its options as of
            :func:`~mmlp.cli.segmenter_options.add_segmenter_options`.
        threads (int | None): Threads of the networks where the options do not say.
    """

    def __init__(self, options: Mapping[str, argparse.Namespace], threads: int | None = None) -> None:
        self._options = options
        self._built: dict[str, PlateSegmenter] = {}
        self._backends: dict[int, RememberingBackend] = {}
        for command, args in options.items():
            own = {**vars(args), 'threads': args.threads or threads}
            segmenter = build_plate_segmenter(argparse.Namespace(**own))
            segmenter.backend = self._remember(segmenter.backend)
            segmenter.refiner = self._remember(segmenter.refiner)
            self._built[command] = segmenter
        self._made: dict[Setting, PlateSegmenter] = {}

    def _remember(self, backend: object) -> RememberingBackend:
        if id(backend) not in self._backends:  # One network may do both.
            self._backends[id(backend)] = RememberingBackend(backend)
        return self._backends[id(backend)]

    def segmenter(self, setting: Setting) -> Segmenter:
        """The segmenter of a setting."""
        return leave_out(self._options[setting.command], self._make(setting))

    def describe(self, setting: Setting) -> Description:
        """What a setting comes to."""
        segmenter, advice = self._make(setting), None
        if self._options[setting.command].device == 'auto':
            advice = advise_on_unused_card(segmenter.backend.name, segmenter.backend.device)
        line = self.segmenter(setting).describe()  # What is passed over included.
        return Description(line, segmenter.threshold, segmenter.min_score, advice)

    def forget(self) -> None:
        """Forgets what the networks said of a picture."""
        for backend in self._backends.values():
            backend.forget()

    def _make(self, setting: Setting) -> PlateSegmenter:
        if setting not in self._made:
            score = setting.min_score
            if score is None:
                score = lowest_score(self._options[setting.command])
            self._made[setting] = with_thresholds(self._built[setting.command], setting.threshold, score)
        return self._made[setting]
