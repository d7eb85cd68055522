"""Convert weights of torchvision's DeepLabV3, or of a plate segmenter built on it, to our checkpoint."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from _command import command, loading

with loading(__name__):
    from mmlp.checkpoints import as_toolbox_checkpoint, read_torchvision_weights, write_checkpoint


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        'src',
        help='file with a state dict or a checkpoint {"model": state dict, ...}; or deeplabv3_resnet50 or '
        "deeplabv3_resnet101 for torchvision's weights of COCO",
    )
    parser.add_argument('dst', help='file to write')
    parser.add_argument('--overwrite', action='store_true', help='replace dst if it exists')
    return parser.parse_args()


def main() -> None:
    """Convert, write and tell what became of every part."""
    args = parse_args()
    try:
        converted = read_torchvision_weights(args.src)
    except TypeError as error:
        raise ValueError(str(error)) from error
    write_checkpoint(as_toolbox_checkpoint(converted), args.dst, overwrite=args.overwrite)
    print(converted.summary())
    print(
        f'Wrote {args.dst}: {len(converted.state_dict)} tensors of a DeepLabV3 with ResNet-{converted.depth}.'
    )


if __name__ == '__main__':
    command(main)
