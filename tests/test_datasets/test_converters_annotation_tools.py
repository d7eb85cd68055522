"""Readers of VOC, LabelMe and CVAT on samples written by their grammar, good and broken."""

from __future__ import annotations

import base64
import io
import json
import os
from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import (
    BOX,
    FIVE,
    QUAD,
    annotations,
    oracle,
    picture,
    problems,
    read_masks,
    run,
    text,
)
from PIL import Image

from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.voc import VOC

ALL_TRAIN = SplitRule(split='train')


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

    def test_file_in_another_encoding_with_names_to_match(self, tmp_path: Path) -> None:
        name = os.fsdecode(b'caf\xe9.jpg')
        os.rename(picture(tmp_path / 'a.jpg'), tmp_path / name)
        content = json.dumps(self.content(self.shape('polygon', QUAD)))
        text(tmp_path / 'a.json', content.replace('a.jpg', name).encode('utf-8', 'surrogateescape'))
        assert not run(LabelMe(str(tmp_path)), tmp_path / 'out', rule=ALL_TRAIN).problems
        assert os.listdir(tmp_path / 'out/train/images') == [name]

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
            'lost.json': ' (a copy is inside the JSON as imageData)',
        }.items():
            assert part in found[name], name
        assert len(found) == 8 and list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        assert '2 pictures have no JSON file and are left out' in report.notes
        with pytest.raises(ConversionError, match='no LabelMe JSON'):
            list(LabelMe(str(tmp_path / 'S/settings.json')).read())


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
            run(CVAT(str(tmp_path / 'S')), tmp_path / 'none')
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
