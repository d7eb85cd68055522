"""Sets of each format with a good picture and one whose annotation means harm."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from helpers.converter_samples import QUAD, picture, text
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.aolp import AOLP
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.openalpr import OpenALPR
from mmlp.datasets.converters.readers.rodosol import RodoSol
from mmlp.datasets.converters.readers.ssig import SSIG
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.wpod import WPOD
from mmlp.datasets.converters.readers.yolo import YOLO

#: What stands for a coordinate in the samples until it is replaced.
HERE = 12345
_SIZE = {'width': 160, 'height': 120}


def _json(content: object, token: str) -> str:
    return json.dumps(content).replace(str(HERE), token)


def _points(x: float = 20) -> list[list[float]]:
    return [[x, 30], *QUAD[1:]]


def coco(root: Path, token: str) -> Reader:
    images = [{'id': i, 'file_name': f'{n}.jpg', **_SIZE} for i, n in enumerate(('good', 'bad'))]
    annotations = [
        {'id': i, 'image_id': i, 'category_id': 1, 'segmentation': [[v for p in _points(x) for v in p]]}
        for i, x in enumerate((20, HERE))
    ]
    categories = [{'id': 1, 'name': 'plate'}]
    content = {'annotations': annotations, 'images': images, 'categories': categories}
    text(root / 'all.json', _json(content, token))
    return COCO(str(root))


def via(root: Path, token: str) -> Reader:
    content = {}
    for name, x in (('good', 20), ('bad', HERE)):
        xs, ys = zip(*_points(x))
        shape = {'name': 'polygon', 'all_points_x': xs, 'all_points_y': ys}
        region = {'shape_attributes': shape, 'region_attributes': {'label': 'plate'}}
        content[name] = {'filename': f'{name}.jpg', 'regions': [region]}
    text(root / 'via.json', _json({'_via_img_metadata': content}, token))
    return VIA(str(root))


def via_csv(root: Path, token: str) -> Reader:
    lines = ['filename,region_shape_attributes,region_attributes']
    for name, x in (('good', 20), ('bad', HERE)):
        xs, ys = zip(*_points(x))
        shape = _json({'name': 'polygon', 'all_points_x': xs, 'all_points_y': ys}, token)
        lines.append(','.join([f'{name}.jpg', *(f'"{t}"' for t in (shape.replace('"', '""'), '{}'))]))
    text(root / 'via.csv', '\n'.join(lines))
    return VIA(str(root))


def label_studio(root: Path, token: str) -> Reader:
    tasks = []
    for name, x in (('good', 20), ('bad', HERE)):
        value = {'points': [[x, 30], [60, 40], [60, 60]], 'polygonlabels': ['plate']}
        region = {'original_width': 160, 'original_height': 120, 'value': value}
        tasks.append({'data': {'image': f'{name}.jpg'}, 'annotations': [{'result': [region]}]})
    text(root / 'tasks.json', _json(tasks, token))
    return LabelStudio(str(root))


def labelme(root: Path, token: str) -> Reader:
    for name, x in (('good', 20), ('bad', HERE)):
        shapes = [{'label': 'plate', 'points': _points(x), 'shape_type': 'polygon'}]
        content = {'imagePath': f'{name}.jpg', 'shapes': shapes, 'imageWidth': 160, 'imageHeight': 120}
        text(root / f'{name}.json', _json(content, token))
    return LabelMe(str(root))


def uc3m(root: Path, token: str) -> Reader:
    for name, x in (('good', 20), ('bad', HERE)):
        text(root / f'{name}.json', _json({'lps': [{'lp_id': 1, 'poly_coord': _points(x)}]}, token))
    return UC3MLP(str(root))


def cityscapes(root: Path, token: str) -> Reader:
    for name, x in (('good', 20), ('bad', HERE)):
        picture(root / f'leftImg8bit/train/a/{name}_leftImg8bit.png')
        content = {'imgWidth': 160, 'imgHeight': 120}
        content['objects'] = [{'label': 'license plate', 'polygon': _points(x)}]
        text(root / f'gtFine/train/a/{name}_gtFine_polygons.json', _json(content, token))
    return Cityscapes(str(root))


def cvat(root: Path, token: str) -> Reader:
    images = ''.join(
        f'<image name="{name}.jpg" width="160" height="120"><polygon label="plate" '
        f'points="{";".join(f"{a},{b}" for a, b in _points(x))}"/></image>'
        for name, x in (('good', 20), ('bad', HERE))
    )
    text(root / 'all.xml', f'<annotations>{images}</annotations>'.replace(str(HERE), token))
    return CVAT(str(root))


def voc(root: Path, token: str) -> Reader:
    for name, x in (('good', 20), ('bad', HERE)):
        edges = f'<xmin>{x}</xmin><ymin>30</ymin><xmax>90</xmax><ymax>60</ymax>'
        content = f'<annotation><object><name>plate</name><bndbox>{edges}</bndbox></object></annotation>'
        text(root / f'{name}.xml', content.replace(str(HERE), token))
    return VOC(str(root))


def yolo(root: Path, token: str) -> Reader:
    for name, x in (('good', '0.5'), ('bad', token)):
        text(root / f'{name}.txt', f'0 {x} 0.5 0.3 0.2\n')
    return YOLO(str(root))


def wpod(root: Path, token: str) -> Reader:
    for name, x in (('good', '0.2'), ('bad', token)):
        text(root / f'{name}.txt', f'4,{x},0.6,0.6,0.2,0.3,0.3,0.5,0.5,,\n')
    return WPOD(str(root))


def openalpr(root: Path, token: str) -> Reader:
    for name, x in (('good', '20'), ('bad', token)):
        text(root / f'{name}.txt', f'{name}.jpg\t{x}\t30\t70\t30\tABC\n')
    return OpenALPR(str(root))


def aolp(root: Path, token: str) -> Reader:
    for number, (name, x) in enumerate((('good', '20'), ('bad', token))):
        picture(root / f'Subset_AC/Image/{name}{number}.jpg')
        text(root / f'Subset_AC/groundtruth_localization/{name}{number}.txt', f'{x} 30 90 60')
    return AOLP(str(root))


def _keyed(reader: type[Reader], line: str) -> Callable[[Path, str], Reader]:
    def write(root: Path, token: str) -> Reader:
        for name, x in (('good', '20'), ('bad', token)):
            picture(root / f'training/track1/{name}.jpg')
            text(root / f'training/track1/{name}.txt', line.format(x))
        text(root / 'split.txt', ''.join(f'training/track1/{n}.jpg;training\n' for n in ('good', 'bad')))
        return reader(str(root))

    return write


#: Writers of a set: folder, and what stands for one coordinate of the picture ``bad``.
SETS: dict[str, Callable[[Path, str], Reader]] = {
    'coco': coco,
    'via': via,
    'via_csv': via_csv,
    'label_studio': label_studio,
    'labelme': labelme,
    'uc3m_lp': uc3m,
    'cityscapes': cityscapes,
    'cvat': cvat,
    'voc': voc,
    'yolo': yolo,
    'wpod': wpod,
    'openalpr': openalpr,
    'aolp': aolp,
    'ufpr_alpr': _keyed(UFPRALPR, 'corners: {},30 90,41 92,61 22,50\n'),
    'ssig': _keyed(SSIG, 'position_plate: {} 30 70 30\n'),
    'rodosol': _keyed(RodoSol, 'corners: {},30 90,41 92,61 22,50\n'),
}
#: Sets whose pictures lie in folders of their own.
_OWN_FOLDERS = ('cityscapes', 'aolp', 'ufpr_alpr', 'ssig', 'rodosol')
JSON_SETS = ('coco', 'via', 'via_csv', 'label_studio', 'labelme', 'uc3m_lp', 'cityscapes')


def write_set(name: str, root: Path, token: str) -> Reader:
    """Writes a set with the pictures that it names."""
    for stem in () if name in _OWN_FOLDERS else ('good', 'bad'):
        picture(root / f'{stem}.jpg')
    root.mkdir(parents=True, exist_ok=True)
    return SETS[name](root, token)


def pictures(root: Path, *names: str) -> Path:
    """Writes pictures into a folder, and returns it."""
    for name in names or ('good', 'bad'):
        picture(root / f'{name}.jpg')
    return root


def png(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', header)
        + chunk(b'IDAT', zlib.compress(bytes(9)))
        + chunk(b'IEND', b'')
    )
