"""Masks that are suspicious, and masks that are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.audit_samples import SIZE, measure, rectangle_mask, scene, write


def drawn(points, size=SIZE):
    mask = np.zeros(size, np.uint8)
    return cv2.fillPoly(mask, [np.array(points, np.int32)], 255)


def outline_only():
    mask = np.zeros(SIZE, np.uint8)
    return cv2.rectangle(mask, (30, 40), (110, 62), 255, 2)


FRAME = 255 - rectangle_mask((5, 5, 150, 110))
L_SHAPE = rectangle_mask((30, 30, 60, 12), (30, 30, 12, 60))
SUSPICIOUS = {
    'speck': (rectangle_mask((10, 10, 3, 3)), 'a speck of 9 pixels'),
    'full-frame': (np.full(SIZE, 255, np.uint8), 'a plate on 100% of the picture'),
    'all-borders': (FRAME, 'a plate on 14% of the picture touches all four borders'),
    'cut-at-border': (rectangle_mask((140, 60, 20, 10)), 'a plate 10 px high is cut at the border'),
    'odd-shape': (L_SHAPE, 'a plate fills 36% of its rotated rectangle'),
    'extreme-aspect': (rectangle_mask((10, 60, 120, 10)), 'a plate 12 times as long as high'),
}


@pytest.mark.parametrize('check', list(SUSPICIOUS))
def test_suspicious_masks(tmp_path, check):
    mask, message = SUSPICIOUS[check]
    write(tmp_path, 'a.png', scene(0), mask)
    (finding,) = measure(tmp_path, 'a.png').findings
    assert finding.check == check
    assert finding.message.startswith(message)
    rows, columns = np.nonzero(mask)
    assert finding.box == (columns.min(), rows.min(), columns.max(), rows.max())


def test_an_outline_that_was_not_filled(tmp_path):
    write(tmp_path, 'a.png', scene(0), outline_only())
    assert [finding.check for finding in measure(tmp_path, 'a.png').findings] == ['odd-shape']


def test_two_plates_that_run_into_each_other(tmp_path):
    write(tmp_path, 'a.png', scene(0), rectangle_mask((20, 40, 50, 16), (70, 52, 50, 16)))
    record = measure(tmp_path, 'a.png')
    (plate,), (finding,) = record.plates, record.findings
    assert finding.check == 'odd-shape'
    assert finding.message.startswith('a plate overlaps its quadrilateral by ')
    # Two bars of 50 x 16 in a box of 100 x 28, which leaves 0.57 of it; a tilted one is tighter.
    assert 0.57 < plate.fill < 0.75


def test_fit_by_hand(tmp_path):
    # A plate with a window cut out: the quadrilateral is its outline, 40 x 20, of which 20 x 10 are missing.
    mask = rectangle_mask((60, 50, 40, 20))
    mask[55:65, 70:90] = 0
    write(tmp_path, 'a.png', scene(0), mask)
    (plate,) = measure(tmp_path, 'a.png').plates
    assert (plate.fill, plate.fit) == (0.75, 0.75)


def test_an_upright_stripe_is_extreme(tmp_path):
    write(tmp_path, 'a.png', scene(0), rectangle_mask((70, 20, 8, 90)))
    record = measure(tmp_path, 'a.png')
    # Read along its longer side it is a plate of 11:1.
    assert [finding.check for finding in record.findings] == ['extreme-aspect']


def test_many_specks_are_one_finding_and_no_plates(tmp_path):
    mask = rectangle_mask((60, 70, 40, 10))
    mask[::8, ::8] = 255
    mask[62:88, 52:108] = 0
    mask[70:80, 60:100] = 255
    write(tmp_path, 'a.png', scene(0), mask)
    record = measure(tmp_path, 'a.png')
    assert len(record.plates) == 1
    assert [finding.check for finding in record.findings] == ['speck']
    count = cv2.connectedComponents(mask)[0] - 2
    assert record.findings[0].message == f'{count} specks of 1 to 1 pixels'


@pytest.mark.parametrize(
    'mask',
    [
        np.zeros(SIZE, np.uint8),
        rectangle_mask((60, 70, 40, 10)),
        rectangle_mask((60, 70, 24, 20)),
        drawn([(40, 50), (90, 70), (86, 82), (36, 62)]),
        drawn([(40, 50), (90, 58), (90, 76), (40, 64)]),
        drawn([(40, 30), (70, 64), (70, 90), (40, 56)]),
        rectangle_mask((10, 10, 40, 10), (90, 90, 30, 8)),
    ],
    ids=['none', 'long', 'two lines', 'turned', 'from the side', 'far from the side', 'two plates'],
)
def test_plates_that_are_in_order(tmp_path, mask):
    write(tmp_path, 'a.png', scene(0), mask)
    record = measure(tmp_path, 'a.png')
    assert record.findings == []
    assert len(record.plates) == cv2.connectedComponents(mask)[0] - 1
