"""A plate followed from the frame in which it was found through those beside it, by sparse optical flow."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import cv2
import numpy as np

from .geometry import find_homography, is_convex, map_points, polygon_area, side_lengths

#: Points that are followed, at most; least number that tells a similarity, an affine motion, a homography.
_MOST_POINTS, _LEAST_POINTS, _LEAST_FOR_AFFINE, _LEAST_FOR_HOMOGRAPHY = 40, 4, 10, 16
#: What is followed reaches beyond the plate by this share of its height, and by so many pixels at least.
_SURROUNDINGS, _LEAST_SURROUNDINGS = 0.5, 6.0
#: Side of the windows that are compared; height of a plate at the coarsest size of the picture, at least, and
#: most halvings. At coarser sizes the windows show what is behind the plate.
_WINDOW, _LEAST_HEIGHT, _MOST_HALVINGS = 15, 6.0, 3
#: Pixels that a plate may stray from where its last motion leads, or its own width where that is more.
_REACH = 56
#: Pixels that a point may miss its start by, followed there and back; and be off the common motion.
_ROUND_TRIP, _OFF = 0.7, 1.5
#: Share of the points that must go along with the common motion.
_TOGETHER = 0.5
#: How much a side of a plate may change from one frame to the next, and how much more than another (ratios).
_MOST_GROWTH, _MOST_SKEW = 1.4, 1.3
#: Correlation with the plate as it was found, below which it is another one or hidden.
_ALIKE = 0.5
#: By how much the correlation must rise for a less simple motion, or for a plate to be moved to its peak.
_BETTER = 0.02
#: Most samples that plates are compared at, across and down; least share of them inside of the picture.
_SAMPLES, _LEAST_SEEN = (48, 24), 0.5
#: Width that plates are shrunk to at most where they are searched for, and least correlation of a find.
_SEARCHED_WIDTH, _FOUND = 40, 0.6
#: Sizes that it is searched for in, by that before.
_GROWTHS = (1.0, 0.87, 1.15)


@dataclasses.dataclass(frozen=True)
class Pace:
    """How a plate moves from one frame to the next: by a shift of its middle in pixels, and a growth."""

    shift: np.ndarray = dataclasses.field(default_factory=lambda: np.zeros(2))
    growth: float = 1.0

    @classmethod
    def between(cls, former: np.ndarray, corners: np.ndarray) -> Pace:
        """That from some corners to others, each float (4, 2)."""
        shift = corners.mean(axis=0) - former.mean(axis=0)
        areas = max(polygon_area(former), 1e-6), max(polygon_area(corners), 1e-6)
        return cls(shift, float(np.clip(np.sqrt(areas[1] / areas[0]), 0.7, 1.4)))

    def apply(self, points: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """Moves points, (N, 2), with the plate that has its middle there."""
        return (points - middle) * self.growth + middle + self.shift


class PlateFollower:
    """Follows one plate from frame to frame, in either direction of time.

    Corner features on the plate and close around it are followed by the pyramidal Lucas-Kanade method
    (Bouguet, 2001), there and back: points that do not return are left out. What most of the others have in
    common since the plate was found moves its corners: a similarity, of many points an affine motion or a
    homography. It is certain of a step when enough points agree and the plate still looks as it did when it
    was found. Where it is not, the plate is searched for around where it should be, and points start there.

    Args:
        grey (np.ndarray): The frame in which the plate was found, uint8 (H, W).
        corners (np.ndarray): Its corners in pixels, float (4, 2).
        former (np.ndarray, optional): Its corners one step before, where they are known: how it moves.
            Default: None.

    Attributes:
        corners (np.ndarray): Where the plate is now, float64 (4, 2). After a step that failed, where its
            motion would have brought it.
    """

    def __init__(self, grey: np.ndarray, corners: np.ndarray, former: np.ndarray | None = None) -> None:
        self.corners = np.asarray(corners, np.float64)
        self._start = self.corners
        self._shape = grey.shape
        self._pace = Pace() if former is None else Pace.between(former, self.corners)
        self._from = _find_points(grey, self._start)
        self._points = self._from.copy()
        width, height = (np.linalg.norm(self._start[corner] - self._start[0]) for corner in (1, 3))
        self._samples = tuple(
            int(np.clip(round(side), 4, most)) for side, most in zip((width, height), _SAMPLES)
        )
        halvings = int(np.log2(max(min(width, height) / _LEAST_HEIGHT, 1.0)))
        self._flow = {
            'winSize': (_WINDOW, _WINDOW),
            'maxLevel': min(halvings, _MOST_HALVINGS),
            'criteria': (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 15, 0.03),
            'flags': cv2.OPTFLOW_USE_INITIAL_FLOW,
        }
        self._reach = max(_REACH, round(float(np.ptp(self._start[:, 0]))))
        self._look = self._sample(grey, self._start)

    def step(self, before: np.ndarray, after: np.ndarray) -> bool:
        """Goes on to the next frame.

        Args:
            before (np.ndarray): The frame of the last step, uint8 (H, W).
            after (np.ndarray): The next, uint8 (H, W).

        Returns:
            bool: Whether it is certain where the plate is. If not, it cannot be followed any further.
        """
        for guess in self._guesses(before, after):
            corners = self._match(before, after, guess)
            if corners is not None:
                self._pace = Pace.between(self.corners, corners)
                self.corners = corners
                return True
        self.corners = self._pace.apply(self.corners, self.corners.mean(axis=0))
        return False

    def _guesses(self, before: np.ndarray, after: np.ndarray) -> Iterator[Pace]:
        """What may bring the plate near to where it is: its last motion, then where it is found again."""
        if len(self._points) >= _LEAST_POINTS:
            yield self._pace
            found = _search(before, after, self.corners, self._pace, self._reach)
            if found is not None:
                yield found

    def _match(self, before: np.ndarray, after: np.ndarray, guess: Pace) -> np.ndarray | None:
        """Where the corners are in the next frame, float64 (4, 2); None where that is not certain."""
        ahead = guess.apply(self._points, self.corners.mean(axis=0))
        ends = np.concatenate([self._points, ahead])
        left, top = np.maximum(np.floor(ends.min(axis=0)).astype(int) - self._reach, 0)
        right, bottom = np.maximum(np.ceil(ends.max(axis=0)).astype(int) + self._reach, 0)
        before, whole, after = before[top:bottom, left:right], after, after[top:bottom, left:right]
        if min(before.shape) < 2 * _WINDOW:
            return None
        start, ahead = (np.float32(points - (left, top)) for points in (self._points, ahead))
        there, found, _ = cv2.calcOpticalFlowPyrLK(before, after, start, ahead.copy(), **self._flow)
        back, returned, _ = cv2.calcOpticalFlowPyrLK(
            after, before, there, there + start - ahead, **self._flow
        )
        good = (found[:, 0] > 0) & (returned[:, 0] > 0)
        good &= np.linalg.norm(back - start, axis=1) < _ROUND_TRIP
        good &= np.all((there >= 0) & (there < after.shape[::-1]), axis=1)
        points, origins = there[good] + np.float32((left, top)), self._from[good]
        if len(points) < _LEAST_POINTS:
            return None
        motions, together = _common_motions(origins, points)
        if np.count_nonzero(together) < max(_LEAST_POINTS, _TOGETHER * len(points)):
            return None
        likeness, corners = -1.0, self.corners
        for motion in motions:
            fit = self._fit(whole, map_points(motion, self._start))
            if fit[0] > likeness + _BETTER:
                likeness, corners = fit
        if likeness < _ALIKE:
            return None
        self._points, self._from = points[together], origins[together]
        return corners

    def _fit(self, grey: np.ndarray, corners: np.ndarray) -> tuple[float, np.ndarray]:
        """Moves corners a little to where the plate looks most as it did when it was found.

        Returns:
            tuple[float, np.ndarray]: The correlation, -1 where it cannot be the plate, and the corners.
        """
        if not is_convex(corners):
            return -1.0, corners
        growths = side_lengths(corners) / side_lengths(self.corners)
        if growths.max() > min(_MOST_GROWTH, _MOST_SKEW * growths.min()) or growths.min() < 1 / _MOST_GROWTH:
            return -1.0, corners
        if share_inside(corners, self._shape) < _LEAST_SEEN:
            return -1.0, corners
        margins = tuple(max(side // 8, 1) for side in self._samples)
        likeness = cv2.matchTemplate(self._sample(grey, corners, margins), self._look, cv2.TM_CCOEFF_NORMED)
        _, best, _, place = cv2.minMaxLoc(likeness)
        if not np.isfinite(best):
            return -1.0, corners
        if best > likeness[margins[1], margins[0]] + _BETTER:
            corners = map_points(self._grid_to(corners), self._grid + np.subtract(place, margins))
        return float(best), corners

    def _sample(self, grey: np.ndarray, corners: np.ndarray, margins: tuple[int, int] = (0, 0)) -> np.ndarray:
        """What is between some corners and in margins around, as seen from the front, float32."""
        shift = np.array([(1, 0, -margins[0]), (0, 1, -margins[1]), (0, 0, 1)], np.float64)
        size = tuple(side + 2 * margin for side, margin in zip(self._samples, margins))
        options = {'flags': cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, 'borderMode': cv2.BORDER_REPLICATE}
        return cv2.warpPerspective(grey, self._grid_to(corners) @ shift, size, **options).astype(np.float32)

    @property
    def _grid(self) -> np.ndarray:
        columns, rows = self._samples
        return np.float32([(0, 0), (columns - 1, 0), (columns - 1, rows - 1), (0, rows - 1)])

    def _grid_to(self, corners: np.ndarray) -> np.ndarray:
        return find_homography(self._grid, corners)


def share_inside(corners: np.ndarray, shape: tuple[int, ...]) -> float:
    """Share of a quadrilateral's box that is inside of a picture.

    Args:
        corners (np.ndarray): Float (4, 2).
        shape (tuple[int, int]): Height and width of the picture.

    Returns:
        float: 0..1.
    """
    low, high = corners.min(axis=0), corners.max(axis=0)
    inside = np.minimum(high, (shape[1] - 1, shape[0] - 1)) - np.maximum(low, 0)
    return float(np.prod(np.clip(inside, 0, None)) / max(np.prod(high - low), 1e-6))


def _find_points(grey: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Corner features on a plate and close around it, float32 (N, 2)."""
    height = min(np.linalg.norm(corners[3] - corners[0]), np.linalg.norm(corners[1] - corners[0]))
    margin = max(_SURROUNDINGS * height, _LEAST_SURROUNDINGS)
    left, top = np.maximum(np.floor(corners.min(axis=0) - margin), 0).astype(int)
    right, bottom = np.maximum(np.ceil(corners.max(axis=0) + margin), 0).astype(int) + 1
    part = grey[top:bottom, left:right]
    if min(part.shape) < 3:
        return np.zeros((0, 2), np.float32)
    distance = max(2.0, np.sqrt(part.size / _MOST_POINTS) / 2)
    found = cv2.goodFeaturesToTrack(part, _MOST_POINTS, 0.01, distance, blockSize=3)
    if found is None:
        return np.zeros((0, 2), np.float32)
    return found.reshape(-1, 2).astype(np.float32) + np.float32((left, top))


def _common_motions(origins: np.ndarray, points: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Motions that most points have in common, simple ones first, float64 (3, 3), and those points."""
    off = _OFF + 0.02 * float(np.ptp(points, axis=0).max())
    motion, inliers = cv2.estimateAffinePartial2D(origins, points, ransacReprojThreshold=off)
    if motion is None:
        return [], np.zeros(len(points), bool)
    together = inliers[:, 0] > 0
    motions = [motion]
    count = np.count_nonzero(together)
    if count >= _LEAST_FOR_AFFINE:
        # By least squares: those that are off were left out already.
        known = np.hstack([origins[together], np.ones((count, 1))]).astype(np.float64)
        motions.append(np.linalg.lstsq(known, points[together].astype(np.float64), rcond=None)[0].T)
    motions = [np.vstack([motion, (0.0, 0.0, 1.0)]) for motion in motions]
    if count >= _LEAST_FOR_HOMOGRAPHY:
        homography, _ = cv2.findHomography(origins[together], points[together], 0)
        motions += [] if homography is None else [homography]
    return motions, together


def _search(
    before: np.ndarray, after: np.ndarray, corners: np.ndarray, pace: Pace, reach: int
) -> Pace | None:
    """The motion to what looks most like a plate around where it should be; None without any."""
    low = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    plate = before[low[1] : high[1], low[0] : high[0]]
    near = np.maximum(np.round(low + pace.shift).astype(int) - reach, 0)
    far = np.maximum(np.round(high + pace.shift).astype(int) + reach, 0)
    around = after[near[1] : far[1], near[0] : far[0]]
    scale = min(_SEARCHED_WIDTH / max(plate.shape[1], 1), 1.0)
    if min(plate.shape) * scale < 4 or min(around.shape) * scale < 4:
        return None
    around = cv2.resize(around, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    best, found = _FOUND, None
    for growth in _GROWTHS:
        sought = cv2.resize(plate, None, fx=scale * growth, fy=scale * growth, interpolation=cv2.INTER_AREA)
        if np.any(np.less(around.shape, sought.shape)):
            continue
        _, likeness, _, place = cv2.minMaxLoc(cv2.matchTemplate(around, sought, cv2.TM_CCOEFF_NORMED))
        if likeness > best:
            middle = near + (np.array(place) + np.array(sought.shape[::-1]) / 2) / scale
            best, found = likeness, Pace(middle - (low + high) / 2, growth)
    return found
