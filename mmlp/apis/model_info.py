"""What a network says about itself, also in the metadata of an ONNX file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from mmlp.version import __version__

#: Names of the input and the output of exported networks.
INPUT_NAME, OUTPUT_NAME = 'pictures', 'probability'
#: Parameters of the largest network that is built unless more is asked for: eight times the flagship.
MAX_PARAMETERS = 500_000_000


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """What a network says about itself.

    Args:
        threshold (float): Probability in 0..1 above which a pixel is plate. Default: 0.5.
        size_divisor (int): Multiple to which the network pads its input, inside. Default: 1.
        name (str): Where the network comes from, for messages.
    """

    threshold: float = 0.5
    size_divisor: int = 1
    name: str = ''

    def to_metadata(self) -> dict[str, str]:
        """Entries for the metadata of an ONNX file."""
        return {
            'mmlp_version': __version__,
            'classes': 'background,plate',
            'threshold': repr(self.threshold),
            'size_divisor': str(self.size_divisor),
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str], name: str) -> ModelInfo:
        """Reads what :meth:`to_metadata` gave.

        Raises:
            ValueError: The file was not written by mmlp.
        """
        if 'mmlp_version' not in metadata:
            raise ValueError(
                f'{name} was not written by mmlp and takes other inputs. Export the network by '
                '"mmlp export-onnx", which puts normalisation and sigmoid into the graph.'
            )
        return cls(float(metadata['threshold']), int(metadata['size_divisor']), name)
