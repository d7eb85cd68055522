"""Mask files of every kind, each written by Pillow or OpenCV and compared with what was drawn."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image

from mmlp.datasets import read_plate_mask


@pytest.fixture()
def truth():
    mask = np.zeros((20, 30), np.uint8)
    mask[5:12, 4:22] = 1
    return mask


def save(array, path, mode=None):
    Image.fromarray(array, mode).save(path) if mode else Image.fromarray(array).save(path)
    return path


def test_grey_masks_0_255_and_0_1(tmp_path, truth):
    for factor in (1, 255):
        read = read_plate_mask(save(truth * np.uint8(factor), tmp_path / f'{factor}.png'))
        assert read.dtype == np.uint8
        np.testing.assert_array_equal(read, truth)


def test_empty_and_full_masks(tmp_path):
    assert read_plate_mask(save(np.zeros((4, 5), np.uint8), tmp_path / 'a.png')).max() == 0
    assert read_plate_mask(save(np.full((4, 5), 255, np.uint8), tmp_path / 'b.png')).min() == 1


def test_one_bit(tmp_path, truth):
    Image.fromarray(truth * 255).convert('1').save(tmp_path / 'm.png')
    np.testing.assert_array_equal(read_plate_mask(tmp_path / 'm.png'), truth)


@pytest.mark.parametrize('high', [1, 255, 65535])
def test_sixteen_bit(tmp_path, truth, high):
    cv2.imwrite(str(tmp_path / 'm.png'), truth.astype(np.uint16) * high)
    np.testing.assert_array_equal(read_plate_mask(tmp_path / 'm.png'), truth)


def test_anti_aliased_edges_are_cut_at_half(tmp_path, truth):
    grey = truth * np.uint8(255)
    grey[4, 4:22], grey[12, 4:22] = 127, 129
    expected = truth.copy()
    expected[12, 4:22] = 1
    np.testing.assert_array_equal(read_plate_mask(save(grey, tmp_path / 'm.png')), expected)


def test_128_is_ignore_and_255_where_declared(tmp_path, truth):
    grey = truth * np.uint8(255)
    grey[0, :7] = 128
    read = read_plate_mask(save(grey, tmp_path / 'm.png'))
    np.testing.assert_array_equal(read == 255, grey == 128)
    np.testing.assert_array_equal(read == 1, truth == 1)

    toolbox = truth.copy()
    toolbox[0, :7] = 255
    read = read_plate_mask(save(toolbox, tmp_path / 't.png'), ignore_values=(255,))
    np.testing.assert_array_equal(read, toolbox)


def test_0_1_255_without_declaration_is_refused(tmp_path, truth):
    toolbox = truth.copy()
    toolbox[0, :7] = 255
    with pytest.raises(ValueError, match=r't\.png.*is 255 plate or ignore.*ignore_values'):
        read_plate_mask(save(toolbox, tmp_path / 't.png'))


@pytest.mark.parametrize('colour', [(255, 255, 255), (255, 0, 0), (0, 160, 20)])
def test_rgb_and_rgba(tmp_path, truth, colour):
    rgb = truth[..., None] * np.array(colour, np.uint8)
    np.testing.assert_array_equal(read_plate_mask(save(rgb, tmp_path / 'm.png')), truth)
    alpha = np.full(truth.shape, 255, np.uint8)
    alpha[5] = 0  # a transparent row of the plate is background
    rgba = np.dstack([rgb, alpha])
    expected = truth.copy()
    expected[5] = 0
    np.testing.assert_array_equal(read_plate_mask(save(rgba, tmp_path / 'a.png')), expected)


def test_voc_palette_with_void(tmp_path, truth):
    indices = truth.copy()
    indices[0, :7] = 255
    image = Image.fromarray(indices, 'P')
    palette = np.zeros((256, 3), np.uint8)
    palette[1], palette[255] = (128, 0, 0), (224, 224, 192)
    image.putpalette(palette.tobytes())
    image.save(tmp_path / 'm.png')
    expected = truth.copy()
    expected[0, :7] = 255
    np.testing.assert_array_equal(read_plate_mask(tmp_path / 'm.png'), expected)


def test_grey_palette_follows_the_grey_rule(tmp_path, truth):
    image = Image.fromarray(truth * 255).convert('P', palette=Image.Palette.ADAPTIVE)
    image.save(tmp_path / 'm.png')
    np.testing.assert_array_equal(read_plate_mask(tmp_path / 'm.png'), truth)


def test_unreadable_and_missing(tmp_path):
    (tmp_path / 'm.png').write_text('not a picture')
    with pytest.raises(ValueError, match=r'm\.png.*cannot be read'):
        read_plate_mask(tmp_path / 'm.png')
    (tmp_path / 'e.png').write_bytes(b'')
    with pytest.raises(ValueError, match=r'e\.png.*cannot be read'):
        read_plate_mask(tmp_path / 'e.png')
    with pytest.raises(FileNotFoundError, match=r'none\.png'):
        read_plate_mask(tmp_path / 'none.png')
