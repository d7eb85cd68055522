"""Overfit a config's network on a few fixed crops, without augmentation.

A network, a loss and masks that belong together learn sixteen crops by heart. Where they do not, the fault is
not in the amount of data: try this before a long training, and after a change of network, loss or masks.

Examples:
    The flagship on 16 pictures, for two hours at most:

        mmlp overfit lp_deeplabv3_r101 --max-minutes 120

    Without weights to begin with, where there is no network connection:

        mmlp overfit lp_deeplabv3_r50 --from-scratch \
            --cfg-options optim_wrapper.optimizer.lr=0.01
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict, fields

from mmlp.files import write_json

from .command import FAILED, answers_mistakes, loading
from .options import add_config, add_config_options, add_out, add_seed
from .parser import Parser, describe_exit_codes
from .run_configs import find_run_config, read_config

KEPT = 'nothing was written'
EXIT_CODES = describe_exit_codes(
    'the loss is halved, and the plate IoU on the crops has reached --plate-iou', 'it is not, or has not'
)


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parses the command line."""
    parser = Parser('overfit', __doc__, EXIT_CODES)
    add_config(parser)
    add_config_options(parser)
    parser.add_argument('--num-images', type=int, default=16, metavar='N', help='how many (default: 16)')
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
    add_seed(parser, 'decides where the crops lie')
    add_out(parser, 'JSON file for the result', required=False)
    args = parser.parse_args(argv)
    for name in ('num_images', 'crop_size', 'max_minutes', 'val_interval'):
        if not getattr(args, name) > 0:
            parser.error(f'--{name.replace("_", "-")} must be greater than 0, got {getattr(args, name)}')
    return args


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Overfits; returns the exit code."""
    args = parse_args(argv)
    find_run_config(args)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('overfitting runs on PyTorch and MMSegmentation')
        from mmengine.logging import MMLogger
        from mmengine.registry import init_default_scope

        from mmlp.engine import config_mistakes
        from mmlp.engine.overfitting import Aim, overfit
    with config_mistakes():
        cfg = read_config(args)
        init_default_scope(cfg.get('default_scope', 'mmseg'))
        MMLogger.get_current_instance().setLevel('WARNING')  # Of every validation one line is enough.
        aim = Aim(**{field.name: getattr(args, field.name) for field in fields(Aim)})
        result = overfit(cfg, args.config, aim)
    if args.out:
        write_json(args.out, asdict(result), indent=1)
    outcome = 'learned by heart' if result.reached else 'not learned'
    losses = f'loss {result.first_loss:.4f} to {result.last_loss:.4f}'
    print(f'{outcome}: {losses}, plate IoU {result.plate_iou:.2f}')
    return 0 if result.reached else FAILED
