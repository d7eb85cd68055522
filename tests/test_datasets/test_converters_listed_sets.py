"""Readers of the sets that the lists of pictures name: our layout, EasyPR's general test set, open-lpr."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.converter_samples import BOX, annotations, oracle, picture, problems, read_masks, run, text
from helpers.public_set_samples import write_easypr, write_open_lpr

from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.readers.easypr import EasyPR
from mmlp.datasets.converters.readers.layout import Layout
from mmlp.datasets.converters.readers.open_lpr import OpenLPR


class TestLayout:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        for split in ('train', 'val'):
            for name in ('a.jpg', 'night/a.jpg'):
                picture(tmp_path / 'data' / split / 'images' / name)
                mask = oracle(BOX).astype(np.uint8) * (255 if split == 'train' else 1)
                mask[100:110, 10:30] = 128
                path = tmp_path / 'data' / split / 'masks' / f'{name}.png'
                path.parent.mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(path), mask)
        return tmp_path / 'data'

    def test_masks_come_out_as_they_went_in(self, data: Path, tmp_path: Path) -> None:
        assert not run(Layout(str(data)), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == ['train/a.jpg', 'train/night_a.jpg', 'val/a.jpg', 'val/night_a.jpg']
        expected = oracle(BOX) * 255
        expected[100:110, 10:30] = 128
        for mask in masks.values():
            np.testing.assert_array_equal(mask, expected)
        found = annotations(tmp_path / 'out', 'val')['a.jpg']
        assert [(a['kind'], a['ignored'], a['bbox']) for a in found] == [
            ('mask', False, [20, 30, 70, 30]),
            ('mask', True, [10, 100, 20, 10]),
        ]

    def test_split_anew(self, data: Path, tmp_path: Path) -> None:
        run(Layout(str(data)), tmp_path / 'out', rule=SplitRule('test'))
        assert sorted(path.name for path in (tmp_path / 'out').iterdir() if path.name[0] != '.') == ['test']

    def test_what_does_not_fit_is_named(self, data: Path, tmp_path: Path) -> None:
        (data / 'train/masks/a.jpg.png').unlink()
        cv2.imwrite(str(data / 'val/masks/a.jpg.png'), np.zeros((60, 160), np.uint8))
        found = run(Layout(str(data)), tmp_path / 'out').problems
        messages = {str(Path(problem.path).relative_to(data)): problem.message for problem in found}
        assert set(messages) == {'train/images/a.jpg', 'val/images/a.jpg'}
        assert 'there is no mask' in messages['train/images/a.jpg']
        assert '160 x 60' in messages['val/images/a.jpg']

    def test_another_layout(self, tmp_path: Path) -> None:
        picture(tmp_path / 'data/train/a.jpg')
        with pytest.raises(ConversionError, match=r'expected \{train,val\}/images/NAME\.jpg'):
            run(Layout(str(tmp_path / 'data')), tmp_path / 'out')


class TestEasyPR:
    @pytest.mark.parametrize(
        ('stated', 'rectangle'),
        [
            ((80, 60, 60, 20, 0), ((80, 60), (60, 20), 0)),
            ((80, 60, 60, 20, -12), ((80, 60), (60, 20), -12)),
            # The same plate, stated as one that stands upright and was turned.
            ((80, 60, 20, 60, -86), ((80, 60), (60, 20), 4)),
        ],
    )
    def test_rectangles_turn_clockwise_about_their_centre(
        self, tmp_path: Path, stated: tuple, rectangle: tuple
    ) -> None:
        write_easypr(tmp_path / 'gdts', {'京A88731': [stated]})
        assert not run(EasyPR(str(tmp_path / 'gdts')), tmp_path / 'out').problems
        (mask,) = read_masks(tmp_path / 'out').values()
        corners = cv2.boxPoints(rectangle)
        np.testing.assert_array_equal(mask, oracle(corners.tolist()) * 255)
        (((annotation,)),) = annotations(tmp_path / 'out', 'test').values()
        left_top = np.array(annotation['corners'])[0]
        assert annotation['kind'] == 'quad' and left_top[0] < 60 and left_top[1] < 60

    def test_names_in_chinese_with_blanks_and_several_plates(self, tmp_path: Path) -> None:
        plate = (80, 60, 60, 20, 0)
        plates = {'粤AK9331 ': [plate], '沪B1': [plate, (30, 100, 20, 10, 0)], '冀C2': []}
        write_easypr(tmp_path / 'gdts', plates)
        picture(tmp_path / 'gdts' / '川D3.jpg')
        (tmp_path / 'gdts' / '粤AK9331 .jpg').rename(tmp_path / 'gdts' / '粤AK9331.JPG')
        report = run(EasyPR(str(tmp_path / 'gdts/GroundTruth.xml')), tmp_path / 'out')
        assert not report.problems and report.images == {'test': 3}
        found = annotations(tmp_path / 'out', 'test')
        assert {name: len(its) for name, its in found.items()} == {
            '粤AK9331.JPG': 1,
            '沪B1.jpg': 2,
            '冀C2.jpg': 0,
        }

    def test_broken(self, tmp_path: Path) -> None:
        write_easypr(tmp_path / 'gdts', {'A': [(80, 60, 0, 20, 0)], 'B': [(80, 'x', 60, 20, 0)], 'C': []})
        found = [
            problem.message for problem in run(EasyPR(str(tmp_path / 'gdts')), tmp_path / 'out').problems
        ]
        assert 'without area' in found[0] and "y: expected a number, got 'x'" in found[1]
        text(tmp_path / 'gdts/GroundTruth.xml', '<tagset></tagset>')
        with pytest.raises(ConversionError, match=r'no GroundTruth\.xml'):
            run(EasyPR(str(tmp_path / 'gdts')), tmp_path / 'other')
        text(tmp_path / 'gdts/GroundTruth.xml', '<tagset>')
        with pytest.raises(ConversionError, match='is not XML'):
            run(EasyPR(str(tmp_path / 'gdts')), tmp_path / 'other')


class TestOpenLPR:
    AREA = dict(id=0, x=20, y=30, z=100, width=70, height=30, lblid='1', lbltxt='plate')

    def test_boxes_in_official_splits(self, tmp_path: Path) -> None:
        for split in ('train', 'val'):
            write_open_lpr(tmp_path / 'lpr', split, {'10.jpg': [self.AREA], '11.jpg': [self.AREA]})
        write_open_lpr(tmp_path / 'lpr', 'train_and_val', {'10.jpg': [dict(self.AREA, x=0)]})
        assert not run(OpenLPR(str(tmp_path / 'lpr')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == ['train/10.jpg', 'train/11.jpg', 'val/10.jpg', 'val/11.jpg']
        for mask in masks.values():
            np.testing.assert_array_equal(mask, oracle(BOX) * 255)

    def test_deleted_background_and_not_reviewed(self, tmp_path: Path) -> None:
        write_open_lpr(tmp_path / 'lpr', 'train', {'1.jpg': [self.AREA], '2.jpg': []})
        write_open_lpr(tmp_path / 'lpr', 'train', {'3.jpg': [self.AREA]}, deleted=1)
        write_open_lpr(tmp_path / 'lpr', 'train', {'4.jpg': [self.AREA]}, background=1)
        write_open_lpr(tmp_path / 'lpr', 'train', {'5.jpg': [], '6.jpg': [self.AREA]}, reviewed=0)
        report = run(OpenLPR(str(tmp_path / 'lpr')), tmp_path / 'out')
        plates = {name: len(its) for name, its in annotations(tmp_path / 'out', 'train').items()}
        assert plates == {'1.jpg': 1, '2.jpg': 0, '4.jpg': 0, '6.jpg': 1}
        assert '2 pictures left out: deleted, or not reviewed' in report.notes

    def test_broken(self, tmp_path: Path) -> None:
        write_open_lpr(
            tmp_path / 'lpr',
            'train',
            {'1.jpg': [self.AREA], '2.jpg': [dict(self.AREA, width=0)], '3.jpg': [{'x': 1}], '4.jpg': 'no'},
        )
        write_open_lpr(tmp_path / 'lpr', 'train', {'5.jpg': [dict(self.AREA)]}, size=(99, 99))
        (tmp_path / 'lpr/train/4.jpg').unlink()
        found = problems(run(OpenLPR(str(tmp_path / 'lpr')), tmp_path / 'out'))
        assert len(found) == 4
        assert 'without area' in found['train.db: 2.jpg'] and '99 x 99' in found['5.jpg']
        assert 'is not built as its format says' in found['train.db: 3.jpg']
        text(tmp_path / 'lpr/train.db', 'nothing')
        with pytest.raises(ConversionError, match='is not the annotation file of open-lpr'):
            run(OpenLPR(str(tmp_path / 'lpr')), tmp_path / 'other')
        (tmp_path / 'lpr/train.db').unlink()
        with pytest.raises(ConversionError, match=r'no train\.db and val\.db'):
            run(OpenLPR(str(tmp_path / 'lpr')), tmp_path / 'other')
