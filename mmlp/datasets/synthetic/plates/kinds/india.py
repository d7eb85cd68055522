"""Indian plates: stamped ones with a hologram, painted ones, on one line and on two, and front strips."""

from __future__ import annotations

from ..plate_layout import BLACK, WHITE, Box, Line, PlateLayout, Strip

_YELLOW, _GREEN, _RED, _BLUE = (30, 195, 245), (80, 130, 30), (40, 40, 200), (150, 60, 20)
_ONE = ('AA 00 A 0000', 'AA00AA0000', 'AA-00-A-0000', 'AA 00 AA 0000', 'AA00 A 0000')
_UPPER = ('AA 00 A', 'AA00AA', 'AA 00', 'AA-00-A', 'AA 00 AA', 'AA00 A')
_LOWER = ('0000', 'A 0000', 'A0000', 'AA 0000', '00 00')
_TOP: Box = (0.06, 0.09, 0.94, 0.48)
_BOTTOM: Box = (0.06, 0.53, 0.94, 0.92)
_CHIP = Strip('left', 0.1, ((WHITE, _BLUE), (WHITE, _BLUE), (_YELLOW, _BLUE)), ('chip',), ('IND',), True)
_WHITE_CHIP = Strip('left', 0.13, ((WHITE, _BLUE), (WHITE, (60, 50, 40))), ('chip',), ('IND',), True)
_HAND = (
    (WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK), (BLACK, _YELLOW), (BLACK, WHITE), (_GREEN, WHITE),
    (_RED, WHITE), (WHITE, _RED), (WHITE, _BLUE), (_BLUE, WHITE),
)  # fmt: skip
_STAMPED = ((WHITE, BLACK), (WHITE, BLACK), (WHITE, BLACK))
_OWNERS = ('JAI HIND', 'ON DUTY', 'GOVT OF STATE', 'RAJA', 'God is Great', 'PRESS', 'Good Luck', 'ADVOCATE')

INDIA: tuple[PlateLayout, ...] = (
    PlateLayout(
        'in_stamped', (500, 120), (Line(_ONE, (0.02, 0.17, 0.97, 0.83)),), _STAMPED, ('medium', 'narrow'),
        1.0,
        strips=(Strip('left', 0.085, ((WHITE, _BLUE),), ('chip',), ('IND',), True),), emboss=1.0, radius=12,
    ),
    PlateLayout(
        'in_stamped_square', (340, 200), (Line(_UPPER, _TOP), Line(_LOWER, _BOTTOM)), _STAMPED,
        ('medium', 'narrow'), 0.8, strips=(_CHIP,), emboss=1.0, radius=14, framed=0.15, two_wheeled=0.3,
    ),
    PlateLayout(
        'in_stamped_motorcycle', (200, 100), (Line(_UPPER, _TOP), Line(_LOWER, _BOTTOM)), _STAMPED,
        ('medium', 'narrow', 'bold'), 3.0, strips=(_WHITE_CHIP,), emboss=1.0, radius=9, border=2, framed=0.15,
        stretch=0.2, two_wheeled=0.9,
    ),
    PlateLayout(
        'in_commercial', (500, 120), (Line(_ONE, (0.03, 0.17, 0.97, 0.83)),),
        ((_YELLOW, BLACK), (BLACK, _YELLOW), (_GREEN, WHITE), (_GREEN, _YELLOW)), ('medium', 'sans',
        'bold'), 0.7,
        strips=(Strip('left', 0.085, ((_YELLOW, _BLUE), (WHITE, _BLUE)), ('chip',), ('IND',), True),),
    ),
    PlateLayout(
        'in_painted', (480, 130), (Line(_ONE, (0.03, 0.16, 0.97, 0.84)),), _HAND,
        ('narrow', 'medium', 'bold', 'thin', 'sans', 'wide'), 0.7, border=4, uneven=1.0, emboss=0.0,
        radius=14,
        stretch=0.15,
    ),
    PlateLayout(
        'in_painted_square', (230, 160), (Line(_UPPER, _TOP), Line(_LOWER, _BOTTOM)), _HAND,
        ('narrow', 'medium', 'bold', 'thin', 'wide'), 1.3, border=4, uneven=1.0, emboss=0.0, radius=12,
        stretch=0.3, two_wheeled=0.75,
    ),
    PlateLayout(
        'in_painted_lorry', (520, 220),
        (Line(_UPPER, (0.05, 0.08, 0.95, 0.46)), Line(_LOWER, (0.1, 0.52, 0.9, 0.92))),
        ((_YELLOW, BLACK), (_YELLOW, BLACK), (BLACK, _YELLOW), (_GREEN, _YELLOW)),
        ('narrow', 'medium', 'bold'), 0.6, border=5, uneven=1.0, emboss=0.0, stretch=0.3,
    ),
    PlateLayout(
        'painted_board', (210, 150),
        (Line(_UPPER, (0.12, 0.1, 0.88, 0.46)), Line(('0000', '000'), (0.12, 0.52, 0.88, 0.9))), _HAND,
        ('narrow', 'medium', 'bold'), 1.0, border=4, uneven=0.9, emboss=0.0, radius=45, round_board=True,
        stretch=0.3, two_wheeled=0.9,
    ),
    PlateLayout(
        'in_motto', (220, 170),
        (
            Line(_OWNERS, (0.1, 0.05, 0.9, 0.2), True, True),
            Line(_UPPER, (0.06, 0.25, 0.94, 0.57)),
            Line(('0000', '000'), (0.06, 0.62, 0.94, 0.95)),
        ),
        _HAND, ('sans', 'narrow', 'medium', 'bold'), 0.7, border=3, uneven=0.5, stretch=0.3, two_wheeled=0.9,
    ),
    PlateLayout(
        'front_strip', (290, 45), (Line((*_ONE, '0000 AA', 'AA 0000', 'AAA 000'), (0.03, 0.14, 0.97, 0.86)),),
        ((WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK), (BLACK, WHITE), (_RED, WHITE)),
        ('narrow', 'medium', 'bold', 'sans'), 1.2, border=1.5, radius=5, stretch=0.2, two_wheeled=1.0,
    ),
    PlateLayout(
        'front_column', (45, 250), (Line(('AA00A0000', 'AA000', 'AAA00'), (0.12, 0.03, 0.88, 0.97),
                                         stacked=True),),
        ((WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK), (BLACK, WHITE)), ('medium', 'bold'), 0.3,
        border=1.5, radius=5, stretch=0.2, two_wheeled=1.0,
    ),
)  # fmt: skip
