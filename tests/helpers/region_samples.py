"""Folders of pictures and videos, anonymised with what other tools found."""

import json

from helpers.bright_plates import BrightSegmenter, background
from mmlp.jobs import Redaction, anonymize_media
from mmlp.media import read_image, write_image

SIZE = (160, 120)


def write_json(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def run(tmp_path, content, *, name='regions.json', redaction=None, **options):
    """Anonymises the folder ``in``; black exactly as it is told, unless ``redaction`` says otherwise."""
    also = [write_json(tmp_path / name, content)]
    redaction = redaction or Redaction('solid', margin=0)
    return anonymize_media(
        tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), redaction, also=also, overwrite=True, **options
    )


def coco(*annotations, name='a.png', size=SIZE, **image):
    return {
        'images': [{'id': 7, 'file_name': name, 'width': size[0], 'height': size[1], **image}],
        'annotations': [
            {'id': number, 'image_id': 7, 'category_id': 3, **annotation}
            for number, annotation in enumerate(annotations)
        ],
        'categories': [{'id': 3, 'name': 'face'}],
    }


def changed(tmp_path, name='a.png', image=None):
    """Where the output differs from a picture without plates, (H, W) bool."""
    output = read_image(tmp_path / 'out' / name).bgr
    return (output != (background(SIZE) if image is None else image)).any(axis=2)


def picture(tmp_path, name='a.png', image=None):
    write_image(tmp_path / 'in' / name, background(SIZE) if image is None else image)
