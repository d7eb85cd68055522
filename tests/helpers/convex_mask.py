import numpy as np

from mmlp.datasets.synthetic.geometry import convex_window


def convex_mask(shape, polygon):
    """Pixels whose centres lie inside, or on the edge of, a convex polygon; bool array of the shape."""
    mask = np.zeros(shape, bool)
    window, inside = convex_window(shape, polygon)
    mask[window] = inside
    return mask
