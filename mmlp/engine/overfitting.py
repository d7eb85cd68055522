"""Learning a few fixed crops by heart: what a network, a loss and masks that belong together do."""

from __future__ import annotations

import copy
import itertools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from mmengine.config import Config, ConfigDict
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import Evaluator
from mmengine.optim import OptimWrapper, build_optim_wrapper
from mmengine.runner import set_random_seed
from mmseg.registry import DATASETS, MODELS
from mmseg.structures import SegDataSample
from torch import nn
from torch.utils.data import DataLoader, Dataset

from mmlp.datasets import DatasetError


@dataclass(frozen=True)
class Aim:
    """What is tried, and for how long.

    Attributes:
        num_images (int): Crops, one of each picture.
        crop_size (int): Their height and width in pixels.
        plate_iou (float): Plate IoU on the crops to reach, in per cent.
        max_minutes (float): Time at most.
        val_interval (int): Passes over the crops between validations.
        from_scratch (bool): Load no weights to begin with.
        seed (int): Decides where the crops lie.
    """

    num_images: int = 16
    crop_size: int = 240
    plate_iou: float = 80.0
    max_minutes: float = 120.0
    val_interval: int = 5
    from_scratch: bool = False
    seed: int = 0


@dataclass
class Result:
    """What came of it.

    Attributes:
        config (str): The config file.
        num_images (int): Crops, one of each picture.
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
    num_images: int
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
        num_images: How many pictures.
        crop_size: Height and width of a crop in pixels.
        seed: Decides where the crops lie.

    Raises:
        DatasetError: The data set cannot be read, or has fewer pictures.
    """

    def __init__(self, dataset_cfg: ConfigDict, num_images: int, crop_size: int, seed: int) -> None:
        pipeline = [
            dict(type='LoadImageFromFile'),
            dict(type='LoadPlateAnnotations'),
            dict(type='RandomPlateCrop', crop_size=crop_size, plate_prob=1.0),
            dict(type='PackSegInputs'),
        ]
        dataset = DATASETS.build({**dataset_cfg, 'pipeline': pipeline})
        if len(dataset) < num_images:
            raise DatasetError(f'{num_images} pictures wanted, the training set has {len(dataset)}')
        set_random_seed(seed)
        self._samples = [dataset[index] for index in range(num_images)]
        for sample in self._samples:  # The crop is the picture now: predictions are resized to its size.
            sample['data_samples'].set_metainfo({'ori_shape': (crop_size, crop_size)})

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor | SegDataSample]:
        return copy.deepcopy(self._samples[index])  # Models write into the samples.


def overfit(cfg: Config, name: str, aim: Aim) -> Result:
    """Trains until the aim is reached or the time is over.

    Args:
        cfg: Config of the run.
        name: What to call it in the result.
        aim: When to stop.

    Returns:
        What came of it.

    Raises:
        DatasetError: The data cannot be used.
    """
    device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
    crops = FixedCrops(cfg.train_dataloader.dataset, aim.num_images, aim.crop_size, aim.seed)
    batch_size = min(cfg.train_dataloader.batch_size, len(crops))
    loader = DataLoader(crops, batch_size, shuffle=True, drop_last=True, collate_fn=pseudo_collate)
    cfg.model.data_preprocessor.size = (aim.crop_size, aim.crop_size)
    if aim.from_scratch:
        _forget_weights(cfg.model)
    model = MODELS.build(cfg.model)
    model.init_weights()
    model.to(device)
    optimizer = build_optim_wrapper(model, cfg.optim_wrapper)
    evaluator = Evaluator(cfg.val_evaluator)
    result = Result(name, len(crops), aim.crop_size, optimizer.param_groups[0]['lr'])
    started = time.monotonic()
    for epoch in itertools.count(1):
        loss = math.fsum(_losses(model, loader, optimizer)) / len(loader)
        result.iterations += len(loader)
        result.minutes = (time.monotonic() - started) / 60
        result.last_loss = loss
        if epoch == 1:
            result.first_loss = loss
        is_over = result.minutes >= aim.max_minutes
        if epoch % aim.val_interval == 0 or is_over:
            result.plate_iou = _plate_iou(model, crops, evaluator)
            result.reached = loss <= result.first_loss / 2 and result.plate_iou >= aim.plate_iou
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
