"""What every backend does: pictures in, probabilities out."""

from __future__ import annotations

import abc
from collections.abc import Sequence

import numpy as np

from mmlp.apis.model_info import ModelInfo


class Backend(abc.ABC):
    """A network that an engine runs.

    Args:
        info (ModelInfo): What the network says about itself.
        device (str): Where it runs.
        input_shape (Sequence[int | str | None]): Number, height, width and channels of the pictures, as
            numbers where the network takes nothing else. Default: all but the channels is open.
    """

    #: Name of the engine, as of ``PlateSegmenter(backend=...)``.
    name: str

    def __init__(
        self, info: ModelInfo, device: str, input_shape: Sequence[int | str | None] = (None, None, None, 3)
    ) -> None:
        self.info = info
        self.device = device
        self.input_shape = tuple(input_shape)

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        """Computes the probability of plate of every pixel.

        Args:
            pictures (np.ndarray): Uint8 (N, H, W, 3), BGR.

        Returns:
            np.ndarray: Float32 (N, H, W), 0..1.

        Raises:
            ValueError: The pictures have another shape or dtype.
        """
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3 or not pictures.size:
            raise ValueError(
                f'pictures must be uint8 (N, H, W, 3) and not empty, got {pictures.dtype} {pictures.shape}'
            )
        return self._run(np.ascontiguousarray(pictures))

    @abc.abstractmethod
    def _run(self, pictures: np.ndarray) -> np.ndarray:
        """As ``__call__``, for checked and contiguous pictures."""
