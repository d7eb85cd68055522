"""What could not be done of a data set, for the end of a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .terminal import say

if TYPE_CHECKING:
    from mmlp.datasets.converters import Problem

_SHOWN = 10


def print_problems(problems: Sequence[Problem], what: str, whole_list: str = '') -> None:
    """Prints the first problems on standard error, how many more there are, and the file that lists all."""
    if not problems:
        return
    say(f'{len(problems)} {what}:')
    for problem in problems[:_SHOWN]:
        say(f'  {problem.path}: {problem.message}')
    if len(problems) > _SHOWN:
        say(f'  and {len(problems) - _SHOWN} more{whole_list and ": "}{whole_list}')
