import pytest
import torch
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

from mmlp.models.decode_heads.plate_fcn_head import PlateFCNHead
from mmlp.models.losses import BinaryLovaszLoss, lovasz_hinge, lovasz_sigmoid

FORMS = {'sigmoid': lovasz_sigmoid, 'hinge': lovasz_hinge}


@pytest.fixture
def batch():
    """Logits (3, 1, 12, 16) and labels (3, 12, 16): a plate, no plate, all ignored."""
    torch.manual_seed(0)
    labels = torch.zeros(3, 12, 16, dtype=torch.long)
    labels[0, 4:7, 3:11] = 1
    labels[2] = 255
    return torch.randn(3, 1, 12, 16), labels


@pytest.mark.parametrize('mode', FORMS)
class TestBinaryLovaszLoss:
    def test_all_pixels_of_the_batch(self, mode, batch):
        logits, labels = batch
        loss = MODELS.build(dict(type='BinaryLovaszLoss', mode=mode, loss_weight=0.4))
        torch.testing.assert_close(loss(logits, labels), 0.4 * FORMS[mode](logits[:, 0], labels))
        assert loss.loss_name == 'loss_lovasz'

    @pytest.mark.parametrize('weighted', [False, True])
    def test_per_image_is_the_mean_over_all_pictures(self, mode, weighted, batch):
        logits, labels = batch
        weight = torch.rand(labels.shape) if weighted else None
        loss = BinaryLovaszLoss(mode, per_image=True)(logits, labels, weight=weight)
        first = FORMS[mode](logits[0, 0], labels[0], weight=weight[0] if weighted else None)
        torch.testing.assert_close(loss, first / 3)

    @pytest.mark.parametrize('per_image', [False, True])
    def test_absent_class(self, mode, per_image, batch):
        logits, labels = batch[0][1:], batch[1][1:]
        logits.requires_grad_()
        zero = BinaryLovaszLoss(mode, per_image=per_image)(logits, labels)
        zero.backward()
        assert zero.item() == 0
        assert (logits.grad == 0).all()
        loss = BinaryLovaszLoss(mode, per_image=per_image, class_absent='max_error')(logits, labels)
        largest = logits[0].max().sigmoid() if mode == 'sigmoid' else 1 + logits[0].max()
        torch.testing.assert_close(loss, largest / 2 if per_image else largest)

    def test_ignore_index_of_the_caller_comes_first(self, mode, batch):
        logits, labels = batch
        labels = torch.where(labels == 255, 128, labels)
        loss = BinaryLovaszLoss(mode, ignore_index=128)
        expected = FORMS[mode](logits[:, 0], labels, ignore_index=128)
        torch.testing.assert_close(loss(logits, labels), expected)
        torch.testing.assert_close(BinaryLovaszLoss(mode)(logits, labels, ignore_index=128), expected)
        with pytest.raises(ValueError, match=r'ignore_index=255, got also \[128\]'):
            loss(logits, labels, ignore_index=255)

    def test_autocast(self, mode, batch):
        features, labels = torch.randn(3, 4, 12, 16), batch[1]
        layer = torch.nn.Conv2d(4, 1, 1)
        with torch.autocast('cpu', dtype=torch.bfloat16):
            logits = layer(features)
            loss = BinaryLovaszLoss(mode)(logits, labels)
        assert logits.dtype == torch.bfloat16
        assert loss.dtype == torch.float32
        torch.testing.assert_close(loss, BinaryLovaszLoss(mode)(logits.float(), labels), rtol=0, atol=0)
        loss.backward()
        assert layer.weight.grad.isfinite().all()

    def test_descent_finds_the_plate(self, mode, batch):
        labels = batch[1][:2]
        logits = torch.zeros(2, 1, 12, 16, requires_grad=True)
        optimizer = torch.optim.Adam([logits], lr=0.3)
        for _ in range(60):
            optimizer.zero_grad()
            BinaryLovaszLoss(mode)(logits, labels).backward()
            optimizer.step()
        assert ((logits[:, 0] > 0) == (labels == 1)).all()

    def test_in_a_decode_head_beside_cross_entropy(self, mode, batch):
        labels = batch[1]
        head = PlateFCNHead(
            in_channels=4,
            channels=4,
            num_convs=1,
            concat_input=False,
            loss_decode=[
                dict(type='BinaryLovaszLoss', mode=mode, loss_weight=2.0),
                dict(type='CrossEntropyLoss', use_sigmoid=True, avg_non_ignore=True),
            ],
        )
        samples = [SegDataSample(gt_sem_seg=PixelData(data=label[None])) for label in labels]
        logits = torch.randn(3, 1, 6, 8, requires_grad=True)
        losses = head.loss_by_feat(logits, samples)
        resized = torch.nn.functional.interpolate(logits, (12, 16), mode='bilinear')
        torch.testing.assert_close(losses['loss_lovasz'], 2 * FORMS[mode](resized[:, 0], labels))
        assert losses['loss_ce'] > 0
        sum(value for name, value in losses.items() if 'loss' in name).backward()
        assert logits.grad.abs().sum() > 0


class TestErrors:
    @pytest.mark.parametrize(
        ('logits', 'label', 'weight', 'message'),
        [
            ((2, 2, 4, 4), (2, 4, 4), None, 'num_classes=2, out_channels=1, threshold=0.5'),
            ((2, 4, 4), (2, 4, 4), None, r'seg_logits of shape \(N, 1, H, W\), got \(2, 4, 4\)'),
            ((2, 1, 4, 4), (2, 8, 8), None, 'Resize the logits to the labels'),
            ((2, 1, 4, 4), (2, 1, 4, 4), None, r'squeeze\(1\)'),
            ((2, 1, 4, 4), (2, 4, 4), (2,), r'weight must have the shape \(N, H, W\)'),
        ],
    )
    def test_shapes(self, logits, label, weight, message):
        with pytest.raises(ValueError, match=message):
            BinaryLovaszLoss()(
                torch.zeros(logits),
                torch.zeros(label, dtype=torch.long),
                weight=None if weight is None else torch.ones(weight),
            )

    def test_arguments(self):
        with pytest.raises(ValueError, match=r"mode must be one of \['hinge', 'sigmoid'\], got 'softmax'"):
            BinaryLovaszLoss('softmax')
        with pytest.raises(ValueError, match='class_absent must be one of'):
            BinaryLovaszLoss(class_absent='present')


@pytest.mark.parametrize('mode', FORMS)
def test_devices_agree(mode, batch, device):
    logits, labels = batch
    found = []
    for place in ('cpu', device):
        leaf = logits.detach().to(place).requires_grad_()
        loss = BinaryLovaszLoss(mode)(leaf, labels.to(place))
        loss.backward()
        found.append((loss.detach().cpu(), leaf.grad.cpu()))
    torch.testing.assert_close(found[1], found[0])
