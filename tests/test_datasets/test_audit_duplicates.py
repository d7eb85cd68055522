"""Copies under other names, sizes and codings are found; pictures that have nothing in common are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.audit_samples import PLATE, found, rectangle_mask, run, scene, write
from scipy.fft import dctn

from mmlp.datasets.audit.perceptual_hash import SAME_PICTURE, hash_image, nearest_of, nearest_within


def jpeg(image, quality):
    return cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def bits(first, second):
    return int(np.unpackbits(np.bitwise_xor(first, second), axis=-1).sum())


def test_hash_against_the_definition():
    grey = cv2.cvtColor(scene(3, (64, 64)), cv2.COLOR_BGR2GRAY)
    low = dctn(grey.astype(float), norm='ortho')[1:17, 1:17]
    expected = np.packbits(low > np.median(low))
    assert bits(hash_image(grey), expected) <= 2  # float32 against float64 at the median
    assert np.unpackbits(hash_image(grey)).sum() == 128


def test_hashes_of_strangers_differ_in_half_of_their_bits():
    hashes = [hash_image(cv2.cvtColor(scene(seed), cv2.COLOR_BGR2GRAY)) for seed in range(40)]
    distances = [bits(a, b) for i, a in enumerate(hashes) for b in hashes[:i]]
    assert np.mean(distances) == pytest.approx(128, abs=3)
    assert min(distances) > 64


@pytest.mark.parametrize('change', ['half', 'double', 'coded', 'brighter', 'grey', 'softer'])
def test_hash_survives(change):
    image = scene(5, (240, 320))
    changed = {
        'half': lambda: cv2.resize(image, (160, 120), interpolation=cv2.INTER_AREA),
        'double': lambda: cv2.resize(image, (640, 480), interpolation=cv2.INTER_CUBIC),
        'coded': lambda: cv2.imdecode(np.frombuffer(jpeg(image, 25), np.uint8), cv2.IMREAD_COLOR),
        'brighter': lambda: cv2.convertScaleAbs(image, alpha=0.8, beta=40),
        'grey': lambda: cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR),
        'softer': lambda: cv2.GaussianBlur(image, (0, 0), 1.5),
    }[change]()
    before, after = (hash_image(cv2.cvtColor(p, cv2.COLOR_BGR2GRAY)) for p in (image, changed))
    assert bits(before, after) <= SAME_PICTURE


def test_nearest_neighbours_against_brute_force():
    rng = np.random.default_rng(0)
    hashes = rng.integers(0, 256, (60, 32), np.uint8)
    hashes[10] = hashes[20] = hashes[30]
    hashes[5] = hashes[6] ^ np.eye(1, 32, 4, dtype=np.uint8)[0]
    others = rng.integers(0, 256, (37, 32), np.uint8)
    others[4] = hashes[50]
    table = np.unpackbits(hashes[:, None] ^ others[None], axis=-1).sum(axis=-1)
    indices, distances = nearest_of(hashes, others)
    np.testing.assert_array_equal(distances, table.min(axis=1))
    np.testing.assert_array_equal(table[np.arange(60), indices], table.min(axis=1))

    table = np.unpackbits(hashes[:, None] ^ hashes[None], axis=-1).sum(axis=-1).astype(int)
    np.fill_diagonal(table, 999)
    indices, distances = nearest_within(hashes)
    np.testing.assert_array_equal(distances, table.min(axis=1))
    np.testing.assert_array_equal(table[np.arange(60), indices], table.min(axis=1))
    assert (indices[5], indices[6]) == (6, 5)


def test_across_splits(tmp_path):
    for seed in range(3):
        write(tmp_path, f't{seed}.png', scene(seed, (240, 320)), rectangle_mask(size=(240, 320)))
    write(tmp_path, 'renamed.png', scene(0, (240, 320)), rectangle_mask(size=(240, 320)), split='val')
    write(tmp_path, 'small.jpg', jpeg(cv2.resize(scene(1, (240, 320)), (160, 120)), 40), PLATE, split='val')
    write(tmp_path, 'other.png', scene(77), PLATE, split='val')
    report = run(tmp_path)
    pairs = {
        ('duplicate-across-splits', 'val', 'renamed.png'),
        ('near-duplicate-across-splits', 'val', 'small.jpg'),
    }
    assert {entry for entry in found(report) if 'across' in entry[0]} == pairs
    (finding,) = report.of_check('near-duplicate-across-splits')
    assert finding.related == str(tmp_path / 'train/images/t1.png')
    assert 'in train' in finding.message


def test_the_same_scene_across_splits_alone(tmp_path):
    wide = scene(8, (240, 400))
    write(tmp_path, 'a.png', wide[:, :320], rectangle_mask((9, 9, 40, 9), size=(240, 320)))
    write(tmp_path, 'b.png', wide[:, 6:326], rectangle_mask((9, 9, 40, 9), size=(240, 320)), split='val')
    report = run(tmp_path)
    assert found(report) == {('scene-across-splits', 'val', 'b.png')}
    for path in ('images/b.png', 'masks/b.png.png'):
        (tmp_path / 'val' / path).rename(tmp_path / 'train' / path)
        (tmp_path / 'val' / path).parent.rmdir()
    assert found(run(tmp_path)) == set()


def test_within_a_split(tmp_path):
    for name, mask in (('a.png', PLATE), ('b.png', PLATE), ('c.png', np.roll(PLATE, 20, 0))):
        write(tmp_path, name, scene(0), mask)
    write(tmp_path, 'd.jpg', jpeg(scene(0), 50))
    write(tmp_path, 'e.jpg', jpeg(scene(1), 50))
    report = run(tmp_path)
    assert found(report) == {
        ('duplicate-in-split', 'train', 'b.png'),
        ('duplicate-in-split', 'train', 'c.png'),
        ('near-duplicate-in-split', 'train', 'd.jpg'),
    }
    differing = [f for f in report.findings if 'their masks differ' in f.message]
    assert [f.path[-5:] for f in differing] == ['c.png']


def test_the_nearest_of_several_splits_is_named(tmp_path):
    write(tmp_path, 'a.png', scene(0), split='train')
    write(tmp_path, 'b.jpg', jpeg(scene(0), 20), split='val')
    write(tmp_path, 'c.jpg', jpeg(scene(0), 20), split='test')
    report = run(tmp_path)
    assert {(f.split, f.check, f.related[-5:]) for f in report.findings} == {
        ('val', 'near-duplicate-across-splits', 'a.png'),
        ('test', 'duplicate-across-splits', 'b.jpg'),
    }


def test_blank_pictures_are_not_alike(tmp_path):
    for split, level in (('train', 0), ('val', 255)):
        write(tmp_path, 'a.png', np.full((120, 160, 3), level, np.uint8), PLATE, split=split)
    assert {check for check, _, _ in found(run(tmp_path))} == {'blank-picture'}
