"""Small files that state much: sizes, masks, outlines, entities, aliases; and files that are broken whole."""

from __future__ import annotations

import base64
import json
import sqlite3
import struct
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from converter_samples import QUAD, picture, problems, read_masks, run, text
from hostile_samples import SETS, write_set
from PIL import Image
from test_converters_hostile import ALL_TRAIN, assert_costs_one, converted, limited

from mmlp.cli.convert import main
from mmlp.datasets.converters import ConversionError
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.ccpd import CCPD
from mmlp.datasets.converters.readers.cityscapes import Cityscapes
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.easypr import EasyPR
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.layout import Layout
from mmlp.datasets.converters.readers.open_images import OpenImages
from mmlp.datasets.converters.readers.open_lpr import OpenLPR
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO

FLAT = [value for point in QUAD for value in point]


def pictures(root: Path, *names: str) -> Path:
    for name in names or ('good', 'bad'):
        picture(root / f'{name}.jpg')
    return root


def coco_set(root: Path, *bad: object, **image: object) -> Reader:
    """One annotation of ``good``, any of ``bad``."""
    pictures(root)
    content = {
        'images': [{'id': 1, 'file_name': 'good.jpg'}, {'id': 2, 'file_name': 'bad.jpg', **image}],
        'annotations': [{'id': 1, 'image_id': 1, 'category_id': 1, 'segmentation': [FLAT]}],
        'categories': [{'id': 1, 'name': 'plate'}],
    }
    for extra in bad:
        content['annotations'].append({'id': 2, 'image_id': 2, 'category_id': 1, **extra})
    text(root / 'all.json', content)
    return COCO(str(root))


class TestOutlines:
    """Outlines that nobody drew."""

    def test_a_million_points(self, tmp_path: Path) -> None:
        points = np.random.default_rng(0).uniform(0, 100, 1_000_000).round(1).tolist()
        assert_costs_one(limited(coco_set(tmp_path / 'S', {'segmentation': [points]}), tmp_path / 'out'))

    def test_two_hundred_thousand_parts(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', {'segmentation': [FLAT[:6]] * 200_000})
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_thousands_of_boxes_over_all_of_the_picture(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', *[{'bbox': [0, 0, 160, 120]}] * 9000)
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_more_annotations_than_a_picture_has(self, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', *[{'bbox': [0, 0, 5, 5]}] * 10_001)
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_points_of_voc(self, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        corners = ''.join(f'<x{i}>{i % 160}</x{i}><y{i}>{i % 7}</y{i}>' for i in range(1, 100_000))
        for name, points in (
            ('good', corners[:200].rsplit('<x', 1)[0]),
            ('bad', corners + '<x100000>1</x100000>'),
        ):
            outline = f'<object><name>plate</name><polygon>{points}</polygon></object>'
            text(tmp_path / f'S/{name}.xml', f'<annotation>{outline}</annotation>')
        assert_costs_one(limited(VOC(str(tmp_path / 'S')), tmp_path / 'out'))

    def test_objects_of_cityscapes_that_hide_one_another(self, tmp_path: Path) -> None:
        for name in ('good', 'bad'):
            picture(tmp_path / f'S/leftImg8bit/train/a/{name}_leftImg8bit.png')
            count = 9_000 if name == 'bad' else 2
            objects = [{'label': 'license plate', 'polygon': QUAD}]
            objects += [{'label': 'car', 'polygon': [[0, 0], [5, 0], [5, 5]]}] * (count // 2)
            objects += [{'label': 'license plate', 'polygon': QUAD}] * (count // 2)
            objects += [{'label': 'pole', 'polygon': [[0, 0], [160, 0], [160, 120], [0, 120]]}] * (
                count // 2 - 1
            )
            text(tmp_path / f'S/gtFine/train/a/{name}_gtFine_polygons.json', {'objects': objects})
        assert_costs_one(limited(Cityscapes(str(tmp_path / 'S')), tmp_path / 'out'))

    def test_lines_of_yolo(self, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        text(tmp_path / 'S/good.txt', '0 0.5 0.5 0.5 0.5\n')
        text(tmp_path / 'S/bad.txt', '0 0.5 0.5 0.5 0.5\n' * 300_000)
        assert_costs_one(limited(YOLO(str(tmp_path / 'S')), tmp_path / 'out'))


def png(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))

    header = struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)
    return (
        b'\x89PNG\r\n\x1a\n'
        + chunk(b'IHDR', header)
        + chunk(b'IDAT', zlib.compress(bytes(9)))
        + chunk(b'IEND', b'')
    )


class TestMasks:
    """Masks that state more than their picture has."""

    @pytest.mark.parametrize('side', [150, 12_000, 100_000, 2**31 - 1])
    def test_of_labelme(self, side: int, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        good = {'label': 'plate', 'points': [[20, 30], [90, 60]], 'shape_type': 'rectangle'}
        mask = base64.b64encode(png(side, side)).decode()
        bad = {'label': 'plate', 'points': [[0, 0], [side, side]], 'shape_type': 'mask', 'mask': mask}
        for name, shape in (('good', good), ('bad', bad)):
            text(tmp_path / f'S/{name}.json', {'imagePath': f'{name}.jpg', 'shapes': [shape]})
        assert_costs_one(limited(LabelMe(str(tmp_path / 'S')), tmp_path / 'out'))

    @pytest.mark.parametrize(
        ('runs', 'side'),
        [
            ('1000000000000', 10**6),
            ('5,5', 10**9),
            ('9' * 30, 10),
            ('-1,101', 10),
            ('', 10),
            ('1,' * 10**6 + '1', 10),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_of_cvat(self, runs: str, side: int, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        box = '<box label="plate" xtl="20" ytl="30" xbr="90" ybr="60"/>'
        mask = f'<mask label="plate" rle="{runs}" left="0" top="0" width="{side}" height="{side}"/>'
        images = ''.join(
            f'<image name="{name}.jpg" width="160" height="120">{shape}</image>'
            for name, shape in (('good', box), ('bad', mask))
        )
        text(tmp_path / 'S/all.xml', f'<annotations>{images}</annotations>')
        assert_costs_one(limited(CVAT(str(tmp_path / 'S')), tmp_path / 'out'))

    @pytest.mark.parametrize(
        'data',
        [10**12, 'abc', [0] * 10**6, [255] * (3 * 10**6), [300], [-1], [[0]], [None], []],
        ids=lambda v: str(v)[:9],
    )
    def test_of_label_studio(self, data: object, tmp_path: Path) -> None:
        pictures(tmp_path / 'S')
        values = ({'x': 10, 'y': 20, 'width': 30, 'height': 20}, {'format': 'rle', 'rle': data})
        tasks = []
        for name, value in zip(('good', 'bad'), values):
            region = {'original_width': 160, 'original_height': 120, 'value': {**value, 'labels': ['plate']}}
            tasks.append({'data': {'image': f'{name}.jpg'}, 'annotations': [{'result': [region]}]})
        text(tmp_path / 'S/tasks.json', tasks)
        found = limited(LabelStudio(str(tmp_path / 'S')), tmp_path / 'out')
        assert_costs_one(found)


SIZES = [(10**6, 10**6), (2**62, 1), (-160, 120), (1e300, 1e300), (159, 120)]


class TestStatedSizes:
    """Pictures that the annotation states to be larger than they are."""

    @pytest.mark.parametrize(('width', 'height'), SIZES)
    @pytest.mark.parametrize('name', ['coco', 'label_studio', 'labelme', 'cityscapes', 'cvat', 'voc'])
    def test_size(self, name: str, width: float, height: float, tmp_path: Path) -> None:
        write_set(name, tmp_path / 'S', '20')
        pattern = 'bad*.json' if name in ('labelme', 'cityscapes') else 'bad.xml' if name == 'voc' else '*.*'
        (path,) = [p for p in sorted((tmp_path / 'S').rglob(pattern)) if p.suffix in ('.json', '.xml')]
        content = path.read_text()
        begin = content.rindex('bad') if name in ('coco', 'label_studio', 'cvat') else 0
        content = content[:begin] + content[begin:].replace('160', f'{width:.0f}').replace(
            '120', f'{height:.0f}'
        )
        if name == 'voc':
            size = f'<size><width>{width:.0f}</width><height>{height:.0f}</height></size>'
            content = content.replace('<object>', size + '<object>')
        path.write_text(content)
        reader = {'labelme': LabelMe, 'voc': VOC, 'cvat': CVAT, 'coco': COCO}.get(name)
        reader = reader or {'label_studio': LabelStudio, 'cityscapes': Cityscapes}[name]
        found = converted(reader(str(tmp_path / 'S')), tmp_path / 'out')
        assert_costs_one(found)
        # Percents of such a picture lead beyond all pictures.
        assert 'made on a picture of' in found['problems'][0] or name == 'label_studio'


class TestIdentities:
    """Ids of COCO files."""

    @pytest.mark.parametrize('value', [[1], {}, [[]], True, 1.5, float('nan'), 10**30], ids=str)
    @pytest.mark.parametrize('key', ['image_id', 'category_id'])
    def test_of_annotations(self, key: str, value: object, tmp_path: Path) -> None:
        report = run(
            coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30], key: value}), tmp_path / 'out', rule=ALL_TRAIN
        )
        # Nothing says whose annotation it is.
        assert report.converted == 2 and len(report.problems) == 1
        assert 'annotation 1: expected a number as id' in report.problems[0].message

    @pytest.mark.parametrize('value', [[1], {}, 10**30], ids=str)
    def test_of_images_and_categories(self, value: object, tmp_path: Path) -> None:
        reader = coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30]}, file_name=value)
        report = run(reader, tmp_path / 'out', rule=ALL_TRAIN)
        assert report.converted == 1 and 'image 2 has no file_name' in report.problems[0].message
        content = json.loads((tmp_path / 'S/all.json').read_text())
        content['categories'].append({'id': value, 'name': 'car'})
        content['images'][1].update(id=value, file_name='bad.jpg')
        text(tmp_path / 'S/all.json', content)
        report = run(COCO(str(tmp_path / 'S')), tmp_path / 'out2', rule=ALL_TRAIN)
        assert report.converted == 1 and len(report.problems) == 3

    def test_two_images_of_one_id(self, tmp_path: Path) -> None:
        """Neither is taken for a picture without plates."""
        reader = coco_set(tmp_path / 'S', {'bbox': [20, 30, 70, 30]})
        content = json.loads((tmp_path / 'S/all.json').read_text())
        picture(tmp_path / 'S/third.jpg')
        content['images'].append({'id': 2, 'file_name': 'third.jpg'})
        content['images'].append(content['images'][0])
        text(tmp_path / 'S/all.json', content)
        report = run(reader, tmp_path / 'out', rule=ALL_TRAIN)
        assert list(read_masks(tmp_path / 'out')) == ['train/good.jpg']
        assert all('several images have the id 2' in problem.message for problem in report.problems)
        assert len(report.problems) == 2


def laughs(first: str, form: str) -> str:
    """Thirty levels, each of which stands nine times for the one before."""
    levels = [f'a{i}: &a{i} ' + form.format(','.join([f'*a{i - 1}'] * 9)) for i in range(1, 30)]
    return '\n'.join([f'a0: &a0 {first}', *levels, 'names: *a29\n'])


class TestDescriptions:
    """YAML, XML and tables that grow."""

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
