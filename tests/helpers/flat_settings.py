"""Settings of a segmenter by their own names alone, whatever value they belong to."""

from __future__ import annotations

import dataclasses
from typing import Any

from mmlp.apis import Runtime, Search, Trust

GROUPS = {'search': Search, 'runtime': Runtime, 'trust': Trust}


def grouped(**settings: Any) -> dict[str, Any]:
    """Arguments of ``PlateSegmenter``: fields of ``Search``, ``Runtime`` and ``Trust`` become these."""
    arguments = dict(settings)
    for group, kind in GROUPS.items():
        names = {field.name for field in dataclasses.fields(kind)} & arguments.keys()
        if names:
            own = {name: arguments.pop(name) for name in names}
            arguments[group] = dataclasses.replace(arguments.get(group, kind()), **own)
    return arguments
