"""Makes preview.png: a scene of the generator, the plates found in it, and the scene anonymised.

    python examples/make_preview.py [--seed 123] [--out examples/preview.png]

The scene is synthetic, so that no real plate is shown; the plates are found by the weights that ship.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from mmlp.apis import PlateSegmenter
from mmlp.datasets.synthetic import render_scene
from mmlp.plates import draw_plates, redact

SIZE = (640, 480)
GAP = 12


def main() -> None:
    """Renders, segments, draws and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=123, help='seed of the scene')
    parser.add_argument('--out', type=Path, default=Path(__file__).with_name('preview.png'))
    args = parser.parse_args()
    scene, _, _ = render_scene(np.random.default_rng(args.seed), SIZE)
    plates = PlateSegmenter().predict(scene).plates
    gap = np.full((SIZE[1], GAP, 3), 255, np.uint8)
    panels = (scene, gap, draw_plates(scene, plates), gap, redact(scene, plates, 'pixelate'))
    cv2.imwrite(str(args.out), np.hstack(panels))
    print(f'{len(plates)} plates found; {args.out} written')


if __name__ == '__main__':
    main()
