"""Panels and contact sheets: every picture whole and where it belongs, text inside its strip."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.visualization import contact_sheet, titled_panels


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 200, (height, width, 3), dtype=np.uint8)


def locate(sheet, picture):
    """Top-left corner of a picture in a sheet, by its first row."""
    height, width = picture.shape[:2]
    hits = np.argwhere((sheet == picture[0, 0]).all(axis=2))
    return [
        (y, x)
        for y, x in hits.tolist()
        if sheet[y : y + height, x : x + width].shape == picture.shape
        and (sheet[y : y + height, x : x + width] == picture).all()
    ]


def test_panels_are_side_by_side_under_their_titles():
    left, right = noise(100, 160, 0), noise(80, 120, 1)
    sheet = titled_panels([('Ground truth', left), ('Prediction, IoU 87.3 %', right)])
    ((top, x_left),) = locate(sheet, left)
    ((top_right, x_right),) = locate(sheet, right)
    assert top == top_right >= 20
    assert x_right > x_left + 160
    for x, width in ((x_left, 160), (x_right, 120)):
        assert (sheet[:top, x : x + width] < 128).any()  # the title
    # Nothing but white between, around and below.
    rest = sheet.copy()
    rest[top : top + 100, x_left : x_left + 160] = 255
    rest[top : top + 80, x_right : x_right + 120] = 255
    assert (rest[top:] == 255).all()


def test_sheet_keeps_small_pictures_and_shrinks_large_ones():
    small, wide = noise(40, 60, 0), np.full((400, 800, 3), 60, np.uint8)
    sheet = contact_sheet([('a.jpg', small), ('b.jpg', wide), ('c.jpg', small)], columns=2, cell_width=100)
    assert len(locate(sheet, small)) == 2
    assert np.count_nonzero((sheet == 60).all(axis=2)) == 100 * 50
    assert sheet.shape[1] == 2 * 100 + 3 * 10


def test_sheet_is_no_wider_than_its_pictures():
    assert contact_sheet([('a', noise(50, 50))], columns=6, cell_width=100).shape[1] == 120


def test_sheet_of_nothing():
    with pytest.raises(ValueError, match='pictures is empty'):
        contact_sheet([])


def test_long_names_do_not_run_into_their_neighbours():
    name = 'a_very_long_file_name_that_does_not_fit_anywhere_' * 3
    sheet = contact_sheet([(name, noise(50, 100)), ('b', noise(50, 100, 1))], columns=2, cell_width=100)
    assert (sheet[60:84, 10:110] < 128).any()
    assert (sheet[60:84, 110:120] == 255).all()
