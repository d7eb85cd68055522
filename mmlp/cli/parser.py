"""The parser of all commands: one look of helps, one way to answer mistakes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, NoReturn

from .command import MISTAKE
from .terminal import printable


def describe_exit_codes(done: str = 'all done', failed: str = 'some of it failed') -> str:
    """Tells the exit codes of a command, for the end of its help.

    Args:
        done (str): What 0 means.
        failed (str): What 1 means.
    """
    return f"""exit codes:
  0    {done}
  1    {failed}
  2    nothing was done: a mistake of yours
  130  interrupted; 143 stopped by SIGTERM
"""


EXIT_CODES = describe_exit_codes()


def nearest_to(name: str, known: Iterable[str]) -> str:
    """Asks, behind the refusal of a name, whether the nearest that there is was meant."""
    import difflib

    nearest = difflib.get_close_matches(name, known, n=1)
    return f'; did you mean {nearest[0]}?' if nearest else ''


class Parser(argparse.ArgumentParser):
    """Parser of a command.

    Args:
        command (str): What is called, such as ``segment`` or ``convert coco``.
        description (str | None): The help text, printed as it is: the docstring of the command's module.
        epilog (str): Printed as it is behind the options.
        **kwargs: As of ``argparse.ArgumentParser``.
    """

    def __init__(
        self, command: str, description: str | None, epilog: str = EXIT_CODES, **kwargs: Any
    ) -> None:
        super().__init__(
            prog=f'mmlp {command}'.rstrip(),
            description=description,
            epilog=epilog,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **kwargs,
        )

    def error(self, message: str) -> NoReturn:
        """Answers a mistake in a line, and leaves."""
        self.exit(MISTAKE, f'error: {printable(message)} ("{self.prog} --help" tells all)\n')
