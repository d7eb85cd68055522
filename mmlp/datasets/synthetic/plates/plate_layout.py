"""What a kind of plate is described by."""

from __future__ import annotations

from dataclasses import dataclass, field

Colour = tuple[int, int, int]  # blue, green, red
Box = tuple[float, float, float, float]

WHITE, BLACK = (240, 242, 242), (22, 20, 20)


@dataclass(frozen=True)
class Line:
    """A line of lettering.

    Attributes:
        texts: Patterns, one of which is drawn. In them, ``A`` stands for a letter, ``0`` for a digit, ``*``
            for either, ``c`` for a consonant and ``v`` for a vowel; ``H`` for a Chinese, ``K`` for a Korean,
            ``a`` for an Arabic, ``d`` for a Devanagari, ``b`` for a Bengali, ``t`` for a Thai, ``m`` for a
            Burmese and ``y`` for a Cyrillic letter; ``n`` for an Arabic and ``e`` for a Devanagari digit;
            everything else for itself. They stand as they are seen, from left to right, in every script. With
            ``literal`` they are taken as they are.
        box: Left, top, right, bottom in fractions of the plate without its strips.
        small: Set in an ordinary text face.
        literal: The texts are no patterns.
        stacked: The letters stand one under another.
    """

    texts: tuple[str, ...]
    box: Box
    small: bool = False
    literal: bool = False
    stacked: bool = False


@dataclass(frozen=True)
class Strip:
    """A coloured strip along an edge of a plate, as high or as wide as the plate: header, band or footer.

    Attributes:
        side: ``'top'``, ``'bottom'``, ``'left'`` or ``'right'``.
        share: Its share of the plate's height or width.
        colours: Pairs of ground and lettering colour (BGR), one of which is drawn.
        content: What may be on it, one of which is drawn: ``'word'``, ``'emblem'``, ``'flag'``, ``'dots'``,
            ``'chip'`` (a hologram over three letters) or ``''``.
        texts: Patterns or words for its lettering, see :class:`Line`.
        literal: They are words and no patterns.
    """

    side: str
    share: float
    colours: tuple[tuple[Colour, Colour], ...]
    content: tuple[str, ...] = ('word',)
    texts: tuple[str, ...] = ('AAA',)
    literal: bool = False


@dataclass(frozen=True)
class PlateLayout:
    """A kind of plate.

    Attributes:
        name: Key in :data:`LAYOUTS`.
        size: Width and height in millimetres.
        lines: The lettering.
        colours: Pairs of background and lettering colour (BGR), one of which is drawn.
        faces: Keys of :data:`mmlp.datasets.synthetic.lettering.PLATE_FACES`, one of which is drawn.
        weight: How often it is drawn, relative to the others.
        band: ``'left'``, ``'both'`` or ``'top'``: a coloured band, as in Europe and in South America.
        band_colour: Its colour (BGR).
        border: Thickness of the painted edge in millimetres, 0 for none.
        radius: Radius of the corners in millimetres.
        gradient: Colour (BGR) towards which the background changes from top to bottom.
        scenery: Whether a faint drawing (hills, a sun, clouds) lies behind the lettering.
        emboss: Strength of the relief of the lettering, 0 to 1.
        strips: Coloured strips along its edges, laid in this order.
        emblem: Chance of a picture or an emblem in the middle or at the left, as on American plates.
        stickers: Chance of a sticker in a corner.
        framed: Chance of a dealer's frame, which hides the rim of the plate.
        rim: How much of its height such a frame hides above and below, at most.
        uneven: How unevenly the letters are painted, 0 for stamped ones, to 1.
        round_board: Whether it is painted on a board with corners as round as ``radius`` says, which then
            belong to the outline.
        stretch: Its width varies by so much, in its logarithm.
        two_wheeled: How much of ``weight`` falls on motorcycles and scooters, 0 to 1; the rest on others.
    """

    name: str
    size: tuple[int, int]
    lines: tuple[Line, ...]
    colours: tuple[tuple[Colour, Colour], ...] = ((WHITE, BLACK),)
    faces: tuple[str, ...] = ('narrow', 'medium', 'bold')
    weight: float = 1.0
    band: str = ''
    band_colour: Colour = (158, 62, 12)
    border: float = 3.0
    radius: float = 9.0
    gradient: Colour | None = None
    scenery: bool = False
    emboss: float = 0.5
    strips: tuple[Strip, ...] = ()
    emblem: float = 0.0
    stickers: float = 0.0
    framed: float = 0.0
    rim: float = 0.05
    uneven: float = 0.0
    round_board: bool = False
    stretch: float = 0.0
    two_wheeled: float = 0.0
    aspect: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, 'aspect', self.size[0] / self.size[1])
