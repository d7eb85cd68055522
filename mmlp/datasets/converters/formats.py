"""The formats that can be converted: what their commands offer, without loading what reads them."""

from __future__ import annotations

import argparse
import ast
import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reader import Reader

Options = Callable[[argparse._ActionsContainer], None]


@dataclass(frozen=True)
class Format:
    """A format.

    The docstring of ``readers/NAME.py`` is the help text of its command: what the set is, its licence, where
    it comes from, how it lies on disk.

    Attributes:
        name: Name of the command, and of the module in ``readers``.
        reader: Name of the class in that module.
        has_boxes: The set has boxes without outlines; the command then offers ``--box-as``.
        has_labels: Annotations have class names; the command then offers ``--labels``.
        add_options: Adds the options that only this format has; they are given to the reader under the same
            names.
    """

    name: str
    reader: str
    has_boxes: bool = False
    has_labels: bool = False
    add_options: Options | None = None

    @functools.cached_property
    def help(self) -> str:
        """The help text; its first line says what the format is."""
        source = Path(__file__).with_name('readers') / f'{self.name}.py'
        tree = ast.parse(source.read_text(encoding='utf-8'))
        return ast.get_docstring(tree) or ''

    def read_options(self, args: argparse.Namespace) -> dict[str, Any]:
        """The reader's own options among all that were read."""
        own = argparse.ArgumentParser(add_help=False)
        if self.add_options is not None:
            self.add_options(own)
        return {name: getattr(args, name) for name in vars(own.parse_args([]))}

    def load_reader(self) -> type[Reader]:
        """Imports what reads the format."""
        module = importlib.import_module(f'.readers.{self.name}', __package__)
        return getattr(module, self.reader)


def _images(options: argparse._ActionsContainer) -> None:
    options.add_argument('--images', help='folder of the pictures, if they do not lie below the source')


def _test_subset(options: argparse._ActionsContainer) -> None:
    options.add_argument('--test-subset', choices=('AC', 'LE', 'RP'), help='application to test on')


def _attribute(options: argparse._ActionsContainer) -> None:
    options.add_argument(
        '--attribute',
        nargs='+',
        metavar='NAME',
        help='region attribute that holds the label; several where files name it differently',
    )


def _one_based(options: argparse._ActionsContainer) -> None:
    options.add_argument(
        '--one-based', action='store_true', help='pixels count from 1, boxes include their last pixel'
    )


def _pose(options: argparse._ActionsContainer) -> None:
    kinds = options.add_mutually_exclusive_group()
    kinds.add_argument(
        '--pose',
        action='store_true',
        default=None,
        help='lines of 12 or 16 numbers hold a box and four key points, the corners',
    )
    kinds.add_argument(
        '--outlines',
        dest='pose',
        action='store_false',
        default=None,
        help='lines of 6 numbers and more hold outlines',
    )


_ALL = (
    # Annotation tools
    Format('coco', 'COCO', has_boxes=True, has_labels=True, add_options=_images),
    Format('cvat', 'CVAT', has_boxes=True, has_labels=True),
    Format('label_studio', 'LabelStudio', has_boxes=True, has_labels=True, add_options=_images),
    Format('labelme', 'LabelMe', has_boxes=True, has_labels=True),
    Format('via', 'VIA', has_boxes=True, has_labels=True, add_options=_attribute),
    Format('voc', 'VOC', has_boxes=True, has_labels=True, add_options=_one_based),
    Format('yolo', 'YOLO', has_boxes=True, has_labels=True, add_options=_pose),
    Format('layout', 'Layout'),
    # Published sets
    Format('aolp', 'AOLP', has_boxes=True, add_options=_test_subset),
    Format('ccpd', 'CCPD'),
    Format('cityscapes', 'Cityscapes'),
    Format('easypr', 'EasyPR'),
    Format('open_images', 'OpenImages'),
    Format('open_lpr', 'OpenLPR', has_boxes=True),
    Format('openalpr', 'OpenALPR', has_boxes=True),
    Format('rodosol', 'RodoSol'),
    Format('ssig', 'SSIG', has_boxes=True),
    Format('uc3m_lp', 'UC3MLP'),
    Format('ufpr_alpr', 'UFPRALPR', has_boxes=True),
    Format('wpod', 'WPOD', add_options=_images),
)
#: All formats by their names.
FORMATS = {format_.name: format_ for format_ in _ALL}
