"""Bytes of ONNX files, beside the package onnx."""

import itertools

import numpy as np
import pytest

from mmlp.apis.onnx_wire import FIELDS, keeps_data_outside

onnx = pytest.importorskip('onnx')


def test_every_way_to_a_tensor_is_known():
    """As onnx.proto has it: all fields of messages in which, however deep, a tensor can be."""
    messages, found = {}, {'TensorProto'}
    remaining = [onnx.ModelProto.DESCRIPTOR]
    while remaining:
        message = remaining.pop()
        messages[message.name] = {
            field.number: field.message_type for field in message.fields if field.message_type
        }
        remaining += [child for child in messages[message.name].values() if child.name not in messages]
    while grown := {
        name
        for name, fields in messages.items()
        if name not in found and any(child.name in found for child in fields.values())
    }:
        found |= grown
    expected = {
        name: {number: child.name for number, child in messages[name].items() if child.name in found}
        for name in found
    }
    assert {**expected, 'TensorProto': {}} == FIELDS


def _model(tensor):
    graph = onnx.GraphProto(initializer=[tensor], name='g')
    return onnx.ModelProto(ir_version=8, graph=graph).SerializeToString()


@pytest.mark.parametrize('location', [onnx.TensorProto.DEFAULT, onnx.TensorProto.EXTERNAL])
def test_location_of_data_is_told(location):
    tensor = onnx.TensorProto(dims=[3], data_type=1, raw_data=b'\x70\x01' * 6, data_location=location)
    assert keeps_data_outside(_model(tensor)) == (location == onnx.TensorProto.EXTERNAL)
    assert not keeps_data_outside(_model(onnx.numpy_helper.from_array(np.arange(5.0), 'w')))


@pytest.mark.parametrize(
    'number', [b'\x01', b'\x81\x00', b'\x81\x80\x80\x80\x10', b'\x81\x80\x80\x80\x80\x80\x80\x80\x80\x01']
)
def test_numbers_are_read_as_a_parser_reads_them(number):
    tensor = b'\x70' + number
    assert onnx.TensorProto.FromString(tensor).data_location == onnx.TensorProto.EXTERNAL
    graph = b'\x2a' + bytes([len(tensor)]) + tensor
    assert keeps_data_outside(b'\x3a' + bytes([len(graph)]) + graph)


def test_what_the_package_cannot_read_is_refused_and_what_it_reads_is_told_as_by_it():
    """Single bytes changed at every place of a small model."""
    tensor = onnx.TensorProto(dims=[1], data_type=1, name='w', data_location=onnx.TensorProto.EXTERNAL)
    content = _model(tensor)
    agreed = 0
    for place, change in itertools.product(range(len(content)), (1, 2, 4, 8, 128)):
        changed = bytearray(content)
        changed[place] ^= change
        try:
            model = onnx.load_from_string(bytes(changed))
        except Exception:
            continue  # An engine refuses it, too.
        outside = [t for t in model.graph.initializer if t.data_location == onnx.TensorProto.EXTERNAL]
        try:
            told = keeps_data_outside(bytes(changed))
        except ValueError:
            continue
        assert told or not outside, (place, change)
        agreed += told == bool(outside)
    assert agreed > 20
