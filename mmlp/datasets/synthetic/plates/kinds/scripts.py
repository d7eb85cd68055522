"""Plates of cars in scripts other than the Latin one."""

from __future__ import annotations

from ..plate_layout import BLACK, WHITE, Line, PlateLayout, Strip

_YELLOW, _GREEN, _RED, _BLUE = (30, 195, 245), (80, 130, 30), (40, 40, 200), (160, 70, 20)
_MANY = ((WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK), (_RED, WHITE), (_GREEN, WHITE), (_BLUE, WHITE))
_BAND = ((_BLUE, WHITE), (_GREEN, WHITE), (_RED, WHITE), (BLACK, WHITE), (WHITE, BLACK))

OTHER_SCRIPTS: tuple[PlateLayout, ...] = (
    PlateLayout(
        'persian', (520, 110),
        (Line(('nn a nnn', 'nn ا nnn'), (0.02, 0.12, 0.84, 0.88)), Line(('nn',), (0.87, 0.42, 0.98, 0.88))),
        _MANY, ('medium', 'bold'), 1.0,
        strips=(Strip('left', 0.08, ((_BLUE, WHITE),), ('flag',), ('I.R.', 'AR', 'IQ'), True),),
    ),
    PlateLayout(
        'arabic_header', (340, 170),
        (Line(('nnn aaa', 'nnnn aa', 'aa nnnn'), (0.05, 0.12, 0.95, 0.9)),), _MANY, ('medium', 'bold'), 0.8,
        strips=(Strip('top', 0.28, _BAND, ('word', 'flag'), ('aaa', 'aaaa')),), stretch=0.12,
    ),
    PlateLayout(
        'arabic_two_lines', (320, 160),
        (
            Line(('nnnnn', 'nn nnn', 'nnnn a'), (0.06, 0.08, 0.94, 0.48)),
            Line(('00000', '00 000', '0000 A'), (0.06, 0.55, 0.94, 0.92)),
        ),
        _MANY, ('medium', 'bold'), 0.8,
        strips=(Strip('right', 0.2, _BAND, ('word', 'emblem'), ('aaa', 'KSA', 'aa')),), stretch=0.12,
        two_wheeled=0.2,
    ),
    PlateLayout(
        'arabic_wide', (520, 110), (Line(('00000 a', '000 aa 00', 'A 00000'), (0.04, 0.16, 0.96, 0.84)),),
        _MANY,
        weight=0.6,
        strips=(
            Strip('left', 0.1, _BAND, ('word', 'emblem', 'flag'), ('aaa', 'MA', 'DZ')),
            Strip('right', 0.1, _BAND, ('word', 'emblem'), ('aa', 'nn')),
        ),
    ),
    PlateLayout(
        'nepali', (420, 130), (Line(('dd e d eeee', 'dde d eee', 'd e dd eeee'), (0.04, 0.16, 0.96, 0.86)),),
        ((_RED, WHITE), (_RED, WHITE), (WHITE, _RED), (BLACK, WHITE), (_GREEN, WHITE), (_YELLOW, BLACK)),
        weight=0.6, uneven=0.5,
    ),
    PlateLayout(
        'bengali', (380, 150), (Line(('bbb bbbb-b', 'bbbb-b'), (0.08, 0.08, 0.92, 0.42)),
                                Line(('ee-eeee',), (0.08, 0.5, 0.92, 0.92))),
        ((WHITE, BLACK), (_GREEN, WHITE), (_GREEN, BLACK)), weight=0.7, two_wheeled=0.2, stretch=0.2,
    ),
    PlateLayout(
        'thai', (340, 150), (Line(('0tt 0000', 'tt 0000', '0tt 000'), (0.05, 0.09, 0.95, 0.66)),
                             Line(('ttttt', 'ttttttttt'), (0.2, 0.73, 0.8, 0.93))),
        ((WHITE, BLACK), (WHITE, BLACK), (WHITE, _GREEN), (WHITE, _BLUE), (_YELLOW, BLACK)), weight=0.8,
    ),
    PlateLayout(
        'burmese', (360, 150), (Line(('mm', 'mmm'), (0.3, 0.06, 0.7, 0.28)), Line(('AA-0000', 'mA-0000'),
                                                                                 (0.05, 0.34, 0.95, 0.92))),
        ((BLACK, WHITE), (_RED, WHITE), (_BLUE, WHITE), (WHITE, BLACK)), weight=0.4, stretch=0.2,
    ),
    PlateLayout(
        'cyrillic', (520, 112),
        (Line(('y 000 yy', 'A000AA', 'yy 0000 yy'), (0.03, 0.12, 0.72, 0.88)),
         Line(('00', '000'), (0.78, 0.1, 0.96, 0.6)), Line(('RUS', 'KG', 'BY'), (0.8, 0.68, 0.94, 0.9),
         True, True)),
        ((WHITE, BLACK), (WHITE, BLACK), (_YELLOW, BLACK), (_BLUE, WHITE)), weight=0.8,
    ),
)  # fmt: skip
