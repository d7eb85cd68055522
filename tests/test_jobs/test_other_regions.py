"""What other tools found is hidden in the same pass: the right pixels of the right pictures, or nothing."""

import json
import os

import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
    BOX,
    BrightSegmenter,
    background,
    is_legible,
    plate_picture,
    result_of,
    write_video,
)
from helpers.region_samples import SIZE, changed, coco, picture, run, write_json
from PIL import Image

from mmlp.jobs import Keeping, Redaction, Region, anonymize_media
from mmlp.media import read_image, write_image
from mmlp.plates import encode_rle


def box_mask(*boxes, size=SIZE):
    """Pixels of boxes x, y, width, height."""
    mask = np.zeros(size[::-1], bool)
    for x, y, width, height in boxes:
        mask[max(y, 0) : y + height, max(x, 0) : x + width] = True
    return mask


def test_boxes_are_hidden_to_the_pixel_and_cut_off_at_the_edges(tmp_path):
    picture(tmp_path)
    boxes = [[10, 20, 30, 15], [150, 100, 500, 500], [-5, -7, 10, 10]]
    (result,) = run(tmp_path, {'a.png': boxes}).files
    np.testing.assert_array_equal(changed(tmp_path), box_mask(*boxes))
    assert (result.plates, result.also_hidden, result.notes) == (0, 3, [])


def test_boxes_of_parts_of_pixels_hide_all_that_they_touch(tmp_path):
    picture(tmp_path)
    run(tmp_path, {'a.png': [[10.4, 20.6, 3.2, 1.1]]})
    np.testing.assert_array_equal(changed(tmp_path), box_mask((10, 20, 4, 2)))


def test_the_margin_is_that_of_plates(tmp_path):
    picture(tmp_path)
    run(tmp_path, {'a.png': [[40, 40, 50, 20]]}, redaction=Redaction('solid', margin=25))
    hidden = changed(tmp_path)
    rows, columns = np.flatnonzero(hidden.any(axis=1)), np.flatnonzero(hidden.any(axis=0))
    # A quarter of the height, as from the centre of the outermost pixels.
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (36, 63, 36, 93)


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'solid', 'image'])
def test_nothing_of_a_region_is_left_whatever_the_method(tmp_path, method):
    """Two pictures that differ within the region alone come out the same, plate beside it included."""
    cover = np.full((10, 20, 3), 99, np.uint8) if method == 'image' else None
    outputs = []
    for seed in (1, 2):
        image = plate_picture(SIZE)
        image[20:48, 30:90] = np.random.default_rng(seed).integers(0, 190, (28, 60, 3))
        picture(tmp_path, image=image)
        run(tmp_path, {'a.png': [[30, 20, 60, 28]]}, redaction=Redaction(method, margin=10, cover=cover))
        outputs.append(cv2.imread(str(tmp_path / 'out/a.png')))
    np.testing.assert_array_equal(*outputs)
    assert not is_legible(outputs[0], BOX)


def disc(size=SIZE, centre=(70, 60), radius=25):
    mask = np.zeros(size[::-1], np.uint8)
    return cv2.circle(mask, centre, radius, 1, -1)


def compress(counts):
    """COCO's string of run lengths, as its authors describe it."""
    text = ''
    for number, count in enumerate(counts):
        value = count - counts[number - 2] if number > 2 else count
        while True:
            bits, value = value & 31, value >> 5
            is_last = value == (-1 if bits & 16 else 0)
            text += chr((bits if is_last else bits | 32) + 48)
            if is_last:
                break
    return text


@pytest.mark.parametrize('is_compressed', [False, True])
def test_masks_are_hidden_to_the_pixel(tmp_path, is_compressed):
    picture(tmp_path)
    mask = disc() | disc(centre=(140, 20), radius=9)
    rle = encode_rle(mask)
    if is_compressed:
        rle['counts'] = compress(rle['counts'])
    (result,) = run(tmp_path, coco({'segmentation': rle, 'bbox': [0, 0, 1, 1], 'iscrowd': 1})).files
    np.testing.assert_array_equal(changed(tmp_path), mask > 0)
    assert result.also_hidden == 1


def test_outlines_and_boxes_of_coco(tmp_path):
    picture(tmp_path)
    outline = [[100, 20, 140, 20, 140, 60, 100, 60], [20, 80, 60, 80, 40, 110]]
    (result,) = run(
        tmp_path, coco({'segmentation': outline}, {'bbox': [10, 10, 20, 5], 'segmentation': []})
    ).files
    expected = box_mask((100, 20, 40, 40), (10, 10, 20, 5)).astype(np.uint8)
    cv2.fillPoly(expected, [np.array([[20, 80], [60, 80], [40, 110]])], 1)
    hidden = changed(tmp_path).astype(np.uint8)
    assert not (expected & ~cv2.dilate(hidden, np.ones((3, 3)))).any()
    assert not (hidden & ~cv2.dilate(expected, np.ones((3, 3)))).any()
    assert hidden[20:60, 100:140].all() and result.also_hidden == 2


def test_pictures_turned_by_exif(tmp_path):
    """Sizes tell whether a file is of the picture as shown or as stored; what fits neither is refused."""
    shown = background((96, 128), seed=3)
    for name in ('shown.jpg', 'stored.jpg', 'wrong.jpg', 'none.jpg'):
        exif = Image.Exif()
        exif[0x112] = 6  # Stored turned to the left: width 128, height 96.
        stored = np.rot90(shown)
        (tmp_path / 'in').mkdir(exist_ok=True)
        Image.fromarray(stored[..., ::-1]).save(tmp_path / 'in' / name, exif=exif, quality=95)
    x, y, width, height = 10, 30, 24, 16  # As shown.
    # Stored columns are rows as shown; stored rows are columns as shown, from the right.
    turned = [y, 96 - x - width, height, width]
    files = {
        'shown.jpg': ([x, y, width, height], (96, 128)),
        'stored.jpg': (turned, (128, 96)),
        'wrong.jpg': ([x, y, width, height], (640, 480)),
        'none.jpg': ([x, y, width, height], (0, 0)),
    }
    content = {'images': [], 'annotations': [], 'categories': []}
    for number, (name, (bbox, size)) in enumerate(files.items()):
        entry = coco({'bbox': bbox}, name=name, size=size)
        content['images'].append({**entry['images'][0], 'id': number})
        content['annotations'].append({**entry['annotations'][0], 'image_id': number})
    report = run(tmp_path, content)
    assert report.exit_code == 1
    assert 'made on a picture of 640 x 480, this one has 96 x 128' in result_of(report, 'wrong.jpg').error
    assert not (tmp_path / 'out/wrong.jpg').exists()
    for name in ('shown.jpg', 'stored.jpg', 'none.jpg'):
        image = read_image(tmp_path / 'out' / name).bgr
        assert image.shape == (128, 96, 3)
        assert (image[y + 1 : y + height - 1, x + 1 : x + width - 1] < 12).all()
        outside = ~cv2.dilate(
            box_mask((x, y, width, height), size=(96, 128)).astype(np.uint8), np.ones((17, 17))
        ).astype(bool)
        source = read_image(tmp_path / 'in' / name).bgr
        assert np.abs(image[outside].astype(int) - source[outside]).max() < 8  # Coded twice.


@pytest.mark.parametrize('name', ['deep.png', 'deep.tif', 'grey.png', 'a.heic', 'a.webp', 'a.gif'])
def test_all_kinds_of_pictures(tmp_path, name):
    (tmp_path / 'in').mkdir()
    image = background(SIZE)
    path = str(tmp_path / 'in' / name)
    if name.startswith('deep'):
        cv2.imwrite(path, image.astype(np.uint16) * 257)
    elif name == 'a.heic':
        pytest.importorskip('pillow_heif').from_pillow(Image.fromarray(image)).save(path)
    else:
        pixels = Image.fromarray(image[..., ::-1])
        pixels.convert('L' if name == 'grey.png' else 'P' if name == 'a.gif' else 'RGB').save(path)
    (result,) = run(tmp_path, {name: [[40, 40, 50, 20]]}).files
    assert (result.error, result.also_hidden) == (None, 1)
    output = read_image(result.outputs[0]).bgr
    assert output[42:58, 42:88].max() < 20
    source = read_image(path).bgr
    if name not in ('a.heic', 'a.webp'):
        np.testing.assert_array_equal(output[:30], source[:30])


def test_files_are_told_by_their_place_or_by_their_name_alone(tmp_path):
    for name in ('day/a.png', 'night/a.png', 'b.png', 'Ü.png', 'c.png'):
        picture(tmp_path, name)
    report = run(
        tmp_path,
        {
            'day/a.png': [[0, 0, 10, 10]],
            'night\\a.png': [[0, 0, 20, 10]],
            '/elsewhere/B.PNG': [[0, 0, 30, 10]],
            'U\u0308.png': [[0, 0, 40, 10]],
            'absent.png': [[0, 0, 50, 10]],
        },
    )
    widths = {
        name: int(changed(tmp_path, name)[0].sum()) for name in ('day/a.png', 'night/a.png', 'b.png', 'Ü.png')
    }
    assert widths == {'day/a.png': 10, 'night/a.png': 20, 'b.png': 30, 'Ü.png': 40}
    assert report.regions_without_input == ['absent.png']
    document = json.loads((tmp_path / 'out/report.json').read_text())
    assert document['regions_without_input'] == ['absent.png'] and document['summary']['also_hidden'] == 4
    assert report.notes() == {f'has no entry in {tmp_path}/regions.json': [f'{tmp_path}/in/c.png']}
    assert report.exit_code == 0


def test_the_folders_before_a_name_decide(tmp_path):
    """Of a set with the same names in its parts, the part that is among the inputs is meant."""
    write_image(tmp_path / 'set/train/a.png', background(SIZE))
    content = {'train/a.png': [[0, 0, 10, 10]], 'val/a.png': [[0, 0, 20, 10]]}
    also = write_json(tmp_path / 'r.json', content)
    report = anonymize_media(
        tmp_path / 'set/train', tmp_path / 'out', BrightSegmenter(), Redaction('solid', margin=0), also=[also]
    )
    assert changed(tmp_path)[0].sum() == 10 and report.regions_without_input == ['val/a.png']


@pytest.mark.parametrize(
    ('names', 'content', 'message'),
    [
        (
            ['x/a.png', 'y/a.png'],
            {'a.png': []},
            r"'a.png' may be any of .*x/a.png, .*y/a.png; name it by its path",
        ),
        (['a.png'], {'x/a.png': [], 'y/a.png': []}, r"a.png may be any of 'x/a.png', 'y/a.png'"),
        (
            ['a.png'],
            {'b.png': [], 'c.png': []},
            r"none of what it names is among the inputs: 'b.png', 'c.png'",
        ),
        (['a.png'], {}, r'tells of no picture'),
    ],
)
def test_names_that_leave_a_doubt_are_refused_before_anything_is_written(tmp_path, names, content, message):
    for name in names:
        picture(tmp_path, name)
    with pytest.raises(ValueError, match=message):
        run(tmp_path, content)
    assert not (tmp_path / 'out').exists()


NESTED = '[' * 100_000 + ']' * 100_000


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        ('no json', 'is not JSON'),
        ('{"a.png": [[1, 2, 3, 4]]', 'is not JSON, or cut off'),
        ('[]', 'expected COCO'),
        (f'{{"a.png": {NESTED}}}', 'nested too deeply'),
        ({'a.png': [[1, 2, 3]]}, r"'a.png': expected a box \[x, y, width, height\], got \[1, 2, 3\]"),
        ({'a.png': [[1, 2, 3, 4], [1, 2, 0, 4]]}, 'box without area'),
        ({'a.png': [[1, 2, -3, 4]]}, 'box without area'),
        ({'a.png': [[1, 2, '3', 4]]}, 'expected a box'),
        ({'a.png': [[1, 2, True, 4]]}, 'expected a box'),
        ('{"a.png": [[1, 2, NaN, 4]]}', 'a coordinate that no picture has'),
        ('{"a.png": [[1, 2, 1e999, 4]]}', 'a coordinate that no picture has'),
        (f'{{"a.png": [[1, 2, {"9" * 400}, 4]]}}', 'too large|no picture has'),
        ({'a.png': 'here'}, 'expected a list of boxes'),
        ({'a.png': [[0, 0, 1, 1]] * 10_001}, '10001 regions in one picture'),
        ({'created': 'now', 'files': []}, "'created': expected a list of boxes"),
        (coco({'segmentation': [[1, 1, 2, 2]]}), 'annotation 0 of .a.png.: an outline needs 3 points'),
        (coco({'segmentation': [[1, 1, 5, 5, 9, 9]]}), 'no area'),
        (coco({}), 'neither segmentation nor bbox'),
        (coco({'bbox': [0, 0, 5, 5]}, {'bbox': [0, 0, 'x', 5]}), 'expected a number'),
        (coco({'segmentation': {'size': [120, 160], 'counts': [5, 6]}}), 'the runs add up to 11 pixels'),
        (coco({'segmentation': {'size': [1 << 19, 1 << 19], 'counts': [1 << 38]}}), None),
        (coco({'segmentation': {'size': [120, 160], 'counts': 'zzz'}}), 'compressed string'),
        ({**coco(), 'annotations': [{'image_id': 8, 'bbox': [1, 2, 3, 4]}]}, 'image 8 that is not listed'),
        ({**coco(), 'images': [{'id': 7}]}, 'has no file_name'),
        (
            {**coco(), 'images': [{'id': 7, 'file_name': name} for name in ('a.png', 'b.png')]},
            'several images',
        ),
        ({'file': 'a.png', 'plates': [{'score': 1}]}, 'a plate needs a polygon, corners or a box'),
        ({'file': 'a.png', 'plates': [{'polygon': [[1, 2], [3, 'x'], [4, 4]]}]}, 'could not convert'),
        ({'file': 3, 'plates': []}, 'the name of a picture under "file"'),
    ],
)
def test_nothing_is_half_hidden(tmp_path, content, message):
    """What cannot be used is a mistake before anything is written."""
    picture(tmp_path)
    if message is None:  # It takes no memory, and is of another picture.
        (result,) = run(tmp_path, content).files
        assert (
            'a mask of 524288 x 524288 in a picture of 160 x 120' in result.error
            or 'made on a' in result.error
        )
        assert not (tmp_path / 'out/a.png').exists()
        return
    with pytest.raises(ValueError, match=message):
        run(tmp_path, content)
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('lines', 'message'),
    [
        (['{"frame": 0}'], 'line 1: expected an object with "plates" or "boxes"'),
        (['{"boxes": []}'], 'neither "frame" nor "time"'),
        (['{"frame": -1, "boxes": []}'], 'frame: expected a number from 0 up'),
        (['{"frame": 0, "boxes": []}', '{"time": NaN, "boxes": []}'], 'line 2: time: expected seconds'),
        (
            ['{"frame": 0, "boxes": [[1, 2, 3]]}', 'broken', 'broken'],
            r'line 1: expected a box .*\(and 2 more',
        ),
    ],
)
def test_broken_lines_of_videos(tmp_path, lines, message):
    (tmp_path / 'in').mkdir()
    write_video(tmp_path / 'in/a.mp4', 5)
    with pytest.raises(ValueError, match=message):
        run(tmp_path, '\n'.join(lines), name='a.jsonl')
    assert not (tmp_path / 'out').exists()


def test_several_files_and_what_stays_visible(tmp_path):
    """Regions are hidden where plates stay visible, too; those of all files are."""
    picture(tmp_path, image=plate_picture(SIZE))
    other = write_json(tmp_path / 'other.json', {'a.png': [[100, 100, 5, 5]]})
    report = anonymize_media(
        *(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction('solid', margin=0)),
        keeping=Keeping([Region.parse('0,0,100%,100%')]),
        also=[other, write_json(tmp_path / 'r.json', {'a.png': [[50, 55, 10, 5]]})],
    )
    np.testing.assert_array_equal(
        changed(tmp_path, image=plate_picture(SIZE)), box_mask((100, 100, 5, 5), (50, 55, 10, 5))
    )
    assert (report.files[0].left_visible, report.files[0].also_hidden) == (1, 2)


def test_another_file_is_another_run(tmp_path):
    picture(tmp_path)
    also = write_json(tmp_path / 'r.json', {'a.png': [[1, 2, 3, 4]]})

    def again(files=(also,), **options):
        return anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), also=files, **options)

    again()
    also.rename(tmp_path / 'renamed.json')
    assert again([tmp_path / 'renamed.json'], resume=True).files[0].kept
    (tmp_path / 'renamed.json').unlink()
    write_json(also, {'a.png': [[1, 2, 3, 5]]})
    for files in ((), [also]):
        with pytest.raises(ValueError, match='other settings'):
            again(files, resume=True)


def test_what_lies_outside_is_told(tmp_path):
    picture(tmp_path)
    (result,) = run(tmp_path, {'a.png': [[500, 500, 10, 10], [1, 2, 3, 4]]}).files
    assert result.also_hidden == 1
    assert result.notes == ['has regions of other tools that lie outside of the picture']


@pytest.mark.parametrize('name', ['absent.json', 'absent'])
def test_files_that_are_not_there(tmp_path, name):
    picture(tmp_path)
    with pytest.raises(OSError, match='absent'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), also=[tmp_path / name])
    os.mkfifo(tmp_path / 'pipe.json')
    with pytest.raises(ValueError, match='is not a regular file'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), also=[tmp_path / 'pipe.json'])
    (tmp_path / 'empty').mkdir()
    with pytest.raises(ValueError, match=r'has no \.json or \.jsonl file'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), also=[tmp_path / 'empty'])
    assert not (tmp_path / 'out').exists()
