"""Ways from a JPEG file and a PNG mask to a crop of both, by several libraries."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmcv.transforms import Compose
from mmengine.registry import DefaultScope
from PIL import Image
from torchvision import io, tv_tensors
from torchvision import transforms as v1_transforms
from torchvision.transforms import functional as v1
from torchvision.transforms import v2

import mmlp.modules  # noqa: F401 (registers the transforms)

CROP, SHORT_SIDE, DEGREES, DISTORTION = 480, (260, 1040), 30, 0.5
ORIGINAL, ONE_SAMPLING, CACHED = (
    'original (Pillow, torchvision)',
    'RandomWarpCrop',
    'RandomWarpCrop, cached masks',
)
STEP_BY_STEP = 'mmlp, step by step'
SAMPLING = 'decoding and sampling alone'
#: Decoders of a JPEG at full size; the fastest one is what the chains are compared with.
DECODERS = {
    'JPEG alone, OpenCV': lambda path: cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR),
    'JPEG alone, Pillow': lambda path: Image.open(path).convert('RGB'),
    'JPEG alone, torchvision': lambda path: io.decode_jpeg(io.read_file(str(path))),
}

#: From the paths of picture and mask to crop and mask.
Chain = Callable[[Path, Path], tuple[Any, Any]]


def original_chain(image: Path, mask: Path) -> tuple[Image.Image, Image.Image]:
    """The geometric steps of the original, one after the other; its mask is warped bicubically."""
    img, target = Image.open(image).convert('RGB'), Image.open(mask)
    size = random.randint(*SHORT_SIDE)
    img = v1.resize(img, size, v1.InterpolationMode.BILINEAR)
    target = v1.resize(target, size, v1.InterpolationMode.NEAREST)
    angle = random.uniform(-DEGREES, DEGREES)
    img, target = v1.rotate(img, angle), v1.rotate(target, angle)
    if random.random() < 0.5:
        img, target = v1.hflip(img), v1.hflip(target)
    if random.random() < 0.5:
        corners = v1_transforms.RandomPerspective.get_params(*img.size, DISTORTION)
        img = v1.perspective(img, *corners, v1.InterpolationMode.BILINEAR)
        target = v1.perspective(target, *corners, v1.InterpolationMode.BICUBIC)
    missing = [0, 0, *(max(0, CROP - side) for side in img.size)]
    if any(missing):
        img, target = v1.pad(img, missing), v1.pad(target, missing)
    window = v1_transforms.RandomCrop.get_params(img, (CROP, CROP))
    return v1.crop(img, *window), v1.crop(target, *window)


def make_torchvision_chain(tensors: bool) -> Chain:
    """The second generation of torchvision's transforms, on its tensors or on Pillow pictures."""
    fill = {Image.Image: 0, tv_tensors.Image: 0, tv_tensors.Mask: 255}
    chain = v2.Compose(
        [
            v2.RandomResize(SHORT_SIDE[0], SHORT_SIDE[1] + 1),
            v2.RandomRotation(DEGREES, v2.InterpolationMode.BILINEAR, fill=fill),
            v2.RandomHorizontalFlip(),
            v2.RandomPerspective(DISTORTION, fill=fill),
            v2.RandomCrop(CROP, pad_if_needed=True, fill=fill),
        ]
    )

    def run(image: Path, mask: Path) -> tuple[Any, Any]:
        target = tv_tensors.Mask(io.decode_image(io.read_file(str(mask))))
        if tensors:
            return chain(tv_tensors.Image(io.decode_jpeg(io.read_file(str(image)))), target)
        return chain(Image.open(image).convert('RGB'), target)

    return run


def make_albumentations_chain() -> Chain:
    """albumentations; its resize does not filter, which is fast and aliases."""
    import albumentations

    chain = albumentations.Compose(
        [
            albumentations.SmallestMaxSize(range(SHORT_SIDE[0], SHORT_SIDE[1] + 1)),
            albumentations.Rotate(DEGREES, fill_mask=255, p=1.0),
            albumentations.HorizontalFlip(p=0.5),
            albumentations.Perspective((0.0, DISTORTION / 2), fill_mask=255, p=0.5),
            albumentations.RandomCrop(CROP, CROP, pad_if_needed=True, fill_mask=255),
        ]
    )

    def run(image: Path, mask: Path) -> tuple[Any, Any]:
        img = cv2.imread(str(image), cv2.IMREAD_COLOR)
        result = chain(image=img, mask=cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
        return result['image'], result['mask']

    return run


def make_toolbox_chain(transforms: Sequence[dict]) -> Chain:
    """A pipeline of the toolbox."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        pipeline = Compose(transforms)

    def run(image: Path, mask: Path) -> tuple[Any, Any]:
        results = pipeline(
            {
                'img_path': str(image),
                'seg_map_path': str(mask),
                'label_map': None,
                'reduce_zero_label': False,
                'seg_fields': [],
            }
        )
        return results['img'], results['gt_seg_map']

    return run


def _steps(loader: str, backend: str, *perspective: dict) -> list[dict]:
    scale = [(100_000, side) for side in SHORT_SIDE]
    return [
        {'type': 'LoadImageFromFile'},
        {'type': loader},
        {
            'type': 'RandomResize',
            'scale': scale,
            'resize_type': 'Resize',
            'keep_ratio': True,
            'backend': backend,
        },
        {'type': 'RandomRotate', 'prob': 1.0, 'degree': DEGREES, 'pad_val': 0, 'seg_pad_val': 255},
        {'type': 'RandomFlip', 'prob': 0.5},
        *perspective,
        {'type': 'Pad', 'size': (CROP, CROP), 'pad_val': {'img': 0, 'seg': 255}},
        {'type': 'RandomCrop', 'crop_size': (CROP, CROP)},
    ]


def _one_sampling(cache_megabytes: float) -> list[dict]:
    return [
        {'type': 'LoadImageDeferred'},
        {'type': 'LoadPlateAnnotations', 'cache_megabytes': cache_megabytes},
        {
            'type': 'RandomWarpCrop',
            'crop_size': CROP,
            'short_side': SHORT_SIDE,
            'degrees': DEGREES,
            'distortion_scale': DISTORTION,
        },
    ]


def decode_and_sample(image: Path) -> tuple[np.ndarray, np.ndarray]:
    """The least that a crop and its mask take: a decoder and two samplings by OpenCV; the mask is empty."""
    img = cv2.imdecode(np.fromfile(image, np.uint8), cv2.IMREAD_COLOR)
    height, width = img.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), DEGREES / 2, CROP / min(height, width))
    matrix, size = np.vstack([turn, (0, 0, 1)]), (CROP, CROP)
    # Four channels are sampled in nearly half the time of three.
    four = cv2.warpPerspective(cv2.cvtColor(img, cv2.COLOR_BGR2BGRA), matrix, size, flags=cv2.INTER_LINEAR)
    target = cv2.warpPerspective(np.zeros((height, width), np.uint8), matrix, size, flags=cv2.INTER_NEAREST)
    return cv2.cvtColor(four, cv2.COLOR_BGRA2BGR), target


def make_chains() -> dict[str, Chain]:
    """All chains that can run here, by name."""
    chains = {
        ORIGINAL: original_chain,
        'torchvision v2, Pillow': make_torchvision_chain(tensors=False),
        'torchvision v2': make_torchvision_chain(tensors=True),
        'mmseg (no perspective)': make_toolbox_chain(_steps('LoadAnnotations', 'cv2')),
    }
    if importlib.util.find_spec('albumentations'):
        chains['albumentations'] = make_albumentations_chain()
    perspective = {'type': 'RandomPerspective', 'distortion_scale': DISTORTION, 'prob': 0.5}
    chains[STEP_BY_STEP] = make_toolbox_chain(_steps('LoadPlateAnnotations', 'pillow', perspective))
    chains[ONE_SAMPLING] = make_toolbox_chain(_one_sampling(0))
    chains[CACHED] = make_toolbox_chain(_one_sampling(1024))
    return chains
