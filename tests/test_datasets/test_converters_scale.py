"""Twenty thousand records: reading, planning and resuming stay fast."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from helpers.converter_samples import picture, run, text

from mmlp.datasets.converters import Options, Record, SplitRule
from mmlp.datasets.converters.labels import choose_labels
from mmlp.datasets.converters.plan import plan
from mmlp.datasets.converters.readers.ccpd import parse_name
from mmlp.datasets.converters.readers.coco import COCO
from mmlp.datasets.converters.readers.yolo import YOLO

COUNT = 20_000


def planned(records: list) -> list:
    assert all(isinstance(record, Record) for record in records)
    choice = choose_labels(records, None)
    return plan(records, choice, Options('out', rule=SplitRule(val_fraction=0.2), progress=False))


@pytest.fixture
def budget() -> object:
    """Fails a test that takes longer on the processor than a minute of any machine allows."""
    start = time.process_time()
    yield
    assert time.process_time() - start < 30


def test_ccpd_names(budget: None) -> None:
    records = []
    for i in range(COUNT):
        x, y = 100 + i % 300, 200 + i // 100
        name = (
            f'025-95_113-{x}&{y}_{x + 90}&{y + 40}-{x + 90}&{y + 40}_{x}&{y + 39}_{x}&{y}_{x + 90}&{y + 1}'
            f'-0_0_22_27_{i // 900}_{i // 30 % 30}_{i % 30}-37-15.jpg'
        )
        shape, number = parse_name(name)
        records.append(Record(f'/s/{name}', f'ccpd_base/{name}', [shape], group=number))
    jobs = planned(records)
    assert len({job.key for job in jobs}) == COUNT
    val = sum(job.split == 'val' for job in jobs)
    assert val == pytest.approx(0.2 * COUNT, rel=0.1)


def test_coco_file(tmp_path: Path, budget: None) -> None:
    source = picture(tmp_path / 'S/first.jpg', (16, 12))
    for i in range(COUNT):
        os.link(source, tmp_path / f'S/{i:06}.jpg')
    content = {
        'images': [{'id': i, 'file_name': f'{i:06}.jpg', 'width': 16, 'height': 12} for i in range(COUNT)],
        'categories': [{'id': 1, 'name': 'plate'}],
        'annotations': [
            {'id': i, 'image_id': i, 'category_id': 1, 'segmentation': [[2, 2, 9, 3, 9, 6, 2, 5]]}
            for i in range(COUNT)
        ],
    }
    text(tmp_path / 'S/all.json', json.dumps(content))
    assert len(planned(list(COCO(str(tmp_path / 'S')).read()))) == COUNT


def test_same_names_in_many_folders(tmp_path: Path, budget: None) -> None:
    records = [Record(f'/s/{i // 100}/{i % 100}.jpg', f'{i // 100}/{i % 100}.jpg') for i in range(COUNT)]
    jobs = planned(records)
    assert len({job.key for job in jobs}) == COUNT


def test_thousands_of_files_are_resumed(tmp_path: Path, budget: None) -> None:
    source = picture(tmp_path / 'S/images/first.jpg', (16, 12))
    count = 1000
    for i in range(count - 1):
        os.link(source, source.with_name(f'{i}.jpg'))
    for i in range(0, count, 10):
        text(tmp_path / f'S/labels/{i}.txt', '0 0.5 0.5 0.5 0.5\n')
    for expected in ((count, 0), (0, count)):
        report = run(YOLO(str(tmp_path / 'S')), tmp_path / 'out', link='hard')
        assert (report.converted, report.skipped) == expected
