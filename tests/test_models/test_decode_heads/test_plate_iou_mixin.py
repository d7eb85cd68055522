import pytest
import torch
from mmengine.structures import PixelData
from mmseg.models.decode_heads import FCNHead
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from sklearn.metrics import jaccard_score

from mmlp.models.decode_heads.plate_fcn_head import PlateFCNHead
from mmlp.models.decode_heads.plate_iou_mixin import batch_plate_iou

HEAD = dict(
    in_channels=4,
    channels=4,
    num_convs=1,
    concat_input=False,
    loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True, avg_non_ignore=True),
)


def samples_of(labels):
    return [SegDataSample(gt_sem_seg=PixelData(data=label[None])) for label in labels]


class TestBatchPlateIoU:
    def test_by_hand(self):
        labels = torch.tensor([[[1, 1, 0, 255]], [[0, 1, 0, 0]]])
        logits = torch.tensor([[[[3.0, -3.0, 3.0, 3.0]]], [[[-3.0, 3.0, -3.0, -3.0]]]])
        assert batch_plate_iou(logits, labels).item() == pytest.approx(100 * 2 / 4)
        assert batch_plate_iou(logits, labels, ignore_index=None).item() == pytest.approx(100 * 2 / 5)

    @pytest.mark.parametrize('threshold', [0.3, 0.5, 0.8])
    def test_against_scikit_learn(self, threshold):
        torch.manual_seed(0)
        logits, labels = torch.randn(2, 1, 16, 16), torch.randint(0, 2, (2, 16, 16))
        iou = batch_plate_iou(logits, labels, threshold)
        predicted = logits.sigmoid().flatten() > threshold
        assert iou.item() == pytest.approx(100 * jaccard_score(labels.flatten(), predicted), rel=1e-6)
        assert iou.dtype == torch.float32

    def test_two_channels_by_arg_max(self):
        torch.manual_seed(0)
        logits, labels = torch.randn(2, 2, 16, 16), torch.randint(0, 2, (2, 16, 16))
        expected = jaccard_score(labels.flatten(), logits.argmax(1).flatten())
        assert batch_plate_iou(logits, labels, None).item() == pytest.approx(100 * expected, rel=1e-6)

    def test_nothing_to_find(self):
        logits, background = torch.full((1, 1, 2, 2), -5.0), torch.zeros(1, 2, 2, dtype=torch.long)
        assert batch_plate_iou(logits, background).item() == 100
        assert batch_plate_iou(-logits, background).item() == 0
        assert batch_plate_iou(-logits, background + 255).item() == 100
        assert batch_plate_iou(logits, background + 1).item() == 0


class TestPlateFCNHead:
    def test_reports_the_iou_and_keeps_the_losses(self):
        torch.manual_seed(0)
        head, plain = (
            MODELS.build(dict(type=name, num_classes=2, out_channels=1, threshold=0.4, **HEAD))
            for name in ('PlateFCNHead', 'FCNHead')
        )
        plain.load_state_dict(head.state_dict())
        labels = torch.randint(0, 2, (2, 12, 16))
        labels[:, :3] = 255
        logits = torch.randn(2, 1, 6, 8, requires_grad=True)
        losses = head.loss_by_feat(logits, samples_of(labels))
        expected = plain.loss_by_feat(logits, samples_of(labels))
        assert losses.keys() == {'loss_ce', 'plate_iou'}
        torch.testing.assert_close(losses['loss_ce'], expected['loss_ce'])
        resized = torch.nn.functional.interpolate(logits, (12, 16), mode='bilinear').sigmoid()[:, 0]
        valid = labels != 255
        iou = jaccard_score(labels[valid], resized[valid] > 0.4)
        assert losses['plate_iou'].item() == pytest.approx(100 * iou, rel=1e-6)
        assert not losses['plate_iou'].requires_grad

    def test_defaults_are_for_one_channel(self):
        head = PlateFCNHead(**HEAD)
        assert (head.num_classes, head.out_channels, head.threshold) == (2, 1, 0.5)
        assert isinstance(head, FCNHead)

    def test_ignored_batch(self):
        head = PlateFCNHead(**{**HEAD, 'loss_decode': dict(type='BinaryLovaszLoss')})
        losses = head.loss_by_feat(torch.randn(1, 1, 4, 4), samples_of(torch.full((1, 8, 8), 255)))
        assert losses['plate_iou'].item() == 100
        assert losses['loss_lovasz'].item() == 0

    def test_segmentor_logs_it_for_each_head(self):
        model = MODELS.build(
            dict(
                type='EncoderDecoder',
                backbone=dict(type='ResNet', depth=18, num_stages=4, out_indices=(2, 3)),
                decode_head=dict(type='PlateFCNHead', **{**HEAD, 'in_channels': 512, 'in_index': 1}),
                auxiliary_head=dict(type='PlateFCNHead', **{**HEAD, 'in_channels': 256, 'in_index': 0}),
            )
        )
        losses = model.loss(torch.randn(2, 3, 32, 32), samples_of(torch.randint(0, 2, (2, 32, 32))))
        total, log = model.parse_losses(losses)
        assert {'decode.plate_iou', 'aux.plate_iou'} <= log.keys()
        assert not any('acc_seg' in name for name in log)
        torch.testing.assert_close(total, losses['decode.loss_ce'] + losses['aux.loss_ce'])
