r"""Makes a checkpoint of a training run ready to hand out: weights, config and classes, nothing else.

    mmlp publish work_dirs/lp_fpn_lite0/iter_2000.pth -o lp_fpn_lite0.pth --half

Optimiser, logs and auxiliary heads are left out; the result is read without running any code in it. Prints
its SHA-256, and the entry for mmlp/weights/index.py by which weights in mmlp/weights get a name.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mmlp.weights import file_sha256

from .command import answers_mistakes, loading
from .options import add_out, add_overwrite
from .parser import Parser

if TYPE_CHECKING:
    from mmengine.config import Config

KEPT = 'nothing was written'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('publish', __doc__)
    parser.add_argument('checkpoint', type=Path, help='checkpoint of a training run')
    add_out(parser, 'file to write, .pth')
    parser.add_argument(
        '--config', help='config, by path or by name (default: the one inside the checkpoint)'
    )
    parser.add_argument('--half', action='store_true', help='store the weights in half precision')
    parser.add_argument(
        '--threshold', type=float, help='probability of a plate pixel, as calibrated (default: of the config)'
    )
    add_overwrite(parser, 'replace the file if it exists')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Converts, writes and tells the SHA-256; returns the exit code."""
    args = parse_args(argv)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('checkpoints are read by PyTorch and MMSegmentation')
        from mmlp.checkpoints import read_checkpoint, write_checkpoint
        from mmlp.checkpoints.publishing import slim_checkpoint
        from mmlp.engine import config_mistakes
    checkpoint = read_checkpoint(args.checkpoint)
    with config_mistakes():
        config = _config_of(checkpoint, args)
        head = config['model']['decode_head']
    if args.threshold is not None:
        if not 0 < args.threshold < 1:
            raise ValueError(f'--threshold must be a probability in (0, 1), got {args.threshold}')
        head.threshold = args.threshold
    write_checkpoint(slim_checkpoint(checkpoint, config, args.half), args.out, args.overwrite)
    digest, size = file_sha256(args.out), args.out.stat().st_size
    print(f'wrote {args.out}, {size / 1e6:.1f} MB (from {args.checkpoint.stat().st_size / 1e6:.1f} MB)')
    print(f'SHA-256 {digest}')
    name = Path(args.config or args.out).stem
    print('entry of the index, for a file in mmlp/weights:')
    print(f"    '{args.out.stem}': WeightsEntry('{args.out.name}', '{digest}', config='{name}'),")
    return 0


def _config_of(checkpoint: dict, args: argparse.Namespace) -> Config:
    from mmengine.config import Config

    from mmlp.apis.config_files import load_config, parse_config_text

    if args.config:
        return load_config(args.config)
    text = (checkpoint.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        raise ValueError(f'{args.checkpoint} carries no config: give it by --config')
    return Config(parse_config_text(text))
