"""Slices through the patient as a radiologist looks at them: transverse from the feet, coronal from the front.

The patient's right is on the left of the picture; front (transverse) or head (coronal) is on top, however the image's
own axes run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Floats
from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.volume import Volume

Direction = Literal["transverse", "coronal"]
LETTERS: dict[Direction, tuple[str, str, str, str]] = {
    "transverse": ("R", "L", "A", "P"),
    "coronal": ("R", "L", "H", "F"),
}
"""Left, right, top and bottom of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plane:
    """A plane in mm (LPS): `at_mm` is z (transverse) or y (coronal); the picture spans `across_mm` (patient's right to
    left, rising x) and `down_mm` (from the top: front to back, rising y; or head to foot, falling z)."""

    direction: Direction
    at_mm: float
    across_mm: tuple[float, float]
    down_mm: tuple[float, float]

    @property
    def axis(self) -> int:
        """The world axis (0 x, 1 y, 2 z) that the plane is perpendicular to."""
        return 2 if self.direction == "transverse" else 1

    @property
    def size_mm(self) -> tuple[float, float]:
        """Width and height."""
        return abs(self.across_mm[1] - self.across_mm[0]), abs(self.down_mm[1] - self.down_mm[0])

    def points_mm(self, step_mm: float) -> Floats:
        """World points (rows, columns, 3) of the picture's elements, top left first."""
        width, height = (max(2, round(length / step_mm)) for length in self.size_mm)
        x = np.linspace(*self.across_mm, width)
        down = np.linspace(*self.down_mm, height)
        right, below = np.meshgrid(x, down)
        fixed = np.full_like(right, self.at_mm)
        rest = (below, fixed) if self.direction == "transverse" else (fixed, below)
        return np.stack([right, *rest], axis=-1)


def values_on(volume: Volume, points_mm: Floats, outside: float) -> Floats:
    """The volume at the points (…, 3), linear between voxels; `outside` beyond its grid."""
    return _sampled(volume.array, volume.geometry.index_of(points_mm), outside)


def share_on(region: Region, points_mm: Floats) -> Floats:
    """The region's share at the points (…, 3), linear between voxels; 0 beyond its grid."""
    return _sampled(np.asarray(region.shares, dtype=np.float32), region.geometry.index_of(points_mm), 0.0)


def box_of_region_mm(region: Region) -> tuple[Floats, Floats]:
    """Lowest and highest corner (x, y, z in mm) of the voxels with a share, to their outer faces.

    Raises InputError for an empty region.
    """
    box = bounding_box(region)
    ends = [(span.start - 0.5, span.stop - 0.5) for span in box]
    corners = region.geometry.world_mm([(z, y, x) for z in ends[0] for y in ends[1] for x in ends[2]])
    return corners.min(axis=0), corners.max(axis=0)


def body_box_mm(ct: Volume | None, dose: Volume, *, least_hu: float = -300.0) -> tuple[Floats, Floats]:
    """Lowest and highest corner (x, y, z in mm) of the body on the CT, or of where there is dose without a CT."""
    volume = ct if ct is not None else dose
    inside = volume.array > (least_hu if ct is not None else 0.005 * float(dose.array.max()))
    if not inside.any():
        inside = np.ones(volume.array.shape, dtype=bool)
    ends = []
    for axis in range(3):
        along = np.flatnonzero(inside.any(axis=tuple(other for other in range(3) if other != axis)))
        ends.append((along[0] - 0.5, along[-1] + 0.5))
    corners = volume.geometry.world_mm([(z, y, x) for z in ends[0] for y in ends[1] for x in ends[2]])
    return corners.min(axis=0), corners.max(axis=0)


def planes_through(
    low_mm: Floats,
    high_mm: Floats,
    *,
    transverse_at_mm: float,
    coronal_at_mm: float,
    seen_mm: Sequence[tuple[float, float]] = (),
    whole_mm: tuple[float, float] | None = None,
    margin_mm: float = 8.0,
    tallest: float = 0.66,
) -> tuple[Plane, Plane]:
    """The transverse and the coronal plane over the body's box, of one width.

    The coronal one is at most `tallest` times as high as wide: it then shows the middle of the heights `seen_mm`
    (lowest, highest z of each region; those taller than the picture do not count) with the transverse plane in it,
    and before all else the heights `whole_mm` where they fit.
    """
    across = (float(low_mm[0]) - margin_mm, float(high_mm[0]) + margin_mm)
    front, back = float(low_mm[1]) - margin_mm, float(high_mm[1]) + margin_mm
    foot, head = float(low_mm[2]), float(high_mm[2])
    most = tallest * (across[1] - across[0])
    if head - foot > most:
        ends = [value for low, high in seen_mm if high - low <= most for value in (low, high)] + [transverse_at_mm]
        middle = (min(ends) + max(ends)) / 2
        middle = min(max(middle, transverse_at_mm - 0.45 * most), transverse_at_mm + 0.45 * most)
        if whole_mm is not None and whole_mm[1] - whole_mm[0] < 0.9 * most:
            middle = min(max(middle, whole_mm[1] - 0.45 * most), whole_mm[0] + 0.45 * most)
        middle = min(max(middle, foot + most / 2), head - most / 2)
        foot, head = middle - most / 2, middle + most / 2
    return (
        Plane(direction="transverse", at_mm=transverse_at_mm, across_mm=across, down_mm=(front, back)),
        Plane(direction="coronal", at_mm=coronal_at_mm, across_mm=across, down_mm=(head, foot)),
    )


def _sampled(array: NDArray[Any], index: Floats, outside: float) -> Floats:
    from scipy.ndimage import map_coordinates

    reach = np.array(array.shape) - 1
    near = np.clip(index, 0, reach)  # the outer half of a border voxel has its value
    within = (np.abs(index - near) <= 0.5 + 1e-9).all(axis=-1)
    values = map_coordinates(array, np.moveaxis(near, -1, 0), order=1, output=np.float64, mode="nearest")
    return np.where(within, values, outside)
