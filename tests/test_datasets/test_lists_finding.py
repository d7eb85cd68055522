"""Finding pictures that were renamed, resized, coded anew, mixed up or lost; how they were made is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.list_samples import make_rows, save, scene, store, write_layout
from PIL import Image

from mmlp.datasets.audit.perceptual_hash import hash_image
from mmlp.datasets.converters import Record
from mmlp.datasets.lists import (
    FingerprintStore,
    Found,
    ListedImage,
    Missing,
    find_images,
    take_fingerprint,
)

COUNT = 12


@pytest.fixture
def rows(tmp_path: Path) -> list[ListedImage]:
    """Pictures p_0.jpg to p_11.jpg, which show the scenes 0 to 11."""
    write_layout(tmp_path / 'ours', [f'p_{i:02}.jpg' for i in range(COUNT)])
    return make_rows(tmp_path / 'ours')


def find(rows: list[ListedImage], folder: Path, **options: object) -> tuple[dict[str, Found], dict[str, str]]:
    records = [
        Record(str(path), str(path.relative_to(folder)))
        for path in sorted(folder.rglob('*'))
        if path.is_file()
    ]
    found, missing = find_images(rows, records, options.pop('store', None) or store(), **options)
    assert all(isinstance(item, Missing) for item in missing)
    assert [item.listed for item in found] == [row for row in rows if row in {f.listed for f in found}]
    return {item.listed.name: item for item in found}, {item.listed.name: item.reason for item in missing}


def files(found: dict[str, Found], folder: Path) -> dict[str, str]:
    return {name: str(Path(item.record.image).relative_to(folder)) for name, item in found.items()}


def test_names_first_in_any_case_ending_and_folder(rows: list, tmp_path: Path) -> None:
    folder = tmp_path / 'set'
    names = {}
    for i, row in enumerate(rows):
        stem = row.name[:-4]
        name = [f'{stem}.JPG', f'images/{stem}.jpeg', f'a/b/{stem.upper()}.png'][i % 3]
        names[row.name] = name
        save(scene(i, (640, 480)), folder / name)
    for i in range(50):
        save(scene(100 + i), folder / f'others/{i}.jpg')
    measured = CountingStore()
    found, missing = find(rows, folder, store=measured)
    assert not missing and files(found, folder) == names
    assert {item.how for item in found.values()} == {'name'} and all(item.resized for item in found.values())
    assert len(measured.paths) == COUNT, 'names decide: the others are not looked at'


class CountingStore(FingerprintStore):
    def __init__(self) -> None:
        super().__init__(None, 2, progress=False)
        self.paths: set[str] = set()

    def measure(self, paths, what):
        paths = list(paths)
        self.paths.update(paths)
        return super().measure(paths, what)


def test_identifiers_come_before_names(rows: list, tmp_path: Path) -> None:
    folder = tmp_path / 'set'
    listed = [replace(row, identifier=f'day/{i}#t=1.jpg') for i, row in enumerate(rows)]
    for i in range(COUNT):
        save(scene(i, (640, 480)), folder / f'day/{i}#t=1.jpg')
    measured = CountingStore()
    found, _ = find(listed, folder, store=measured)
    assert files(found, folder) == {row.name: row.identifier for row in listed}
    assert {item.how for item in found.values()} == {'name'}


@pytest.mark.parametrize('size', [(1280, 960), (160, 120), (300, 300), (333, 251)])
@pytest.mark.parametrize('coding', [dict(quality=30), dict(quality=95), None])
def test_renamed_resized_and_coded_anew(rows: list, tmp_path: Path, size: tuple, coding: dict | None) -> None:
    folder = tmp_path / 'set'
    order = np.random.default_rng(3).permutation(COUNT)
    for i in range(COUNT):
        save(scene(i, size), folder / f'{order[i]}.{"png" if coding is None else "jpg"}', **(coding or {}))
    for i in range(20):
        save(scene(200 + i), folder / f'x{i}.jpg')
    found, missing = find(rows, folder)
    assert not missing
    truth = {f'p_{i:02}.jpg': str(order[i]) for i in range(COUNT)}
    assert {name: Path(item.record.image).stem for name, item in found.items()} == truth
    assert {item.how for item in found.values()} == {'picture'}


def test_the_very_file_wins_and_may_be_listed_twice(rows: list, tmp_path: Path) -> None:
    folder = tmp_path / 'set'
    twice = [*rows, replace(rows[0], name='again.jpg')]
    data = (tmp_path / 'ours/train/images/p_00.jpg').read_bytes()
    save(scene(0, (640, 480)), folder / 'p_00.jpg')
    (folder / 'z.jpg').write_bytes(data)
    found, missing = find(twice, folder)
    assert found['p_00.jpg'].how == 'name', 'names are asked first'
    assert found['again.jpg'].how == 'sha256' and files(found, folder)['again.jpg'] == 'z.jpg'
    (folder / 'p_00.jpg').unlink()
    found, missing = find(twice, folder)
    assert files(found, folder) == {'p_00.jpg': 'z.jpg', 'again.jpg': 'z.jpg'}
    assert {item.how for item in found.values()} == {'sha256'} and len(missing) == COUNT - 1


def test_another_picture_under_the_right_name(rows: list, tmp_path: Path) -> None:
    folder = tmp_path / 'set'
    for i in range(COUNT):
        save(scene(i), folder / f'p_{i:02}.jpg')
    save(scene(99), folder / 'p_03.jpg')
    save(scene(98), folder / 'p_05.jpg')
    save(scene(5, (512, 384)), folder / 'moved/5.jpg')
    (folder / 'p_07.jpg').write_bytes(b'no picture')
    found, missing = find(rows, folder)
    assert sorted(missing) == ['p_03.jpg', 'p_07.jpg']
    assert 'p_03.jpg has its name, and shows something else' in missing['p_03.jpg']
    assert 'of 256 bits differ' in missing['p_03.jpg']
    assert 'p_07.jpg has its name, and cannot be read' in missing['p_07.jpg']
    assert files(found, folder)['p_05.jpg'] == 'moved/5.jpg'


def bits_between(*images: Image.Image) -> int:
    hashes = [hash_image(cv2.cvtColor(np.asarray(image), cv2.COLOR_RGB2GRAY)) for image in images]
    return int(np.unpackbits(hashes[0] ^ hashes[1]).sum())


class TestFramesOfOneFilm:
    """Pictures that are nearly the same: 6 to 12 bits apart, which a single picture at any size is not."""

    @pytest.fixture
    def drift(self) -> float:
        drift = next(d for d in np.arange(0.01, 0.2, 0.005) if bits_between(scene(0), scene(0, drift=d)) >= 6)
        assert bits_between(scene(0), scene(0, drift=drift)) <= 12
        return drift

    @pytest.fixture
    def frames(self, tmp_path: Path, drift: float) -> list[ListedImage]:
        save(scene(0), tmp_path / 'film/train/images/f_1.jpg')
        save(scene(0, drift=drift), tmp_path / 'film/train/images/f_2.jpg')
        return make_rows(tmp_path / 'film')

    def test_each_gets_its_own(self, frames: list, tmp_path: Path, drift: float) -> None:
        save(scene(0, (480, 360), drift), tmp_path / 'set/a.jpg')
        save(scene(0, (480, 360)), tmp_path / 'set/b.jpg')
        found, _ = find(frames, tmp_path / 'set')
        assert files(found, tmp_path / 'set') == {'f_1.jpg': 'b.jpg', 'f_2.jpg': 'a.jpg'}

    def test_names_that_were_swapped_do_not_decide(self, frames: list, tmp_path: Path, drift: float) -> None:
        save(scene(0, (480, 360), drift), tmp_path / 'set/f_1.jpg')
        save(scene(0, (480, 360)), tmp_path / 'set/f_2.jpg')
        found, _ = find(frames, tmp_path / 'set')
        assert files(found, tmp_path / 'set') == {'f_1.jpg': 'f_2.jpg', 'f_2.jpg': 'f_1.jpg'}

    def test_nor_do_those_of_twins(self, tmp_path: Path) -> None:
        """4 bits apart, as near as a file of the right name has to be."""
        drift = next(d for d in np.arange(0.02, 0.2, 0.01) if bits_between(scene(0), scene(0, drift=d)) == 4)
        images = [scene(0), scene(0, drift=drift)]
        for number, image in enumerate(images, start=1):
            save(image, tmp_path / f'film/train/images/f_{number}.png')
            save(image.resize((640, 480)), tmp_path / f'set/f_{3 - number}.png')
        found, _ = find(make_rows(tmp_path / 'film'), tmp_path / 'set')
        assert files(found, tmp_path / 'set') == {'f_1.png': 'f_2.png', 'f_2.png': 'f_1.png'}

    def test_one_file_does_not_become_both(self, frames: list, tmp_path: Path) -> None:
        save(scene(0, (480, 360)), tmp_path / 'set/a.jpg')
        found, missing = find(frames, tmp_path / 'set')
        assert files(found, tmp_path / 'set') == {'f_1.jpg': 'a.jpg'}
        assert 'the nearest is' in missing['f_2.jpg'] and 'another picture of the list' in missing['f_2.jpg']

    def test_how_near_is_near_can_be_told(self, frames: list, tmp_path: Path) -> None:
        save(scene(0, (480, 360)), tmp_path / 'set/a.jpg')
        assert 'f_2.jpg' in find(frames[1:], tmp_path / 'set')[0]
        found, missing = find(frames[1:], tmp_path / 'set', max_bits=3)
        assert not found and 'the nearest is' in missing['f_2.jpg']
        with pytest.raises(ValueError, match='max_bits must lie from 0 to 128, got 129'):
            find(frames, tmp_path / 'set', max_bits=129)


def test_the_larger_of_two_sizes(rows: list, tmp_path: Path) -> None:
    """Though the small one differs in fewer bits, by its coding."""
    for i in range(COUNT):
        save(scene(i, (240, 180)), tmp_path / f'set/small/{i}.jpg', quality=95)
        save(scene(i, (640, 480)), tmp_path / f'set/z/{i}.jpg', quality=50)
    small, large = (
        {name: item.bits for name, item in find(rows, tmp_path / 'set' / folder)[0].items()}
        for folder in ('small', 'z')
    )
    close = [row for row in rows if small[row.name] < large[row.name] < 4]
    assert close
    found, _ = find(close, tmp_path / 'set')
    assert {item.fingerprint.width for item in found.values()} == {640}


def test_pictures_that_show_nothing(tmp_path: Path) -> None:
    save(Image.new('RGB', (60, 40)), tmp_path / 'ours/train/images/n_1.png')
    rows = make_rows(tmp_path / 'ours')
    save(Image.new('RGB', (90, 60)), tmp_path / 'set/other.png')
    assert 'it shows nothing' in find(rows, tmp_path / 'set')[1]['n_1.png']
    save(Image.new('RGB', (90, 60)), tmp_path / 'set/n_1.png')
    assert find(rows, tmp_path / 'set')[0]['n_1.png'].how == 'name'
    save(scene(1), tmp_path / 'set/n_1.png')
    assert 'has its name, and shows something else' in find(rows, tmp_path / 'set')[1]['n_1.png']
    data = (tmp_path / 'ours/train/images/n_1.png').read_bytes()
    (tmp_path / 'set/x.png').write_bytes(data)
    assert find(rows, tmp_path / 'set')[0]['n_1.png'].how == 'sha256'


def test_what_was_measured_is_kept_until_the_file_changes(tmp_path: Path) -> None:
    path, kept = save(scene(0), tmp_path / 'a.jpg'), tmp_path / 'kept' / 'prints.jsonl'
    broken = tmp_path / 'b.jpg'
    broken.write_bytes(b'no picture')

    def measure() -> dict:
        return FingerprintStore(kept, 2, progress=False).measure([str(path), str(broken)], '')

    first = measure()
    assert first[str(path)] == take_fingerprint(path) and first[str(broken)] is None
    size = kept.stat().st_size
    assert measure() == first and kept.stat().st_size == size
    with open(kept, 'a') as file:
        file.write('["6162", [1')  # cut off
    save(scene(5), path)
    assert measure()[str(path)] == take_fingerprint(path) != first[str(path)]
    assert measure()[str(path)] == take_fingerprint(path)


def test_nothing_listed_and_nothing_there(rows: list, tmp_path: Path) -> None:
    (tmp_path / 'set').mkdir()
    found, missing = find(rows, tmp_path / 'set')
    assert not found and set(missing.values()) == {'no picture of the set shows it'}
