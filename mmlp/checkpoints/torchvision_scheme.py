"""``torchvision-seg://``: weights in torchvision's layout wherever the toolbox takes a checkpoint."""

from __future__ import annotations

from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import barrier, get_rank
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from mmseg.registry import DATASETS

from .files import read_checkpoint
from .torchvision_layout import ConvertedWeights, convert_torchvision_deeplabv3

SCHEME = 'torchvision-seg://'
#: Names after the scheme, and the weights of torchvision that they stand for.
TORCHVISION_WEIGHTS = {
    'deeplabv3_resnet50': 'DeepLabV3_ResNet50_Weights.COCO_WITH_VOC_LABELS_V1',
    'deeplabv3_resnet101': 'DeepLabV3_ResNet101_Weights.COCO_WITH_VOC_LABELS_V1',
}
#: How the configs of DeepLabV3 begin with other weights.
OTHER_STARTS = """Or train from elsewhere, with --cfg-options and
  such a file, wherever it lies (of COCO, or of a plate segmenter in torchvision's layout):
    model.backbone.init_cfg.checkpoint=torchvision-seg:///path/to/FILE.pth \\
    model.auxiliary_head.init_cfg.checkpoint=torchvision-seg:///path/to/FILE.pth
  ImageNet weights of the backbone, a file of torchvision's resnet50 or resnet101:
    model.backbone.init_cfg.checkpoint=/path/to/resnet101-FILE.pth model.backbone.init_cfg.prefix=None \\
    model.auxiliary_head.init_cfg=None
  no weights at all:
    model.backbone.init_cfg=None model.auxiliary_head.init_cfg=None
The small network needs no internet: configs/lp_fpn_lite0_custom.py goes on from the weights that ship."""


def read_torchvision_weights(source: str, map_location: Any = 'cpu') -> ConvertedWeights:
    """Read weights in torchvision's layout and convert them to ours.

    Args:
        source: ``deeplabv3_resnet50`` or ``deeplabv3_resnet101`` for torchvision's weights of COCO, which are
            downloaded once into torch's cache; or the path of a file with a state dict or checkpoint. A
            leading ``torchvision-seg://`` is allowed.
        map_location: As in :func:`torch.load`. Default: 'cpu'.

    Returns:
        ConvertedWeights: The weights and an account of every entry of the source.

    Raises:
        FileNotFoundError: There is no such file, or the download failed; the message says which file to put
            where.
        ValueError: The file is no checkpoint of such a model.
    """
    name = source[len(SCHEME) :] if source.startswith(SCHEME) else source
    if name in TORCHVISION_WEIGHTS:
        path = _fetch(name)
    else:
        path = Path(name).expanduser()
        if not path.is_file():
            raise FileNotFoundError(
                f'{name!r} is neither a file nor one of {", ".join(TORCHVISION_WEIGHTS)}. A file in the '
                f'current folder is {SCHEME}name.pth, one elsewhere {SCHEME}/path/to/name.pth.'
            )
    return convert_torchvision_deeplabv3(read_checkpoint(path, map_location))


def as_toolbox_checkpoint(converted: ConvertedWeights) -> dict:
    """Wrap converted weights as the toolbox's tools and inference API expect them.

    Args:
        converted: The weights.

    Returns:
        dict: ``state_dict``, and ``meta`` with the classes and the palette of the plates.
    """
    meta = DATASETS.get('LicensePlateDataset').METAINFO
    return dict(meta=dict(dataset_meta=dict(meta)), state_dict=converted.state_dict)


@CheckpointLoader.register_scheme(prefixes=SCHEME)
def load_from_torchvision_seg(filename: str, map_location: Any = None) -> dict:
    """Load ``torchvision-seg://NAME`` or ``torchvision-seg://FILE`` for the toolbox.

    It works in ``load_from``, in ``init_cfg=dict(type='Pretrained', checkpoint=...)`` (of the segmentor, or
    with ``prefix`` of one of its parts) and as the checkpoint of ``init_model`` and of the tools. What was
    taken and what was not is logged.

    Args:
        filename: The scheme and a name or path, see :func:`read_torchvision_weights`.
        map_location: As in :func:`torch.load`. Default: None, the CPU.

    Returns:
        dict: ``state_dict`` and ``meta``.
    """
    converted = read_torchvision_weights(filename, map_location or 'cpu')
    print_log(f'{filename} in the layout of mmlp:\n{converted.summary()}', logger='current')
    return as_toolbox_checkpoint(converted)


def _fetch(name: str) -> Path:
    """The file with torchvision's weights in torch's cache, downloaded when it is not there."""
    from torchvision.models import get_weight

    url = get_weight(TORCHVISION_WEIGHTS[name]).url
    path = Path(torch.hub.get_dir()) / 'checkpoints' / url.rsplit('/', 1)[1]
    if get_rank() == 0:
        _download(url, path)
    barrier()
    _download(url, path)  # on other nodes, whose cache rank 0 has not filled
    return path


def _download(url: str, path: Path) -> None:
    if path.is_file():
        return
    print_log(f'Downloading {url} to {path}', logger='current')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # torchvision names its files NAME-HASH.pth.
        torch.hub.download_url_to_file(url, str(path), hash_prefix=path.stem.rsplit('-', 1)[1])
    except (OSError, HTTPException, RuntimeError) as error:
        raise FileNotFoundError(
            f'{path.name} is not in the cache and could not be downloaded ({error}).\n'
            f'Without internet: fetch {url} on another machine and put it to {path} '
            '(set TORCH_HOME to have the cache elsewhere).\n'
            f'{OTHER_STARTS}'
        ) from error
