"""Nearly square plates of motorcycles and scooters: two and three lines, headers, bands and footers."""

from __future__ import annotations

from ..plate_layout import BLACK, WHITE, Box, Line, PlateLayout, Strip

_YELLOW, _GREEN, _RED, _BLUE = (30, 195, 245), (80, 130, 30), (40, 40, 200), (165, 75, 20)
_SKY, _LIME, _ORANGE, _GREY, _MAROON = (
    (225, 180, 90),
    (60, 190, 130),
    (30, 130, 240),
    (186, 188, 188),
    (50, 30, 120),
)
_PALE = (
    (WHITE, BLACK), (WHITE, BLACK), (WHITE, BLACK), (WHITE, _BLUE), (WHITE, _RED), (WHITE, _GREEN),
    (_YELLOW, BLACK), (_GREY, BLACK),
)  # fmt: skip
_DEEP = ((_RED, WHITE), (_GREEN, WHITE), (_BLUE, WHITE), (BLACK, WHITE), (BLACK, _YELLOW), (_ORANGE, BLACK))
_ANY = (*_PALE, *_PALE, *_DEEP)
_BANDS = (
    (_BLUE, WHITE), (_BLUE, WHITE), (_RED, WHITE), (_GREEN, WHITE), (_YELLOW, BLACK), (BLACK, WHITE),
    (_ORANGE, WHITE), (_SKY, BLACK), (_LIME, BLACK), (_MAROON, WHITE), (WHITE, _BLUE), (WHITE, _RED),
    (_GREY, BLACK),
)  # fmt: skip
_COUNTRIES = (
    'REPUBLICA', 'NORTE', 'UNION', 'MOTO', 'ESTADO', 'SANTA RITA', 'PUNTA', 'PROVINCE', 'PUNJAN', 'KINGSTON',
    'RWANA', 'KENJA', 'CAMBO', 'PILIPAS', 'ISLA', 'ECUADO', 'PANAMI', 'VENEZOLA', 'Guatemola', 'Costa Alta',
)  # fmt: skip
_CITIES = (
    'LIMA ALTA',
    'CALI',
    'QUITO SUR',
    'BOGOTA D',
    'Region 7',
    'NCR',
    'MEDAN',
    'SURAT',
    'LAHOR',
    'DAVAO',
    'aaaa',
)
_CODES = ('VN', 'ID', 'PH', 'K', 'BR', 'CO', 'EC', 'UG', 'A', 'M', '0')
_SHORT = ('AA', 'AAA', 'AA 0', '00-A0', 'A 00', '000', 'AAA 0', '00 AA', '00-A', 'K 00A')
_LONG = ('0000', '000 A', '00000', '000.00', '00A', 'A 000', '000 AA', '0A00', '00-00', '0000 A')
_TOP: Box = (0.07, 0.08, 0.93, 0.47)
_LOW: Box = (0.07, 0.53, 0.93, 0.92)
_TWO = (Line(_SHORT, _TOP), Line(_LONG, _LOW))
_SMALL_TOP = (Line(_SHORT, (0.2, 0.07, 0.8, 0.38)), Line(_LONG, (0.05, 0.45, 0.95, 0.93)))
_THREE = (
    Line(('AA', '00', 'A', 'AAA'), (0.12, 0.05, 0.88, 0.33)),
    Line(('00', '000', 'AA 0'), (0.12, 0.365, 0.88, 0.635)),
    Line(('000', '0000', 'AA'), (0.12, 0.67, 0.88, 0.95)),
)


def _header(
    share: float, texts: tuple[str, ...] = _COUNTRIES, literal: bool = True, side: str = 'top'
) -> Strip:
    return Strip(side, share, _BANDS, ('word', 'word', 'word', 'flag', 'emblem', ''), texts, literal)


def _band(side: str, share: float, texts: tuple[str, ...] = _CODES, literal: bool = True) -> Strip:
    return Strip(side, share, _BANDS, ('word', 'emblem', 'flag', 'dots', ''), texts, literal)


def _kind(
    name: str, size: tuple[int, int], lines: tuple[Line, ...], strips: tuple[Strip, ...] = (),
    weight: float = 0.8,
    **rest: object,
) -> PlateLayout:  # fmt: skip
    options = dict(colours=_ANY, border=2.0, radius=8.0, stretch=0.25, two_wheeled=0.85) | rest
    return PlateLayout('moto_' + name, size, lines, strips=strips, weight=weight, **options)


TWO_WHEELERS: tuple[PlateLayout, ...] = (
    _kind('plain', (190, 150), _TWO, weight=1.5),
    _kind('plain_small_top', (200, 150), _SMALL_TOP, weight=1.2),
    _kind('plain_three', (165, 165), _THREE),
    _kind('header', (190, 160), _TWO, (_header(0.2),), 2.0),
    _kind('header_high', (190, 170), _TWO, (_header(0.3),)),
    _kind('header_thin', (200, 150), _SMALL_TOP, (_header(0.14),), 1.2),
    _kind('header_three', (160, 180), _THREE, (_header(0.17),)),
    _kind('header_footer', (190, 170), _TWO, (_header(0.18), _header(0.15, _CITIES, True, 'bottom'))),
    _kind(
        'header_one_line',
        (190, 120),
        (Line(('AA 000', '00 AA', 'AAA00', '00000'), (0.06, 0.12, 0.94, 0.9)),),
        (_header(0.3),),
        1.0,
    ),
    _kind('footer', (190, 155), _TWO, (_header(0.17, _CITIES, True, 'bottom'),), 1.3),
    _kind('footer_high', (190, 155), _TWO, (_header(0.27, _CITIES, True, 'bottom'),)),
    _kind('band_left', (200, 150), _TWO, (_band('left', 0.17),), 1.5),
    _kind('band_left_thin', (200, 150), _SMALL_TOP, (_band('left', 0.1),)),
    _kind('band_right', (200, 150), _TWO, (_band('right', 0.17),), 1.2),
    _kind('band_both', (220, 150), _TWO, (_band('left', 0.14), _band('right', 0.14)), 0.6),
    _kind('band_header', (200, 170), _TWO, (_header(0.17), _band('left', 0.15)), 0.8),
    _kind(
        'halves',
        (190, 155),
        (Line(_LONG, (0.07, 0.12, 0.93, 0.9)),),
        (Strip('top', 0.46, _BANDS, ('word',), _SHORT),),
        1.0,
    ),
    _kind(
        'halves_low',
        (190, 155),
        (Line(_SHORT, (0.07, 0.1, 0.93, 0.9)),),
        (Strip('bottom', 0.46, _BANDS, ('word',), _LONG),),
        0.6,
    ),
    _kind(
        'mercosur',
        (200, 170),
        (Line(('AAA',), (0.12, 0.06, 0.88, 0.5)), Line(('0A00', '000 A'), (0.1, 0.54, 0.9, 0.96))),
        (Strip('top', 0.22, ((_BLUE, WHITE),), ('word',), ('BRASIL', 'ARGENTINA', 'PARAGUAY'), True),),
        1.3,
        colours=_PALE,
        stretch=0.08,
    ),
    _kind(
        'city_on_top',
        (187, 136),
        (
            Line(_CITIES[:9], (0.15, 0.05, 0.85, 0.2), True, True),
            Line(('AAA',), (0.1, 0.24, 0.9, 0.57)),
            Line(('0000',), (0.06, 0.61, 0.94, 0.94)),
        ),
        (),
        1.0,
        colours=((_GREY, BLACK), (_RED, WHITE), (WHITE, BLACK)),
    ),
    _kind(
        'city_below',
        (235, 105),
        (
            Line(('A 0000 AA', '00 00', 'AA 000'), (0.06, 0.09, 0.94, 0.62)),
            Line(('05.29', '11.27', 'LIMA', 'CALI'), (0.3, 0.68, 0.7, 0.92), True, True),
        ),
        (),
        1.0,
    ),
    _kind('painted', (190, 150), _TWO, (), 0.9, uneven=1.0, emboss=0.0, border=4.0, stretch=0.4),
    _kind(
        'board',
        (190, 150),
        (Line(_SHORT, (0.14, 0.12, 0.86, 0.47)), Line(_LONG, (0.12, 0.53, 0.88, 0.88))),
        (),
        0.7,
        round_board=True,
        radius=38.0,
        emboss=0.0,
        uneven=0.4,
    ),
    _kind(
        'cn',
        (220, 140),
        (Line(('HA', 'H·A'), (0.22, 0.08, 0.78, 0.4)), Line(('00000', 'A0000'), (0.06, 0.47, 0.94, 0.92))),
        (),
        0.8,
        colours=((_BLUE, WHITE), (_YELLOW, BLACK)),
        stretch=0.05,
    ),
    _kind(
        'jp',
        (230, 125),
        (Line(('HH A', 'HH'), (0.2, 0.07, 0.8, 0.38)), Line(('K 00-00', '0-00'), (0.06, 0.44, 0.94, 0.93))),
        (),
        0.6,
        colours=((WHITE, _GREEN), (WHITE, BLACK), (_SKY, BLACK)),
        stretch=0.08,
    ),
    _kind(
        'kr',
        (210, 115),
        (Line(('KK KK', 'HH KK'), (0.2, 0.08, 0.8, 0.38)), Line(('K 0000',), (0.06, 0.45, 0.94, 0.93))),
        (),
        0.5,
        colours=((WHITE, _BLUE),),
        stretch=0.08,
    ),
    _kind(
        'us_like',
        (180, 110),
        (Line(('AAA00', '00AA0', '00000'), (0.06, 0.12, 0.94, 0.9)),),
        (_header(0.22), _header(0.14, _CITIES[:9], True, 'bottom')),
        0.6,
        framed=0.2,
        stickers=0.3,
    ),
    _kind(
        'arabic',
        (170, 160),
        (Line(('nnnn', 'nnn a', 'aa'), _TOP), Line(('nnnn', '0000', 'nnn'), _LOW)),
        (_header(0.2, ('aaa', 'aaaa', 'aa'), False),),
        1.2,
    ),
    _kind(
        'arabic_band',
        (190, 150),
        (Line(('nnn', 'nnnn'), _TOP), Line(('nnnn', '00000'), _LOW)),
        (_band('right', 0.2, ('aa', 'nn', 'aaa'), False),),
        0.9,
    ),
    _kind(
        'persian',
        (200, 160),
        (Line(('nnn',), (0.1, 0.08, 0.9, 0.46)), Line(('nnnnn',), (0.06, 0.54, 0.94, 0.94))),
        (Strip('left', 0.16, ((_BLUE, WHITE), (_GREEN, WHITE)), ('flag', 'dots'), ('IR', 'ir', 'AF'), True),),
        0.7,
        stretch=0.1,
    ),
    _kind(
        'nepali',
        (180, 160),
        (
            Line(('dd ee', 'dd e'), (0.08, 0.05, 0.92, 0.34)),
            Line(('d', 'dd'), (0.3, 0.38, 0.7, 0.64)),
            Line(('eeee', 'eee'), (0.08, 0.68, 0.92, 0.96)),
        ),
        (),
        0.9,
        colours=((_RED, WHITE), (_RED, WHITE), (WHITE, _RED), (_GREEN, WHITE)),
        uneven=0.5,
    ),
    _kind(
        'devanagari', (200, 140), (Line(('dd ee d', 'dde'), _TOP), Line(('eeee',), _LOW)), (), 0.7, uneven=0.5
    ),
    _kind('devanagari_header', (200, 160), _TWO, (_header(0.2, ('dddd', 'ddd dd', 'ddd'), False),), 0.8),
    _kind(
        'bengali',
        (190, 140),
        (Line(('bbb bb-b', 'bbbb b'), _TOP), Line(('ee-eeee', 'eeeee'), _LOW)),
        (),
        0.7,
        colours=((WHITE, BLACK), (_GREEN, WHITE), (BLACK, WHITE)),
    ),
    _kind(
        'thai',
        (220, 172),
        (
            Line(('0tt', 'ttt', 'tt 0'), (0.1, 0.06, 0.9, 0.38)),
            Line(('ttttt', 'ttttttt'), (0.2, 0.43, 0.8, 0.57)),
            Line(('0000', '000'), (0.08, 0.61, 0.92, 0.95)),
        ),
        (),
        1.3,
        colours=((WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK)),
        stretch=0.12,
    ),
    _kind(
        'khmer',
        (200, 150),
        (
            Line(('0A-0000', '0AA 0000'), (0.05, 0.3, 0.95, 0.72)),
            Line(('Phnom Alta', 'BATAM', 'Siem'), (0.2, 0.78, 0.8, 0.94), True, True),
            Line(('mmmm', 'mmmmm'), (0.2, 0.06, 0.8, 0.25)),
        ),
        (),
        0.7,
        colours=((WHITE, _BLUE), (WHITE, BLACK)),
    ),
    _kind(
        'burmese',
        (190, 150),
        (
            Line(('mm', 'AA'), (0.25, 0.07, 0.75, 0.32)),
            Line(('0A', '00A'), (0.2, 0.36, 0.8, 0.6)),
            Line(('00000',), (0.06, 0.65, 0.94, 0.95)),
        ),
        (),
        0.5,
        colours=((BLACK, WHITE), (_RED, WHITE)),
    ),
    _kind(
        'eu_blue_header',
        (180, 180),
        _TWO,
        (Strip('top', 0.2, ((_BLUE, WHITE),), ('dots', 'word'), ('E', 'PL', 'I', 'GR'), True),),
        0.8,
    ),
    _kind(
        'eu_band',
        (210, 150),
        _TWO,
        (Strip('left', 0.15, ((_BLUE, WHITE),), ('dots',), ('F', 'NL', 'B', 'P'), True),),
        1.0,
        colours=_PALE,
        border=2.0,
    ),
)
