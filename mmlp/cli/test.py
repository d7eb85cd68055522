"""Tests a segmenter on the config's test data.

    python tools/test.py configs/lp_deeplabv3_r101.py work_dirs/lp_deeplabv3_r101/best_plate_iou_epoch_250.pth

Prints the table of PlateMetric. --out writes the predicted masks, --show-dir the pictures with annotation
and prediction side by side, --tta averages over three sizes and mirrored pictures.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from _command import command, loading

with loading(__name__):
    from mmengine.config import Config, DictAction

    from mmlp.datasets.mask_rule import PLATE_VALUES_HELP, plate_value_argument
    from mmlp.engine import ConciseRunner, load_run_config


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config', help='config file')
    parser.add_argument('checkpoint', help='checkpoint file')
    parser.add_argument('--work-dir', help='folder for the log and the figures as JSON')
    parser.add_argument('--data-root', help="folder of the data, in place of the config's")
    parser.add_argument(
        '--plate-values', nargs='+', type=plate_value_argument, metavar='V', help=PLATE_VALUES_HELP
    )
    parser.add_argument('--out', help='folder for the predicted masks, NAME.png with 0 and 255')
    parser.add_argument('--show', action='store_true', help='show every result in a window')
    parser.add_argument('--show-dir', help='folder for pictures of the results')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds a window of --show stays')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=DictAction,
        metavar='KEY=VALUE',
        help='settings of the config to override; lists as key="[a,b]", without blanks',
    )
    parser.add_argument('--launcher', choices=['none', 'pytorch', 'slurm', 'mpi'], default='none')
    parser.add_argument('--tta', action='store_true', help='test-time augmentation')
    parser.add_argument('--local_rank', '--local-rank', type=int, default=0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    os.environ.setdefault('LOCAL_RANK', str(args.local_rank))
    return args


def apply_options(cfg: Config, args: argparse.Namespace) -> None:
    """Writes the options that change what is tested, and what is written, into the config."""
    cfg.load_from = args.checkpoint
    if args.show or args.show_dir:
        cfg.default_hooks.visualization.draw = True
        cfg.default_hooks.visualization.show = args.show
        cfg.default_hooks.visualization.wait_time = args.wait_time
    if args.show_dir:
        cfg.visualizer.save_dir = args.show_dir
    if args.tta:
        cfg.test_dataloader.dataset.pipeline = cfg.tta_pipeline
        cfg.tta_model.module = cfg.model
        cfg.model = cfg.tta_model
    if args.out:
        evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
        for evaluator in evaluators:
            if evaluator.type == 'PlateMetric':
                evaluator.output_dir = args.out


def main() -> None:
    """Tests."""
    args = parse_args()
    if '://' not in args.checkpoint and not Path(args.checkpoint).is_file():
        raise FileNotFoundError(f'checkpoint {args.checkpoint!r} does not exist')
    cfg = load_run_config(
        args.config,
        args.work_dir,
        args.data_root,
        args.cfg_options,
        args.launcher,
        plate_values=args.plate_values,
    )
    apply_options(cfg, args)
    ConciseRunner.from_cfg(cfg).test()


if __name__ == '__main__':
    command(main, 'the figures are not complete and were not written; start it again')
