"""The journal of a run beside its report: what a later run knows, and a disk that gets full."""

import dataclasses
import errno
import itertools
import json
import os
import random
import shutil
import subprocess

import pytest
from helpers.bright_plates import BrightSegmenter, hidden_files, plate_picture, write_video

from mmlp.cli import media_jobs
from mmlp.files import WriteError, is_disk_full
from mmlp.jobs import FileResult, JobReport, anonymize_media, segment_media
from mmlp.jobs.report import read_report
from mmlp.jobs.run_journal import RunJournal, journal_path
from mmlp.media import find_media, write_image


def result(number, parts=0):
    review = [
        {'reason': 'uncertain', 'frames': [n, n + 1], 'seconds': [n / 25, n / 24]} for n in range(parts)
    ]
    return FileResult(f'/in/é {number:04}.jpg', 'image', outputs=[f'/out/é {number:04}.jpg'], review=review)


def test_while_a_run_goes_on_its_journal_tells_all_that_is_finished(tmp_path):
    report = JobReport({'method': 'blur'}, tmp_path / 'report.json')
    report.path.write_text('the report of a former run')
    report.files.append(result(0))
    report.begin()
    assert not report.path.exists()  # It would not be true any more.
    for number in (1, 2):
        report.add(result(number))
        settings, results = read_report(report.path)
        assert settings == {'method': 'blur'} and results == report.files
    report.save()
    assert os.listdir(tmp_path) == ['report.json'] and read_report(report.path)[1] == report.files


def test_what_was_announced_is_not_noted_twice(tmp_path):
    report = JobReport({}, tmp_path / 'report.json')
    report.begin()
    report.announce(announced := result(1))
    report.add(announced)
    report.announce(result(2))
    report.add(dataclasses.replace(result(2), status='failed'))  # It could not be renamed.
    _, results = read_report(report.path)
    assert [(entry.path[-8:], entry.status) for entry in results] == [
        *(('0001.jpg', 'done'), ('0002.jpg', 'done'), ('0002.jpg', 'failed'))
    ]
    report.save()


def test_a_report_that_is_not_written_leaves_the_journal(tmp_path):
    report = JobReport({}, tmp_path / 'report.json')
    report.begin()
    report.add(result(1))
    report.path.mkdir()  # Somebody is quicker.
    with pytest.raises(WriteError, match='there is a folder of that name'):
        report.save()
    report.path.rmdir()
    assert os.listdir(tmp_path) == ['report.json.journal']
    assert read_report(report.path)[1] == report.files


def test_own_files_are_not_among_those_left_alone(tmp_path):
    for name in ('report.json', 'report.json.journal', 'notes.txt'):
        (tmp_path / name).write_text('1')
    media = find_media([tmp_path])
    report = JobReport({}, tmp_path / 'report.json', media)
    assert [file.path.name for file in report.not_processed] == ['notes.txt']


@pytest.mark.parametrize('job', [anonymize_media, segment_media])
def test_a_journal_of_another_run_is_refused(job, tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    report = tmp_path / 'out/report.json'
    settings, results = read_report(report)
    report.unlink()
    entries = [dataclasses.asdict(entry) for entry in results]
    RunJournal(report, {**settings, 'crf': 11}, entries, {}).close()
    with pytest.raises(ValueError, match=r'run with other settings \(crf 11, now None\)'):
        job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), crf=11, resume=True).files[0].kept
    journal = journal_path(report)
    journal.write_text('my notes\n')
    with pytest.raises(ValueError, match=r'report\.json\.journal: is not a journal'):
        job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert journal.read_text() == 'my notes\n'


def test_without_resume_a_killed_run_is_not_written_over(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    RunJournal(tmp_path / 'report.json', {}, [], {}).close()
    options = dict(in_place=True, report=tmp_path / 'report.json')
    before = (tmp_path / 'a.png').read_bytes()
    with pytest.raises(FileExistsError, match=r'report\.json\.journal exists already; pass resume'):
        anonymize_media(tmp_path / 'a.png', None, BrightSegmenter(), **options)
    assert (tmp_path / 'a.png').read_bytes() == before


def test_reports_of_earlier_versions_are_gone_on_with(tmp_path):
    """They had no journal, and the same report."""
    for name in 'ab':
        write_image(tmp_path / f'in/{name}.png', plate_picture())
    anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    path = tmp_path / 'out/report.json'
    document = json.loads(path.read_text())
    assert set(document) == {
        *('created', 'mmlp', 'settings', 'summary', 'files', 'not_processed', 'hidden'),
    }
    del document['files'][1]
    path.write_text(json.dumps(document, indent=1))
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert [entry.kept for entry in report.files] == [True, False]


class FakeDisk:
    """A disk with room for some blocks, for what a journal and its reserve write into a folder."""

    block = 4096

    def __init__(self, folder, blocks, monkeypatch):
        self.folder, self.blocks = folder, blocks
        self._write, self._allocate = os.write, os.posix_fallocate
        monkeypatch.setattr(os, 'write', self.write)
        monkeypatch.setattr(os, 'posix_fallocate', self.allocate)

    @property
    def free(self):
        return self.blocks - sum(-(-path.stat().st_size // self.block) for path in self.folder.iterdir())

    def check(self, descriptor, size):
        before = -(-os.fstat(descriptor).st_size // self.block)
        if -(-size // self.block) - before > self.free:
            raise OSError(errno.ENOSPC, 'No space left on device')

    def write(self, descriptor, data):
        self.check(descriptor, os.fstat(descriptor).st_size + len(data))
        return self._write(descriptor, data)

    def allocate(self, descriptor, start, size):
        self.check(descriptor, start + size)
        self._allocate(descriptor, start, size)


@pytest.mark.skipif(not hasattr(os, 'posix_fallocate'), reason='room is kept in another way')
@pytest.mark.parametrize('seed', range(20))
def test_whenever_a_disk_gets_full_the_report_of_all_before_fits(seed, tmp_path, monkeypatch):
    rng = random.Random(seed)
    folder = tmp_path / 'disk'
    folder.mkdir()
    report = JobReport({'method': 'blur'}, folder / 'report.json')
    with monkeypatch.context() as patched:
        disk = FakeDisk(folder, rng.randint(20, 200), patched)
        report.begin()
        with pytest.raises(WriteError, match='stopped, since the report would not have room') as stopped:
            for number in itertools.count():
                report.add(result(number, parts=rng.choice([0, 0, 0, 1, 5])))
                if rng.random() < 0.3:  # Outputs take their room too, until there is none.
                    (folder / f'{number}.jpg').write_bytes(bytes(disk.block) if disk.free else b'')
        assert is_disk_full(stopped.value)
        report._journal.make_room()
        free = disk.free * disk.block
    report.save()
    assert report.path.stat().st_size <= free and len(read_report(report.path)[1]) == len(report.files) > 3


def test_a_journal_that_cannot_grow_stops_the_run_and_a_later_one_goes_on(tmp_path, capsys):
    """A limit on the size of files, as of disks and users."""
    resource = pytest.importorskip('resource')
    picture = plate_picture(size=(96, 80), boxes=((20, 30, 68, 46),))
    for number in range(30):
        write_image(tmp_path / f'in/{number:02}.png', picture)

    def run(**options):
        report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), **options)
        media_jobs.print_summary(report)
        return report

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, limits[1]))
    try:
        assert media_jobs.run(run) == 1
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert 'could not be written: File too large' in capsys.readouterr().err
    _, results = read_report(tmp_path / 'out/report.json')
    known = {entry.path[-6:] for entry in results if entry.status == 'done'}
    assert 5 < len(known) < 30 and {path.name for path in (tmp_path / 'out').glob('*.png')} >= known
    assert media_jobs.run(lambda: run(resume=True)) == 0
    assert f'30 of 30 files done; {len(known)} of them by a former run' in capsys.readouterr().err
    assert not hidden_files(tmp_path) and not journal_path(tmp_path / 'out/report.json').exists()


@pytest.fixture()
def disk(tmp_path):
    """A small disk, and what gives it another size; where the system lets us have one."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    command = ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', str(folder)]
    if not shutil.which('mount') or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip('no disk can be mounted here')

    def resize(size):
        subprocess.run(['mount', '-o', f'remount,size={size}', str(folder)], check=True)
        return folder

    yield resize
    subprocess.run(['umount', '--lazy', str(folder)], check=True)


@pytest.mark.parametrize('size', ['56k', '96k', '200k'])
@pytest.mark.parametrize('job', [anonymize_media, segment_media])
def test_a_full_disk_leaves_a_report_of_what_was_done(job, size, disk, tmp_path, capsys):
    for number in range(24):
        write_image(tmp_path / f'in/{number:02}.png', plate_picture(seed=number))
    out = disk(size) / 'out'

    def run(**options):
        report = job(tmp_path / 'in', out, BrightSegmenter(), **options)
        media_jobs.print_summary(report)
        return report

    assert media_jobs.run(run) == 1
    said = capsys.readouterr().err
    assert said.count('the disk is full') == 1 and '--resume goes on' in said
    document = json.loads((out / 'report.json').read_text())
    done = [entry['outputs'] for entry in document['files'] if entry['status'] == 'done']
    written = sorted(str(path) for path in out.rglob('*') if path.is_file() and path.name != 'report.json')
    assert (
        sorted(path for outputs in done for path in outputs) == written
        and len(done) == document['summary']['done'] < 24
    )
    disk('8m')
    assert media_jobs.run(lambda: run(resume=True)) == 0
    assert f'24 of 24 files done; {len(done)} of them by' in capsys.readouterr().err or not done
    assert not [path for path in out.rglob('*') if path.name.startswith('.') or path.suffix == '.journal']


def test_a_full_disk_in_place(disk, tmp_path):
    folder = disk('1m')
    for number in range(3):
        write_image(folder / f'in/{number}.png', plate_picture(seed=number))
    write_video(folder / 'in/drive.mp4', frames=40)
    before = {path.name: path.read_bytes() for path in (folder / 'in').iterdir()}
    (folder / 'ballast').write_bytes(bytes(shutil.disk_usage(folder).free - 4096))
    options = dict(in_place=True, report=tmp_path / 'report.json')
    report = anonymize_media(folder / 'in', None, BrightSegmenter(), **options)
    assert report.exit_code == 1 and report.disk_full == 4 and shutil.disk_usage(folder).free == 4096
    assert {path.name: path.read_bytes() for path in (folder / 'in').iterdir()} == before
    (folder / 'ballast').unlink()
    report = anonymize_media(folder / 'in', None, BrightSegmenter(), **options, resume=True)
    assert report.exit_code == 0 and [entry.plates for entry in report.files] == [1, 1, 1, 40]
