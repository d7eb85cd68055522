"""The reader of VIA on samples written by their grammar, good and broken."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import (
    QUAD,
    oracle,
    picture,
    problems,
    read_masks,
    run,
    text,
)

from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.readers.via import VIA

ALL_TRAIN = SplitRule(split='train')


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
        region['region_attributes'] = {'kind': {'eu': True, 'dirty': False}, 'text': 'ABC'}
        picture(tmp_path / 'S/a.jpg')
        text(tmp_path / 'S/a.json', self.content([region]))
        with pytest.raises(ConversionError, match='which attribute holds the label'):
            run(VIA(str(tmp_path / 'S')), tmp_path / 'out')
        assert not run(VIA(str(tmp_path / 'S'), 'kind'), tmp_path / 'out').problems
        with pytest.raises(ConversionError, match="no attribute 'class', there are"):
            run(VIA(str(tmp_path / 'S'), 'class'), tmp_path / 'out2')

    def test_attributes_that_files_name_differently(self, tmp_path: Path) -> None:
        """As the sample of nomeroff-net does, with the plate's text and country beside the class."""
        stated = {
            'train': {'class': 'numberplate', 'region_name': 'eu', 'np': 'NEBV043'},
            'val': {'class': 'numberplate'},
            'test': {'label': {'brand_numberplate': False, 'numberplate': True}, 'np': 'AB 123'},
        }
        for split, attributes in stated.items():
            region = self.polygon(QUAD)
            region['region_attributes'] = attributes
            picture(tmp_path / f'S/{split}/{split}.jpg')
            text(tmp_path / f'S/{split}/via_region_data.json', self.content([region], f'{split}.jpg'))
        assert not run(VIA(str(tmp_path / 'S')), tmp_path / 'out').problems
        for split in stated:
            np.testing.assert_array_equal(
                read_masks(tmp_path / 'out')[f'{split}/{split}.jpg'], oracle(QUAD) * 255
            )
        report = run(VIA(str(tmp_path / 'S'), ['class', 'label']), tmp_path / 'out2')
        assert not report.problems and sorted(report.images) == ['test', 'train', 'val']

    def test_regions_without_a_label(self, tmp_path: Path) -> None:
        """They are all plates where no region has a label, and nobody knows what where others have one."""
        for name in 'ab':
            picture(tmp_path / f'S/{name}.jpg')
        regions = {name: self.polygon(QUAD, '') for name in 'ab'}
        regions['b']['region_attributes'] = {}
        text(
            tmp_path / 'S/via.json',
            {**self.content([regions['a']]), **self.content([regions['b']], 'b.jpg')},
        )
        run(VIA(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert all((mask == oracle(QUAD) * 255).all() for mask in read_masks(tmp_path / 'out').values())
        # The plate's text is no label, since it stands beside one elsewhere.
        regions['a']['region_attributes'] = {'label': 'plate', 'np': 'AB 123'}
        regions['b']['region_attributes'] = {'np': 'XY 999'}
        text(
            tmp_path / 'S/via.json',
            {**self.content([regions['a']]), **self.content([regions['b']], 'b.jpg')},
        )
        found = problems(run(VIA(str(tmp_path / 'S')), tmp_path / 'out2', rule=ALL_TRAIN))
        assert list(found) == ['b.jpg'] and 'an annotation has no label' in found['b.jpg']
        assert not run(VIA(str(tmp_path / 'S')), tmp_path / 'out3', rule=ALL_TRAIN, labels=('*',)).problems

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
