"""How many pixels a picture or frame may have unless the caller says otherwise; loads nothing."""

#: Largest picture that is read unless the caller says otherwise, and largest frame of a video, of which many
#: are in memory at once: 8K has 33 million pixels.
MAX_PIXELS, MAX_FRAME_PIXELS = 250_000_000, 40_000_000
#: The same for frames of more than 8 bits a colour, which take twice the memory, and more of them are held by
#: encoders: 5.7K has 17 million.
MAX_DEEP_FRAME_PIXELS = 18_000_000
