"""What every backend does: pictures in, probabilities out."""

from __future__ import annotations

import abc
from collections.abc import Sequence

import numpy as np

from mmlp.apis.model_info import ModelInfo

#: Sigmoids of some engines are beyond 0..1 by their last digit.
_ROUNDING = 1e-5


class Backend(abc.ABC):
    """A network that an engine runs.

    Args:
        info (ModelInfo): What the network says about itself.
        device (str): Where it runs.
        input_shape (Sequence[int | str | None]): Number, height, width and channels of the pictures, as
            numbers where the network takes nothing else. Default: all but the channels is open.
    """

    #: Name of the engine, as of :class:`~mmlp.apis.Runtime`.
    name: str

    def __init__(
        self, info: ModelInfo, device: str, input_shape: Sequence[int | str | None] = (None, None, None, 3)
    ) -> None:
        self.info = info
        self.device = device
        self.input_shape = tuple(input_shape)

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes the probability of plate of every pixel.

        Args:
            images (np.ndarray): Uint8 (N, H, W, 3), BGR.

        Returns:
            np.ndarray: Float32 (N, H, W), 0..1.

        Raises:
            ValueError: The pictures have another shape or dtype, or the network gives something other than
                a probability for each pixel.
        """
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] != 3 or not images.size:
            raise ValueError(
                f'images must be uint8 (N, H, W, 3) and not empty, got {images.dtype} {images.shape}'
            )
        answer = self._run(np.ascontiguousarray(images))
        self._check_answer(answer, images.shape[:3])
        return answer

    def release_memory(self) -> None:  # noqa: B027
        """Gives back what the engine keeps of its last pictures, for whoever needs the memory then."""

    def _check_answer(self, answer: np.ndarray, shape: tuple[int, ...]) -> None:
        """Refuses what would look like a picture without plates, or fail somewhere else."""
        found = (getattr(answer, 'dtype', type(answer).__name__), getattr(answer, 'shape', ''))
        if found != (np.float32, shape):
            raise ValueError(
                f'{self.info.name} gives {" ".join(map(str, found))}, expected probabilities, float32 '
                f'{shape}: it was changed or damaged'
            )
        least, most = float(answer.min()), float(answer.max())
        if not -_ROUNDING <= least <= most <= 1 + _ROUNDING:  # False for NaN, too
            raise ValueError(
                f'{self.info.name} gives probabilities from {least:g} to {most:g}: its weights are damaged, '
                'or it ran in less than single precision'
            )

    @abc.abstractmethod
    def _run(self, images: np.ndarray) -> np.ndarray:
        """As ``__call__``, for checked and contiguous pictures."""


def first_line(error: Exception) -> str:
    """First line of an engine's message, which may be long and may be empty."""
    return (str(error).splitlines() or [type(error).__name__])[0][:500]
