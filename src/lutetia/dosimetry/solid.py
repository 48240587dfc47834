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
    """A list of bodies as compiled code reads it. Row i of `boxes` (n, 6) is the body's box (low x, y, z, high x, y, z),
    of `quadrics` (n, 6) its centre and inverse semi-axes, of `first_plane` (n + 1,) where its planes begin in `planes`
    (m, 4); `region` (n,) is the region the body belongs to."""

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
def _is_cut(listed: Bodies, x: float, y: float, z: float, radius: float) -> bool:
    """True if the surface of any body may come within `radius` of the point."""
    for i in range(listed.region.size):
        box = listed.boxes[i]
        if x < box[0] - radius or y < box[1] - radius or z < box[2] - radius:
            continue
        if x > box[3] + radius or y > box[4] + radius or z > box[5] + radius:
            continue
        q = listed.quadrics[i]
        level = np.sqrt(((x - q[0]) * q[3]) ** 2 + ((y - q[1]) * q[4]) ** 2 + ((z - q[2]) * q[5]) ** 2)
        reach = radius * max(q[3], max(q[4], q[5]))  # the level changes by no more over that distance
        if level > 1.0 + reach:
            continue
        if level > 1.0 - reach:
            return True
        for p in range(listed.first_plane[i], listed.first_plane[i + 1]):
            plane = listed.planes[p]
            length = np.sqrt(plane[0] ** 2 + plane[1] ** 2 + plane[2] ** 2)
            if abs(plane[0] * x + plane[1] * y + plane[2] * z - plane[3]) <= radius * length:
                return True
    return False


@njit(cache=True, nogil=True)
def _fill(listed: Bodies, affine: Floats, samples: int, first: int, last: int, shares: NDArray[np.float32]) -> None:
    """Shares of the slices first … last − 1; `affine` (3, 4) takes index (x, y, z, 1) to mm where the bodies lie."""
    half = 0.5 * np.sqrt((affine[:, :3] ** 2).sum())  # half the diagonal of a voxel
    part = np.float32(1.0 / samples**3)
    steps = (np.arange(samples) + 0.5) / samples - 0.5
    for k in range(first, last):
        for j in range(shares.shape[2]):
            for i in range(shares.shape[3]):
                x = affine[0, 0] * i + affine[0, 1] * j + affine[0, 2] * k + affine[0, 3]
                y = affine[1, 0] * i + affine[1, 1] * j + affine[1, 2] * k + affine[1, 3]
                z = affine[2, 0] * i + affine[2, 1] * j + affine[2, 2] * k + affine[2, 3]
                if not _is_cut(listed, x, y, z, half):
                    region = region_at(listed, x, y, z)
                    if region >= 0:
                        shares[region, k, j, i] = np.float32(1.0)
                    continue
                for c in steps:
                    for b in steps:
                        for a in steps:
                            region = region_at(
                                listed,
                                x + affine[0, 0] * a + affine[0, 1] * b + affine[0, 2] * c,
                                y + affine[1, 0] * a + affine[1, 1] * b + affine[1, 2] * c,
                                z + affine[2, 0] * a + affine[2, 1] * b + affine[2, 2] * c,
                            )
                            if region >= 0:
                                shares[region, k, j, i] += part


def shares_of_voxels(
    listed: Bodies, geometry: Geometry, *, transform: RigidTransform | None = None, samples: int = 6
) -> NDArray[np.float32]:
    """(regions, z, y, x): the share of each voxel that lies in each region.

    Voxels that a surface may cut are sampled at `samples`³ points, the others are whole. `transform` moves the bodies
    to the frame of the grid.
    """
    to_bodies = np.eye(4) if transform is None else transform.inverse().matrix
    affine = np.ascontiguousarray((to_bodies @ geometry.affine)[:3])
    shares = np.zeros((int(listed.region.max()) + 1, *geometry.shape), np.float32)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        slices = range(geometry.shape[0])
        list(pool.map(lambda k: _fill(listed, affine, samples, k, k + 1, shares), slices))
    return np.minimum(shares, np.float32(1), out=shares)


@njit(cache=True, nogil=True)
def _counted(listed: Bodies, box: Floats, steps: int, counts: Integers) -> None:
    """Count the points of a regular lattice in the box that lie in each region."""
    edge = (box[3:] - box[:3]) / steps
    for k in range(steps):
        z = box[2] + (k + 0.5) * edge[2]
        for j in range(steps):
            y = box[1] + (j + 0.5) * edge[1]
            for i in range(steps):
                region = region_at(listed, box[0] + (i + 0.5) * edge[0], y, z)
                if region >= 0:
                    counts[region] += 1


def volumes_ml(listed: Bodies, *, steps: int = 160) -> Floats:
    """(regions,): the volume of each region, from a lattice of `steps`³ points over the boxes of its own bodies.

    A region of several bodies whose boxes overlap is counted over the box that holds them all.
    """
    found = np.zeros(int(listed.region.max()) + 1)
    for region in range(found.size):
        own = listed.boxes[listed.region == region]
        box = np.concatenate([own[:, :3].min(axis=0), own[:, 3:].max(axis=0)])
        counts = np.zeros(found.size, np.int64)
        _counted(listed, box, steps, counts)
        found[region] = counts[region] / steps**3 * float(np.prod(box[3:] - box[:3])) / 1000
    return found
