"""Files of annotations that state much, as entities and aliases do, and those that are broken as a whole."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from converter_samples import picture, problems, run, text
from hostile_samples import SETS, pictures, png, write_set
from PIL import Image
from test_converters_hostile import ALL_TRAIN, assert_costs_one, limited

from mmlp.cli.convert import main
from mmlp.datasets.converters import ConversionError
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.ccpd import CCPD
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.easypr import EasyPR
from mmlp.datasets.converters.readers.layout import Layout
from mmlp.datasets.converters.readers.open_images import OpenImages
from mmlp.datasets.converters.readers.open_lpr import OpenLPR
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO


def laughs(first: str, form: str) -> str:
    """Thirty levels, each of which stands nine times for the one before."""
    levels = [f'a{i}: &a{i} ' + form.format(','.join([f'*a{i - 1}'] * 9)) for i in range(1, 30)]
    return '\n'.join([f'a0: &a0 {first}', *levels, 'names: *a29\n'])


class TestDescriptions:
    """YAML, XML and tables that grow."""

    @pytest.mark.needs('yaml')
    @pytest.mark.parametrize(
        'content',
        [
            'a0: &a0 [x]\n'
            + ''.join(f'a{i}: &a{i} [{",".join([f"*a{i - 1}"] * 9)}]\n' for i in range(1, 30))
            + 'names: *a29\n',
            'a0: &a0 {k: 1}\n'
            + ''.join(f'a{i}: &a{i} {{<<: [{",".join([f"*a{i - 1}"] * 9)}]}}\n' for i in range(1, 30))
            + 'names: *a29\n',
            'names: &a [*a]\n',
            'names: [[plate]]\n',
            'names: 5\n',
            'names: {.inf: plate}\n',
            'names: ' + '[' * 5000 + ']' * 5000,
            'names: [plate]\nkpt_shape: [.inf, 2]\n',
            'names: [plate]\npath: [1]\n',
            'names: [plate]\ntrain: 5\n',
            'names: !!python/object/apply:os.system [ls]\n',
            'names: [plate\n',
            'names: [' + 'plate, ' * 50_000 + ']',
        ],
        ids=lambda value: value[:18],
    )
    def test_yaml(self, content: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
        write_set('yolo', tmp_path / 'S', '0.5')
        text(tmp_path / 'S/data.yaml', content)
        assert main([YOLO.name, str(tmp_path / 'S'), '-o', str(tmp_path / 'out')]) == 2
        shown = capsys.readouterr().err
        assert 'data.yaml' in shown and len(shown) < 2000

    @pytest.mark.needs('yaml')
    def test_yaml_beside_the_description(self, tmp_path: Path) -> None:
        write_set('yolo', tmp_path / 'S', '0.5')
        text(tmp_path / 'S/a.yaml', '[')
        text(tmp_path / 'S/data.yaml', 'x: &x plate\nnames: [*x]\n')
        report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 2 and list(problems(report)) == ['a.yaml']

    @pytest.mark.parametrize('name', ['cvat', 'voc'])
    @pytest.mark.parametrize(
        'entities',
        [
            '<!ENTITY a "x">'
            + ''.join(f'<!ENTITY a{i} "{f"&a{i - 1 or str()};" * 10}">' for i in range(1, 20)),
            f'<!ENTITY a "{"x" * 100_000}">',
            '<!ENTITY a SYSTEM "file:///etc/passwd">',
            '<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;',
        ],
        ids=['laughs', 'quadratic', 'external', 'parameter'],
    )
    def test_entities(self, name: str, entities: str, tmp_path: Path) -> None:
        write_set(name, tmp_path / 'S', '&a;')
        path = tmp_path / 'S' / ('all.xml' if name == 'cvat' else 'bad.xml')
        path.write_text(f'<!DOCTYPE x [{entities}]>' + path.read_text())
        reader = CVAT if name == 'cvat' else VOC
        if name == 'voc':
            found = limited(reader(str(tmp_path / 'S')), tmp_path / 'out')
            assert_costs_one(found)
            assert 'entities' in found['problems'][0]
        else:
            with pytest.raises(ConversionError, match=r'all\.xml: declares entities'):
                run(reader(str(tmp_path / 'S')), tmp_path / 'out')

    def test_deep_xml(self, tmp_path: Path) -> None:
        write_set('cvat', tmp_path / 'S', '20')
        path = tmp_path / 'S/all.xml'
        deep = '<a>' * 300_000 + '</a>' * 300_000
        head, tail = path.read_text().rsplit('</image>', 1)
        path.write_text(f'{head}{deep}</image>{tail}')
        assert_costs_one(limited(CVAT(str(tmp_path / 'S')), tmp_path / 'out'))

    def test_frames_of_tracks(self, tmp_path: Path) -> None:
        picture(tmp_path / 'S/frame_000001.jpg')
        shape = '<box frame="{}" outside="0" xtl="20" ytl="30" xbr="90" ybr="60"/>'
        boxes = ''.join(shape.format(frame) for frame in (1, 10**9, '9' * 5000, '²', '-1', '1e9'))
        text(tmp_path / 'S/all.xml', f'<annotations><track label="plate">{boxes}</track></annotations>')
        report = run(CVAT(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 1 and len(report.problems) == 5

    def test_table_with_fields_without_end(self, tmp_path: Path) -> None:
        header = 'ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsGroupOf,IsDepiction\n'
        row = '{},xclick,/m/01jfm_,1,{},0.6,0.3,0.6,0,0\n'
        names = ('aa', 'bb', 'cc', 'dd')
        for name in names:
            picture(tmp_path / f'S/{name}.jpg')
        rows = [
            row.format('aa', 0.2),
            row.format('bb', '"' + 'x' * 3_000_000),
            row.format('cc', '1e999'),
            row.format('dd', '"0.2'),
        ]
        text(tmp_path / 'S/train-annotations-bbox.csv', header + ''.join(rows))
        masks = 'MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax\n'
        text(tmp_path / 'S/train-annotations-object-segmentation.csv', masks)
        report = run(OpenImages(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 1 and sorted(problems(report)) == ['bb.jpg', 'cc.jpg', 'dd.jpg']

    def test_quotation_mark_without_end_in_via(self, tmp_path: Path) -> None:
        for name in ('good', 'bad', 'last'):
            picture(tmp_path / f'S/{name}.jpg')
        shape = json.dumps({'name': 'rect', 'x': 20, 'y': 30, 'width': 70, 'height': 30}).replace('"', '""')
        lines = ['filename,region_shape_attributes,region_attributes']
        lines += [f'good.jpg,"{shape}","{{}}"', f'bad.jpg,"{shape},"{{}}"', f'last.jpg,"{shape}","{{}}"']
        text(tmp_path / 'S/via.csv', '\n'.join(lines))
        report = run(VIA(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 2 and 'bad.jpg' in report.problems[0].path


@pytest.mark.parametrize(
    'content', [b'', b'\0' * 99, b'[', '{"a": "ü"}'.encode('utf-16'), b'<', b'\xff' * 9, b'names: [']
)
@pytest.mark.parametrize('name', sorted(SETS))
def test_a_file_that_is_broken_as_a_whole(
    name: str, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    reader = type(write_set(name, tmp_path / 'S', '20'))
    for path in (tmp_path / 'S').rglob('*.*'):
        if path.suffix in ('.json', '.xml', '.csv', '.txt', '.yaml') and 'good' not in path.name:
            path.write_bytes(content)
    code = main([reader.name, str(tmp_path / 'S'), '-o', str(tmp_path / 'out'), '--split', 'train'])
    shown = capsys.readouterr().err
    is_nothing = name in ('yolo', 'rodosol') and not content.strip()
    assert code in ((0, 1, 2) if is_nothing else (1, 2)), shown
    assert 'error' in shown or 'could not be converted' in shown or is_nothing


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'utf-16'])
def test_byte_order_marks(tmp_path: Path, encoding: str) -> None:
    for name in ('coco', 'labelme', 'cvat', 'via_csv', 'yolo'):
        root = tmp_path / name
        reader = write_set(name, root, '0.5' if name == 'yolo' else '20')
        for path in root.iterdir():
            if path.suffix != '.jpg':
                path.write_bytes(path.read_text().encode(encoding))
        if encoding == 'utf-8-sig' or name == 'cvat':
            assert run(reader, tmp_path / f'out-{name}', rule=ALL_TRAIN).converted == 2
        else:
            with pytest.raises(ConversionError, match='UTF-16'):
                run(reader, tmp_path / f'out-{name}', rule=ALL_TRAIN)


def test_lists_of_splits(tmp_path: Path) -> None:
    name = '025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg'
    picture(tmp_path / f'S/ccpd_base/{name}', (720, 1160))
    text(tmp_path / 'S/splits/train.txt', b'\0\0')
    text(tmp_path / 'S/splits/val.txt', 'x' * (2 << 20))
    report = run(CCPD(str(tmp_path / 'S')), tmp_path / 'out')
    assert report.converted == 1 and sorted(problems(report)) == ['train.txt', 'val.txt']


class TestOpenLPR:
    """SQLite files."""

    def reader(self, root: Path, *statements: str) -> Reader:
        picture(root / 'train/good.jpg')
        picture(root / 'train/bad.jpg')
        box = '[{"x": 20, "y": 30, "width": 70, "height": 30}]'
        columns = 'filename, imheight, imwidth, isreviewed, isdeleted, isbackground, imgareas'
        with closing(sqlite3.connect(root / 'train.db')) as connection:
            connection.execute(f'CREATE TABLE annotations ({columns})')
            row = f"INSERT INTO annotations VALUES ('good.jpg', 120, 160, 1, 0, 0, '{box}')"
            for statement in (row, *statements):
                connection.execute(statement.replace('BOX', box))
            connection.commit()
        return OpenLPR(str(root))

    @pytest.mark.parametrize(
        ('name', 'size', 'areas'),
        [
            ("'../private/bad.jpg'", '120, 160', "'BOX'"),
            ('NULL', '120, 160', "'BOX'"),
            ("x'00ff'", '120, 160', "'BOX'"),
            ("'bad.jpg'", '1e999, 160', "'BOX'"),
            ("'bad.jpg'", "'x', 160", "'BOX'"),
            ("'bad.jpg'", '1000000, 1000000', "'BOX'"),
            ("'bad.jpg'", '120, 160', "'" + '[' * 100_000 + "'"),
            ("'bad.jpg'", '120, 160', "'[1]'"),
            ("'bad.jpg'", '120, 160', '\'[{"x": 1e999, "y": 1, "width": 1, "height": 1}]\''),
            ("'bad.jpg'", '120, 160', '5'),
        ],
    )
    def test_rows(self, name: str, size: str, areas: str, tmp_path: Path) -> None:
        picture(tmp_path / 'private/bad.jpg')
        row = f'INSERT INTO annotations VALUES ({name}, {size}, 1, 0, 0, {areas})'
        report = run(self.reader(tmp_path / 'S', row), tmp_path / 'out', rule=ALL_TRAIN)
        if '..' in name:  # the picture of that name in the set
            assert report.converted == 2
            assert (tmp_path / 'S/train/bad.jpg').read_bytes() == (
                tmp_path / 'out/train/images/bad.jpg'
            ).read_bytes()
        else:
            assert report.converted == 1 and len(report.problems) == 1

    def test_a_view_that_computes_for_ever(self, tmp_path: Path) -> None:
        endless = (
            'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS filename FROM n'
        )
        statements = ('ALTER TABLE annotations RENAME TO old', f'CREATE VIEW annotations AS {endless}')
        with pytest.raises(ConversionError, match='no table annotations'):
            run(self.reader(tmp_path / 'S', *statements), tmp_path / 'out')


def test_easypr(tmp_path: Path) -> None:
    plate = '<taggedRectangle x="{}" y="45" width="70" height="30" rotation="3"/>'
    image = '<image><imageName>{}.jpg</imageName><taggedRectangles>{}</taggedRectangles></image>'
    pictures(tmp_path / 'S')
    texts = [image.format(name, plate.format(x)) for name, x in (('good', '60'), ('bad', '1e999'))]
    text(tmp_path / 'S/GroundTruth.xml', f'<tagset>{"".join(texts)}</tagset>')
    report = run(EasyPR(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 1 and 'expected a number' in report.problems[0].message
    text(tmp_path / 'S/GroundTruth.xml', f'<!DOCTYPE x [<!ENTITY a "b">]><tagset>{texts[0]}</tagset>')
    with pytest.raises(ConversionError, match='declares entities'):
        run(EasyPR(str(tmp_path / 'S')), tmp_path / 'out2')


@pytest.mark.parametrize('side', [40, 20_000])
def test_masks_of_our_layout(side: int, tmp_path: Path) -> None:
    for name in ('good', 'bad'):
        picture(tmp_path / f'S/images/{name}.jpg')
        mask = np.zeros((120, 160), np.uint8)
        mask[30:60, 20:90] = 255
        (tmp_path / 'S/masks').mkdir(exist_ok=True)
        Image.fromarray(mask).save(tmp_path / f'S/masks/{name}.jpg.png')
    (tmp_path / 'S/masks/bad.jpg.png').write_bytes(png(side, side))
    assert_costs_one(limited(Layout(str(tmp_path / 'S')), tmp_path / 'out'))
