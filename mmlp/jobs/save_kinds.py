"""What can be written about a picture in which plates were looked for."""

#: What can be saved of a picture or video, and the suffix of the files.
SAVE_KINDS = {
    'overlay': '.jpg',
    'mask': '.png',
    'instance': '.png',
    'json': '.json',
    'coco': '.json',
    'crop': '.png',
}
