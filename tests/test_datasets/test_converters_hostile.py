"""Annotations that mean harm: each costs its own picture and no more, in seconds and half a gibibyte."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pycocotools.mask
import pytest
from helpers.converter_samples import picture, run, text
from helpers.hostile_samples import JSON_SETS, SETS, write_set

from mmlp.datasets.converters import SplitRule, rle
from mmlp.datasets.converters.reader import Reader
from mmlp.datasets.converters.readers.coco import COCO

FUZZ = Path(__file__).resolve().parents[2] / 'tools' / 'analysis_tools' / 'fuzz'
ALL_TRAIN = SplitRule('train')
MIB = 1 << 20
SECONDS, GIBIBYTES = 10, 0.5


def converted(reader: Reader, out: Path) -> dict:
    """Converts; what was reported."""
    report = run(reader, out, rule=ALL_TRAIN, workers=1)
    problems = [f'{p.path[-200:]}: {p.message[:400]}' for p in report.problems]
    return {'converted': report.converted, 'problems': problems[:8], 'count': len(problems)}


def limited(reader: Reader, out: Path) -> dict:
    """Converts within the limits; what was reported."""
    if sys.platform != 'linux':
        pytest.skip('limits processes as Linux does')
    sys.path.insert(0, str(FUZZ))
    try:
        from _sandbox import run_limited
    finally:
        sys.path.remove(str(FUZZ))
    # Tests run side by side: the time is for a busy machine.
    outcome = run_limited(lambda: json.dumps(converted(reader, out)), (), 3 * SECONDS, GIBIBYTES)
    assert outcome.status == 'done', (outcome.status, outcome.detail)
    return json.loads(outcome.detail)


NUMBERS = {'infinite': '1e999', 'not a number': 'NaN', 'far away': '1e18', 'beyond floats': '9' * 400}
TEXTS = {'empty': '', 'word': 'x', 'list': '[1, 2]', 'digits of another script': '²'}
JSON_VALUES = {
    'null': 'null',
    'text': '"x"',
    'list': '[1, [2]]',
    'object': '{"a": {}}',
    'deep list': '[' * 100_000 + ']' * 100_000,
    'deep object': '{"a":' * 100_000 + '0' + '}' * 100_000,
    'many digits': '1' * 5000,
    'bad escape': r'"\ud800\x"',
}
#: Many times as large in memory as in the file.
LARGE_VALUES = {
    'text': f'"{"x" * (40 * MIB)}"',
    'lists': '[' + '[],' * (2 * MIB) + '0]',
    'too many lists': '[' + '[],' * (10 * MIB) + '0]',
    'objects': '[' + '{},' * (2 * MIB) + '0]',
}


def assert_costs_one(found: dict) -> None:
    assert found.get('converted') == 1, found
    assert found['count'] == 1 and 'bad' in found['problems'][0], found


@pytest.mark.parametrize('kind', NUMBERS)
@pytest.mark.parametrize('name', SETS)
def test_a_number_that_no_picture_has_costs_its_own(name: str, kind: str, tmp_path: Path) -> None:
    assert_costs_one(converted(write_set(name, tmp_path / 'S', NUMBERS[kind]), tmp_path / 'out'))


@pytest.mark.parametrize('kind', JSON_VALUES)
@pytest.mark.parametrize('name', JSON_SETS)
def test_json_that_is_not_a_number_costs_its_own_picture(name: str, kind: str, tmp_path: Path) -> None:
    assert_costs_one(converted(write_set(name, tmp_path / 'S', JSON_VALUES[kind]), tmp_path / 'out'))


@pytest.mark.parametrize('kind', TEXTS)
@pytest.mark.parametrize('name', [name for name in SETS if name not in JSON_SETS])
def test_text_that_is_not_a_number_costs_its_own_picture(name: str, kind: str, tmp_path: Path) -> None:
    assert_costs_one(converted(write_set(name, tmp_path / 'S', TEXTS[kind]), tmp_path / 'out'))


@pytest.mark.parametrize(
    ('name', 'kind'),
    [*(('coco', kind) for kind in LARGE_VALUES), ('labelme', 'objects'), ('via_csv', 'text')],
)
def test_large_values_cost_little(name: str, kind: str, tmp_path: Path) -> None:
    reader = write_set(name, tmp_path / 'S', LARGE_VALUES[kind])
    assert_costs_one(limited(reader, tmp_path / 'out'))


@pytest.mark.parametrize('name', ['cvat', 'voc', 'yolo', 'aolp', 'rodosol'])
def test_long_texts_cost_little(name: str, tmp_path: Path) -> None:
    reader = write_set(name, tmp_path / 'S', 'x' * (9 * MIB))
    assert_costs_one(limited(reader, tmp_path / 'out'))


class TestRunLengths:
    """Masks as COCO has them."""

    def set_of(self, root: Path, segmentation: object) -> Reader:
        for name in ('good', 'bad'):
            picture(root / f'{name}.jpg')
        outline = [[20, 30, 90, 30, 90, 60]]
        content = {
            'images': [{'id': i, 'file_name': f'{n}.jpg'} for i, n in enumerate(('good', 'bad'))],
            'annotations': [
                {'id': i, 'image_id': i, 'category_id': 1, 'segmentation': s}
                for i, s in enumerate((outline, segmentation))
            ],
            'categories': [{'id': 1, 'name': 'plate'}],
        }
        text(root / 'all.json', content)
        return COCO(str(root))

    @pytest.mark.parametrize(
        ('size', 'counts'),
        [
            ([120, 160], 'o' * 2_000_000),
            ([120, 160], 'o' * 20_000 + '0'),
            ([120, 160], '0' * 2_000_000),
            ([120, 160], 'o' * 7 + '0'),
            ([120, 160], [2**62, 2**62, 2**62, 2**62]),
            ([120, 160], [2**64]),
            ([120, 160], [-5, 19205]),
            ([120, 160], [True, 19199]),
            ([120, 160], ['1', 19199]),
            ([120, 160], [[1], 19199]),
            ([120, 160], 1e400),
            ([10**6, 10**6], [10**12]),
            ([10**12, 10**12], [10**24]),
            ([-120, -160], [19200]),
            (['a', None], [19200]),
            ([1e400, 1], [19200]),
            (160, [19200]),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_nonsense(self, size: object, counts: object, tmp_path: Path) -> None:
        reader = self.set_of(tmp_path / 'S', {'size': size, 'counts': counts})
        assert_costs_one(limited(reader, tmp_path / 'out'))

    def test_as_pycocotools_reads_them(self) -> None:
        generator = np.random.default_rng(0)
        for share in (0.5, 0.01, 0.999):
            mask = generator.random((211, 97)) < share
            encoded = pycocotools.mask.encode(np.asfortranarray(mask.astype(np.uint8)))
            np.testing.assert_array_equal(rle.decode(encoded), mask)

    def test_many_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(rle, '_BLOCK', 7)
        mask = np.random.default_rng(0).random((40, 30)) < 0.3
        encoded = pycocotools.mask.encode(np.asfortranarray(mask.astype(np.uint8)))
        np.testing.assert_array_equal(rle.decode(encoded), mask)
