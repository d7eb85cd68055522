"""Boxes that annotation tools turned: every format's own way to say so, against the geometry of OpenCV."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.converter_samples import annotations, oracle, picture, problems, read_masks, run, text

from mmlp.datasets.converters import FormatError, SplitRule
from mmlp.datasets.converters.brush import decode_brush
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO

ALL_TRAIN = SplitRule(split='train')
CENTRE, SIZE = (80.3, 60.2), (70.0, 22.0)
EDGES = [CENTRE[0] - 35, CENTRE[1] - 11, CENTRE[0] + 35, CENTRE[1] + 11]


def corners(degrees: float) -> np.ndarray:
    return cv2.boxPoints((CENTRE, SIZE, degrees)).astype(float)


def coco(path: Path, **annotated: object) -> Reader:
    content = {
        'images': [{'id': 1, 'file_name': 'a.jpg', 'width': 160, 'height': 120}],
        'categories': [{'id': 1, 'name': 'plate'}],
        'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, **annotated}],
    }
    text(path / 'all.json', content)
    return COCO(str(path))


def coco_of_cvat(path: Path, degrees: float) -> Reader:
    return coco(
        path,
        bbox=[*EDGES[:2], *SIZE],
        segmentation=[],
        attributes={'occluded': False, 'rotation': degrees},
    )


def coco_with_rotation(path: Path, degrees: float) -> Reader:
    return coco(path, bbox=[*EDGES[:2], *SIZE], rotation=degrees)


def coco_with_the_box_as_outline(path: Path, degrees: float) -> Reader:
    left, top, right, bottom = EDGES
    outline = [left, top, right, top, right, bottom, left, bottom]
    return coco(path, bbox=[left, top, *SIZE], segmentation=[outline], attributes={'rotation': degrees})


def coco_with_outline(path: Path, degrees: float) -> Reader:
    """Turned once, not twice."""
    return coco(
        path,
        bbox=[*EDGES[:2], *SIZE],
        segmentation=[corners(degrees).ravel().tolist()],
        attributes={'rotation': degrees},
    )


def cvat(path: Path, degrees: float) -> Reader:
    edges = ' '.join(f'{key}="{v}"' for key, v in zip(('xtl', 'ytl', 'xbr', 'ybr'), EDGES))
    image = f'<box label="plate" {edges} rotation="{degrees}"/>'
    text(
        path / 'a.xml',
        f'<annotations><image name="a.jpg" width="160" height="120">{image}</image></annotations>',
    )
    return CVAT(str(path))


def voc(path: Path, inside: str) -> Reader:
    text(path / 'a.xml', f'<annotation><object><name>plate</name>{inside}</object></annotation>')
    return VOC(str(path))


def bounds(edges: list) -> str:
    return '<bndbox>%s</bndbox>' % ''.join(  # noqa: UP031
        f'<{key}>{v}</{key}>' for key, v in zip(('xmin', 'ymin', 'xmax', 'ymax'), edges)
    )


def voc_of_cvat(path: Path, degrees: float) -> Reader:
    pairs = (('occluded', 'False'), ('rotation', degrees))
    stated = ''.join(f'<attribute><name>{k}</name><value>{v}</value></attribute>' for k, v in pairs)
    return voc(path, f'{bounds(EDGES)}<attributes>{stated}</attributes>')


def voc_of_rolabelimg(path: Path, degrees: float) -> Reader:
    numbers = zip(('cx', 'cy', 'w', 'h', 'angle'), (*CENTRE, *SIZE, math.radians(degrees)))
    stated = ''.join(f'<{key}>{v}</{key}>' for key, v in numbers)
    return voc(path, f'<type>robndbox</type><robndbox>{stated}</robndbox>')


def voc_of_roboflow(path: Path, degrees: float) -> Reader:
    points = corners(degrees)
    stated = ''.join(f'<x{i}>{x}</x{i}><y{i}>{y}</y{i}>' for i, (x, y) in enumerate(points, start=1))
    hull = [*points.min(axis=0), *points.max(axis=0)]
    return voc(path, f'{bounds(hull)}<polygon>{stated}</polygon>')


def labelme(path: Path, **shape: object) -> Reader:
    content = {
        'imagePath': 'a.jpg',
        'imageWidth': 160,
        'imageHeight': 120,
        'shapes': [{'label': 'plate', **shape}],
    }
    text(path / 'a.json', content)
    return LabelMe(str(path))


def x_anylabeling(path: Path, degrees: float) -> Reader:
    return labelme(
        path, shape_type='rotation', points=corners(degrees).tolist(), direction=math.radians(degrees)
    )


def labelme_oriented(path: Path, degrees: float) -> Reader:
    return labelme(path, shape_type='oriented_rectangle', points=corners(degrees).tolist())


def studio_value(degrees: float) -> dict:
    """The box by its top-left corner, which stays where it is when the box is turned about it."""
    turn = np.deg2rad(degrees)
    half = np.array(SIZE) / 2
    x = CENTRE[0] - half[0] * np.cos(turn) + half[1] * np.sin(turn)
    y = CENTRE[1] - half[0] * np.sin(turn) - half[1] * np.cos(turn)
    percents = (x / 1.6, y / 1.2, SIZE[0] / 1.6, SIZE[1] / 1.2, degrees)
    return dict(zip(('x', 'y', 'width', 'height', 'rotation'), percents))


def region(value: dict, kind: str = 'rectanglelabels', **extra: object) -> dict:
    return {
        'original_width': 160,
        'original_height': 120,
        'image_rotation': 0,
        'type': kind,
        'value': value,
        **extra,
    }


def task(*results: dict, name: str = '/data/upload/3/0a1b2c3d-a.jpg', **extra: object) -> dict:
    return {'id': 7, 'data': {'image': name}, 'annotations': [{'id': 1, 'result': list(results)}], **extra}


def label_studio(path: Path, degrees: float) -> Reader:
    value = {**studio_value(degrees), 'rectanglelabels': ['plate']}
    text(path / 'export.json', [task(region(value))])
    return LabelStudio(str(path))


def label_studio_min(path: Path, degrees: float) -> Reader:
    """As the template for texts writes it: the box once without and once with its label."""
    value = studio_value(degrees)
    sizes = {'original_width': 160, 'original_height': 120}
    item = {
        'ocr': 'http://localhost:8080/data/local-files/?d=some%20folder/a.jpg',
        'id': 1,
        'annotation_id': 5,
        'bbox': [{**value, **sizes}],
        'label': [{**value, 'labels': ['plate'], **sizes}],
        'transcription': ['AB 123'],
    }
    text(path / 'export.json', [item])
    return LabelStudio(str(path))


def yolo_obb(path: Path, degrees: float) -> Reader:
    text(path / 'a.txt', '0 ' + ' '.join(f'{x / 160:.9f} {y / 120:.9f}' for x, y in corners(degrees)))
    return YOLO(str(path))


FORMATS = [
    coco_of_cvat,
    coco_with_rotation,
    coco_with_the_box_as_outline,
    coco_with_outline,
    cvat,
    voc_of_cvat,
    voc_of_rolabelimg,
    voc_of_roboflow,
    x_anylabeling,
    labelme_oriented,
    label_studio,
    label_studio_min,
    yolo_obb,
]


@pytest.mark.parametrize('write', FORMATS)
def test_turned_as_opencv_turns(tmp_path: Path, write: Callable[[Path, float], Reader]) -> None:
    for degrees in (0, 17.5, 90, 215, 335):
        source = tmp_path / f'{degrees}'
        picture(source / 'a.jpg')
        assert not run(write(source, degrees), source / 'out', rule=ALL_TRAIN).problems
        mask = read_masks(source / 'out')['train/a.jpg']
        assert ((mask == 255) ^ oracle(corners(degrees))).sum() <= 4, degrees
        (annotation,) = annotations(source / 'out', 'train')['a.jpg']
        if degrees % 90:
            assert annotation['kind'] == 'quad'


@pytest.mark.parametrize(
    ('write', 'message'),
    [
        (lambda p: coco(p, bbox=[20, 30, 70, 30], angle=12.5), 'a box with angle 12.5: turned, but its unit'),
        (lambda p: coco(p, bbox=[20, 30, 70, 30], theta=-0.2), 'a box with theta -0.2'),
        (lambda p: coco(p, bbox=[20, 30, 70, 30, 12]), 'a turned box? Export outlines'),
        (
            lambda p: coco(p, bbox=[20, 30, 70, 30], attributes={'rotation': 'x'}),
            'rotation: expected a number',
        ),
        (lambda p: voc(p, f'{bounds(EDGES)}<angle>12</angle>'), 'a box with angle 12'),
        (lambda p: voc(p, bounds(EDGES).replace('</bnd', '<theta>1</theta></bnd')), 'a box with theta 1'),
        (lambda p: voc(p, '<robndbox><cx>5</cx></robndbox>'), 'expected <robndbox> with cx, cy, w, h, angle'),
        (
            lambda p: voc(p, '<robndbox><cx>50</cx><cy>50</cy><w>9</w><h>9</h><angle>25</angle></robndbox>'),
            'angle 25: expected radians',
        ),
        (
            lambda p: labelme(p, shape_type='rectangle', points=[[20, 30], [90, 60]], direction=0.4),
            'a box with angle 0.4',
        ),
        (
            lambda p: labelme(p, shape_type='rotation', points=[[20, 30], [90, 60], [80, 70]]),
            'rotation: expected 4 points, got 3',
        ),
    ],
)
def test_angles_that_no_format_describes_are_refused(tmp_path: Path, write: Callable, message: str) -> None:
    picture(tmp_path / 'S/a.jpg'), picture(tmp_path / 'S/b.jpg')
    (item,) = list(write(tmp_path / 'S').read())
    (shape,) = item.shapes
    assert shape.kind == 'flawed' and message in shape.flaw


class TestLabelStudio:
    def read(self, tmp_path: Path, content: object, **options: object) -> dict[str, np.ndarray]:
        text(tmp_path / 'S/export.json', json.dumps(content))
        report = run(LabelStudio(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN, **options)
        self.notes, self.problems = report.notes, problems(report)
        return read_masks(tmp_path / 'out')

    def test_polygons_ellipses_brushes(self, tmp_path: Path) -> None:
        points = [[20, 30], [90, 41], [92, 61], [50, 70], [22, 50]]
        percents = [[x / 1.6, y / 1.2] for x, y in points]
        picture(tmp_path / 'S/a.jpg')
        ellipse = {'x': 50, 'y': 80, 'radiusX': 20 / 1.6, 'radiusY': 5 / 1.2, 'rotation': 30}
        masks = self.read(
            tmp_path,
            [
                task(
                    region({'points': percents, 'closed': True, 'polygonlabels': ['plate']}, 'polygonlabels'),
                    region({**ellipse, 'ellipselabels': ['plate']}, 'ellipselabels'),
                    region({'x': 3, 'y': 4, 'width': 0.3, 'keypointlabels': ['wheel']}, 'keypointlabels'),
                    {'type': 'choices', 'value': {'choices': ['day']}},
                    {'type': 'relation', 'from_id': 'a', 'to_id': 'b'},
                )
            ],
        )
        turned = cv2.ellipse2Poly((800, 960), (200, 50), 30, 0, 360, 1) / 10
        expected = oracle(points) | oracle(turned)
        assert not self.problems and ((masks['train/a.jpg'] > 0) ^ expected).sum() <= 12

    def test_brush(self, tmp_path: Path) -> None:
        """Bytes that mask2rle of label-studio-sdk 2.1 writes for 7 x 5 pixels with 3 x 2 of them painted."""
        data = [0, 0, 0, 140, 57, 27, 254, 35, 0, 183, 255, 124, 2, 223, 254, 63, 0, 0]
        expected = np.zeros((5, 7), bool)
        expected[1:3, 2:5] = True
        np.testing.assert_array_equal(decode_brush(data, 7, 5), expected)
        for broken, message in (
            (data[:12], 'cut off'),
            (['x'], "expected bytes under 'rle'"),
            ([], 'cut off'),
        ):
            with pytest.raises(FormatError, match=message):
                decode_brush(broken, 7, 5)
        with pytest.raises(FormatError, match='a mask of 35 pixels for a picture of 8 x 5'):
            decode_brush(data, 8, 5)
        picture(tmp_path / 'S/a.png', (7, 5))
        value = {'format': 'rle', 'rle': data, 'brushlabels': ['plate']}
        stated = {**region(value, 'brushlabels'), 'original_width': 7, 'original_height': 5}
        masks = self.read(tmp_path, [task(stated, name='a.png')])
        np.testing.assert_array_equal(masks['train/a.png'], expected * 255)

    def test_results_of_one_region_are_one_plate(self, tmp_path: Path) -> None:
        value = studio_value(10)
        picture(tmp_path / 'S/a.jpg')
        parts = (
            region(value, 'rectangle', id='r1'),
            region({**value, 'labels': ['plate']}, 'labels', id='r1'),
            region({**value, 'text': ['AB 123']}, 'textarea', id='r1'),
        )
        self.read(tmp_path, [task(*parts)])
        assert not self.problems and len(annotations(tmp_path / 'out', 'train')['a.jpg']) == 1
        assert "taken as plates: 'plate' (1)" in self.notes

    def test_whose_annotation_counts(self, tmp_path: Path) -> None:
        labelled = region({**studio_value(0), 'rectanglelabels': ['plate']})
        choices = {
            'latest': [
                {'result': [], 'updated_at': '2024-01'},
                {'result': [labelled], 'updated_at': '2024-02'},
            ],
            'truth': [
                {'result': [labelled], 'ground_truth': True, 'updated_at': '2024-01'},
                {'result': [], 'updated_at': '2024-02'},
            ],
            'empty': [{'result': []}],
            'skipped': [{'result': [labelled], 'was_cancelled': True}],
            'guessed': [],
        }
        tasks = []
        for name, its in choices.items():
            picture(tmp_path / f'S/{name}.jpg')
            tasks.append({'id': name, 'data': {'image': f'{name}.jpg'}, 'annotations': its})
        tasks[-1]['predictions'] = [{'result': [labelled]}]
        masks = self.read(tmp_path, tasks)
        assert {name[6:-4]: bool(mask.any()) for name, mask in masks.items()} == {
            'latest': True,
            'truth': True,
            'empty': False,
        }
        assert '2 tasks have no annotation and are left out' in self.notes
        assert any(note.startswith('2 tasks have several annotations') for note in self.notes)

    def test_names_of_pictures(self, tmp_path: Path) -> None:
        names = {
            'clip.mp4#t=163.jpg': '/data/upload/1/0a1b2c3d-clip.mp4#t=163.jpg',
            'with blank.jpg': 's3://bucket/x/with%20blank.jpg',
            'b.jpg': 'https://host/b.jpg?token=abc',
            '0a1b2c3d-c.jpg': '/data/upload/1/0a1b2c3d-c.jpg',
        }
        labelled = region({**studio_value(0), 'rectanglelabels': ['plate']})
        for name in names:
            picture(tmp_path / f'S/pictures/{name}')
        masks = self.read(tmp_path, [task(labelled, name=name) for name in names.values()])
        assert not self.problems and sorted(masks) == sorted(f'train/{name}' for name in names)

    def test_broken(self, tmp_path: Path) -> None:
        value = {**studio_value(0), 'rectanglelabels': ['plate']}
        cases = {
            'turned': (region(value, image_rotation=90), 'turned by 90 degrees in the editor'),
            'nosize': ({'type': 'rectanglelabels', 'value': value}, 'original_width: expected a number'),
            'open': (
                region({'points': [[1, 1], [9, 1], [9, 9]], 'closed': False, 'polygonlabels': ['plate']}),
                'not closed',
            ),
            'film': (region({'sequence': [], 'labels': ['plate']}), 'has no area that is known'),
            'word': (region({**value, 'x': 'left'}), "x: expected a number, got 'left'"),
            'resized': (region(value, original_width=640), 'made on a picture of 640 x 120'),
            'good': (region(value), ''),
        }
        for name in cases:
            picture(tmp_path / f'S/{name}.jpg')
        tasks = [{**task(result, name=f'{name}.jpg'), 'id': name} for name, (result, _) in cases.items()]
        tasks += [{**task(region(value), name='lost.jpg'), 'id': 'lost'}]
        tasks += [{'id': 'none', 'data': {'text': 'x', 'images': []}, 'annotations': [{'result': []}]}]
        masks = self.read(tmp_path, tasks)
        assert list(masks) == ['train/good.jpg']
        found = ' | '.join(f'{name}: {message}' for name, message in self.problems.items())
        for _, message in cases.values():
            assert message in found
        assert "no picture 'lost.jpg'" in found and 'expected a field that names the picture' in found
        assert len(self.problems) == 8
