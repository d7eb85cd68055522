r"""How close outlines lie to the edges that plates have in the picture, ours and those of the annotation.

    python tools/analysis_tools/benchmarks/outlines.py data/plates/val --by-prefix
    python tools/analysis_tools/benchmarks/outlines.py data/plates/val --refiner before.pth after.pth

Annotations of plates are drawn loosely, or into boxes, so an IoU with them says little above 0.9. Here each
plate of at least --min-width pixels has its edges looked for by ``_edges.py``: from the annotated outline and
from that of every contender, and what comes out strongest counts for all. A plate that one of them lacks, by
an IoU of less than 0.4 with the annotation, is left out. Reported are the median IoU of quadrilaterals with
the edges, its lower quartile, and the medians of width and height as multiples of those of the edges, and of
the aspect, width divided by height. Look at the picture before you trust the figures: the edge of a frame may
be stronger than that of the plate.
"""

from __future__ import annotations

import argparse
import operator
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmlp.cli.command import command, loading

with loading(__name__):
    import _common
    import cv2
    import numpy as np
    from _edges import EdgeFit, fit_to_edges, width_and_height
    from prettytable import PrettyTable
    from segmenters import find_images, mask_of, parts
    from tqdm import tqdm

    from mmlp.apis import PlateSegmenter, Refinement, Runtime
    from mmlp.datasets.plate_mask import read_plate_mask
    from mmlp.media import read_image
    from mmlp.plates import extract_plates, quadrilateral_iou, side_lengths

#: Least IoU with the annotation of what counts as the same plate.
_SAME = 0.4
#: Plates in the picture, in a row, and the size of each in pixels.
_SHOWN, _COLUMNS, _TILE = 20, 4, (300, 150)


class Outline(NamedTuple):
    """One outline of a plate beside the plate's edges."""

    #: Part of the folder that the picture belongs to.
    group: str
    #: IoU of the quadrilaterals, 0..1.
    iou: float
    #: Width and height as multiples of those of the edges.
    width: float
    height: float
    #: Width divided by height.
    aspect: float


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Reads the command line."""
    parser = _common.make_parser('outlines', __doc__, rounds=1)
    parser.add_argument('folder', type=Path, help='holds images/ and masks/')
    parser.add_argument('--refiner', nargs='+', default=[None], help='networks of the refinement')
    parser.add_argument('--min-width', type=float, default=90, help='least width of a plate in pixels')
    parser.add_argument('--by-prefix', action='store_true', help='also by what precedes the last _ of names')
    parser.add_argument('--every', type=int, default=1, help='of the pictures, take each N-th')
    return _common.parse_args(parser, argv)


def measure(
    images: Sequence[Path], contenders: dict[str, PlateSegmenter], min_width: float
) -> tuple[dict[str, list[Outline]], list[np.ndarray]]:
    """Compares all outlines of all plates with the edges.

    Returns:
        Outlines by system, those of the annotation first, and tiles of some of the plates.

    Raises:
        ValueError: No plate is wide enough and found by all.
    """
    measured: dict[str, list[Outline]] = {name: [] for name in ('annotation', *contenders)}
    shown = []
    for path in tqdm(images, unit='picture'):
        image, target = read_image(path).bgr, read_plate_mask(str(mask_of(path)))
        annotated = [
            plate.corners
            for plate in extract_plates((target == 1).astype(np.uint8))
            if side_lengths(plate.corners).max() >= min_width
        ]
        found = {
            name: [plate.corners for plate in look.predict(image).plates] if annotated else []
            for name, look in contenders.items()
        }
        for corners in annotated:
            outlines = {'annotation': corners}
            for name, others in found.items():
                best = max(others, key=lambda other: quadrilateral_iou(corners, other), default=None)
                if best is not None and quadrilateral_iou(corners, best) >= _SAME:
                    outlines[name] = best
            if len(outlines) <= len(found):
                continue
            fits = [fit_to_edges(image, start) for start in outlines.values()]
            edges = max(fits, key=operator.attrgetter('strength'))
            for name, outline in outlines.items():
                measured[name].append(compare(outline, edges, path.stem.rpartition('_')[0]))
            shown.append(draw_tile(image, outlines, edges))
    if not shown:
        raise ValueError(f'no plate is {min_width:g} pixels wide and found by all: lower --min-width')
    return measured, [shown[i] for i in np.unique(np.linspace(0, len(shown) - 1, _SHOWN).astype(int))]


def compare(corners: np.ndarray, edges: EdgeFit, group: str) -> Outline:
    """An outline beside the edges."""
    width, height = width_and_height(corners)
    wide, high = width_and_height(edges.corners)
    iou = quadrilateral_iou(corners, edges.corners)
    return Outline(group, iou, width / wide, height / high, width / height)


def draw_tile(image: np.ndarray, outlines: dict[str, np.ndarray], edges: EdgeFit) -> np.ndarray:
    """A plate, magnified, with its edges in cyan, the annotation in red and the last contender in green."""
    points = np.concatenate([edges.corners, *outlines.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (np.array(_TILE) / ((high - low) * 1.2)).min()
    shift = np.array(_TILE) / 2 - (low + high) / 2 * scale
    tile = cv2.warpAffine(
        image, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]), _TILE, flags=cv2.INTER_CUBIC
    )
    lines = ((outlines['annotation'], (60, 60, 255)), (edges.corners, (255, 255, 0)))
    for corners, colour in (*lines, (list(outlines.values())[-1], (60, 255, 60))):
        # Sixteenths of pixels.
        drawn = np.rint((corners * scale + shift) * 16).astype(np.int32)
        cv2.polylines(tile, [drawn], True, colour, 1, cv2.LINE_AA, 4)
    return tile


def summarise(outlines: Sequence[Outline]) -> dict[str, float]:
    """Medians, and the lower quartile of the IoU."""
    _, ious, widths, heights, aspects = zip(*outlines)
    return {
        'plates': len(outlines),
        'IoU with the edges': float(np.median(ious)),
        'lower quartile': float(np.percentile(ious, 25)),
        'width': float(np.median(widths)),
        'height': float(np.median(heights)),
        'aspect': float(np.median(aspects)),
    }


def draw(tiles: list[np.ndarray]) -> _common.Figure:
    """Some plates with the edges, the annotation and the last contender."""
    rows = -(-len(tiles) // _COLUMNS)
    figure, axes = _common.plt.subplots(
        rows, _COLUMNS, figsize=(3 * _COLUMNS, 1.5 * rows + 0.3), layout='constrained', squeeze=False
    )
    for place, tile in zip(axes.flat, tiles):
        place.imshow(tile[..., ::-1])
    for place in axes.flat:
        place.axis('off')
    figure.suptitle('cyan: edges   red: annotation   green: mmlp', fontsize=9)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    """Measures, prints, writes JSON and picture."""
    args = parse_args(argv)
    contenders = {
        'mmlp' if path is None else f'mmlp {Path(path).stem}': PlateSegmenter(
            refinement=None if path is None else Refinement(path),
            runtime=Runtime(device='cpu', num_threads=args.threads),
        )
        for path in args.refiner
    }
    images = find_images(args.folder, args.every)
    measured, tiles = measure(images[:8] if args.quick else images, contenders, args.min_width)
    results: dict[str, dict[str, dict[str, float]]] = {}
    table = PrettyTable(['system', *summarise(measured['annotation'])])
    table.align['system'] = 'l'
    for name, part, chosen in parts(measured, args.by_prefix):
        results.setdefault(name, {})[part] = summarise(chosen)
        number, *figures = results[name][part].values()
        table.add_row([f'{name}, {part}', number, *(f'{value:.3f}' for value in figures)])
    print(table)
    report = {
        'command': args.command,
        'machine': _common.describe_machine(args.threads, ['onnxruntime']),
        'folder': args.folder.name,
        'results': results,
    }
    _common.write_report(report, draw(tiles), args.out_dir, 'outlines')


if __name__ == '__main__':
    command(main)
