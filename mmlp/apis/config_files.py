"""Where configs are found: as a file, by name, in a checkout, in an installed wheel, inside a checkpoint."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from mmengine.config import Config

ConfigSource: TypeAlias = 'str | os.PathLike | Config'

PACKAGE = Path(__file__).resolve().parents[1]
#: A hundred times the flagship's.
_LONGEST_CONFIG = 1 << 20


def config_folder() -> Path:
    """Returns the folder of this installation's configs.

    Raises:
        FileNotFoundError: There is none: the package was installed without ``.mim``, from no checkout.
    """
    for folder in (PACKAGE / '.mim' / 'configs', PACKAGE.parent / 'configs'):
        if (folder / '_base_').is_dir():
            return folder
    raise FileNotFoundError(
        f'mmlp at {PACKAGE} has no configs, neither in .mim/configs nor beside it. Install it anew from its '
        'wheel or as "pip install -e ." in a checkout, or give the path of a config file.'
    )


def find_config(name: str | os.PathLike) -> Path:
    """Finds a config file.

    Args:
        name: A path; or the name of a config of mmlp, such as ``lp_fpn_lite0``, with or without ``.py``.

    Returns:
        The file.

    Raises:
        FileNotFoundError: It is neither; the message lists the names there are.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    if path.name == str(name):  # Not a path but a name.
        found = config_folder() / f'{path.name.removesuffix(".py")}.py'
        if found.is_file():
            return found
    names = ', '.join(sorted(file.stem for file in config_folder().glob('*.py')))
    raise FileNotFoundError(f'config {str(name)!r} does not exist; those that come with mmlp are: {names}')


def load_config(source: ConfigSource) -> Config:
    """Loads a config by path or by name; one that is loaded already is returned as it is.

    Raises:
        FileNotFoundError: There is no such config.
    """
    from mmengine.config import Config

    if isinstance(source, Config):
        return source
    return Config.fromfile(str(find_config(source)))


def parse_config_text(text: str) -> dict[str, Any]:
    """Reads the text that the toolbox stores as ``meta['cfg']`` of a checkpoint, without running it.

    The toolbox itself executes that text. Here only assignments of plain values are understood: numbers,
    strings, lists, tuples, dicts and ``dict(...)``, which is all that the toolbox writes.

    Args:
        text: Python assignments, one a top-level name.

    Returns:
        The values by name.

    Raises:
        ValueError: The text holds anything else, or is far too long or too deep for a config.
    """
    if len(text) > _LONGEST_CONFIG:
        raise ValueError(f'the config inside the checkpoint has {len(text):,} characters, far too many')
    try:
        return _parse_config_text(text)
    except (RecursionError, MemoryError):  # of the parser, whose depth is limited
        raise ValueError('the config inside the checkpoint is nested too deep') from None
    except (SyntaxError, TypeError, UnicodeError) as error:  # TypeError: a list as a key
        raise ValueError(f'the config inside the checkpoint is not such Python: {error}') from error


def _parse_config_text(text: str) -> dict[str, Any]:
    values = {}
    for statement in ast.parse(text).body:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(target, ast.Name) or len(statement.targets) != 1:
            raise ValueError(f'{_where(statement)} is no assignment to a name; give the config as a file')
        values[target.id] = _plain_value(statement.value)
    return values


def _plain_value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        if not isinstance(node.func, ast.Name) or node.func.id != 'dict' or node.args:
            raise ValueError(
                f'{_where(node)} is a call, of which only dict(...) is; give the config as a file'
            )
        pairs = [(keyword.arg, _plain_value(keyword.value)) for keyword in node.keywords]
        if any(name is None for name, _ in pairs):
            raise ValueError(f'{_where(node)} holds **; give the config as a file')
        return dict(pairs)
    if isinstance(node, ast.Dict) and None not in node.keys:
        return {_plain_value(key): _plain_value(value) for key, value in zip(node.keys, node.values)}
    if isinstance(node, ast.List):
        return [_plain_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_plain_value(item) for item in node.elts)
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise ValueError(f'{_where(node)} is no plain value; give the config as a file') from None


def _where(node: ast.AST) -> str:
    return f'line {node.lineno} of the config inside the checkpoint ({ast.unparse(node)[:60]!r})'
