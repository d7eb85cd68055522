"""Which masks are taken as they are, which are refused, and what plate_values makes of these."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.mask_samples import coloured, decoded, drawn, is_plate, jpeg, png, tilted

from mmlp.datasets import read_plate_mask
from mmlp.datasets.mask_rule import MaskRule, parse_plate_values
from mmlp.datasets.plate_mask import AmbiguousMaskError, examine_mask

BLACK, WHITE, BLUE, GREEN = (0, 0, 0), (255, 255, 255), (61, 61, 245), (131, 224, 70)
PALETTE = [BLACK, (128, 0, 0), (0, 128, 0)]
MANY = drawn(0, 1, 2).astype(np.uint8)

#: What is refused, what the message says was found, and what names the plate.
SEVERAL = {
    'numbers': (png(drawn(0, 1, 2).astype(np.uint8)), '1 and 2', 2),
    'palette, by index': (png(MANY, PALETTE), '0,128,0 and 128,0,0', 2),
    'palette, by colour': (png(MANY, PALETTE), '0,128,0 and 128,0,0', '0,128,0'),
    'palette of equal entries': (png(MANY, [BLACK] * 3), '1 and 2', 2),
    'palette whose first entry is the plate': (
        png(drawn(2, 1, 0).astype(np.uint8), [GREEN, BLUE, BLACK]),
        '61,61,245 and 131,224,70',
        '131,224,70',
    ),
    'palette with a grey car': (png(MANY, [BLACK, (90, 90, 90), GREEN]), '90 and 131,224,70', '#83e046'),
    'colours': (png(coloured(BLACK, BLUE, GREEN)), '61,61,245 and 131,224,70', [(131, 224, 70)]),
    'colours on white': (png(coloured(WHITE, WHITE, GREEN)), '255 and 131,224,70', '131,224,70'),
    'colours with white': (png(coloured(BLACK, BLUE, WHITE)), '255 and 61,61,245', 255),
    'colours of a JPEG': (jpeg(coloured(BLACK, BLUE, GREEN), 95), ' and ', '131,224,70'),
    'greys': (png(drawn(0, 85, 170).astype(np.uint8)), '85 and 170', 170),
    'greys from 128 up': (png(drawn(0, 150, 255).astype(np.uint8)), '150 and 255', 255),
    'grey and white': (png(drawn(0, 60, 255).astype(np.uint8)), '60 and 255', 255),
    'greys as RGB': (png(np.dstack([drawn(0, 85, 170).astype(np.uint8)] * 3)), '85 and 170', 170),
    'number and white': (png(drawn(0, 5, 255).astype(np.uint8)), '5 and 255', 255),
    '16 bits': (png(drawn(0, 1, 2).astype(np.uint16)), '1 and 2', 2),
    '16 bits, instances': (png(drawn(0, 24001, 26002).astype(np.uint16)), '24001 and 26002', 26002),
    'colours of a PNG that was a JPEG': (
        png(decoded(jpeg(coloured(BLACK, BLUE, GREEN), 95))),
        ' and ',
        '131,224,70',
    ),
    'one low number': (png(drawn(0, 0, 2).astype(np.uint8)), 'value 2', 2),
    'one dark colour': (png(coloured(BLACK, BLACK, (0, 64, 0))), 'colour 0,64,0', '0,64,0'),
    '1 and 255': (png(drawn(0, 255, 1).astype(np.uint8)), '1 and 255', 1),
}


def write(path, data):
    path.write_bytes(data)
    return path


@pytest.mark.parametrize('name', list(SEVERAL))
def test_several_classes_are_refused_until_one_is_named(tmp_path, name):
    data, found, value = SEVERAL[name]
    path = write(tmp_path / 'm.png', data)
    with pytest.raises(AmbiguousMaskError, match=rf'm\.png.*{found}.*plate_values'):
        read_plate_mask(path)
    mask = read_plate_mask(path, plate_values=value)
    if 'JPEG' in name:  # What JPEG does along edges is not undone.
        assert ((mask == 1) & is_plate()).sum() / ((mask == 1) | is_plate()).sum() > 0.9
    else:
        np.testing.assert_array_equal(mask, is_plate())


def test_class_7_of_vocs_palette_is_not_the_grey_that_is_ignored(tmp_path):
    bits = np.arange(256)[:, None] >> np.arange(24) & 1
    palette = np.zeros((256, 3), np.uint8)
    for bit in range(
        24
    ):  # The palette's definition: bits of the index, in turn, from the highest of each channel.
        palette[:, bit % 3] |= (bits[:, bit] << (7 - bit // 3)).astype(np.uint8)
    assert tuple(palette[7]) == (128, 128, 128) and tuple(palette[15]) == (192, 128, 128)
    path = write(tmp_path / 'm.png', png(drawn(0, 7, 15).astype(np.uint8), palette))
    with pytest.raises(AmbiguousMaskError, match='128 and 192,128,128'):
        read_plate_mask(path)
    np.testing.assert_array_equal(read_plate_mask(path, plate_values=7), drawn(0, 1, 0))
    alone = write(tmp_path / 'a.png', png(drawn(0, 0, 7).astype(np.uint8), palette))
    np.testing.assert_array_equal(read_plate_mask(alone), is_plate())


def test_numbers_in_a_jpeg_are_refused(tmp_path):
    path = write(tmp_path / 'm.jpg', jpeg(drawn(0, 1, 2).astype(np.uint8), 100))
    with pytest.raises(AmbiguousMaskError, match='1 and 2'):
        read_plate_mask(path)


def test_what_is_named_is_not_ignored(tmp_path):
    path = write(tmp_path / 'm.png', png(drawn(0, 255, 128).astype(np.uint8)))
    np.testing.assert_array_equal(read_plate_mask(path), drawn(0, 1, 255))
    np.testing.assert_array_equal(read_plate_mask(path, plate_values=128), is_plate())


def test_every_value_a_plate(tmp_path):
    instances = write(tmp_path / 'm.png', png(drawn(0, 3, 4).astype(np.uint8)))
    np.testing.assert_array_equal(read_plate_mask(instances, plate_values='nonzero'), drawn(0, 1, 1))
    np.testing.assert_array_equal(read_plate_mask(instances, plate_values=[3, 4]), drawn(0, 1, 1))
    colours = write(tmp_path / 'c.png', png(coloured(BLACK, BLUE, GREEN)))
    np.testing.assert_array_equal(read_plate_mask(colours, plate_values='nonzero'), drawn(0, 1, 1))


def test_black_plates_on_white(tmp_path):
    path = write(tmp_path / 'm.png', png(drawn(255, 255, 0).astype(np.uint8)))
    np.testing.assert_array_equal(read_plate_mask(path, plate_values=0), is_plate())


def test_named_values_keep_what_is_ignored(tmp_path):
    path = write(tmp_path / 'm.png', png(drawn(0, 255, 1).astype(np.uint8)))
    read = read_plate_mask(path, ignore_values=(255,), plate_values=1)
    np.testing.assert_array_equal(read, drawn(0, 255, 1))
    void = write(tmp_path / 'v.png', png(MANY, [BLACK, (224, 224, 192), GREEN]))
    np.testing.assert_array_equal(read_plate_mask(void), drawn(0, 255, 1))


def test_soft_edges_belong_to_the_closest_class(tmp_path):
    car = np.float32(coloured(BLACK, BLUE, BLUE, size=(240, 320)))
    share = tilted(soft=True)[..., None] / np.float32(255)
    path = write(tmp_path / 'm.png', png(np.uint8(car * (1 - share) + share * np.float32(GREEN))))
    mask = read_plate_mask(path, plate_values='131,224,70')
    assert 0 < (mask != (share[..., 0] > 0.5)).sum() < 25
    with pytest.raises(AmbiguousMaskError, match='61,61,245 and 131,224,70, and'):
        read_plate_mask(path)


@pytest.mark.parametrize('quality', [10, 31, 50, 75, 90, 98, 100])
@pytest.mark.parametrize('width', [24, 90])
def test_noise_of_jpeg_is_not_a_class(tmp_path, quality, width):
    mask = tilted(width=width)
    red = np.dstack([mask, mask * 0, mask * 0])
    once = jpeg(mask, quality)
    kinds = {
        'once.jpg': once,
        'saved_anew.png': png(decoded(once)),
        'rgb.jpg': jpeg(np.dstack([mask] * 3), quality),
        'empty.jpg': jpeg(mask * 0, quality),
        'colour.jpg': jpeg(red, quality),
        'colour_anew.png': png(decoded(jpeg(red, quality))),
    }
    for name, data in kinds.items():
        read = examine_mask(write(tmp_path / name, data), MaskRule())
        assert read.doubt is None, name
        if 'empty' in name:
            assert not read.mask.any()
        elif 'colour' not in name or (quality >= 75 and width > 50):
            both = ((read.mask == 1) & (mask > 0)).sum() / ((read.mask == 1) | (mask > 0)).sum()
            assert both > 0.85, name


@pytest.mark.parametrize('sigma, scale', [(0, 1), (0, 2), (0, 4), (1, 1), (1, 4), (3, 1), (3, 3), (8, 1)])
def test_soft_edges_are_not_a_class(tmp_path, sigma, scale):
    mask = tilted(soft=True)
    mask = cv2.GaussianBlur(mask, (0, 0), sigma) if sigma else mask
    for how in (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4):
        scaled = cv2.resize(mask, None, fx=scale, fy=scale, interpolation=how)
        for name, data in (('m.png', png(scaled)), ('w.png', png(scaled.astype(np.uint16) * 257))):
            read = examine_mask(write(tmp_path / name, data), MaskRule())
            assert read.doubt is None
            np.testing.assert_array_equal(read.mask == 1, scaled > 128)  # 128 itself is ignored


@pytest.mark.parametrize('value', [1, 128 + 20, 200, 255])
def test_one_value_from_128_up_or_1_is_the_plate(tmp_path, value):
    path = write(tmp_path / 'm.png', png(drawn(0, 0, value).astype(np.uint8)))
    np.testing.assert_array_equal(read_plate_mask(path), is_plate())


def test_transparent_pixels_are_background_whatever_their_colour(tmp_path):
    rgba = np.dstack([coloured(BLUE, BLUE, GREEN), drawn(0, 0, 255).astype(np.uint8)])
    np.testing.assert_array_equal(read_plate_mask(write(tmp_path / 'm.png', png(rgba))), is_plate())
    path = write(tmp_path / 'p.png', png(MANY, [BLUE, BLUE, GREEN], transparency=b'\x00\x00\xff'))
    np.testing.assert_array_equal(read_plate_mask(path), is_plate())


def test_what_a_file_holds_is_counted(tmp_path):
    path = write(tmp_path / 'm.png', png(coloured(BLACK, BLUE, GREEN)))
    expected = {0: (drawn(0, 1, 2) == 0).sum(), BLUE: (drawn(0, 1, 2) == 1).sum(), GREEN: is_plate().sum()}
    assert examine_mask(path, MaskRule()).pixels == expected


@pytest.mark.parametrize(
    'written, read',
    [
        (2, (2,)),
        ('2', (2,)),
        ([1, 2], (1, 2)),
        ('131,224,70', (GREEN,)),
        ('#83e046', (GREEN,)),
        ([[131, 224, 70], 3], (GREEN, 3)),
        ((7, 7, 7), (7, 7, 7)),
        ([(7, 7, 7)], (7,)),
        ('nonzero', 'nonzero'),
        (['nonzero'], 'nonzero'),
        (None, None),
    ],
)
def test_how_plate_values_are_written(written, read):
    assert parse_plate_values(written) == read


@pytest.mark.parametrize('wrong', [-1, 'plate', '1,2', (), [(1, 2)], [(1, 2, 256)], 1.5, True, '#12'])
def test_plate_values_that_are_not_understood(wrong):
    with pytest.raises(ValueError, match='plate_values wants grey values'):
        parse_plate_values(wrong)
