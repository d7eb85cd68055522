"""Settings of :class:`~mmlp.apis.PlateSegmenter` that belong together, as values that check themselves."""

from __future__ import annotations

import dataclasses
import os

from .model_info import MAX_PARAMETERS
from .ranges import check_at_least, check_shares, check_thresholds

#: Longer side of the picture for the network, in pixels, unless another is given.
LONG_SIDE = 384


@dataclasses.dataclass(frozen=True)
class Runtime:
    """What runs the networks, and how.

    Args:
        backend (str): 'pytorch', 'onnxruntime', 'openvino' or 'auto', see
            :func:`~mmlp.apis.backends.build_backend`. Default: 'auto'.
        device (str): 'cpu', 'cuda' or what the engine knows besides. Default: 'auto', CUDA where the engine
            sees a graphics card.
        num_threads (int, optional): Threads of the engine. Default: None, one a core.
        batch_size (int): Most pictures or tiles of one size that the network takes at once. Default: 4.

    Raises:
        ValueError: A number is below 1.
    """

    backend: str = 'auto'
    device: str = 'auto'
    num_threads: int | None = None
    batch_size: int = 4

    def __post_init__(self) -> None:
        check_at_least(1, num_threads=self.num_threads, batch_size=self.batch_size)


@dataclasses.dataclass(frozen=True)
class Trust:
    """What a checkpoint may ask for; exported networks ask for nothing.

    Args:
        allow_imports (tuple[str, ...]): Packages beside the toolbox that are imported, and that the config
            inside a checkpoint may name modules of; any sequence. Default: none.
        max_parameters (int): Most parameters that the network of a checkpoint may have. Default: 500 million.

    Raises:
        ValueError: ``max_parameters`` is below 1, or ``allow_imports`` is a text.
    """

    allow_imports: tuple[str, ...] = ()
    max_parameters: int = MAX_PARAMETERS

    def __post_init__(self) -> None:
        check_at_least(1, max_parameters=self.max_parameters)
        if isinstance(self.allow_imports, str):
            raise ValueError(
                f'allow_imports is a sequence of names, such as ({self.allow_imports!r},), got a text'
            )
        object.__setattr__(self, 'allow_imports', tuple(self.allow_imports))


@dataclasses.dataclass(frozen=True)
class Tiles:
    """Tiles of a large picture that the network sees in addition to the whole.

    Plates up to half the overlap wide are never cut. Memory grows with the tiles that show plates, not with
    the picture.

    Args:
        size (int): Side of a tile, in pixels.
        overlap (int): Pixels that neighbours share.
        long_side (int, optional): Longer side of the picture that is cut into tiles. Default: None, the
            picture's own.

    Raises:
        ValueError: A number is out of its range.
    """

    size: int
    overlap: int
    long_side: int | None = None

    def __post_init__(self) -> None:
        check_at_least(1, long_side=self.long_side)
        if not 0 <= self.overlap < self.size:
            raise ValueError(
                'tiles take a size and an overlap in pixels, 0 <= overlap < size, got '
                f'size={self.size}, overlap={self.overlap}'
            )


@dataclasses.dataclass(frozen=True)
class Search:
    """Where in a picture plates are looked for, beside the detection in the whole.

    Zooming in shows small plates, zooming out those that are too large to be seen as one.

    Args:
        zoom_in_long_side (int, optional): Longer side of the picture for zooming in, in pixels, when the
            detection finds no plate, or one narrower than ``zoom_in_below``: where one plate is small, there
            may be others, smaller still. Only parts with candidates are zoomed in on; smaller pictures are
            enlarged, but at most twice. None: there is none. Default: 1280.
        zoom_in_below (int): Width in pixels, at the size of the detection, below which a plate is small.
            Default: 32.
        zoom_out_above (int, optional): Width or height in pixels, at the network's size, from which on a
            candidate is too large to be seen as a plate: the network sees the picture once more at half the
            size, and so on. None: never. Default: 128.
        candidate_threshold (float): Probability in (0, 1) above which there may be a plate. Default: 0.2.
        smallest_plate (float, optional): Height in picture pixels of the smallest plates that are looked for
            all over the picture, whatever else is found in it. The detection is then at such a size that such
            plates are candidates (at least ``long_side``), and all candidates are zoomed in on, at such a
            size that plates are seen. Tiles do without, they show all. Default: None, zooming in is left to
            ``zoom_in_below``.
        tiles (Tiles, optional): Tiles that the network sees in addition, in place of zooming in; the higher
            probability counts. With ``long_side=None`` it sees tiles only. Default: None, no tiles.
        turned (bool): Whether a picture in which no plate is found for sure is searched turned by quarter
            turns, too, as far as a tiny view of it turned leaves that open; see
            :class:`~mmlp.apis.turned_images.TurnedDetector`. Default: False.
        panoramas (bool): Whether panoramas, pictures of all directions around the camera, are searched in 14
            perspective views, see :func:`~mmlp.media.find_panorama`: plates on the seam, small ones and those
            near the poles are found. One of 5760 x 2880 pixels takes 2 to 4 seconds on one core. What lies
            across the seam comes as two plates, one at each edge, both with the corners of the whole.
            Default: True.

    Raises:
        ValueError: A number is out of its range.
    """

    zoom_in_long_side: int | None = 1280
    zoom_in_below: int = 32
    zoom_out_above: int | None = 128
    candidate_threshold: float = 0.2
    smallest_plate: float | None = None
    tiles: Tiles | None = None
    turned: bool = False
    panoramas: bool = True

    def __post_init__(self) -> None:
        check_at_least(1, zoom_in_long_side=self.zoom_in_long_side, smallest_plate=self.smallest_plate)
        check_at_least(0, zoom_in_below=self.zoom_in_below)
        # Half of 1 is 1: zooming out would never end.
        check_at_least(2, zoom_out_above=self.zoom_out_above)
        check_thresholds(candidate_threshold=self.candidate_threshold)


@dataclasses.dataclass(frozen=True)
class Refinement:
    """How plates are segmented again, each in a magnified crop; see :mod:`mmlp.apis.refinement`.

    The crop has one size, so that all plates of a picture run as one batch. It shows the plate at a
    width (or, for high plates, a height that fills as much of the crop) at which networks know plates best.

    Args:
        model (str | os.PathLike, optional): Network of the refinement, given as that of the segmenter is.
            Default: None, the one that belongs to the segmenter's weights, else the same network.
        plate_width (int): Width of the plate in the crop, in pixels. Default: 112.
        crop_size (tuple[int, int]): Height and width of the crop. Default: (96, 160).
        max_magnification (float): Far plates are not enlarged more than this. Default: 6.0.
        min_overlap (float): Least IoU of the boxes of the first and the refined outline, with which the
            refinement confirms the detection. Default: 0.3.
        straighten (float, optional): Least IoU of an outline with the quadrilateral of its corners, at which
            the quadrilateral takes its place; None keeps all outlines as the network drew them. Default: 0.9.
        drop_unconfirmed (bool): Whether plates that the refinement does not confirm are dropped: fewer false
            plates, and now and then a true one less. Otherwise they stay as they were, but where the
            refinement is sure of plates inside of one, of an outline that takes half of a car in, these take
            its place. Default: True.
        threshold (float, optional): Probability in (0, 1) above which a pixel of the crop is plate; None for
            that of the segmenter. Default: None.

    Raises:
        ValueError: A number is out of its range.
    """

    model: str | os.PathLike | None = None
    plate_width: int = 112
    crop_size: tuple[int, int] = (96, 160)
    max_magnification: float = 6.0
    min_overlap: float = 0.3
    straighten: float | None = 0.9
    drop_unconfirmed: bool = True
    threshold: float | None = None

    def __post_init__(self) -> None:
        if len(self.crop_size) != 2 or not min(self.crop_size) >= 1:
            raise ValueError(f'crop_size is a height and a width in pixels, got {self.crop_size}')
        check_at_least(1, plate_width=self.plate_width)
        if not self.max_magnification > 0:
            raise ValueError(f'max_magnification must be above 0, got {self.max_magnification}')
        check_shares(min_overlap=self.min_overlap, straighten=self.straighten)
        check_thresholds(threshold=self.threshold)
