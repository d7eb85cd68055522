"""The network run by ONNX Runtime."""

from __future__ import annotations

import numpy as np

from mmlp.apis.model_info import INPUT_NAME, ModelInfo, check_inputs

from .base import Backend, first_line
from .graphics_card import has_driver

_PROVIDERS = {'cpu': 'CPUExecutionProvider', 'cuda': 'CUDAExecutionProvider'}

#: Height and width of a picture that takes hardly any memory.
_SMALL = (64, 64)


class ONNXRuntimeBackend(Backend):
    """Runs an exported network by ONNX Runtime.

    CUDA is written after ONNX Runtime's documentation and has not been run on a GPU.

    Args:
        model (bytes): An ONNX file of ours, as of :func:`~mmlp.apis.onnx_files.read_onnx`.
        name (str): The file's name, for messages.
        device (str): 'cpu' or, with ``onnxruntime-gpu``, 'cuda'; 'auto' takes CUDA where ONNX Runtime can.
            Default: 'auto'.
        num_threads (int, optional): Threads of one operator. Default: None, one a core.

    Raises:
        ImportError: ONNX Runtime is not installed.
        ValueError: The file is no ONNX model of ours, or ONNX Runtime does not have the device.
    """

    name = 'onnxruntime'

    def __init__(self, model: bytes, name: str, device: str = 'auto', num_threads: int | None = None) -> None:
        import onnxruntime

        available = onnxruntime.get_available_providers()
        if device == 'auto':
            wanted = 'cuda' if _PROVIDERS['cuda'] in available and has_driver() else 'cpu'
        else:
            wanted = device
        provider = _PROVIDERS.get(wanted)
        if provider not in available:  # It would quietly run on the CPU.
            raise ValueError(f"device={device!r} is not among ONNX Runtime's here: {', '.join(available)}")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        if num_threads is not None:
            options.intra_op_num_threads = num_threads
        # Sizes change from picture to picture: memory that was laid out for one does not fit the next.
        options.enable_mem_pattern = False
        # Waiting threads of one network would take the cores from the other, and from OpenCV, by spinning.
        options.add_session_config_entry('session.intra_op.allow_spinning', '0')
        # Not its own format, which is recognised by content and was not looked into.
        options.add_session_config_entry('session.load_model_format', 'ONNX')
        try:
            # CUDA leaves what it lacks to the CPU.
            providers = list(dict.fromkeys((provider, _PROVIDERS['cpu'])))
            self.session = onnxruntime.InferenceSession(model, options, providers=providers)
        except Exception as error:  # Its errors have no common base but Exception.
            raise ValueError(f'ONNX Runtime cannot load {name}: {first_line(error)}') from error
        used = self.session.get_providers()[0]
        if used != provider and device != 'auto':
            raise ValueError(f'ONNX Runtime cannot use device={device!r} here and would run on {used}')
        device = next(name for name, known in _PROVIDERS.items() if known == used)
        info = ModelInfo.from_metadata(self.session.get_modelmeta().custom_metadata_map, name)
        check_inputs([(value.name, len(value.shape)) for value in self.session.get_inputs()], name)
        super().__init__(info, device, self.session.get_inputs()[0].shape)

    def release_memory(self) -> None:
        """Gives back what the engine keeps for pictures like the largest one so far."""
        import onnxruntime

        if self.device != 'cpu' or any(isinstance(size, int) for size in self.input_shape[:3]):
            return
        options = onnxruntime.RunOptions()
        options.add_run_config_entry('memory.enable_memory_arena_shrinkage', 'cpu:0')
        self.session.run(None, {INPUT_NAME: np.zeros((1, *_SMALL, 3), np.uint8)}, options)

    def _run(self, images: np.ndarray) -> np.ndarray:
        try:
            return self.session.run(None, {INPUT_NAME: images})[0]
        except Exception as error:
            raise ValueError(f'ONNX Runtime cannot run {self.info.name}: {first_line(error)}') from error
