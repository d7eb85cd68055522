"""The parts of ``graphics_card.py``, each for a process of its own: it may fail, hang or fill the memory."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from mmlp.cli.command import command, loading

with loading(__name__):
    import numpy as np
    import torch
    from _flagship import CONFIGS, build_original, build_ours, load_config, settle
    from mmengine.config import Config
    from mmseg.apis import inference_model, init_model
    from train_step import make_batch, make_our_step

    from mmlp.checkpoints import as_toolbox_checkpoint, convert_torchvision_deeplabv3, write_checkpoint
    from mmlp.processes import end_with_input
    from mmlp.weights import resolve_weights

ROOT = Path(__file__).resolve().parents[3]
#: Largest difference of a probability, and of a score of 0 to 1, between two devices.
TOLERANCE = 1e-3
#: Names of steps: memory layout, precision, compiled. Each on top of the one before.
STEPS = {
    'float32': (False, False, False),
    'channels last': (True, False, False),
    'channels last, mixed precision': (True, True, False),
    'channels last, mixed precision, compiled': (True, True, True),
}
#: TF32, of which a card's convolutions are made otherwise, has too few digits to compare by.
_EXACT = {'NVIDIA_TF32_OVERRIDE': '0'}
_HIDDEN = {'CUDA_VISIBLE_DEVICES': ''}


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is measured.

    Attributes:
        device (str): 'cuda' or 'cpu'.
        data_root (str): Folder of a data set in the layout of ``LicensePlateDataset``.
        out_dir (str): Where a part may write.
        depth (str): Layers of the flagship's ResNet.
        rounds (int): Training steps that are timed.
        size (int): Side of their crops in pixels.
        batch (int): Number of their crops.
        iterations (int): Of the training.
        images (int): Pictures on which the devices are compared.
        short_side (int, optional): Their shorter side in pixels; None for what the configs say.
    """

    device: str
    data_root: str
    out_dir: str
    depth: str = '101'
    rounds: int = 10
    size: int = 480
    batch: int = 4
    iterations: int = 200
    images: int = 8
    short_side: int | None = None


Rows = list[dict[str, Any]]


def run_tests(settings: Settings) -> Rows:
    """Runs the tests marked for CUDA; without a card they are skipped."""
    report = Path(settings.out_dir, 'tests.xml')
    _call(
        [sys.executable, '-m', 'pytest', '-q', '-m', 'cuda', '--junitxml', str(report), str(ROOT / 'tests')]
    )
    suite = next(ElementTree.parse(report).iter('testsuite'))
    total, skipped = int(suite.get('tests')), int(suite.get('skipped'))
    if settings.device == 'cuda' and (skipped or not total):
        raise RuntimeError(f'{skipped} of {total} tests were skipped, although there is a card')
    return [{'passed': total - skipped, 'skipped': skipped}]


def measure_steps(settings: Settings) -> Rows:
    """Times a training step of the flagship, one way after the other."""
    rows: Rows = []
    for name, options in STEPS.items():
        row: dict[str, Any] = {'step': name}
        try:
            row |= _measure_step(settings, *options)
            row['times as fast'] = rows[0]['seconds'] / row['seconds'] if rows else 1.0
        except Exception as error:  # A compiler may be missing, memory may not suffice: the others go on.
            row['failed'] = f'{type(error).__name__}: {error}'[:200]
        rows.append(row)
        print(row, flush=True)
    if 'failed' in rows[0]:
        raise RuntimeError(rows[0]['failed'])
    return rows


def _measure_step(settings: Settings, channels_last: bool, mixed: bool, compiled: bool) -> dict[str, Any]:
    on_card = settings.device == 'cuda'
    torch.manual_seed(0)
    images, labels = make_batch(settings.size, settings.batch)
    cfg = load_config(settings.depth, settings.size)
    segmentor = build_ours(cfg, build_original(settings.depth)).to(settings.device)
    if channels_last:
        segmentor.to(memory_format=torch.channels_last)
    if mixed and on_card:
        cfg.optim_wrapper.update(type='AmpOptimWrapper', loss_scale='dynamic')
    elif mixed:  # The toolbox's wrapper asks for a card.
        segmentor.forward = torch.autocast('cpu', torch.bfloat16)(segmentor.forward)
    if compiled:
        segmentor.backbone.compile()
        for head in (segmentor.decode_head, segmentor.auxiliary_head):
            head.forward = torch.compile(head.forward)
    step = make_our_step(segmentor, cfg.optim_wrapper, images, labels)
    losses = [step() for _ in range(2)]  # warm-up, in which kernels are chosen and compiled
    if on_card:
        torch.cuda.reset_peak_memory_stats()
    times = []
    for _ in range(settings.rounds):
        started = time.perf_counter()
        losses.append(step())  # It waits for the loss.
        times.append(time.perf_counter() - started)
    if not np.isfinite(losses).all():
        raise RuntimeError(f'the losses are {losses}')
    result = {'seconds': statistics.median(times), 'last loss': losses[-1]}
    return result | ({'peak MiB': torch.cuda.max_memory_allocated() / 2**20} if on_card else {})


def train(settings: Settings) -> Rows:
    """Trains the flagship from random weights by ``tools/train.py``, on a card with ``--amp``."""
    work_dir = Path(settings.out_dir, 'train', f'{time.time_ns()}')
    work_dir.mkdir(parents=True)
    config, size = work_dir / 'config.py', settings.size
    config.write_text(
        f"""_base_ = [{str(CONFIGS[settings.depth])!r}]
crop_size = ({size}, {size})
model = dict(
    data_preprocessor=dict(size=crop_size), backbone=dict(init_cfg=None), auxiliary_head=dict(init_cfg=None)
)
train_cfg = dict(
    _delete_=True, type='IterBasedTrainLoop', max_iters={settings.iterations}, val_interval=10**9
)
param_scheduler = dict(
    _delete_=True, type='PolyLR', eta_min=0.0, power=0.9, end={settings.iterations}, by_epoch=False
)
default_hooks = dict(
    logger=dict(interval=1, log_metric_by_epoch=False),
    checkpoint=dict(by_epoch=False, interval=10**9, save_best=None, save_last=False),
)
log_processor = dict(by_epoch=False, window_size=1)
train_dataloader = dict(batch_size={settings.batch})
""",
        encoding='utf-8',
    )
    options = [
        f'train_dataloader.dataset.pipeline.9.crop_size=({size},{size})',
        'train_dataloader.num_workers=4',
    ]
    arguments = [sys.executable, str(ROOT / 'tools' / 'train.py'), str(config), '--work-dir', str(work_dir)]
    amp = ['--amp'] if settings.device == 'cuda' else []
    _call(
        [*arguments, '--data-root', settings.data_root, *amp, '--cfg-options', *options], _device_of(settings)
    )
    (scalars,) = work_dir.glob('*/vis_data/scalars.json')
    lines = [json.loads(line) for line in scalars.read_text(encoding='utf-8').splitlines()]
    losses, times = ([line[key] for line in lines if 'loss' in line] for key in ('loss', 'time'))
    if len(losses) != settings.iterations or not np.isfinite(losses).all():
        raise RuntimeError(f'{len(losses)} losses, the last of them {losses[-3:]}')
    part = max(len(losses) // 10, 1)
    return [
        {
            'iterations': len(losses),
            'loss, first tenth': statistics.mean(losses[:part]),
            'loss, last tenth': statistics.mean(losses[-part:]),
            'seconds an iteration': statistics.median(times),
            'peak MiB': max(line.get('memory', 0) for line in lines),
        }
    ]


def compare_metrics(settings: Settings) -> Rows:
    """Compares what ``tools/test.py`` finds on the device and on the CPU."""
    rows = []
    for name, config, checkpoint in _networks(settings):
        places = (_device_of(settings) | _EXACT, _HIDDEN)
        found = [_metrics(settings, config, checkpoint, place) for place in places]
        rows.append(_differences(name, 'metrics of test.py, of 1', found))
    return rows


def _metrics(settings: Settings, config: str, checkpoint: str, environment: dict[str, str]) -> np.ndarray:
    work_dir = Path(settings.out_dir, 'test', f'{time.time_ns()}')
    arguments = [
        sys.executable,
        str(ROOT / 'tools' / 'test.py'),
        config,
        checkpoint,
        '--work-dir',
        str(work_dir),
    ]
    options = [f'test_dataloader.dataset.indices={settings.images}']
    if settings.short_side:
        options.append(f'test_dataloader.dataset.pipeline.1.scale=(100000,{settings.short_side})')
    _call([*arguments, '--data-root', settings.data_root, '--cfg-options', *options], environment)
    (file,) = work_dir.glob('*/*.json')
    metrics = json.loads(file.read_text(encoding='utf-8'))
    return np.array([value / 100 for key, value in sorted(metrics.items()) if 'time' not in key])


def compare_inference(settings: Settings) -> Rows:
    """Compares the probabilities of ``inference_model`` on the device and on the CPU."""
    torch.backends.cudnn.allow_tf32 = False
    files = sorted(Path(settings.data_root, 'val', 'images').iterdir())[: settings.images]
    rows = []
    for name, config, checkpoint in _networks(settings):
        found = []
        for device in (settings.device, 'cpu'):
            cfg = Config.fromfile(config)
            if settings.short_side:
                cfg.test_pipeline[1].scale = (100_000, settings.short_side)
            model = init_model(cfg, checkpoint, device=device)
            results = [inference_model(model, str(file)) for file in files]
            found.append(np.concatenate([result.seg_logits.data.cpu().numpy().ravel() for result in results]))
        rows.append(_differences(name, 'probabilities of inference_model', found))
    return rows


def _networks(settings: Settings) -> list[tuple[str, str, str]]:
    """Names, configs and checkpoints: the weights that ship, and the flagship with random ones."""
    small = ('lp_fpn_lite0', str(ROOT / 'configs' / 'lp_fpn_lite0.py'), str(resolve_weights('lp_fpn_lite0')))
    checkpoint = Path(settings.out_dir, f'flagship_r{settings.depth}.pth')
    if not checkpoint.exists():
        torch.manual_seed(0)
        original = build_original(settings.depth)
        settle(original, torch.randn(2, 3, 240, 240))
        write_checkpoint(
            as_toolbox_checkpoint(convert_torchvision_deeplabv3(original.state_dict())), checkpoint
        )
    return [small, (f'R{settings.depth}, random weights', str(CONFIGS[settings.depth]), str(checkpoint))]


def _differences(name: str, what: str, found: list[np.ndarray]) -> dict[str, Any]:
    first, second = found
    if first.shape != second.shape:
        raise RuntimeError(f'{name}: {first.shape} {what} on the device and {second.shape} on the CPU')
    largest = float(np.nanmax(np.abs(first - second)))
    if not largest <= TOLERANCE or (np.isnan(first) != np.isnan(second)).any():
        raise RuntimeError(f'{name}: {what} differ by {largest:g}, more than {TOLERANCE:g}')
    return {'network': name, 'compared': what, 'number': int(first.size), 'largest difference': largest}


def _device_of(settings: Settings) -> dict[str, str]:
    return {} if settings.device == 'cuda' else _HIDDEN


def _call(arguments: list[str], environment: dict[str, str] | None = None) -> None:
    subprocess.run(arguments, env=os.environ | (environment or {}), check=True, cwd=ROOT)


PARTS: dict[str, Callable[[Settings], Rows]] = {
    'tests': run_tests,
    'step': measure_steps,
    'test': compare_metrics,
    'inference': compare_inference,
    'train': train,
}


def main() -> None:
    """Runs one part: ``_card_parts.py PART SETTINGS.json RESULT.json``."""
    end_with_input()
    name, settings, result = sys.argv[1:]
    rows = PARTS[name](Settings(**json.loads(Path(settings).read_text(encoding='utf-8'))))
    Path(result).write_text(json.dumps(rows), encoding='utf-8')


if __name__ == '__main__':
    command(main)
