from __future__ import annotations

import os

import cv2
import numpy as np
import pytest
from PIL import Image

from mmlp.datasets.labelled_images import (
    find_labelled_images,
    read_labelled_image,
    sort_out_unusable,
)
from mmlp.datasets.mask_rule import MaskRule

RULE = MaskRule()


def write(root, name, mask=None, size=(30, 40), suffix='.png'):
    """A picture and its mask."""
    path = root / 'images' / name
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((*size, 3), 90, np.uint8))
    if mask is not None:
        target = root / 'masks' / (name + suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(target), mask)
    return path


def plate_mask(size=(30, 40), value=255):
    mask = np.zeros(size, np.uint8)
    mask[10:20, 5:25] = value
    return mask


def test_a_split_is_found_in_its_folder_and_as_it_is(tmp_path):
    for name in ('b.jpg', 'deep/a.JPG', 'notes.txt'):
        write(tmp_path / 'val', name.replace('txt', 'png'), plate_mask())
    (tmp_path / 'val/images/notes.txt').touch()
    names = ['b.jpg', 'deep/a.JPG', 'notes.png']
    for data in (tmp_path, tmp_path / 'val'):
        assert [picture.name for picture in find_labelled_images(data)] == names
    usable, unusable = sort_out_unusable(find_labelled_images(tmp_path), RULE)
    assert len(usable) == 3 and not unusable
    picture, mask = read_labelled_image(usable[1], RULE)
    assert picture.bgr.shape == (30, 40, 3)
    np.testing.assert_array_equal(mask, plate_mask(value=1))


def test_other_names_of_masks(tmp_path):
    (tmp_path / 'images').mkdir()
    cv2.imwrite(str(tmp_path / 'images/a.jpg'), np.zeros((30, 40, 3), np.uint8))
    (tmp_path / 'masks').mkdir()
    cv2.imwrite(str(tmp_path / 'masks/a_mask.png'), plate_mask())
    (found,) = find_labelled_images(tmp_path, seg_map_suffix='_mask.png')
    assert not sort_out_unusable([found], RULE)[1]
    with pytest.raises(ValueError, match=r'none of the 1 pictures .* has a mask; expected .*a\.jpg\.png'):
        find_labelled_images(tmp_path)


def test_another_layout_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        find_labelled_images(tmp_path / 'absent')
    with pytest.raises(FileNotFoundError, match='mmlp convert'):
        find_labelled_images(tmp_path)
    write(tmp_path / 'test', 'a.jpg', plate_mask())
    with pytest.raises(FileNotFoundError, match=r"no split 'val'; it has test \(--split"):
        find_labelled_images(tmp_path)
    assert find_labelled_images(tmp_path, 'test')
    (tmp_path / 'empty/images').mkdir(parents=True)
    with pytest.raises(ValueError, match='holds no picture'):
        find_labelled_images(tmp_path / 'empty')
    with pytest.raises(FileNotFoundError, match='is not a folder'):
        find_labelled_images(tmp_path / 'test/images/a.jpg')


def test_what_cannot_be_used_is_named_and_the_rest_is_used(tmp_path):
    write(tmp_path, 'good.jpg', plate_mask())
    write(tmp_path, 'none.jpg')
    write(tmp_path, 'small.jpg', plate_mask((15, 20)))
    cut = write(tmp_path, 'cut.jpg', plate_mask())
    cut.write_bytes(cut.read_bytes()[:200])
    write(tmp_path, 'text.jpg', plate_mask())
    (tmp_path / 'masks/text.jpg.png').write_text('hello')
    write(tmp_path, 'empty.jpg', plate_mask())
    (tmp_path / 'masks/empty.jpg.png').write_bytes(b'')
    os.symlink('nowhere', tmp_path / 'images/gone.jpg')
    (tmp_path / 'masks/gone.jpg.png').write_bytes((tmp_path / 'masks/good.jpg.png').read_bytes())
    usable, unusable = sort_out_unusable(find_labelled_images(tmp_path), RULE)
    assert [picture.name for picture in usable] == ['good.jpg']
    said = {os.path.basename(each.path): each.message for each in unusable}
    assert set(said) == {
        *('none.jpg', 'small.jpg.png', 'cut.jpg', 'text.jpg.png', 'empty.jpg.png', 'gone.jpg'),
    }
    assert said['small.jpg.png'] == 'is 20 x 15 pixels, its picture 40 x 30'
    assert 'there is no mask' in said['none.jpg'] and 'empty' in said['empty.jpg.png']
    assert all(
        message and str(tmp_path) not in message for name, message in said.items() if name != 'none.jpg'
    )


def test_masks_that_do_not_tell_what_is_a_plate_are_refused(tmp_path):
    mask = plate_mask(value=2)
    mask[22:28, 30:38] = 1
    write(tmp_path, 'a.png', mask)
    pictures = find_labelled_images(tmp_path)
    with pytest.raises(ValueError, match='plate_values does not say'):
        sort_out_unusable(pictures, RULE)
    rule = MaskRule(plate_values=2)
    usable, _ = sort_out_unusable(pictures, rule)
    np.testing.assert_array_equal(read_labelled_image(usable[0], rule)[1], plate_mask(value=1))


def test_ignored_values(tmp_path):
    mask = plate_mask()
    mask[25:] = 128
    write(tmp_path, 'a.png', mask)
    (picture,) = find_labelled_images(tmp_path)
    assert (read_labelled_image(picture, RULE)[1][25:] == 255).all()


@pytest.mark.parametrize('drawn_on', ['stored', 'upright'])
def test_masks_of_turned_pictures(tmp_path, drawn_on):
    write(tmp_path, 'a.jpg')
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise
    with Image.open(tmp_path / 'images/a.jpg') as image:
        image.save(tmp_path / 'images/a.jpg', exif=exif)
    (tmp_path / 'masks').mkdir()
    stored = plate_mask()
    upright = np.ascontiguousarray(np.rot90(stored, -1))
    cv2.imwrite(str(tmp_path / 'masks/a.jpg.png'), stored if drawn_on == 'stored' else upright)
    usable, unusable = sort_out_unusable(find_labelled_images(tmp_path), RULE)
    assert not unusable
    picture, mask = read_labelled_image(usable[0], RULE)
    assert picture.bgr.shape[:2] == mask.shape == (40, 30)
    np.testing.assert_array_equal(mask, upright > 0)
