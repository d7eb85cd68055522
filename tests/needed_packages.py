"""What files of tests import that is not installed, told without importing them.

Most of the suite runs where nothing but mmlp and pytest is installed. A file that imports PyTorch, or a part
of mmlp that is built on MMSegmentation, is left out there. One that imports what should be light is not, and
fails if that has become heavy.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

#: What MMSegmentation is imported as.
TOOLBOX = ('torch', 'mmengine', 'mmcv', 'mmseg')
#: Marks tests that need it without importing it, such as those of commands.
needs_toolbox = pytest.mark.needs(*TOOLBOX)
#: Parts of mmlp that cannot be imported without it, and what draws curves.
OURS: dict[str, tuple[str, ...]] = {
    'mmlp.checkpoints': TOOLBOX,
    'mmlp.datasets.LicensePlateDataset': TOOLBOX,
    'mmlp.datasets.audit': TOOLBOX,
    'mmlp.datasets.transforms': TOOLBOX,
    'mmlp.engine': TOOLBOX,
    'mmlp.evaluation.plate_metric': TOOLBOX,
    'mmlp.evaluation.PlateMetric': TOOLBOX,
    'mmlp.models': TOOLBOX,
    'mmlp.visualization': (*TOOLBOX, 'matplotlib'),
}


def formats_of_sets(names: Iterable[str]) -> list:
    """Formats of data sets as parameters of a test; the description of one of them is YAML."""
    return [pytest.param(name, marks=pytest.mark.needs('yaml') if name == 'yolo' else ()) for name in names]


def absent_packages(path: Path) -> list[str]:
    """Names the absent packages that a file of tests imports at its top, itself or by helpers."""
    needed = {package for name in imported_names(path) for package in packages_behind(name)}
    return sorted(package for package in needed if not is_installed(package))


def packages_behind(name: str) -> tuple[str, ...]:
    """The packages from elsewhere that importing a module needs."""
    if name.partition('.')[0] != 'mmlp':
        return (name.partition('.')[0],)
    return next((packages for ours, packages in OURS.items() if f'{name}.'.startswith(f'{ours}.')), ())


@functools.cache
def is_installed(package: str) -> bool:
    """Whether a package can be found."""
    return importlib.util.find_spec(package) is not None


@functools.cache
def imported_names(path: Path) -> frozenset[str]:
    """Names of the modules that a file imports at its top, and those that helpers beside it import."""
    names: set[str] = set()
    for name in statements(path):
        helper = helpers().get(name.partition('.')[0])
        names |= imported_names(helper) if helper else {name}
    return frozenset(names)


@functools.cache
def helpers() -> dict[str, Path]:
    """The files that tests import from each other's folders, by the name that they are imported by."""
    files = Path(__file__).parent.rglob('*.py')
    return {file.parent.name if file.name == '__init__.py' else file.stem: file for file in files}


def statements(path: Path) -> Iterator[str]:
    """Names of modules in the import statements at the top of a file."""
    for statement in ast.parse(path.read_text(encoding='utf-8')).body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            yield from (f'{statement.module}.{alias.name}' for alias in statement.names)
