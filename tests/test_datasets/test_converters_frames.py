"""Boxes on the stored pixels of pictures that EXIF turns: the other pictures tell which frame was meant."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import BOX, oracle, picture, read_masks, run, text
from PIL import Image, ImageOps

from mmlp.datasets.converters import Report, SplitRule
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.via import VIA
from mmlp.datasets.converters.readers.voc import VOC
from mmlp.datasets.converters.readers.yolo import YOLO

ALL_TRAIN = SplitRule(split='train')
SIZE = (160, 120)


def turned(mask: np.ndarray, orientation: int) -> np.ndarray:
    """A mask of the stored pixels as viewers show it, by Pillow."""
    image = Image.fromarray(mask)
    image.getexif()[0x0112] = orientation
    return np.asarray(ImageOps.exif_transpose(image))


def voc(folder: Path, name: str, orientation: int, frame: str, size: tuple[int, int] = SIZE) -> None:
    """A picture stored as ``size``, and its file with the box BOX in the frame that the tool showed."""
    picture(folder / f'{name}.jpg', size, orientation)
    width, height = size[::-1] if frame == 'shown' and orientation >= 5 else size
    (left, top), (right, bottom) = BOX[0], BOX[2]
    text(
        folder / f'{name}.xml',
        f'<annotation><filename>{name}.jpg</filename><size><width>{width}</width><height>{height}</height></size>'
        f'<object><name>plate</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax>'
        f'<ymax>{bottom}</ymax></bndbox></object></annotation>',
    )


def expected(orientation: int, frame: str, size: tuple[int, int] = SIZE) -> np.ndarray:
    if frame == 'stored':
        return turned(oracle(BOX, size).astype(np.uint8) * 255, orientation)
    return oracle(BOX, size[::-1] if orientation >= 5 else size) * 255


def convert(source: Path, out: Path, **options: object) -> tuple[Report, dict[str, np.ndarray]]:
    report = run(VOC(str(source)), out, rule=ALL_TRAIN, **options)
    assert not report.problems
    return report, {name.split('/')[1]: mask for name, mask in read_masks(out).items()}


@pytest.mark.parametrize('teller', [5, 6, 7, 8])
@pytest.mark.parametrize('frame', ['stored', 'shown'])
def test_pictures_on_their_side_speak_for_those_upside_down(tmp_path: Path, frame: str, teller: int) -> None:
    source = tmp_path / 'S'
    stated = {'side': teller, 'up': 1, 'mirrored': 2, 'down': 3, 'flipped': 4}
    for name, orientation in stated.items():
        voc(source, name, orientation, frame)
    voc(source, 'square', 6, frame, (120, 120))
    report, masks = convert(source, tmp_path / 'out')
    for name, orientation in stated.items():
        np.testing.assert_array_equal(masks[f'{name}.jpg'], expected(orientation, frame), name)
    np.testing.assert_array_equal(masks['square.jpg'], expected(6, frame, (120, 120)))
    where = {'stored': 'on the stored pixels', 'shown': 'as shown'}[frame]
    (note,) = [note for note in report.notes if 'EXIF' in note]
    assert note.startswith('4 pictures') and where in note and 'warning' not in note


def test_nothing_tells(tmp_path: Path) -> None:
    source = tmp_path / 'S'
    for i in range(8):
        voc(source, f'down{i}', 3, 'stored')
    voc(source, 'up', 1, 'stored')
    report, masks = convert(source, tmp_path / 'out')
    np.testing.assert_array_equal(masks['down0.jpg'], expected(3, 'shown'))
    (note,) = [note for note in report.notes if 'EXIF' in note]
    assert note.startswith('warning: 8 pictures') and '--orientation stored' in note
    assert 'down4.jpg, ... and 3 more' in note
    report, masks = convert(source, tmp_path / 'stored', orientation='stored')
    np.testing.assert_array_equal(masks['down0.jpg'], expected(3, 'stored'))
    assert not any('EXIF' in note for note in report.notes)


def test_folders_of_two_tools(tmp_path: Path) -> None:
    """Those of one's own folder are asked first; where these disagree nothing tells."""
    for frame in ('stored', 'shown'):
        voc(tmp_path / 'S' / frame, f'{frame}_side', 6, frame)
        voc(tmp_path / 'S' / frame, f'{frame}_down', 3, frame)
        voc(tmp_path / 'S/both', f'both_{frame}', 8, frame)
    voc(tmp_path / 'S/both', 'both_down', 3, 'stored')
    voc(tmp_path / 'S/alone', 'alone_down', 3, 'stored')
    report, masks = convert(tmp_path / 'S', tmp_path / 'out')
    for frame in ('stored', 'shown'):
        np.testing.assert_array_equal(masks[f'{frame}_{frame}_down.jpg'], expected(3, frame))
        np.testing.assert_array_equal(masks[f'both_both_{frame}.jpg'], expected(8, frame))
    (warning,) = [note for note in report.notes if note.startswith('warning')]
    assert '2 pictures' in warning and 'alone_down.jpg, both_down.jpg' in warning


def test_told_later(tmp_path: Path) -> None:
    """A picture that was guessed is converted again when others come that tell its frame."""
    source = tmp_path / 'S'
    voc(source, 'down', 3, 'stored')
    convert(source, tmp_path / 'out')
    voc(source, 'side', 6, 'stored')
    report, masks = convert(source, tmp_path / 'out')
    assert report.converted == 2
    np.testing.assert_array_equal(masks['down.jpg'], expected(3, 'stored'))
    report, _ = convert(source, tmp_path / 'out')
    assert report.converted == 0 and report.skipped == 2


def test_place_of_a_box_tells_where_no_size_is_stated(tmp_path: Path) -> None:
    """VIA states none: a box beyond the width as shown lies on the stored pixels."""
    content = {}
    for name, orientation, x in (('side', 6, 125), ('down', 3, 20)):
        picture(tmp_path / f'S/{name}.jpg', SIZE, orientation)
        shape = {'name': 'rect', 'x': x, 'y': 30, 'width': 30, 'height': 12}
        region = {'shape_attributes': shape, 'region_attributes': {'label': 'plate'}}
        content[name] = {'filename': f'{name}.jpg', 'size': 1, 'regions': [region]}
    text(tmp_path / 'S/via.json', content)
    assert not run(VIA(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN).problems
    masks = read_masks(tmp_path / 'out')
    for name, orientation, x in (('side', 6, 125), ('down', 3, 20)):
        stored = oracle([[x, 30], [x + 30, 30], [x + 30, 42], [x, 42]]).astype(np.uint8) * 255
        np.testing.assert_array_equal(masks[f'train/{name}.jpg'], turned(stored, orientation))


def test_pictures_of_one_file_speak_for_one_another(tmp_path: Path) -> None:
    """A COCO file is of one tool, whatever others lie in its folder."""
    for frame in ('stored', 'shown'):
        images, annotated = [], []
        for number, (name, orientation) in enumerate((('side', 6), ('down', 3))):
            picture(tmp_path / f'S/{frame}_{name}.jpg', SIZE, orientation)
            width, height = SIZE[::-1] if frame == 'shown' and orientation == 6 else SIZE
            images.append(
                {'id': number, 'file_name': f'{frame}_{name}.jpg', 'width': width, 'height': height}
            )
            annotated.append({'id': number, 'image_id': number, 'category_id': 0, 'bbox': [20, 30, 70, 30]})
        content = {'images': images, 'annotations': annotated, 'categories': [{'id': 0, 'name': 'plate'}]}
        text(tmp_path / f'S/{frame}.json', json.dumps(content))
    report = run(COCO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    assert not report.problems and not any(note.startswith('warning') for note in report.notes)
    masks = read_masks(tmp_path / 'out')
    for frame in ('stored', 'shown'):
        np.testing.assert_array_equal(masks[f'train/{frame}_down.jpg'], expected(3, frame))


def test_fractions_tell_nothing_and_pictures_without_plates_need_nothing(tmp_path: Path) -> None:
    for name, content in (('side', '0 0.5 0.5 0.2 0.1\n'), ('empty', '')):
        picture(tmp_path / f'S/{name}.jpg', SIZE, 6)
        text(tmp_path / f'S/{name}.txt', content)
    report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out', rule=ALL_TRAIN)
    (warning,) = [note for note in report.notes if note.startswith('warning')]
    assert '1 pictures' in warning and 'side.jpg' in warning and 'empty.jpg' not in warning


def test_outputs_of_earlier_versions_are_made_anew(tmp_path: Path) -> None:
    voc(tmp_path / 'S', 'a', 1, 'shown')
    convert(tmp_path / 'S', tmp_path / 'out')
    manifest = tmp_path / 'out/.conversion/manifest.jsonl'
    head, line = manifest.read_text().splitlines()
    entry = json.loads(line)
    for key in ('frame', 'told', 'undecided'):
        del entry[key]
    manifest.write_text(os.linesep.join([head, json.dumps({**entry, 'stamp': 'as earlier'}), '']))
    report, _ = convert(tmp_path / 'S', tmp_path / 'out')
    assert report.converted == 1
