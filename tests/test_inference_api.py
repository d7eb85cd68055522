"""The toolbox's own inference API on a config and a checkpoint of ours."""

from __future__ import annotations

import copy
from pathlib import Path

import cv2
import mmseg.apis
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.runner import Runner
from mmseg.apis import MMSegInferencer, inference_model, init_model
from mmseg.registry import MODELS
from PIL import Image

from mmlp.visualization import PlateLocalVisualizer, show_result_pyplot

CONFIGS = Path(__file__).resolve().parents[1] / 'configs' / '_base_'
META = dict(classes=('background', 'plate'), palette=[[0, 0, 0], [255, 48, 48]])

# A few thousand weights on the flagship's data and runtime, evaluated at a short side of 96.
CONFIG = """
_base_ = [{dataset!r}, {runtime!r}]
data_preprocessor = dict(
    type='SegDataPreProcessor', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True, pad_val=0, seg_pad_val=255, size=(64, 64))
model = dict(
    type='EncoderDecoder', data_preprocessor=data_preprocessor,
    backbone=dict(type='ResNet', depth=18, base_channels=8, out_indices=(0, 1, 2, 3)),
    decode_head=dict(
        type='PlateFCNHead', in_channels=8, in_index=0, channels=8, num_convs=1, concat_input=False,
        loss_decode=dict(type='BinaryLovaszLoss')),
    train_cfg=dict(), test_cfg=dict(mode='whole'))
test_pipeline = [
    dict(type='LoadImageFromFile'), dict(type='Resize', scale=(10000, 96), keep_ratio=True),
    dict(type='LoadPlateAnnotations'), dict(type='PackSegInputs')]
test_dataloader = dict(
    num_workers=0, persistent_workers=False,
    dataset=dict(data_root={root!r}, pipeline=test_pipeline))
test_cfg = dict(type='TestLoop')
default_hooks = dict(visualization=dict(type='SegVisualizationHook', interval=1))
work_dir = {work_dir!r}
"""


@pytest.fixture(scope='module')
def config(tmp_path_factory):
    folder = tmp_path_factory.mktemp('api')
    file = folder / 'lp_test.py'
    file.write_text(
        CONFIG.format(
            dataset=str(CONFIGS / 'datasets' / 'license_plate.py'),
            runtime=str(CONFIGS / 'default_runtime.py'),
            root=str(folder / 'plates'),
            work_dir=str(folder / 'work'),
        ),
        encoding='utf-8',
    )
    return str(file)


@pytest.fixture(scope='module')
def checkpoint(config, tmp_path_factory):
    torch.manual_seed(0)
    model = MODELS.build(Config.fromfile(config).model)
    # Plate where the first features are above their median, so that there is something to draw.
    torch.nn.init.normal_(model.decode_head.conv_seg.weight, std=3.0)
    file = tmp_path_factory.mktemp('weights') / 'random.pth'
    torch.save(dict(state_dict=model.state_dict(), meta=dict(dataset_meta=META)), file)
    return str(file)


@pytest.fixture()
def model(config, checkpoint):
    return init_model(config, checkpoint, device='cpu')


@pytest.fixture()
def photo(tmp_path):
    """A PNG, whose pixels a path and an array share, and those pixels, BGR."""
    rng = np.random.default_rng(0)
    image = cv2.resize(rng.integers(0, 256, (12, 16, 3), dtype=np.uint8), (160, 120))
    cv2.imwrite(str(tmp_path / 'car.png'), image)
    return str(tmp_path / 'car.png'), image


def mask_of(sample):
    return sample.pred_sem_seg.data.squeeze(0).numpy().astype(int)


def test_init_model_takes_classes_from_the_checkpoint(model):
    assert tuple(model.dataset_meta['classes']) == META['classes']
    assert not model.training


def test_a_path_gives_a_mask_of_the_size_of_the_photo(model, photo):
    result = inference_model(model, photo[0])
    probability = result.seg_logits.data
    assert probability.shape == (1, 120, 160)
    assert 0 <= probability.min() < 0.5 < probability.max() <= 1
    np.testing.assert_array_equal(mask_of(result), (probability[0] > 0.5).int())


def test_an_array_gives_what_its_file_gives(config, checkpoint, photo):
    from_path = inference_model(init_model(config, checkpoint, device='cpu'), photo[0])
    from_array = inference_model(init_model(config, checkpoint, device='cpu'), photo[1])
    torch.testing.assert_close(from_path.seg_logits.data, from_array.seg_logits.data)


def test_lists_of_paths_and_of_arrays(config, checkpoint, photo, tmp_path):
    """Of pictures that the pipeline gives the same size; the toolbox batches no others."""
    path, image = photo
    mirrored = np.ascontiguousarray(image[:, ::-1])
    cv2.imwrite(str(tmp_path / 'mirrored.png'), mirrored)
    paths = [path, str(tmp_path / 'mirrored.png')]
    by_path = inference_model(init_model(config, checkpoint, device='cpu'), paths)
    by_array = inference_model(init_model(config, checkpoint, device='cpu'), [image, mirrored])
    single = init_model(config, checkpoint, device='cpu')
    assert len(by_path) == len(by_array) == 2
    for file, first, second in zip(paths, by_path, by_array):
        np.testing.assert_array_equal(mask_of(first), mask_of(second))
        torch.testing.assert_close(first.seg_logits.data, inference_model(single, file).seg_logits.data)


def test_a_path_after_an_array(model, photo):
    """The toolbox rewrites ``model.cfg.test_pipeline`` for arrays; paths work again once it is put back."""
    pipeline = copy.deepcopy(model.cfg.test_pipeline)
    from_array = inference_model(model, photo[1])
    model.cfg.test_pipeline = pipeline
    np.testing.assert_array_equal(mask_of(inference_model(model, photo[0])), mask_of(from_array))


def test_a_photo_that_says_it_was_turned_is_segmented_upright(model, photo, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(photo[1][..., ::-1]).save(tmp_path / 'turned.jpg', exif=exif, quality=95)
    result = inference_model(model, str(tmp_path / 'turned.jpg'))
    assert mask_of(result).shape == (160, 120)
    drawn = show_result_pyplot(model, str(tmp_path / 'turned.jpg'), result, show=False)
    assert drawn.shape == (160, 120, 3)


def test_show_result_leaves_the_background_alone(model, photo, tmp_path):
    path, image = photo
    result = inference_model(model, path)
    out = tmp_path / 'out.png'
    drawn = show_result_pyplot(model, path, result, show=False, with_labels=False, out_file=str(out))
    assert drawn.shape == image.shape
    outside = cv2.dilate(mask_of(result).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    assert outside.any()
    np.testing.assert_array_equal(cv2.imread(str(out))[outside], image[outside])


def test_show_result_of_the_toolbox_works_too(model, photo, tmp_path):
    out = tmp_path / 'out.png'
    result = inference_model(model, photo[0])
    mmseg.apis.show_result_pyplot(
        model, photo[0], result, show=False, opacity=0.3, with_labels=False, out_file=str(out)
    )
    drawn = cv2.imread(str(out)).astype(int)
    assert (drawn[mask_of(result) == 1][:, 2] >= 75).all()  # 0.3 * 255 of red
    background = photo[1][mask_of(result) == 0]
    assert np.abs(drawn[mask_of(result) == 0] - background * 0.7).max() <= 1  # dimmed: it paints black


@pytest.fixture()
def inferencer(config, checkpoint):
    return MMSegInferencer(config, checkpoint, device='cpu')


def test_inferencer_takes_paths_arrays_lists_and_folders(inferencer, photo, tmp_path):
    path, image = photo
    expected = inferencer(path)['predictions']
    assert expected.shape == (120, 160)
    np.testing.assert_array_equal(inferencer(image)['predictions'], expected)
    for several in ([path, image], [image, path, path]):
        predictions = inferencer(several, batch_size=2)['predictions']
        assert len(predictions) == len(several)
        for prediction in predictions:
            np.testing.assert_array_equal(prediction, expected)
    (tmp_path / 'folder').mkdir()
    cv2.imwrite(str(tmp_path / 'folder' / 'a.png'), image)
    np.testing.assert_array_equal(inferencer(str(tmp_path / 'folder'))['predictions'], expected)


def test_inferencer_draws_as_the_config_says(inferencer, photo, tmp_path):
    path, image = photo
    assert isinstance(inferencer.visualizer, PlateLocalVisualizer)
    found = inferencer([path, image], out_dir=str(tmp_path / 'out'), return_vis=True, with_labels=False)
    prediction, drawn = found['predictions'][0], found['visualization'][0]
    outside = cv2.dilate(prediction.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    np.testing.assert_array_equal(drawn[outside][:, ::-1], image[outside])
    written = {file.relative_to(tmp_path / 'out').as_posix() for file in (tmp_path / 'out').rglob('*.*')}
    assert written == {
        'vis/car.png',
        'vis/00000001_vis.jpg',
        'pred/00000000_pred.png',
        'pred/00000001_pred.png',
    }
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / 'out' / 'vis' / 'car.png'))[..., ::-1], drawn)
    mask = cv2.imread(str(tmp_path / 'out' / 'pred' / '00000000_pred.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(mask, prediction)


def test_inferencer_without_classes_in_the_checkpoint_still_says_plate(config, checkpoint, photo, tmp_path):
    bare = dict(state_dict=torch.load(checkpoint, weights_only=True)['state_dict'])
    torch.save(bare, tmp_path / 'bare.pth')
    inferencer = MMSegInferencer(config, str(tmp_path / 'bare.pth'), device='cpu')
    inferencer(photo[0], return_vis=True)
    assert tuple(inferencer.visualizer.dataset_meta['classes']) == META['classes']


def test_the_test_run_writes_truth_and_prediction_side_by_side(config, checkpoint, plate_root, tmp_path):
    cfg = Config.fromfile(config)
    cfg.test_dataloader.dataset.data_root = str(plate_root)
    cfg.default_hooks.visualization.draw = True
    cfg.visualizer = dict(
        type='PlateLocalVisualizer',
        vis_backends=[dict(type='LocalVisBackend')],
        save_dir=str(tmp_path / 'shown'),
    )
    cfg.load_from, cfg.work_dir = checkpoint, str(tmp_path / 'work')
    for name in ('train_dataloader', 'val_dataloader', 'val_evaluator'):
        cfg.pop(name)
    cfg.visualizer.name = 'side_by_side'
    Runner.from_cfg(cfg).test()
    pictures = sorted((tmp_path / 'shown' / 'vis_data' / 'vis_image').iterdir())
    assert [picture.name.split('.jpg')[0] for picture in pictures] == [f'test_val_{i}' for i in range(3)]
    drawn = cv2.imread(str(pictures[0]))
    assert drawn.shape[0] > 96
    assert drawn.shape[1] > 2 * 128


def test_inference_on_any_device_agrees_with_the_cpu(config, checkpoint, photo, device):
    found = [
        inference_model(init_model(config, checkpoint, device=place), photo[0]).seg_logits.data.cpu()
        for place in (device, 'cpu')
    ]
    torch.testing.assert_close(found[0], found[1], atol=1e-3, rtol=0)
