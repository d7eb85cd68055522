"""Exported networks that keep weights elsewhere, lie about themselves, or are no networks of ours."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
from helpers.brightness_network import brightness_probability
from test_backends import needs

from mmlp.apis.backends import build_backend
from mmlp.apis.export import export_onnx
from mmlp.apis.model_loading import load_segmentor
from mmlp.apis.onnx_files import read_onnx
from mmlp.apis.plate_probability import PlateProbability

onnx = pytest.importorskip('onnx')
ENGINES = [needs('onnxruntime'), needs('openvino')]
PICTURES = np.random.default_rng(0).integers(0, 256, (1, 24, 40, 3), dtype=np.uint8)


@pytest.fixture(scope='module')
def exported(brightness_checkpoint):
    return export_onnx(PlateProbability(load_segmentor(brightness_checkpoint)))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where the model is; the working directory is another one, and holds a file of the same name."""
    folder, elsewhere = tmp_path / 'model', tmp_path / 'elsewhere'
    folder.mkdir()
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    return folder


def _keep_outside(exported, entries, kind='initializer'):
    """Moves the weights into a file; gives the model and the file's content."""
    model = onnx.load_from_string(exported)
    data = b''
    for tensor in model.graph.initializer:
        if not tensor.raw_data:
            tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor), tensor.name))
        _refer(tensor, {'offset': str(len(data)), 'length': str(len(tensor.raw_data))} | entries)
        data += tensor.raw_data
        tensor.ClearField('raw_data')
    assert data, 'the network has weights'
    return model.SerializeToString(), data


def _refer(tensor, entries):
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=value)


@pytest.mark.parametrize('backend', ENGINES)
@pytest.mark.parametrize('location', ['weights.bin', 'parts/weights.bin'])
def test_weights_beside_the_model_are_read(backend, location, exported, folder):
    model, data = _keep_outside(exported, {'location': location})
    (folder / 'parts').mkdir()
    (folder / location).write_bytes(data)
    (folder / 'a.onnx').write_bytes(model)
    (folder.parent / 'elsewhere' / 'weights.bin').write_bytes(bytes(len(data)))
    expected = brightness_probability(PICTURES[0])
    engine = build_backend(folder / 'a.onnx', backend=backend)
    np.testing.assert_allclose(engine(PICTURES)[0], expected, atol=1e-5)
    os.chdir(folder)  # a path without a folder
    np.testing.assert_allclose(
        build_backend(folder.__class__('a.onnx'), backend=backend)(PICTURES)[0], expected, atol=1e-5
    )


@pytest.mark.parametrize('backend', ENGINES)
def test_weights_in_the_working_directory_are_not_read(backend, exported, folder):
    model, data = _keep_outside(exported, {'location': 'weights.bin'})
    (folder.parent / 'elsewhere' / 'weights.bin').write_bytes(data)
    (folder / 'a.onnx').write_bytes(model)
    with pytest.raises(
        ValueError, match=r'cannot load .*a\.onnx: its weights .*no such file beside the model'
    ):
        build_backend(folder / 'a.onnx', backend=backend)


@pytest.mark.parametrize(
    'location',
    [
        '../outside.bin',
        'parts/../../outside.bin',
        'parts/../weights.bin',
        '/absolute',
        'link.bin',
        'linked/outside.bin',
        'hard.bin',
        'loop.bin',
        'pipe',
        'parts',
        '',
        '.',
        'a.onnx/x',
        '*/_ORT_MEM_ADDR_/*',  # what ONNX Runtime takes for an address in memory
        '..\\outside.bin',
        'C:outside.bin',
        'weights.bin\0.txt',
        '\x1b[2J',
        'x' * 5000,
    ],
)
def test_weights_elsewhere_are_refused(location, exported, folder):
    outside = folder.parent / 'outside.bin'
    model, data = _keep_outside(exported, {'location': str(outside) if location == '/absolute' else location})
    outside.write_bytes(data)
    (folder / 'a.onnx').write_bytes(model)
    (folder / 'parts').mkdir()
    (folder / 'weights.bin').write_bytes(data)
    (folder / 'link.bin').symlink_to(outside)
    (folder / 'linked').symlink_to(folder.parent)
    (folder / 'loop.bin').symlink_to('loop.bin')
    os.link(outside, folder / 'hard.bin')
    os.mkfifo(folder / 'pipe')
    with pytest.raises(ValueError, match=r'cannot load .*a\.onnx: its weights ') as caught:
        read_onnx(folder / 'a.onnx')
    assert str(caught.value).isprintable() and len(str(caught.value)) < 1000


@pytest.mark.parametrize(
    'entries',
    [
        {'offset': '-4'},
        {'offset': '1e3'},
        {'length': '9' * 6000},
        {'length': '999999999999'},
        {'offset': '999999999999', 'length': '0'},
        {'offset': '0x10'},
    ],
)
def test_nonsensical_places_are_refused(entries, exported, folder):
    model, data = _keep_outside(exported, {'location': 'weights.bin'} | entries)
    (folder / 'weights.bin').write_bytes(data)
    (folder / 'a.onnx').write_bytes(model)
    with pytest.raises(ValueError, match=r'a\.onnx: its weights .*(whole number|are said to be bytes)'):
        read_onnx(folder / 'a.onnx')


def _node(tensor):
    return onnx.helper.make_node('Constant', [], ['c'], value=tensor)


def _branch(tensor):
    return onnx.helper.make_graph([_node(tensor)], 'branch', [], [])


PLACES = {
    'constant': lambda model, tensor: model.graph.node.append(_node(tensor)),
    'branch': lambda model, tensor: model.graph.node.append(
        onnx.helper.make_node('If', ['x'], ['y'], then_branch=_branch(tensor), else_branch=_branch(tensor))
    ),
    'tensors': lambda model, tensor: model.graph.node.append(
        onnx.helper.make_node('Custom', [], ['y'], domain='ai.onnx.contrib', values=[tensor])
    ),
    'sparse': lambda model, tensor: model.graph.sparse_initializer.append(
        onnx.SparseTensorProto(values=tensor, indices=tensor, dims=[4])
    ),
    'function': lambda model, tensor: model.functions.append(
        onnx.helper.make_function('d', 'f', [], ['c'], [_node(tensor)], [])
    ),
}


@pytest.mark.parametrize('place', PLACES)
def test_tensors_are_found_wherever_the_format_has_any(place, exported, folder):
    model = onnx.load_from_string(exported)
    tensor = onnx.TensorProto(name='hidden', data_type=onnx.TensorProto.FLOAT, dims=[4])
    _refer(tensor, {'location': '../outside.bin'})
    PLACES[place](model, tensor)
    (folder.parent / 'outside.bin').write_bytes(bytes(16))
    (folder / 'a.onnx').write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=r"its weights 'hidden' are in '\.\./outside\.bin'"):
        read_onnx(folder / 'a.onnx')


def test_models_in_one_piece_are_handed_on_as_they_are(exported, folder):
    (folder / 'a.onnx').write_bytes(exported)
    assert read_onnx(folder / 'a.onnx') == exported


def test_the_package_onnx_is_needed_for_models_in_parts_alone(exported, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, 'onnx', None)
    (folder / 'a.onnx').write_bytes(exported)
    assert read_onnx(folder / 'a.onnx') == exported
    monkeypatch.undo()
    model, _ = _keep_outside(exported, {'location': 'weights.bin'})
    (folder / 'a.onnx').write_bytes(model)
    monkeypatch.setitem(sys.modules, 'onnx', None)
    with pytest.raises(ImportError, match=r'a\.onnx keeps weights in other files.*mmlp\[onnx\]'):
        read_onnx(folder / 'a.onnx')


def test_files_larger_than_the_format_allows_are_refused(folder):
    path = folder / 'a.onnx'
    with path.open('wb') as file:
        file.truncate(1 << 31)  # takes no space
    with pytest.raises(ValueError, match='2,147,483,648 bytes, and an ONNX file holds at most'):
        read_onnx(path)
    with pytest.raises(FileNotFoundError, match=r'nothing\.onnx is not a file'):
        read_onnx(folder / 'nothing.onnx')


@pytest.mark.parametrize('backend', ENGINES)
@pytest.mark.parametrize(
    'content', [b'\x1c\0\0\0ORTM' + bytes(64), b'<?xml version="1.0"?><net/>', b'\x0a' * 999]
)
def test_other_formats_are_not_tried(backend, content, folder):
    (folder / 'a.onnx').write_bytes(content)
    with pytest.raises(ValueError, match=r'cannot load .*a\.onnx'):
        build_backend(folder / 'a.onnx', backend=backend)


@pytest.mark.parametrize('backend', ENGINES)
@pytest.mark.parametrize(
    ('key', 'value', 'message'),
    [
        ('threshold', None, "'' as threshold, expected a number"),
        ('threshold', 'half', "'half' as threshold, expected a number"),
        ('threshold', 'nan', 'threshold nan'),
        ('threshold', '-1e999', 'threshold -inf'),
        ('size_divisor', '0', 'size_divisor 0'),
        ('size_divisor', '9' * 10_000, 'as size_divisor, expected a number'),
        ('size_divisor', '{"a": ' * 10_000, 'as size_divisor, expected a number'),
        ('size_divisor', '1000000', 'size_divisor 1000000'),
    ],
)
def test_what_a_file_says_about_itself_is_checked(backend, key, value, message, exported, folder):
    model = onnx.load_from_string(exported)
    for entry in [entry for entry in model.metadata_props if entry.key == key]:
        model.metadata_props.remove(entry)
    if value is not None:
        model.metadata_props.add(key=key, value=value)
    (folder / 'a.onnx').write_bytes(model.SerializeToString())
    with pytest.raises(ValueError, match=rf'a\.onnx has .*{message}') as caught:
        build_backend(folder / 'a.onnx', backend=backend)
    assert len(str(caught.value)) < 500


def _network(folder, nodes, inputs=None, output=None):
    """A network that says it was written by mmlp."""
    value, types = onnx.helper.make_tensor_value_info, onnx.TensorProto
    inputs = inputs or [value('pictures', types.UINT8, [None, None, None, 3])]
    output = output or value('probability', types.FLOAT, None)
    model = onnx.helper.make_model(
        onnx.helper.make_graph(nodes, 'network', inputs, [output]),
        opset_imports=[onnx.helper.make_opsetid('', 17), onnx.helper.make_opsetid('ai.onnx.contrib', 1)],
        ir_version=8,
    )
    onnx.helper.set_model_props(model, {'mmlp_version': '1', 'threshold': '0.5', 'size_divisor': '1'})
    (folder / 'a.onnx').write_bytes(model.SerializeToString())
    return folder / 'a.onnx'


def _cast(source, target):
    return onnx.helper.make_node('Cast', [source], [target], to=onnx.TensorProto.FLOAT)


@pytest.mark.parametrize('backend', ENGINES)
@pytest.mark.parametrize(
    ('nodes', 'message'),
    [
        ([_cast('pictures', 'probability')], r'gives float32 \(1, 24, 40, 3\), expected probabilities'),
        (
            [
                _cast('pictures', 'x'),
                onnx.helper.make_node('ReduceMax', ['x'], ['probability'], axes=[3], keepdims=0),
            ],
            r'gives probabilities from \d+ to 25\d',
        ),
        (
            [
                _cast('pictures', 'x'),
                onnx.helper.make_node('ReduceMax', ['x'], ['y'], axes=[3], keepdims=0),
                onnx.helper.make_node('Sub', ['y', 'y'], ['zero']),
                onnx.helper.make_node('Div', ['zero', 'zero'], ['probability']),
            ],
            'gives probabilities from nan to nan',
        ),
    ],
    ids=['shape', 'range', 'nan'],
)
def test_answers_that_are_no_probabilities_are_refused(backend, nodes, message, folder):
    engine = build_backend(_network(folder, nodes), backend=backend)
    with pytest.raises(ValueError, match=rf'a\.onnx {message}'):
        engine(PICTURES)


@pytest.mark.parametrize('backend', ENGINES)
def test_networks_that_fail_are_named(backend, folder):
    custom = onnx.helper.make_node('ReadFile', ['pictures'], ['probability'], domain='ai.onnx.contrib')
    with pytest.raises(ValueError, match=r'cannot load .*a\.onnx'):
        build_backend(_network(folder, [custom]), backend=backend)
    value, types = onnx.helper.make_tensor_value_info, onnx.TensorProto
    two = [value('pictures', types.UINT8, [None, None, None, 3]), value('b', types.UINT8, [None])]
    nodes = [_cast('pictures', 'probability'), _cast('b', 'c')]
    with pytest.raises(ValueError, match=r"a\.onnx takes .*'b'.*expected 'pictures' alone"):
        build_backend(_network(folder, nodes, two), backend=backend)
