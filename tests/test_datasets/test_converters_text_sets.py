"""Readers of sets that annotate in text files on samples by their grammar, good and broken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import BOX, QUAD, annotations, oracle, picture, problems, read_masks, run, text
from helpers.public_set_samples import (
    CORNERS,
    SSIG_TEXT,
    UFPR_TEXT,
    WPOD_LINE,
    write_aolp,
    write_openalpr,
    write_rodosol,
    write_tracks,
)

from mmlp.datasets.converters import ConversionError
from mmlp.datasets.converters.readers.aolp import AOLP
from mmlp.datasets.converters.readers.openalpr import OpenALPR
from mmlp.datasets.converters.readers.rodosol import RodoSol
from mmlp.datasets.converters.readers.ssig import SSIG
from mmlp.datasets.converters.readers.ufpr_alpr import UFPRALPR
from mmlp.datasets.converters.readers.wpod import WPOD


class TestBrazil:
    @pytest.mark.parametrize(
        ('line', 'kind', 'outline'), [(CORNERS, 'quad', QUAD), ('position_plate: 20 30 70 30', 'box', BOX)]
    )
    def test_ufpr_both_releases(self, tmp_path: Path, line: str, kind: str, outline: list) -> None:
        write_tracks(tmp_path / 'UFPR', UFPR_TEXT.format(line).replace('\n', '\r\n'))
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
        text(Path(f'{stem}.txt'), SSIG_TEXT)
        run(SSIG(str(tmp_path / 'SSIG')), tmp_path / 'out', rim=0.25)
        mask = read_masks(tmp_path / 'out')['train/Track1_Track1[01].png']
        np.testing.assert_array_equal(mask > 0, oracle(BOX))
        # Inner half of 20..90 by 30..60: columns 37.5..72.5, rows 37.5..52.5.
        np.testing.assert_array_equal(np.argwhere(mask == 255)[[0, -1]], [[37, 37], [51, 71]])
        ((annotation,),) = annotations(tmp_path / 'out', 'train').values()
        assert annotation['kind'] == 'box_ignored_rim'

    @pytest.mark.parametrize('separator', [';', ' ', '\t', ', '])
    def test_rodosol(self, tmp_path: Path, separator: str) -> None:
        write_rodosol(tmp_path / 'R', separator)
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
        write_rodosol(source)
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
    def test_conversion(self, tmp_path: Path) -> None:
        write_aolp(tmp_path / 'AOLP')
        assert not run(AOLP(str(tmp_path / 'AOLP'), 'RP'), tmp_path / 'out').problems
        masks = read_masks(tmp_path / 'out')
        assert len(masks) == 18
        for name, mask in masks.items():
            assert name.startswith('test/') == ('RP_' in name)
            np.testing.assert_array_equal(mask, oracle(BOX) * 255)
        sides = {name.split('/')[0] for name in masks if name.endswith(('AC_1.jpg', 'AC_11.jpg'))}
        assert len(sides) == 1

    def test_broken(self, tmp_path: Path) -> None:
        write_aolp(tmp_path / 'AOLP')
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
        write_openalpr(tmp_path / 'endtoend')
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
    def test_conversion(self, tmp_path: Path) -> None:
        picture(tmp_path / 'cars/00001.jpg')
        empty_text = '4,0.2,0.3,0.3,0.2,0.75,0.75,0.9,0.9,,'
        text(tmp_path / 'notes/00001.txt', f'{WPOD_LINE}\n{empty_text}\n')
        run(WPOD(str(tmp_path / 'notes'), str(tmp_path / 'cars')), tmp_path / 'out')
        (mask,) = read_masks(tmp_path / 'out').values()
        expected = oracle(QUAD) | oracle([[32, 90], [48, 90], [48, 108], [32, 108]])
        assert (mask > 0).sum() == pytest.approx(expected.sum(), abs=2)
        assert ((mask > 0) ^ expected).sum() <= 2

    @pytest.mark.parametrize('images', ['S', 'S/', 'S/pictures', '.', 'link'])
    def test_folders_that_are_the_same_or_lie_in_one_another(self, tmp_path: Path, images: str) -> None:
        picture(tmp_path / 'S/pictures/00001.jpg')
        text(tmp_path / 'S/notes/00001.txt', WPOD_LINE)
        (tmp_path / 'link').symlink_to(tmp_path / 'S')
        report = run(WPOD(str(tmp_path / 'S'), f'{tmp_path}/{images}'), tmp_path / 'out')
        assert report.converted == 1 and not report.problems

    def test_broken(self, tmp_path: Path) -> None:
        for name in ('good', 'cut', 'count', 'pixels', 'empty', 'crop_lp'):
            picture(tmp_path / f'{name}.jpg')
        text(tmp_path / 'good.txt', WPOD_LINE)
        text(tmp_path / 'cut.txt', WPOD_LINE[:40])
        text(tmp_path / 'count.txt', WPOD_LINE[2:])
        text(tmp_path / 'pixels.txt', '4,20,90,92,22,30,40,60,50,A,')
        text(tmp_path / 'empty.txt', '\n')
        text(tmp_path / 'crop_lp.txt', WPOD_LINE)
        text(tmp_path / 'lost.txt', WPOD_LINE)
        found = problems(run(WPOD(str(tmp_path)), tmp_path / 'out'))
        assert 'expected 4 x, then 4 y, then the text, 10 fields, got 7' in found['cut.txt']
        assert 'expected the number of points first' in found['count.txt']
        assert 'expected fractions 0..1' in found['pixels.txt']
        assert 'the file is empty' in found['empty.txt']
        assert 'relative to the crop of a car' in found['crop_lp.txt']
        assert "no picture 'lost'" in found['lost.txt']
        assert len(read_masks(tmp_path / 'out')) == 1
