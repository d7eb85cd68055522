"""Finding media: any names, folders, patterns; nothing twice, nothing lost silently."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mmlp.media import find_media
from mmlp.media.formats import file_kind, sniff_kind, suffix_kind


def picture(fmt='PNG'):
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(buffer, fmt)
    return buffer.getvalue()


VIDEO = b'\x00\x00\x00\x18ftypisom' + bytes(100)


def fill(folder, **files):
    for name, content in files.items():
        path = folder / name.replace('__', '/')
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@pytest.fixture
def tree(tmp_path):
    files = {
        'b.png': picture(),
        'a.JPG': picture('JPEG'),
        'drive.mp4': VIDEO,
        'notes.txt': b'hello',
        'no_suffix': picture(),
        'neither': b'hello',
        'really_a_video.jpg': VIDEO,
        'text.jpg': b'hello',
        'empty.png': b'',
        '.hidden.png': picture(),
        '.cache/c.png': picture(),
        'sub/ünï cödé 車.png': picture(),
        'sub/deep[1]/*.png': picture(),
        'sub/x.MOV': VIDEO,
    }
    for name, content in files.items():
        path = tmp_path / 'in' / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path / 'in'


def relatives(found):
    return [item.relative.as_posix() for item in found]


def test_folder(tree):
    found = find_media(tree)
    assert [(item.relative.as_posix(), item.kind) for item in found] == [
        ('a.JPG', 'image'),
        ('b.png', 'image'),
        ('drive.mp4', 'video'),
        ('empty.png', 'image'),
        ('no_suffix', 'image'),
        ('really_a_video.jpg', 'video'),
        ('text.jpg', 'image'),
        ('sub/x.MOV', 'video'),
        ('sub/ünï cödé 車.png', 'image'),
        ('sub/deep[1]/*.png', 'image'),
    ]
    assert sorted(file.path.name for file in found.skipped) == ['neither', 'notes.txt']
    assert not found.problems and found.root == tree and len(found) == 10
    assert all(item.path == tree / item.relative for item in found)


def test_not_recursive_hidden_and_excluded(tree):
    assert not any('/' in name for name in relatives(find_media(tree, recursive=False)))
    assert {'.hidden.png', '.cache/c.png'} <= set(relatives(find_media(tree, hidden=True)))
    assert not any(name.startswith('sub') for name in relatives(find_media(tree, exclude=[tree / 'sub'])))


def test_named_files_are_taken_whatever_their_name(tree):
    found = find_media([tree / '.hidden.png', tree / 'no_suffix', tree / 'notes.txt', tree / 'gone.png'])
    assert relatives(found) == ['.hidden.png', 'no_suffix']
    assert [(problem.path.name, problem.reason) for problem in found.problems] == [
        ('notes.txt', 'is neither a picture nor a video, but text'),
        ('gone.png', 'there is no such file or folder'),
    ]


def test_patterns(tree):
    assert relatives(find_media(f'{tree}/*.png')) == ['b.png', 'empty.png']
    assert relatives(find_media(f'{tree}/**/*.png')) == [
        'b.png',
        'empty.png',
        'sub/deep[1]/*.png',
        'sub/ünï cödé 車.png',
    ]
    assert len(find_media(f'{tree}/**')) == len(find_media(tree))
    assert relatives(find_media(f'{tree}/s?b')) == [
        f'sub/{name}' for name in relatives(find_media(tree / 'sub'))
    ]
    (problem,) = find_media(f'{tree}/*.webp').problems
    assert problem.reason == 'matches nothing'


def test_a_name_that_exists_is_no_pattern(tree):
    assert relatives(find_media(tree / 'sub' / 'deep[1]')) == ['*.png']
    assert relatives(find_media(tree / 'sub' / 'deep[1]' / '*.png')) == ['*.png']


def test_relative_paths_of_several_inputs_start_at_their_common_folder(tmp_path):
    for name in ('one/a.png', 'one/deep/b.png', 'two/a.png', 'c.png'):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture())
    found = find_media([tmp_path / 'two', tmp_path / 'one', tmp_path / 'c.png'])
    assert relatives(found) == ['two/a.png', 'one/a.png', 'one/deep/b.png', 'c.png']
    assert relatives(find_media([tmp_path / 'one/a.png', tmp_path / 'two/a.png'])) == [
        'one/a.png',
        'two/a.png',
    ]
    assert relatives(find_media([tmp_path / 'one/a.png'])) == ['a.png']
    assert relatives(find_media([f'{tmp_path}/*/a.png'])) == ['one/a.png', 'two/a.png']


def test_relative_inputs(tmp_path, monkeypatch):
    fill(tmp_path, **{'a.png': picture(), 'sub__b.png': picture()})
    monkeypatch.chdir(tmp_path)
    for inputs in ('.', '*.png', 'sub/../', ['a.png', 'sub'], Path()):
        assert relatives(find_media(inputs))[0] == 'a.png', inputs
    assert relatives(find_media('.')) == ['a.png', 'sub/b.png']


def test_nothing_comes_twice(tree):
    os.symlink(tree / 'b.png', tree / 'z_link.png')
    os.symlink(tree, tree / 'sub' / 'loop')
    os.symlink(tree / 'nowhere.png', tree / 'broken.png')
    found = find_media([tree / 'b.png', tree, tree / 'sub', f'{tree}/*.png'])
    paths = [item.path.name for item in found]
    assert paths[0] == 'b.png' and len(paths) == len(set(paths)) == 11
    assert 'broken.png' in paths, 'whoever reads it says what is wrong'


def test_links_to_folders_are_followed(tree, tmp_path):
    os.symlink(tree / 'sub', tmp_path / 'linked')
    assert len(find_media(tmp_path / 'linked')) == 3


def test_unreadable_folder_is_reported_and_the_rest_found(open_folder, unprivileged):
    folder = Path(open_folder)
    for name in ('a/x.png', 'locked/y.png', 'z/z.png'):
        (folder / name).parent.mkdir()
        (folder / name).write_bytes(picture())
    (folder / 'a' / 'secret').write_bytes(picture())
    (folder / 'a' / 'secret').chmod(0)
    (folder / 'locked').chmod(0)
    try:
        with unprivileged():
            found = find_media(folder)
            named = find_media(folder / 'locked')
    finally:
        (folder / 'locked').chmod(0o755)
    assert relatives(found) == ['a/x.png', 'z/z.png']
    assert [(problem.path.name, problem.reason) for problem in found.problems] == [
        ('secret', 'cannot be read: Permission denied'),
        ('locked', 'cannot be looked into: Permission denied'),
    ]
    assert len(named) == 0 and named.problems[0].path == folder / 'locked'


@pytest.mark.parametrize('fmt', ['PNG', 'JPEG', 'GIF', 'BMP', 'TIFF', 'WEBP', 'PPM', 'JPEG2000', 'AVIF'])
def test_pictures_are_known_by_their_first_bytes(fmt):
    if fmt == 'AVIF' and 'AVIF' not in Image.registered_extensions().values():
        pytest.skip('this Pillow has no AVIF')
    assert sniff_kind(picture(fmt)[:256]) == 'image'


@pytest.mark.parametrize(
    'suffix', ['.mp4', '.mov', '.mkv', '.webm', '.avi', '.ts', '.flv', '.mpg', '.wmv', '.m2ts']
)
def test_videos_are_known_by_their_first_bytes(make_video, suffix):
    codec = {'.webm': 'libvpx-vp9', '.mpg': 'mpeg2video', '.flv': 'flv', '.avi': 'mpeg4', '.wmv': 'mpeg4'}
    path = make_video(f'a{suffix}', frames=2, codec=codec.get(suffix, 'libx264'))
    assert sniff_kind(path.read_bytes()[:256]) == suffix_kind(path) == file_kind(path) == 'video'


def test_films_of_jpeg_pictures_are_videos(tmp_path):
    for name in ('film.mjpeg', 'film.MJPG', 'photo.jpg'):
        (tmp_path / name).write_bytes(picture('JPEG') * 3)
    assert [(item.path.name, item.kind) for item in find_media(tmp_path)] == [
        *(('film.MJPG', 'video'), ('film.mjpeg', 'video'), ('photo.jpg', 'image'))
    ]


TEXTS = [b'', b'hello', b'BMW is a car maker, is it not?', b'P5 is a key', b'%PDF-1.7', b'G' * 100]


@pytest.mark.parametrize('head', [*TEXTS, b'\x00\x00\x00\x18ftypM4A ', b'ID3\x03' + bytes(99)])
def test_other_files_are_not_known(head):
    assert sniff_kind(head) is None


def test_a_link_to_itself_is_named_and_stops_nothing(tmp_path):
    (tmp_path / 'in').mkdir()
    Image.new('L', (8, 8)).save(tmp_path / 'in/a.png')
    for name in ('folder', 'loop.jpg'):
        (tmp_path / 'in' / name).symlink_to(name)
    media = find_media(tmp_path / 'in')
    # What promises to be a picture is reported by whoever reads it.
    assert [item.path.name for item in media.items] == ['a.png', 'loop.jpg']
    (problem,) = media.problems
    assert problem.path.name == 'folder' and 'cannot be read' in problem.reason
