"""All engines give one answer, and say what is missing."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pytest
import torch
from helpers.brightness_network import brightness_probability, build_brightness_segmentor

from mmlp.apis.backends import build_backend, graphics_card, selection
from mmlp.apis.backends.graphics_card import advise_on_unused_card
from mmlp.apis.export import export_onnx
from mmlp.apis.model_loading import load_segmentor
from mmlp.apis.plate_probability import PlateProbability
from mmlp.weights import WEIGHTS, resolve_weights

SHAPES = [(1, 40, 56), (3, 33, 47), (1, 8, 8), (2, 64, 50)]


def needs(backend: str):
    packages = {'pytorch': (), 'onnxruntime': ('onnx', 'onnxruntime'), 'openvino': ('onnx', 'openvino')}[
        backend
    ]
    missing = [package for package in packages if importlib.util.find_spec(package) is None]
    return pytest.param(backend, marks=pytest.mark.skipif(bool(missing), reason=f'{missing} not installed'))


ENGINES = [needs('pytorch'), needs('onnxruntime'), needs('openvino')]


@pytest.fixture(scope='module')
def exported(brightness_checkpoint, tmp_path_factory):
    pytest.importorskip('onnx')
    path = tmp_path_factory.mktemp('exported') / 'brightness.onnx'
    path.write_bytes(export_onnx(PlateProbability(load_segmentor(brightness_checkpoint))))
    return path


@pytest.mark.parametrize('backend', ENGINES)
def test_probabilities_are_those_computed_by_hand(backend, brightness_checkpoint):
    engine = build_backend(brightness_checkpoint, backend=backend, num_threads=1)
    assert (engine.name, engine.device) == (backend, 'cpu')
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        pictures = rng.integers(0, 256, (*shape, 3), dtype=np.uint8)
        pictures.setflags(write=False)  # as pictures of mmlp.media are
        answer = engine(pictures)
        assert answer.dtype == np.float32 and answer.shape == shape
        expected = np.stack([brightness_probability(picture) for picture in pictures])
        np.testing.assert_allclose(answer, expected, atol=1e-5)


@pytest.mark.parametrize('backend', ENGINES)
def test_answers_are_kept_when_the_next_picture_comes(backend, brightness_checkpoint):
    engine = build_backend(brightness_checkpoint, backend=backend, num_threads=1)
    first = engine(np.zeros((1, 16, 16, 3), np.uint8))
    copy = first.copy()
    engine(np.full((1, 16, 16, 3), 255, np.uint8))
    np.testing.assert_array_equal(first, copy)


@pytest.mark.parametrize('backend', [needs('onnxruntime'), needs('openvino')])
@pytest.mark.parametrize('logit', [17.482065200805664, 17.631031036376953, 17.695676803588867, -104.0])
def test_probabilities_stay_in_range_where_the_engine_rounds_beyond_it(backend, logit, tmp_path):
    """The sigmoid of ONNX Runtime 1.32 is more than 1 for the first three."""
    segmentor = build_brightness_segmentor()
    with torch.no_grad():
        segmentor.decode_head.conv_seg.weight.zero_()
        segmentor.decode_head.conv_seg.bias.fill_(logit)
    path = tmp_path / 'sure.onnx'
    path.write_bytes(export_onnx(PlateProbability(segmentor)))
    answer = build_backend(path, backend=backend)(np.zeros((1, 64, 64, 3), np.uint8))
    assert answer.min() >= 0.0 and answer.max() <= 1.0
    np.testing.assert_allclose(answer, 1 / (1 + np.exp(-logit)), atol=1e-6)


@pytest.mark.parametrize('backend', [needs('onnxruntime'), needs('openvino')])
def test_exported_files_carry_their_threshold(backend, exported, brightness_checkpoint, tmp_path):
    segmentor = load_segmentor(brightness_checkpoint)
    segmentor.decode_head.threshold = 0.3125
    path = tmp_path / 'other.onnx'
    path.write_bytes(export_onnx(PlateProbability(segmentor)))
    engine = build_backend(path, backend=backend)
    assert engine.info.threshold == 0.3125 and engine.info.size_divisor == 8
    assert engine.info.name == str(path)
    assert build_backend(exported, backend=backend).info.threshold == 0.5


@pytest.mark.parametrize(
    'pictures',
    [np.zeros((1, 8, 8, 3), np.float32), np.zeros((8, 8, 3), np.uint8), np.zeros((0, 8, 8, 3), np.uint8)],
)
def test_other_arrays_are_refused(pictures, brightness_checkpoint):
    engine = build_backend(brightness_checkpoint, backend='pytorch')
    with pytest.raises(ValueError, match=r'must be uint8 \(N, H, W, 3\).*got'):
        engine(pictures)


@pytest.mark.parametrize('backend', ENGINES)
def test_devices_that_are_not_there_are_refused(backend, brightness_checkpoint):
    if torch.cuda.is_available():
        pytest.skip('there is a GPU')
    with pytest.raises(ValueError, match=r"device='cuda'"):
        build_backend(brightness_checkpoint, backend=backend, device='cuda')


def test_unknown_backends_list_the_known(brightness_checkpoint):
    with pytest.raises(ValueError, match=r"'auto' or one of pytorch, onnxruntime, openvino, got 'tensorrt'"):
        build_backend(brightness_checkpoint, backend='tensorrt')


def test_pytorch_does_not_run_exported_networks(tmp_path):
    (tmp_path / 'network.onnx').write_bytes(b'')
    with pytest.raises(ValueError, match='choose onnxruntime or openvino'):
        build_backend(tmp_path / 'network.onnx', backend='pytorch')


@pytest.mark.parametrize('backend', [needs('onnxruntime'), needs('openvino')])
def test_files_that_are_not_ours_are_refused(backend, tmp_path):
    onnx = pytest.importorskip('onnx')
    broken, foreign = tmp_path / 'broken.onnx', tmp_path / 'foreign.onnx'
    broken.write_bytes(b'no network at all')
    with pytest.raises(ValueError, match=r'cannot load .*broken\.onnx'):
        build_backend(broken, backend=backend)
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node('Relu', ['x'], ['y'])],
        'foreign',
        [value('x', onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
        [value('y', onnx.TensorProto.FLOAT, [1, 3, 8, 8])],
    )
    opset = [onnx.helper.make_opsetid('', 17)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opset, ir_version=8), foreign)
    with pytest.raises(ValueError, match=r'foreign\.onnx was not written by mmlp.*mmlp export-onnx'):
        build_backend(foreign, backend=backend)


@pytest.mark.parametrize(
    ('missing', 'backend', 'extra'),
    [
        ('onnxruntime', 'onnxruntime', 'onnx'),
        ('openvino', 'openvino', 'openvino'),
        ('onnx', 'onnxruntime', 'onnx'),
    ],
)
def test_what_is_not_installed_is_named_with_its_extra(
    monkeypatch, brightness_checkpoint, missing, backend, extra
):
    if missing == 'onnx':
        pytest.importorskip('onnxruntime')  # it is asked for first
    hide(monkeypatch, missing)
    with pytest.raises(ImportError, match=rf'{missing} is not installed.*mmlp\[{extra}\]'):
        build_backend(brightness_checkpoint, backend=backend)


def test_auto_takes_what_is_there(monkeypatch, tmp_path, brightness_checkpoint):
    hide(monkeypatch, 'openvino', 'onnxruntime')
    assert build_backend(brightness_checkpoint).name == 'pytorch'
    (tmp_path / 'network.onnx').write_bytes(b'')
    with pytest.raises(ImportError, match='onnxruntime is not installed'):
        build_backend(tmp_path / 'network.onnx')


def test_auto_takes_the_engine_that_suits_the_network(monkeypatch, brightness_checkpoint):
    for package in ('onnx', 'onnxruntime'):
        pytest.importorskip(package)
    hide(monkeypatch, 'openvino')
    # One dense convolution; what ships is made of depthwise ones.
    assert build_backend(brightness_checkpoint).name == 'pytorch'
    assert build_backend(resolve_weights(None)).name == 'onnxruntime'


def hide(monkeypatch: pytest.MonkeyPatch, *packages: str) -> None:
    """Makes packages look as if they were not installed."""
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, 'find_spec', lambda name, *args: None if name in packages else find_spec(name, *args)
    )


def test_pytorch_gives_on_any_device_what_is_computed_by_hand(device, brightness_checkpoint):
    pictures = np.random.default_rng(0).integers(0, 256, (2, 33, 47, 3), dtype=np.uint8)
    engine = build_backend(brightness_checkpoint, backend='pytorch', device=device)
    assert engine.device == device
    expected = np.stack([brightness_probability(picture) for picture in pictures])
    np.testing.assert_allclose(engine(pictures), expected, atol=1e-4)


def test_shipped_networks_are_those_of_their_checkpoints():
    """To 1e-4, in pictures of several sizes."""
    pytest.importorskip('onnxruntime')
    rng = np.random.default_rng(0)
    for name in WEIGHTS:
        exported, trained = (build_backend(name, backend=engine) for engine in ('onnxruntime', 'pytorch'))
        assert exported.info.threshold == trained.info.threshold
        for shape in ((1, 96, 160, 3), (2, 211, 384, 3)):
            pictures = rng.integers(0, 256, shape, dtype=np.uint8)
            assert np.abs(exported(pictures) - trained(pictures)).max() <= 1e-4


def test_a_graphics_card_is_not_lost_in_silence(monkeypatch):
    """Where PyTorch sees one it runs there; where nothing uses it, that is told."""
    assert advise_on_unused_card('onnxruntime', 'cuda') is None
    monkeypatch.setattr(graphics_card, 'has_driver', lambda: False)
    assert advise_on_unused_card('onnxruntime', 'cpu') is None
    monkeypatch.setattr(graphics_card, 'has_driver', lambda: True)
    assert 'the PyTorch here cannot use it' in advise_on_unused_card('onnxruntime', 'cpu')
    hide(monkeypatch, 'torch')
    assert 'mmlp[cuda]' in advise_on_unused_card('onnxruntime', 'cpu')
    monkeypatch.setattr(selection, 'pytorch_sees_card', lambda: True)
    assert selection._belongs_to_pytorch('auto')


def test_a_checkpoint_without_the_toolbox_says_what_to_install(monkeypatch, brightness_checkpoint):
    """Weights of one's own need what they were trained with."""
    monkeypatch.setitem(sys.modules, 'mmseg', None)
    with pytest.raises(ImportError, match=r'is a checkpoint, which PyTorch and MMSegmentation read'):
        build_backend(brightness_checkpoint)
