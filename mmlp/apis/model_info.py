"""What a network says about itself, also in the metadata of an ONNX file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from mmlp.version import __version__

#: Names of the input and the output of exported networks.
INPUT_NAME, OUTPUT_NAME = 'pictures', 'probability'
#: Parameters of the largest network that is built unless more is asked for: eight times the flagship.
MAX_PARAMETERS = 500_000_000
_LARGEST_DIVISOR = 4096
_EXPORT_AGAIN = 'the file was changed; export the network again'


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
            ValueError: The file was not written by mmlp, or its entries are not what mmlp writes.
        """
        if 'mmlp_version' not in metadata:
            raise ValueError(
                f'{name} was not written by mmlp and takes other inputs. Export the network by '
                '"mmlp export-onnx", which puts normalisation and sigmoid into the graph.'
            )
        threshold = _number(metadata, 'threshold', float, name)
        size_divisor = _number(metadata, 'size_divisor', int, name)
        if not 0 <= threshold <= 1 or not 1 <= size_divisor <= _LARGEST_DIVISOR:
            raise ValueError(
                f'{name} has threshold {threshold:g} and size_divisor {size_divisor}, expected 0 to 1 and '
                f'1 to {_LARGEST_DIVISOR}: {_EXPORT_AGAIN}'
            )
        return cls(threshold, size_divisor, name)


def _number(metadata: Mapping[str, str], key: str, kind: type, name: str) -> Any:
    text = metadata.get(key, '')
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f'{name} has {text[:40]!r} as {key}, expected a number: {_EXPORT_AGAIN}') from None


def check_inputs(inputs: Sequence[tuple[str, int]], name: str) -> None:
    """Checks that an exported network takes pictures alone.

    Args:
        inputs (Sequence[tuple[str, int]]): Names, and numbers of dimensions.
        name (str): The file, for messages.

    Raises:
        ValueError: It takes something else.
    """
    if list(inputs) != [(INPUT_NAME, 4)]:
        raise ValueError(f'{name} takes {list(inputs)[:4]}, expected {INPUT_NAME!r} alone: {_EXPORT_AGAIN}')
