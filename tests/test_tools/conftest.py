"""What tests of several tools share."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest


@pytest.fixture
def mistake(capsys):
    """Expects that a command ends with a message that matches."""

    @contextlib.contextmanager
    def expect(message: str) -> Iterator[None]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leaving:
            yield
        assert leaving.value.code == 2 and re.search(f'^error: .*{message}', capsys.readouterr().err, re.S)

    return expect
