"""Sizes at which pictures are looked at unless others are given, for the segmenter and the command lines."""

#: Longer side of the picture for the network, and for a closer look, in pixels.
LONG_SIDE, CLOSER_LONG_SIDE = 384, 1280
#: Width of a plate, in pixels at the first of these sizes, below which it is small.
CLOSER_BELOW = 32
