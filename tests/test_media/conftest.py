"""Videos to order, and a way to lose root's rights."""

import contextlib
import os
import tempfile

import pytest
from helpers.media_samples import encode_video


@pytest.fixture
def make_video(tmp_path):
    """Returns a function that writes a video into the test's folder, see ``encode_video``."""
    return lambda name='in.mp4', **options: encode_video(tmp_path / name, **options)


@pytest.fixture
def unprivileged():
    """Returns a context in which the file system treats the test as an ordinary user."""

    @contextlib.contextmanager
    def drop():
        is_root = hasattr(os, 'geteuid') and os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield
        finally:
            if is_root:
                os.seteuid(0)

    return drop


@pytest.fixture
def open_folder(tmp_path_factory):
    """A folder that every user can reach (pytest's own are for their maker alone)."""
    with tempfile.TemporaryDirectory(prefix='mmlp-test-') as folder:
        os.chmod(folder, 0o755)
        yield folder
