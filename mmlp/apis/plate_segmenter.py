"""Pictures in, plates out."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from mmlp.media import find_panorama, read_image
from mmlp.media.images import ImageSource
from mmlp.weights import find_refiner

from .backends import Backend, build_backend
from .config_files import ConfigSource
from .far_plates import CANDIDATE_HEIGHT, SEEN_HEIGHT, drop_unlikely, enlarge_long_side, find_all_candidates
from .large_inputs import MAX_MAP_PIXELS, MAX_PIXELS, find_traces, run_in_tiles
from .plate_extraction import drop_plates_seen_finer, find_plates
from .prediction import Prediction
from .probability_maps import ProbabilityMap
from .ranges import check_at_least, check_min_score, check_thresholds
from .refinement import refine_plates
from .resizing import resize_image, working_size
from .settings import LONG_SIDE, Refinement, Runtime, Search, Trust
from .thresholds import usual_min_score
from .tiling import iterate_tiles
from .turned_images import TurnedDetector
from .views import View, detect_in_views
from .zoom_in import find_candidates, plan_windows
from .zoom_out import zoom_out

#: Without tiles, larger working sizes are refused: they would fill the memory.
MAX_WORKING_PIXELS = 1 << 25
#: Behind pictures with more pixels memory is scarce: what engines keep is needed to write them.
_SCARCE_PIXELS = 1 << 25
#: Score from which on a plate is one for sure, with a refinement this much higher.
_SURE, _SURE_MAGNIFIED = 0.8, 0.06


class PlateSegmenter:
    """Finds the licence plates of pictures with any network of mmlp and any engine.

    The network sees the picture at ``long_side``; plates come back in the picture's own pixels, with
    outlines finer than a pixel of the network.

    Example:
        >>> segmenter = PlateSegmenter()
        >>> for plate in segmenter.predict('photo.jpg').plates:
        ...     print(plate.score, plate.corners)

    Args:
        model (str | os.PathLike, optional): A checkpoint of ours (.pth), an exported network (.onnx) or a
            name in :data:`mmlp.weights.WEIGHTS`. Default: None, the weights that come with mmlp.
        config (str | os.PathLike | Config, optional): Config of the checkpoint, by path or by name. Default:
            None, the one that the checkpoint carries.
        threshold (float, optional): Probability in (0, 1) above which a pixel is plate. Default: None, the
            model's own.
        min_score (float, optional): Plates with a lower score are dropped: the mean probability of their
            pixels (see :func:`~mmlp.plates.extract_plates`), 0..1, and with a refinement the mean of the
            detection's and the refinement's. Default: None, 0.2 above the threshold but at most 0.73, with a
            refinement 0.07 more, which takes most specks on lettering and grilles away; 0.0 keeps all.
        min_area (int): Plates with fewer pixels at the network's size are dropped as specks. Default: 16.
        long_side (int, optional): Longer side of the picture for the network, in pixels; smaller pictures are
            enlarged, but at most twice. None: the picture's own size. Default: 384.
        search (Search): Where plates are looked for beside: zooming in and out, tiles, turned pictures,
            panoramas.
        refinement (bool | Refinement, optional): Whether and how each plate is segmented again in a magnified
            crop. Default: None, when the weights come with a network made for it, as the default ones do.
        runtime (Runtime): Engine, device, threads and batch size.
        trust (Trust): What a checkpoint may ask for.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: An argument is out of its range, or model, backend and device do not fit together.
        ImportError: The engine is not installed; the message names the extra to install.
    """

    def __init__(
        self,
        model: str | os.PathLike | None = None,
        config: ConfigSource | None = None,
        *,
        threshold: float | None = None,
        min_score: float | None = None,
        min_area: int = 16,
        long_side: int | None = LONG_SIDE,
        search: Search = Search(),
        refinement: bool | Refinement | None = None,
        runtime: Runtime = Runtime(),
        trust: Trust = Trust(),
    ) -> None:
        check_thresholds(threshold=threshold)
        check_min_score(min_score)
        check_at_least(0, min_area=min_area)
        check_at_least(1, long_side=long_side)
        build = functools.partial(
            build_backend,
            backend=runtime.backend,
            device=runtime.device,
            num_threads=runtime.num_threads,
            allow_imports=trust.allow_imports,
            max_parameters=trust.max_parameters,
        )
        self.backend: Backend = build(model, config)
        self.refiner: Backend = self.backend
        self.refinement = _resolve_refinement(refinement, model)
        if self.refinement is not None and self.refinement.model is not None:
            self.refiner = build(self.refinement.model)
        self.model = self.backend.info.name
        self.config = None if config is None else str(getattr(config, 'filename', None) or config)
        self.threshold = self.backend.info.threshold if threshold is None else threshold
        self.min_score = min_score
        if min_score is None:
            self.min_score = usual_min_score(self.threshold, self.refinement is not None)
        self.min_area = min_area
        self.long_side = long_side
        self.search = search if search.tiles is None else dataclasses.replace(search, smallest_plate=None)
        self.runtime = dataclasses.replace(runtime, backend=self.backend.name, device=self.backend.device)
        self.trust = trust

    @property
    def settings(self) -> dict[str, Any]:
        """All settings by the name of their argument, as they came out, in plain values for JSON."""
        return {name: _plain(getattr(self, name)) for name in inspect.signature(PlateSegmenter).parameters}

    @property
    def turned(self) -> bool:
        """Whether turned pictures are searched, too."""
        return self.search.turned

    @property
    def panoramas(self) -> bool:
        """Whether panoramas are searched all around."""
        return self.search.panoramas

    def predict(self, image: ImageSource) -> Prediction:
        """Finds the plates of one picture.

        Args:
            image (ImageSource): A path, the bytes of a file, or an array: uint8 (H, W, 3) BGR, (H, W, 4)
                BGRA, of which alpha is left out, or (H, W) grey. See :func:`mmlp.media.read_image`; files are
                turned upright.

        Returns:
            Prediction: Plates and probabilities.

        Raises:
            FileNotFoundError: There is no such file.
            UnreadableMediaError: It is no picture, or a damaged one.
            ValueError: The picture is too large for the network; use tiles.
        """
        return self.predict_batch([image])[0]

    def predict_batch(self, images: Iterable[ImageSource]) -> list[Prediction]:
        """Finds the plates of several pictures, those of equal size together; see :meth:`predict`.

        Returns:
            list[Prediction]: In the order of the pictures.
        """
        decoded = [read_image(image) for image in images]
        views = [View(panorama=find_panorama(image.bgr, image.info)) for image in decoded]
        return self.predict_views([image.bgr for image in decoded], views)

    def predict_views(self, images: Sequence[np.ndarray], views: Sequence[View]) -> list[Prediction]:
        """Finds the plates of several pictures that are to be searched in a certain way.

        Args:
            images (Sequence[np.ndarray]): Pictures, each uint8 (H, W, 3) BGR.
            views (Sequence[View]): How to search each.

        Returns:
            list[Prediction]: In the order of the pictures, in pixels of them as they are.
        """
        detect_turned = None
        if self.search.turned:
            detect_turned = TurnedDetector(
                self._predict_as_they_are, self.backend, self.long_side, self.sure_score
            )
        if not self.search.panoramas:
            views = [dataclasses.replace(view, panorama=None) for view in views]
        predictions = detect_in_views(self._predict_as_they_are, detect_turned, images, views)
        if max((image.shape[0] * image.shape[1] for image in images), default=0) > _SCARCE_PIXELS:
            for backend in {self.backend, self.refiner}:
                backend.release_memory()
        return predictions

    @property
    def sure_score(self) -> float:
        """Score from which on a plate is one for sure, 0..1; what is seen magnified is more certain."""
        return _SURE + (_SURE_MAGNIFIED if self.refinement else 0.0)

    def _predict_as_they_are(self, images: Sequence[np.ndarray]) -> list[Prediction]:
        maps: list[list[ProbabilityMap]] = [[] for _ in images]
        for index, probability_map in self._detect(images):
            maps[index].append(probability_map)
        for found, image in zip(maps, images):
            finer = list(self._run_on_tiles(image) if self.search.tiles else self._zoom_in(image, found))
            if finer and self.search.smallest_plate is None:
                found[:] = [drop_plates_seen_finer(whole, finer, self.threshold) for whole in found]
            found += finer
        return [self._finish(image, found) for image, found in zip(images, maps)]

    def describe(self) -> str:
        """One line for a log: the model, the engine and the size."""
        size = "the picture's own size" if self.long_side is None else f'long side {self.long_side}'
        if None not in (self.long_side, self.search.zoom_in_long_side) and not self.search.tiles:
            size += f', {self.search.zoom_in_long_side} for small plates'
            if self.search.smallest_plate is not None:
                size += f', all of it for plates from {self.search.smallest_plate:g} px on'
        tiles = f', tiles of {self.search.tiles.size} px' if self.search.tiles else ''
        again = f', refinement by {self.refiner.info.name}' if self.refinement else ''
        return (
            f'{self.backend.info.name} by {self.backend.name} on {self.backend.device}, '
            f'{size}{tiles}{again}, threshold {self.threshold:g}'
        )

    def _detect(self, images: Sequence[np.ndarray]) -> Iterable[tuple[int, ProbabilityMap]]:
        if self.search.tiles and self.long_side is None:
            return
        by_size = defaultdict(list)
        for index, image in enumerate(images):
            size = self._detection_size(image.shape[:2])
            if self.search.smallest_plate is None and size[0] * size[1] > MAX_WORKING_PIXELS:
                raise ValueError(
                    f'a picture of {size[1]} x {size[0]} pixels is too large for the network; cut it into '
                    'tiles, such as search=Search(tiles=Tiles(768, 128)), or set long_side'
                )
            by_size[size].append(index)
        for size, indices in by_size.items():
            seen = self._run_at([images[index] for index in indices], size)
            for index, probability in zip(indices, seen):
                height, width = images[index].shape[:2]
                probability_map = ProbabilityMap.over_box(probability, (0, 0, width, height))
                if self.search.zoom_out_above is not None:
                    probability_map = zoom_out(images[index], probability_map, self._run_once, self.search)
                yield index, probability_map

    def _detection_size(self, shape: tuple[int, int]) -> tuple[int, int]:
        if self.long_side is None:
            return shape
        smallest = self.search.smallest_plate
        return working_size(shape, enlarge_long_side(self.long_side, shape, smallest, CANDIDATE_HEIGHT))

    def _zoom_in(self, image: np.ndarray, found: Sequence[ProbabilityMap]) -> list[ProbabilityMap]:
        """Shows the network what may be small plates at a larger size."""
        if None in (self.long_side, self.search.zoom_in_long_side):
            return []
        shape = image.shape[:2]
        (first,) = found
        candidates, settled = find_candidates(
            first, self.search, self.threshold, self.min_area, self.min_score
        )
        long_side = self.search.zoom_in_long_side
        if self.search.smallest_plate is not None:
            # Where all plates are seen well, only far ones may be left, and they need no more than this.
            long_side = long_side if candidates or settled else 1
            long_side = enlarge_long_side(long_side, shape, self.search.smallest_plate, SEEN_HEIGHT)
            candidates, settled = find_all_candidates(first), []
        size = working_size(shape, long_side)
        if max(size) <= max(first.values.shape):
            return []
        by_size = defaultdict(list)
        for box, window_size in plan_windows(candidates, settled, first, shape, size):
            by_size[window_size].append(box)
        maps = []
        total = sum(height * width * len(boxes) for (height, width), boxes in by_size.items())
        is_large = total > MAX_MAP_PIXELS and self.search.smallest_plate is not None
        for window_size, boxes in by_size.items():
            if is_large:
                for box in boxes:
                    maps += find_traces(image, box, window_size, self.backend, self._trace_floor)
                continue
            windows = [image[top:bottom, left:right] for left, top, right, bottom in boxes]
            maps += map(ProbabilityMap.over_box, self._run_at(windows, window_size), boxes)
        return maps

    def _run_at(self, images: Sequence[np.ndarray], size: tuple[int, int]) -> Iterable[np.ndarray]:
        """Runs the network on pictures at one size: on those that are small together, large ones in parts."""
        if size[0] * size[1] > MAX_PIXELS and self.search.smallest_plate is not None:
            yield from (run_in_tiles(image, size, self.backend) for image in images)
            return
        for part in _chunks(images, self.runtime.batch_size):
            yield from self.backend(np.stack([resize_image(image, size) for image in part]))

    def _run_once(self, image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        return next(iter(self._run_at([image], size)))

    def _run_on_tiles(self, image: np.ndarray) -> Iterable[ProbabilityMap]:
        size, overlap = self.search.tiles.size, self.search.tiles.overlap
        shape = image.shape[:2]
        scale = min((self.search.tiles.long_side or max(shape)) / max(shape), 1.0)
        if self.long_side is not None and working_size(shape, self.long_side)[0] >= shape[0] * scale:
            return  # The whole was seen as large already.
        for tiles in _chunks(list(iterate_tiles(shape, size, overlap, scale)), self.runtime.batch_size):
            batch = np.stack([tile.cut_image(image, size) for tile in tiles])
            for tile, probability in zip(tiles, self.backend(batch)):
                probability_map = tile.to_map(probability).trim(self._trace_floor)
                if probability_map is not None:
                    yield probability_map

    @property
    def _trace_floor(self) -> float:
        """Probability below which tiles are not kept."""
        return min(0.05, self.threshold / 2)

    def _finish(self, image: np.ndarray, maps: Sequence[ProbabilityMap]) -> Prediction:
        # The refinement draws plates anew; what only points to them needs no corners.
        fit_corners = self.refinement is None
        # The score becomes the mean with the refinement's, which is 1 at most.
        least = 2 * self.min_score - 1 if self.refinement else self.min_score
        plates = find_plates(maps, self.threshold, self.min_area, least, fit_corners)
        if self.search.smallest_plate is not None and len(maps) > 1:
            plates = drop_unlikely(plates, maps[0])
        patches = []
        if self.refinement:
            plates, patches = refine_plates(
                self.refinement, image, plates, self._run_on_crops, self.threshold
            )
            plates = [plate for plate in plates if plate.score >= self.min_score]
        return Prediction(image.shape[:2], plates, maps, patches, self.threshold)

    def _run_on_crops(self, images: np.ndarray) -> np.ndarray:
        # Crops are small: several times as many fit.
        return np.concatenate([self.refiner(part) for part in _chunks(images, 4 * self.runtime.batch_size)])


def _chunks(items: Sequence, size: int) -> Iterable[Sequence]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _resolve_refinement(
    refinement: bool | Refinement | None, model: str | os.PathLike | None
) -> Refinement | None:
    """The refinement with its network by name; None where there is none, or no network of its own."""
    own = find_refiner(model)
    if refinement is None:
        refinement = own is not None
    if not refinement:
        return None
    refinement = Refinement() if refinement is True else refinement
    return dataclasses.replace(refinement, model=own) if refinement.model is None else refinement


def _plain(setting: Any) -> Any:
    """A setting in plain values for JSON; values that belong together become a dict."""
    if dataclasses.is_dataclass(setting):
        return {name: _plain(value) for name, value in vars(setting).items()}
    return os.fspath(setting) if isinstance(setting, os.PathLike) else setting
