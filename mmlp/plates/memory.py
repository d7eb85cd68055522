"""A memory over past and future frames: a plate missed for a moment stays covered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from .geometry import find_homography, is_convex, map_points, quadrilateral_iou
from .plate import Plate

#: Sightings that a velocity is measured over.
_VELOCITY_SIGHTINGS = 5
#: How far a plate may be from where it is expected, in its own widths, to be taken for the same.
_REACH = 1.5
#: How much a plate may grow or shrink between sightings (ratio of side lengths).
_MOST_SCALING = 2.0


@dataclass
class _Sightings:
    """One plate through the frames."""

    frames: list[int] = field(default_factory=list)
    plates: list[Plate] = field(default_factory=list)

    def add(self, frame: int, plate: Plate) -> None:
        if self.plates:
            # A nearly square plate may be read with another side up: keep to the way it was read before.
            plate = replace(plate, corners=align_corners(plate.corners, self.plates[-1].corners))
        self.frames.append(frame)
        self.plates.append(plate)

    def forget_before(self, frame: int) -> None:
        """Drops sightings that neither a gap nor a velocity from ``frame`` on needs."""
        while len(self.frames) > _VELOCITY_SIGHTINGS and self.frames[_VELOCITY_SIGHTINGS] < frame:
            del self.frames[0], self.plates[0]

    def velocity(self, index: int) -> np.ndarray:
        """Motion of the corners per frame around a sighting at either end, float (4, 2)."""
        if len(self.frames) < 2:
            return np.zeros((4, 2))
        last = min(index + _VELOCITY_SIGHTINGS, len(self.frames)) - 1 if index == 0 else index
        first = 0 if index == 0 else max(index - _VELOCITY_SIGHTINGS + 1, 0)
        moved = self.plates[last].corners - self.plates[first].corners
        return moved / float(self.frames[last] - self.frames[first])

    def expected(self, frame: int) -> np.ndarray:
        """Where the corners should be in a frame after the last sighting, float (4, 2)."""
        return self.plates[-1].corners + self.velocity(len(self.frames) - 1) * (frame - self.frames[-1])

    def at(self, frame: int, fill: int, extend: int) -> Plate | None:
        """The plate in a frame: seen, interpolated or carried on; None where it is not."""
        after = int(np.searchsorted(self.frames, frame))
        if after < len(self.frames) and self.frames[after] == frame:
            return self.plates[after]
        if 0 < after < len(self.frames):
            start, end = self.frames[after - 1], self.frames[after]
            if end - start - 1 > fill:
                return None
            return interpolate_plates(
                self.plates[after - 1], self.plates[after], (frame - start) / (end - start)
            )
        index = 0 if after == 0 else len(self.frames) - 1
        distance = frame - self.frames[index]
        if abs(distance) > extend:
            return None
        plate = self.plates[index]
        return move_plate(plate, plate.corners + self.velocity(index) * distance)


class TemporalMemory:
    """Fills the gaps in the plates of a video, looking a bounded number of frames ahead.

    Plates are linked from frame to frame by position, size and motion; no tracker and no ids are needed. A
    plate that was seen before and after a gap is interpolated in between, corner by corner; before its first
    and after its last sight it is carried on with its velocity. Plates that were put there have ``observed``
    set to False, and score and track id of the nearest sighting.

    Frames come out ``max(fill, extend)`` frames after they went in, so a reader must keep so many pictures.
    Nothing else grows with the length of the video.

    Args:
        fill (int): Longest gap in frames that is closed. Default: 15, half a second at 30 frames a second.
        extend (int): Frames before the first and after the last sight that are covered as well. Default: 5.

    Raises:
        ValueError: A negative number.
    """

    def __init__(self, fill: int = 15, extend: int = 5) -> None:
        if fill < 0 or extend < 0:
            raise ValueError(f'fill and extend must not be negative, got fill={fill}, extend={extend}')
        self.fill = fill
        self.extend = extend

    @property
    def delay(self) -> int:
        """Frames that are looked ahead."""
        return max(self.fill, self.extend)

    def stream(self, frames: Iterable[Sequence[Plate]]) -> Iterator[tuple[int, list[Plate]]]:
        """Completes the plates of a video.

        Args:
            frames (Iterable[Sequence[Plate]]): Plates of each frame, in order; may be endless.

        Yields:
            tuple[int, list[Plate]]: Number of the frame, from 0 on, and its plates. Every frame comes
            once, in order.
        """
        tracks: list[_Sightings] = []
        count = 0
        for plates in frames:
            self._link(tracks, count, plates)
            count += 1
            if count > self.delay:
                yield self._complete(tracks, count - 1 - self.delay)
        for frame in range(max(count - self.delay, 0), count):
            yield self._complete(tracks, frame)

    def _link(self, tracks: list[_Sightings], frame: int, plates: Sequence[Plate]) -> None:
        """Adds the plates of a frame to their tracks, best match first; others begin new tracks."""
        live = [track for track in tracks if frame - track.frames[-1] <= self.fill + 1]
        expected = [track.expected(frame) for track in live]
        matches = []
        for row, corners in enumerate(expected):
            for column, plate in enumerate(plates):
                cost = _mismatch(corners, plate.corners)
                if cost is not None:
                    matches.append((cost, row, column))
        linked_rows: set[int] = set()
        linked_columns: set[int] = set()
        for _, row, column in sorted(matches):
            if row not in linked_rows and column not in linked_columns:
                live[row].add(frame, plates[column])
                linked_rows.add(row)
                linked_columns.add(column)
        for column, plate in enumerate(plates):
            if column not in linked_columns:
                track = _Sightings()
                track.add(frame, plate)
                tracks.append(track)

    def _complete(self, tracks: list[_Sightings], frame: int) -> tuple[int, list[Plate]]:
        """The plates of a frame; drops what later frames do not need."""
        found = [track.at(frame, self.fill, self.extend) for track in tracks]
        for track in tracks:
            track.forget_before(frame)
        tracks[:] = [track for track in tracks if track.frames[-1] + self.delay >= frame]
        return frame, [plate for plate in found if plate is not None]


def interpolate_plates(first: Plate, second: Plate, share: float) -> Plate:
    """A plate on its way from one sighting to another.

    Args:
        first (Plate): Where it was.
        second (Plate): Where it is next, corners in the same order.
        share (float): How far it has gone, 0..1.

    Returns:
        Plate: With corners on the straight ways, and the outline of the nearer sighting brought into them.
    """
    nearer = first if share < 0.5 else second
    corners = first.corners * (1.0 - share) + second.corners * share
    return move_plate(nearer, corners)


def move_plate(plate: Plate, corners: np.ndarray) -> Plate:
    """The same plate at other corners; its outline moves along in perspective, and it counts as not observed.

    Args:
        plate (Plate): The plate.
        corners (np.ndarray): Float (4, 2), in the order of the plate's own.

    Returns:
        Plate: Moved; with its corners as outline when the motion is not one of a flat plate.
    """
    corners = np.asarray(corners, np.float32)
    polygon = corners
    if is_convex(corners) and is_convex(plate.corners):
        homography = find_homography(plate.corners, corners)
        moved = map_points(homography, plate.polygon)
        low, high = corners.min(axis=0), corners.max(axis=0)
        # Outline points far off the corners could fly off to the horizon.
        if np.all(np.isfinite(moved)) and np.all(np.abs(moved - (low + high) / 2) < 2 * (high - low) + 4):
            polygon = moved
    return replace(plate, corners=corners, polygon=polygon, observed=False)


def align_corners(corners: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Turns the order of four corners so that they lie closest to a reference, middle on middle.

    Args:
        corners (np.ndarray): Float (4, 2).
        reference (np.ndarray): Float (4, 2).

    Returns:
        np.ndarray: The same corners, float32 (4, 2), beginning with another one if need be.
    """
    offset = reference.mean(axis=0) - corners.mean(axis=0)
    turned = [np.roll(corners, -shift, axis=0) for shift in range(4)]
    distances = [np.abs(candidate + offset - reference).sum() for candidate in turned]
    return turned[int(np.argmin(distances))].astype(np.float32)


def _mismatch(expected: np.ndarray, found: np.ndarray) -> float | None:
    """How badly a plate fits where one was expected; None when it is another one."""
    sizes = [np.ptp(corners, axis=0).max() for corners in (expected, found)]
    scaling = max(sizes) / max(min(sizes), 1e-6)
    distance = float(np.linalg.norm(expected.mean(axis=0) - found.mean(axis=0))) / max(*sizes, 1.0)
    if scaling > _MOST_SCALING or distance > _REACH:
        return None
    overlap = quadrilateral_iou(expected, found) if is_convex(expected) and distance < 1.0 else 0.0
    return distance + float(np.log(scaling)) - overlap
