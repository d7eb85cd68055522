from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmlp.datasets.synthetic import LAYOUTS, choose_layout, exact_polygon_mask, render_plate
from mmlp.datasets.synthetic.plates.layouts import fill_pattern
from mmlp.datasets.synthetic.plates.lettering import (
    CAP_HEIGHT,
    PLATE_FACES,
    TEXT_FACES,
    fit_into,
    plate_glyph,
    plate_line,
    stacked_line,
    text_line,
    uneven_line,
)
from mmlp.datasets.synthetic.plates.plate_layout import BLACK, WHITE, Line, PlateLayout, Strip
from mmlp.datasets.synthetic.plates.scripts import SCRIPTS
from mmlp.datasets.synthetic.plates.strips import field_of
from mmlp.datasets.synthetic.plates.strokes import HAN, HANGUL, LATIN, stroke_glyph
from mmlp.datasets.synthetic.scenes.clutter import _KINDS, overlay_text, render_clutter

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with


@pytest.mark.parametrize('name', LAYOUTS)
def test_every_layout(name):
    rng = np.random.default_rng(0)
    for _ in range(3):
        plate = render_plate(rng, name)
        assert plate.layout is LAYOUTS[name] and plate.text.strip()
        assert plate.image.dtype == plate.alpha.dtype == np.uint8
        assert plate.image.shape == (*plate.alpha.shape, 3)
        rows, cols = plate.alpha.shape
        (x0, y0), (x1, y1) = plate.corners[0], plate.corners[2]
        assert -0.5 <= x0 < x1 <= cols - 0.5 and -0.5 <= y0 < y1 <= rows - 0.5
        assert (x1 - x0) / (y1 - y0) == pytest.approx(plate.aspect, rel=0.02)
        outlined = exact_polygon_mask(plate.outline, plate.alpha.shape)
        assert (plate.alpha[outlined] == 255).mean() > 0.97, 'a plate is opaque but for its round corners'
        if plate.layout.round_board:
            assert ((plate.alpha > 128) != outlined).sum() < 0.01 * outlined.sum()
        inside = plate.alpha[round(y0 + 0.5) : round(y1 + 0.5), round(x0 + 0.5) : round(x1 + 0.5)]
        grey = plate.image[inside.shape[0] // 4 : -inside.shape[0] // 4].mean(2)
        assert np.ptp(grey) > 60, 'lettering cannot be told from the ground'


def test_same_seed_same_plate_and_other_seed_other_plate():
    first, again, other = (render_plate(np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.corners, again.corners)
    assert first.text == again.text != other.text


def test_rendering_leaves_the_global_generator_alone():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    render_plate(np.random.default_rng(0))
    assert np.random.rand() == expected


@pytest.mark.parametrize('scale', [0.35, 1.1, 1.6])
def test_scale_is_pixels_a_millimetre(scale):
    plate = render_plate(np.random.default_rng(0), 'eu', scale)
    assert plate.corners[1, 0] - plate.corners[0, 0] == pytest.approx(520 * scale, abs=1)


def test_unknown_layout_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"'martian' is unknown.*cn_blue"):
        render_plate(np.random.default_rng(0), 'martian')


def test_choose_layout_keeps_to_the_aspect():
    rng = np.random.default_rng(0)
    for aspect in (0.9, 2.0, 4.7):
        for _ in range(30):
            assert abs(np.log(choose_layout(rng, aspect, 0.3).aspect / aspect)) <= 0.3
    assert choose_layout(rng, 20.0, 0.1).aspect > 4.5  # nothing is so wide: the nearest
    assert len({choose_layout(rng).name for _ in range(3000)}) == len(LAYOUTS)


def test_choose_layout_keeps_two_wheelers_and_others_apart():
    rng = np.random.default_rng(0)
    of_two = {choose_layout(rng, two_wheeled=True).name for _ in range(1500)}
    of_others = {choose_layout(rng, two_wheeled=False).name for _ in range(1500)}
    assert 'front_strip' in of_two - of_others and 'moto_header' in of_two and 'eu' in of_others - of_two
    assert (
        max(choose_layout(rng, 1.2, 0.4, two_wheeled=True).aspect for _ in range(50))
        < 1.2 * np.exp(0.4) + 0.01
    )


def test_choose_layout_keeps_cars_in_the_majority():
    rng = np.random.default_rng(1)
    drawn = [choose_layout(rng) for _ in range(1500)]
    square = np.mean([layout.aspect < 1.7 for layout in drawn])
    assert 0.2 < square < 0.45
    assert np.mean([layout.two_wheeled > 0.5 for layout in drawn]) < 0.45


def test_kinds_that_come_in_several_shapes():
    rng = np.random.default_rng(2)
    shapes = {
        layout.size for layout in (choose_layout(rng, 1.3) for _ in range(300)) if layout.name == 'moto_plain'
    }
    assert len(shapes) > 5 and len({height for _, height in shapes}) == 1


def test_what_is_on_the_metal_is_plate():
    """Headers, bands and footers lie inside the outline: their colours are seen up to it."""
    header = PlateLayout(
        'x',
        (200, 160),
        (),
        ((WHITE, BLACK),),
        strips=(Strip('top', 0.25, (((0, 0, 200), WHITE),), ('',)),),
        border=0,
    )
    plate = render_plate(np.random.default_rng(4), header, 1.0)
    x0, y0, x1, y1 = np.round([*plate.outline.min(0), *plate.outline.max(0)]).astype(int)
    red = plate.image[y0 + 8 : y0 + 30, x0 + 12 : x1 - 12].astype(int)
    assert (red[..., 2] - red[..., 0] > 60).mean() > 0.9
    below = plate.image[y0 + 50 : y1 - 20, x0 + 20 : x1 - 20].astype(int)
    assert (below[..., 2] - below[..., 0] > 60).mean() < 0.1


def test_lines_keep_out_of_the_strips():
    layout = LAYOUTS['moto_header_footer']
    x0, y0, x1, y1 = field_of(layout)
    assert (x0, x1) == (0.0, 1.0) and y0 == pytest.approx(0.18) and y1 == pytest.approx(0.85)


def test_a_frame_hides_the_rim_and_is_not_plate():
    layout = replace(LAYOUTS['us_light'], framed=1.0)
    for seed in range(5):
        plate = render_plate(np.random.default_rng(seed), layout, 1.0)
        x0, y0, x1, y1 = plate.share
        assert 0 < x0 < 0.1 and 0 < y0 <= 0.21 and 0.9 < x1 < 1 and 0.79 <= y1 < 1
        wide, high = np.ptp(plate.corners, axis=0)
        assert wide == pytest.approx((x1 - x0) * 305, abs=1.5) and high == pytest.approx(
            (y1 - y0) * 152, abs=1.5
        )
        rows, cols = plate.alpha.shape
        assert (plate.corners.min(0) > 3).all() and (plate.corners.max(0) < [cols - 4, rows - 4]).all()


def test_fill_pattern_replaces_placeholders_alone():
    rng = np.random.default_rng(0)
    text = fill_pattern(rng, Line(('A0-·K',), (0, 0, 1, 1)))
    assert text[0].isalpha() and text[1].isdigit() and text[2:4] == '-·' and text[4] in HANGUL
    assert fill_pattern(rng, Line(('A0 HK',), (0, 0, 1, 1), literal=True)) == 'A0 HK'


@pytest.mark.parametrize('face', PLATE_FACES)
def test_letters_can_be_told_apart(face):
    glyphs = {c: fit_into(plate_glyph(c, face), 40, 60, 9).astype(float) for c in LATIN if c.isalnum()}
    for c, glyph in glyphs.items():
        assert glyph.max() > 200, f'{c} has no ink'
    same = [
        (a, b)
        for a in glyphs
        for b in glyphs
        if a < b and glyphs[a].shape == glyphs[b].shape and np.abs(glyphs[a] - glyphs[b]).mean() < 3
    ]
    assert set(same) <= {('0', 'O')}, 'only zero and O may look alike, as on many real plates'


@pytest.mark.parametrize(
    ('alphabet', 'least'), [(HAN, 30), (HANGUL, 30), *((''.join(script), 8) for script in SCRIPTS.values())]
)
def test_letters_of_other_scripts_differ(alphabet, least):
    glyphs = {stroke_glyph(c, 64, 0.7, 0.09).tobytes() for c in alphabet}
    assert len(glyphs) == len(alphabet) >= least


def test_letters_hang_from_one_headline():
    def row(text):
        return plate_line(text, 'medium', 0.3)[10]

    assert (row('कगत') > 100).all(), 'the headline is broken'
    assert (row('กขค') < 30).any()


def test_uneven_and_stacked_lines():
    rng = np.random.default_rng(0)
    straight, painted = plate_line('HHHH', 'medium'), uneven_line(rng, 'HHHH', 'medium', 0.12, 1.0)
    tops = [np.flatnonzero(painted[:, x] > 128)[:1] for x in range(painted.shape[1])]
    assert np.ptp(np.concatenate([top for top in tops if len(top)])) > 3, 'all letters stand on one line'
    column = stacked_line('HHHH', 'medium')
    assert column.shape[0] > 4 * CAP_HEIGHT and column.shape[1] < straight.shape[1] / 3


def test_strokes_stay_in_their_box_and_know_what_they_lack():
    glyph = stroke_glyph('H', 80, 0.5, 0.15)
    assert glyph.shape == (80, 40)
    assert glyph[:, 2].mean() > 200 and glyph[10, 20] == 0, 'an H: two posts, nothing between them at the top'
    with pytest.raises(KeyError):
        stroke_glyph('@')


def test_plate_line_and_text_line():
    assert plate_line('AB 12', 'medium').shape[0] == CAP_HEIGHT
    assert plate_line('A B', 'medium').shape[1] > plate_line('AB', 'medium').shape[1]
    for face in TEXT_FACES:
        line = text_line('Agx', face)
        assert line[CAP_HEIGHT + 4 :].max() > 100, 'the tail of the g is missing'


def test_fit_into_keeps_to_the_box():
    line = plate_line('AAAAAAAA', 'wide')
    assert fit_into(line, 50, 30).shape == (30, 50)
    assert fit_into(line, 5000, 30, max_stretch=1.0).shape[1] == pytest.approx(
        line.shape[1] * 30 / CAP_HEIGHT, abs=1
    )
    assert fit_into(line, 0.2, 0.2).shape == (1, 1)


@pytest.mark.parametrize('kind', [kind for kind, _ in _KINDS], ids=lambda kind: kind.__name__)
def test_every_kind_of_clutter(kind):
    rng = np.random.default_rng(1)
    for _ in range(4):
        thing = kind(rng)
        assert thing.image.dtype == thing.alpha.dtype == np.uint8
        assert thing.image.shape == (*thing.alpha.shape, 3) and thing.alpha.max() == 255
        layer = thing.layer
        assert (layer[..., :3].astype(int) <= layer[..., 3:].astype(int) + 1).all(), 'not premultiplied'


def test_clutter_is_reproducible():
    a, b = (render_clutter(np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(a.image, b.image)


def test_overlay_text_keeps_off_what_is_not_allowed():
    for seed in range(20):
        image = np.zeros((200, 300, 3), np.uint8)
        allowed = np.ones((200, 300), bool)
        allowed[150:] = False
        overlay_text(np.random.default_rng(seed), image, allowed)
        assert not image[150:].any()
    free = np.zeros((200, 300, 3), np.uint8)
    overlay_text(np.random.default_rng(0), free)
    assert free.any()
