"""Several training processes on machines without CUDA."""

from __future__ import annotations

import torch
import torch.distributed as dist
from mmengine.config import Config


def prepare_cpu_distributed(cfg: Config) -> None:
    """Makes a config with a launcher run on the CPU, over gloo.

    The toolbox takes CUDA for granted there: it sets a CUDA device before it joins the process group, and
    hands device numbers to ``DistributedDataParallel``, which refuses them for a model on the CPU. With a
    CUDA device present, or without a launcher, the config is left as it is.

    Args:
        cfg: A runner's config with ``launcher`` set. ``env_cfg.dist_cfg`` and ``model_wrapper_cfg`` are
            changed in place.
    """
    if cfg.get('launcher', 'none') == 'none' or torch.cuda.is_available():
        return
    cfg.env_cfg.dist_cfg = dict(backend='gloo')
    wrapper = dict(type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False)
    cfg.model_wrapper_cfg = {**wrapper, **(cfg.get('model_wrapper_cfg') or {})}
    if not dist.is_initialized():
        dist.init_process_group('gloo')
