"""Readers of CCPD, UC3M-LP, Cityscapes and Open Images on samples by their grammar, good and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from converter_samples import QUAD, annotations, oracle, picture, problems, read_masks, run, text
from PIL import Image

from mmlp.datasets.converters import ConversionError, FormatError, SplitRule
from mmlp.datasets.converters.readers.ccpd import CCPD, parse_name
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.open_images import OpenImages
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP


def ccpd_name(corners: list = QUAD, number: str = '0_0_22_27_27_33_16') -> str:
    top_left, top_right, bottom_right, bottom_left = corners
    points = [f'{x}&{y}' for x, y in (bottom_right, bottom_left, top_left, top_right)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    box = f'{min(xs)}&{min(ys)}_{max(xs)}&{max(ys)}'
    return f'025-95_113-{box}-{"_".join(points)}-{number}-37-15.jpg'


class TestCCPD:
    def test_sample_of_its_authors(self) -> None:
        shape, number = parse_name(
            '025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg'
        )
        assert shape.kind == 'quad' and number == '0_0_22_27_27_33_16'
        assert shape.parts[0].tolist() == [[154, 383], [363, 402], [386, 473], [177, 454]]

    def test_conversion(self, tmp_path: Path) -> None:
        source = tmp_path / 'CCPD2019'
        picture(source / 'ccpd_base' / ccpd_name())
        picture(source / 'ccpd_base' / ccpd_name(number='1_2_3_4_5_6_7'))
        picture(source / 'ccpd_tilt' / ccpd_name())
        picture(source / 'ccpd_np' / '1005.jpg')
        picture(source / 'ccpd_green/val' / ccpd_name(number='0_0_3_24_29_31_33_33'))
        base, other = ccpd_name(), ccpd_name(number='1_2_3_4_5_6_7')
        text(source / 'splits/train.txt', f'ccpd_base/{base}\n')
        text(source / 'splits/val.txt', f'ccpd_base/{other}\n')
        report = run(CCPD(str(source)), tmp_path / 'out')
        assert not report.problems
        masks = read_masks(tmp_path / 'out')
        assert f'train/ccpd_base_{base}' in masks and f'val/ccpd_base_{other}' in masks
        assert f'test/ccpd_tilt_{base}' in masks
        assert f'val/ccpd_green_{ccpd_name(number="0_0_3_24_29_31_33_33")}' in masks
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
    def sample(self, path: Path, *outlines: list, **extra: object) -> None:
        plates = [{'lp_id': 'AD-24*', 'poly_coord': outline, 'characters': []} for outline in outlines]
        text(path.with_suffix('.json'), {'lps': plates, 'imagePath': '99999.jpg', **extra})
        picture(path.with_suffix('.jpg'))

    def test_conversion(self, tmp_path: Path) -> None:
        five = [[100, 80], [120, 78], [140, 80], [140, 100], [100, 100]]
        self.sample(tmp_path / 'UC3M/train/00001', QUAD, five, imageWidth=160, imageHeight=120)
        # From the top-left down and round the other way, as in a sample of its authors.
        self.sample(tmp_path / 'UC3M/test/00001', [QUAD[0], QUAD[3], QUAD[2], QUAD[1]])
        assert not run(UC3MLP(str(tmp_path / 'UC3M')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        np.testing.assert_array_equal(masks['train/00001.jpg'] > 0, oracle(QUAD) | oracle(five))
        np.testing.assert_array_equal(masks['test/00001.jpg'] > 0, oracle(QUAD))
        (annotation,) = annotations(tmp_path / 'out', 'test')['00001.jpg']
        assert annotation['corners'] == QUAD
        assert [a['kind'] for a in annotations(tmp_path / 'out', 'train')['00001.jpg']] == ['quad', 'polygon']

    def test_broken(self, tmp_path: Path) -> None:
        source = tmp_path / 'UC3M'
        self.sample(source / 'train/1', QUAD)
        self.sample(source / 'train/2', QUAD[:2])
        self.sample(source / 'train/3', QUAD, imageWidth=320, imageHeight=240)
        self.sample(source / 'train/4')
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
        for split, city in (('train', 'aachen'), ('val', 'ulm'), ('test', 'bonn')):
            stem = f'{split}/{city}/{city}_000000_000019'
            picture(tmp_path / f'C/leftImg8bit/{stem}_leftImg8bit.png')
            content = {'imgHeight': 120, 'imgWidth': 160, 'objects': objects}
            text(tmp_path / f'C/gtFine/{stem}_gtFine_polygons.json', content)
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
    MASKS = 'MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks\n'
    BOXES = (
        'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,'
        'IsInside\n'
    )
    FIRST, SECOND, CAR = '00aa000000000001', '00aa000000000002', '00aa000000000003'

    def box(
        self, image: str, edges: tuple, group: int = 0, depiction: int = 0, label: str = '/m/01jfm_'
    ) -> str:
        left, top, right, bottom = edges
        return f'{image},xclick,{label},1,{left},{right},{top},{bottom},0,0,{group},{depiction},0\n'

    def sample(self, source: Path) -> np.ndarray:
        """A plate with a mask of half the picture's size, one without, a group, and a drawing."""
        small = np.zeros((60, 80), np.uint8)
        small[15:25, 10:40] = 255
        small[15:20, 10:12] = 0
        (source / 'masks').mkdir(parents=True)
        Image.fromarray(small).convert('1').save(source / f'masks/{self.FIRST}_m01jfm__aa11bb22.png')
        Image.fromarray(small).convert('1').save(source / f'masks/{self.SECOND}_m01jfm__cc33dd44.png')
        edges = (0.125, 0.25, 0.5, 0.416667)
        row = '{0}_m01jfm__{1}.png,{0},/m/01jfm_,{1},0.125,0.5,0.25,0.416667,0.9,\n'
        text(
            source / 'validation-annotations-object-segmentation.csv',
            self.MASKS
            + row.format(self.FIRST, 'aa11bb22')
            + row.format(self.SECOND, 'cc33dd44')
            + f'{self.CAR}_m0k4j_99.png,{self.CAR},/m/0k4j,99,0,1,0,1,,\n',
        )
        text(
            source / 'validation-annotations-bbox.csv',
            self.BOXES
            + self.box(self.FIRST, edges)
            + self.box(self.FIRST, (0.6, 0.6, 0.8, 0.7))
            + self.box(self.FIRST, (0.05, 0.75, 0.5, 0.95), group=1)
            + self.box(self.SECOND, edges, depiction=1)
            + self.box(self.CAR, (0, 0, 1, 1), label='/m/0k4j')
            + self.box('ffff000000000000', edges),
        )
        for image in (self.FIRST, self.SECOND, self.CAR):
            picture(source / f'validation/{image}.jpg')
        return np.kron(small > 0, np.ones((2, 2), bool))

    def test_conversion(self, tmp_path: Path) -> None:
        plate = self.sample(tmp_path / 'OI')
        report = run(OpenImages(str(tmp_path / 'OI')), tmp_path / 'out')
        assert not report.problems
        assert '1 pictures with plates are not below the source' in report.notes
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == [f'val/{self.FIRST}.jpg', f'val/{self.SECOND}.jpg']
        ignored = oracle([[96, 72], [128, 72], [128, 84], [96, 84]])
        ignored |= oracle([[8, 90], [80, 90], [80, 114], [8, 114]])
        np.testing.assert_array_equal(
            masks[f'val/{self.FIRST}.jpg'], np.where(plate, 255, np.where(ignored, 128, 0))
        )
        np.testing.assert_array_equal(masks[f'val/{self.SECOND}.jpg'], plate * 128)
        kinds = [(a['kind'], a['ignored']) for a in annotations(tmp_path / 'out', 'val')[f'{self.FIRST}.jpg']]
        assert kinds == [('mask', False), ('box', True), ('box', True)]

    def test_broken(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        self.sample(source)
        (source / f'masks/{self.FIRST}_m01jfm__aa11bb22.png').unlink()
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'there is no mask' in problems(report)[f'{self.FIRST}.jpg']
        text(source / f'masks/{self.FIRST}_m01jfm__aa11bb22.png', b'broken')
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'cannot be read' in problems(report)[f'{self.FIRST}.jpg']
        assert sorted(read_masks(tmp_path / 'out')) == [f'val/{self.SECOND}.jpg']

    def test_mask_of_another_shape(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        self.sample(source)
        picture(source / f'validation/{self.SECOND}.jpg', (100, 160))
        report = run(OpenImages(str(source)), tmp_path / 'out')
        assert 'mask of 80 x 60 has another aspect ratio' in problems(report)[f'{self.SECOND}.jpg']

    def test_both_tables_are_needed(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        self.sample(source)
        (source / 'validation-annotations-bbox.csv').unlink()
        with pytest.raises(ConversionError, match='must be ignored, it is not background'):
            list(OpenImages(str(source)).read())

    def test_column_missing(self, tmp_path: Path) -> None:
        source = tmp_path / 'OI'
        self.sample(source)
        text(source / 'validation-annotations-bbox.csv', self.BOXES.replace(',IsGroupOf', ''))
        with pytest.raises(ConversionError, match="the column 'IsGroupOf' is missing"):
            list(OpenImages(str(source)).read())
