"""Pictures that come again: the same file, the same picture coded anew, the same scene."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from .perceptual_hash import SAME_PICTURE, SAME_SCENE, nearest_of, nearest_within
from .records import Finding, ImageRecord


def find_duplicates(records: Sequence[ImageRecord], splits: Sequence[str]) -> list[Finding]:
    """Finds pictures that are in two splits, or twice in one.

    Across splits, each picture of a later split is held against the earlier splits, and the nearest is named:
    the same file (equal byte for byte), the same picture (see
    :data:`~mmlp.datasets.audit.perceptual_hash.SAME_PICTURE`) or the same scene. Within a split, each file
    that is there again is named, and each pair of a picture and its nearest if these are the same picture.

    Args:
        records: Pictures; those that could not be read take no part.
        splits: Names of the splits, in order.

    Returns:
        One finding a picture and kind.
    """
    by_split = {name: [r for r in records if r.split == name and r.sha256] for name in splits}
    findings = []
    for name in splits:
        findings += _equal_within(by_split[name])
    # Files that are equal within a split are compared with others once.
    firsts = {name: list({r.sha256: r for r in reversed(by_split[name])}.values())[::-1] for name in splits}
    findings += _across(firsts, splits)
    for name in splits:
        findings += _alike_within([r for r in firsts[name] if r.perceptual_hash])
    return findings


def _equal_within(records: Sequence[ImageRecord]) -> list[Finding]:
    first: dict[str, ImageRecord] = {}
    findings = []
    for record in records:
        other = first.setdefault(record.sha256, record)
        if other is not record:
            message = f'is the same file as {other.path}{_compare_masks(record, other)}'
            rank = 0.0 if _masks_differ(record, other) else 1.0
            findings.append(
                Finding('duplicate-in-split', record.split, record.path, message, other.path, rank=rank)
            )
    return findings


def _across(firsts: dict[str, list[ImageRecord]], splits: Sequence[str]) -> list[Finding]:
    best: dict[tuple[str, str], tuple[int, Finding]] = {}
    for earlier, later in combinations(splits, 2):
        known = {record.sha256: record for record in firsts[earlier]}
        others = [record for record in firsts[earlier] if record.perceptual_hash]
        hashed = [record for record in firsts[later] if record.perceptual_hash]
        pairs = [(r, known[r.sha256], -1) for r in firsts[later] if r.sha256 in known]
        if others:
            indices, distances = nearest_of(_hashes(hashed), _hashes(others))
            pairs += [
                (record, others[index], int(distance))
                for record, index, distance in zip(hashed, indices, distances)
                if distance <= SAME_SCENE and record.sha256 not in known
            ]
        for record, other, distance in pairs:
            key = record.split, record.path
            if key not in best or distance < best[key][0]:
                best[key] = distance, _describe_across(record, other, distance)
    return [finding for _, finding in best.values()]


def _describe_across(record: ImageRecord, other: ImageRecord, distance: int) -> Finding:
    there = f'{other.path} in {other.split}'
    if distance < 0:
        check, how = 'duplicate-across-splits', f'is the same file as {there}{_compare_masks(record, other)}'
    elif distance <= SAME_PICTURE:
        check, how = 'near-duplicate-across-splits', f'shows the same as {there}'
    else:
        check, how = 'scene-across-splits', f'shows the scene of {there}'
    if distance >= 0:
        how += f' ({distance} of 256 bits differ)'
    return Finding(check, record.split, record.path, how, other.path, rank=distance)


def _alike_within(records: Sequence[ImageRecord]) -> list[Finding]:
    indices, distances = nearest_within(_hashes(records))
    findings, seen = [], set()
    for position, (index, distance) in enumerate(zip(indices, distances)):
        pair = min(position, index), max(position, index)
        if distance <= SAME_PICTURE and pair not in seen:
            seen.add(pair)
            other, record = records[pair[0]], records[pair[1]]
            message = f'shows the same as {other.path} ({distance} of 256 bits differ)'
            findings.append(
                Finding(
                    'near-duplicate-in-split', record.split, record.path, message, other.path, rank=distance
                )
            )
    return findings


def _hashes(records: Sequence[ImageRecord]) -> np.ndarray:
    data = b''.join(bytes.fromhex(record.perceptual_hash) for record in records)
    return np.frombuffer(data, np.uint8).reshape(len(records), -1) if records else np.zeros((0, 32), np.uint8)


def _masks_differ(first: ImageRecord, second: ImageRecord) -> bool:
    digests = {first.mask_digest, second.mask_digest}
    return None not in digests and len(digests) == 2


def _compare_masks(first: ImageRecord, second: ImageRecord) -> str:
    return '; their masks differ' if _masks_differ(first, second) else ''
