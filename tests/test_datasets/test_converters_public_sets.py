"""Readers of public sets on samples written by their grammar, good and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from converter_samples import annotations, oracle, picture, problems, read_masks, run, text
from PIL import Image

from mmlp.datasets.converters import ConversionError, FormatError, SplitRule
from mmlp.datasets.converters.readers.aolp import AOLP
from mmlp.datasets.converters.readers.ccpd import CCPD, parse_name
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.open_images import OpenImages
from mmlp.datasets.converters.readers.openalpr import OpenALPR
from mmlp.datasets.converters.readers.rodosol import RodoSol
from mmlp.datasets.converters.readers.ssig import SSIG
from mmlp.datasets.converters.readers.uc3m_lp import UC3MLP
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR
from mmlp.datasets.converters.readers.wpod import WPOD

#: Integer corners between which no edge runs through the centre of a pixel.
QUAD = [[20, 30], [90, 41], [92, 61], [22, 50]]
BOX = [[20, 30], [90, 30], [90, 60], [20, 60]]


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


UFPR_TEXT = """camera: GoPro Hero4 Silver
position_vehicle: 4 7 150 110
\ttype: car
\tmake: GM Chevrolet
\tmodel: Classic: 1.0
\tyear: 2009
plate: AQY6388
{}
\tchar 1: 22 31 9 15
\tchar 7: 80 31 9 15
"""
CORNERS = 'corners: 20,30 90,41 92,61 22,50'


class TestBrazil:
    @pytest.mark.parametrize(
        ('line', 'kind', 'outline'), [(CORNERS, 'quad', QUAD), ('position_plate: 20 30 70 30', 'box', BOX)]
    )
    def test_ufpr_both_releases(self, tmp_path: Path, line: str, kind: str, outline: list) -> None:
        for split, track in (
            ('training', 'track0001'),
            ('validation', 'track0061'),
            ('testing', 'track0091'),
        ):
            stem = tmp_path / 'UFPR' / split / track / f'{track}[01]'
            picture(Path(f'{stem}.png'))
            text(Path(f'{stem}.txt'), UFPR_TEXT.format(line).replace('\n', '\r\n'))
        assert not run(UFPRALPR(str(tmp_path / 'UFPR')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == [
            'test/track0091_track0091[01].png',
            'train/track0001_track0001[01].png',
            'val/track0061_track0061[01].png',
        ]
        for mask in masks.values():
            np.testing.assert_array_equal(mask, oracle(outline) * 255)
        ((annotation,),) = annotations(tmp_path / 'out', 'val').values()
        assert annotation['kind'] == kind and ('corners' in annotation) == (kind == 'quad')

    @pytest.mark.parametrize(
        ('content', 'message'),
        [
            (UFPR_TEXT.format('corner: 1,2'), r'expected a line "corners: \.\.\."'),
            (UFPR_TEXT.format('corners: 20,30 90,40 92,60'), 'expected 4 pairs'),
            (UFPR_TEXT.format('corners: 20,30 90,40 92,60 22'), 'expected 4 pairs'),
            (UFPR_TEXT.format('corners: 20,30 90,4o 92,60 22,50'), "corners: expected a number, got '4o'"),
            (UFPR_TEXT.format('position_plate: 20 30 70'), 'expected "x y width height"'),
            (UFPR_TEXT.format('position_plate: 20 30 70 0'), 'without area'),
            ('', 'expected lines of "key: value"'),
            (b'c\0o\0r\0', 'not a text file'),
        ],
    )
    def test_ufpr_broken(self, tmp_path: Path, content: str | bytes, message: str) -> None:
        import re

        good, bad = (tmp_path / f'UFPR/training/track0001/track0001[0{i}]' for i in (1, 2))
        picture(Path(f'{good}.png')), text(Path(f'{good}.txt'), UFPR_TEXT.format(CORNERS))
        picture(Path(f'{bad}.png')), text(Path(f'{bad}.txt'), content)
        report = run(UFPRALPR(str(tmp_path / 'UFPR')), tmp_path / 'out')
        assert report.converted == 1
        assert re.search(message, problems(report)['track0001[02].png'])

    def test_ufpr_picture_without_text(self, tmp_path: Path) -> None:
        good, bad = (tmp_path / f'UFPR/training/track0001/track0001[0{i}]' for i in (1, 2))
        picture(Path(f'{good}.png')), text(Path(f'{good}.txt'), UFPR_TEXT.format(CORNERS))
        picture(Path(f'{bad}.png'))
        report = run(UFPRALPR(str(tmp_path / 'UFPR')), tmp_path / 'out')
        assert "there is no 'track0001[02].txt'" in problems(report)['track0001[02].png']
        with pytest.raises(ConversionError, match='no pictures with a text file beside them'):
            list(SSIG(str(tmp_path / 'out')).read())

    def test_ssig(self, tmp_path: Path) -> None:
        stem = tmp_path / 'SSIG/training/Track1/Track1[01]'
        picture(Path(f'{stem}.png'))
        text(Path(f'{stem}.txt'), 'text: ABC1234\nposition_plate: 20 30 70 30\n\nchar0: 22 31 9 15\n')
        run(SSIG(str(tmp_path / 'SSIG')), tmp_path / 'out', rim=0.25)
        mask = read_masks(tmp_path / 'out')['train/Track1_Track1[01].png']
        np.testing.assert_array_equal(mask > 0, oracle(BOX))
        # Inner half of 20..90 by 30..60: columns 37.5..72.5, rows 37.5..52.5.
        np.testing.assert_array_equal(np.argwhere(mask == 255)[[0, -1]], [[37, 37], [51, 71]])
        ((annotation,),) = annotations(tmp_path / 'out', 'train').values()
        assert annotation['kind'] == 'box_ignored_rim'

    def rodosol(self, source: Path, separator: str = ';') -> None:
        lines = []
        for number, (folder, split) in enumerate(
            [('cars-br', 'training'), ('cars-me', 'validation'), ('motorcycles-br', 'testing')], start=1
        ):
            stem = source / f'images/{folder}/img_{number:06}'
            picture(Path(f'{stem}.jpg'))
            text(Path(f'{stem}.txt'), f'type: car\nplate: ODE2510\nlayout: Brazilian\n{CORNERS}\n')
            lines.append(f'./images/{folder}/img_{number:06}.jpg{separator}{split}')
        text(source / 'split.txt', '\n'.join(lines) + '\n')

    @pytest.mark.parametrize('separator', [';', ' ', '\t', ', '])
    def test_rodosol(self, tmp_path: Path, separator: str) -> None:
        self.rodosol(tmp_path / 'R', separator)
        assert not run(RodoSol(str(tmp_path / 'R')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == [
            'test/motorcycles-br_img_000003.jpg',
            'train/cars-br_img_000001.jpg',
            'val/cars-me_img_000002.jpg',
        ]
        np.testing.assert_array_equal(masks['train/cars-br_img_000001.jpg'], oracle(QUAD) * 255)

    def test_rodosol_broken(self, tmp_path: Path) -> None:
        source = tmp_path / 'R'
        self.rodosol(source)
        (source / 'images/cars-br/img_000001.jpg').unlink()
        text(source / 'images/cars-me/img_000002.txt', 'type: car\nplate: AB')
        picture(source / 'images/cars-br/img_000009.jpg')
        report = run(RodoSol(str(source)), tmp_path / 'out')
        found = problems(report)
        assert 'split.txt names it' in found['img_000001.jpg']
        assert 'expected a line "corners: ..."' in found['img_000002.jpg']
        assert 'No such file' in found['img_000009.jpg']
        text(source / 'split.txt', 'images/cars-br/img_000001.jpg training?\n')
        with pytest.raises(ConversionError, match=r'line 1: expected "images/NAME.jpg;training"'):
            list(RodoSol(str(source)).read())
        (source / 'split.txt').unlink()
        with pytest.raises(ConversionError, match=r'there is no .*split\.txt'):
            list(RodoSol(str(source)).read())


class TestAOLP:
    def sample(self, source: Path) -> None:
        for subset in ('AC', 'LE', 'RP'):
            folder = source / f'Subset_{subset}/Subset_{subset}'
            for number in range(1, 60, 10):
                picture(folder / f'Image/{number}.jpg', (160, 120))
                text(folder / f'groundtruth_localization/{number}.txt', '20\n30\n90\n60\n')

    def test_conversion(self, tmp_path: Path) -> None:
        self.sample(tmp_path / 'AOLP')
        assert not run(AOLP(str(tmp_path / 'AOLP'), 'RP'), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert len(masks) == 18
        for name, mask in masks.items():
            assert name.startswith('test/') == ('RP_' in name)
            np.testing.assert_array_equal(mask, oracle(BOX) * 255)
        sides = {name.split('/')[0] for name in masks if name.endswith(('AC_1.jpg', 'AC_11.jpg'))}
        assert len(sides) == 1

    def test_broken(self, tmp_path: Path) -> None:
        self.sample(tmp_path / 'AOLP')
        folder = tmp_path / 'AOLP/Subset_AC/Subset_AC'
        text(folder / 'groundtruth_localization/1.txt', '20 30 90')
        text(folder / 'groundtruth_localization/11.txt', '90 30 20 60')
        (folder / 'Image/21.jpg').unlink()
        (folder / 'groundtruth_localization/31.txt').unlink()
        found = problems(run(AOLP(str(tmp_path / 'AOLP')), tmp_path / 'out'))
        assert 'expected 4 numbers, left top right bottom, got 3' in found['1.txt']
        assert 'expected right > left' in found['11.txt']
        assert "no picture 'Image/21.jpg'" in found['21.txt'] or 'may be any of' in found['21.txt']
        assert 'there is no groundtruth_localization/31.txt' in found['31.jpg']
        with pytest.raises(ConversionError, match='expected Subset_'):
            list(AOLP(str(tmp_path / 'out')).read())


class TestOpenALPR:
    def test_conversion(self, tmp_path: Path) -> None:
        for country, name in (('us', 'car1'), ('eu', 'car1')):
            picture(tmp_path / f'endtoend/{country}/{name}.jpg')
            text(tmp_path / f'endtoend/{country}/{name}.txt', f'{name}.jpg\t20\t30\t70\t30\tRK 260AF\n')
        assert not run(OpenALPR(str(tmp_path / 'endtoend')), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert sorted(masks) == ['test/eu_car1.jpg', 'test/us_car1.jpg']
        np.testing.assert_array_equal(masks['test/us_car1.jpg'], oracle(BOX) * 255)

    def test_broken(self, tmp_path: Path) -> None:
        for name in ('good', 'few', 'word', 'flat', 'out', 'lost'):
            picture(tmp_path / f'us/{name}.jpg')
        text(tmp_path / 'us/good.txt', 'good.jpg\t20\t30\t70\t30\tA\n')
        text(tmp_path / 'us/few.txt', 'few.jpg\t20\t30\t70\n')
        text(tmp_path / 'us/word.txt', 'word.jpg\t20\tx\t70\t30\tA\n')
        text(tmp_path / 'us/flat.txt', 'flat.jpg\t20\t30\t0\t30\tA\n')
        text(tmp_path / 'us/out.txt', 'out.jpg\t150\t30\t70\t30\tA\n')
        text(tmp_path / 'us/lost.txt', 'lost.jpg\t20\t30\t70\t30\tA\n')
        (tmp_path / 'us/lost.jpg').unlink()
        found = problems(run(OpenALPR(str(tmp_path / 'us')), tmp_path / 'out'))
        assert 'expected 6 fields with tabs between' in found['few.txt']
        assert "y: expected a number, got 'x'" in found['word.txt']
        assert 'without area' in found['flat.txt']
        assert 'outside the picture' in found['out.jpg']
        assert "no picture 'lost.jpg'" in found['lost.txt']
        assert len(found) == 5
        with pytest.raises(ConversionError, match='no text files of the benchmark'):
            list(OpenALPR(str(tmp_path / 'out/test/images')).read())


class TestWPOD:
    LINE = '4,0.125,0.5625,0.575,0.1375,0.25,0.3416666667,0.5083333333,0.4166666667,ABC1234,'

    def test_conversion(self, tmp_path: Path) -> None:
        picture(tmp_path / 'cars/00001.jpg')
        empty_text = '4,0.2,0.3,0.3,0.2,0.75,0.75,0.9,0.9,,'
        text(tmp_path / 'notes/00001.txt', f'{self.LINE}\n{empty_text}\n')
        run(WPOD(str(tmp_path / 'notes'), str(tmp_path / 'cars')), tmp_path / 'out')
        (mask,) = read_masks(tmp_path / 'out').values()
        expected = oracle(QUAD) | oracle([[32, 90], [48, 90], [48, 108], [32, 108]])
        assert (mask > 0).sum() == pytest.approx(expected.sum(), abs=2)
        assert ((mask > 0) ^ expected).sum() <= 2

    def test_broken(self, tmp_path: Path) -> None:
        for name in ('good', 'cut', 'count', 'pixels', 'empty', 'crop_lp'):
            picture(tmp_path / f'{name}.jpg')
        text(tmp_path / 'good.txt', self.LINE)
        text(tmp_path / 'cut.txt', self.LINE[:40])
        text(tmp_path / 'count.txt', self.LINE[2:])
        text(tmp_path / 'pixels.txt', '4,20,90,92,22,30,40,60,50,A,')
        text(tmp_path / 'empty.txt', '\n')
        text(tmp_path / 'crop_lp.txt', self.LINE)
        text(tmp_path / 'lost.txt', self.LINE)
        found = problems(run(WPOD(str(tmp_path)), tmp_path / 'out'))
        assert 'expected 4 x, then 4 y, then the text, 10 fields, got 7' in found['cut.txt']
        assert 'expected the number of points first' in found['count.txt']
        assert 'expected fractions 0..1' in found['pixels.txt']
        assert 'the file is empty' in found['empty.txt']
        assert 'relative to the crop of a car' in found['crop_lp.txt']
        assert "no picture 'lost'" in found['lost.txt']
        assert len(read_masks(tmp_path / 'out')) == 1


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
