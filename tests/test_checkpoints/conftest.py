import pytest
from torchvision_models import build_torchvision


@pytest.fixture(scope='session')
def plate_segmenter():
    """As the plate segmenters that were trained on torchvision's model: 1 channel, auxiliary head of 21."""
    return build_torchvision(50, classifier_channels=1)


@pytest.fixture(scope='session')
def coco_model():
    return build_torchvision(50, classifier_channels=21)
