"""How the names of pictures in data sets may end."""

IMG_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp')
