"""What the tests of lists share: pictures that show something, and a downloaded set of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from mmlp.datasets.lists import FingerprintStore, ListedImage, list_images


def scene(seed: int, size: tuple[int, int] = (320, 240), drift: float = 0.0) -> Image.Image:
    """A picture of soft spots; with a drift of 0.05 or so it is the next frame of a film."""
    spots = np.random.default_rng(seed).uniform(0, 255, (32, 40, 3))
    other = np.random.default_rng(seed + 10_000).uniform(0, 255, (32, 40, 3))
    mixed = (spots * (1 - drift) + other * drift).astype(np.uint8)
    return Image.fromarray(mixed).resize(size, Image.Resampling.BICUBIC)


def save(image: Image.Image, path: Path, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'wb') as file:
        image.save(file, 'PNG' if path.suffix.lower() == '.png' else 'JPEG', **options)
    return path


def write_layout(root: Path, names: Sequence[str], split: str = 'train', first: int = 0) -> None:
    """Pictures with masks in our layout; picture i shows scene ``first + i``, its plate is at x = 40 + i."""
    for i, name in enumerate(names):
        save(scene(first + i), root / split / 'images' / name, quality=92)
        mask = np.zeros((240, 320), np.uint8)
        mask[100:130, 40 + i : 140 + i] = 255
        path = root / split / 'masks' / f'{name}.png'
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(mask).save(path)


def make_rows(root: Path, **options: object) -> list[ListedImage]:
    return list_images(root, progress=False, **{'source': 'streets', **options})


def store() -> FingerprintStore:
    return FingerprintStore(None, 2, progress=False)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
