"""What a user reads whose environment has no toolbox, or one too old."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

from helpers.needed_packages import needs_toolbox


def run_import(prelude: str) -> str:
    """Imports mmlp in a process of its own and returns the error's text."""
    code = (
        textwrap.dedent(prelude) + '\ntry:\n    import mmlp.modules\nexcept ImportError as e:\n    print(e)\n'
    )
    done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True)
    return done.stdout


def test_missing_toolbox_names_both_ways_to_get_it():
    text = run_import("import sys\nsys.modules['mmseg'] = None")
    assert re.search('mmlp could not import (mmengine|mmcv|mmseg) ', text)
    assert '[onedl]' in text and 'install_openmmlab.sh' in text


@needs_toolbox
def test_old_toolbox_is_named_with_its_version():
    text = run_import("import mmseg\nmmseg.__version__ = '0.30.0'")
    assert 'needs mmseg>=1.2.0, found 0.30.0' in text
    assert '[onedl]' in text and 'install_openmmlab.sh' in text


@needs_toolbox
def test_newer_toolbox_is_welcome():
    assert 'mmlp' not in run_import("import mmseg\nmmseg.__version__ = '9.0.0'")
