"""The network run by OpenVINO."""

from __future__ import annotations

from typing import Any

import numpy as np

from mmlp.apis.model_info import ModelInfo, check_inputs

from .base import Backend, first_line


class OpenVINOBackend(Backend):
    """Runs an exported network by OpenVINO, in single precision.

    Args:
        model (bytes): An ONNX file of ours, as of :func:`~mmlp.apis.onnx_files.read_onnx`.
        name (str): The file's name, for messages.
        device (str): A device of OpenVINO, such as 'cpu' or 'gpu' (of Intel; not tried here); 'auto' is the
            CPU. Default: 'auto'.
        num_threads (int, optional): Threads. Default: None, one a core.

    Raises:
        ImportError: OpenVINO is not installed.
        ValueError: The file is no ONNX model of ours, or OpenVINO does not have the device.
    """

    name = 'openvino'

    def __init__(self, model: bytes, name: str, device: str = 'auto', num_threads: int | None = None) -> None:
        import openvino

        device = 'cpu' if device == 'auto' else device
        core = openvino.Core()
        if device.split('.')[0].upper() not in {found.split('.')[0] for found in core.available_devices}:
            available = ', '.join(found.lower() for found in core.available_devices)
            raise ValueError(f"device={device!r} is not among OpenVINO's here: {available}")
        properties = {'INFERENCE_PRECISION_HINT': 'f32', 'PERFORMANCE_HINT': 'LATENCY'}
        if num_threads is not None and device == 'cpu':
            properties['INFERENCE_NUM_THREADS'] = num_threads
        try:
            network = core.read_model(model)
            self.compiled = core.compile_model(network, device.upper(), properties)
        except RuntimeError as error:
            raise ValueError(f'OpenVINO cannot load {name}: {first_line(error)}') from error
        keys = (
            'mmlp_version',
            'threshold',
            'size_divisor',
        )  # OpenVINO keeps ONNX's metadata under 'framework'.
        found = [key for key in keys if network.has_rt_info(['framework', key])]
        metadata = {key: network.get_rt_info(['framework', key]).astype(str) for key in found}
        info = ModelInfo.from_metadata(metadata, name)
        check_inputs([(value.any_name, _rank(value)) for value in network.inputs], name)
        shape = [None if side.is_dynamic else side.get_length() for side in network.inputs[0].partial_shape]
        super().__init__(info, device, shape)
        self.request = self.compiled.create_infer_request()

    def _run(self, images: np.ndarray) -> np.ndarray:
        try:
            self.request.infer([images], share_inputs=True)
        except RuntimeError as error:
            raise ValueError(f'OpenVINO cannot run {self.info.name}: {first_line(error)}') from error
        return self.request.get_output_tensor(0).data.copy()


def _rank(value: Any) -> int:
    rank = value.partial_shape.rank
    return -1 if rank.is_dynamic else rank.get_length()
