"""Readers of annotation tools on samples written by their grammar, good and broken."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from converter_samples import annotations, oracle, picture, problems, read_masks, run, text
from PIL import Image
from pycocotools import mask as coco_mask

from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO

#: Integer corners between which no edge runs through the centre of a pixel.
QUAD = [[20, 30], [90, 41], [92, 61], [22, 50]]
BOX = [[20, 30], [90, 30], [90, 60], [20, 60]]
FIVE = [[100, 70], [120, 67], [140, 70], [140, 100], [100, 100]]
ALL_TRAIN = SplitRule(split='train')


def flat(points: list) -> list:
    return [value for point in points for value in point]


class TestCOCO:
    def content(self, *annotated: dict, categories: tuple = ('plate', 'car')) -> dict:
        return {
            'images': [{'id': 7, 'file_name': 'a.jpg', 'width': 160, 'height': 120}],
            'categories': [{'id': i, 'name': name} for i, name in enumerate(categories)],
            'annotations': [
                {'id': 100 + i, 'image_id': 7, 'category_id': 0, **a} for i, a in enumerate(annotated)
            ],
        }

    def convert(self, tmp_path: Path, *annotated: dict, **options: object) -> np.ndarray:
        picture(tmp_path / 'S/images/a.jpg')
        text(tmp_path / 'S/annotations/all.json', self.content(*annotated))
        report = run(COCO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN, **options)
        assert not report.problems
        return read_masks(tmp_path / 'out')['train/a.jpg']

    def rles(self) -> tuple[np.ndarray, dict, dict]:
        mask = oracle(QUAD)
        compressed = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        compressed['counts'] = compressed['counts'].decode()
        runs, value = [], False
        column_major = mask.T.ravel()
        run_length = 0
        for pixel in column_major:
            if pixel != value:
                runs.append(run_length)
                run_length, value = 0, pixel
            run_length += 1
        return mask, {'size': [120, 160], 'counts': [*runs, run_length]}, compressed

    def test_polygon_with_parts(self, tmp_path: Path) -> None:
        mask = self.convert(tmp_path, {'segmentation': [flat(QUAD), flat(FIVE)], 'iscrowd': 0})
        np.testing.assert_array_equal(mask, (oracle(QUAD) | oracle(FIVE)) * 255)
        (annotation,) = annotations(tmp_path / 'out', 'train')['a.jpg']
        assert annotation['kind'] == 'polygon' and len(annotation['segmentation']) == 2

    @pytest.mark.parametrize('kind', [1, 2])
    def test_run_lengths(self, tmp_path: Path, kind: int) -> None:
        rles = self.rles()
        mask = self.convert(tmp_path, {'segmentation': rles[kind]})
        np.testing.assert_array_equal(mask, rles[0] * 255)
        (annotation,) = annotations(tmp_path / 'out', 'train')['a.jpg']
        assert annotation['kind'] == 'mask'
        assert annotation['bbox'] == [float(v) for v in coco_mask.toBbox(rles[2])]
        np.testing.assert_array_equal(
            coco_mask.decode(coco_mask.frPyObjects(annotation['segmentation'], 120, 160)), rles[0]
        )

    def test_box_where_there_is_no_outline(self, tmp_path: Path) -> None:
        mask = self.convert(tmp_path, {'segmentation': [], 'bbox': [20, 30, 70, 30]})
        np.testing.assert_array_equal(mask, oracle(BOX) * 255)
        assert annotations(tmp_path / 'out', 'train')['a.jpg'][0]['kind'] == 'box'

    def test_crowds_and_ignored_become_ignore(self, tmp_path: Path) -> None:
        crowd = {'segmentation': self.rles()[1], 'iscrowd': 1}
        ignored = {'bbox': [100, 70, 40, 30], 'ignored': True}
        mask = self.convert(tmp_path, crowd, ignored)
        expected = oracle(QUAD) | oracle([[100, 70], [140, 70], [140, 100], [100, 100]])
        np.testing.assert_array_equal(mask, expected * 128)

    def test_own_output_comes_back_the_same(self, tmp_path: Path) -> None:
        edge = [[140.2, 20.1], [170, 21], [170, 30], [140.2, 29.3]]
        outlines = [
            {'segmentation': [flat(QUAD)]},
            {'segmentation': [flat([[x - 2, y] for x, y in edge])]},
            {'bbox': [100, 70, 40, 30]},
            {'segmentation': self.rles()[2], 'iscrowd': 1},
        ]
        mask = self.convert(tmp_path, *outlines, rim=0.25)
        run(COCO(str(tmp_path / 'out')), tmp_path / 'again', rim=0.25)
        np.testing.assert_array_equal(read_masks(tmp_path / 'again')['train/a.jpg'], mask)
        first, second = (annotations(tmp_path / name, 'train')['a.jpg'] for name in ('out', 'again'))
        assert first == second

    @pytest.mark.parametrize(
        ('annotation', 'message'),
        [
            ({'segmentation': [[1, 2, 3, 4]]}, 'annotation 101: an outline needs 3 points or more, got 2'),
            ({'segmentation': [[1, 2, 3, 4, 5]]}, 'pairs of numbers'),
            ({'segmentation': []}, r'neither segmentation nor bbox'),
            ({'bbox': [20, 30, 0, 30]}, 'without area'),
            ({'bbox': [400, 30, 20, 30]}, 'outside the picture'),
            ({'segmentation': {'size': [120, 160], 'counts': [5, 5]}}, 'add up to 10 pixels, expected 19200'),
            ({'segmentation': {'size': [60, 80], 'counts': [4800]}}, 'made on a picture of 80 x 60'),
            ({'segmentation': {'counts': [5]}}, "expected 'size'"),
            ({'segmentation': {'size': [120, 160], 'counts': 'abc\x00'}}, 'no character'),
            ({'category_id': 9}, 'category 9 is not listed'),
        ],
    )
    def test_broken_annotation_leaves_out_its_picture(
        self, tmp_path: Path, annotation: dict, message: str
    ) -> None:
        content = self.content({'bbox': [20, 30, 70, 30]}, annotation)
        content['images'].append({'id': 8, 'file_name': 'b.jpg'})
        picture(tmp_path / 'S/a.jpg'), picture(tmp_path / 'S/b.jpg')
        text(tmp_path / 'S/all.json', content)
        report = run(COCO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        ((name, found),) = problems(report).items()
        assert 'a.jpg' in name
        assert re.search(message, found)
        assert list(read_masks(tmp_path / 'out')) == ['train/b.jpg']

    def test_broken_files(self, tmp_path: Path) -> None:
        source = tmp_path / 'S'
        picture(source / 'a.jpg')
        content = self.content({'bbox': [20, 30, 70, 30]})
        content['annotations'].append({'id': 5, 'image_id': 99, 'category_id': 0, 'bbox': [1, 1, 5, 5]})
        content['images'].append({'id': 8, 'file_name': 'lost.jpg'})
        content['images'].append({'id': 9})
        content['images'].append('nonsense')
        text(source / 'all.json', content)
        text(source / 'cut.json', json.dumps(content)[:-30])
        text(source / 'other.json', {'shapes': []})
        text(source / 'odd.json', {'images': {}, 'annotations': [], 'categories': []})
        found = [
            f'{problem.path}: {problem.message}'
            for problem in run(COCO(str(source)), tmp_path / 'out').problems
        ]
        for part in (
            'cut.json: is no JSON, or cut off',
            "odd.json: expected a list under 'images', got dict",
            "all.json: lost.jpg: there is no picture 'lost.jpg'",
            'image 9 has no file_name',
            'not built as its format says',
            '1 annotations of an image 99 that is not listed',
        ):
            assert any(part in line for line in found), (part, found)
        assert len(found) == 6
        with pytest.raises(ConversionError, match='no COCO file'):
            list(COCO(str(source / 'other.json')).read())

    def test_splits_by_folder_and_file_name(self, tmp_path: Path) -> None:
        for folder, name in (('train', '_annotations.coco.json'), ('valid', '_annotations.coco.json')):
            picture(tmp_path / f'S/{folder}/a.jpg')
            text(tmp_path / f'S/{folder}/{name}', self.content({'bbox': [20, 30, 70, 30]}))
        run(COCO(str(tmp_path / 'S')), tmp_path / 'out')
        assert sorted(read_masks(tmp_path / 'out')) == ['train/a.jpg', 'val/a.jpg']
        picture(tmp_path / 'T/pictures/a.jpg')
        text(tmp_path / 'T/instances_val2017.json', self.content({'bbox': [20, 30, 70, 30]}))
        reader = COCO(str(tmp_path / 'T/instances_val2017.json'), images=str(tmp_path / 'T/pictures'))
        run(reader, tmp_path / 'out2')
        assert sorted(read_masks(tmp_path / 'out2')) == ['val/a.jpg']

    def test_size_of_a_picture_that_exif_turns(self, tmp_path: Path) -> None:
        picture(tmp_path / 'S/a.jpg', (120, 160), orientation=6)
        text(tmp_path / 'S/all.json', self.content({'bbox': [20, 30, 70, 30]}))
        run(COCO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        np.testing.assert_array_equal(read_masks(tmp_path / 'out')['train/a.jpg'], oracle(BOX) * 255)


class TestYOLO:
    def sample(self, source: Path, content: str, name: str = 'a') -> None:
        picture(source / f'images/train/{name}.jpg')
        text(source / f'labels/train/{name}.txt', content)

    def line(self, points: list, number: int = 0) -> str:
        return f'{number} ' + ' '.join(f'{x / 160:.8f} {y / 120:.8f}' for x, y in points) + '\n'

    def test_box_outline_and_turned_box(self, tmp_path: Path) -> None:
        box = f'0 {120 / 160} {20 / 120} {40 / 160} {20 / 120}\n'
        self.sample(tmp_path / 'S', box + self.line(QUAD) + self.line(FIVE) + '\n')
        text(tmp_path / 'S/data.yaml', 'path: .\ntrain: images/train\nnames: [licence]\n')
        picture(tmp_path / 'S/images/train/none.jpg')
        report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out')
        assert not report.problems
        assert any('1 pictures have no label file' in note for note in report.notes)
        masks = read_masks(tmp_path / 'out')
        whole = oracle([[100, 10], [140, 10], [140, 30], [100, 30]]) | oracle(QUAD) | oracle(FIVE)
        assert ((masks['train/a.jpg'] > 0) ^ whole).sum() <= 3
        assert not masks['train/none.jpg'].any()
        kinds = [a['kind'] for a in annotations(tmp_path / 'out', 'train')['a.jpg']]
        assert kinds == ['box', 'quad', 'polygon']

    def test_pose(self, tmp_path: Path) -> None:
        points = ' '.join(f'{x / 160:.8f} {y / 120:.8f} 2' for x, y in QUAD)
        self.sample(tmp_path / 'S', f'0 0.35 0.4 0.45 0.26 {points}\n')
        for reader in (YOLO(str(tmp_path / 'S'), pose=True), self.with_yaml(tmp_path / 'S')):
            run(reader, tmp_path / 'out', overwrite=True)
            mask = read_masks(tmp_path / 'out')['train/a.jpg']
            assert ((mask > 0) ^ oracle(QUAD)).sum() <= 3

    def with_yaml(self, source: Path) -> YOLO:
        text(source / 'data.yaml', 'kpt_shape: [4, 3]\nnames:\n  0: plate\n')
        return YOLO(str(source))

    def test_splits_and_lists_of_data_yaml(self, tmp_path: Path) -> None:
        for part in ('one', 'two', 'three'):
            picture(tmp_path / f'S/{part}/images/a.jpg')
            text(tmp_path / f'S/{part}/labels/a.txt', self.line(QUAD))
        text(tmp_path / 'S/list.txt', './three/images/a.jpg\n')
        text(tmp_path / 'S/data.yaml', 'train: one/images\nval: two/images\ntest: list.txt\nnames: [p]\n')
        report = run(YOLO(str(tmp_path / 'S/data.yaml')), tmp_path / 'out')
        assert not report.problems
        assert sorted(read_masks(tmp_path / 'out')) == [
            'test/three_a.jpg',
            'train/one_a.jpg',
            'val/two_a.jpg',
        ]

    def test_labels_beside_pictures_and_class_names(self, tmp_path: Path) -> None:
        picture(tmp_path / 'S/a.png')
        text(tmp_path / 'S/a.txt', self.line(QUAD, 1) + self.line(FIVE, 0))
        text(tmp_path / 'S/classes.txt', 'face\nplate\n')
        run(YOLO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert ((read_masks(tmp_path / 'out')['train/a.png'] > 0) ^ oracle(QUAD)).sum() <= 3

    @pytest.mark.parametrize(
        ('line', 'message'),
        [
            ('0 0.5 0.5 0.2', 'line 2: expected CLASS and 4 numbers'),
            ('0 0.5 0.5 0.2 0.1 0.9', 'a prediction with its confidence'),
            ('0 0.1 0.1 0.2 0.1 0.2 0.2 0.9', 'a prediction with its confidence'),
            ('plate 0.5 0.5 0.2 0.1', 'line 2: expected a class number first'),
            ('0 0.5 0.5 0.2 abc', "expected a number, got 'abc'"),
            ('0 80 60 20 10', 'expected fractions 0..1'),
            ('0 0.5 0.5 0 0.1', 'without area'),
            ('0 0.1 0.1 0.2 0.2 0.3 0.3', 'no area'),
            ('0 1.5 0.5 0.2 0.1', 'outside the picture'),
            ('0 nan 0.5 0.2 0.1', 'expected fractions'),
        ],
    )
    def test_broken_lines(self, tmp_path: Path, line: str, message: str) -> None:
        self.sample(tmp_path / 'S', self.line(QUAD), 'good')
        self.sample(tmp_path / 'S', self.line(QUAD) + line, 'bad')
        report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out')
        assert list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        ((name, found),) = problems(report).items()
        assert name in ('bad.txt', 'bad.jpg') and message in found

    def test_label_without_picture_and_no_labels_at_all(self, tmp_path: Path) -> None:
        self.sample(tmp_path / 'S', self.line(QUAD))
        text(tmp_path / 'S/labels/train/lost.txt', self.line(QUAD))
        text(tmp_path / 'S/README.txt', 'Pictures of plates, taken in 2020 by us\n')
        found = problems(run(YOLO(str(tmp_path / 'S')), tmp_path / 'out'))
        assert found == {'lost.txt': 'there is no picture for this label file'}
        with pytest.raises(ConversionError, match=r'none of the 1 pictures .* has a label file'):
            list(YOLO(str(tmp_path / 'out/train/masks')).read())


class TestVOC:
    def xml(self, *objects: str, size: tuple = (160, 120), name: str = 'a.png') -> str:
        return (
            f'<annotation><filename>{name}</filename><size><width>{size[0]}</width><height>{size[1]}</height>'
            f'</size>{"".join(objects)}</annotation>'
        )

    def object(self, *edges: object, name: str = 'licence') -> str:
        tags = ''.join(f'<{t}>{v}</{t}>' for t, v in zip(('xmin', 'ymin', 'xmax', 'ymax'), edges))
        return f'<object><name>{name}</name><bndbox>{tags}</bndbox></object>'

    def test_conversion(self, tmp_path: Path) -> None:
        picture(tmp_path / 'S/images/a.png'), picture(tmp_path / 'S/images/unannotated.png')
        text(tmp_path / 'S/annotations/a.xml', self.xml(self.object(20, 30, 90, 60), size=(0, 0)))
        report = run(VOC(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        np.testing.assert_array_equal(read_masks(tmp_path / 'out')['train/a.png'], oracle(BOX) * 255)
        assert '1 pictures have no XML file and are left out' in report.notes

    def test_one_based(self, tmp_path: Path) -> None:
        picture(tmp_path / 'S/JPEGImages/a.png')
        text(tmp_path / 'S/Annotations/a.xml', self.xml(self.object(21, 31, 90, 60)))
        text(tmp_path / 'S/ImageSets/Main/val.txt', 'a\n')
        text(tmp_path / 'S/ImageSets/Main/plate_val.txt', 'a  1\n')
        run(VOC(str(tmp_path / 'S'), one_based=True), tmp_path / 'out')
        np.testing.assert_array_equal(read_masks(tmp_path / 'out')['val/a.png'], oracle(BOX) * 255)

    def test_broken(self, tmp_path: Path) -> None:
        good = self.object(20, 30, 90, 60)
        for name, content in {
            'good': self.xml(good),
            'cut': self.xml(good)[:-30],
            'other': '<annotations/>',
            'noedge': self.xml(self.object(20, 30, 90)),
            'word': self.xml(self.object(20, 30, 'x', 60)),
            'flat': self.xml(self.object(20, 30, 20, 60)),
            'size': self.xml(good, size=(640, 480)),
            'lost': self.xml(good, name='lost.png'),
        }.items():
            text(tmp_path / f'S/{name}.xml', content)
            if name != 'lost':
                picture(tmp_path / f'S/{name}.png')
        found = problems(run(VOC(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN))
        assert list(read_masks(tmp_path / 'out')) == ['train/good.png']
        for name, part in {
            'cut.xml': 'cut off',
            'other.xml': 'expected <annotation>, got <annotations>',
            'noedge.png': 'object 1: expected <bndbox> with xmin, ymin, xmax, ymax',
            'word.png': "xmax: expected a number, got 'x'",
            'flat.png': 'object 1: box without area',
            'size.png': 'made on a picture of 640 x 480, this one has 160 x 120',
            'lost.xml': "there is no picture 'lost.png'",
        }.items():
            assert part in found[name]
        assert len(found) == 7


class TestLabelMe:
    def content(self, *shapes: dict, **extra: object) -> dict:
        base = {'version': '5.4.1', 'flags': {}, 'imagePath': 'a.jpg', 'imageData': None}
        return {**base, 'imageWidth': 160, 'imageHeight': 120, 'shapes': list(shapes), **extra}

    def shape(self, kind: str, points: list, label: str = 'carplate', **extra: object) -> dict:
        return {'label': label, 'shape_type': kind, 'points': points, 'group_id': None, 'flags': {}, **extra}

    def convert(self, tmp_path: Path, *shapes: dict) -> np.ndarray:
        picture(tmp_path / 'S/images/a.jpg')
        content = self.content(*shapes, imagePath='..\\images\\a.jpg')
        text(tmp_path / 'S/labels/a.json', content)
        assert not run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN).problems
        return read_masks(tmp_path / 'out')['train/a.jpg']

    def test_polygon_rectangle_circle(self, tmp_path: Path) -> None:
        mask = self.convert(
            tmp_path,
            self.shape('polygon', FIVE),
            self.shape('rectangle', [[90, 60], [20, 30]]),
            self.shape('circle', [[60, 90], [60, 110]]),
            self.shape('point', [[5, 5]], label='car'),
            self.shape('polygon', [[150, 5], [158, 5], [158, 15]], label='ignore'),
        )
        plain = oracle(FIVE) | oracle(BOX)
        x, y = np.meshgrid(np.arange(160) + 0.5, np.arange(120) + 0.5)
        disc = np.hypot(x - 60, y - 90)
        assert ((mask == 255) == (plain | (disc < 20)))[np.abs(disc - 20) > 0.1].all()
        assert (mask == 128).sum() == oracle([[150, 5], [158, 5], [158, 15]]).sum()
        kinds = [a['kind'] for a in annotations(tmp_path / 'out', 'train')['a.jpg']]
        assert kinds == ['polygon', 'box', 'polygon', 'polygon']

    def test_mask(self, tmp_path: Path) -> None:
        pixels = oracle(QUAD)[30:61, 20:92]
        buffer = io.BytesIO()
        Image.fromarray(pixels.astype(np.uint8) * 255).save(buffer, 'PNG')
        encoded = base64.b64encode(buffer.getvalue()).decode()
        mask = self.convert(tmp_path, self.shape('mask', [[20, 30], [91, 60]], mask=encoded))
        np.testing.assert_array_equal(mask, oracle(QUAD) * 255)
        (annotation,) = annotations(tmp_path / 'out', 'train')['a.jpg']
        assert annotation['kind'] == 'mask' and annotation['area'] == pixels.sum()

    def test_broken(self, tmp_path: Path) -> None:
        good = self.shape('polygon', QUAD)
        for name, content in {
            'good': self.content(good),
            'cut': json.dumps(self.content(good))[:-40],
            'line': self.content(good, self.shape('line', [[1, 1], [5, 5]])),
            'two': self.content(self.shape('polygon', QUAD[:2])),
            'corner': self.content(self.shape('rectangle', QUAD[:1])),
            'mask': self.content(self.shape('mask', [[20, 30], [91, 60]], mask='!!')),
            'size': self.content(good, imageWidth=640, imageHeight=480),
            'odd': self.content(good, {'label': 'carplate', 'points': 'abc'}),
            'lost': self.content(good, imageData='abcd'),
        }.items():
            if isinstance(content, dict):
                content['imagePath'] = f'{name}.jpg'
            text(tmp_path / f'S/{name}.json', content)
            if name != 'lost':
                picture(tmp_path / f'S/{name}.jpg')
        picture(tmp_path / 'S/unannotated.jpg')
        text(tmp_path / 'S/settings.json', {'zoom': 2})
        report = run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        found = problems(report)
        for name, part in {
            'cut.json': 'cut off',
            'line.jpg': "shape 2: 'line' has no area",
            'two.jpg': '3 points or more, got 2',
            'corner.jpg': 'rectangle: expected 2 points, got 1',
            'mask.jpg': 'expected a PNG in base64',
            'size.jpg': 'made on a picture of 640 x 480',
            'odd.jpg': 'shape 2: ',
            'lost.json': "no picture 'lost.jpg' (a copy is inside the JSON as imageData)",
        }.items():
            assert part in found[name], name
        assert len(found) == 8 and list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        assert '2 pictures have no JSON file and are left out' in report.notes
        with pytest.raises(ConversionError, match='no LabelMe JSON'):
            list(LabelMe(str(tmp_path / 'S/settings.json')).read())


class TestVIA:
    def region(self, kind: str, label: str = 'plate', **numbers: object) -> dict:
        return {'shape_attributes': {'name': kind, **numbers}, 'region_attributes': {'label': label}}

    def polygon(self, points: list, label: str = 'plate') -> dict:
        return self.region(
            'polygon', label, all_points_x=[x for x, _ in points], all_points_y=[y for _, y in points]
        )

    def content(self, regions: object, name: str = 'a.jpg') -> dict:
        return {f'{name}1234': {'filename': name, 'size': 1234, 'regions': regions, 'file_attributes': {}}}

    @pytest.mark.parametrize('version', ['project', 'export', 'numbered'])
    def test_json(self, tmp_path: Path, version: str) -> None:
        regions: object = [
            self.polygon(QUAD),
            self.region('rect', x=100, y=70, width=40, height=30),
            self.region('point', 'wheel', cx=3, cy=4),
            self.region('circle', 'ignore', cx=130, cy=30, r=10),
        ]
        if version == 'numbered':
            regions = {str(i): region for i, region in enumerate(regions)}
        content = self.content(regions)
        if version == 'project':
            content = {'_via_settings': {}, '_via_img_metadata': content, '_via_attributes': {}}
        picture(tmp_path / 'S/train/a.jpg')
        text(tmp_path / 'S/train/via_region_data.json', content)
        assert not run(VIA(str(tmp_path / 'S')), tmp_path / 'out').problems
        mask = read_masks(tmp_path / 'out')['train/a.jpg']
        expected = oracle(QUAD) | oracle([[100, 70], [140, 70], [140, 100], [100, 100]])
        np.testing.assert_array_equal(mask == 255, expected)
        assert (mask == 128).sum() == pytest.approx(np.pi * 100, rel=0.03)

    def test_csv(self, tmp_path: Path) -> None:
        shape = json.dumps(self.polygon(QUAD)['shape_attributes']).replace('"', '""')
        rows = [
            '#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes',
            f'a.jpg,12,"{{}}",1,0,"{shape}","{{""label"":""plate""}}"',
            'b.jpg,12,"{}",0,0,"{}","{}"',
        ]
        picture(tmp_path / 'S/a.jpg'), picture(tmp_path / 'S/b.jpg')
        text(tmp_path / 'S/via.csv', '\n'.join(rows) + '\n')
        assert not run(VIA(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN).problems
        masks = read_masks(tmp_path / 'out')
        np.testing.assert_array_equal(masks['train/a.jpg'], oracle(QUAD) * 255)
        assert not masks['train/b.jpg'].any()

    def test_attributes(self, tmp_path: Path) -> None:
        region = self.polygon(QUAD)
        region['region_attributes'] = {'kind': {'plate': True, 'dirty': False}, 'text': 'ABC'}
        picture(tmp_path / 'S/a.jpg')
        text(tmp_path / 'S/a.json', self.content([region]))
        with pytest.raises(ConversionError, match='which attribute holds the label'):
            run(VIA(str(tmp_path / 'S')), tmp_path / 'out')
        assert not run(VIA(str(tmp_path / 'S'), 'kind'), tmp_path / 'out').problems
        with pytest.raises(ConversionError, match="no attribute 'class', there are"):
            run(VIA(str(tmp_path / 'S'), 'class'), tmp_path / 'out2')

    def test_broken(self, tmp_path: Path) -> None:
        content = {}
        for name, region in {
            'good': self.polygon(QUAD),
            'uneven': self.region('polygon', all_points_x=[1, 2, 3], all_points_y=[1, 2]),
            'missing': self.region('rect', x=1, y=2, width=5),
            'point': self.region('point', cx=1, cy=2),
        }.items():
            content.update(self.content([region], f'{name}.jpg'))
            picture(tmp_path / f'S/{name}.jpg')
        content.update(self.content([], 'lost.jpg'))
        text(tmp_path / 'S/via.json', content)
        text(tmp_path / 'S/cut.json', json.dumps(content)[:-9])
        found = problems(run(VIA(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN))
        assert '3 all_points_x, but 2 all_points_y' in found['uneven.jpg']
        assert "'height' is missing" in found['missing.jpg']
        assert "'point' has no area" in found['point.jpg']
        assert "no picture 'lost.jpg'" in found['via.json: lost.jpg']
        assert 'cut off' in found['cut.json']
        assert len(found) == 5
        with pytest.raises(ConversionError, match='no VIA file'):
            list(VIA(str(tmp_path / 'out')).read())


class TestCVAT:
    def points(self, points: list) -> str:
        return ';'.join(f'{x:.2f},{y:.2f}' for x, y in points)

    def images(self, *shapes: str, attributes: str = '', name: str = 'a.jpg') -> str:
        return f'<image id="0" name="{name}" width="160" height="120" {attributes}>{"".join(shapes)}</image>'

    def file(self, path: Path, *parts: str) -> None:
        head = '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version><meta/>'
        text(path, head + ''.join(parts) + '</annotations>')

    def test_images(self, tmp_path: Path) -> None:
        runs = []
        block = oracle(FIVE)[67:100, 100:140]
        value, length = False, 0
        for pixel in block.ravel():
            if pixel != value:
                runs.append(length)
                value, length = pixel, 0
            length += 1
        rle = ', '.join(map(str, [*runs, length]))
        shapes = (
            f'<polygon label="plate" points="{self.points(QUAD)}" occluded="0"><attribute/></polygon>',
            '<box label="plate" xtl="100" ytl="5" xbr="140" ybr="25"/>',
            f'<mask label="plate" rle="{rle}" left="100" top="67" width="40" height="33"/>',
            '<ellipse label="ignore" cx="40" cy="100" rx="20" ry="10"/>',
            '<points label="wheel" points="1,2"/><tag label="good_frame"/>',
        )
        self.file(tmp_path / 'S/annotations.xml', self.images(*shapes, attributes='subset="Train"'))
        picture(tmp_path / 'S/images/Train/a.jpg')
        assert not run(CVAT(str(tmp_path / 'S')), tmp_path / 'out').problems
        mask = read_masks(tmp_path / 'out')['train/a.jpg']
        plates = oracle(QUAD) | oracle(FIVE) | oracle([[100, 5], [140, 5], [140, 25], [100, 25]])
        np.testing.assert_array_equal(mask == 255, plates)
        assert (mask == 128).sum() == pytest.approx(np.pi * 200, rel=0.03)
        kinds = [a['kind'] for a in annotations(tmp_path / 'out', 'train')['a.jpg']]
        assert kinds == ['quad', 'box', 'mask', 'polygon']

    def test_turned_box(self, tmp_path: Path) -> None:
        box = '<box label="plate" xtl="40" ytl="50" xbr="120" ybr="70" rotation="30.0"/>'
        self.file(tmp_path / 'S/a.xml', self.images(box))
        picture(tmp_path / 'S/a.jpg')
        run(CVAT(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        (annotation,) = annotations(tmp_path / 'out', 'train')['a.jpg']
        assert annotation['kind'] == 'quad'
        # Clockwise, as in SVG: the right end of the box goes down.
        top_left, top_right = np.array(annotation['corners'])[:2]
        np.testing.assert_allclose(top_right - top_left, [80 * np.sqrt(0.75), 40], atol=0.01)

    def test_tracks(self, tmp_path: Path) -> None:
        moved = [[x + 5, y] for x, y in QUAD]
        track = (
            '<track id="0" label="plate" source="manual">'
            f'<polygon frame="0" outside="0" keyframe="1" points="{self.points(QUAD)}"/>'
            f'<polygon frame="1" outside="0" keyframe="0" points="{self.points(moved)}"/>'
            f'<polygon frame="2" outside="1" keyframe="1" points="{self.points(moved)}"/></track>'
            '<track id="1" label="plate"><box frame="9" outside="0" xtl="1" ytl="2" xbr="9" ybr="9"/></track>'
        )
        self.file(tmp_path / 'S/annotations.xml', track)
        with pytest.raises(ConversionError, match='ffmpeg -i VIDEO -start_number 0'):
            list(CVAT(str(tmp_path / 'S')).read())
        for frame in range(3):
            picture(tmp_path / f'S/images/frame_{frame:06}.PNG')
        report = run(CVAT(str(tmp_path / 'S')), tmp_path / 'out')
        masks = list(read_masks(tmp_path / 'out').values())
        assert len(masks) == 3 and len(list((tmp_path / 'out').glob('*/images'))) == 1
        np.testing.assert_array_equal(masks[0], oracle(QUAD) * 255)
        np.testing.assert_array_equal(masks[1], oracle(moved) * 255)
        assert not masks[2].any()
        assert problems(report) == {'annotations.xml: frame 9': 'there is no picture of frame 9'}
        assert any('one group cannot be split' in note for note in report.notes)

    def test_broken(self, tmp_path: Path) -> None:
        shapes = {
            'good': f'<polygon label="plate" points="{self.points(QUAD)}"/>',
            'pairs': '<polygon label="plate" points="1,2;3;5,6"/>',
            'word': '<polygon label="plate" points="1,2;3,x;5,6"/>',
            'edge': '<box label="plate" xtl="1" ytl="2" xbr="9"/>',
            'runs': '<mask label="plate" rle="3, 5" left="1" top="1" width="5" height="3"/>',
            'over': '<mask label="plate" rle="0, 15" left="158" top="1" width="5" height="3"/>',
            'line': '<polyline label="plate" points="1,2;3,4"/>',
            'lost': '',
        }
        images = [self.images(shape, name=f'{name}.jpg') for name, shape in shapes.items()]
        self.file(tmp_path / 'S/annotations.xml', *images)
        for name in shapes:
            if name != 'lost':
                picture(tmp_path / f'S/{name}.jpg')
        text(tmp_path / 'S/cut.xml', '<annotations><image')
        found = problems(run(CVAT(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN))
        assert list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        for name, part in {
            'pairs.jpg': 'expected "x,y;x,y;..."',
            'word.jpg': "expected a number, got 'x'",
            'edge.jpg': "<box> without 'ybr'",
            'runs.jpg': 'add up to 8 pixels, expected 15',
            'over.jpg': 'reaches over the picture of 160 x 120',
            'line.jpg': '<polyline> has no area',
            'annotations.xml: lost.jpg': "no picture 'lost.jpg'",
            'cut.xml': 'cut off',
        }.items():
            assert part in found[name], name
        assert len(found) == 8
