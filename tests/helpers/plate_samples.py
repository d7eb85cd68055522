"""Plates with edges along pixels, so that areas are known."""

import numpy as np

from mmlp.plates import Plate


def box_plate(left, top, right, bottom, score=0.9):
    """A plate that fills pixels of a box, ends excluded."""
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32) - 0.5
    return Plate(corners, corners, score=score, area=float((right - left) * (bottom - top)))
