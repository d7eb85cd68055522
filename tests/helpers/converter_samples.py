"""What the tests of the converters share: pictures, an independent rasteriser, and a run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import shapely
from PIL import Image

from mmlp.datasets.converters import Options, Report, convert
from mmlp.datasets.converters.reader import Reader

#: Outlines with integer corners between which no edge runs through the centre of a pixel.
QUAD = [[20, 30], [90, 41], [92, 61], [22, 50]]
BOX = [[20, 30], [90, 30], [90, 60], [20, 60]]
FIVE = [[100, 70], [120, 67], [140, 70], [140, 100], [100, 100]]


def picture(path: Path, size: tuple[int, int] = (160, 120), orientation: int = 1) -> Path:
    """Writes a picture of ``size`` (width, height), with an EXIF orientation if it is not 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    seed = sum(path.name.encode('utf-8', 'surrogateescape'))
    pixels = np.random.default_rng(seed).integers(
        0, 255, (size[1] // 8 + 1, size[0] // 8 + 1, 3), dtype=np.uint8
    )
    image = Image.fromarray(pixels).resize(size)
    exif = Image.Exif()
    exif[0x0112] = orientation
    with open(path, 'wb') as file:
        image.save(
            file, 'PNG' if path.suffix.lower() == '.png' else 'JPEG', exif=exif if orientation > 1 else b''
        )
    return path


def text(path: Path, content: str | bytes | list | dict) -> Path:
    """Writes a text, bytes, or JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, (list, dict)):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def oracle(points: list, size: tuple[int, int] = (160, 120)) -> np.ndarray:
    """Pixels whose centre lies in an outline, by shapely: bool of shape (H, W)."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    return shapely.contains_xy(shapely.Polygon(points), x.ravel(), y.ravel()).reshape(size[::-1])


def run(reader: Reader, out: Path, **options: object) -> Report:
    """Converts without a progress bar."""
    return convert(reader, Options(str(out), progress=False, **options))


def read_masks(out: Path) -> dict[str, np.ndarray]:
    """All masks by SPLIT/NAME of their pictures."""
    masks = {}
    for path in sorted(out.glob('*/masks/*')):
        with Image.open(path) as image:
            masks[f'{path.parts[-3]}/{path.name[:-4]}'] = np.asarray(image)
    return masks


def annotations(out: Path, split: str) -> dict[str, list[dict]]:
    """The annotations of a split by file name."""
    content = json.loads((out / split / 'annotations.json').read_text())
    names = {image['id']: image['file_name'] for image in content['images']}
    found: dict[str, list[dict]] = {name: [] for name in names.values()}
    for annotation in content['annotations']:
        found[names[annotation['image_id']]].append(annotation)
    return found


def problems(report: Report) -> dict[str, str]:
    """Messages by the last part of the path."""
    return {Path(problem.path).name: problem.message for problem in report.problems}
