from pathlib import Path

import pytest
import torch
from mmengine import Config
from mmengine.registry import init_default_scope
from mmseg.models.data_preprocessor import SegDataPreProcessor
from mmseg.registry import MODELS
from torchvision.transforms.functional import normalize

import mmlp.modules  # noqa: F401

CONFIG_DIR = Path(__file__).parents[3] / 'configs'
MODELS_DIR = CONFIG_DIR / '_base_' / 'models'


@pytest.mark.parametrize('depth', [50, 101])
def test_config_describes_torchvisions_model(depth):
    model = Config.fromfile(CONFIG_DIR / f'lp_deeplabv3_r{depth}.py').model
    assert model.backbone.depth == depth
    for head, weight in ((model.decode_head, 1.0), (model.auxiliary_head, 0.5)):
        assert (head.num_classes, head.out_channels, head.threshold) == (2, 1, 0.5)
        loss = dict(mode='sigmoid', class_absent='max_error', loss_weight=weight)
        assert head.loss_decode == dict(type='BinaryLovaszLoss', **loss)


def test_preprocessing_is_torchvisions():
    init_default_scope('mmseg')
    cfg = Config.fromfile(MODELS_DIR / 'deeplabv3_r50.py').model.data_preprocessor
    preprocessor = MODELS.build(cfg)
    assert isinstance(preprocessor, SegDataPreProcessor)
    bgr = torch.randint(0, 256, (3, 5, 7), dtype=torch.uint8)
    actual = preprocessor(dict(inputs=[bgr], data_samples=None))['inputs'][0]
    expected = normalize(bgr.flip(0) / 255, mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225])
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-5)
