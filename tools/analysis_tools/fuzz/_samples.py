"""Sound files to begin with, small, each in a folder of its own with what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch
from mmengine.config import Config
from PIL import Image, PngImagePlugin

from mmlp.apis.config_files import load_config
from mmlp.apis.model_loading import load_segmentor
from mmlp.weights import resolve_weights

_SIZE = (64, 48)
_PICTURES = {
    'a.jpg': ('RGB', {'quality': 80}),
    'progressive.jpg': ('RGB', {'progressive': True}),
    'grey.png': ('L', {}),
    'a.png': ('RGBA', {}),
    'palette.png': ('P', {}),
    'deep.png': ('I;16', {}),
    'a.webp': ('RGB', {'quality': 80}),
    'a.tif': ('RGB', {'compression': 'tiff_lzw'}),
    'deep.tif': ('I;16', {}),
    'a.bmp': ('RGB', {}),
    'a.gif': ('P', {}),
    'a.avif': ('RGB', {}),
    'a.jp2': ('RGB', {}),
    'a.ppm': ('RGB', {}),
}
_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="38,54.3N">'
    b'<dc:description>38.90,-76.98</dc:description></rdf:Description></rdf:RDF>'
    b'</x:xmpmeta>'
)
_OUTLINE = [[20, 18], [44, 18], [44, 30], [20, 30]]


def _pixels(mode: str) -> Image.Image:
    values = np.random.default_rng(0).integers(0, 256, (_SIZE[1] // 8, _SIZE[0] // 8, 3), np.uint8)
    image = Image.fromarray(values).resize(_SIZE)
    if mode == 'I;16':
        return Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 257)
    return image.convert(mode)


def write_images(folder: Path) -> Iterator[Path]:
    """Writes a picture of each usual format."""
    for name, (mode, options) in _PICTURES.items():
        path = folder / name.replace('.', '_') / name
        path.parent.mkdir(parents=True)
        _pixels(mode).save(path, **options)
        yield path


def write_images_with_metadata(folder: Path) -> Iterator[Path]:
    """Writes pictures that are mostly metadata: EXIF with place and thumbnail, XMP, IPTC, texts."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, '{"MAPLatitude": 38.905991, "note": "a"}'
    exif[0x8769] = {0x9286: b'ASCII\0\0\0Lat 38.9059 Lon -76.9878', 0x9003: '2018:05:20 14:49:39'}
    exif[0x8825] = {1: 'N', 2: (38.0, 54.0, 21.57), 3: 'W', 4: (76.0, 59.0, 16.18)}
    texts = PngImagePlugin.PngInfo()
    texts.add_text('Comment', 'GPS 38.9059, -76.9878')
    texts.add_itxt('XML:com.adobe.xmp', _XMP.decode(), zip=True)
    options = {
        'a.jpg': {'exif': exif, 'xmp': _XMP, 'comment': b'lat=38.90 lon=-76.98', 'icc_profile': bytes(200)},
        'a.png': {'exif': exif, 'pnginfo': texts},
        'a.webp': {'exif': exif.tobytes(), 'xmp': _XMP},
        'a.tif': {'exif': exif, 'tiffinfo': {700: _XMP}},
        'a.gif': {'comment': b'lat=38.90 lon=-76.98'},
    }
    for name, settings in options.items():
        path = folder / name.replace('.', '_') / name
        path.parent.mkdir(parents=True)
        _pixels('P' if name.endswith('gif') else 'RGB').save(path, **settings)
        yield path


def write_videos(folder: Path) -> Iterator[Path]:
    """Writes videos of the usual containers, with sound where the container takes it."""
    for name, codec in {
        'a.mp4': 'libx264',
        'a.mov': 'mpeg4',
        'a.mkv': 'libx264',
        'a.webm': 'libvpx-vp9',
        'a.ts': 'libx264',
        'a.avi': 'mpeg4',
        'a.flv': 'libx264',
    }.items():
        path = folder / name.replace('.', '_') / name
        path.parent.mkdir(parents=True)
        _write_video(path, codec)
        yield path


def _write_video(path: Path, codec: str) -> None:
    with av.open(str(path), 'w') as container:
        video = container.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = *_SIZE, 'yuv420p'
        audio = container.add_stream(
            'libopus' if path.suffix == '.webm' else 'aac', rate=48000, layout='mono'
        )
        for index in range(8):
            frame = av.VideoFrame.from_ndarray(np.roll(np.asarray(_pixels('RGB')), index, axis=1), 'rgb24')
            frame.pts, frame.time_base = index, Fraction(1, 10)
            container.mux(video.encode(frame))
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), 's16', 'mono')
            sound.sample_rate, sound.pts = 48000, index * 4800
            container.mux(audio.encode(sound))
        for stream in (video, audio):
            container.mux(stream.encode(None))


def write_annotations(folder: Path) -> Iterator[Path]:
    """Writes a set of each annotation tool: the file that is mutated, and the picture that it names."""
    for name, (file, content) in _annotations().items():
        path = folder / name / file
        path.parent.mkdir(parents=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding='utf-8')
        _pixels('RGB').save(path.with_name('a.png'))
        if name == 'yolo_description':
            path.with_name('a.txt').write_text('0 0.5 0.5 0.4 0.2\n', encoding='utf-8')
        yield path


def _annotations() -> dict[str, tuple[str, str | dict | list]]:
    width, height = _SIZE
    flat = [value for point in _OUTLINE for value in point]
    relative = [value / _SIZE[number % 2] for number, value in enumerate(flat)]
    box = [20, 18, 24, 12]
    points = ';'.join(f'{x},{y}' for x, y in _OUTLINE)
    size = f'<width>{width}</width><height>{height}</height><depth>3</depth>'
    edges = '<xmin>20</xmin><ymin>18</ymin><xmax>44</xmax><ymax>30</ymax>'
    rle = {'counts': [100, 50, width * height - 150], 'size': [height, width]}
    region = {
        'shape_attributes': {
            'name': 'polygon',
            'all_points_x': [x for x, _ in _OUTLINE],
            'all_points_y': [y for _, y in _OUTLINE],
        },
        'region_attributes': {'label': 'plate'},
    }
    return {
        'coco': (
            'a.json',
            {
                'images': [{'id': 1, 'file_name': 'a.png', 'width': width, 'height': height}],
                'categories': [{'id': 1, 'name': 'plate'}],
                'annotations': [
                    {'id': 1, 'image_id': 1, 'category_id': 1, 'bbox': box, 'segmentation': [flat]},
                    {'id': 2, 'image_id': 1, 'category_id': 1, 'bbox': box, 'segmentation': rle},
                ],
            },
        ),
        'cvat': (
            'a.xml',
            f'<annotations><image id="0" name="a.png" width="{width}" height="{height}">'
            f'<polygon label="plate" points="{points}"/>'
            '<box label="plate" xtl="20" ytl="18" xbr="44" ybr="30" rotation="12"/></image></annotations>',
        ),
        'label_studio': (
            'a.json',
            [
                {
                    'id': 1,
                    'data': {'image': 'a.png'},
                    'annotations': [
                        {
                            'result': [
                                {
                                    'original_width': width,
                                    'original_height': height,
                                    'value': {
                                        **dict(zip(('x', 'y', 'width', 'height'), (30, 40, 40, 20))),
                                        'rotation': 5,
                                        'rectanglelabels': ['plate'],
                                    },
                                }
                            ]
                        }
                    ],
                }
            ],
        ),
        'openalpr': ('a.txt', 'a.png\t20\t18\t24\t12\tABC123\n'),
        'uc3m_lp': ('a.json', {'lps': [{'lp_id': 1, 'poly_coord': _OUTLINE, 'characters': []}]}),
        'ufpr_alpr': ('a.txt', 'camera: GoPro\nplate: ABC1234\ncorners: 20,18 44,18 44,30 20,30\n'),
        'labelme': (
            'a.json',
            {
                'version': '5.4',
                'flags': {},
                'shapes': [{'label': 'plate', 'points': _OUTLINE, 'shape_type': 'polygon', 'flags': {}}],
                'imagePath': 'a.png',
                'imageData': None,
                'imageHeight': height,
                'imageWidth': width,
            },
        ),
        'via': ('a.json', {'a.png100': {'filename': 'a.png', 'size': 100, 'regions': [region]}}),
        'voc': (
            'a.xml',
            f'<annotation><filename>a.png</filename><size>{size}</size><object><name>plate</name><bndbox>'
            f'{edges}</bndbox></object></annotation>',
        ),
        'wpod': ('a.txt', '4,' + ','.join(f'{v:g}' for v in relative[::2] + relative[1::2]) + ',ABC,'),
        'yolo_description': (
            'data.yaml',
            'path: .\ntrain: [.]\nval: .\nnc: 2\nnames: &names\n  0: plate\n  1: car\nkpt_shape: [4, 2]\n',
        ),
        'yolo': ('a.txt', '0 ' + ' '.join(f'{value:g}' for value in relative) + '\n'),
    }


def write_checkpoints(folder: Path) -> Iterator[Path]:
    """Writes a checkpoint of a training run, as archive and in the older format."""
    state = load_segmentor(resolve_weights()).state_dict()
    config = Config({'model': load_config('lp_fpn_lite0').model})
    content = {
        'meta': {'cfg': config.pretty_text, 'iter': 3, 'classes': ('background', 'plate')},
        'state_dict': state,
        'optimizer': {'state': {}, 'param_groups': [{'lr': 0.1, 'params': [0, 1]}]},
    }
    for name, is_zip in (('archive.pth', True), ('legacy.pth', False)):
        path = folder / name.replace('.', '_') / name
        path.parent.mkdir(parents=True)
        torch.save(content, path, _use_new_zipfile_serialization=is_zip)
        yield path
