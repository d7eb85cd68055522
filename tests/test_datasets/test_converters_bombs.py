"""Annotations that state much: sizes, masks, outlines, identities."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import QUAD, picture, read_masks, run, text
from helpers.hostile_samples import pictures, png, write_set
from test_converters_hostile import ALL_TRAIN, assert_costs_one, converted, limited

from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO

FLAT = [value for point in QUAD for value in point]


def coco_set(root: Path, *bad: object, **image: object) -> Reader:
    """One annotation of ``good``, any of ``bad``."""
    pictures(root)
    content = {
        'images': [{'id': 1, 'file_name': 'good.jpg'}, {'id': 2, 'file_name': 'bad.jpg', **image}],
        'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'segmentation': [FLAT]}],
        'categories': [{'id': 1, 'name': 'plate'}],
    }
    for extra in bad:
        content['annotations'].append({'id': 2, 'image_id': 2, 'category_id': 1, **extra})
    text(root / 'all.json', content)
    return COCO(str(root))


class TestOutlines:
    """Outlines that nobody drew."""

    def test_a_million_points(self, tmp_path: Path) -> None:
        points = np.random.default_rng(0).uniform(0, 100, 1_000_000).round(1).tolist()
        assert_costs_one(limited(coco_set(tmp_path / 'S', {'segmentation': [points]}), tmp_path / 'out'))

    def test_two_hundred_thousand_parts(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', {'segmentation': [FLAT[:6]] * 200_000})
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_thousands_of_boxes_over_all_of_the_picture(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', *[{'bbox': [0, 0, 160, 120]}] * 9000)
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_more_annotations_than_a_picture_has(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', *[{'bbox': [0, 0, 5, 5]}] * 10_001)
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_points_of_voc(self, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        corners = ''.join(f'<x{i}>{i % 160}</x{i}><y{i}>{i % 7}</y{i}>' for i in range(1, 100_000))
        for name, points in (
            ('good', corners[:200].rsplit('<x', 1)[0]),
            ('bad', corners + '<x100000>1</x100000>'),
        ):
            outline = f'<object><name>plate</name><polygon>{points}</polygon></object>'
            text(tmp_path / f'S/{name}.xml', f'<annotation>{outline}</annotation>')
        assert_costs_one(limited(VOC(str(tmp_path / 'S')), tmp_path / 'out'))

    def test_objects_of_cityscapes_that_hide_one_another(self, tmp_path: Path) -> None:
        for name in ('good', 'bad'):
            picture(tmp_path / f'S/leftImg8bit/train/a/{name}_leftImg8bit.png')
            count = 9_000 if name == 'bad' else 2
            objects = [{'label': 'license plate', 'polygon': QUAD}]
            objects += [{'label': 'car', 'polygon': [[0, 0], [5, 0], [5, 5]]}] * (count // 2)
            objects += [{'label': 'license plate', 'polygon': QUAD}] * (count // 2)
            objects += [{'label': 'pole', 'polygon': [[0, 0], [160, 0], [160, 120], [0, 120]]}] * (
                count // 2 - 1
            )
            text(tmp_path / f'S/gtFine/train/a/{name}_gtFine_polygons.json', {'objects': objects})
        assert_costs_one(limited(Cityscapes(str(tmp_path / 'S')), tmp_path / 'out'))

    def test_lines_of_yolo(self, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        text(tmp_path / 'S/good.txt', '0 0.5 0.5 0.5 0.5\n')
        text(tmp_path / 'S/bad.txt', '0 0.5 0.5 0.5 0.5\n' * 300_000)
        assert_costs_one(limited(YOLO(str(tmp_path / 'S')), tmp_path / 'out'))


class TestMasks:
    """Masks that state more than their picture has."""

    @pytest.mark.parametrize('side', [150, 12_000, 100_000, 2**31 - 1])
    def test_of_labelme(self, side: int, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        good = {'label': 'plate', 'points': [[20, 30], [90, 60]], 'shape_type': 'rectangle'}
        mask = base64.b64encode(png(side, side)).decode()
        bad = {'label': 'plate', 'points': [[0, 0], [side, side]], 'shape_type': 'mask', 'mask': mask}
        for name, shape in (('good', good), ('bad', bad)):
            text(tmp_path / f'S/{name}.json', {'imagePath': f'{name}.jpg', 'shapes': [shape]})
        assert_costs_one(limited(LabelMe(str(tmp_path / 'S')), tmp_path / 'out'))

    @pytest.mark.parametrize(
        ('runs', 'side'),
        [
            ('1000000000000', 10**6),
            ('5,5', 10**9),
            ('9' * 30, 10),
            ('-1,101', 10),
            ('', 10),
            ('1,' * 10**6 + '1', 10),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_of_cvat(self, runs: str, side: int, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        box = '<box label="plate" xtl="20" ytl="30" xbr="90" ybr="60"/>'
        mask = f'<mask label="plate" rle="{runs}" left="0" top="0" width="{side}" height="{side}"/>'
        images = ''.join(
            f'<image name="{name}.jpg" width="160" height="120">{shape}</image>'
            for name, shape in (('good', box), ('bad', mask))
        )
        text(tmp_path / 'S/all.xml', f'<annotations>{images}</annotations>')
        assert_costs_one(limited(CVAT(str(tmp_path / 'S')), tmp_path / 'out'))

    @pytest.mark.parametrize(
        'data',
        [10**12, 'abc', [0] * 10**6, [255] * (3 * 10**6), [300], [-1], [[0]], [None], []],
        ids=lambda v: str(v)[:9],
    )
    def test_of_label_studio(self, data: object, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        values = ({'x': 10, 'y': 20, 'width': 30, 'height': 20}, {'format': 'rle', 'rle': data})
        tasks = []
        for name, value in zip(('good', 'bad'), values):
            region = {'original_width': 160, 'original_height': 120, 'value': {**value, 'labels': ['plate']}}
            tasks.append({'data': {'image': f'{name}.jpg'}, 'annotations': [{'result': [region]}]})
        text(tmp_path / 'S/tasks.json', tasks)
        found = limited(LabelStudio(str(tmp_path / 'S')), tmp_path / 'out')
        assert_costs_one(found)


SIZES = [(10**6, 10**6), (2**62, 1), (-160, 120), (1e300, 1e300), (159, 120)]


class TestStatedSizes:
    """Pictures that the annotation states to be larger than they are."""

    @pytest.mark.parametrize(('width', 'height'), SIZES)
    @pytest.mark.parametrize('name', ['coco', 'label_studio', 'labelme', 'cityscapes', 'cvat', 'voc'])
    def test_size(self, name: str, width: float, height: float, tmp_path: Path) -> None:
        write_set(name, tmp_path / 'S', '20')
        pattern = 'bad*.json' if name in ('labelme', 'cityscapes') else 'bad.xml' if name == 'voc' else '*.*'
        (path,) = [p for p in sorted((tmp_path / 'S').rglob(pattern)) if p.suffix in ('.json', '.xml')]
        content = path.read_text()
        begin = content.rindex('bad') if name in ('coco', 'label_studio', 'cvat') else 0
        content = content[:begin] + content[begin:].replace('160', f'{width:.0f}').replace(
            '120', f'{height:.0f}'
        )
        if name == 'voc':
            size = f'<size><width>{width:.0f}</width><height>{height:.0f}</height></size>'
            content = content.replace('<object>', size + '<object>')
        path.write_text(content)
        reader = {'labelme': LabelMe, 'voc': VOC, 'cvat': CVAT, 'coco': COCO}.get(name)
        reader = reader or {'label_studio': LabelStudio, 'cityscapes': Cityscapes}[name]
        found = converted(reader(str(tmp_path / 'S')), tmp_path / 'out')
        assert_costs_one(found)
        # Percents of such a picture lead beyond all pictures.
        assert 'made on a picture of' in found['problems'][0] or name == 'label_studio'


class TestIdentities:
    """Ids of COCO files."""

    @pytest.mark.parametrize('value', [[1], {}, [[]], True, 1.5, float('nan'), 10**30], ids=str)
    @pytest.mark.parametrize('key', ['image_id', 'category_id'])
    def test_of_annotations(self, key: str, value: object, tmp_path: Path) -> None:
        report = run(
            coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30], key: value}), tmp_path / 'out', rule=ALL_TRAIN
        )
        # Nothing says whose annotation it is.
        assert report.converted == 2 and len(report.problems) == 1
        assert 'annotation 1: expected a number as id' in report.problems[0].message

    @pytest.mark.parametrize('value', [[1], {}, 10**30], ids=str)
    def test_of_images_and_categories(self, value: object, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30]}, file_name=value)
        report = run(reader, tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 1 and 'image 2 has no file_name' in report.problems[0].message
        content = json.loads((tmp_path / 'S/all.json').read_text())
        content['categories'].append({'id': value, 'name': 'car'})
        content['images'][1].update(id=value, file_name='bad.jpg')
        text(tmp_path / 'S/all.json', content)
        report = run(COCO(str(tmp_path / 'S')), tmp_path / 'out2', rule=ALL_TRAIN)
        assert report.converted == 1 and len(report.problems) == 3

    def test_two_images_of_one_id(self, tmp_path: Path) -> None:
        """Neither is taken for a picture without plates."""
        reader = coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30]})
        content = json.loads((tmp_path / 'S/all.json').read_text())
        picture(tmp_path / 'S/third.jpg')
        content['images'].append({'id': 2, 'file_name': 'third.jpg'})
        content['images'].append(content['images'][0])
        text(tmp_path / 'S/all.json', content)
        report = run(reader, tmp_path / 'out', rule=ALL_TRAIN)
        assert list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        assert all('several images have the id 2' in problem.message for problem in report.problems)
        assert len(report.problems) == 2
