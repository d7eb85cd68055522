"""Exported networks: open and fixed sizes, and what the file says about itself."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.brightness_network import build_brightness_segmentor
from test_plate_probability import build_random

from mmlp.apis.export import compare_with_pytorch, export_onnx
from mmlp.apis.plate_probability import PlateProbability
from mmlp.version import __version__

onnx = pytest.importorskip('onnx')
pytest.importorskip('onnxruntime')


def pictures(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)


@pytest.mark.parametrize('name', ['fpn_lite0.py', 'deeplabv3_r50.py'])
def test_networks_of_the_configs_at_any_size(name):
    network = PlateProbability(build_random(name))
    model = export_onnx(network)
    differences = compare_with_pytorch(model, network, [pictures(1, 64, 96), pictures(2, 33, 71)])
    assert max(differences) < 1e-4


def test_file_says_what_it_takes_and_gives():
    model = onnx.load_from_string(export_onnx(PlateProbability(build_brightness_segmentor())))
    (given,), (answer,) = model.graph.input, model.graph.output
    sizes = [dim.dim_param or dim.dim_value for dim in given.type.tensor_type.shape.dim]
    assert (given.name, sizes) == ('pictures', ['batch', 'height', 'width', 3])
    assert given.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    assert answer.name == 'probability' and answer.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    assert {entry.key: entry.value for entry in model.metadata_props} == {
        'mmlp_version': __version__,
        'classes': 'background,plate',
        'threshold': '0.5',
        'size_divisor': '8',
    }


def test_fixed_sizes():
    network = PlateProbability(build_brightness_segmentor())
    model = export_onnx(network, (1, None, 40))
    shape = onnx.load_from_string(model).graph.input[0].type.tensor_type.shape
    assert [dim.dim_param or dim.dim_value for dim in shape.dim] == [1, 'height', 40, 3]
    assert compare_with_pytorch(model, network, [pictures(1, 24, 40), pictures(1, 31, 40)]) == pytest.approx(
        [0, 0], abs=1e-5
    )


def test_comparison_notices_another_network():
    network = PlateProbability(build_brightness_segmentor())
    other = build_brightness_segmentor()
    other.decode_head.conv_seg.bias.data += 1.0
    model = export_onnx(PlateProbability(other))
    assert max(compare_with_pytorch(model, network, [pictures(1, 16, 16)])) > 0.1
