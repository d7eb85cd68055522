"""Plates of cars around the world, as data.

Sizes and colours follow the public regulations of the countries named; no emblem is reproduced, and numbers
are random.
"""

from __future__ import annotations

from ..plate_layout import BLACK, WHITE, Box, Line, PlateLayout

YELLOW, RED = (28, 190, 245), (38, 34, 196)
BLUE, GREEN, GREY = (168, 84, 22), (78, 120, 26), (186, 188, 188)
_STATES = (
    'SUNRISE STATE', 'NORTHPORT', 'LAKELAND', 'EVERGREEN', 'SILVER BAY', 'PRAIRIE', 'WESTMARK',
    'Rio Alto', 'Highland', 'COASTAL', 'New Avon', 'REDSTONE', 'Mountain View', 'GRAND VALLEY',
    'Ocean State', 'FERNDALE', 'LONE PEAK',
)  # fmt: skip
_SLOGANS = (
    'Land of Many Rivers', 'DISCOVER THE COAST', 'Explore Outdoors', 'wild and free', 'The Sunny Side',
    'MAR  26', 'www.example.org', 'FIRST IN FLIGHT PATHS', 'Great Lakes Region', 'HERITAGE', 'In Harmony',
)  # fmt: skip
_CITIES = (
    'SAO BENTO', 'MX-NORTE', 'BRASILIA', 'CAMPOS', 'RIO VERDE', 'LIMA NOVA', 'BS.AS.', 'ISLAMABAD',
    'SINDH',
)  # fmt: skip


def _eu(patterns: tuple[str, ...], name: str, **kwargs: object) -> PlateLayout:
    return PlateLayout(name, (520, 110), (Line(patterns, (0.105, 0.15, 0.975, 0.85)),), band='left', **kwargs)


_FRENCH = Line(('AA-000-AA',), (0.105, 0.15, 0.895, 0.85))
_US_MAIN: Box = (0.05, 0.30, 0.95, 0.76)
_US_TOP, _US_BOTTOM = (
    Line(_STATES, (0.2, 0.05, 0.8, 0.22), True, True),
    Line(_SLOGANS, (0.2, 0.83, 0.8, 0.95), True, True),
)
_ANY = (
    'AAA 0000', 'AA 000 AA', '000 AAA', 'A 000 AA', '0AAA000', 'AAA-000', 'AA-00-AA', 'AA 00000',
)  # fmt: skip

WORLD: tuple[PlateLayout, ...] = (
    _eu(
        ('AA 000 AA', 'A AA 0000', 'AA AA 000', 'A 00 AAA', '00-AA-00', 'AAA 0000', 'A 000 AAA', '0000 AAA'),
        'eu',
        weight=5.0,
    ),
    _eu(
        ('00-AA-AA', 'AA-00-00', '0-AAA-00', '00-AAA-0'), 'eu_yellow', colours=((YELLOW, BLACK),), weight=1.5
    ),
    _eu(('0-AAA-000', '0-AAA-000', 'AA 000'), 'eu_red', colours=((WHITE, RED), (RED, WHITE)), weight=0.6),
    PlateLayout('eu_two_bands', (520, 110), (_FRENCH,), band='both', weight=1.5),
    PlateLayout(
        'uk_front',
        (520, 111),
        (Line(('AA00 AAA',), (0.06, 0.14, 0.94, 0.86)),),
        faces=('bold', 'medium'),
        border=0,
        emboss=0.1,
        weight=1.5,
    ),
    PlateLayout(
        'uk_rear',
        (520, 111),
        (Line(('AA00 AAA',), (0.06, 0.14, 0.94, 0.86)),),
        ((YELLOW, BLACK),),
        ('bold', 'medium'),
        border=0,
        emboss=0.1,
        weight=1.5,
    ),
    PlateLayout(
        'uk_band',
        (520, 111),
        (Line(('AA00 AAA',), (0.12, 0.14, 0.96, 0.86)),),
        ((WHITE, BLACK), (YELLOW, BLACK)),
        ('bold',),
        band='left',
        border=0,
        emboss=0.1,
    ),
    PlateLayout(
        'us',
        (305, 152),
        (Line(_ANY, _US_MAIN), _US_TOP, _US_BOTTOM),
        (
            (WHITE, (120, 50, 20)),
            (WHITE, (40, 36, 140)),
            ((222, 226, 230), (60, 30, 10)),
            (WHITE, (60, 90, 20)),
            ((150, 214, 240), BLACK),
            ((70, 200, 248), (120, 40, 20)),
            (WHITE, BLACK),
        ),
        ('narrow', 'medium', 'sans', 'thin'),
        border=0,
        weight=3.0,
    ),
    PlateLayout(
        'us_scenery',
        (305, 152),
        (Line(_ANY, _US_MAIN), _US_TOP, _US_BOTTOM),
        (
            (WHITE, (110, 40, 20)),
            (WHITE, (40, 36, 120)),
            ((200, 232, 250), (60, 30, 20)),
            (WHITE, (40, 70, 10)),
        ),
        ('narrow', 'medium', 'thin'),
        border=0,
        scenery=True,
        weight=3.0,
    ),
    PlateLayout(
        'us_dark',
        (305, 152),
        (Line(_ANY, _US_MAIN), _US_TOP, _US_BOTTOM),
        (
            ((120, 50, 20), YELLOW),
            (BLACK, YELLOW),
            ((60, 90, 30), WHITE),
            ((50, 40, 130), WHITE),
            (BLACK, WHITE),
        ),
        border=0,
        weight=1.2,
    ),
    PlateLayout(
        'cn_blue',
        (440, 140),
        (Line(('HA·00000', 'HA·A0000', 'HA·0A000', 'HA·000A0'), (0.04, 0.17, 0.96, 0.83)),),
        ((BLUE, WHITE), ((188, 70, 10), WHITE)),
        border=2.5,
        weight=5.0,
    ),
    PlateLayout(
        'cn_green',
        (480, 140),
        (Line(('HAD00000', 'HAF00000', 'HA D00000'), (0.04, 0.17, 0.96, 0.83)),),
        (((232, 242, 226), BLACK), ((200, 236, 190), BLACK)),
        gradient=(122, 190, 74),
        border=2,
        weight=2.0,
    ),
    PlateLayout(
        'cn_yellow',
        (440, 140),
        (Line(('HA·00000', 'HA·A0000'), (0.04, 0.17, 0.96, 0.83)),),
        (((20, 170, 240), BLACK),),
        border=2.5,
    ),
    PlateLayout(
        'cn_two_lines',
        (440, 220),
        (
            Line(('HA',), (0.22, 0.09, 0.78, 0.36)),
            Line(('A0000', '00000', '0000A'), (0.06, 0.44, 0.94, 0.91)),
        ),
        (((20, 170, 240), BLACK), ((20, 170, 240), BLACK), (BLUE, WHITE)),
        border=2.5,
        weight=1.2,
    ),
    PlateLayout(
        'cn_white',
        (440, 140),
        (Line(('HA·0000A', 'HA·0000H'), (0.04, 0.17, 0.96, 0.83)),),
        ((WHITE, BLACK), (BLACK, WHITE)),
        border=2.5,
        weight=0.6,
    ),
    PlateLayout(
        'kr', (520, 110), (Line(('00K 0000', '000K 0000'), (0.05, 0.13, 0.95, 0.87)),), border=2, weight=2.0
    ),
    PlateLayout(
        'kr_square',
        (335, 170),
        (Line(('HH 00', 'KK 0'), (0.2, 0.08, 0.8, 0.36)), Line(('K 0000',), (0.05, 0.42, 0.95, 0.92))),
        ((GREEN, WHITE), ((80, 130, 40), WHITE), (YELLOW, BLACK), (WHITE, BLACK)),
        border=2,
        weight=1.2,
        two_wheeled=0.2,
    ),
    PlateLayout(
        'jp',
        (330, 165),
        (Line(('HH 000', 'HH 00'), (0.2, 0.07, 0.8, 0.32)), Line(('K 00-00',), (0.05, 0.4, 0.95, 0.92))),
        ((WHITE, (50, 90, 20)), ((40, 210, 245), BLACK), ((60, 90, 20), WHITE)),
        border=0,
        weight=1.5,
    ),
    PlateLayout(
        'mercosur',
        (400, 130),
        (Line(('AAA0A00', 'AA 000 AA'), (0.05, 0.32, 0.95, 0.91)),),
        ((WHITE, BLACK), (WHITE, BLACK), (WHITE, RED), (WHITE, (140, 60, 10))),
        ('narrow', 'bold'),
        band='top',
        border=2,
        weight=2.0,
    ),
    PlateLayout(
        'br_grey',
        (400, 130),
        (
            Line(('AAA-0000', 'AAA 0000'), (0.05, 0.30, 0.95, 0.90)),
            Line(_CITIES, (0.2, 0.06, 0.8, 0.21), True, True),
        ),
        ((GREY, BLACK), (GREY, BLACK), (RED, WHITE)),
        border=2,
        weight=1.5,
    ),
    PlateLayout(
        'in',
        (500, 120),
        (Line(('AA 00 A 0000', 'AA00AA0000', 'AA-00-A-0000'), (0.04, 0.2, 0.96, 0.8)),),
        ((WHITE, BLACK), (YELLOW, BLACK), (WHITE, BLACK)),
        ('sans', 'medium', 'bold', 'mono'),
        border=3,
        weight=1.5,
    ),
    PlateLayout(
        'in_square',
        (340, 200),
        (Line(('AA 00 A', 'AA00AA'), (0.08, 0.1, 0.92, 0.46)), Line(('0000',), (0.08, 0.54, 0.92, 0.9))),
        ((WHITE, BLACK), (YELLOW, BLACK)),
        ('sans', 'bold', 'medium'),
        border=4,
        two_wheeled=0.3,
    ),
    PlateLayout(
        'city_line',
        (340, 180),
        (
            Line(('AAA-000', 'AA - 000', 'AAA 0000'), (0.06, 0.14, 0.94, 0.66)),
            Line(_CITIES, (0.15, 0.74, 0.85, 0.92), True, True),
        ),
        ((WHITE, BLACK), ((210, 240, 246), BLACK)),
        ('sans', 'medium', 'bold'),
        border=3,
        two_wheeled=0.3,
    ),
    PlateLayout(
        'eu_square',
        (280, 200),
        (
            Line(('AA 00', 'AAA', 'A AA', '000 AA'), (0.22, 0.1, 0.93, 0.45)),
            Line(('000 AA', '0000', 'AA 000'), (0.08, 0.54, 0.93, 0.9)),
        ),
        ((WHITE, BLACK), (WHITE, BLACK), (YELLOW, BLACK)),
        band='corner',
        border=3,
        weight=1.2,
        two_wheeled=0.3,
    ),
    PlateLayout(
        'motorcycle',
        (180, 200),
        (
            Line(('AA A', 'AA 00', 'AAA'), (0.24, 0.1, 0.92, 0.45)),
            Line(('000', '0000', '00 A'), (0.1, 0.54, 0.92, 0.9)),
        ),
        band='corner',
        border=3,
        weight=1.2,
        two_wheeled=0.9,
    ),
    PlateLayout(
        'motorcycle_small',
        (200, 130),
        (
            Line(('AA', '0-AA', 'A 00'), (0.25, 0.08, 0.75, 0.4)),
            Line(('00000', '000-AA', '00-00'), (0.07, 0.48, 0.93, 0.92)),
        ),
        ((WHITE, BLACK), (YELLOW, BLACK), (RED, WHITE), ((60, 90, 20), WHITE)),
        border=2,
        two_wheeled=0.9,
    ),
    PlateLayout(
        'dark',
        (520, 110),
        (Line(('AA 00 00', 'AAA 000', '000 AAA', 'A 0000'), (0.04, 0.15, 0.96, 0.85)),),
        ((BLACK, (215, 218, 220)), (BLACK, WHITE), ((40, 40, 130), WHITE), ((110, 60, 20), WHITE)),
        ('sans', 'narrow', 'medium'),
    ),
    PlateLayout(
        'temporary',
        (520, 110),
        (Line(('A000 AA', '00-0000', 'AA 0000'), (0.06, 0.16, 0.88, 0.84)),),
        ((WHITE, RED), (RED, WHITE), (YELLOW, BLACK), ((90, 150, 60), WHITE)),
        weight=0.7,
    ),
    PlateLayout(
        'arabic',
        (440, 140),
        (
            Line(('٠١ ٢٣٤', '٥٦٧٨٩', '٩٨ ٧٦٥', '٣٤٥ ١٢'), (0.08, 0.08, 0.62, 0.55), False, True),
            Line(('00 000', '00000'), (0.08, 0.58, 0.62, 0.92)),
            Line(('AB', 'KSA', 'DXB', 'QA'), (0.7, 0.25, 0.94, 0.75), False, True),
        ),
        ((WHITE, BLACK), (WHITE, (140, 60, 10))),
        ('sans', 'medium'),
        weight=0.8,
    ),
    PlateLayout(
        'au',
        (372, 134),
        (
            Line(('AAA·00A', 'AA 00 AA', '000 AAA', '0AA 0AA'), (0.06, 0.14, 0.94, 0.7)),
            Line(_STATES + _SLOGANS, (0.2, 0.78, 0.8, 0.93), True, True),
        ),
        ((WHITE, (120, 50, 20)), (YELLOW, BLACK), ((60, 90, 20), WHITE), (WHITE, (70, 20, 90))),
        border=2,
        weight=1.2,
    ),
)
