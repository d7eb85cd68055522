"""Overfit a config's network on a few fixed crops, without augmentation.

A network, a loss and masks that belong together learn sixteen crops by heart. Where they do not, the fault is
not in the amount of data: try this before a long training, and after a change of network, loss or masks.

Examples:
    The flagship on 16 pictures, for two hours at most:

        python tools/analysis_tools/overfit.py configs/lp_deeplabv3_r101.py --max-minutes 120

    Without weights to begin with, where there is no network connection:

        python tools/analysis_tools/overfit.py configs/lp_deeplabv3_r50.py --from-scratch \
            --cfg-options optim_wrapper.optimizer.lr=0.01

The exit status is 0 when the loss is halved and the plate IoU on the crops has reached --plate-iou, else 1.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import answers_mistakes, command, loading

with loading(__name__):
    import torch
    from mmengine.config import Config, ConfigDict, DictAction
    from mmengine.dataset import pseudo_collate
    from mmengine.evaluator import Evaluator
    from mmengine.logging import MMLogger
    from mmengine.optim import OptimWrapper, build_optim_wrapper
    from mmengine.registry import init_default_scope
    from mmengine.runner import set_random_seed
    from mmseg.registry import DATASETS, MODELS
    from mmseg.structures import SegDataSample
    from torch import nn
    from torch.utils.data import DataLoader, Dataset

    from mmlp.datasets import DatasetError
    from mmlp.engine import load_run_config
    from mmlp.files import write_json


@dataclass
class Result:
    """What came of it.

    Attributes:
        config (str): The config file.
        num_pictures (int): Crops, one of each picture.
        crop_size (int): Their height and width in pixels.
        learning_rate (float): It stays the same.
        iterations (int): Of batches that were trained on.
        minutes (float): Wall-clock time.
        first_loss (float): Mean of the first pass over the crops.
        last_loss (float): Mean of the last pass.
        plate_iou (float): Plate IoU on the crops in per cent, as validation measures it.
        reached (bool): Whether the loss is halved and the plate IoU is what was asked for.
    """

    config: str
    num_pictures: int
    crop_size: int
    learning_rate: float
    iterations: int = 0
    minutes: float = 0.0
    first_loss: float = math.nan
    last_loss: float = math.nan
    plate_iou: float = 0.0
    reached: bool = False


class FixedCrops(Dataset):
    """Crops of the first pictures of a config's training set, each around a plate of its own, drawn once.

    Args:
        dataset_cfg: The data set, whose pipeline is replaced.
        num_pictures: How many pictures.
        crop_size: Height and width of a crop in pixels.
        seed: Decides where the crops lie.

    Raises:
        DatasetError: The data set cannot be read, or has fewer pictures.
    """

    def __init__(self, dataset_cfg: ConfigDict, num_pictures: int, crop_size: int, seed: int) -> None:
        pipeline = [
            dict(type='LoadImageFromFile'),
            dict(type='LoadPlateAnnotations'),
            dict(type='RandomPlateCrop', crop_size=crop_size, plate_prob=1.0),
            dict(type='PackSegInputs'),
        ]
        dataset = DATASETS.build({**dataset_cfg, 'pipeline': pipeline})
        if len(dataset) < num_pictures:
            raise DatasetError(f'{num_pictures} pictures wanted, the training set has {len(dataset)}')
        set_random_seed(seed)
        self._samples = [dataset[index] for index in range(num_pictures)]
        for sample in self._samples:  # The crop is the picture now: predictions are resized to its size.
            sample['data_samples'].set_metainfo({'ori_shape': (crop_size, crop_size)})

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor | SegDataSample]:
        return copy.deepcopy(self._samples[index])  # Models write into the samples.


def overfit(cfg: Config, args: argparse.Namespace) -> Result:
    """Trains until the aim is reached or the time is over.

    Args:
        cfg: Config of the run.
        args: As :func:`parse_args` reads them.

    Returns:
        What came of it.

    Raises:
        DatasetError: The data cannot be used.
    """
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    crops = FixedCrops(cfg.train_dataloader.dataset, args.num_pictures, args.crop_size, args.seed)
    batch_size = min(cfg.train_dataloader.batch_size, len(crops))
    loader = DataLoader(crops, batch_size, shuffle=True, drop_last=True, collate_fn=pseudo_collate)
    cfg.model.data_preprocessor.size = (args.crop_size, args.crop_size)
    if args.from_scratch:
        _forget_weights(cfg.model)
    model = MODELS.build(cfg.model)
    model.init_weights()
    model.to(device)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    evaluator = Evaluator(cfg.val_evaluator)
    result = Result(args.config, len(crops), args.crop_size, optimizer.param_groups[0]['lr'])
    started = time.monotonic()
    for epoch in itertools.count(1):
        loss = math.fsum(_losses(model, loader, optimizer)) / len(loader)
        result.iterations += len(loader)
        result.minutes = (time.monotonic() - started) / 60
        result.last_loss = loss
        if epoch == 1:
            result.first_loss = loss
        is_over = result.minutes >= args.max_minutes
        if epoch % args.val_interval == 0 or is_over:
            result.plate_iou = _plate_iou(model, crops, evaluator)
            result.reached = loss <= result.first_loss / 2 and result.plate_iou >= args.plate_iou
            print(
                f'{result.iterations} iterations, {result.minutes:.1f} minutes: loss {loss:.4f} '
                f'(first {result.first_loss:.4f}), plate IoU {result.plate_iou:.2f}',
                flush=True,
            )
        if result.reached or is_over:
            return result


def _losses(model: nn.Module, loader: DataLoader, optimizer: OptimWrapper) -> Iterator[float]:
    model.train()
    for batch in loader:
        yield float(model.train_step(batch, optimizer)['loss'].detach())


@torch.no_grad()
def _plate_iou(model: nn.Module, crops: FixedCrops, evaluator: Evaluator) -> float:
    model.eval()
    for index in range(len(crops)):
        batch = pseudo_collate([crops[index]])
        evaluator.process(data_samples=model.val_step(batch), data_batch=batch)
    return float(evaluator.evaluate(len(crops))['plate_iou'])


def _forget_weights(model: ConfigDict) -> None:
    """Takes out what loads weights: the toolbox's own initialisation holds."""
    for part in (model, model.backbone, model.decode_head, model.get('auxiliary_head')):
        init = part and part.get('init_cfg')
        if init and init.get('type') == 'Pretrained':
            del part['init_cfg']


def parse_args(argv: list[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('--data-root', help="folder of the data, in place of the config's")
    parser.add_argument('--num-pictures', type=int, default=16, metavar='N', help='how many (default: 16)')
    parser.add_argument(
        '--crop-size', type=int, default=240, metavar='PIXELS', help='side of the crops (default: 240)'
    )
    parser.add_argument('--plate-iou', type=float, default=80.0, metavar='PERCENT', help='aim (default: 80)')
    parser.add_argument(
        '--max-minutes', type=float, default=120.0, metavar='M', help='time at most (default: 120)'
    )
    parser.add_argument(
        '--val-interval', type=int, default=5, metavar='N', help='passes between validations (default: 5)'
    )
    parser.add_argument('--from-scratch', action='store_true', help='load no weights to begin with')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--output', type=Path, metavar='FILE', help='JSON file for the result')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, metavar='KEY=VALUE')
    args = parser.parse_args(argv)
    for name in ('num_pictures', 'crop_size', 'max_minutes', 'val_interval'):
        if getattr(args, name) <= 0:
            parser.error(f'--{name.replace("_", "-")} must be greater than 0, got {getattr(args, name)}')
    return args


@answers_mistakes
def main(argv: list[str] | None = None) -> int:
    """Overfits."""
    args = parse_args(argv)
    cfg = load_run_config(args.config, data_root=args.data_root, cfg_options=args.cfg_options)
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    MMLogger.get_current_instance().setLevel('WARNING')  # Of every validation one line is enough.
    result = overfit(cfg, args)
    if args.output:
        write_json(args.output, asdict(result), indent=1)
    outcome = 'learned by heart' if result.reached else 'not learned'
    losses = f'loss {result.first_loss:.4f} to {result.last_loss:.4f}'
    print(f'{outcome}: {losses}, plate IoU {result.plate_iou:.2f}')
    return 0 if result.reached else 1


if __name__ == '__main__':
    command(main, 'nothing was written')
