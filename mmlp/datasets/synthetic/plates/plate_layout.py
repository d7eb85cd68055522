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
        texts: Patterns, one of which is drawn: ``A`` a letter, ``0`` a digit, ``*`` either, ``H`` a Chinese
            and ``K`` a Korean character; everything else stands for itself. With ``literal`` they are taken
            as they are.
        box: Left, top, right, bottom in fractions of the plate.
        small: Set in an ordinary text face.
        literal: The texts are no patterns.
    """

    texts: tuple[str, ...]
    box: Box
    small: bool = False
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
    aspect: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, 'aspect', self.size[0] / self.size[1])
