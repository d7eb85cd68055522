"""Pictures that would fill the memory are refused, and what pictures take stays below what is estimated."""

import json
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from helpers.stated_sizes import coded, photo, stated_jpeg
from PIL import Image

from mmlp.media import MAX_PIXELS, UnreadableMediaError, read_image
from mmlp.media.images import open_image
from mmlp.media.limits import MAX_MEMORY, PILLOW_LIMIT, check_memory, check_pixels

HERE = Path(__file__).parents[1]
#: Runs snippets in forks of a process, and tells for each its peak in MiB beyond that process, and seconds.
MEASURE = """
import json, os, sys, time
import numpy as np
from mmlp.media import UnreadableMediaError, edit_in_place, read_image, write_image
sys.path.insert(0, {folder!r})
from helpers import stated_sizes

def resident(name):
    with open('/proc/self/status') as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name)) / 1024

def anonymize(path, out):
    picture = read_image(path)
    def paint(bgr):
        bgr[100:200, 100:300] = 0
    bgr, touched = edit_in_place(picture, np.array([[100, 100, 300, 200]]), paint)
    write_image(out, picture, bgr, touched=touched)

for snippet in {snippets!r}:
    if os.fork() == 0:
        with open('/proc/self/clear_refs', 'w') as file:
            file.write('5')  # Begins the peak anew.
        before, began = resident('VmRSS'), time.monotonic()
        exec(snippet)
        print(json.dumps([resident('VmHWM') - before, time.monotonic() - began]), flush=True)
        os._exit(0)
    os.wait()
"""


def measure(*snippets):
    """Peak in MiB and seconds of each snippet."""
    code = MEASURE.format(folder=str(HERE), snippets=snippets)
    done = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=True, timeout=300
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_limit_is_250_million_pixels():
    assert MAX_PIXELS == 250_000_000
    check_pixels('a.png', 25_000, 10_000, MAX_PIXELS)
    with pytest.raises(UnreadableMediaError, match=r'a\.png: has 25000 x 10001 pixels.*--max-pixels'):
        check_pixels('a.png', 25_000, 10_001, MAX_PIXELS)
    with pytest.raises(
        UnreadableMediaError, match='has 16000 x 16000 pixels, more than max_pixels=250,000,000'
    ):
        read_image(stated_jpeg(16_000, 16_000))


@pytest.mark.parametrize(
    ('kind', 'megabytes'),
    [('JPEG RGB', 300), ('PNG RGB', 600), ('TIFF RGB', 600), ('PNG RGBA', 300), ('WEBP RGB', 90)],
)
def test_200_million_pixels_of_usual_kinds_are_let_in(kind, megabytes):
    memory = check_memory('a', (20_000, 10_000), tuple(kind.split()), megabytes * 1_000_000, MAX_PIXELS)
    assert memory <= MAX_MEMORY


def test_kinds_that_take_more_are_refused_earlier():
    kind, size = ('TIFF', 'RGBA;16'), (15_000, 10_000)
    with pytest.raises(UnreadableMediaError, match=r'take about \d\.\d GB of memory as TIFF RGBA;16.*8-bit'):
        check_memory('a', size, kind, 10**9, MAX_PIXELS)
    # Whoever raises the limit has the memory.
    assert check_memory('a', size, kind, 10**9, 4 * MAX_PIXELS) > MAX_MEMORY


def test_files_of_gigabytes_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr('mmlp.media.images.MAX_FILE_BYTES', 5000)
    path = tmp_path / 'a.png'
    path.write_bytes(coded(photo(), 'PNG'))
    with pytest.raises(UnreadableMediaError, match=r'has [\d,]+ bytes, more than the 5,000 of a picture'):
        read_image(path)


def test_pillows_own_limit_comes_back_when_the_last_has_read(monkeypatch):
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 1000)
    inside, leave = threading.Event(), threading.Event()

    def read():
        with PILLOW_LIMIT.lifted():
            inside.set()
            leave.wait(10)

    thread = threading.Thread(target=read)
    thread.start()
    assert inside.wait(10)
    with PILLOW_LIMIT.lifted():
        assert Image.MAX_IMAGE_PIXELS is None
    assert Image.MAX_IMAGE_PIXELS is None
    leave.set()
    thread.join()
    assert Image.MAX_IMAGE_PIXELS == 1000


READ_SHORT_FILES = """
for side in (15_000, 30_000):
    for data in stated_sizes.short_files(side, side).values():
        try:
            read_image(data)
        except UnreadableMediaError:
            continue
        raise SystemExit('was read')
"""
KINDS = {
    'JPEG RGB': ('JPEG', {'quality': 90}),
    'progressive JPEG RGB': ('JPEG', {'quality': 90, 'progressive': True, 'subsampling': 0}),
    'PNG RGBA': ('PNG', {'compress_level': 1}),
    'TIFF CMYK': ('TIFF', {}),
}


@pytest.mark.skipif(sys.platform != 'linux', reason='measures as Linux does')
def test_small_files_take_no_memory_and_pictures_no_more_than_is_estimated(tmp_path):
    noise = np.random.default_rng(0).integers(90, 110, (2400, 4000, 3), np.uint8)
    paths = {}
    for what, (fmt, options) in KINDS.items():
        paths[what] = tmp_path / f'{what}.{fmt.lower()}'
        paths[what].write_bytes(coded(Image.fromarray(noise).convert(what.split()[-1]), fmt, **options))
    small = tmp_path / 'small.jpeg'
    small.write_bytes(coded(Image.fromarray(noise[:200, :300]), 'JPEG'))
    short, (libraries, _), *measured = measure(
        READ_SHORT_FILES,
        *(f'anonymize({str(path)!r}, {str(path.with_stem("out"))!r})' for path in (small, *paths.values())),
    )
    assert short[0] < 100 and short[1] < 10 and libraries < 40
    for (what, path), (megabytes, _) in zip(paths.items(), measured, strict=True):
        estimate = open_image(path, MAX_PIXELS).memory / 2**20
        # Bands of rows take the same for small pictures.
        assert estimate / 3 < megabytes - libraries < estimate + 45, what
