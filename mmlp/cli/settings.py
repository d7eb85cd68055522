"""Settings of configs on the command line: ``--cfg-options KEY=VALUE``, read without the toolbox."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


def setting(text: str) -> str:
    """Checks a setting, as ``type`` of argparse; :func:`read_settings` reads it."""
    key, equals, _ = text.partition('=')
    if not key or not equals:
        raise argparse.ArgumentTypeError(f'expected KEY=VALUE, got {text!r}')
    return text


def read_settings(texts: Sequence[str] | None) -> dict[str, Any] | None:
    """Reads settings as the toolbox's own tools do.

    Args:
        texts (Sequence[str] | None): Each ``KEY=VALUE``; of equal keys the last counts.

    Returns:
        dict[str, Any] | None: What ``mmengine.config.DictAction`` makes of them; None for None.

    Raises:
        ValueError: A value cannot be read.
    """
    if texts is None:
        return None
    from mmengine.config import DictAction

    read = argparse.Namespace()
    action = DictAction(['--cfg-options'], 'settings', nargs='+')
    for text in texts:
        try:
            action(argparse.ArgumentParser(), read, [text])
        except (AssertionError, ValueError) as error:
            raise ValueError(f'--cfg-options {text}: {error}') from error
    return read.settings
