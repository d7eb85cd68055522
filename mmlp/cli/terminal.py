"""Lines for people: what a file is named cannot command their terminal."""

from __future__ import annotations

import sys


def printable(text: str) -> str:
    r"""Replaces what is not printable by its escape sequence in Python, such as ``\x1b``.

    Names of files may hold any character: those that move the cursor or colour the screen, line breaks, and
    bytes that are not text.

    Args:
        text (str): A line.

    Returns:
        str: The line without characters for which ``str.isprintable`` is False.
    """
    if text.isprintable():
        return text
    return ''.join(
        character if character.isprintable() else character.encode('unicode_escape').decode()
        for character in text
    )


def say(line: str) -> None:
    """Prints a line on standard error, see :func:`printable`."""
    print(printable(line), file=sys.stderr)


def tell(line: str) -> None:
    """Prints a line on standard output, see :func:`printable`."""
    print(printable(line))
