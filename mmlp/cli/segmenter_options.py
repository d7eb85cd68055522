"""How plates are looked for: the options of the command lines, and the segmenter that they describe."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import TYPE_CHECKING

from mmlp.apis.model_info import MAX_PARAMETERS
from mmlp.apis.settings import LONG_SIDE, Refinement, Runtime, Search, Tiles, Trust
from mmlp.media.pixel_limits import MAX_DEEP_FRAME_PIXELS, MAX_FRAME_PIXELS, MAX_PIXELS
from mmlp.weights import find_refiner

from .option_types import logit, positive_int, probability, region, whole_number
from .options import add_threads

if TYPE_CHECKING:
    from mmlp.apis import PlateSegmenter
    from mmlp.jobs import Segmenter

#: Pictures or frames that a graphics card gets at once, when nothing else is said.
_GPU_BATCH = 8


@dataclasses.dataclass(frozen=True)
class SearchDefaults:
    """How a verb looks for plates unless its options say otherwise.

    Attributes:
        threshold (float | None): Probability; None means the model's own.
        long_side (int): Longer side of the picture for the network.
        search (Search): Where plates are looked for beside.
        refinement (Refinement): How plates are refined, where they are.
        min_score (float | None): Lowest score with a refinement; None lets it follow the threshold.
        min_score_unrefined (float | None): Lowest score without.
    """

    threshold: float | None = None
    long_side: int = LONG_SIDE
    search: Search = Search(turned=True)
    refinement: Refinement = Refinement()
    min_score: float | None = None
    min_score_unrefined: float | None = None


def add_segmenter_options(
    parser: argparse.ArgumentParser, defaults: SearchDefaults = SearchDefaults()
) -> None:
    """Adds the options that :func:`build_segmenter` reads.

    Args:
        parser (argparse.ArgumentParser): Takes the options.
        defaults (SearchDefaults): What holds unless they are given.
    """
    parser.set_defaults(search_defaults=defaults)
    group = parser.add_argument_group('finding plates')
    group.add_argument(
        '--model', help='weights: a name, a .pth or an .onnx file (default: those that come along)'
    )
    group.add_argument('--config', help='config of the weights, for a .pth that does not carry its own')
    group.add_argument(
        '--backend',
        default='auto',
        choices=['auto', 'pytorch', 'onnxruntime', 'openvino'],
        help='default: auto',
    )
    group.add_argument('--device', default='auto', help='cpu, cuda, cuda:1, ... (default: auto)')
    add_threads(group)
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        '--threshold',
        type=probability,
        default=defaults.threshold,
        help='probability of a plate pixel, 0 to 1 (default: '
        f'{defaults.threshold or "of the model, mostly 0.5"})',
    )
    exclusive.add_argument(
        '--logit-threshold',
        type=logit,
        dest='threshold',
        default=argparse.SUPPRESS,
        metavar='LOGIT',
        help='the same as logit; 0.1 is a probability of 0.525',
    )
    group.add_argument(
        '--min-score',
        type=float,
        help='drop plates of a lower score, the mean probability of their pixels (default: '
        + (
            '0.2 above the threshold, at most 0.73, and 0.07 more with --refine)'
            if defaults.min_score is None
            else f'{defaults.min_score}, with --no-refine {defaults.min_score_unrefined})'
        ),
    )
    group.add_argument(
        '--long-side',
        type=whole_number,
        default=defaults.long_side,
        help='longer side of the picture for the network, pixels; 0 for its own size (default: %(default)s)',
    )
    group.add_argument(
        '--zoom-in-long-side',
        type=whole_number,
        default=defaults.search.zoom_in_long_side,
        help='the same for zooming in on what may be plates, where the whole picture shows none or a small '
        'one, with --smallest-plate in all pictures; 0 for none (default: %(default)s)',
    )
    group.add_argument(
        '--zoom-in-below',
        type=whole_number,
        default=defaults.search.zoom_in_below,
        metavar='WIDTH',
        help='width below which a plate is small, pixels at --long-side (default: %(default)s)',
    )
    group.add_argument(
        '--smallest-plate',
        type=whole_number,
        default=defaults.search.smallest_plate or 0,
        metavar='HEIGHT',
        help='look for plates of this height and more, in pixels of the picture, all over it, whatever else '
        'is found there; 0 zooms in only where the whole picture shows no plate or a small one. A job takes '
        '1.4 times as long with 8 as with 0 on pictures of 768 pixels, 1.3 times on video of 1280 x 720, 3 '
        'times on photographs of 12 megapixels (default: %(default)s)',
    )
    group.add_argument(
        '--largest-plate',
        type=positive_int,
        metavar='HEIGHT',
        help='take nothing for a plate that is higher than this, in pixels of the picture, such as '
        'billboards and large lettering (default: no limit)',
    )
    group.add_argument(
        '--tile',
        type=positive_int,
        nargs='+',
        metavar=('SIZE', 'OVERLAP'),
        help='look at tiles of the full picture too: finds small far plates in large pictures, takes longer',
    )
    group.add_argument(
        '--refine',
        action=argparse.BooleanOptionalAction,
        help='segment each plate again, magnified (default: if the weights have a network for it)',
    )
    group.add_argument(
        '--turned',
        action=argparse.BooleanOptionalAction,
        default=defaults.search.turned,
        help='where no plate is found for sure, look at the picture turned by quarter turns, too (default: '
        'yes)',
    )
    group.add_argument(
        '--panoramas',
        action=argparse.BooleanOptionalAction,
        default=defaults.search.panoramas,
        help='look at 360-degree pictures and videos in perspective views all around: finds plates on the '
        'seam and small ones, takes two to four seconds a picture on one core; they are told by their tags, '
        'or by being twice as wide as high and at least 2880 pixels wide (default: yes)',
    )
    group.add_argument(
        '--min-area',
        type=whole_number,
        default=16,
        help='smallest plate, in pixels at the size of the network',
    )
    group.add_argument(
        '--exclude',
        type=region,
        action='append',
        default=[],
        metavar='X,Y,W,H',
        help='take nothing in this region for a plate; pixels, or percent: 0,85%%,100%%,15%%; repeatable',
    )
    group.add_argument(
        '--batch-size', type=positive_int, help='pictures at once (default: 1, on a graphics card 8)'
    )
    group.add_argument(
        '--max-pixels',
        type=positive_int,
        metavar='PIXELS',
        help='refuse larger pictures, and videos of larger frames (default: '
        f'{MAX_PIXELS // 1_000_000} million, of videos {MAX_FRAME_PIXELS // 1_000_000} million, of those '
        f'with more than 8 bits a colour {MAX_DEEP_FRAME_PIXELS // 1_000_000} million)',
    )
    group.add_argument(
        '--allow-import',
        action='append',
        default=[],
        metavar='PACKAGE',
        help='a package that is imported, and that the config inside the weights may name modules of; '
        'repeatable',
    )
    group.add_argument(
        '--max-parameters',
        type=positive_int,
        default=MAX_PARAMETERS,
        help='refuse weights of larger networks (default: %(default)s)',
    )


def build_segmenter(args: argparse.Namespace) -> Segmenter:
    """Makes the segmenter that the options of :func:`add_segmenter_options` describe, and names its engine.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: Options contradict each other.
        ImportError: The backend is not installed.
    """
    from mmlp.apis.backends.graphics_card import advise_on_unused_card

    segmenter = build_plate_segmenter(args)
    print(segmenter.describe(), file=sys.stderr)
    if args.device == 'auto':
        advice = advise_on_unused_card(segmenter.backend.name, segmenter.backend.device)
        if advice is not None:
            print(f'note: {advice}', file=sys.stderr)
    return leave_out(args, segmenter)


def build_plate_segmenter(args: argparse.Namespace) -> PlateSegmenter:
    """Makes what finds the plates; errors as of :func:`build_segmenter`."""
    from mmlp.apis import PlateSegmenter

    tiles = None
    if args.tile:
        if len(args.tile) > 2:
            raise ValueError(f'--tile takes a size and an overlap, got {len(args.tile)} numbers')
        tiles = Tiles(args.tile[0], args.tile[1] if len(args.tile) == 2 else args.tile[0] // 6)
    if args.largest_plate is not None and args.largest_plate < args.smallest_plate:
        raise ValueError(
            f'--largest-plate {args.largest_plate} is below --smallest-plate {args.smallest_plate}: '
            'nothing would be left'
        )
    search = dataclasses.replace(
        args.search_defaults.search,
        zoom_in_long_side=args.zoom_in_long_side or None,
        zoom_in_below=args.zoom_in_below,
        smallest_plate=args.smallest_plate or None,
        tiles=tiles,
        turned=args.turned,
        panoramas=args.panoramas,
    )
    segmenter = PlateSegmenter(
        args.model,
        args.config,
        threshold=args.threshold,
        min_score=lowest_score(args),
        min_area=args.min_area,
        long_side=args.long_side or None,
        search=search,
        refinement=is_refined(args) and args.search_defaults.refinement,
        runtime=Runtime(args.backend, args.device, args.threads),
        trust=Trust(args.allow_import, args.max_parameters),
    )
    if args.batch_size is None:
        args.batch_size = 1 if segmenter.backend.device == 'cpu' else _GPU_BATCH
    batch_size = max(segmenter.runtime.batch_size, args.batch_size)
    segmenter.runtime = dataclasses.replace(segmenter.runtime, batch_size=batch_size)
    return segmenter


def leave_out(args: argparse.Namespace, segmenter: PlateSegmenter) -> Segmenter:
    """Makes a segmenter pass over what the options leave out."""
    from mmlp.jobs import ExcludingSegmenter

    if not args.exclude and args.largest_plate is None:
        return segmenter
    return ExcludingSegmenter(segmenter, args.exclude, largest_plate=args.largest_plate)


def is_refined(args: argparse.Namespace) -> bool:
    """Whether plates are segmented again, magnified."""
    return find_refiner(args.model) is not None if args.refine is None else args.refine


def lowest_score(args: argparse.Namespace) -> float | None:
    """Lowest score of plates; None lets it follow the threshold."""
    if args.min_score is not None:
        return args.min_score
    defaults = args.search_defaults
    return defaults.min_score if is_refined(args) else defaults.min_score_unrefined
