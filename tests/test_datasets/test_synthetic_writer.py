from __future__ import annotations

import hashlib
import json
import multiprocessing
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mmlp.cli import generate as tool
from mmlp.datasets.synthetic import GENERATOR_VERSION, write_dataset

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

SIZE = (192, 144)


def digest(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob('*') if path.is_file())
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope='module')
def made(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp('made') / 'plates'
    return write_dataset(root, num_train=6, num_val=2, seed=1, size=SIZE, progress=False)


def test_layout(made):
    for split, count in (('train', 6), ('val', 2)):
        images = sorted((made / split / 'images').iterdir())
        masks = sorted((made / split / 'masks').iterdir())
        assert [path.name for path in masks] == [f'{path.name}.png' for path in images]
        assert len(images) == count
        for picture, mask in zip(images, masks):
            assert cv2.imread(str(picture)).shape == (SIZE[1], SIZE[0], 3)
            values = cv2.imread(str(mask), cv2.IMREAD_UNCHANGED)
            assert values.shape == (SIZE[1], SIZE[0]) and set(np.unique(values)) <= {0, 255}
    assert {path.name for path in made.iterdir()} == {'train', 'val'}
    assert {path.name for path in made.parent.iterdir()} == {'plates'}, 'the working folder is left behind'


def test_annotations_say_what_the_masks_show(made):
    seen = 0
    for split in ('train', 'val'):
        coco = json.loads((made / split / 'annotations.json').read_text(encoding='utf-8'))
        assert coco['info']['version'] == GENERATOR_VERSION and coco['info']['seed'] == 1
        assert coco['categories'][0]['name'] == 'plate'
        for image in coco['images']:
            mask = cv2.imread(str(made / split / 'masks' / f'{image["file_name"]}.png'), 0) > 0
            entries = [entry for entry in coco['annotations'] if entry['image_id'] == image['id']]
            assert sum(entry['area'] for entry in entries) == mask.sum()
            drawn = np.zeros(mask.shape, bool)
            for entry in entries:
                seen += 1
                x, y, w, h = entry['bbox']
                assert mask[y : y + h, x : x + w].sum() >= entry['area']
                assert mask[y, x : x + w].any() and mask[y + h - 1, x : x + w].any()
                assert np.array(entry['corners']).shape == (4, 2) and entry['layout'] and entry['text']
                for polygon in entry['segmentation']:
                    drawn |= coco_mask(polygon)
            thin = np.logical_xor(drawn, mask).astype(np.uint8)
            assert not cv2.erode(thin, np.ones((2, 2), np.uint8)).any(), (
                'polygon and mask differ by over a pixel'
            )
    assert seen >= 5


def coco_mask(polygon: list[float], factor: int = 8) -> np.ndarray:
    """Rasterises a COCO polygon (the corner of the picture is 0, 0) by PIL, supersampled."""
    points = (np.array(polygon).reshape(-1, 2) * factor - 0.5).ravel().tolist()
    canvas = Image.new('L', (SIZE[0] * factor, SIZE[1] * factor), 0)
    ImageDraw.Draw(canvas).polygon(points, fill=255)
    return np.asarray(canvas.resize(SIZE, Image.Resampling.BOX)) >= 128


def test_bytes_do_not_depend_on_the_number_of_workers(made, tmp_path):
    again = write_dataset(tmp_path / 'again', 6, 2, seed=1, size=SIZE, workers=2, progress=False)
    assert digest(again) == digest(made)


def test_first_pictures_do_not_depend_on_how_many_follow(made, tmp_path):
    less = write_dataset(tmp_path / 'less', 2, 1, seed=1, size=SIZE, progress=False)
    kept = {name: value for name, value in digest(less).items() if not name.endswith('.json')}
    assert kept.items() <= digest(made).items()


def test_other_seed_other_pictures_and_val_is_not_train(made, tmp_path):
    other = digest(write_dataset(tmp_path / 'other', 2, 2, seed=2, size=SIZE, progress=False))
    pictures = [value for name, value in {**digest(made), **other}.items() if name.endswith('.jpg')]
    assert len(set(pictures)) == len(pictures)


def test_refuses_to_replace(tmp_path):
    root = tmp_path / 'mine'
    root.mkdir()
    (root / 'precious.txt').write_text('keep me')
    with pytest.raises(FileExistsError, match='--overwrite'):
        write_dataset(root, 1, 0, size=SIZE, progress=False)
    assert (root / 'precious.txt').read_text() == 'keep me'
    write_dataset(root, 1, 0, size=SIZE, overwrite=True, progress=False)
    assert not (root / 'precious.txt').exists() and (root / 'train' / 'annotations.json').exists()
    assert [path.name for path in tmp_path.iterdir()] == ['mine']


@pytest.mark.parametrize('workers', [0, 2])
def test_nothing_is_left_when_it_fails(tmp_path, monkeypatch, workers):
    from mmlp.datasets.synthetic import writer

    if workers and multiprocessing.get_start_method() != 'fork':
        pytest.skip('worker processes see what is patched here only when they are forked')
    real = writer.render_scene
    calls = []

    def fails_at_the_second(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError('power cut')
        return real(*args, **kwargs)

    monkeypatch.setattr(writer, 'render_scene', fails_at_the_second)
    with pytest.raises(RuntimeError, match='power cut'):
        write_dataset(tmp_path / 'half', 3, 0, size=SIZE, workers=workers, progress=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(num_train=-1), 'num_train: expected 0 or more, got -1'),
        (dict(num_train=0, num_val=0), 'both 0'),
        (dict(seed=-3), 'seed: expected 0 or more, got -3'),
        (dict(size=(20, 480)), 'at least 64 x 64.*20x480'),
        (dict(workers=-2), 'workers'),
    ],
)
def test_wrong_numbers(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        write_dataset(tmp_path / 'x', **options)
    assert not list(tmp_path.iterdir())


def test_command_line(tmp_path, capsys):
    out = tmp_path / 'cli'
    command = ['--out', str(out), '--num-train', '1', '--num-val', '1', '--size', '96x64', '--workers', '1']
    assert tool.main(command) == 0
    assert str(out) in capsys.readouterr().out and (out / 'val' / 'annotations.json').exists()
    assert tool.main(command) == 2
    assert '--overwrite' in capsys.readouterr().err
    assert tool.main([*command, '--overwrite', '--seed', '1']) == 0


def test_command_line_explains_sizes(capsys):
    with pytest.raises(SystemExit):
        tool.main(['--size', 'large'])
    assert "expected WIDTHxHEIGHT such as 640x480, got 'large'" in capsys.readouterr().err
