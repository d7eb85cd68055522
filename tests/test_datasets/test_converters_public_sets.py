"""Readers of CCPD, UC3M-LP, Cityscapes and Open Images on samples by their grammar, good and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import BOX, QUAD, annotations, oracle, picture, problems, read_masks, run, text
from helpers.public_set_samples import (
    OPEN_IMAGES_BOXES,
    ccpd_name,
    write_ccpd,
    write_ccpd_green,
    write_cityscapes,
    write_open_images,
    write_uc3m,
)

from mmlp.datasets.converters import ConversionError, FormatError, SplitRule
from mmlp.datasets.converters.readers.ccpd import CCPD, parse_name
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.open_images import OpenImages
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP


class TestCCPD:
    def test_sample_of_its_authors(self) -> None:
        shape, number = parse_name(
            '025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg'
        )
        assert shape.kind == 'quad' and number == '0_0_22_27_27_33_16'
        assert shape.parts[0].tolist() == [[154, 383], [363, 402], [386, 473], [177, 454]]

    def test_conversion(self, tmp_path: Path) -> None:
        source = tmp_path / 'CCPD2019'
        base, other = write_ccpd(source)
        green = write_ccpd_green(source)
        report = run(CCPD(str(source)), tmp_path / 'out')
        assert not report.problems
        masks = read_masks(tmp_path / 'out')
        assert f'train/ccpd_base_{base}' in masks and f'val/ccpd_base_{other}' in masks
        assert f'test/ccpd_tilt_{base}' in masks
        assert all(f'{split}/ccpd_green_{green}' in masks for split in ('train', 'val', 'test'))
        for name, mask in masks.items():
            expected = 0 if 'ccpd_np' in name else oracle(QUAD) * 255
            np.testing.assert_array_equal(mask, np.broadcast_to(expected, mask.shape))

    def test_one_vehicle_stays_on_one_side(self, tmp_path: Path) -> None:
        source = tmp_path / 'ccpd_base'
        for vehicle in range(12):
            for shot in range(3):
                corners = [[x + shot, y] for x, y in QUAD]
                picture(source / ccpd_name(corners, f'0_0_22_27_27_33_{vehicle}'), (100, 80))
        run(CCPD(str(source)), tmp_path / 'out', rule=SplitRule(val_fraction=0.3))
        names = {
            split: {n.split('-')[-3] for n in annotations(tmp_path / 'out', split)}
            for split in ('train', 'val')
        }
        assert names['train'] and names['val'] and not names['train'] & names['val']

    @pytest.mark.parametrize(
        ('name', 'message'),
        [
            ('025-95_113-154&383_386&473.jpg', 'expected 7 fields .*, got 3'),
            (ccpd_name().replace('-37-15', '-37'), 'expected 7 fields .*, got 6'),
            (ccpd_name().replace('92&61_', '', 2), 'corners: expected 4 points'),
            (ccpd_name().replace('92&61_', '92&6x_'), 'corners: expected 4 points'),
            (ccpd_name().replace('20&30_92&61', '92&61_20&30'), 'box: expected left&top_right&bottom'),
            (ccpd_name(number='0_0_22'), 'plate number: expected 7 or 8 indices'),
            (ccpd_name([[5, 5], [5, 5], [5, 5], [5, 5]]), 'no area'),
            ('holiday.jpg', 'expected 7 fields'),
        ],
    )
    def test_names_that_do_not_fit(self, name: str, message: str) -> None:
        with pytest.raises(FormatError, match=message):
            parse_name(name)

    def test_folder_without_pictures(self, tmp_path: Path) -> None:
        with pytest.raises(ConversionError, match=r'expected ccpd_base/\*\.jpg'):
            list(CCPD(str(tmp_path)).read())


class TestUC3M:
    def test_conversion(self, tmp_path: Path) -> None:
        five = [[100, 80], [120, 78], [140, 80], [140, 100], [100, 100]]
        write_uc3m(tmp_path / 'UC3M/train/00001', QUAD, five, imageWidth=160, imageHeight=120)
        # From the top-left down and round the other way, as in a sample of its authors.
        write_uc3m(tmp_path / 'UC3M/test/00001', [QUAD[0], QUAD[3], QUAD[2], QUAD[1]])
        assert not run(UC3MLP(str(tmp_path / 'UC3M')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        np.testing.assert_array_equal(masks['train/00001.jpg'] > 0, oracle(QUAD) | oracle(five))
        np.testing.assert_array_equal(masks['test/00001.jpg'] > 0, oracle(QUAD))
        (annotation,) = annotations(tmp_path / 'out', 'test')['00001.jpg']
        assert annotation['corners'] == QUAD
        assert [a['kind'] for a in annotations(tmp_path / 'out', 'train')['00001.jpg']] == ['quad', 'polygon']

    def test_broken(self, tmp_path: Path) -> None:
        source = tmp_path / 'UC3M'
        write_uc3m(source / 'train/1', QUAD)
        write_uc3m(source / 'train/2', QUAD[:2])
        write_uc3m(source / 'train/3', QUAD, imageWidth=320, imageHeight=240)
        write_uc3m(source / 'train/4')
        text(source / 'train/4.json', b'{"lps": [{"lp_id"')
        text(source / 'train/5.json', {'lps': [{}]})
        text(source / 'train/6.json', [1])
        found = problems(run(UC3MLP(str(source)), tmp_path / 'out'))
        assert 'plate 1: an outline needs 3 points' in found['2.json']
        assert 'made on a picture of 320 x 240' in found['3.jpg']
        assert 'cut off' in found['4.json']
        assert 'poly_coord' in found['5.json']
        assert '"lps"' in found['6.json']


class TestCityscapes:
    def test_conversion(self, tmp_path: Path) -> None:
        post = [[50, 20], [56, 20], [56, 80], [50, 80]]
        group = [[120, 90], [150, 90], [150, 110], [120, 110]]
        objects = [
            {'label': 'car', 'polygon': [[5, 5], [120, 5], [120, 90], [5, 90]]},
            {'label': 'license plate', 'polygon': QUAD},
            {'label': 'license plategroup', 'polygon': group},
            {'label': 'pole', 'polygon': post},
        ]
        write_cityscapes(tmp_path / 'C', objects)
        assert not run(Cityscapes(str(tmp_path / 'C')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == [
            'train/aachen_000000_000019_leftImg8bit.png',
            'val/ulm_000000_000019_leftImg8bit.png',
        ]
        plate = oracle(QUAD) & ~oracle(post)
        expected = np.where(plate, 255, np.where(oracle(group), 128, 0))
        for mask in masks.values():
            np.testing.assert_array_equal(mask, expected)
        found = annotations(tmp_path / 'out', 'val')['ulm_000000_000019_leftImg8bit.png']
        assert [a['ignored'] for a in found] == [False, True]
        assert found[0]['area'] == plate.sum() and isinstance(found[0]['segmentation'], dict)

    def test_plate_that_is_hidden_whole_is_left_out(self, tmp_path: Path) -> None:
        truck = [[0, 0], [110, 0], [110, 100], [0, 100]]
        objects = [
            {'label': 'license plate', 'polygon': QUAD},
            {'label': 'truck', 'polygon': truck},
            {'label': 'license plate', 'polygon': BOX},
        ]
        write_cityscapes(tmp_path / 'C', objects)
        assert not run(Cityscapes(str(tmp_path / 'C')), tmp_path / 'out').problems
        for mask in read_masks(tmp_path / 'out').values():
            np.testing.assert_array_equal(mask == 255, oracle(BOX))
        (found,) = annotations(tmp_path / 'out', 'train').values()
        assert len(found) == 1

    def test_broken(self, tmp_path: Path) -> None:
        for name in 'abc':
            picture(tmp_path / f'leftImg8bit/train/x/{name}_leftImg8bit.png')
        good = {'imgHeight': 120, 'imgWidth': 160, 'objects': [{'label': 'license plate', 'polygon': QUAD}]}
        for name, content in (
            ('a', good),
            ('b', {**good, 'objects': [{'label': 'license plate'}]}),
            ('c', {**good, 'imgWidth': 2048, 'imgHeight': 1024}),
            ('d', good),
            ('e', b'{'),
        ):
            text(tmp_path / f'gtFine/train/x/{name}_gtFine_polygons.json', content)
        found = problems(run(Cityscapes(str(tmp_path)), tmp_path / 'out'))
        assert 'object 0: expected "label" and "polygon"' in found['b_gtFine_polygons.json']
        assert 'made on a picture of 2048 x 1024' in found['c_leftImg8bit.png']
        assert 'no picture' in found['d_gtFine_polygons.json']
        assert 'cut off' in found['e_gtFine_polygons.json']
        assert len(read_masks(tmp_path / 'out')) == 1


class TestOpenImages:
    def test_conversion(self, tmp_path: Path) -> None:
        first, second, plate = write_open_images(tmp_path / 'OI')
        report = run(OpenImages(str(tmp_path / 'OI')), tmp_path / 'out')
        assert not report.problems
        assert '1 pictures with plates are not below the source' in report.notes
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == [f'val/{first}.jpg', f'val/{second}.jpg']
        ignored = oracle([[96, 72], [128, 72], [128, 84], [96, 84]])
        ignored |= oracle([[8, 90], [80, 90], [80, 114], [8, 114]])
        np.testing.assert_array_equal(
            masks[f'val/{first}.jpg'], np.where(plate, 255, np.where(ignored, 128, 0))
        )
        np.testing.assert_array_equal(masks[f'val/{second}.jpg'], plate * 128)
        kinds = [(a['kind'], a['ignored']) for a in annotations(tmp_path / 'out', 'val')[f'{first}.jpg']]
        assert kinds == [('mask', False), ('box', True), ('box', True)]

    def test_broken(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        first, second, _ = write_open_images(source)
        (source / f'masks/{first}_m01jfm__aa11bb22.png').unlink()
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'there is no mask' in problems(report)[f'{first}.jpg']
        text(source / f'masks/{first}_m01jfm__aa11bb22.png', b'broken')
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'cannot be read' in problems(report)[f'{first}.jpg']
        assert sorted(read_masks(tmp_path / 'out')) == [f'val/{second}.jpg']

    def test_mask_of_another_shape(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        _, second, _ = write_open_images(source)
        picture(source / f'validation/{second}.jpg', (100, 160))
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'mask of 80 x 60 has another aspect ratio' in problems(report)[f'{second}.jpg']

    def test_both_tables_are_needed(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        write_open_images(source)
        (source / 'validation-annotations-bbox.csv').unlink()
        with pytest.raises(ConversionError, match='must be ignored, it is not background'):
            list(OpenImages(str(source)).read())

    def test_column_missing(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        write_open_images(source)
        text(source / 'validation-annotations-bbox.csv', OPEN_IMAGES_BOXES.replace(',IsGroupOf', ''))
        with pytest.raises(ConversionError, match="the column 'IsGroupOf' is missing"):
            list(OpenImages(str(source)).read())
