"""Help comes at once: it loads none of what takes seconds."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from mmlp.cli.main import COMMANDS

HEAVY = {
    *('torch', 'torchvision', 'mmengine', 'mmcv', 'mmseg', 'timm', 'matplotlib'),
    *('cv2', 'numpy', 'av', 'PIL', 'onnxruntime', 'tqdm', 'yaml', 'prettytable'),
}
#: Runs ``mmlp`` and tells what it has loaded.
CALL = (
    'import sys\nfrom mmlp.cli.main import main\nsys.argv[0] = "mmlp"\n'
    f'main()\nloaded = {sorted(HEAVY)} & sys.modules.keys()\nassert not loaded, loaded'
).replace(str(sorted(HEAVY)), f'set({sorted(HEAVY)})')
#: Processor's seconds that a person does not notice; a loaded machine takes as many times as long as it takes
#: longer to do nothing.
SECONDS, TO_DO_NOTHING = 0.3, 0.03


def processor_seconds(*command: str) -> float:
    """What a process takes of the processor's time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *command], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize('words', ['', *COMMANDS, 'convert coco'])
def test_help_comes_at_once(words: str) -> None:
    command = ('-c', CALL, *words.split(), '--help')
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('usage: mmlp') and done.stderr == ''
    nothing = min(processor_seconds('-c', 'pass') for _ in range(3))
    bound = SECONDS * max(1.0, nothing / TO_DO_NOTHING)
    assert any(processor_seconds(*command) < bound for _ in range(5))


def test_help_of_all_formats() -> None:
    code = (
        'import sys\nfrom mmlp.cli.convert import FORMATS, build_parser\n'
        'for format_ in FORMATS.values(): assert "layout" in build_parser(format_).format_help()\n'
        f'loaded = set({sorted(HEAVY)}) & sys.modules.keys()\nassert not loaded, loaded'
    )
    subprocess.run([sys.executable, '-c', code], check=True)
