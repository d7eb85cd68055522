"""Trains a segmenter.

    mmlp train lp_deeplabv3_r101 --data-root data/plates
    mmlp train configs/my_plates.py --resume
    torchrun --nproc_per_node 4 -m mmlp train lp_deeplabv3_r101 --launcher pytorch

Logs, curves for TensorBoard and checkpoints go to work_dirs/<name of the config>; the best checkpoint by
plate IoU is best_plate_iou_*.pth.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .command import answers_mistakes, loading
from .options import add_config, add_config_options, add_launcher, add_plate_values, tell_rank
from .parser import Parser
from .run_configs import find_run_config, read_config

if TYPE_CHECKING:
    from mmengine.config import Config

KEPT = 'checkpoints that were saved stay; the same command with --resume goes on from the newest'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('train', __doc__)
    add_config(parser)
    parser.add_argument('--work-dir', metavar='FOLDER', help='folder for logs and checkpoints')
    add_config_options(parser)
    add_plate_values(parser)
    parser.add_argument('--resume', action='store_true', help='go on from the newest checkpoint')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision (needs CUDA)')
    add_launcher(parser)
    return parser.parse_args(argv)


def enable_amp(cfg: Config) -> None:
    """Turns the optimiser wrapper into its mixed precision kind."""
    if cfg.optim_wrapper.type not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise ValueError(f'--amp knows OptimWrapper, the config has {cfg.optim_wrapper.type}')
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    find_run_config(args)
    tell_rank(args)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('training runs on PyTorch and MMSegmentation')
        import torch

        from mmlp.engine import ConciseRunner, config_mistakes
    with config_mistakes():
        cfg = read_config(args, args.work_dir, args.launcher, args.resume)
        if args.amp:
            enable_amp(cfg)
        if cfg['optim_wrapper']['type'] == 'AmpOptimWrapper' and not torch.cuda.is_available():
            raise ValueError('mixed precision needs a CUDA device and none was found; train without it')
        length = cfg['train_cfg'].get('max_iters', cfg['train_cfg'].get('max_epochs', 1))
        if length < 1:
            raise ValueError(f'train_cfg: expected 1 or more iterations or epochs, got {length}')
        runner = ConciseRunner.from_cfg(cfg)
    runner.train()
    return 0
