"""ONNX files that take pictures and give probabilities."""

from __future__ import annotations

import inspect
import io
import warnings
from collections.abc import Iterable, Sequence

import numpy as np
import torch

from .model_info import INPUT_NAME, OUTPUT_NAME, ModelInfo
from .plate_probability import PlateProbability

#: ONNX operator set: the newest that PyTorch 2.1 writes.
OPSET = 17
_EXAMPLE_SHAPE = (1, 96, 128)
#: The exporter that works on every supported PyTorch; the newer one came with 2.5 and needs onnxscript.
_TRACING_EXPORTER = {'dynamo': False} if 'dynamo' in inspect.signature(torch.onnx.export).parameters else {}


def export_onnx(network: PlateProbability, shape: Sequence[int | None] = (None, None, None)) -> bytes:
    """Exports a network with normalisation, padding, resize of the output and sigmoid inside the graph.

    Input ``pictures``: uint8 (N, H, W, 3), BGR, any size. Output ``probability``: float32 (N, H, W), 0..1.
    The file's metadata holds ``mmlp_version``, ``classes``, ``threshold`` and ``size_divisor``.

    Args:
        network (PlateProbability): The network, on the CPU.
        shape (Sequence[int | None]): Batch size, height and width; None leaves one open.
            Default: (None, None, None).

    Returns:
        bytes: The ONNX file.

    Raises:
        ImportError: The package ``onnx`` is missing.
    """
    import onnx

    example = [size or default for size, default in zip(shape, _EXAMPLE_SHAPE)]
    names = dict(enumerate(('batch', 'height', 'width')))
    open_axes = {axis: name for axis, name in names.items() if shape[axis] is None}
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter('ignore')  # The tracer's, about sizes that are the same for every picture.
        torch.onnx.export(
            network,
            (torch.zeros((*example, 3), dtype=torch.uint8),),
            buffer,
            input_names=[INPUT_NAME],
            output_names=[OUTPUT_NAME],
            dynamic_axes={INPUT_NAME: open_axes, OUTPUT_NAME: open_axes},
            opset_version=OPSET,
            **_TRACING_EXPORTER,
        )
    model = onnx.load_from_string(buffer.getvalue())
    onnx.helper.set_model_props(model, ModelInfo(network.threshold, network.divisor).to_metadata())
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def compare_with_pytorch(
    model: bytes, network: PlateProbability, batches: Iterable[np.ndarray]
) -> list[float]:
    """Runs an exported network by ONNX Runtime, and the network it was made of by PyTorch.

    Args:
        model (bytes): The ONNX file.
        network (PlateProbability): The network.
        batches (Iterable[np.ndarray]): Pictures, each uint8 (N, H, W, 3), BGR.

    Returns:
        list[float]: Largest absolute difference of the probabilities of each batch.

    Raises:
        ImportError: ONNX Runtime is not installed.
    """
    from .backends.onnxruntime import ONNXRuntimeBackend

    engine = ONNXRuntimeBackend(model, 'the exported network')
    differences = []
    for images in batches:
        with torch.no_grad():
            expected = network(torch.from_numpy(images)).numpy()
        differences.append(float(np.abs(engine(images) - expected).max()))
    return differences
