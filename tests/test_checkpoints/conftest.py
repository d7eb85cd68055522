import pytest


@pytest.fixture(scope='session')
def plate_segmenter():
    """As the plate segmenters that were trained on torchvision's model: 1 channel, auxiliary head of 21."""
    from helpers.torchvision_models import build_torchvision

    return build_torchvision(50, classifier_channels=1)


@pytest.fixture(scope='session')
def coco_model():
    from helpers.torchvision_models import build_torchvision

    return build_torchvision(50, classifier_channels=21)
