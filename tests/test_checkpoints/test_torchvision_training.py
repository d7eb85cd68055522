import copy

import torch
from helpers.torchvision_models import build_ours
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from mmlp.checkpoints import convert_torchvision_deeplabv3


def lovasz_by_definition(logits, label):
    """Lovász extension of the Jaccard loss of the plate at the errors of all valid pixels of the batch."""
    valid = label != 255
    target = (label[valid] == 1).double()
    errors, order = (target - logits.double().sigmoid()[valid]).abs().sort(descending=True)
    target = target[order]
    union = target.sum() + (1 - target).cumsum(0)
    jaccard = 1 - (target.sum() - target.cumsum(0)) / union
    gain = torch.cat([jaccard[:1], jaccard[1:] - jaccard[:-1]])
    return (errors * gain).sum()


def test_a_training_step_is_that_of_the_torchvision_model(plate_segmenter):
    """Losses, gradients and statistics, with dropout: classifier + 0.5 x channel 1 of the auxiliary head."""
    theirs = copy.deepcopy(plate_segmenter).train()
    ours = build_ours(50)
    ours.load_state_dict(convert_torchvision_deeplabv3(theirs.state_dict()).state_dict)
    ours.train()
    pictures = torch.randn(2, 3, 64, 48)
    label = torch.zeros(2, 64, 48, dtype=torch.long)
    label[0, 10:30, 5:40] = 1
    label[1, :, 40:] = 255

    torch.manual_seed(0)
    output = theirs(pictures)
    expected = lovasz_by_definition(output['out'][:, 0], label)
    expected_aux = 0.5 * lovasz_by_definition(output['aux'][:, 1], label)
    (expected + expected_aux).backward()
    torch.manual_seed(0)
    samples = [SegDataSample(gt_sem_seg=PixelData(data=x[None])) for x in label]
    losses = ours.loss(pictures, samples)
    total, _ = ours.parse_losses(losses)
    total.backward()

    assert set(losses) == {'decode.loss_lovasz', 'decode.plate_iou', 'aux.loss_lovasz', 'aux.plate_iou'}
    torch.testing.assert_close(losses['decode.loss_lovasz'].double(), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(losses['aux.loss_lovasz'].double(), expected_aux, rtol=0, atol=1e-5)
    assert torch.equal(ours.backbone.layer4[2].bn3.running_var, theirs.backbone.layer4[2].bn3.running_var)
    for actual, wanted in (
        (ours.backbone.conv1.weight.grad, theirs.backbone.conv1.weight.grad),
        (ours.decode_head.conv_seg.weight.grad, theirs.classifier[4].weight.grad),
        (ours.auxiliary_head.convs[0].conv.weight.grad, theirs.aux_classifier[0].weight.grad),
        (ours.auxiliary_head.conv_seg.weight.grad, theirs.aux_classifier[4].weight.grad[1:2]),
    ):
        assert wanted.abs().max() > 0
        difference = (actual - wanted).norm() / wanted.norm()
        assert difference < 1e-3
