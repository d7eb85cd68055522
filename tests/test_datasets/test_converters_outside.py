"""Pictures outside of the source are not pulled in by names or links, unless an option says so."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
from converter_samples import picture, run, text
from hostile_samples import write_set

from mmlp.cli.convert import main
from mmlp.datasets.converters import ConversionError, SplitRule
from mmlp.datasets.converters.names import unique_names
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.cvat import CVAT
from mmlp.datasets.converters.readers.label_studio import LabelStudio
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.openalpr import OpenALPR
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.wpod import WPOD
from mmlp.datasets.converters.readers.yolo import YOLO

ALL_TRAIN = SplitRule('train')
BOX = [20, 30, 70, 30]


def coco(root: Path, name: str) -> type[Reader]:
    images = [{'id': i, 'file_name': n} for i, n in enumerate(('good.jpg', name))]
    annotations = [{'id': i, 'image_id': i, 'category_id': 1, 'bbox': BOX} for i in range(2)]
    categories = [{'id': 1, 'name': 'plate'}]
    text(root / 'all.json', {'images': images, 'annotations': annotations, 'categories': categories})
    return COCO


def via(root: Path, name: str) -> type[Reader]:
    shape = dict(zip(('name', 'x', 'y', 'width', 'height'), ('rect', *BOX)))
    region = {'shape_attributes': shape, 'region_attributes': {'label': 'plate'}}
    text(root / 'via.json', {n: {'filename': n, 'regions': [region]} for n in ('good.jpg', name)})
    return VIA


def label_studio(root: Path, name: str) -> type[Reader]:
    value = {'x': 10, 'y': 20, 'width': 30, 'height': 20, 'rectanglelabels': ['plate']}
    region = {'original_width': 160, 'original_height': 120, 'value': value}
    tasks = [{'data': {'image': n}, 'annotations': [{'result': [region]}]} for n in ('good.jpg', name)]
    text(root / 'tasks.json', tasks)
    return LabelStudio


def labelme(root: Path, name: str) -> type[Reader]:
    shape = {'label': 'plate', 'points': [[20, 30], [90, 60]], 'shape_type': 'rectangle'}
    for stem, n in (('good', 'good.jpg'), ('odd', name)):
        text(root / f'{stem}.json', {'imagePath': n, 'shapes': [shape]})
    return LabelMe


def cvat(root: Path, name: str) -> type[Reader]:
    box = '<box label="plate" xtl="20" ytl="30" xbr="90" ybr="60"/>'
    images = ''.join(f'<image name="{n}" width="160" height="120">{box}</image>' for n in ('good.jpg', name))
    text(root / 'all.xml', f'<annotations>{images}</annotations>')
    return CVAT


def voc(root: Path, name: str) -> type[Reader]:
    edges = '<xmin>20</xmin><ymin>30</ymin><xmax>90</xmax><ymax>60</ymax>'
    box = f'<object><name>plate</name><bndbox>{edges}</bndbox></object>'
    for stem, n in (('good', 'good.jpg'), ('odd', name)):
        text(root / f'{stem}.xml', f'<annotation><filename>{n}</filename>{box}</annotation>')
    return VOC


def openalpr(root: Path, name: str) -> type[Reader]:
    for stem, n in (('good', 'good.jpg'), ('odd', name)):
        text(root / f'{stem}.txt', f'{n}\t20\t30\t70\t30\tABC\n')
    return OpenALPR


NAMING = [coco, via, label_studio, labelme, cvat, voc, openalpr]


@pytest.mark.parametrize('write', NAMING)
@pytest.mark.parametrize('kind', ['relative', 'windows', 'absolute', 'link'])
def test_names_that_lead_outside(tmp_path: Path, write: object, kind: str) -> None:
    picture(tmp_path / 'S/good.jpg')
    secret = picture(tmp_path / 'private/secret.jpg')
    name = {
        'relative': '../private/secret.jpg',
        'windows': r'..\private\secret.jpg',
        'absolute': str(secret),
        'link': 'link/secret.jpg',
    }[kind]
    if kind == 'link':
        (tmp_path / 'S/link').symlink_to(secret.parent)
    reader = write(tmp_path / 'S', name)
    report = run(reader(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 1
    assert [p.name[-8:] for p in (tmp_path / 'out').rglob('*.jpg')] == ['good.jpg']
    assert any('--allow-outside' in problem.message for problem in report.problems)
    if kind == 'windows' and write is label_studio:
        return  # Label Studio's own paths have no backslashes
    report = run(reader(str(tmp_path / 'S'), allow_outside=True), tmp_path / 'out2', rule=ALL_TRAIN)
    assert report.converted == 2 and not report.problems
    assert {p.name[-8:] for p in (tmp_path / 'out2').rglob('*.jpg')} == {'good.jpg', 'cret.jpg'}


@pytest.mark.parametrize('write', NAMING)
@pytest.mark.parametrize('name', ['//server/share/a.jpg', 'file:///etc/a.jpg', r'C:\me\a.jpg', '~/a.jpg'])
def test_names_of_other_machines(tmp_path: Path, write: object, name: str) -> None:
    picture(tmp_path / 'S/good.jpg')
    report = run(write(tmp_path / 'S', name)(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 1 and len(report.problems) == 1
    # Where the picture lies in the source, its former place does not matter.
    picture(tmp_path / 'S/deep/a.jpg')
    report = run(write(tmp_path / 'S', name)(str(tmp_path / 'S')), tmp_path / 'out2', rule=ALL_TRAIN)
    assert report.converted == 2 and not report.problems


@pytest.mark.parametrize('write', [coco, via, labelme])
def test_a_name_with_a_zero(tmp_path: Path, write: object) -> None:
    picture(tmp_path / 'S/good.jpg')
    report = run(write(tmp_path / 'S', 'good\0.jpg')(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 1 and 'expected the name of a picture' in report.problems[0].message


@pytest.mark.parametrize('write', NAMING)
def test_accents_in_either_form(tmp_path: Path, write: object) -> None:
    composed = unicodedata.normalize('NFC', 'plaque_é.jpg')
    picture(tmp_path / 'S/good.jpg')
    picture(tmp_path / 'S' / unicodedata.normalize('NFD', composed))
    report = run(write(tmp_path / 'S', composed)(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 2 and not report.problems


def test_names_that_differ_in_form_alone_get_two_outputs() -> None:
    names = [unicodedata.normalize(form, 'é.jpg') for form in ('NFC', 'NFD')]
    first, second = unique_names(names)
    assert unicodedata.normalize('NFC', first) != unicodedata.normalize('NFC', second)


@pytest.mark.parametrize('link', ['copy', 'hard', 'symlink'])
@pytest.mark.parametrize('name', ['coco', 'yolo', 'labelme', 'voc', 'wpod'])
def test_a_picture_that_is_a_link_to_outside(tmp_path: Path, name: str, link: str) -> None:
    readers = {'coco': COCO, 'yolo': YOLO, 'labelme': LabelMe, 'voc': VOC, 'wpod': WPOD}
    write_set(name, tmp_path / 'S', '0.5' if name in ('yolo', 'wpod') else '20')
    (tmp_path / 'S/bad.jpg').unlink()
    (tmp_path / 'S/bad.jpg').symlink_to(picture(tmp_path / 'private/secret.jpg'))
    make = readers[name]
    report = run(make(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN, link=link)
    assert report.converted == 1
    assert any('is a link that leads out of the source' in problem.message for problem in report.problems)
    assert not (tmp_path / 'out/train/images/bad.jpg').exists()
    report = run(make(str(tmp_path / 'S'), allow_outside=True), tmp_path / 'out2', rule=ALL_TRAIN, link=link)
    assert report.converted == 2 and not report.problems


def test_links_within_the_source_and_of_the_user_are_followed(tmp_path: Path) -> None:
    write_set('labelme', tmp_path / 'S', '20')
    (tmp_path / 'S/deep').mkdir()
    os.replace(tmp_path / 'S/bad.jpg', tmp_path / 'S/deep/x.bin')
    (tmp_path / 'S/bad.jpg').symlink_to('deep/x.bin')
    (tmp_path / 'mine').symlink_to(tmp_path / 'S')
    report = run(LabelMe(str(tmp_path / 'mine')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 2 and not report.problems


def test_pictures_on_another_disk(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    """A link images/ to elsewhere: refused with the option that takes it; --images needs none."""
    disk = picture(tmp_path / 'disk/good.jpg').parent
    picture(disk / 'bad.jpg')
    coco(tmp_path / 'S', 'bad.jpg')
    (tmp_path / 'S/images').symlink_to(disk)
    arguments = [str(tmp_path / 'S'), '-o', str(tmp_path / 'out'), '--split', 'train']
    assert main(['coco', *arguments]) == 2
    shown = capsys.readouterr().err
    assert '--allow-outside' in shown and 'Traceback' not in shown
    assert main(['coco', *arguments, '--allow-outside']) == 0
    arguments[2] = str(tmp_path / 'out2')
    (tmp_path / 'S/images').unlink()
    assert main(['coco', *arguments, '--images', str(disk)]) == 0


@pytest.mark.needs('yaml')
def test_yolo_description_that_leads_outside(tmp_path: Path) -> None:
    write_set('yolo', tmp_path / 'S', '0.5')
    picture(tmp_path / 'private/secret.jpg')
    text(tmp_path / 'private/list.txt', './good.jpg\n')
    entries = (
        f'path: {tmp_path / "private"}\ntrain: .\nval: {tmp_path / "private/list.txt"}\nnames: [plate]\n'
    )
    text(tmp_path / 'S/data.yaml', entries)
    report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 2 and not report.problems
    assert any('--allow-outside' in note and 'list.txt' in note for note in report.notes)
    report = run(YOLO(str(tmp_path / 'S'), allow_outside=True), tmp_path / 'out2', rule=ALL_TRAIN)
    assert report.converted == 3


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    write_set('labelme', tmp_path / 'S', '20')
    for name in ('pipe.json', 'pipe.jpg'):
        os.mkfifo(tmp_path / 'S' / name)
    report = run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 2
    assert sorted(Path(p.path).name for p in report.problems) == ['pipe.jpg', 'pipe.json']


def test_a_link_to_itself(tmp_path: Path) -> None:
    write_set('labelme', tmp_path / 'S', '20')
    (tmp_path / 'S/loop').symlink_to(tmp_path / 'S')
    (tmp_path / 'S/self.jpg').symlink_to('self.jpg')
    report = run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert report.converted == 2


def test_no_such_folder_of_pictures(tmp_path: Path) -> None:
    coco(tmp_path / 'S', 'a.jpg')
    with pytest.raises(ConversionError, match=r"there is no '.*gone'"):
        COCO(str(tmp_path / 'S'), images=str(tmp_path / 'gone'))


def test_names_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    picture(tmp_path / 'S/good.jpg')
    coco(tmp_path / 'S', 'a\x1b[2J\n\tb.jpg')
    assert main(['coco', str(tmp_path / 'S'), '-o', str(tmp_path / 'out'), '--split', 'train']) == 1
    shown = capsys.readouterr()
    errors = (tmp_path / 'out/errors.txt').read_text()
    assert '\x1b' not in shown.err + shown.out + errors and '2J' in shown.err
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize('name', ['../../../private/secret.jpg', '{root}/private/secret.jpg'])
def test_a_record_that_names_files_elsewhere(tmp_path: Path, name: str) -> None:
    """Overwriting removes what an earlier conversion wrote, and nothing else."""
    write_set('labelme', tmp_path / 'S', '20')
    secret = picture(tmp_path / 'private/secret.jpg')
    run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    record = tmp_path / 'out/.conversion/manifest.jsonl'
    record.write_text(record.read_text().replace('"bad.jpg"', json.dumps(name.format(root=tmp_path))))
    with pytest.raises(ValueError, match='do not lie in this folder'):
        run(LabelMe(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN, overwrite=True)
    assert secret.exists()
