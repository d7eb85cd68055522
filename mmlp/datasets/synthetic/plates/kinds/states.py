"""American plates, two to one: a state's name over the number, pictures, slogans, stickers, frames."""

from __future__ import annotations

from ..plate_layout import BLACK, WHITE, Colour, Line, PlateLayout, Strip

_NAMES = (
    'NEW HARBOR', 'Silver Coast', 'NORTHLAND', 'Redwood', 'GOLDEN PLAINS', 'Blue Ridge', 'WEST CAROL',
    'Oakland',
    'SUNRISE', 'Great Basin', 'BAY STATE', 'Green River', 'EAST POINT', 'Lakota', 'MESA GRANDE', 'Evergreen',
)  # fmt: skip
_MOTTOS = (
    'EMPIRE OF LAKES', 'Sunshine All Year', 'GRAND CANYONS', 'Land of Rivers', 'FAMOUS POTATO FIELDS',
    'Ten Thousand Ponds', 'America the Wide', 'LIVE AND LET', 'Keystone Hills', 'FIRST ON WHEELS',
    'visit.example',
    'In Trees We Trust', 'BIRTHPLACE OF KITES', 'GARDEN COUNTY', 'VETERAN', 'CONSERVE WILDLIFE',
)  # fmt: skip
_NUMBERS = (
    'AAA 0000', 'AAA0000', '0AAA000', 'AAA-000', '000 AAA', 'AA 00000', 'A00 AAA', '00A 000', 'AB0 00C',
    'cvccvc', 'cvc vcv', 'cvccvcv', 'cvcv 0', '0 cvcv', 'cvccv', 'cvcvcvc', 'cvcc', '00000 A', 'AA* 000',
)  # fmt: skip
_NAVY, _BLUE, _SKY = (110, 50, 20), (190, 100, 30), (235, 205, 160)
_GREEN, _MINT = (60, 100, 30), (205, 232, 205)
_GOLD, _ORANGE, _CREAM, _MAROON = (40, 180, 240), (40, 140, 235), (190, 225, 245), (45, 30, 120)
_LIGHT: tuple[tuple[Colour, Colour], ...] = (
    (WHITE, _NAVY), (WHITE, BLACK), (WHITE, _MAROON), (WHITE, _GREEN), (_SKY, _NAVY), (_CREAM, _MAROON),
    (_MINT, _GREEN), (_CREAM, BLACK), (_GOLD, BLACK), (_GOLD, _NAVY), (_ORANGE, BLACK), (WHITE, (40, 40,
    190)),
    (WHITE, (150, 60, 20)),
)  # fmt: skip
_DARK: tuple[tuple[Colour, Colour], ...] = (
    (_NAVY, _GOLD), (BLACK, _GOLD), (BLACK, WHITE), (_GREEN, WHITE), (_MAROON, WHITE), (_BLUE, WHITE),
    (_NAVY, WHITE), ((60, 60, 62), (200, 205, 205)), (_GREEN, _GOLD),
)  # fmt: skip
_TOP = Line(_NAMES, (0.18, 0.04, 0.82, 0.23), True, True)
_BOTTOM = Line(_MOTTOS, (0.16, 0.82, 0.84, 0.95), True, True)
_MAIN = Line(_NUMBERS, (0.05, 0.28, 0.95, 0.78))
_FACES = ('narrow', 'medium', 'sans', 'thin', 'bold')
_USUAL = dict(border=0.0, radius=13.0, stickers=0.5, framed=0.45, rim=0.2)

STATES: tuple[PlateLayout, ...] = (
    PlateLayout('us_light', (305, 152), (_MAIN, _TOP, _BOTTOM), _LIGHT, _FACES, 2.0, emboss=1.0, **_USUAL),
    PlateLayout('us_deep', (305, 152), (_MAIN, _TOP, _BOTTOM), _DARK, _FACES, 1.5, emboss=1.0, **_USUAL),
    PlateLayout(
        'us_picture',
        (305, 152),
        (_MAIN, _TOP, _BOTTOM),
        _LIGHT[:8],
        _FACES,
        2.0,
        emblem=0.85,
        scenery=True,
        **_USUAL,
    ),
    PlateLayout(
        'us_graded',
        (305, 152),
        (_MAIN, _TOP, _BOTTOM),
        _LIGHT[:8],
        _FACES,
        1.0,
        gradient=_SKY,
        emblem=0.3,
        **_USUAL,
    ),
    PlateLayout(
        'us_header',
        (305, 152),
        (
            Line(_NUMBERS, (0.05, 0.08, 0.95, 0.76)),
            Line(_MOTTOS, (0.16, 0.82, 0.84, 0.97), True, True),
        ),
        _LIGHT,
        _FACES,
        1.5,
        strips=(
            Strip(
                'top',
                0.25,
                (
                    (_NAVY, WHITE),
                    (_MAROON, WHITE),
                    (_GREEN, WHITE),
                    (BLACK, _GOLD),
                    (_BLUE, WHITE),
                    (_ORANGE, BLACK),
                ),
                texts=_NAMES,
                literal=True,
            ),
        ),
        emblem=0.2,
        **_USUAL,
    ),
    PlateLayout(
        'us_footer',
        (305, 152),
        (Line(_NUMBERS, (0.05, 0.34, 0.95, 0.94)), Line(_NAMES, (0.18, 0.05, 0.82, 0.28), True, True)),
        _LIGHT,
        _FACES,
        0.8,
        strips=(
            Strip(
                'bottom',
                0.18,
                ((_NAVY, WHITE), (_GREEN, WHITE), (_MAROON, _GOLD)),
                texts=_MOTTOS,
                literal=True,
            ),
        ),
        **_USUAL,
    ),
    PlateLayout(
        'us_paper',
        (305, 152),
        (
            Line(('AA00000', '000A000', 'A000000'), (0.06, 0.2, 0.94, 0.68)),
            Line(
                ('TEMPORARY TAG', 'DEALER', 'EXPIRES 04/26/25', 'IN TRANSIT'),
                (0.1, 0.74, 0.9, 0.92),
                True,
                True,
            ),
        ),
        ((WHITE, BLACK), (WHITE, (60, 40, 160)), (_CREAM, BLACK)),
        ('sans', 'mono', 'bold'),
        0.6,
        border=0,
        emboss=0.0,
        framed=0.25,
    ),
    PlateLayout(
        'us_motorcycle',
        (178, 102),
        (
            Line(('00A000', 'AA000', '00000', '0A0000', 'cvcvc', 'AAA 00', '000AA'), (0.06, 0.3, 0.94, 0.8)),
            Line(_NAMES, (0.2, 0.05, 0.8, 0.24), True, True),
            Line(('MOTORCYCLE', 'MOTOR CYCLE', *_MOTTOS[:4]), (0.2, 0.84, 0.8, 0.96), True, True),
        ),
        _LIGHT + _DARK[:4],
        _FACES,
        1.5,
        border=0.0,
        radius=9.0,
        stickers=0.5,
        framed=0.3,
        rim=0.2,
        emblem=0.15,
        stretch=0.08,
        two_wheeled=1.0,
    ),
    PlateLayout(
        'us_motorcycle_stacked',
        (178, 102),
        (
            Line(('AB', 'M', '0A', 'cvc'), (0.04, 0.32, 0.26, 0.78)),
            Line(('0000', '000', '00000'), (0.3, 0.3, 0.95, 0.8)),
            Line(_NAMES, (0.2, 0.05, 0.8, 0.25), True, True),
        ),
        _LIGHT + _DARK[:4],
        _FACES,
        0.7,
        border=0.0,
        stickers=0.5,
        framed=0.3,
        rim=0.2,
        stretch=0.08,
        two_wheeled=1.0,
    ),
)
