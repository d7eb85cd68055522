"""Whether an ONNX file names other files, told from its bytes: engines run without the package onnx, too."""

from __future__ import annotations

from collections.abc import Iterator

#: Fields through which tensors are reached, as numbered in onnx.proto: of which message, and what they hold.
FIELDS = {
    'ModelProto': {7: 'GraphProto', 20: 'TrainingInfoProto', 25: 'FunctionProto'},
    'TrainingInfoProto': {1: 'GraphProto', 2: 'GraphProto'},
    'FunctionProto': {7: 'NodeProto', 11: 'AttributeProto'},
    'GraphProto': {1: 'NodeProto', 5: 'TensorProto', 15: 'SparseTensorProto'},
    'NodeProto': {5: 'AttributeProto'},
    'AttributeProto': {
        5: 'TensorProto',
        6: 'GraphProto',
        10: 'TensorProto',
        11: 'GraphProto',
        22: 'SparseTensorProto',
        23: 'SparseTensorProto',
    },
    'SparseTensorProto': {1: 'TensorProto', 2: 'TensorProto'},
    'TensorProto': {},
}
_DATA_LOCATION, _EXTERNAL = 14, 1
_VARINT, _FIXED_64, _LENGTH_DELIMITED, _FIXED_32 = 0, 1, 2, 5


def keeps_data_outside(content: bytes) -> bool:
    """Tells whether a tensor anywhere in a model says that its data are in another file.

    Args:
        content (bytes): An ONNX file.

    Returns:
        bool: Whether there is one; also where it says so first and takes it back.

    Raises:
        ValueError: It is not a protobuf, see `Protocol Buffers, Encoding
            <https://protobuf.dev/programming-guides/encoding/>`_.
    """
    messages = [('ModelProto', 0, len(content))]
    while messages:
        kind, start, stop = messages.pop()
        for number, wire_type, value, end in _fields(content, start, stop):
            if kind == 'TensorProto':
                # As 32 bits, which is what a parser makes of it.
                if (number, wire_type, value & 0xFFFFFFFF) == (_DATA_LOCATION, _VARINT, _EXTERNAL):
                    return True
            elif wire_type == _LENGTH_DELIMITED and number in FIELDS[kind]:
                messages.append((FIELDS[kind][number], value, end))
    return False


def _fields(content: bytes, start: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Number, wire type, value (of what has a length, where it begins) and end of each field of a message."""
    while start < stop:
        key, start = _varint(content, start, stop)
        wire_type = key & 7
        value = start
        if wire_type == _VARINT:
            value, start = _varint(content, start, stop)
        elif wire_type == _LENGTH_DELIMITED:
            length, value = _varint(content, start, stop)
            start = value + length
        elif wire_type in (_FIXED_64, _FIXED_32):
            start += 8 if wire_type == _FIXED_64 else 4
        else:
            raise ValueError(f'byte {start} begins a field of the type {wire_type}, which ONNX does not have')
        if start > stop or not key >> 3:
            raise ValueError(f'the field that ends at byte {start} is not one')
        yield key >> 3, wire_type, value, start


def _varint(content: bytes, start: int, stop: int) -> tuple[int, int]:
    value = 0
    for place in range(start, min(start + 10, stop)):
        value |= (content[place] & 0x7F) << 7 * (place - start)
        if content[place] < 0x80:
            return value, place + 1
    raise ValueError(f'the number at byte {start} does not end')
