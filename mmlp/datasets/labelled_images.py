"""The pictures of a folder in our layout with their masks, without the toolbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from mmlp.media import MAX_PIXELS, DecodedImage, read_image

from .converters.boundary import Boundary
from .converters.files import relative_name, walk
from .image_size import read_size
from .image_suffixes import IMG_SUFFIXES
from .mask_census import FileCensus, census_of, find_set_doubt
from .mask_rule import MaskRule
from .plate_mask import examine_mask, fit_to_image, read_plate_mask

#: What decoders raise at broken files.
_DAMAGE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)
_READERS = 8


@dataclass(frozen=True)
class LabelledImage:
    """A picture and where its mask is.

    Args:
        path: The picture.
        mask_path: Its mask.
        name: The picture relative to its folder, with ``/``.
    """

    path: str
    mask_path: str
    name: str


@dataclass(frozen=True)
class UnusableImage:
    """A picture that cannot be used.

    Args:
        path: The file that is wrong, picture or mask.
        message: What is wrong with it.
    """

    path: str
    message: str


def find_labelled_images(
    data: str | os.PathLike, split: str = 'val', seg_map_suffix: str = '{img_suffix}.png'
) -> list[LabelledImage]:
    """Lists the pictures of a folder in our layout; whether files are there and sound is left open.

    Args:
        data: A split, with ``images`` and ``masks``, or a folder of splits.
        split: Which of them to take.
        seg_map_suffix: What follows a picture's name in its mask's name, as of
            :class:`~mmlp.datasets.LicensePlateDataset`.

    Returns:
        The pictures, by name.

    Raises:
        FileNotFoundError: There is no such folder or split.
        ValueError: It holds no picture, or none with a mask.
    """
    root = _find_split(Path(data), split)
    images, masks = str(root / 'images'), str(root / 'masks')
    found = []
    # What is only read may lie anywhere.
    for path in walk(images, *IMG_SUFFIXES, boundary=Boundary(images, allow_outside=True)):
        name = relative_name(path, images)
        stem, suffix = os.path.splitext(name)
        mask = os.path.join(masks, stem + seg_map_suffix.replace('{img_suffix}', suffix))
        found.append(LabelledImage(path, mask, name))
    if not found:
        raise ValueError(f'{images!r} holds no picture ({", ".join(IMG_SUFFIXES)})')
    if not any(os.path.lexists(image.mask_path) for image in found):
        raise ValueError(
            f'none of the {len(found)} pictures in {images!r} has a mask; expected {found[0].mask_path!r} '
            'for the first one. Other names are told by --seg-map-suffix, other formats are brought into '
            'the layout by "mmlp convert"'
        )
    return sorted(found, key=lambda image: image.name)


def _find_split(data: Path, split: str) -> Path:
    if not data.is_dir():
        what = 'is not a folder' if data.exists() else 'does not exist'
        raise FileNotFoundError(f'{str(data)!r} {what}')
    if (data / 'images').is_dir():
        return data
    if (data / split / 'images').is_dir():
        return data / split
    others = sorted(path.parent.name for path in data.glob('*/images') if path.is_dir())
    if others:
        raise FileNotFoundError(
            f'{str(data)!r} has no split {split!r}; it has {", ".join(others)} (--split says which to take)'
        )
    raise FileNotFoundError(
        f'{str(data)!r} has neither images/ and masks/ nor {split}/images/ and {split}/masks/; '
        '"mmlp convert" brings annotations of other formats into the layout'
    )


def sort_out_unusable(
    images: Sequence[LabelledImage],
    rule: MaskRule,
    progress: Callable[[Iterable], Iterable] = iter,
) -> tuple[list[LabelledImage], list[UnusableImage]]:
    """Reads all masks, and the sizes of all pictures, before any work is done with them.

    Args:
        images: The pictures.
        rule: What the values of masks mean.
        progress: Wraps the stream of results, such as ``tqdm``.

    Returns:
        The pictures that can be used, and what is wrong with the others.

    Raises:
        ValueError: The masks do not tell what is a plate; the message says what they hold and what to do.
    """
    with ThreadPoolExecutor(min(_READERS, os.cpu_count() or 1)) as pool:
        examined = list(progress(pool.map(partial(_examine, rule=rule), images)))
    doubt = find_set_doubt([each for each in examined if isinstance(each, FileCensus)], rule)
    if doubt:
        raise ValueError(doubt)
    usable = [image for image, each in zip(images, examined) if isinstance(each, FileCensus)]
    return usable, [each for each in examined if isinstance(each, UnusableImage)]


def _examine(image: LabelledImage, rule: MaskRule) -> FileCensus | UnusableImage:
    path = image.path
    try:
        shown, stored = read_size(path)
        path = image.mask_path
        if not os.path.exists(path):
            return UnusableImage(image.path, f'there is no mask {path!r}')
        size, _ = read_size(path)
        if size not in (shown, stored):
            message = f'is {size[0]} x {size[1]} pixels, its picture {shown[0]} x {shown[1]}'
            return UnusableImage(path, message)
        return census_of(path, examine_mask(path, rule))
    except _DAMAGE as error:
        return UnusableImage(path, _explain(error, path))


def _explain(error: Exception, path: str) -> str:
    """What is wrong with a file, for a line that names it."""
    if isinstance(error, UnidentifiedImageError):
        return 'is not a picture'
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).removeprefix(f'mask {path!r} ')


def read_labelled_image(
    image: LabelledImage, rule: MaskRule, max_pixels: int = MAX_PIXELS
) -> tuple[DecodedImage, np.ndarray]:
    """Reads a picture and its mask.

    Returns:
        The picture, and its mask on the upright picture: uint8 (H, W), 0 background, 1 plate, 255 ignored.

    Raises:
        OSError: A file cannot be read.
        ValueError: The same, or the mask does not fit the picture.
    """
    read = read_image(image.path, max_pixels)
    mask = read_plate_mask(image.mask_path, rule.ignore_values, plate_values=rule.plate_values)
    shape = read.bgr.shape[:2]
    return read, fit_to_image(mask, shape, read.orientation, image.mask_path, image.path)
