"""What the audit writes down of each picture and plate, and of what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..mask_census import FileCensus
from ..mask_rule import MaskRule
from .checks import CHECKS, Severity


@dataclass(frozen=True)
class Sample:
    """One picture of a split.

    Args:
        split: Name of the split.
        img_path: The picture.
        seg_map_path: Its mask; None where there is none to read.
        mask_rule: What the values of the mask mean.
        name: The picture's path in the folder of pictures, with ``/``.
    """

    split: str
    img_path: str
    seg_map_path: str | None
    mask_rule: MaskRule = field(default_factory=MaskRule)
    name: str = ''


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or odd.

    Args:
        check: Name of the check, a key of :data:`~mmlp.datasets.audit.CHECKS`.
        split: The split it is in.
        path: The file or folder.
        message: What is wrong, with the numbers.
        related: The other file of a pair: the picture that this one repeats.
        box: Where in the picture: x1, y1, x2, y2 in pixels.
        rank: Order among the findings of a check, the most striking with the lowest rank.
    """

    check: str
    split: str
    path: str
    message: str
    related: str | None = None
    box: tuple[float, float, float, float] | None = None
    rank: float = 0.0

    @property
    def severity(self) -> Severity:
        """How grave it is."""
        return CHECKS[self.check].severity


@dataclass(frozen=True)
class PlateRecord:
    """One plate: an 8-connected component of the mask, as ``PlateMetric`` counts them.

    Args:
        box: x1, y1, x2, y2 in pixels.
        corners: Top-left, top-right, bottom-right, bottom-left as seen on the plate, x and y in pixels.
        center: Of the corners, as shares of the picture's width and height.
        area: Pixels of the mask.
        height: Shorter side of the rotated rectangle in pixels, as ``PlateMetric`` measures it.
        width: Mean length of the top and the bottom side of the corners in pixels.
        aspect: ``width`` over the mean length of the left and the right side of the corners.
        tilt: Direction of the top and the bottom side in degrees, -90 to 90; positive is clockwise.
        fill: Share of the smallest rotated rectangle around the outline that is plate, 0..1.
        fit: Intersection over union of the mask with the corners' quadrilateral, 0..1.
        brightness: Mean grey value, 0..255.
        contrast: Standard deviation of the grey values.
        borders: How many of the picture's borders it touches, 0 to 4.
    """

    box: tuple[float, float, float, float]
    corners: list[list[float]]
    center: tuple[float, float]
    area: int
    height: float
    width: float
    aspect: float
    tilt: float
    fill: float
    fit: float
    brightness: float
    contrast: float
    borders: int


@dataclass
class ImageRecord:
    """One picture.

    Args:
        split: Name of the split.
        path: The picture.
        mask_path: Its mask; None where there is none to read.
        mask_rule: What the values of the mask mean.
        name: The path in the folder of pictures, with ``/``.
        sha256: Of the file, hexadecimal; None when it cannot be read, as all that follows.
        width: Of the upright picture in pixels.
        height: Of the upright picture in pixels.
        brightness: Mean grey value, 0..255.
        contrast: Standard deviation of the grey values.
        perceptual_hash: 32 bytes, hexadecimal, see :func:`~mmlp.datasets.audit.perceptual_hash.hash_image`;
            None for a picture that shows nothing.
        mask_values: What was painted in the mask; None without a readable one.
        mask_digest: SHA-256 of what the mask says, hexadecimal; None without a usable mask.
        ignored_pixels: Pixels that are ignored.
        plates: None without a usable mask.
        findings: What is wrong with this picture by itself.
    """

    split: str
    path: str
    mask_path: str | None
    mask_rule: MaskRule = field(default_factory=MaskRule)
    name: str = ''
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    brightness: float | None = None
    contrast: float | None = None
    perceptual_hash: str | None = None
    mask_values: FileCensus | None = None
    mask_digest: str | None = None
    ignored_pixels: int | None = None
    plates: list[PlateRecord] | None = None
    findings: list[Finding] = field(default_factory=list)

    def add(
        self,
        check: str,
        message: str,
        path: str | None = None,
        box: tuple[float, float, float, float] | None = None,
        rank: float = 0.0,
    ) -> None:
        """Adds a finding; about the picture, unless another path is given."""
        self.findings.append(Finding(check, self.split, path or self.path, message, None, box, rank))
