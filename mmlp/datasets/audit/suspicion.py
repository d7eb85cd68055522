"""What makes a plate of a mask suspicious."""

from __future__ import annotations

from .records import PlateRecord

#: Components with fewer pixels are specks; ``mmlp.plates.extract_plates`` drops what is smaller, too.
LEAST_AREA = 16
#: Pictures whose grey values deviate less than this from their mean show nothing.
LEAST_CONTRAST = 2.0
#: Share of the picture from which a plate fills it.
FULL_FRAME = 0.9
#: Least share of its rotated rectangle that a plate fills. A triangle fills half of it; a plate seen from the
#: side is a parallelogram, which comes close to that and is in order.
LEAST_FILL = 0.55
#: Least overlap of a plate with its quadrilateral; below, ``mmlp.plates.split_touching`` looks for two.
LEAST_FIT = 0.85
#: Plates are made from about 1:1 (motorcycles) to 5:1, and look more upright from the side.
ASPECTS = (0.5, 8.0)
#: Below this height in pixels the shape of a plate is mostly rounding.
_LEAST_HEIGHT = 6.0


def check_plate(plate: PlateRecord, shape: tuple[int, int]) -> list[tuple[str, str, float]]:
    """Looks for what is odd about a plate by itself.

    Args:
        plate: The plate.
        shape: Height and width of the picture.

    Returns:
        Name of the check, message and rank of each finding.
    """
    share = plate.area / (shape[0] * shape[1])
    if share >= FULL_FRAME:
        return [('full-frame', f'a plate on {share:.0%} of the picture', -share)]
    if plate.borders == 4:
        return [('all-borders', f'a plate on {share:.0%} of the picture touches all four borders', -share)]
    if plate.borders:
        sides = 'border' if plate.borders == 1 else f'{plate.borders} borders'
        return [('cut-at-border', f'a plate {plate.height:.0f} px high is cut at the {sides}', -plate.area)]
    if plate.height < _LEAST_HEIGHT:
        return []
    found = []
    if plate.fill < LEAST_FILL:
        message = (
            f'a plate fills {plate.fill:.0%} of its rotated rectangle, expected {LEAST_FILL:.0%} or more'
        )
        found.append(('odd-shape', message, plate.fill))
    elif plate.fit < LEAST_FIT:
        message = f'a plate overlaps its quadrilateral by {plate.fit:.0%}, expected {LEAST_FIT:.0%} or more'
        found.append(('odd-shape', message, plate.fit))
    if not ASPECTS[0] <= plate.aspect <= ASPECTS[1]:
        message = (
            f'a plate {plate.aspect:.2g} times as long as high, expected {ASPECTS[0]:g} to {ASPECTS[1]:g}'
        )
        found.append(('extreme-aspect', message, min(plate.aspect, 1 / max(plate.aspect, 1e-6))))
    return found
