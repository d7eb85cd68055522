"""Masks out to annotation tools and back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import shapely
from helpers.converter_samples import oracle, picture, read_masks, run, text
from helpers.needed_packages import formats_of_sets
from PIL import Image
from pycocotools.coco import COCO as OfficialCOCO

from mmlp.datasets.converters import ConversionError
from mmlp.datasets.converters.exporters import export, export_masks
from mmlp.datasets.converters.exporters.outlines import outline_regions
from mmlp.datasets.converters.raster import fill
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.labelme import LabelMe
from mmlp.datasets.converters.readers.yolo import YOLO

READERS = {'coco': COCO, 'labelme': LabelMe, 'yolo': YOLO}


def blob(seed: int, size: tuple[int, int] = (60, 40)) -> np.ndarray:
    """A ragged mask with specks and holes."""
    noise = np.random.default_rng(seed).random(size[::-1]).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 2.0) > 0.5


def plates(seed: int) -> np.ndarray:
    """Tilted plates from 8 to 60 pixels long, one with a hole, and an ignored region."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((120, 160), np.uint8)
    mask[oracle([[100, 80], [150, 82], [149, 110], [102, 108]])] = 128
    for centre, length in (((40, 30), 60), ((120, 40), 25), ((30, 90), 12), ((75, 95), 8)):
        corners = cv2.boxPoints((centre, (length, length / 4), float(rng.uniform(-30, 30))))
        mask[oracle(corners.tolist())] = 255
    mask[28:32, 38:41] = 0
    return mask


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return (first & second).sum() / (first | second).sum()


@pytest.mark.parametrize('seed', range(8))
def test_outlines_agree_with_their_regions(seed: int) -> None:
    mask = blob(seed)
    filled = np.zeros_like(mask)
    outlines = outline_regions(mask)
    for outline in outlines:
        fill([outline], *mask.shape[::-1]).paint(filled, True)
    assert iou(filled, mask) >= 0.98
    count, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    assert len(outlines) == count - 1


def test_outline_of_a_plate_has_few_points() -> None:
    mask = oracle([[20.3, 30.2], [130.1, 55.4], [124.2, 81.3], [14.4, 56.1]])
    (outline,) = outline_regions(mask)
    assert len(outline) == 4
    assert shapely.Polygon(outline).is_valid


def test_outline_of_whole_pixels() -> None:
    mask = np.zeros((20, 30), bool)
    mask[5:9, 7:17] = True
    (outline,) = outline_regions(mask)
    assert sorted(outline.tolist()) == [[7, 5], [7, 9], [17, 5], [17, 9]]


def test_smallest_regions_can_be_left_out() -> None:
    mask = np.zeros((20, 30), bool)
    mask[5:9, 7:17] = mask[0, 29] = True
    assert len(outline_regions(mask)) == 2 and len(outline_regions(mask, min_area=2)) == 1
    for outline in outline_regions(mask):
        assert fill([outline], 30, 20).count() in (1, 40)


def write_set(root: Path, splits: tuple[str, ...]) -> None:
    for split in splits:
        for index in range(2):
            name = f'{index} é.png'
            picture(root / split / 'images' / name)
            path = root / split / 'masks' / f'{name}.png'
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(plates(index)).save(path)
        picture(root / split / 'images/none.jpg')
        Image.new('L', (160, 120)).save(root / split / 'masks/none.jpg.png')


@pytest.mark.parametrize('to', formats_of_sets(READERS))
@pytest.mark.parametrize('splits', [('train', 'val'), ('',)])
def test_round_trip(tmp_path: Path, to: str, splits: tuple) -> None:
    write_set(tmp_path / 'set', splits)
    report = export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), to, progress=False)
    assert report.images == 3 * len(splits) and not report.problems
    assert report.plates == 8 * len(splits) and report.ignored == 2 * len(splits)
    assert not [path for path in (tmp_path / 'tool').rglob('*') if 'partial' in path.name]
    assert not run(READERS[to](str(tmp_path / 'tool')), tmp_path / 'back').problems
    before = {
        f'{path.parts[-3]}/{path.name[:-4]}': np.asarray(Image.open(path))
        for path in (tmp_path / 'set').rglob('masks/*.png')
    }
    after = read_masks(tmp_path / 'back')
    assert {name.split('/')[0] for name in after} == {'train', 'val'}, 'what has no split gets one'
    if splits == ('',):
        before = {name.split('/')[1]: mask for name, mask in before.items()}
        after = {name.split('/')[1]: mask for name, mask in after.items()}
    assert set(before) == set(after)
    for name, mask in before.items():
        if 'none' in name:
            assert not after[name].any()
            continue
        for value in (255, 128):
            assert iou(mask == value, after[name] == value) > 0.98, name
        # Each plate by itself, the smallest too.
        count, labels = cv2.connectedComponents((mask == 255).astype(np.uint8))
        for label in range(1, count):
            plate = labels == label
            near = cv2.dilate(plate.astype(np.uint8), np.ones((5, 5))).astype(bool)
            assert iou(plate, (after[name] == 255) & near) > 0.98


def test_coco_file_loads_in_pycocotools(tmp_path: Path) -> None:
    write_set(tmp_path / 'set', ('train',))
    export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'coco', progress=False)
    coco = OfficialCOCO(str(tmp_path / 'tool/train/annotations.json'))
    (image_id,) = [image['id'] for image in coco.dataset['images'] if image['file_name'].startswith('0')]
    total = np.zeros((120, 160), bool)
    for annotation in coco.loadAnns(coco.getAnnIds(imgIds=image_id, catIds=coco.getCatIds(['plate']))):
        total |= coco.annToMask(annotation).astype(bool)
    assert iou(total, plates(0) == 255) > 0.95


def test_predictions_in_a_folder_of_their_own(tmp_path: Path) -> None:
    for name, mask_name in (('a.jpg', 'a.png'), ('b.jpg', 'b_mask.png'), ('c.jpg', 'c.jpg.png')):
        picture(tmp_path / 'photos' / name)
        (tmp_path / 'masks').mkdir(exist_ok=True)
        Image.fromarray(plates(0)).save(tmp_path / 'masks' / mask_name)
    folders = dict(images=str(tmp_path / 'photos'), masks=str(tmp_path / 'masks'))
    report = export_masks(None, str(tmp_path / 'tool'), 'labelme', link='symlink', progress=False, **folders)
    assert report.images == 3
    content = json.loads((tmp_path / 'tool/a.json').read_text())
    assert content['imagePath'] == 'a.jpg' and content['imageWidth'] == 160
    assert (tmp_path / 'tool/a.jpg').is_symlink()


def test_bad_files_are_named(tmp_path: Path) -> None:
    write_set(tmp_path / 'set', ('train',))
    root = tmp_path / 'set/train'
    picture(root / 'images/lost.jpg')
    picture(root / 'images/size.jpg', (80, 60))
    Image.new('L', (160, 120)).save(root / 'masks/size.jpg.png')
    text(root / 'images/broken.jpg', b'')
    Image.new('L', (160, 120)).save(root / 'masks/broken.jpg.png')
    picture(root / 'images/none.png')
    Image.new('L', (160, 120)).save(root / 'masks/none.png.png')
    report = export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'labelme', progress=False)
    found = {Path(problem.path).name: problem.message for problem in report.problems}
    assert 'there is no mask lost.jpg.png or lost.png' in found['lost.jpg']
    assert 'has 160 x 120 pixels, its picture 80 x 60' in found['size.jpg']
    assert 'empty' in found['broken.jpg']
    assert "two pictures would share 'none.json'" in found['none.png']
    assert report.images == 3


def test_masks_without_a_picture_are_named(tmp_path: Path) -> None:
    """Such as those of pictures in a format that training does not read."""
    for name in ('a.jpg', 'sub/b.tif'):
        picture(tmp_path / 'photos' / name)
        mask = (tmp_path / 'masks' / name).with_suffix('.png')
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(plates(0)).save(mask)
    folders = dict(images=f'{tmp_path}/photos/', masks=f'{tmp_path}/masks/')
    report = export_masks(None, str(tmp_path / 'tool'), 'yolo', progress=False, **folders)
    ((path, message),) = [(problem.path, problem.message) for problem in report.problems]
    assert path.endswith('masks/sub/b.png') and 'no picture belongs to this mask' in message
    assert report.images == 1


def test_corrections_are_not_overwritten(tmp_path: Path) -> None:
    write_set(tmp_path / 'set', ('train',))
    text(tmp_path / 'tool/a.json', '{}')
    with pytest.raises(ConversionError, match='is not empty; corrections in it would be overwritten'):
        export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'labelme', progress=False)
    with pytest.raises(ConversionError, match=r'there is no folder .*masks'):
        export_masks(str(tmp_path / 'set/train/images'), str(tmp_path / 'new'), 'coco', progress=False)
    with pytest.raises(ConversionError, match='give a data set, or both'):
        export_masks(None, str(tmp_path / 'new'), 'coco', images='x', progress=False)


@pytest.mark.parametrize('to', list(READERS))
def test_goes_on_after_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str) -> None:
    write_set(tmp_path / 'set', ('train', 'val'))
    source, out, whole = (str(tmp_path / name) for name in ('set', 'tool', 'whole'))
    export_masks(source, whole, to, progress=False)
    placed = []

    def interrupted(picture: str, *args: object) -> None:
        if len(placed) == 4:
            raise KeyboardInterrupt
        placed.append(picture)
        place_image(picture, *args)

    place_image = export.place_image
    monkeypatch.setattr(export, 'place_image', interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_masks(source, out, to, progress=False)
    monkeypatch.undo()
    # Cut off while it wrote a line; and a file of a finished picture was corrected at once.
    with open(tmp_path / 'tool/.export/items.jsonl', 'a') as file:
        file.write('["/half/a/li')
    corrected = {'labelme': 'tool/train/0 é.json', 'yolo': 'tool/labels/train/0 é.txt'}.get(to)
    if corrected:
        text(tmp_path / corrected, 'corrected')
    with pytest.raises(ConversionError, match=r"unfinished export .*link 'copy', now 'hard'"):
        export_masks(source, out, to, link='hard', progress=False)
    report = export_masks(source, out, to, workers=2, progress=False)
    assert (report.images, report.skipped, report.plates) == (6, 4, 16) and not report.problems
    files, expected = (
        {str(path.relative_to(root)): path.read_bytes() for path in Path(root).rglob('*') if path.is_file()}
        for root in (out, whole)
    )
    if corrected:
        assert files.pop(corrected[5:]) == b'corrected' and expected.pop(corrected[5:])
    assert files == expected, 'the same files as in one go, and no record left'
    with pytest.raises(ConversionError, match='is not empty'):
        export_masks(source, out, to, progress=False)


def test_what_changed_under_an_unfinished_export_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_set(tmp_path / 'set', ('train',))
    monkeypatch.setattr(export.UnfinishedExport, 'close', lambda self, complete: None)
    export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'labelme', progress=False)
    monkeypatch.undo()
    Image.new('L', (160, 120), 255).save(tmp_path / 'set/train/masks/none.jpg.png')
    with pytest.raises(ConversionError, match=r'none\.jpg.* has changed since this export was interrupted'):
        export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'labelme', progress=False)


@pytest.mark.parametrize('link', ['copy', 'hard', 'symlink'])
def test_links_that_lead_outside(tmp_path: Path, link: str) -> None:
    write_set(tmp_path / 'set', ('train',))
    images = tmp_path / 'set/train/images'
    secret = picture(tmp_path / 'private/secret.jpg')
    stolen = sorted(images.iterdir())[0]
    stolen.unlink()
    stolen.symlink_to(secret)
    count = len(list(images.iterdir()))
    report = export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'labelme', link=link, progress=False)
    assert report.images == count - 1
    assert any('--allow-outside' in problem.message for problem in report.problems)
    assert not list((tmp_path / 'tool').rglob(stolen.name))
    report = export_masks(
        str(tmp_path / 'set'), str(tmp_path / 'all'), 'labelme', link=link, allow_outside=True, progress=False
    )
    assert report.images == count and not report.problems


def test_folders_that_are_links(tmp_path: Path) -> None:
    write_set(tmp_path / 'set', ('train',))
    os.replace(tmp_path / 'set/train/images', tmp_path / 'disk')
    (tmp_path / 'set/train/images').symlink_to(tmp_path / 'disk')
    with pytest.raises(ConversionError, match='--allow-outside'):
        export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'coco', progress=False)
    folders = dict(images=str(tmp_path / 'set/train/images'), masks=str(tmp_path / 'set/train/masks'))
    assert export_masks(None, str(tmp_path / 'all'), 'coco', progress=False, **folders).images


def test_masks_of_noise(tmp_path: Path) -> None:
    write_set(tmp_path / 'set', ('train',))
    picture(tmp_path / 'set/train/images/dots.png', (400, 400))
    picture(tmp_path / 'set/train/images/holes.png', (400, 400))
    dots = np.zeros((400, 400), np.uint8)
    dots[::3, ::3] = 255
    Image.fromarray(dots).save(tmp_path / 'set/train/masks/dots.png.png')
    Image.fromarray(255 - dots).save(tmp_path / 'set/train/masks/holes.png.png')
    report = export_masks(str(tmp_path / 'set'), str(tmp_path / 'tool'), 'coco', progress=False)
    found = {Path(p.path).name: p.message for p in report.problems}
    assert 'regions, more than' in found['dots.png'] and 'holes, more than' in found['holes.png']
