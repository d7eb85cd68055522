"""Reading the YAML files that describe data sets."""

from __future__ import annotations

from typing import Any

import yaml

from .limits import DATA_ERRORS
from .shapes import FormatError
from .texts import read_text

#: Bytes of a description: names of five thousand classes. PyYAML takes seconds for as much.
_LARGEST = 1 << 17
#: Uses of anchors (``*name``), each of which may stand for all of the others.
_MOST_ALIASES = 16


class _Loader(yaml.SafeLoader):
    """Reads plain values, and few aliases."""

    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > _MOST_ALIASES:
                raise FormatError(
                    f'uses more than {_MOST_ALIASES} aliases (*name), which may grow beyond measure'
                )
        return super().compose_node(parent, index)


def read_yaml(path: str) -> Any:
    """The content of a YAML file.

    Raises:
        FormatError: It is not YAML, it is larger than descriptions of data sets are, or uses many aliases.
        OSError: It cannot be read.
    """
    text = read_text(path, _LARGEST)
    try:
        return yaml.load(text, _Loader)
    except FormatError:
        raise
    except RecursionError:
        raise FormatError('is nested too deeply for the description of a data set') from None
    except (*DATA_ERRORS, yaml.YAMLError) as error:
        raise FormatError(f'is not YAML: {error}') from None
