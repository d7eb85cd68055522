"""YOLO lines of boxes with corners, told from outlines: read right, or refused, never drawn as an outline."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.converter_samples import annotations, oracle, picture, problems, read_masks, run, text

from mmlp.datasets.converters import SplitRule
from mmlp.datasets.converters.readers.yolo import YOLO
from mmlp.datasets.converters.readers.yolo_lines import is_boxed

ALL_TRAIN = SplitRule(split='train')
SCALE = np.array([160.0, 120.0])
#: Four plates: top-left, top-right, bottom-right, bottom-left.
PLATES = [
    np.array(corners, float)
    for corners in (
        [[20, 30], [90, 41], [92, 61], [22, 50]],
        [[100, 70], [140, 66], [141, 80], [101, 85]],
        [[5, 90], [45, 90], [45, 101], [5, 101]],
        [[60.3, 2.1], [150.2, 8.3], [149.1, 28.2], [59.4, 22.3]],
    )
]


def numbers(*values: object) -> str:
    return ' '.join(f'{float(v):.8f}' for v in np.concatenate([np.ravel(v) for v in values]))


def bounds(corners: np.ndarray, loose: float = 1.0) -> list[float]:
    low, high = corners.min(axis=0) / SCALE, corners.max(axis=0) / SCALE
    return [*(low + high) / 2, *(high - low) * loose]


def with_corners(corners: np.ndarray, loose: float = 1.0) -> str:
    return f'0 {numbers(bounds(corners, loose), corners / SCALE)}'


def outline(corners: np.ndarray, points: int) -> str:
    """The same plate with further points along its edges."""
    order = [(i, corner) for i, corner in enumerate(corners)]
    order += [(i % 4 + 0.4, corners[i % 4] * 0.6 + corners[(i + 1) % 4] * 0.4) for i in range(points - 4)]
    return f'0 {numbers([point / SCALE for _, point in sorted(order, key=lambda its: its[0])])}'


def write(folder: Path, *lines: str) -> Path:
    for i, line in enumerate(lines):
        picture(folder / f'images/{i}.jpg')
        text(folder / f'labels/{i}.txt', line + '\n')
    return folder


def convert(folder: Path, pose: bool | None = None) -> tuple[dict, dict, list[str]]:
    """Kinds by picture, problems, and notes; masks are held against the plates."""
    out = folder.parent / f'out_{folder.name}_{pose}'
    report = run(YOLO(str(folder), pose), out, rule=ALL_TRAIN)
    for name, mask in read_masks(out).items():
        index = int(name.split('/')[1].split('.')[0])
        if pose is not False:
            assert ((mask > 0) ^ oracle(PLATES[index % 4])).sum() <= 3, name
    kinds = {int(name.split('.')[0]): its[0]['kind'] for name, its in annotations(out, 'train').items()}
    return kinds, problems(report), report.notes


@pytest.mark.parametrize('loose', [1.0, 1.3])
@pytest.mark.parametrize('visible', [None, 1, 2])
def test_box_and_corners_without_data_yaml(tmp_path: Path, loose: float, visible: int | None) -> None:
    lines = []
    for plate in PLATES:
        seen = plate / SCALE if visible is None else np.c_[plate / SCALE, np.full(4, visible)]
        lines.append(f'0 {numbers(bounds(plate, loose), seen)}')
    kinds, found, notes = convert(write(tmp_path / 'S', *lines))
    assert kinds == dict.fromkeys(range(4), 'quad') and not found
    assert any('a box and four corners' in note and '--outlines' in note for note in notes)
    assert convert(tmp_path / 'S', pose=True)[0] == kinds


@pytest.mark.parametrize('points', [4, 5, 6, 8, 10])
def test_outlines_stay_outlines(tmp_path: Path, points: int) -> None:
    kinds, found, notes = convert(write(tmp_path / 'S', *(outline(plate, points) for plate in PLATES)))
    assert set(kinds.values()) == {'quad' if points == 4 else 'polygon'} and len(kinds) == 4
    assert not found and not any('corners' in note for note in notes)


def test_outlines_are_hardly_ever_boxed() -> None:
    """Of 2,000 outlines of plates anywhere in the picture, beginning at any point."""
    rng = np.random.default_rng(3)
    boxed = dict.fromkeys((4, 6, 8), 0)
    for trial in range(2000):
        points = (4, 6, 8)[trial % 3]
        size = rng.uniform(0.03, 0.5) * np.array([1, rng.uniform(0.2, 0.6)])
        quad = cv2.boxPoints(((0, 0), size.tolist(), rng.normal(0, 15)))
        low, high = quad.min(axis=0), quad.max(axis=0)
        quad = quad - low + rng.uniform(0, 1 - np.minimum(high - low, 0.99))
        values = np.array(outline(quad * SCALE, points).split()[1:], float).reshape(-1, 2)
        values = np.roll(values, rng.integers(points), axis=0)[:: rng.choice([-1, 1])].ravel()
        boxed[points] += any(is_boxed(values, width) for width in (2, 3))
    assert max(boxed.values()) <= 30


@pytest.mark.parametrize('missing', ['-1 -1', '0 0'])
def test_corner_that_is_not_annotated(tmp_path: Path, missing: str) -> None:
    """The box of a plate of which a corner is missing; the others show that they are boxes with corners."""
    lines = [with_corners(plate) for plate in PLATES]
    lines[2] = ' '.join(lines[2].split()[:-2]) + f' {missing}'
    kinds, found, _ = convert(write(tmp_path / 'S', *lines))
    assert kinds == {0: 'quad', 1: 'quad', 2: 'box', 3: 'quad'} and not found


def test_nothing_annotated_but_the_box(tmp_path: Path) -> None:
    line = f'0 {numbers(bounds(PLATES[2]))} ' + ' '.join(['-1'] * 8)
    kinds, found, _ = convert(write(tmp_path / 'S', *map(with_corners, PLATES[:2]), line))
    assert kinds == {0: 'quad', 1: 'quad', 2: 'box'} and not found


def test_set_of_both_is_refused_until_it_is_said_which(tmp_path: Path) -> None:
    lines = [with_corners(PLATES[i]) if i < 2 else outline(PLATES[i], 6) for i in range(4)]
    picture(tmp_path / 'S/images/9.jpg')
    text(tmp_path / 'S/labels/9.txt', '')
    out = tmp_path / 'out'
    report = run(YOLO(str(write(tmp_path / 'S', *lines))), out, rule=ALL_TRAIN)
    assert list(read_masks(out)) == ['train/9.jpg'] and not read_masks(out)['train/9.jpg'].any()
    found = problems(report)
    assert len(found) == 4
    for message in found.values():
        assert '12 numbers: a box and 4 key points, or an outline of 6 points?' in message
        assert '2 of the 4 such lines' in message and '--pose' in message and '--outlines' in message
    (tmp_path / 'S/images/9.jpg').unlink()
    assert set(convert(tmp_path / 'S', pose=False)[0].values()) == {'polygon'}


def test_single_line_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    many = [outline(PLATES[i % 4], 6) for i in range(20)]
    kinds, found, _ = convert(write(tmp_path / 'outlines', *many, with_corners(PLATES[0])))
    assert set(kinds.values()) == {'polygon'} and list(found) == ['20.jpg'] and '--pose' in found['20.jpg']
    many = [with_corners(PLATES[i % 4]) for i in range(20)]
    kinds, found, _ = convert(write(tmp_path / 'boxed', *many, outline(PLATES[0], 6)))
    assert set(kinds.values()) == {'quad'} and list(found) == ['20.jpg'] and '--pose' in found['20.jpg']


def car_and_corners(plate: np.ndarray) -> str:
    return f'0 {numbers([0.5, 0.5, 0.9, 0.8], plate / SCALE)}'


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        (car_and_corners, '12 numbers: a box and 4 key points, or an outline of 6 points'),
        (lambda p: with_corners(p) + ' 0.87', 'a box, corners and one more: a prediction with its confid'),
        (lambda p: with_corners(p) + f' {numbers(p.mean(axis=0) / SCALE)}', 'a box and 5 key points: expec'),
        (lambda p: f'0 {numbers(bounds(p), p[::2] / SCALE)}', 'a box and 2 key points'),
        (lambda p: f'0 {numbers(bounds(p), p.mean(axis=0) / SCALE)}', '6 numbers: a box and 1 key points'),
        (lambda p: f'0 {numbers(bounds(p), np.c_[p / SCALE, [1] * 4][:3])}', 'a box and 3 key points: expec'),
        (lambda p: f'0 {numbers(bounds(p), 0.3)}', 'confidence, or a box with an angle?'),
        (lambda p: f'0 {numbers(bounds(p), np.c_[p / SCALE, [0.9] * 4])}', '16 numbers: a box and 4 key'),
        (lambda p: f'0 {numbers([0.5, 0.5, 0.9, 0.8], np.c_[p / SCALE, [1] * 4])}', '16 numbers: a box and'),
        (lambda p: f'{numbers(p / SCALE)} 0', 'expected a class number first'),
    ],
)
def test_refused(tmp_path: Path, line: object, message: str) -> None:
    picture(tmp_path / 'S/images/9.jpg')
    out = tmp_path / 'out'
    report = run(YOLO(str(write(tmp_path / 'S', *map(line, PLATES)))), out, rule=ALL_TRAIN)
    assert list(read_masks(out)) == ['train/9.jpg']
    found = problems(report)
    assert len(found) == 4 and all(message in its for its in found.values()), found


@pytest.mark.parametrize('end', ['plate 0', 'plate', '0 1'])
@pytest.mark.parametrize('folder', ['labels', 'labelTxt'])
def test_corners_in_pixels(tmp_path: Path, end: str, folder: str) -> None:
    """DOTA's files, as YOLOv5-OBB has them."""
    for i, plate in enumerate(PLATES):
        picture(tmp_path / f'S/images/{i}.jpg')
        line = ' '.join(f'{v:g}' for v in plate.ravel())
        text(tmp_path / f'S/{folder}/{i}.txt', f'imagesource:GoogleEarth\ngsd:0.1\n{line} {end}\n')
    kinds, found, notes = convert(tmp_path / 'S')
    assert kinds == dict.fromkeys(range(4), 'quad') and not found
    assert f"taken as plates: '{end.split(maxsplit=1)[0]}' (4)" in notes
