import numpy as np
import pytest

from mmlp.visualization import Place, draw_sheet, draw_tile
from mmlp.visualization.fault_sheet import ANNOTATED, PREDICTED


def place(box, shape=(300, 400), predicted=True, name='a.jpg'):
    masks = np.zeros((3, *shape), bool)
    left, top, right, bottom = box
    masks[0, top:bottom, left:right] = True
    if predicted:
        masks[1, top + 2 : bottom + 2, left + 6 : right + 6] = True
    picture = np.full((*shape, 3), 60, np.uint8)
    picture[top:bottom, left:right] = 200
    return Place(picture, masks[0], masks[1], masks[2], box, name, '12 % covered, 10 px high')


def colours(tile, color):
    return (np.abs(tile.astype(int) - color).max(axis=2) < 12).sum()


@pytest.mark.parametrize(
    'box',
    [(100, 100, 140, 110), (0, 0, 30, 8), (370, 290, 400, 300), (10, 10, 390, 290), (180, 20, 230, 280)],
)
def test_a_tile_shows_the_place_and_both_outlines(box):
    tile = draw_tile(place(box))
    assert tile.shape == (200, 300, 3) and tile.dtype == np.uint8
    assert colours(tile, ANNOTATED) > 20 and colours(tile, PREDICTED) > 20
    assert (np.abs(tile.astype(int) - 200).max(axis=2) < 6).sum() > 40  # the plate itself is not hidden
    assert colours(draw_tile(place(box, predicted=False)), PREDICTED) == 0


def test_a_small_place_is_enlarged_around_its_middle():
    tile = draw_tile(place((200, 150, 230, 158), predicted=False))
    rows, columns = np.nonzero(np.abs(tile.astype(int) - 200).max(axis=2) < 6)
    assert np.ptp(columns) > 60 and abs(columns.mean() - 150) < 5 and abs(rows.mean() - 100) < 5


@pytest.mark.parametrize('shape', [(20, 30), (9, 500), (500, 9), (2000, 3000)])
def test_pictures_of_any_size(shape):
    box = (1, 1, min(shape[1], 9) - 2, min(shape[0], 9) - 2)
    assert draw_tile(place(box, shape)).shape == (200, 300, 3)


def test_the_sheet_has_room_for_all():
    tiles = [
        (draw_tile(place((100, 100, 140, 110))), name, 'caption') for name in ('a.jpg', 'ü' * 200 + '.jpg')
    ]
    few = draw_sheet('title', ('annotated', 'found'), {'Missed': tiles[:1]})
    many = draw_sheet('title', ('annotated', 'found'), {'Missed': tiles * 3, 'Covered for nothing': tiles})
    assert few.dtype == np.uint8 and few.shape[1] >= 2 * 300 and many.shape[1] >= 4 * 300
    assert colours(many, ANNOTATED) > 7 * colours(tiles[0][0], ANNOTATED)
    # Nothing runs into the margins, long names included.
    assert (many[:, -20:] == 255).all() and (many[-20:] == 255).all()
    assert draw_sheet('t', ('a', 'b'), {'Missed': [(tiles[0][0], '\udcff\n.jpg', 'c')]}).shape == few.shape
