"""Tests a segmenter on the config's test data.

    mmlp test lp_deeplabv3_r101 work_dirs/lp_deeplabv3_r101/best_plate_iou_epoch_250.pth
    mmlp test lp_fpn_lite0 lp_fpn_lite0 --data-root data/plates

Prints the table of PlateMetric. --out-dir writes the predicted masks, --show-dir the pictures with annotation
and prediction side by side, --tta averages over three sizes and mirrored pictures.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmlp.weights import resolve_weights

from .command import answers_mistakes, loading
from .options import add_config, add_config_options, add_launcher, add_out_dir, add_plate_values, tell_rank
from .parser import Parser
from .run_configs import find_run_config, read_config

if TYPE_CHECKING:
    from mmengine.config import Config

KEPT = 'the figures are not complete and were not written; start it again'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('test', __doc__)
    add_config(parser)
    parser.add_argument('checkpoint', help='checkpoint file, or the name of weights that come with mmlp')
    parser.add_argument('--work-dir', metavar='FOLDER', help='folder for the log and the figures as JSON')
    add_config_options(parser)
    add_plate_values(parser)
    add_out_dir(parser, 'folder for the predicted masks, NAME.png with 0 and 255')
    parser.add_argument('--show', action='store_true', help='show every result in a window')
    parser.add_argument('--show-dir', metavar='FOLDER', help='folder for pictures of the results')
    parser.add_argument('--wait-time', type=float, default=2, help='seconds a window of --show stays')
    parser.add_argument('--tta', action='store_true', help='test-time augmentation')
    add_launcher(parser)
    return parser.parse_args(argv)


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
    if args.out_dir:
        evaluators = cfg.test_evaluator if isinstance(cfg.test_evaluator, list) else [cfg.test_evaluator]
        for evaluator in evaluators:
            if evaluator.type == 'PlateMetric':
                evaluator.output_dir = str(args.out_dir)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command; returns its exit code."""
    args = parse_args(argv)
    find_run_config(args)
    tell_rank(args)
    if '://' not in args.checkpoint:
        args.checkpoint = str(resolve_weights(args.checkpoint))
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('testing runs on PyTorch and MMSegmentation')
        from mmlp.engine import ConciseRunner, config_mistakes
    with config_mistakes():
        cfg = read_config(args, args.work_dir, args.launcher)
        apply_options(cfg, args)
        runner = ConciseRunner.from_cfg(cfg)
    runner.test()
    return 0
