import json

import cv2
import numpy as np
import pytest
from helpers.benchmark_scripts import load_benchmark

from mmlp.plates import extract_plates

onnx = pytest.importorskip('onnx', reason='peers are ONNX files')
pytest.importorskip('onnxruntime', reason='peers are run by ONNX Runtime')


@pytest.fixture(scope='module')
def benchmark():
    return load_benchmark('segmenters')


def save_graph(path, nodes, output_shape, initializers=(), side=64):
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes,
        'peer',
        [info('images', onnx.TensorProto.FLOAT, (1, 3, side, side))],
        [info('out', onnx.TensorProto.FLOAT, output_shape)],
        initializers,
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid('', 17)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def save_constant(path, values):
    """A peer that says the same of every picture."""
    values = np.asarray(values, np.float32)
    constant = onnx.numpy_helper.from_array(values, 'value')
    nodes = [onnx.helper.make_node('Constant', [], ['out'], value=constant)]
    return save_graph(path, nodes, values.shape)


def save_red(path):
    """A peer that takes the red channel for the probability."""
    indices = onnx.numpy_helper.from_array(np.array([0], np.int64), 'indices')
    nodes = [onnx.helper.make_node('Gather', ['images', 'indices'], ['out'], axis=1)]
    return save_graph(path, nodes, (1, 1, 64, 64), [indices])


def make_folder(root):
    """Two pictures of 128 x 64 with a red plate each, and one without any."""
    for name in ('images', 'masks'):
        (root / name).mkdir(parents=True)
    for index, name in enumerate(('near_1', 'far_1', 'far_2')):
        mask = np.zeros((64, 128), np.uint8)
        if index < 2:
            mask[20:40, 30:90] = 255
        picture = np.zeros((64, 128, 3), np.uint8)
        picture[..., 2] = mask
        cv2.imwrite(str(root / 'images' / f'{name}.png'), picture)
        cv2.imwrite(str(root / 'masks' / f'{name}.png.png'), mask)
    return root


def test_boxes_of_a_detector_are_brought_back_to_the_picture(benchmark, tmp_path):
    # Of 128 x 64, the picture is halved: centre, size and score in pixels of the square of 64.
    rows = [(30, 15, 30, 10, 0.9), (30.5, 15, 30, 10, 0.8), (10, 50, 4, 4, 0.1)]
    peer = benchmark.ONNXPeer(save_constant(tmp_path / 'a.onnx', [np.array(rows).T]))
    found = peer(np.zeros((64, 128, 3), np.uint8))
    np.testing.assert_allclose(found.boxes, [(30, 20, 90, 40)])
    expected = np.zeros((64, 128), np.uint8)
    expected[20:40, 30:90] = 1
    np.testing.assert_array_equal(found.mask, expected)
    ended = save_constant(tmp_path / 'b.onnx', [[(15, 10, 45, 20, 0.9, 0), (0, 0, 4, 4, 0.1, 0)]])
    np.testing.assert_allclose(benchmark.ONNXPeer(ended)(np.zeros((64, 128, 3), np.uint8)).boxes, found.boxes)


def test_maps_of_a_segmenter_are_brought_back_to_the_picture(benchmark, tmp_path):
    root = make_folder(tmp_path / 'val')
    peer = benchmark.ONNXPeer(save_red(tmp_path / 'red.onnx'), score_threshold=0.5)
    picture = cv2.imread(str(root / 'images' / 'near_1.png'))
    target = cv2.imread(str(root / 'masks' / 'near_1.png.png'), cv2.IMREAD_GRAYSCALE) > 0
    found = peer(picture)
    assert (found.mask.astype(bool) == target).mean() > 0.98
    assert len(found.boxes) == 1 and np.abs(found.boxes[0] - (30, 20, 90, 40)).max() <= 1.0


def test_what_is_no_peer_is_refused(benchmark, tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nothing\.onnx'):
        benchmark.ONNXPeer(tmp_path / 'nothing.onnx')
    peer = benchmark.ONNXPeer(save_constant(tmp_path / 'c.onnx', [1.0, 2.0]))
    with pytest.raises(ValueError, match='neither boxes nor a map'):
        peer(np.zeros((64, 64, 3), np.uint8))


def test_scores_of_a_folder_are_those_worked_by_hand(benchmark, tmp_path, capsys):
    root = make_folder(tmp_path / 'val')
    # A box of half the plate's size in every picture: IoU 0.5 in two, a false plate in the third.
    rows = [(22.5, 15, 15, 10, 0.9)]
    peer = save_constant(tmp_path / 'half.onnx', [np.array(rows).T])
    args = ['quality', str(root), '--peer', str(peer), '--by-prefix', '--out-dir', str(tmp_path / 'out')]
    benchmark.main([*args, '--threads', '1'])
    report = json.loads((tmp_path / 'out' / 'segmenters_quality.json').read_text())
    everything = report['results']['half']['all']
    assert everything['pictures'] == 3
    plate, half = 60 * 20, 30 * 20
    assert everything['scores']['pooled IoU'] == pytest.approx(2 * half / (2 * plate + half), abs=1e-6)
    assert everything['scores']['mean IoU'] == pytest.approx((0.5 + 0.5 + 0) / 3, abs=1e-6)
    assert everything['scores']['recall'] == 1.0
    assert everything['scores']['precision'] == pytest.approx(2 / 3)
    low, high = everything['intervals']['mean IoU']
    assert low <= everything['scores']['mean IoU'] <= high and low < high
    assert report['results']['half']['near']['scores']['precision'] == 1.0
    assert any(name.startswith('mmlp') for name in report['results'])
    assert 'half, far' in capsys.readouterr().out
    assert cv2.imread(str(tmp_path / 'out' / 'segmenters_quality.png')) is not None


def test_a_box_right_to_the_pixel_overlaps_by_all_of_it(benchmark, tmp_path):
    root = make_folder(tmp_path / 'val')
    mask = np.zeros((64, 128), np.uint8)
    mask[20:24, 30:40] = 255
    cv2.imwrite(str(root / 'masks' / 'near_1.png.png'), mask)
    target = benchmark.read_plate_mask(str(root / 'masks' / 'near_1.png.png'))
    plates = extract_plates(target == 1)
    by_box = benchmark.Found(target, np.array([[30.0, 20.0, 40.0, 24.0]]))
    for found in (by_box, benchmark.Found(target, benchmark.boxes_of_plates(plates), plates)):
        assert benchmark.tally(found, target, 'near', 0.999).found == 1
    wider = benchmark.Found(target, np.array([[30.0, 20.0, 41.0, 24.0]]))
    assert [benchmark.tally(wider, target, 'near', iou).found for iou in (0.9, 0.92)] == [1, 0]
    with pytest.raises(SystemExit):
        benchmark.main(['quality', str(root), '--match-iou', '0'])


def test_quality_on_spoilt_pictures(benchmark, tmp_path):
    root = make_folder(tmp_path / 'val')
    # Red of 255 is plate to this peer, a fifth of it is not; grey of 0.3 x 255 is neither.
    peer = save_red(tmp_path / 'red.onnx')
    args = ['quality', str(root), '--peer', str(peer), '--peer-score', '0.5', '--threads', '1']
    args += ['--out-dir', str(tmp_path / 'out'), '--disturb', 'none', 'dark', 'bright', 'grey']
    benchmark.main(args)
    results = json.loads((tmp_path / 'out' / 'segmenters_quality.json').read_text())['results']
    recall = {name: parts['all']['scores']['recall'] for name, parts in results.items()}
    assert {name: recall[name] for name in recall if not name.startswith('mmlp')} == {
        'red': 1.0,
        'red dark': 0.0,
        'red bright': 1.0,
        'red grey': 0.0,
    }
    assert sum(name.startswith('mmlp') for name in recall) == 4


@pytest.mark.parametrize(
    'name', ['dark', 'infrared', 'bright', 'grey', 'blur', 'motion', 'noise', 'jpeg', 'replaced']
)
def test_a_picture_is_always_spoilt_in_the_same_way(benchmark, name):
    assert name in benchmark.DISTURBANCES
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    target = np.zeros((48, 64), np.uint8)
    target[10:20, 10:40] = 1
    before = picture.copy(), target.copy()
    np.random.seed(3)
    first, truth = benchmark.disturb(picture, target, name)
    following = np.random.rand()
    for one, other in zip(benchmark.disturb(picture, target, name), (first, truth)):
        np.testing.assert_array_equal(one, other)
    for one, other in zip((picture, target), before):
        np.testing.assert_array_equal(one, other)
    assert first.shape == picture.shape and (first != picture).any()
    # Plates stay where they are, but for new ones, which cover them.
    assert (truth[target == 1] == 1).all() and ((truth != target).any() == (name == 'replaced'))
    np.random.seed(3)
    assert np.random.rand() == following  # The program's own random numbers are not touched.


def test_close_ups_are_cut_around_the_widest_plate(benchmark):
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    target = np.zeros((48, 64), np.uint8)
    target[10:20, 10:40] = 1
    target[40:42, 60:64] = 1
    cut, truth = benchmark.disturb(picture, target, 'close')
    # 30 columns are three quarters of 40; of 48 rows remain as many as of 64 columns: 30, centred on row 15.
    np.testing.assert_array_equal(cut, picture[0:30, 5:45])
    np.testing.assert_array_equal(truth, target[0:30, 5:45])
    empty = np.zeros_like(target)
    np.testing.assert_array_equal(benchmark.disturb(picture, empty, 'close')[0], picture)


def test_speed_is_measured_in_turn(benchmark, tmp_path):
    root = make_folder(tmp_path / 'val')
    peer = save_red(tmp_path / 'red.onnx')
    args = ['speed', str(root), '--peer', str(peer), '--quick', '--out-dir', str(tmp_path / 'out')]
    benchmark.main(args)
    report = json.loads((tmp_path / 'out' / 'segmenters_speed.json').read_text())
    first, *_ = report['results']['ratio'].values()
    assert first == 1.0 and set(report['results']['seconds']) == set(report['results']['ratio'])
    assert all(seconds > 0 for seconds in report['results']['seconds'].values())


def test_pictures_are_chosen_by_number_and_width_of_plates(benchmark, tmp_path):
    root = make_folder(tmp_path / 'val')
    mask = np.zeros((64, 128), np.uint8)
    mask[2:10, 3:30] = mask[20:40, 30:90] = 255
    cv2.imwrite(str(root / 'masks' / 'far_2.png.png'), mask)
    three = ['far_1', 'far_2', 'near_1']
    for least, names in ((0, three), (1, three), (2, ['far_2'])):
        assert [path.stem for path in benchmark.find_images(root, 1, least)] == names
    mask[20:40, 89] = 0
    cv2.imwrite(str(root / 'masks' / 'far_2.png.png'), mask)
    for least, names in ((59, three), (60, ['far_1', 'near_1'])):
        assert [path.stem for path in benchmark.find_images(root, 1, min_width=least)] == names
    with pytest.raises(ValueError, match='3 plates or more and one of 0 pixels or more: lower --min-plates'):
        benchmark.find_images(root, 1, 3)


def test_an_empty_folder_is_refused(benchmark, tmp_path):
    with pytest.raises(FileNotFoundError, match='the layout'):
        benchmark.find_images(tmp_path, 1)
