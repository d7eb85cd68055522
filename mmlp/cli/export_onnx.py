"""Exports a segmenter to ONNX, checked against PyTorch.

    mmlp export-onnx work_dirs/lp_fpn_lite0/iter_2000.pth -o plates.onnx
    mmlp segment photo.jpg --model plates.onnx

The file takes pictures as they are (uint8, N x H x W x 3, BGR) and gives the probability of plate of every
pixel (float32, N x H x W). Normalisation, padding, resize of the output and sigmoid are in the graph; number
and size of the pictures are open unless --batch-size and --size fix them, which some accelerators need.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mmlp.files import write_bytes
from mmlp.weights import file_sha256, resolve_weights

from .command import answers_mistakes, loading
from .option_types import positive_int
from .options import add_out, add_overwrite
from .parser import Parser

if TYPE_CHECKING:
    import numpy as np

KEPT = 'nothing was written'
#: Sizes at which the exported network is compared, when all are open: batch, height, width.
CHECKED_SHAPES = ((1, 480, 640), (2, 333, 251), (1, 97, 512))


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = Parser('export-onnx', __doc__)
    parser.add_argument('model', help='checkpoint: a .pth file, or the name of weights that come with mmlp')
    add_out(parser, 'file to write, .onnx')
    parser.add_argument('--config', help='config, by path or by name (default: that of the checkpoint)')
    parser.add_argument(
        '--batch-size', type=positive_int, metavar='N', help='the only number of pictures it will take'
    )
    parser.add_argument(
        '--size', type=positive_int, nargs=2, metavar=('H', 'W'), help='the only size it will take'
    )
    parser.add_argument(
        '--images',
        nargs='+',
        metavar='FILE',
        default=[],
        help='pictures to check with (default: a drawn one)',
    )
    parser.add_argument(
        '--tolerance', type=float, default=1e-4, help='largest difference to PyTorch (default: %(default)s)'
    )
    add_overwrite(parser, 'replace the file if it exists')
    return parser.parse_args(argv)


@answers_mistakes
def main(argv: Sequence[str] | None = None) -> int:
    """Exports, compares, and writes the file if it agrees; returns the exit code."""
    args = parse_args(argv)
    if args.out.exists() and not args.overwrite:
        raise FileExistsError(f'{args.out} exists already; choose another name or --overwrite it')
    weights = resolve_weights(args.model)
    with loading():
        from mmlp.compat import require_toolbox

        require_toolbox('checkpoints are read by PyTorch and MMSegmentation')
        import onnx  # noqa: F401 (missing, it is told before the work)

        from mmlp.apis.export import compare_with_pytorch, export_onnx
        from mmlp.apis.model_loading import load_segmentor
        from mmlp.apis.plate_probability import PlateProbability
        from mmlp.engine import config_mistakes
        from mmlp.media import read_image
    shape = (args.batch_size, *(args.size or (None, None)))
    with config_mistakes():
        network = PlateProbability(load_segmentor(weights, args.config))
    images = [read_image(path).bgr for path in args.images] or [_drawn_image()]
    batches = [_batch(images, wanted) for wanted in _checked_shapes(shape)]
    model = export_onnx(network, shape)
    differences = compare_with_pytorch(model, network, batches)
    for batch, difference in zip(batches, differences):
        count, height, width = batch.shape[:3]
        print(f'{count} x {height} x {width}: largest difference to PyTorch {difference:.2g}')
    if not max(differences) <= args.tolerance:
        raise ValueError(f'more than {args.tolerance:g}; {args.out} was not written')
    write_bytes(args.out, model)
    print(f'wrote {args.out}, {len(model) / 1e6:.1f} MB')
    print(f'SHA-256 {file_sha256(args.out)}')
    return 0


def _checked_shapes(shape: tuple[int | None, ...]) -> list[tuple[int, ...]]:
    """Sizes to check, those that the shape fixes put in."""
    checked = {tuple(fixed or size for fixed, size in zip(shape, sizes)) for sizes in CHECKED_SHAPES}
    return sorted(checked)


def _batch(images: list[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    import numpy as np

    from mmlp.apis.resizing import resize_image

    count, *size = shape
    chosen = [images[index % len(images)] for index in range(count)]
    return np.stack([resize_image(image, tuple(size)) for image in chosen])


def _drawn_image() -> np.ndarray:
    import numpy as np

    from mmlp.datasets.synthetic import render_scene

    return render_scene(np.random.default_rng(0))[0]
