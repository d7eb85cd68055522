"""The drop-in for the toolbox's show_result_pyplot."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmlp.visualization import show_result_pyplot


@pytest.fixture()
def result():
    data = torch.zeros(1, 80, 100)
    data[:, 30:50, 20:70] = 1
    sample = SegDataSample()
    sample.pred_sem_seg = PixelData(data=data)
    return sample


@pytest.fixture()
def model():
    return SimpleNamespace(
        dataset_meta=dict(classes=('background', 'plate'), palette=[[0, 0, 0], [0, 0, 255]])
    )


def test_a_file_and_its_array_look_alike(tmp_path, model, result):
    image = np.random.default_rng(0).integers(0, 256, (80, 100, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / 'a.png'), image)
    from_file = show_result_pyplot(model, tmp_path / 'a.png', result, show=False)
    from_array = show_result_pyplot(model, image, result, show=False, out_file=str(tmp_path / 'out.png'))
    assert (from_file == from_array).all()
    assert (from_array[60:, :, ::-1] == image[60:]).all()
    assert from_array[40, 45, 2] > from_array[40, 45, 0]  # RGB, and blue as the model's palette says
    assert (cv2.imread(str(tmp_path / 'out.png'))[..., ::-1] == from_array).all()


def test_save_dir(tmp_path, model, result):
    image = np.zeros((80, 100, 3), np.uint8)
    show_result_pyplot(model, image, result, title='car', show=False, save_dir=str(tmp_path))
    assert (tmp_path / 'vis_data' / 'vis_image' / 'car_0.png').is_file()


def test_a_model_wrapped_for_several_gpus_and_one_without_meta(model, result):
    image = np.zeros((80, 100, 3), np.uint8)
    wrapped = show_result_pyplot(SimpleNamespace(module=model), image, result, show=False)
    assert (wrapped == show_result_pyplot(model, image, result, show=False)).all()
    plain = show_result_pyplot(SimpleNamespace(dataset_meta=None), image, result, show=False)
    assert plain[40, 45, 1] > plain[40, 45, 2] > plain[40, 45, 0]
