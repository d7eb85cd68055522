"""Files whose names promise neither picture nor video: told by their content, or named with what they are."""

import base64
import io
import os
import tarfile
import wave
import zipfile

import av
import numpy as np
import pytest
from PIL import Image

from mmlp.media import find_media
from mmlp.media.other_files import OtherFile, look_into


def coded(fmt, **options):
    buffer = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (24, 32, 3), np.uint8)).save(
        buffer, fmt, **options
    )
    return buffer.getvalue()


def in_json(fmt, escape=False):
    text = base64.b64encode(coded(fmt)).decode()
    text = text.replace('/', '\\/') if escape else text
    return f'{{"version": "5.0", "shapes": [], "imageData": "{text}"}}'.encode()


def in_mail():
    body = base64.encodebytes(coded('JPEG')).replace(b'\n', b'\r\n')
    return b'MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n' + body


def archived(make):
    buffer = io.BytesIO()
    make(buffer)
    return buffer.getvalue()


def zipped(buffer):
    with zipfile.ZipFile(buffer, 'w') as archive:
        archive.writestr('photo.jpg', coded('JPEG'))


def tarred(buffer):
    with tarfile.open(fileobj=buffer, mode='w') as archive:
        archive.addfile(tarfile.TarInfo('photo.jpg'))


SRT = b'1\n00:00:00,000 --> 00:00:00,100\n[latitude: 38.90599] [longitude: -76.98782]\n'
GPX = b'<?xml version="1.0"?><gpx><trk><trkseg><trkpt lat="48.1" lon="11.5"/></trkseg></trk></gpx>'
#: Content, what it is called, and whether it may hold pictures.
OTHERS = {
    'notes.txt': (b'Milk, eggs', 'text', False),
    'labels.csv': (b'name,x,y\na.jpg,1,2\n' * 100, 'text', False),
    'latin.txt': ('Grüße aus Köln\r\n'.encode('latin-1'), 'text', False),
    'chinese.txt': ('車牌\n'.encode('gb18030'), 'text', False),
    'windows.txt': ('﻿Grüße 車'.encode('utf-16-le'), 'text', False),
    'drive.srt': (SRT, 'text with places', False),
    'drive.gpx': (GPX, 'text with places', False),
    'genome.fa': (b'GATTACA' * 100, 'text', False),
    'g.log': (b'G' * 2000, 'text', False),
    'coco.json': (b'{"annotations": [{"segmentation": [[1.5, 2.5, 3.5]]}]}' * 99, 'text', False),
    'certificate.pem': (base64.encodebytes(bytes(range(256)) * 4), 'text', False),
    'labelme.json': (in_json('PNG'), 'text with a picture in it', True),
    'escaped.json': (in_json('JPEG', escape=True), 'text with a picture in it', True),
    'mail.eml': (in_mail(), 'text with a picture in it', True),
    'late.json': (b' ' * ((1 << 20) - 100) + in_json('JPEG'), 'text with a picture in it', True),
    'report.pdf': (b'%PDF-1.7\n' + bytes(200), 'PDF document', True),
    'photos.zip': (archived(zipped), 'ZIP archive or office document', True),
    'slides.pptx': (archived(zipped), 'ZIP archive or office document', True),
    'photos.tar': (archived(tarred), 'tar archive', True),
    'photos.7z': (b'7z\xbc\xaf\x27\x1c' + bytes(200), '7-Zip archive', True),
    'Thumbs.db': (
        b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + bytes(500),
        'old office document or folder of thumbnails',
        True,
    ),
    'data.bin': (np.random.default_rng(1).bytes(5000), 'of unknown kind', True),
    'zeros.LRV': (bytes(5000), 'of unknown kind', True),
    'tiny.idx': (b'\x00\x01\x02', 'too small for a picture', False),
    'nothing.dat': (b'', 'empty', False),
    'ride.fit': (b'\x0e\x10\x00\x00\x00\x10\x00\x00.FIT' + bytes(200), 'track of a GPS device', False),
    'DS_Store': (b'\x00\x00\x00\x01Bud1' + bytes(200), 'settings of a folder', False),
}


@pytest.mark.parametrize('name', OTHERS)
def test_what_is_neither_picture_nor_video(tmp_path, name):
    content, what, may_hold_pictures = OTHERS[name]
    (tmp_path / name).write_bytes(content)
    expected = OtherFile(tmp_path / name, what, may_hold_pictures)
    assert look_into(tmp_path / name) == expected
    assert find_media(tmp_path).skipped == (expected,)


@pytest.mark.parametrize('fmt', ['JPEG', 'PNG', 'TIFF', 'WEBP', 'BMP', 'TGA', 'SGI'])
@pytest.mark.parametrize('name', ['GX010001.THM', 'IMG_0001.insp', 'photo', 'photo.jpg_original'])
def test_pictures_under_other_names(tmp_path, fmt, name):
    (tmp_path / name).write_bytes(coded(fmt))
    assert [item.kind for item in find_media(tmp_path)] == ['image']


@pytest.mark.parametrize(
    ('written', 'options'),
    [
        ('a.mp4', {}),
        ('a.mov', {}),
        ('a.mkv', {}),
        ('a.avi', {'codec': 'mpeg4'}),
        ('a.ts', {}),
        ('a.m2ts', {}),
        ('a.mpg', {'codec': 'mpeg2video'}),
        ('a.h264', {}),
        ('a.hevc', {'codec': 'libx265'}),
        ('a.flv', {'codec': 'flv'}),
        ('a.mxf', {'codec': 'mpeg2video'}),
        ('a.ivf', {'codec': 'libvpx-vp9'}),
        ('a.y4m', {'codec': 'rawvideo'}),
        ('a.nut', {'codec': 'mpeg4'}),
        ('a.ogv', {'codec': 'libtheora'}),
    ],
)
def test_videos_under_other_names(make_video, tmp_path, written, options):
    try:
        path = make_video(written, frames=5, **options)
    except (ValueError, av.FFmpegError):
        pytest.skip('this FFmpeg cannot write it')
    for name in ('GL010001.LRV', 'VID_0001.insv', 'clip.TOD', 'clip'):
        os.rename(path, path := tmp_path / name)
        assert [(item.path.name, item.kind) for item in find_media(tmp_path)] == [(name, 'video')]
    if written in (
        'a.mp4',
        'a.mov',
        'a.ts',
    ):  # Cut off, it is a video still, whose reader says what is wrong.
        path.write_bytes(path.read_bytes()[:1000])
        assert [item.kind for item in find_media(tmp_path)] == ['video']


def test_sound_is_no_video(tmp_path):
    with wave.open(str(tmp_path / 'a.wav'), 'wb') as sound:
        sound.setnchannels(1), sound.setsampwidth(2), sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    for suffix, codec in (('m4a', 'aac'), ('mp4', 'aac'), ('mka', 'aac'), ('ogg', 'libopus'), ('aac', 'aac')):
        with av.open(str(tmp_path / f'a.{suffix}'), 'w') as container:
            stream = container.add_stream(codec, rate=48000, layout='mono')
            for start in range(0, 48000, 960):
                frame = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), 's16', 'mono')
                frame.sample_rate, frame.pts = 48000, start
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    os.rename(tmp_path / 'a.mp4', tmp_path / 'voice.memo')  # Its first bytes are those of a video.
    found = find_media(tmp_path)
    assert not found.items and {file.what for file in found.skipped} == {'sound'} and len(found.skipped) == 6


def test_pipes_are_not_opened(tmp_path):
    if not hasattr(os, 'mkfifo'):
        pytest.skip('this system has no pipes')
    os.mkfifo(tmp_path / 'a.jpg')
    os.mkfifo(tmp_path / 'b')
    assert [file.what for file in find_media(tmp_path).skipped] == ['not a regular file'] * 2


def test_hidden_pictures_are_listed_and_taken_on_request(tmp_path):
    for name, content in {
        'a.jpg': coded('JPEG'),
        '._a.jpg': b'\x00\x05\x16\x07' + bytes(4092),
        '.DS_Store': b'\x00\x00\x00\x01Bud1' + bytes(200),
        '.b.png': coded('PNG'),
        '.mmlp-00000000-1-00000000.part.png': coded('PNG'),
        '.thumbnails/1': coded('JPEG'),
        '.trash/deep/2.JPG': coded('JPEG'),
        '.git/objects/aa': b'x\x01' + bytes(300),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    found = find_media(tmp_path)
    assert [item.path.name for item in found] == ['a.jpg'] and not found.skipped
    assert sorted(path.relative_to(tmp_path).as_posix() for path in found.hidden) == [
        *('.b.png', '.thumbnails/1', '.trash/deep/2.JPG')
    ]
    taken = find_media(tmp_path, hidden=True)
    assert {'.b.png', '.thumbnails/1', '.trash/deep/2.JPG'} < {item.relative.as_posix() for item in taken}
    assert not taken.hidden and '._a.jpg' in {file.path.name for file in taken.skipped}
