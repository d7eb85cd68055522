"""The list of checks: how grave each is, what it is called, and what to do about it."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Severity(str, enum.Enum):
    """How grave a finding is.

    An error falsifies training or scores, or stops them; a warning is mostly a mistake, but may be meant; a
    note is worth a look.
    """

    ERROR = 'error'
    WARNING = 'warning'
    NOTE = 'note'


@dataclass(frozen=True)
class Check:
    """One thing that is looked for.

    Args:
        severity: Of its findings.
        title: What was found, for headings.
        advice: What to do about it.
    """

    severity: Severity
    title: str
    advice: str


#: All checks by name, the gravest first; reports keep this order.
CHECKS: dict[str, Check] = {
    'unusable-split': Check(
        Severity.ERROR,
        'Splits that cannot be used',
        'Training and testing stop here. Correct the folders, the list of pictures or the endings.',
    ),
    'unreadable-picture': Check(
        Severity.ERROR,
        'Pictures that cannot be read',
        'Damaged, cut off, empty or no picture. Fetch the file again, or remove it and its mask.',
    ),
    'missing-mask': Check(
        Severity.ERROR,
        'Pictures without a mask',
        'A picture without plates needs a mask that is all black, or has to be left out.',
    ),
    'shared-mask': Check(
        Severity.ERROR,
        'Pictures that share a mask',
        'Rename one of each, or name masks after the whole file name: seg_map_suffix="{img_suffix}.png".',
    ),
    'unreadable-mask': Check(
        Severity.ERROR,
        'Masks that cannot be read',
        'Export the mask again, or remove it and its picture.',
    ),
    'ambiguous-mask': Check(
        Severity.ERROR,
        'Masks whose values do not tell what is a plate',
        'Training stops here. Say which values or colours are plates: --plate-values, or plate_values of the '
        'data set in a config; and which take no part: ignore_values.',
    ),
    'mask-size': Check(
        Severity.ERROR,
        'Masks of another size than their pictures',
        'Export the masks at the full size of the pictures.',
    ),
    'no-plates': Check(
        Severity.ERROR,
        'Splits without a single plate',
        'Masks mark plates with 255 on 0, or with 1 on 0. If yours use another value, name it: '
        '--plate-values, or plate_values of the data set in a config.',
    ),
    'duplicate-across-splits': Check(
        Severity.ERROR,
        'The same file in two splits',
        'Scores on pictures that were trained on say nothing. Remove one of the two.',
    ),
    'near-duplicate-across-splits': Check(
        Severity.ERROR,
        'Nearly the same picture in two splits',
        'One picture, coded or scaled anew, or frames of a car that waits: as bad as the same file. Remove '
        'one of the two.',
    ),
    'scene-across-splits': Check(
        Severity.WARNING,
        'The same scene in two splits',
        'Frames of one sequence, or of a camera that does not move. Frames of a sequence belong into one '
        'split, or scores are too good; the converters split by sequence with --group-by.',
    ),
    'no-train-split': Check(
        Severity.WARNING,
        'Sets without a split to train on',
        'Convert again with --split train (all pictures into train) or --split hash (split anew into train '
        'and val), or name the folders in a config, by data_prefix.',
    ),
    'video-across-splits': Check(
        Severity.WARNING,
        'Frames of one video in two splits',
        'By their names. They show the same vehicles: scores are too good. All frames of a video belong into '
        'one split; the converters see to it.',
    ),
    'duplicate-in-split': Check(
        Severity.WARNING,
        'The same file twice in a split',
        'It counts double in training and scores. Remove one, and mind whether their masks agree.',
    ),
    'blank-picture': Check(
        Severity.WARNING,
        'Pictures that show nothing',
        'One colour all over: a failed exposure or download. Remove them.',
    ),
    'unused-mask': Check(
        Severity.WARNING,
        'Masks without a picture',
        'Their pictures are missing or named otherwise; they take no part in anything.',
    ),
    'mixed-masks': Check(
        Severity.WARNING,
        'Splits whose masks mark plates in two ways',
        'Plates are 1 in some masks and white in others. If either is not a plate, name the other one: '
        '--plate-values, or plate_values of the data set in a config.',
    ),
    'full-frame': Check(
        Severity.WARNING,
        'Plates that fill the picture',
        'An inverted mask, or a picture of a plate and nothing else, which teaches nothing about where '
        'plates are.',
    ),
    'all-borders': Check(
        Severity.WARNING,
        'Plates that touch all four borders',
        'Often an inverted mask, or a frame around the picture.',
    ),
    'speck': Check(
        Severity.WARNING,
        'Specks',
        'Plates of a few pixels: slips of the brush, noise of a mask stored as JPEG, or plates too far away '
        'to be of use. Erase them, or have them ignored.',
    ),
    'odd-shape': Check(
        Severity.WARNING,
        'Plates of an odd shape',
        'They fill little of the smallest rotated rectangle around them, or are no quadrilateral: outlines '
        'that were not filled, plates that run into each other, slips of the brush.',
    ),
    'extreme-aspect': Check(
        Severity.WARNING,
        'Plates of an extreme aspect ratio',
        'Much longer or more upright than plates are made: outlines of something else, or plates that are '
        'hidden or ignored in part.',
    ),
    'near-duplicate-in-split': Check(
        Severity.NOTE,
        'Nearly the same picture in a split',
        'Coded or scaled anew, or frames of a car that waits. They take the room of other pictures.',
    ),
    'cut-at-border': Check(
        Severity.NOTE,
        'Plates cut at the border',
        'The picture ends inside the plate. That is in order; see whether there are more than you expect.',
    ),
}
