"""The toolbox loads files without running what is in them, and honest runs go on."""

import pytest
import torch
from helpers.hostile_files import Trap, save
from mmengine.model import BaseModel
from mmengine.runner import Runner, load_checkpoint
from torch import nn

import mmlp.checkpoints  # noqa: F401


class Line(BaseModel):
    """The smallest thing that a runner trains."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, inputs, data_samples=None, mode='tensor'):
        return {'loss': (self.weight - 1).square().sum()}


def run(folder, epochs, resume=False):
    runner = Runner(
        Line(),
        str(folder),
        train_dataloader=dict(
            dataset=[dict(inputs=torch.zeros(1))] * 4, batch_size=2, sampler=dict(type='DefaultSampler')
        ),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1, momentum=0.9)),
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', interval=1)),
        resume=resume,
        experiment_name=f'run_{epochs}_{resume}',
    )
    runner.train()
    return runner


def test_an_honest_run_goes_on_as_if_it_had_not_stopped(tmp_path):
    whole = run(tmp_path / 'whole', 3)
    run(tmp_path / 'parts', 2)
    resumed = run(tmp_path / 'parts', 3, resume=True)
    assert torch.equal(resumed.model.weight, whole.model.weight)
    assert resumed.iter == whole.iter == 6
    buffers = [runner.message_hub.get_scalar('train/loss').data[0].tolist() for runner in (resumed, whole)]
    assert buffers[0] == buffers[1] and len(buffers[0]) == 6


@pytest.mark.parametrize('place', ['meta', 'optimizer', 'message_hub', 'whole file'])
def test_a_trap_does_not_spring(place, tmp_path):
    run(tmp_path, 1)
    path = tmp_path / 'epoch_1.pth'
    content = torch.load(path, weights_only=False)
    trap = Trap(tmp_path / 'trapped')
    if place == 'whole file':
        content = trap
    else:
        content[place]['trap'] = trap
    save(content, path)
    if place == 'whole file':
        with pytest.raises(ValueError, match='expected a dict of weights'):
            load_checkpoint(Line(), str(path))
    else:
        load_checkpoint(Line(), str(path))
        run(tmp_path, 2, resume=True)
    assert not (tmp_path / 'trapped').exists()


def test_the_config_of_an_old_run_is_not_executed_on_resuming(tmp_path):
    run(tmp_path, 1)
    path = tmp_path / 'epoch_1.pth'
    content = torch.load(path, weights_only=False)
    content['meta']['config'] = f'import os\nos.mkdir({str(tmp_path / "trapped")!r})'
    save(content, path)
    run(tmp_path, 2, resume=True)
    assert not (tmp_path / 'trapped').exists()
