"""The scripts of tools/analysis_tools/benchmarks as modules."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / 'tools' / 'analysis_tools' / 'benchmarks'


def load_benchmark(name: str) -> ModuleType:
    """The benchmark as it is when it is started as a script, with its folder on the path."""
    sys.path.insert(0, str(FOLDER))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(FOLDER))
