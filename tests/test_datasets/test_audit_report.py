"""The report as a whole: numbers worked by hand, the JSON file, the page, and data sets without plates."""

from __future__ import annotations

import base64
import json
import re

import cv2
import numpy as np
import pytest
from helpers.audit_samples import PLATE, SIZE, found, rectangle_mask, run, scene, splits_of, write

from mmlp.datasets.audit import CHECKS, audit, finding_table, split_table, write_json, write_page
from mmlp.datasets.audit.charts import count_centers, heat_map, histogram
from mmlp.datasets.audit.summary import describe, summarize_split


def broken_root(root):
    """One sample in order, and one for each thing that can be wrong with a picture by itself."""
    whole = cv2.imencode('.jpg', scene(1))[1].tobytes()
    write(root, 'good.png', scene(0))
    write(root, 'cut.jpg', whole[: len(whole) // 2])
    write(root, 'no_mask.png', scene(2), None)
    write(root, 'small_mask.png', scene(3), PLATE[::2, ::2])
    write(root, 'cut_mask.png', scene(4), cv2.imencode('.png', scene(4))[1].tobytes()[:200])
    write(root, 'speck.png', scene(5), rectangle_mask((60, 70, 40, 10), (5, 5, 2, 2)))
    write(root, '<b>&.png', scene(6), 255 - rectangle_mask((1, 1, 158, 118)), split='val')
    write(root, 'copy.png', scene(0), split='val')
    return root


EXPECTED = {
    ('unreadable-picture', 'train', 'cut.jpg'),
    ('missing-mask', 'train', 'no_mask.png'),
    ('mask-size', 'train', 'small_mask.png.png'),
    ('unreadable-mask', 'train', 'cut_mask.png.png'),
    ('speck', 'train', 'speck.png.png'),
    ('all-borders', 'val', '<b>&.png.png'),
    ('duplicate-across-splits', 'val', 'copy.png'),
}


def test_all_is_named_and_the_rest_is_audited(tmp_path):
    report = run(broken_root(tmp_path))
    assert found(report) == EXPECTED
    assert len(report.images) == 8
    order = [list(CHECKS).index(finding.check) for finding in report.findings]
    assert order == sorted(order)


def test_worker_processes_find_the_same(tmp_path):
    broken_root(tmp_path)
    assert run(tmp_path, workers=2) == run(tmp_path)


def test_checks_can_be_left_out(tmp_path):
    report = run(broken_root(tmp_path), ignore=['speck', 'mask-size'])
    assert found(report) == {entry for entry in EXPECTED if entry[0] not in ('speck', 'mask-size')}
    with pytest.raises(ValueError, match='no check is called spek; there are: unusable-split, '):
        run(tmp_path, ignore=['spek'])


def test_numbers_of_a_split(tmp_path):
    write(tmp_path, 'a.png', scene(0), rectangle_mask((10, 10, 40, 10), (60, 60, 60, 20)))
    ignoring = rectangle_mask((10, 50, 66, 33))
    ignoring[100:] = 128
    write(tmp_path, 'b.png', scene(1), ignoring)
    write(tmp_path, 'c.png', scene(2), np.zeros(SIZE, np.uint8))
    write(tmp_path, 'd.png', scene(3), None)
    write(tmp_path, 'e.png', b'')
    numbers = summarize_split(run(tmp_path), 'train')
    assert numbers['pictures'] == 5
    assert numbers['unreadable_images'] == 1
    assert numbers['usable_masks'] == 3
    assert numbers['images_without_plates'] == 1
    assert numbers['plates'] == 3
    assert numbers['plates_by_height'] == {'lt16': 1, '16to32': 1, 'gt32': 1}
    assert numbers['ignored_pixels'] == 20 * 160
    assert numbers['ignored_share'] == pytest.approx(20 * 160 / (3 * 120 * 160), abs=1e-6)
    assert numbers['plate']['height'] == {
        'min': 10.0, 'max': 33.0, 'mean': 21.0, 'p5': 11.0, 'p25': 15.0, 'p50': 20.0, 'p75': 26.5, 'p95': 31.7
    }  # fmt: skip
    assert describe(np.zeros(0)) is None


def test_json_holds_everything(tmp_path):
    report = run(broken_root(tmp_path / 'data'))
    write_json(tmp_path / 'out' / 'audit.json', report)
    content = json.loads((tmp_path / 'out' / 'audit.json').read_text())
    assert content['counts'] == {'error': 5, 'warning': 2, 'note': 0}
    assert content['splits']['train']['pictures'] == 6
    assert {(f['check'], f['split'], f['path'].rsplit('/')[-1]) for f in content['findings']} == EXPECTED
    good = next(p for p in content['pictures'] if p['path'].endswith('good.png'))
    (plate,) = good['plates']
    assert (plate['height'], plate['area'], plate['box']) == (10.0, 400, [60.0, 70.0, 99.0, 79.0])
    assert (good['width'], good['height'], len(good['sha256'])) == (160, 120, 64)
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['audit.json']


def test_page_names_all_and_needs_nothing_beside_it(tmp_path):
    report = run(broken_root(tmp_path / 'data'))
    write_page(tmp_path / 'audit.html', report)
    page = (tmp_path / 'audit.html').read_text(encoding='utf-8')
    for name in (
        'cut.jpg',
        'no_mask.png',
        'small_mask.png.png',
        'cut_mask.png.png',
        'speck.png.png',
        'copy.png',
    ):
        assert name in page
    assert '&lt;b&gt;&amp;.png' in page and '<b>&' not in page
    sources = re.findall(r'src="([^"]+)"', page)
    assert all(source.startswith('data:image/') for source in sources)
    assert not re.findall(r'(?:href|src)="(?!#|data:)', page)
    # The unreadable picture has none, pairs have two, plates the whole and the place.
    jpegs = [s for s in sources if s.startswith('data:image/jpeg')]
    assert len(jpegs) == 1 + 1 + 1 + 2 + 2 + 2
    for source in jpegs:
        data = np.frombuffer(base64.b64decode(source.split(',')[1]), np.uint8)
        assert max(cv2.imdecode(data, cv2.IMREAD_COLOR).shape) <= 240


def test_page_shows_some_and_lists_the_others(tmp_path):
    for number in range(5):
        write(tmp_path / 'data', f'plate{number}.png', scene(number), rectangle_mask((3, 3, 2, 2)))
    report = run(tmp_path / 'data', ignore=['no-plates'])
    write_page(tmp_path / 'audit.html', report, max_shown=2)
    page = (tmp_path / 'audit.html').read_text(encoding='utf-8')
    assert page.count('<figure>') == 2
    assert all(f'plate{number}.png' in page for number in range(5))
    assert finding_table(report).count('\n') == 4
    report = run(tmp_path / 'data', ignore=['no-plates', 'speck'])
    assert finding_table(report) == ''


def test_a_place_is_outlined_and_marked(tmp_path):
    write(
        tmp_path / 'data',
        'a.png',
        np.full((120, 160, 3), (90, 90, 80), np.uint8),
        rectangle_mask((80, 60, 3, 3)),
    )
    write_page(tmp_path / 'audit.html', run(tmp_path / 'data', ignore=['no-plates', 'blank-picture']))
    page = (tmp_path / 'audit.html').read_text(encoding='utf-8')
    whole, place = (
        cv2.imdecode(np.frombuffer(base64.b64decode(code), np.uint8), cv2.IMREAD_COLOR).astype(int)
        for code in re.findall(r'data:image/jpeg;base64,([^"]+)', page)
    )
    yellow = (whole[..., 2] > 150) & (whole[..., 1] > 130) & (whole[..., 0] < 90)
    assert np.argwhere(yellow).mean(axis=0) == pytest.approx((61, 81), abs=1.5)
    red = place[..., 2] - place[..., 1] > 60
    # Three pixels and twelve around them on each side fill the width of the place.
    assert np.ptp(np.argwhere(red)[:, 1]) == pytest.approx(place.shape[1] * 3 / 27, abs=8)


@pytest.mark.parametrize('has_masks', [True, False])
def test_without_any_plate(tmp_path, has_masks):
    for name, split in (('a.png', 'train'), ('b.png', 'val')):
        write(tmp_path / 'data', name, scene(len(split)), np.zeros(SIZE, np.uint8), split=split)
    splits = splits_of(tmp_path / 'data')
    if not has_masks:
        (tmp_path / 'data/train/masks/a.png.png').unlink()
        splits = splits_of(tmp_path / 'data')
    report = audit('data', splits)
    expected = {('no-plates', 'val', 'val')}
    expected.add(('no-plates', 'train', 'train') if has_masks else ('missing-mask', 'train', 'a.png'))
    assert found(report) == expected
    if has_masks:
        write_page(tmp_path / 'audit.html', report)
    write_json(tmp_path / 'audit.json', report)
    assert 'val' in split_table(report)


def test_tables_hold_the_numbers(tmp_path):
    report = run(broken_root(tmp_path))
    row = next(line for line in split_table(report).splitlines() if line.startswith('| train'))
    assert [cell.strip() for cell in row.split('|')[2:5]] == ['6', '2', '0']
    row = next(line for line in finding_table(report).splitlines() if 'mask-size' in line)
    assert [cell.strip() for cell in row.split('|')[1:5]] == ['error', 'mask-size', '1', '0']


def svg_of(address):
    head, data = address.split(',')
    assert head == 'data:image/svg+xml;base64'
    return base64.b64decode(data).decode()


def test_histograms():
    values = {'train': np.array([1.0, 2.0, 40.0]), 'val': np.array([3.0])}
    for logarithmic in (False, True):
        text = svg_of(histogram('Height', values, logarithmic=logarithmic))
        assert '>Height<' in text and '>train<' in text and '>val<' in text
        assert text == svg_of(histogram('Height', values, logarithmic=logarithmic))
    assert '>none<' not in svg_of(histogram('Height', {'train': values['train'], 'none': np.zeros(0)}))
    assert '>nothing to show<' in svg_of(histogram('Height', {'train': np.zeros(0)}))
    assert '>train<' in svg_of(histogram('Height', {'train': np.array([7.0, 7.0])}, logarithmic=True))


def test_heat_maps_count_centers():
    counts = count_centers(np.array([[0.1, 0.9], [0.1, 0.9], [0.0, 0.0], [1.4, 0.5], [-0.1, 1.0]]))
    expected = np.zeros((24, 24), int)
    expected[21, 2], expected[0, 0], expected[12, 23], expected[23, 0] = 2, 1, 1, 1
    np.testing.assert_array_equal(counts, expected)
    assert count_centers(np.zeros(0)).sum() == 0


def test_heat_maps_are_bright_where_plates_are():
    def draw(x):
        data = base64.b64decode(heat_map('Where', np.array([[x, 0.3]])).split(',')[1])
        return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE).astype(int)

    # Two cells differ, and nothing else: 0.6 of the width of the axes apart.
    left, right = draw(0.2), draw(0.8)
    brighter, darker = (np.argwhere(change > 99).mean(axis=0) for change in (left - right, right - left))
    assert darker - brighter == pytest.approx((0, 0.6 * 0.74 * left.shape[1]), abs=20)
