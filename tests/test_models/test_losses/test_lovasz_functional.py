import itertools
import math
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec

import pytest
import torch
from packaging.version import parse

from mmlp.models.losses import lovasz_functional, lovasz_hinge, lovasz_sigmoid

FORMS = {'sigmoid': lovasz_sigmoid, 'hinge': lovasz_hinge}


def errors_of(form, logits, labels):
    """Errors as the papers write them, of labels 0 and 1."""
    labels = labels.to(logits.dtype)
    if form == 'sigmoid':
        return (labels - logits.sigmoid()).abs()
    return (1 - logits * (2 * labels - 1)).clamp(min=0)


def choquet_integral(errors, labels, weight=None):
    """The Lovász extension by its definition: the integral over levels of the loss of the pixels above."""
    weight = torch.ones_like(errors) if weight is None else weight
    plate = labels == 1
    levels = [0.0, *sorted(set(errors.tolist()))]
    total = 0.0
    for low, high in itertools.pairwise(levels):
        wrong = errors >= high
        total += (high - low) * (weight[wrong].sum() / weight[wrong | plate].sum()).item()
    return total


def sort_everything(form, logits, labels):
    """Value and gradient from a stable sort of all pixels by wrongness, set by set, float64."""
    logits = logits.double().flatten().requires_grad_()
    labels = labels.flatten()
    wrongness = torch.where(labels == 1, -logits, logits).detach()
    order = torch.sort(wrongness, descending=True, stable=True).indices
    plate = (labels == 1)[order].double()
    jaccard = 1 - (plate.sum() - plate.cumsum(0)) / (plate.sum() + (1 - plate).cumsum(0))
    gradient = torch.diff(jaccard, prepend=jaccard.new_zeros(1))
    if form == 'sigmoid':
        errors = errors_of(form, logits, labels)
    else:
        errors = torch.relu(1 - logits * (2.0 * labels - 1))
    loss = (errors[order] * gradient).sum()
    loss.backward()
    return loss.item(), logits.grad


def value_and_gradient(function, logits):
    logits = logits.clone().requires_grad_()
    loss = function(logits)
    loss.backward()
    return loss, logits.grad


@pytest.fixture(params=['random', 'trained', 'wrong'])
def batch(request):
    """Logits float32 (2, 24, 24) at three stages of training, and labels with an empty border to ignore."""
    torch.manual_seed(3)
    labels = torch.zeros(2, 24, 24, dtype=torch.long)
    labels[0, 5:9, 4:16] = 1
    labels[1, 15:18, 10:20] = 1
    scale, bias = {'random': (1.0, 0.0), 'trained': (1.5, 4.0), 'wrong': (1.0, -2.0)}[request.param]
    return torch.randn(2, 24, 24) * scale + bias * (2 * labels - 1), labels


class TestWorkedByHand:
    """One plate pixel and two of background. The sets grow: background 1 wrong, plate too, background 2 too.

    Their Jaccard losses are 1/2, 1, 1, so g = 1/2, 1/2, 0.
    """

    labels = torch.tensor([1, 0, 0])

    def test_sigmoid(self):
        probability = torch.tensor([0.75, 0.5, 0.125], dtype=torch.float64)
        loss, gradient = value_and_gradient(lambda z: lovasz_sigmoid(z, self.labels), probability.logit())
        assert loss.item() == pytest.approx(0.5 * 0.5 + 0.5 * 0.25, abs=1e-12)
        assert gradient.tolist() == pytest.approx([-0.5 * 0.1875, 0.5 * 0.25, 0.0], abs=1e-12)

    def test_hinge(self):
        logits = torch.tensor([0.5, 1.0, -3.0])
        loss, gradient = value_and_gradient(lambda z: lovasz_hinge(z, self.labels), logits)
        assert loss.item() == 0.5 * 2.0 + 0.5 * 0.5
        assert gradient.tolist() == [-0.5, 0.5, 0.0]

    def test_weights(self):
        # Background 1 weighs 3: Jaccard losses 3/4, 1, 1.
        weight = torch.tensor([1.0, 3.0, 2.0])
        logits = torch.tensor([0.5, 1.0, -3.0])
        loss, gradient = value_and_gradient(lambda z: lovasz_hinge(z, self.labels, weight=weight), logits)
        assert loss.item() == 0.75 * 2.0 + 0.25 * 0.5
        assert gradient.tolist() == [-0.25, 0.75, 0.0]

    def test_is_the_jaccard_loss_of_hard_predictions(self):
        labels = torch.tensor([1, 1, 1, 1, 0, 0, 0, 0])
        logits = torch.tensor([1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, 1.0]) * 1000
        assert lovasz_sigmoid(logits, labels).item() == pytest.approx(1 - 3 / 6)
        assert lovasz_hinge(logits / 1000, labels).item() == pytest.approx(2 * (1 - 3 / 6))


@pytest.mark.parametrize('form', FORMS)
class TestDefinition:
    def test_equals_the_choquet_integral(self, form, batch):
        logits, labels = batch
        expected = choquet_integral(errors_of(form, logits.double(), labels).flatten(), labels.flatten())
        assert FORMS[form](logits.double(), labels).item() == pytest.approx(expected, abs=1e-12)
        assert FORMS[form](logits, labels).item() == pytest.approx(expected, rel=1e-6)

    @pytest.mark.parametrize('sort_all_above', [0.0, 1.0], ids=['all sorted', 'pruned'])
    def test_equals_a_full_stable_sort_also_at_ties(self, form, batch, sort_all_above, monkeypatch):
        monkeypatch.setattr(lovasz_functional, 'SORT_ALL_ABOVE', sort_all_above)
        logits, labels = batch
        for step in (0.0, 0.5, 2.0):  # 2: only a handful of distinct values, -0.0 among them
            rounded = logits if step == 0 else (logits / step).round() * step
            value, gradient = sort_everything(form, rounded, labels)
            loss, ours = value_and_gradient(lambda z: FORMS[form](z, labels), rounded.double())
            assert loss.item() == pytest.approx(value, abs=1e-12)
            torch.testing.assert_close(ours.flatten(), gradient, rtol=0, atol=1e-14)

    def test_float32_keeps_its_precision_on_many_pixels(self, form):
        torch.manual_seed(0)
        labels = (torch.rand(200_000) < 0.03).long()
        logits = torch.randn(200_000) + 2.0 * (2 * labels - 1)
        value, gradient = sort_everything(form, logits, labels)
        loss, ours = value_and_gradient(lambda z: FORMS[form](z, labels), logits)
        assert loss.dtype == torch.float32
        assert loss.item() == pytest.approx(value, rel=1e-6)
        torch.testing.assert_close(ours.double(), gradient, rtol=2e-6, atol=1e-12)

    @pytest.mark.parametrize('weighted', [False, True])
    def test_gradcheck(self, form, weighted):
        torch.manual_seed(1)
        labels = torch.tensor([1, 0, 0, 1, 0, 255, 0, 1, 0, 0, 0, 0])
        logits = (torch.randperm(12).double() / 3 - 1.9).requires_grad_()
        weight = torch.rand(12, dtype=torch.float64) if weighted else None
        assert torch.autograd.gradcheck(partial(FORMS[form], labels=labels, weight=weight), (logits,))

    def test_needs_few_pixels_late_in_training(self, form, monkeypatch):
        labels = torch.zeros(1000, dtype=torch.long)
        labels[:30] = 1
        logits = torch.linspace(-9, -4, 1000)
        logits[:30] = 2.0
        logits[30:40] = 0.0
        value, _ = sort_everything(form, logits, labels)
        sorted_pixels = []
        sort = torch.sort
        monkeypatch.setattr(torch, 'sort', lambda x, **kw: sorted_pixels.append(len(x)) or sort(x, **kw))
        assert FORMS[form](logits, labels).item() == pytest.approx(value, abs=1e-7)
        assert sorted_pixels == ([40] if form == 'sigmoid' else [10])


class TestOtherLibraries:
    def test_hinge_of_segmentation_models_pytorch(self, batch):
        smp = pytest.importorskip('segmentation_models_pytorch')
        logits, labels = batch
        labels = labels.clone()
        labels[:, :2] = 255
        theirs = smp.losses.LovaszLoss(mode='binary', per_image=False, ignore_index=255)
        self.check(lambda z: lovasz_hinge(z, labels), lambda z: theirs(z, labels), logits)

    def test_sigmoid_of_segmentation_models_pytorch(self, batch):
        pytest.importorskip('segmentation_models_pytorch')
        from segmentation_models_pytorch.losses.lovasz import _lovasz_softmax

        logits, labels = batch
        labels = labels.clone()
        labels[:, :2] = 255
        self.check(
            lambda z: lovasz_sigmoid(z, labels),
            lambda z: _lovasz_softmax(z.sigmoid(), labels, classes=[1], ignore=255),
            logits,
        )

    def test_hinge_of_kornia(self, batch):
        kornia = self.import_kornia()
        logits, labels = batch
        self.check(
            lambda z: lovasz_hinge(z[:1], labels[:1]),
            lambda z: kornia.losses.lovasz_hinge_loss(z[:1, None], labels[:1]),
            logits,
        )

    def test_sigmoid_of_kornia(self, batch):
        kornia = self.import_kornia()
        logits, labels = batch

        def theirs(
            z,
        ):  # the softmax of (0, z) is the sigmoid; of its mean over classes only the plate is kept
            stacked = torch.stack([torch.zeros_like(z), z], dim=1)[:1]
            return kornia.losses.lovasz_softmax_loss(stacked, labels[:1], weight=z.new_tensor([0.0, 2.0]))

        self.check(lambda z: lovasz_sigmoid(z[:1], labels[:1]), theirs, logits)

    @staticmethod
    def import_kornia():
        # Before it is imported: some versions do not load on PyTorch 2.1.
        if find_spec('kornia') and parse(version('kornia')) < parse('0.9.0'):
            pytest.skip(f'the Lovász losses of kornia {version("kornia")} are wrong, 0.9.0 is needed')
        return pytest.importorskip('kornia')

    @staticmethod
    def check(ours, theirs, logits):
        loss, gradient = value_and_gradient(ours, logits)
        their_loss, their_gradient = value_and_gradient(theirs, logits)
        assert loss.item() == pytest.approx(their_loss.item(), abs=1e-6)
        torch.testing.assert_close(gradient, their_gradient, rtol=0, atol=1e-6)
        assert gradient.abs().max() > 1e-4


@pytest.mark.parametrize('form', FORMS)
class TestWeights:
    def test_equals_the_weighted_choquet_integral(self, form, batch):
        logits, labels = batch
        weight = torch.rand(labels.shape, dtype=torch.float64) * 3
        expected = choquet_integral(
            errors_of(form, logits.double(), labels).flatten(), labels.flatten(), weight.flatten()
        )
        assert FORMS[form](logits.double(), labels, weight=weight).item() == pytest.approx(
            expected, abs=1e-12
        )

    def test_integer_weights_repeat_pixels(self, form, batch):
        logits, labels = batch
        weight = torch.randint(0, 4, labels.shape)
        loss, gradient = value_and_gradient(lambda z: FORMS[form](z, labels, weight=weight), logits.double())

        def repeated(z):
            return FORMS[form](
                z.flatten().repeat_interleave(weight.flatten()),
                labels.flatten().repeat_interleave(weight.flatten()),
            )

        expected_loss, expected_gradient = value_and_gradient(repeated, logits.double())
        assert loss.item() == pytest.approx(expected_loss.item(), abs=1e-12)
        torch.testing.assert_close(gradient, expected_gradient, rtol=0, atol=1e-12)

    def test_only_proportions_matter(self, form, batch):
        logits, labels = batch
        weight = torch.rand(labels.shape) + 0.1
        loss = FORMS[form](logits, labels, weight=weight)
        torch.testing.assert_close(FORMS[form](logits, labels, weight=weight * 1e6), loss)
        torch.testing.assert_close(
            FORMS[form](logits, labels, weight=torch.full_like(weight, 7.0)), FORMS[form](logits, labels)
        )

    def test_extreme_weights_stay_finite(self, form, batch):
        logits, labels = batch
        weight = 10.0 ** torch.randint(-37, 38, labels.shape)
        loss, gradient = value_and_gradient(lambda z: FORMS[form](z, labels, weight=weight), logits)
        assert loss.isfinite()
        assert gradient.isfinite().all()


@pytest.mark.parametrize('form', FORMS)
class TestCornerCases:
    def test_ignored_pixels_are_as_if_cut_out(self, form, batch):
        logits, labels = batch
        labels = labels.clone()
        labels[:, 6:8] = 255
        logits = logits.clone()
        logits[:, 6:8] = float('nan')
        loss, gradient = value_and_gradient(lambda z: FORMS[form](z, labels), logits)
        kept = labels != 255
        expected, expected_gradient = value_and_gradient(lambda z: FORMS[form](z, labels[kept]), logits[kept])
        torch.testing.assert_close(loss, expected)
        torch.testing.assert_close(gradient[kept], expected_gradient)
        assert (gradient[~kept] == 0).all()

    @pytest.mark.parametrize('label', [0, 255], ids=['no plate', 'all ignored'])
    @pytest.mark.parametrize('weighted', [False, True])
    def test_nothing_to_learn_is_a_connected_zero(self, form, label, weighted):
        labels = torch.full((2, 5, 5), label)
        weight = torch.ones(2, 5, 5) if weighted else None
        loss, gradient = value_and_gradient(
            lambda z: FORMS[form](z, labels, weight=weight), torch.randn(2, 5, 5)
        )
        assert loss.item() == 0
        assert (gradient == 0).all()

    def test_all_weights_zero_and_no_pixels_at_all(self, form):
        for shape, label in (((4,), 1), ((0,), 0)):
            labels = torch.full(shape, label)
            loss, gradient = value_and_gradient(
                lambda z, y=labels: FORMS[form](z, y, weight=torch.zeros(y.shape)), torch.randn(shape)
            )
            assert loss.item() == 0
            assert (gradient == 0).all()

    def test_absent_class_by_its_largest_error(self, form):
        logits = torch.tensor([-2.0, 0.5, -0.5, 3.0])
        labels = torch.tensor([0, 0, 0, 255])
        function = partial(FORMS[form], labels=labels, class_absent='max_error')
        loss, gradient = value_and_gradient(function, logits)
        error = errors_of(form, logits, labels)[1]
        torch.testing.assert_close(loss, error)
        assert (gradient != 0).tolist() == [False, True, False, False]
        assert loss.item() == pytest.approx(choquet_integral(errors_of(form, logits, labels)[:3], labels[:3]))
        loss, gradient = value_and_gradient(
            lambda z: FORMS[form](z, torch.full((4,), 255), class_absent='max_error'), logits
        )
        assert loss.item() == 0
        assert (gradient == 0).all()

    def test_only_plate_pixels(self, form):
        logits = torch.tensor([0.3, -0.6, 0.1])
        labels = torch.ones(3, dtype=torch.long)
        torch.testing.assert_close(FORMS[form](logits, labels), errors_of(form, logits, labels).mean())

    def test_one_pixel(self, form):
        for label in (0, 1):
            logits, labels = torch.tensor([0.25]), torch.tensor([label])
            loss = FORMS[form](logits, labels, class_absent='max_error')
            torch.testing.assert_close(loss, errors_of(form, logits, labels)[0])

    @pytest.mark.parametrize('extreme', [float('inf'), 3e38, 200.0])
    def test_never_nan(self, form, extreme):
        torch.manual_seed(0)
        labels = torch.tensor([1, 0] * 8)  # the last is background: it adds 0 times an infinite error
        for logits in (
            extreme * (1 - 2.0 * labels),  # all wrong
            extreme * (2.0 * labels - 1),  # all right
            torch.where(torch.rand(16) < 0.5, extreme, -extreme),
            torch.where(torch.rand(16) < 0.5, torch.randn(16), -extreme),
        ):
            for weight in (None, torch.rand(16)):
                loss, gradient = value_and_gradient(
                    lambda z, w=weight: FORMS[form](z, labels, weight=w), logits
                )
                assert not loss.isnan()
                assert gradient.isfinite().all()
        right = FORMS[form](extreme * (2.0 * labels - 1), labels)
        assert right.item() == 0

    def test_a_diverged_network_is_seen(self, form):
        labels = torch.tensor([1, 0, 0, 0])
        for position in range(4):
            logits = torch.tensor([3.0, -3.0, -3.0, 1.0])
            logits[position] = float('nan')
            assert math.isnan(FORMS[form](logits, labels).item())

    @pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
    def test_half_precision_is_computed_in_float32(self, form, dtype, batch):
        logits, labels = batch[0].to(dtype), batch[1]
        loss, gradient = value_and_gradient(lambda z: FORMS[form](z, labels), logits)
        expected, expected_gradient = value_and_gradient(lambda z: FORMS[form](z, labels), logits.float())
        assert loss.dtype == torch.float32
        assert loss.item() == expected.item()
        assert gradient.dtype == dtype
        torch.testing.assert_close(gradient, expected_gradient.to(dtype))

    @pytest.mark.parametrize('dtype', [torch.uint8, torch.int32, torch.bool])
    def test_label_dtypes(self, form, dtype, batch):
        logits, labels = batch
        assert FORMS[form](logits, labels.to(dtype)).item() == FORMS[form](logits, labels).item()

    def test_order_of_pixels_and_memory_does_not_matter(self, form, batch):
        logits, labels = batch
        loss = FORMS[form](logits.double(), labels)
        mirrored = FORMS[form](logits.double().transpose(1, 2).flip(0), labels.transpose(1, 2).flip(0))
        torch.testing.assert_close(mirrored, loss)


@pytest.mark.parametrize('form', FORMS)
class TestErrors:
    logits = torch.zeros(2, 3)
    labels = torch.tensor([[0, 1, 255], [0, 0, 0]])

    @pytest.mark.parametrize(
        ('change', 'message'),
        [
            (dict(logits=torch.zeros(2, 3).long()), 'logits must be floating point'),
            (dict(labels=torch.zeros(2, 3)), r'pass labels\.long\(\)'),
            (dict(labels=torch.zeros(3, 2).long()), r'labels must have the shape of logits, \(2, 3\)'),
            (dict(weight=torch.ones(3)), 'weight must have the shape of logits'),
            (dict(weight=torch.full((2, 3), -1.0)), 'finite and at least 0'),
            (dict(weight=torch.full((2, 3), float('nan'))), 'finite and at least 0'),
            (dict(ignore_index=128), r'ignore_index=128, got also \[255\]'),
            (dict(ignore_index=None), r'got also \[255\]'),
            (dict(labels=torch.tensor([[0, 1, 2], [-1, 0, 0]])), r'got also \[-1, 2\]'),
            (dict(ignore_index=0), 'ignore_index must not be a label'),
            (dict(class_absent='skip'), 'class_absent must be one of'),
        ],
    )
    def test_say_what_to_do(self, form, change, message):
        with pytest.raises(ValueError, match=message):
            FORMS[form](**{'logits': self.logits, 'labels': self.labels, **change})
