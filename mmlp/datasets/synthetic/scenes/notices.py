"""Notices, number tags, buttons, brands, lamps: flat things that are not plates, though they look like them.

They are what a network that has learnt "a board with letters" takes for a plate.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..paint import blend, rounded_rect, smooth_noise
from ..plates.lettering import TEXT_FACES, fit_into, plate_line, text_line
from ..plates.strips import disc
from .flat_things import FlatThing, pick

_SHORT = (
    'EXIT', 'ATM', 'WC', 'OPEN', 'CLOSED', 'PUSH', 'PULL', 'INFO', 'BUS', 'LIFT', 'TAXI', 'FIRE', 'P',
    'STOP', 'Wi-Fi',
    'SORTIE', 'SALIDA', 'AUSGANG', 'CAFE', '24h', 'LADIES', 'GENTS', 'NOTICE', 'DANGER', 'KASSE', 'No 7',
    'ON AIR',
)  # fmt: skip
_LONG = (
    'NO ENTRY', 'PRIVATE PROPERTY', 'Keep clear', 'Mind the step', 'CCTV in operation', 'DO NOT TOUCH',
    'Ring the bell', 'FIRE EXIT', 'MEETING ROOM', 'STAFF ONLY', 'Caution: hot', 'WET FLOOR', 'High voltage',
    'Deliveries at rear', 'No smoking', 'CASH MACHINE', 'Opening hours', 'EMERGENCY',
)  # fmt: skip
_NAMES = (
    'Dr. A. Lund',
    'M. OKAFOR',
    'Fam. Keller',
    'J. Marsh',
    'Studio Nove',
    'R. Haddad',
    'Prof. Iyer',
    'K. Tanaka',
)
_BRANDS = (
    'VENTORA', 'Hazuki', 'MAVERO', 'Kestrel', 'TORINA', 'SUNDA', 'Bajra', 'ROYAL FALCON', 'Yaru', 'DAKO',
    'HERON',
    'Vespina', 'KAZE 125', 'PULSE 150', 'Active 6G', 'TITAN', 'GSR 600', 'ELECTRA', 'VTX', 'DREAM', 'XR 200',
)  # fmt: skip
_TYRES = ('MAXGRIP 90/90-17', 'ROADKING 195/65 R15', 'TUBELESS 100/80', 'CONTOUR SPORT', 'RADIAL 205/55')
_COLOURS = np.array(
    [
        [40, 40, 200], [60, 150, 40], [190, 90, 20], [30, 190, 240], [235, 235, 235], [25, 25, 25], [120,
        60, 20],
        [30, 120, 240], [150, 150, 150],
    ]
)  # fmt: skip


def _board(rng: np.random.Generator, rows: int, cols: int) -> tuple[np.ndarray, tuple[float, ...]]:
    """A coloured board (BGR uint8) and the colour of the lettering on it."""
    ground = np.clip(
        _COLOURS[rng.integers(len(_COLOURS))] * rng.uniform(0.85, 1.1) + rng.normal(0, 8, 3), 0, 250
    )
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = ground
    dark = float(ground @ [0.11, 0.59, 0.3]) > 120
    return image, tuple(rng.uniform(10, 60, 3)) if dark else (240.0, 240.0, 240.0)


def _write(
    image: np.ndarray, line: np.ndarray, colour: tuple[float, ...], box: tuple[float, float, float, float]
) -> None:
    """Sets a coverage into the middle of a box given in fractions of the picture."""
    rows, cols = image.shape[:2]
    x0, y0, x1, y1 = box[0] * cols, box[1] * rows, box[2] * cols, box[3] * rows
    line = fit_into(line, x1 - x0, y1 - y0, 1.0)
    top, left = round((y0 + y1 - line.shape[0]) / 2), round((x0 + x1 - line.shape[1]) / 2)
    blend(image[top : top + line.shape[0], left : left + line.shape[1]], colour, np.ascontiguousarray(line))


def _text(rng: np.random.Generator, words: tuple[str, ...]) -> np.ndarray:
    return text_line(pick(rng, words), pick(rng, TEXT_FACES), rng.uniform(0, 0.2))


def notice(rng: np.random.Generator) -> FlatThing:
    """EXIT, ATM, OPEN: one short word on a board, now and then with an arrow or a frame, lit or not."""
    rows = 130
    cols = round(rows * rng.uniform(1.1, 3.4))
    image, ink = _board(rng, rows, cols)
    if rng.random() < 0.5:
        inset = int(rng.uniform(3, 10))
        cv2.rectangle(image, (inset, inset), (cols - inset, rows - inset), ink, int(rng.uniform(2, 6)))
    arrow = rng.random() < 0.3
    face = pick(rng, TEXT_FACES)
    line = (
        plate_line(pick(rng, _SHORT[:12]), 'bold')
        if rng.random() < 0.2
        else text_line(pick(rng, _SHORT), face)
    )
    _write(image, line, ink, (0.08, 0.18, 0.7 if arrow else 0.92, 0.86))
    if arrow:
        _write(image, text_line(pick(rng, ('→', '←', '↓')), 'DejaVuSans-Bold'), ink, (0.72, 0.2, 0.95, 0.8))
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([0, 8, 20])))


def warning(rng: np.random.Generator) -> FlatThing:
    """A notice under a coloured header: some lines of text, a sign of danger or of what is forbidden."""
    rows = 200
    cols = round(rows * rng.uniform(0.7, 1.8))
    image = np.full((rows, cols, 3), 238, np.uint8)
    head, ink = _board(rng, round(rows * rng.uniform(0.2, 0.36)), cols)
    image[: head.shape[0]] = head
    tall = head.shape[0] / rows
    _write(image, _text(rng, _SHORT), ink, (0.08, 0.04, 0.92, tall * 0.92))
    count = int(rng.integers(1, 4))
    for i in range(count):
        low, step = tall + 0.04, (0.94 - tall) / count
        _write(image, _text(rng, _LONG), (30, 30, 30), (0.06, low + step * i, 0.94, low + step * (i + 0.85)))
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([0, 10])))


def door_plate(rng: np.random.Generator) -> FlatThing:
    """A name or a number beside a door, engraved in brass, steel or plastic."""
    rows = 110
    cols = round(rows * rng.uniform(1.3, 3.2))
    tone = np.array([[90, 175, 205], [190, 195, 198], [235, 235, 235], [40, 40, 45], [40, 60, 110]])[
        rng.integers(5)
    ]
    shine = 1 + 0.12 * smooth_noise(rng, rows, cols, 3)[..., None]
    image = np.clip(tone * shine, 0, 250).astype(np.uint8)
    ink = (25, 25, 25) if tone.mean() > 110 else (225, 225, 225)
    if rng.random() < 0.5:
        _write(image, _text(rng, _NAMES), ink, (0.1, 0.2, 0.9, 0.85))
    else:
        number = f'{pick(rng, ("Room", "No.", "Apt", "", "Suite"))} {rng.integers(1, 999)}'.strip()
        _write(image, text_line(number, pick(rng, TEXT_FACES)), ink, (0.1, 0.2, 0.9, 0.85))
    for x in (0.05, 0.95):
        disc(image, (cols * x, rows / 2), rows * 0.035, (70, 70, 70))
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([2, 14, rows // 2])))


def number_tag(rng: np.random.Generator) -> FlatThing:
    """A number on a tag, a locker, a shirt or a pole: one to four digits, alone."""
    rows = 120
    cols = round(rows * rng.uniform(0.7, 2.0))
    image, ink = _board(rng, rows, cols)
    text = str(rng.integers(1, 10 ** rng.integers(1, 5)))
    line = plate_line(text, 'medium') if rng.random() < 0.3 else text_line(text, pick(rng, TEXT_FACES))
    _write(image, line, ink, (0.12, 0.2, 0.88, 0.85))
    if rng.random() < 0.4:
        disc(image, (cols / 2, rows * 0.08), rows * 0.05, (30, 30, 30))
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([0, 10, 30])))


def buttons(rng: np.random.Generator) -> FlatThing:
    """The buttons of a lift, a bell or a telephone: round or square ones with digits."""
    across, down = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    step = 70
    rows, cols = step * down + 20, step * across + 20
    image, _ = _board(rng, rows, cols)
    face, ink = _board(rng, 4, 4)
    number = int(rng.integers(0, 10))
    for j in range(down):
        for i in range(across):
            x, y = 10 + step * (i + 0.5), 10 + step * (j + 0.5)
            disc(image, (x, y), step * 0.42, (60, 60, 60))
            disc(image, (x, y), step * 0.38, face[0, 0])
            box = ((x - 18) / cols, (y - 18) / rows, (x + 18) / cols, (y + 20) / rows)
            _write(image, text_line(str((number + i + j * across) % 30), 'DejaVuSans-Bold'), ink, box)
    return FlatThing(image, rounded_rect(rows, cols, 12))


def brand(rng: np.random.Generator) -> FlatThing:
    """A brand's name as on a tank, an engine or an exhaust: chrome or painted, with or without a ground."""
    line = text_line(pick(rng, _BRANDS), pick(rng, TEXT_FACES), rng.uniform(0, 0.25))
    rows, cols = line.shape[0] + 44, line.shape[1] + 60
    kind = rng.integers(3)
    image, ink = _board(rng, rows, cols)
    where = image[26 : 26 + line.shape[0], 30 : 30 + line.shape[1]]
    if kind == 0:  # letters alone
        alpha = np.zeros((rows, cols), np.uint8)
        alpha[26 : 26 + line.shape[0], 30 : 30 + line.shape[1]] = line
        image[:] = np.clip(np.array(ink) + rng.normal(0, 30, 3), 0, 250)
        return FlatThing(image, cv2.dilate(alpha, np.ones((3, 3), np.uint8)))
    blend(where, ink, line)
    if kind == 1:  # a shield or an oval, with an edge
        alpha = np.zeros((rows, cols), np.uint8)
        cv2.ellipse(
            alpha, (cols // 2, rows // 2), (cols // 2 - 2, rows // 2 - 2), 0, 0, 360, 255, -1, cv2.LINE_AA
        )
        cv2.ellipse(
            image, (cols // 2, rows // 2), (cols // 2 - 6, rows // 2 - 6), 0, 0, 360, ink, 4, cv2.LINE_AA
        )
        return FlatThing(image, alpha)
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([4, 16, rows // 2])))


def tyre(rng: np.random.Generator) -> FlatThing:
    """A piece of a tyre's wall with raised or white lettering along it, bent as the tyre is."""
    rows, cols = 220, 460
    line = text_line(pick(rng, _TYRES), 'DejaVuSans-Bold', 0.1)
    line = fit_into(line, cols * 0.8, 50, 1.0)
    flat = np.zeros((70, cols), np.uint8)
    flat[10 : 10 + line.shape[0], (cols - line.shape[1]) // 2 : (cols + line.shape[1]) // 2] = line[:, :cols]
    y, x = np.mgrid[0:rows, 0:cols].astype(np.float32)
    radius, middle = 330.0, (cols / 2, 340.0)
    turn, far = np.arctan2(x - middle[0], middle[1] - y), np.hypot(x - middle[0], y - middle[1])
    ink = cv2.remap(flat, (turn * radius + cols / 2).astype(np.float32),
    (radius - far + 5).astype(np.float32),
                    cv2.INTER_LINEAR)  # fmt: skip
    image = np.full((rows, cols, 3), rng.uniform(18, 45), np.uint8)
    blend(image, (220, 220, 220) if rng.random() < 0.4 else (75, 75, 75), ink)
    alpha = np.where((far < radius + 6) & (far > radius - 90), 255, 0).astype(np.uint8)
    return FlatThing(image, alpha)


def lamp(rng: np.random.Generator) -> FlatThing:
    """A head or a tail lamp: a lens with a bright core and ribs, round or rectangular."""
    rows = 120
    cols = round(rows * rng.uniform(0.9, 3.2))
    tint = np.array([[30, 25, 190], [30, 130, 240], [225, 235, 240]])[rng.integers(3)]
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : cols * 1j].astype(np.float32)
    glow = np.exp(-((x - rng.uniform(-0.4, 0.4)) ** 2 + y**2) / rng.uniform(0.08, 0.5))[..., None]
    image = np.clip(tint * (0.55 + 0.5 * glow) + 170 * glow * rng.uniform(0, 1), 0, 255).astype(np.uint8)
    step = int(rng.uniform(7, 20))
    image[:, ::step] = (image[:, ::step] * 0.75).astype(np.uint8)
    if rng.random() < 0.5:
        image[::step] = (image[::step] * 0.8).astype(np.uint8)
    cv2.rectangle(image, (0, 0), (cols - 1, rows - 1), (60, 60, 60), 5)
    return FlatThing(image, rounded_rect(rows, cols, rng.uniform(4, rows / 2)))


def taxi_sign(rng: np.random.Generator) -> FlatThing:
    """The sign on a taxi's roof, or lettering of the police."""
    words = ('TAXI', 'TAXI', 'CAB', 'DRIVING SCHOOL', 'POLICE', 'AMBULANCE', 'POLIZEI', 'L', 'POLICIA')
    rows = 90
    cols = round(rows * rng.uniform(1.6, 4))
    grounds = np.array([[60, 210, 250], [240, 240, 240], [30, 150, 240], [160, 60, 20]])
    ground = grounds[rng.integers(4)]
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = ground
    ink = (30, 30, 30) if ground.mean() > 120 else (240, 240, 240)
    _write(image, text_line(pick(rng, words), pick(rng, TEXT_FACES), 0.1), ink, (0.1, 0.2, 0.9, 0.86))
    if rng.random() < 0.4:  # chequers
        for i, at in enumerate(range(0, cols, 12)):
            image[rows - 12 :, at : at + 12] = (25, 25, 25) if i % 2 else (240, 240, 240)
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([6, 25])))


def label(rng: np.random.Generator) -> FlatThing:
    """A label with a bar code, a serial number and small print."""
    rows, cols = 130, int(rng.uniform(180, 340))
    image = np.full((rows, cols, 3), 240, np.uint8)
    x = 12
    while x < cols - 16:
        wide = int(rng.integers(1, 6))
        if rng.random() < 0.5:
            image[44:100, x : x + wide] = 20
        x += wide
    _write(
        image, text_line(f'{pick(rng, _BRANDS)}', 'DejaVuSans-Bold'), (25, 25, 25), (0.05, 0.04, 0.8, 0.32)
    )
    _write(
        image,
        text_line(str(rng.integers(10**8, 10**9)), 'DejaVuSansMono'),
        (25, 25, 25),
        (0.1, 0.78, 0.9, 0.98),
    )
    return FlatThing(image, rounded_rect(rows, cols, 2))


def display(rng: np.random.Generator) -> FlatThing:
    """Lit digits: a clock, a price, a bus's line, a speed."""
    rows = 110
    text = pick(
        rng,
        (
            f'{rng.integers(24)}:{rng.integers(60):02d}',
            f'{rng.integers(1, 400)}',
            f'{rng.uniform(1, 99):.2f}',
        ),
    )
    line = plate_line(text, 'thin', 0.2)
    cols = round(line.shape[1] * rows * 0.7 / line.shape[0]) + 40
    image = np.full((rows, cols, 3), rng.uniform(8, 40), np.uint8)
    glow = np.array([[60, 60, 250], [60, 190, 255], [90, 250, 110], [250, 250, 240]])[rng.integers(4)]
    _write(image, line, tuple(glow), (0.1, 0.16, 0.9, 0.84))
    return FlatThing(image, rounded_rect(rows, cols, 4))
