"""Converts weights of torchvision's DeepLabV3, or of a plate segmenter built on it, to our checkpoint.

mmlp import-torchvision deeplabv3_resnet101 -o coco.pth
mmlp import-torchvision their_plates.pth -o plates.pth
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .command import answers_mistakes, loading
from .options import add_out, add_overwrite
from .parser import Parser

KEPT = 'nothing was written'


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('import-torchvision', __doc__)
    parser.add_argument(
        'weights',
        help='file with a state dict or a checkpoint {"model": state dict, ...}; or deeplabv3_resnet50 or '
        "deeplabv3_resnet101 for torchvision's weights of COCO",
    )
    add_out(parser, 'file to write, .pth')
    add_overwrite(parser, 'replace the file if it exists')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Converts, writes and tells what became of every part; returns the exit code."""
    args = parse_args(argv)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('weights are read by PyTorch, for MMSegmentation')
        from mmlp.checkpoints import as_toolbox_checkpoint, read_torchvision_weights, write_checkpoint
    try:
        converted = read_torchvision_weights(args.weights)
    except TypeError as error:
        raise ValueError(str(error)) from error
    write_checkpoint(as_toolbox_checkpoint(converted), args.out, overwrite=args.overwrite)
    print(converted.summary())
    print(
        f'Wrote {args.out}: {len(converted.state_dict)} tensors of a DeepLabV3 with ResNet-{converted.depth}.'
    )
    return 0
