"""Bodies made of quadrics and planes: which one a point lies in, and what share of each voxel each one fills.

Coordinates are mm, in the order x, y, z. Bodies stand in a list; a point belongs to the first body that holds it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.transform import RigidTransform

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

OUTSIDE = -1
SMALL_BODY_VOXELS = 500  # the voxels at the surface of a body in a smaller box get FEWER times as many points
FEWER = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """An ellipsoid cut by planes: Σ ((r − centre) / semi-axis)² ≤ 1 and normal · r ≤ limit for each of `planes`.

    A semi-axis without end (inf) makes a cylinder; then planes must close it, within `box_mm` (lowest, highest).
    """

    centre_mm: tuple[float, float, float]
    semi_axes_mm: tuple[float, float, float]
    planes: tuple[tuple[float, float, float, float], ...] = ()

    def scaled(self, factor: float) -> Solid:
        """The same shape, larger or smaller about its centre."""
        planes = []
        for a, b, c, limit in self.planes:
            at_centre = a * self.centre_mm[0] + b * self.centre_mm[1] + c * self.centre_mm[2]
            planes.append((a, b, c, at_centre + factor * (limit - at_centre)))
        x, y, z = (factor * axis for axis in self.semi_axes_mm)
        return Solid(centre_mm=self.centre_mm, semi_axes_mm=(x, y, z), planes=tuple(planes))

    @property
    def box_mm(self) -> tuple[Floats, Floats]:
        """Lowest and highest corner of a box that holds the body; planes across one axis tighten it."""
        centre, axes = np.array(self.centre_mm), np.array(self.semi_axes_mm)
        low, high = centre - axes, centre + axes
        for *normal, limit in self.planes:
            across = np.flatnonzero(normal)
            if across.size == 1:
                axis = int(across[0])
                edge = limit / normal[axis]
                if normal[axis] > 0:
                    high[axis] = min(high[axis], edge)
                else:
                    low[axis] = max(low[axis], edge)
        return low, high


class Bodies(NamedTuple):
    """A list of bodies as compiled code reads it. Row i of `boxes` (n, 6) is the body's box (low x, y, z, high x, y,
    z), of `quadrics` (n, 6) its centre and inverse semi-axes, of `first_plane` (n + 1,) where its planes begin in
    `planes` (m, 4); `region` (n,) is the region the body belongs to."""

    boxes: Floats
    quadrics: Floats
    first_plane: Integers
    planes: Floats
    region: Integers


def bodies(solids: Sequence[tuple[Solid, int]]) -> Bodies:
    """The bodies with the region of each, in order of precedence."""
    planes = [plane for solid, _ in solids for plane in solid.planes]
    return Bodies(
        boxes=np.array([np.concatenate(solid.box_mm) for solid, _ in solids]),
        quadrics=np.array([[*s.centre_mm, *(1 / axis for axis in s.semi_axes_mm)] for s, _ in solids]),
        first_plane=np.cumsum([0, *(len(solid.planes) for solid, _ in solids)]),
        planes=np.array(planes, dtype=np.float64).reshape(-1, 4),
        region=np.array([region for _, region in solids], dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def region_at(listed: Bodies, x: float, y: float, z: float) -> int:
    """The region of the first body that holds the point, −1 where there is none."""
    for i in range(listed.region.size):
        box = listed.boxes[i]
        if x < box[0] or y < box[1] or z < box[2] or x > box[3] or y > box[4] or z > box[5]:
            continue
        q = listed.quadrics[i]
        if ((x - q[0]) * q[3]) ** 2 + ((y - q[1]) * q[4]) ** 2 + ((z - q[2]) * q[5]) ** 2 > 1.0:
            continue
        inside = True
        for p in range(listed.first_plane[i], listed.first_plane[i + 1]):
            plane = listed.planes[p]
            inside = inside and plane[0] * x + plane[1] * y + plane[2] * z <= plane[3]
        if inside:
            return int(listed.region[i])
    return OUTSIDE


@njit(cache=True, nogil=True)
def _cut(listed: Bodies, small_mm3: float, x: float, y: float, z: float, dx: float, dy: float, dz: float) -> int:
    """1 if the surface of any body may come within dx, dy, dz of the point, 2 if that of a small one may, 0 if none."""
    found = 0
    for i in range(listed.region.size):
        box = listed.boxes[i]
        if x < box[0] - dx or y < box[1] - dy or z < box[2] - dz:
            continue
        if x > box[3] + dx or y > box[4] + dy or z > box[5] + dz:
            continue
        q = listed.quadrics[i]
        level = np.sqrt(((x - q[0]) * q[3]) ** 2 + ((y - q[1]) * q[4]) ** 2 + ((z - q[2]) * q[5]) ** 2)
        change = np.sqrt((dx * q[3]) ** 2 + (dy * q[4]) ** 2 + (dz * q[5]) ** 2)  # at most, as the level is a norm
        if level > 1.0 + change:
            continue
        kind = 2 if (box[3] - box[0]) * (box[4] - box[1]) * (box[5] - box[2]) < small_mm3 else 1
        if level > 1.0 - change:
            found = max(found, kind)
        for p in range(listed.first_plane[i], listed.first_plane[i + 1]):
            plane = listed.planes[p]
            away = abs(plane[0] * x + plane[1] * y + plane[2] * z - plane[3])
            if away <= abs(plane[0]) * dx + abs(plane[1]) * dy + abs(plane[2]) * dz:
                found = max(found, kind)
    return found


@njit(cache=True, nogil=True)
def _fill(listed: Bodies, affine: Floats, points: Floats, first: int, last: int, shares: NDArray[np.float32]) -> None:
    """Shares of the slices first … last − 1; `affine` (3, 4) takes index (x, y, z, 1) to mm where the bodies lie."""
    dx, dy, dz = 0.5 * np.abs(affine[:, :3]).sum(axis=1)
    small_mm3 = SMALL_BODY_VOXELS * 8 * dx * dy * dz
    own = np.zeros(shares.shape[0])
    for k in range(first, last):
        for j in range(shares.shape[2]):
            for i in range(shares.shape[3]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                cut = _cut(listed, small_mm3, x, y, z, dx, dy, dz)
                if cut == 0:
                    region = region_at(listed, x, y, z)
                    if region >= 0:
                        shares[region, k, j, i] = np.float32(1.0)
                    continue
                own[:] = 0.0
                turn = (0.7548776662 * i + 0.5698402910 * j + 0.3247179572 * k) % 1.0  # so that voxels do not err alike
                count = points.shape[0] if cut == 2 else points.shape[0] // FEWER
                for n in range(count):
                    a = (points[n, 0] + turn) % 1.0 - 0.5
                    b = (points[n, 1] + 2 * turn) % 1.0 - 0.5
                    c = (points[n, 2] + 3 * turn) % 1.0 - 0.5
                    region = region_at(
                        listed,
                        x + affine[0, 0] * a + affine[0, 1] * b + affine[0, 2] * c,
                        y + affine[1, 0] * a + affine[1, 1] * b + affine[1, 2] * c,
                        z + affine[2, 0] * a + affine[2, 1] * b + affine[2, 2] * c,
                    )
                    if region >= 0:
                        own[region] += 1.0 / count
                for region in range(own.size):
                    shares[region, k, j, i] = min(own[region], 1.0)


def evenly_spread_points(count: int, dimensions: int = 3) -> Floats:
    """(count, dimensions): points spread evenly over the unit cube, an additive recurrence on the roots of
    φ^(d+1) = φ + 1 (Roberts 2018): no two share a coordinate, so no plane of a grid holds many of them."""
    phi = 2.0
    for _ in range(60):
        phi = (1 + phi) ** (1 / (dimensions + 1))
    steps = phi ** -np.arange(1.0, dimensions + 1)
    return np.asarray((0.5 + np.arange(1, count + 1)[:, None] * steps) % 1)


def shares_of_voxels(
    listed: Bodies, geometry: Geometry, *, transform: RigidTransform | None = None, points: int = 64
) -> NDArray[np.float32]:
    """(regions, z, y, x): the share of each voxel that lies in each region.

    Voxels that a surface may cut are sampled at that many points (eight times as many for small bodies), the others are
    whole. `transform` moves the bodies to the frame of the grid.
    """
    to_bodies = np.eye(4) if transform is None else transform.inverse().matrix
    affine = np.ascontiguousarray((to_bodies @ geometry.affine)[:3])
    shares = np.zeros((int(listed.region.max()) + 1, *geometry.shape), np.float32)
    within = evenly_spread_points(FEWER * points)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda k: _fill(listed, affine, within, k, k + 1, shares), range(geometry.shape[0])))
    return shares


@njit(cache=True, nogil=True)
def _column(listed: Bodies, i: int, x: float, y: float) -> tuple[float, float]:
    """Where body i begins and ends along z above (x, y); an end before the beginning where it does not lie there."""
    box, q = listed.boxes[i], listed.quadrics[i]
    if x < box[0] or x > box[3] or y < box[1] or y > box[4]:
        return 1.0, 0.0
    low, high = box[2], box[5]
    left = 1.0 - ((x - q[0]) * q[3]) ** 2 - ((y - q[1]) * q[4]) ** 2
    if left < 0.0:
        return 1.0, 0.0
    if q[5] > 0.0:
        reach = np.sqrt(left) / q[5]
        low, high = max(low, q[2] - reach), min(high, q[2] + reach)
    for p in range(listed.first_plane[i], listed.first_plane[i + 1]):
        plane = listed.planes[p]
        rest = plane[3] - plane[0] * x - plane[1] * y
        if plane[2] > 0.0:
            high = min(high, rest / plane[2])
        elif plane[2] < 0.0:
            low = max(low, rest / plane[2])
        elif rest < 0.0:
            return 1.0, 0.0
    return low, high


@njit(cache=True, nogil=True)
def _own_volume_mm3(listed: Bodies, i: int, columns: int) -> float:
    """Volume of body i without the bodies before it, from `columns`² columns over its box whose lengths are exact."""
    box = listed.boxes[i]
    dx, dy = (box[3] - box[0]) / columns, (box[4] - box[1]) / columns
    total = 0.0
    for a in range(columns):
        x = box[0] + (a + 0.5) * dx
        for b in range(columns):
            y = box[1] + (b + 0.5) * dy
            low, high = _column(listed, i, x, y)
            if high <= low:
                continue
            at = low
            while at < high:  # up through the column: from here on taken by an earlier body, or free as far as the next
                taken, free = at, high
                for before in range(i):
                    start, end = _column(listed, before, x, y)
                    if start <= at < end:
                        taken = max(taken, end)
                    elif at < start < end:
                        free = min(free, start)
                if taken > at:
                    at = taken
                else:
                    total += free - at
                    at = free
    return float(total * dx * dy)


def volumes_ml(listed: Bodies, *, columns: int = 300) -> Floats:
    """(regions,): the volume of each region, overlaps going to the first. Within 1e-4 at 300² columns a body."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        own = list(pool.map(lambda i: _own_volume_mm3(listed, i, columns), range(listed.region.size)))
    return np.bincount(listed.region, weights=own) / 1000
