r"""Makes a checkpoint of a training run ready to hand out: weights, config and classes, nothing else.

    python tools/model_converters/publish_model.py work_dirs/lp_fpn_lite0/iter_2000.pth \
        mmlp/weights/lp_fpn_lite0.pth --half

Optimiser, logs and auxiliary heads are left out; the result is read without running any code in it. Prints
its SHA-256, and the entry for mmlp/weights/index.py by which weights in mmlp/weights get a name.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import command, loading

with loading(__name__):
    from mmengine.config import Config

    from mmlp.apis.config_files import load_config, parse_config_text
    from mmlp.checkpoints import read_checkpoint, write_checkpoint
    from mmlp.checkpoints.publishing import slim_checkpoint
    from mmlp.weights import file_sha256


def parse_args() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('src', type=Path, help='checkpoint of a training run')
    parser.add_argument('dst', type=Path, help='file to write, .pth')
    parser.add_argument('--config', help='config, by path or by name (default: the one inside src)')
    parser.add_argument('--half', action='store_true', help='store the weights in half precision')
    parser.add_argument(
        '--threshold', type=float, help='probability of a plate pixel, as calibrated (default: of the config)'
    )
    parser.add_argument('--overwrite', action='store_true', help='replace dst if it exists')
    return parser.parse_args()


def main() -> None:
    """Converts, writes and tells the SHA-256."""
    args = parse_args()
    checkpoint = read_checkpoint(args.src)
    config = _config_of(checkpoint, args)
    if args.threshold is not None:
        if not 0 < args.threshold < 1:
            raise ValueError(f'--threshold must be a probability in (0, 1), got {args.threshold}')
        config.model.decode_head.threshold = args.threshold
    write_checkpoint(slim_checkpoint(checkpoint, config, args.half), args.dst, args.overwrite)
    digest, size = file_sha256(args.dst), args.dst.stat().st_size
    print(f'wrote {args.dst}, {size / 1e6:.1f} MB (from {args.src.stat().st_size / 1e6:.1f} MB)')
    print(f'SHA-256 {digest}')
    name = Path(args.config or args.dst).stem
    print('entry of the index, for a file in mmlp/weights:')
    print(f"    '{args.dst.stem}': WeightsEntry('{args.dst.name}', '{digest}', config='{name}'),")


def _config_of(checkpoint: dict, args: argparse.Namespace) -> Config:
    if args.config:
        return load_config(args.config)
    text = (checkpoint.get('meta') or {}).get('cfg')
    if not isinstance(text, str):
        raise ValueError(f'{args.src} carries no config: give it by --config')
    return Config(parse_config_text(text))


if __name__ == '__main__':
    command(main)
