import pytest
import torch
from helpers.torchvision_models import build_ours, build_torchvision
from torch.nn.functional import interpolate

from mmlp.checkpoints import convert_torchvision_deeplabv3


def run_both(theirs, ours, size):
    """Logits of the classifiers and of the auxiliary heads at the size of the input."""
    picture = torch.randn(size)
    with torch.no_grad():
        expected = theirs(picture)
        features = ours.extract_feat(picture)
        actual = [head(features) for head in (ours.decode_head, ours.auxiliary_head)]
    actual = [interpolate(x, size=size[2:], mode='bilinear', align_corners=False) for x in actual]
    return actual, (expected['out'], expected['aux'][:, 1:2])


def assert_agree(actual, expected):
    for ours, theirs in zip(actual, expected):
        assert theirs.std() > 1e-3, 'a constant output would show nothing'
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)


@pytest.fixture(scope='module')
def ours(plate_segmenter):
    converted = convert_torchvision_deeplabv3(plate_segmenter.state_dict())
    model = build_ours(50)
    model.load_state_dict(converted.state_dict, strict=True)
    return model


@pytest.mark.parametrize('size', [(1, 3, 64, 64), (1, 3, 65, 97), (2, 3, 33, 130)])
def test_outputs_agree_r50(plate_segmenter, ours, size):
    assert_agree(*run_both(plate_segmenter, ours, size))


def test_outputs_agree_r101():
    theirs = build_torchvision(101, classifier_channels=1)
    converted = convert_torchvision_deeplabv3(theirs.state_dict())
    assert converted.depth == 101
    ours = build_ours(101)
    ours.load_state_dict(converted.state_dict, strict=True)
    assert_agree(*run_both(theirs, ours, (1, 3, 49, 71)))


def test_the_toolboxs_prediction_agrees(plate_segmenter, ours):
    picture = torch.randn(1, 3, 65, 97)
    with torch.no_grad():
        sample = ours.predict(picture)[0]
        expected = plate_segmenter(picture)['out'][0].sigmoid()
    torch.testing.assert_close(sample.seg_logits.data, expected, rtol=1e-5, atol=1e-5)
    assert torch.equal(sample.pred_sem_seg.data, (expected > 0.5).float())


def test_account_of_a_plate_segmenter(plate_segmenter):
    source = plate_segmenter.state_dict()
    checkpoint = {'model': source, 'optimizer': {'state': {}}, 'epoch': 249, 'args': None}
    converted = convert_torchvision_deeplabv3(checkpoint)
    assert set(converted.mapped) == set(source)
    assert set(converted.left_out) == {'optimizer', 'epoch', 'args'}
    assert len(converted.notes) == 2 and all('channel 1 of the 21' in note for note in converted.notes)
    aux = converted.state_dict['auxiliary_head.conv_seg.weight']
    assert torch.equal(aux, source['aux_classifier.4.weight'][1:2])
    assert converted.depth == 50
    assert 'left out: epoch (' in converted.summary()


def test_account_of_coco_weights(coco_model):
    source = coco_model.state_dict()
    converted = convert_torchvision_deeplabv3(source)
    assert set(converted.left_out) == {'classifier.4.weight', 'classifier.4.bias'}
    assert set(converted.mapped) | set(converted.left_out) == set(source)
    assert 'decode_head.conv_seg.weight' not in converted.state_dict
    assert '21 classes of COCO' in converted.summary()


def test_parallel_prefix_and_missing_counters(plate_segmenter):
    source = {
        f'module.{key}': value
        for key, value in plate_segmenter.state_dict().items()
        if not key.endswith('num_batches_tracked')
    }
    converted = convert_torchvision_deeplabv3(source)
    assert 'decode_head.projection.bn.running_var' in converted.state_dict
    assert len(converted.state_dict) == len(source)


def test_without_auxiliary_head(plate_segmenter):
    source = {k: v for k, v in plate_segmenter.state_dict().items() if not k.startswith('aux_')}
    converted = convert_torchvision_deeplabv3({'model': source})
    assert any('no aux_classifier' in note for note in converted.notes)
    build_ours(50, auxiliary_head=None).load_state_dict(converted.state_dict, strict=True)


def test_unknown_and_missing_keys_are_named(plate_segmenter):
    source = dict(plate_segmenter.state_dict())
    del source['classifier.0.project.0.weight']
    source['classifier.5.weight'] = torch.zeros(1)
    with pytest.raises(ValueError, match=r'classifier\.5\.weight[\s\S]*classifier\.0\.project\.0\.weight'):
        convert_torchvision_deeplabv3(source)


def test_incomplete_backbone_is_refused(plate_segmenter):
    source = {k: v for k, v in plate_segmenter.state_dict().items() if not k.startswith('backbone.layer4.2.')}
    with pytest.raises(ValueError, match=r'missing: backbone\.layer4\.2.*and \d+ more'):
        convert_torchvision_deeplabv3(source)


@pytest.mark.parametrize('key', ['classifier.4', 'aux_classifier.4'])
def test_other_numbers_of_classes_are_refused(plate_segmenter, key):
    source = dict(plate_segmenter.state_dict())
    source[f'{key}.weight'] = source[f'{key}.weight'][:1].expand(2, -1, -1, -1)
    with pytest.raises(ValueError, match=f'{key}.weight has 2 channels, expected 1'):
        convert_torchvision_deeplabv3(source)


def test_other_shapes_are_refused(plate_segmenter):
    source = dict(plate_segmenter.state_dict())
    source['backbone.conv1.weight'] = torch.zeros(64, 4, 7, 7)
    with pytest.raises(ValueError, match=r'backbone\.conv1\.weight has the shape \(64, 4, 7, 7\)'):
        convert_torchvision_deeplabv3(source)


def test_other_sources_are_refused(ours):
    with pytest.raises(ValueError, match='in the layout of MMSegmentation already'):
        convert_torchvision_deeplabv3(dict(meta={}, state_dict=ours.state_dict()))
    with pytest.raises(TypeError, match='got Linear'):
        convert_torchvision_deeplabv3(torch.nn.Linear(1, 1))
    with pytest.raises(ValueError, match='not the weights of deeplabv3_resnet50'):
        convert_torchvision_deeplabv3({})
