"""The visualizer that hooks, tools and the inferencer build from a config."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import VISUALIZERS
from mmseg.structures import SegDataSample
from mmseg.utils import get_classes, get_palette

from mmlp.datasets import LicensePlateDataset
from mmlp.visualization import PlateLocalVisualizer
from mmlp.visualization.local_visualizer import prediction_title

SHAPE = (120, 160)


@pytest.fixture()
def image():
    return np.random.default_rng(0).integers(0, 200, (*SHAPE, 3), dtype=np.uint8)


def labels(*boxes, ignored=()):
    data = torch.zeros((1, *SHAPE), dtype=torch.int64)
    for x, y, width, height in boxes:
        data[:, y : y + height, x : x + width] = 1
    for x, y, width, height in ignored:
        data[:, y : y + height, x : x + width] = 255
    return PixelData(data=data)


def sample(**fields):
    result = SegDataSample()
    result.set_data(fields)
    return result


def draw(visualizer, tmp_path, image, data_sample, **kwargs):
    file = tmp_path / 'drawn.png'
    visualizer.add_datasample('name', image, data_sample, out_file=str(file), **kwargs)
    return cv2.imread(str(file))[..., ::-1]


def test_is_built_from_a_config_with_the_classes_of_the_data_set():
    visualizer = VISUALIZERS.build(dict(type='PlateLocalVisualizer', vis_backends=[], name='built'))
    meta = LicensePlateDataset.METAINFO
    assert tuple(visualizer.dataset_meta['classes']) == tuple(meta['classes'])
    assert visualizer.dataset_meta['palette'] == meta['palette']


def test_classes_and_palette_are_not_swapped():
    visualizer = PlateLocalVisualizer(classes=['road', 'tag'], palette=[[0, 0, 0], [0, 255, 0]])
    assert visualizer.dataset_meta == dict(classes=['road', 'tag'], palette=[[0, 0, 0], [0, 255, 0]])


@pytest.mark.parametrize('guess', ['cityscapes', 'stare'])
def test_classes_that_the_toolbox_guessed_are_not_written(guess):
    visualizer = PlateLocalVisualizer()
    visualizer.set_dataset_meta(get_classes(guess), get_palette(guess))
    assert visualizer.dataset_meta['classes'] == ('background', 'plate')


def test_classes_without_colours():
    with pytest.raises(ValueError, match=r'palette has 2 colours for 3 classes'):
        PlateLocalVisualizer(classes=['background', 'plate', 'sign'])


def test_a_prediction_alone_keeps_the_size_and_the_background(tmp_path, image):
    visualizer = PlateLocalVisualizer(alpha=0.8)
    prediction = PixelData(
        data=labels((60, 70, 50, 20)).data.float()
    )  # one channel: the toolbox gives floats
    drawn = draw(visualizer, tmp_path, image, sample(pred_sem_seg=prediction), with_labels=False)
    assert drawn.shape == image.shape
    expected = np.round(image[75:85, 65:105] * 0.6 + np.array([60, 220, 80]) * 0.4)
    assert np.abs(drawn[75:85, 65:105] - expected).max() <= 1
    assert (drawn[:60] == image[:60]).all()
    assert (drawn[:, :50] == image[:, :50]).all()
    assert (visualizer.get_image() == drawn).all()


def test_ground_truth_and_prediction_are_set_side_by_side(tmp_path, image):
    both = sample(
        gt_sem_seg=labels((60, 70, 50, 20), ignored=[(0, 0, 40, 30)]), pred_sem_seg=labels((10, 80, 20, 10))
    )
    visualizer = PlateLocalVisualizer()
    drawn = draw(visualizer, tmp_path, image, both, with_labels=False)
    assert drawn.shape[0] > SHAPE[0]
    assert drawn.shape[1] > 2 * SHAPE[1]
    alone = draw(visualizer, tmp_path, image, both, draw_gt=False, with_labels=False)
    truth = draw(visualizer, tmp_path, image, both, draw_pred=False, with_labels=False)
    top = (
        int(np.flatnonzero((drawn[:, 30] != 255).any(axis=1) & (drawn[:, -30] != 255).any(axis=1))[-1]) - 119
    )
    left = drawn[top : top + 120]
    for panel in (truth, alone):
        assert any((left[:, x : x + 160] == panel).all() for x in range(left.shape[1] - 159))
    hatched = truth[:30, :40].astype(int)
    assert (np.ptp(hatched, axis=2) <= 75).all()  # greyed: at most 0.35 of the colour is left
    assert (alone[:30, :40] == image[:30, :40]).all()


def test_the_photo_itself_can_be_shown_too(tmp_path, image):
    drawn = draw(PlateLocalVisualizer(), tmp_path, image, sample(pred_sem_seg=labels()), with_image=True)
    assert drawn.shape[1] > 2 * SHAPE[1]
    assert (draw(PlateLocalVisualizer(), tmp_path, image, None) == image).all()


@pytest.mark.parametrize(
    ('truth', 'prediction', 'title'),
    [
        (labels((10, 10, 20, 10)), labels((10, 10, 10, 10)), 'Prediction, IoU 50.0 %'),
        (
            labels((10, 10, 20, 10), ignored=[(20, 10, 10, 10)]),
            labels((10, 10, 20, 10)),
            'Prediction, IoU 100.0 %',
        ),
        (labels((10, 10, 20, 10)), labels(), 'Prediction, IoU 0.0 %'),
        (labels(), labels(), 'Prediction'),
    ],
)
def test_the_title_tells_the_iou_of_the_picture(truth, prediction, title):
    arrays = [field.data[0].numpy() for field in (prediction, truth)]
    assert prediction_title(*arrays) == title
    assert prediction_title(arrays[0], None) == 'Prediction'


def test_masks_of_the_network_size_are_fitted(tmp_path, image):
    visualizer = PlateLocalVisualizer()
    half = PixelData(data=labels((60, 70, 50, 20)).data[:, ::2, ::2])
    drawn = draw(visualizer, tmp_path, image, sample(pred_sem_seg=half), with_labels=False)
    assert (drawn[80, 80] != image[80, 80]).any()
    assert (drawn[20] == image[20]).all()


def test_masks_of_another_picture_are_refused(tmp_path, image):
    other = PixelData(data=torch.ones(1, 200, 100))
    with pytest.raises(ValueError, match=r'pred_sem_seg is 100 x 200 pixels, the image 160 x 120'):
        draw(PlateLocalVisualizer(), tmp_path, image, sample(pred_sem_seg=other))


def test_backends_get_the_picture(tmp_path, image):
    visualizer = PlateLocalVisualizer(vis_backends=[dict(type='LocalVisBackend')], save_dir=str(tmp_path))
    visualizer.add_datasample('test_a.jpg', image, sample(pred_sem_seg=labels((60, 70, 50, 20))), step=3)
    written = cv2.imread(str(tmp_path / 'vis_data' / 'vis_image' / 'test_a.jpg_3.png'))
    assert (written[..., ::-1] == visualizer.get_image()).all()
