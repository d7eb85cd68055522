"""Readers of COCO and YOLO on samples written by their grammar, good and broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from converter_samples import BOX, FIVE, QUAD, annotations, oracle, picture, problems, read_masks, run, text
from pycocotools import mask as coco_mask

from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.yolo import YOLO

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
            ({'segmentation': {'size': [120, 160], 'counts': 'abc\x00'}}, 'not a character'),
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
            'cut.json: is not JSON, or cut off',
            "odd.json: expected a list under 'images', got dict",
            "all.json: lost.jpg: there is no picture 'lost.jpg'",
            'image 9 has no file_name',
            "image 3: expected an object, got 'nonsense'",
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

    @pytest.mark.needs('yaml')
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

    @pytest.mark.needs('yaml')
    def test_pose(self, tmp_path: Path) -> None:
        points = ' '.join(f'{x / 160:.8f} {y / 120:.8f} 2' for x, y in QUAD)
        self.sample(tmp_path / 'S', f'0 0.35 0.4 0.45 0.26 {points}\n')
        for reader in (YOLO(str(tmp_path / 'S'), pose=True), self.with_yaml(tmp_path / 'S')):
            run(reader, tmp_path / 'out', overwrite=True)
            mask = read_masks(tmp_path / 'out')['train/a.jpg']
            assert ((mask > 0) ^ oracle(QUAD)).sum() <= 3

    def test_pose_with_a_corner_that_is_not_annotated(self, tmp_path: Path) -> None:
        """Such a point stands as 0 0 0: an outline through the picture's corner would be a giant plate."""
        points = ' '.join(f'{x / 160:.8f} {y / 120:.8f} 2' for x, y in QUAD[:3]) + ' 0 0 0'
        box = f'{55 / 160} {45 / 120} {70 / 160} {30 / 120}'
        self.sample(tmp_path / 'S', f'0 {box} {points}\n')
        run(YOLO(str(tmp_path / 'S'), pose=True), tmp_path / 'out')
        np.testing.assert_array_equal(read_masks(tmp_path / 'out')['train/a.jpg'], oracle(BOX) * 255)
        assert annotations(tmp_path / 'out', 'train')['a.jpg'][0]['kind'] == 'box'

    @pytest.mark.needs('yaml')
    def test_pose_of_something_else(self, tmp_path: Path) -> None:
        text(tmp_path / 'S/data.yaml', 'kpt_shape: [17, 3]\nnames:\n  0: person\n')
        with pytest.raises(ConversionError, match=r'kpt_shape is \[17, 3\]; expected \[4, 2\] or \[4, 3\]'):
            YOLO(str(tmp_path / 'S'))

    def with_yaml(self, source: Path) -> YOLO:
        text(source / 'data.yaml', 'kpt_shape: [4, 3]\nnames:\n  0: plate\n')
        return YOLO(str(source))

    @pytest.mark.needs('yaml')
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

    @pytest.mark.needs('yaml')
    def test_folder_that_is_both_train_and_val_is_not_split_yet(self, tmp_path: Path) -> None:
        for number in range(4):
            self.sample(tmp_path / 'S', self.line(QUAD), str(number))
        content = 'train: images/train\nval: images/train\ntest:\nnames: [plate]\n'
        text(tmp_path / 'S/data.yaml', content)
        assert not run(YOLO(str(tmp_path / 'S')), tmp_path / 'out').problems
        by_split = {split: len(annotations(tmp_path / 'out', split)) for split in ('train', 'val')}
        assert min(by_split.values()) >= 1 and sum(by_split.values()) == 4

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
            ('0 0.5 0.5 0.2', 'got CLASS and 3 (annotated'),
            ('0 0.5 0.5 0.2 0.1 0.9', 'a prediction with its confidence'),
            ('0 0.1 0.1 0.2 0.1 0.2 0.2 0.9', 'a prediction with its confidence'),
            ('plate 0.5 0.5 0.2 0.1', 'line 2: expected a class number first'),
            ('0 0.5 0.5 0.2 abc', "expected a number, got 'abc'"),
            ('0 80 60 20 10', 'expected fractions 0..1'),
            ('0 0.5 0.5 0 0.1', 'without area'),
            ('0 0.1 0.1 0.2 0.2 0.3 0.3', 'no area'),
            ('0 1.5 0.5 0.2 0.1', 'outside the picture'),
            ('0 nan 0.5 0.2 0.1', 'expected a number'),
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
