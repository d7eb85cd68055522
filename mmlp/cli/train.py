"""Trains a segmenter.

    python tools/train.py configs/lp_deeplabv3_r101.py --data-root data/plates
    python tools/train.py configs/lp_deeplabv3_r101.py --resume
    bash tools/dist_train.sh configs/lp_deeplabv3_r101.py 4

Logs, curves for TensorBoard and checkpoints go to work_dirs/<name of the config>; the best checkpoint by
plate IoU is best_plate_iou_*.pth.
"""

from __future__ import annotations

import argparse
import os

from _command import command, loading

with loading(__name__):
    import torch
    from mmengine.config import Config, DictAction

    from mmlp.datasets.mask_rule import PLATE_VALUES_HELP, plate_value_argument
    from mmlp.engine import ConciseRunner, load_run_config


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('--work-dir', help='folder for logs and checkpoints')
    parser.add_argument('--data-root', help="folder of the data, in place of the config's")
    parser.add_argument(
        '--plate-values', nargs='+', type=plate_value_argument, metavar='V', help=PLATE_VALUES_HELP
    )
    parser.add_argument('--resume', action='store_true', help='go on from the newest checkpoint')
    parser.add_argument('--amp', action='store_true', help='automatic mixed precision (needs CUDA)')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='settings of the config to override, such as train_dataloader.batch_size=4; lists as '
        'key="[a,b]", without blanks',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    # Old launchers hand the rank over as an argument, torchrun in the environment.
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def enable_amp(cfg: Config) -> None:
    """Turns the optimiser wrapper into its mixed precision kind."""
    if cfg.optim_wrapper.type not in ('OptimWrapper', 'AmpOptimWrapper'):
        raise ValueError(f'--amp knows OptimWrapper, the config has {cfg.optim_wrapper.type}')
    cfg.optim_wrapper.type = 'AmpOptimWrapper'
    cfg.optim_wrapper.setdefault('loss_scale', 'dynamic')


def main() -> None:
    """Trains."""
    args = parse_args()
    cfg = load_run_config(
        args.config,
        args.work_dir,
        args.data_root,
        args.cfg_options,
        args.launcher,
        args.resume,
        args.plate_values,
    )
    if args.amp:
        enable_amp(cfg)
    if cfg.optim_wrapper.type == 'AmpOptimWrapper' and not torch.cuda.is_available():
        raise ValueError('mixed precision needs a CUDA device and none was found; train without it')
    ConciseRunner.from_cfg(cfg).train()


if __name__ == '__main__':
    command(main, 'checkpoints that were saved stay; the same command with --resume goes on from the newest')
