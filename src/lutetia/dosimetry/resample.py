"""An image on another grid, with its activity kept.

What is added up (counts, activity) is shared out: each source voxel gives away exactly what it holds, so that the total
over a grid that covers it is the same to rounding. What is averaged (HU, dose) is averaged over each target voxel.
`method="linear"` reads the source as linear between its voxel centres (activity spreads by up to one source voxel),
`"overlap"` as constant within each voxel. Between parallel grids both are exact integrals; between grids turned against
each other they are sums over points laid between the voxels, and amounts are read as linear. Where the voxels of the
two grids coincide (a crop, a mirrored axis) values stay as they are.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Literal

import numpy as np

from lutetia.dosimetry import resample_kernel as kernel
from lutetia.dosimetry.geometry import Floats, Geometry
from lutetia.dosimetry.resample_aligned import Axis, apply, averaging_weights, parallel_axes, voxels_coincide, weights
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Array, Volume
from lutetia.errors import Fault, InputError

Method = Literal["linear", "overlap"]
RIPPLE = 0.01  # at worst in one voxel of a grid that is turned; none in the total
POINTS_PER_VOXEL_OF_BOXES = 8
MANY_POINTS = 200_000_000  # a second or two
_NEAR_ORDERS = np.array([h for h in product((-2, -1, 0, 1, 2), repeat=3) if any(h)], dtype=np.float64)
OUTSIDE = {"HU": -1000.0, "fraction": 0.0}  # air; no share


@dataclass(frozen=True, slots=True, kw_only=True)
class Resampled:
    """The image on the new grid, and what became of its total.

    `total_before`, `total_after` and `beyond` (what came to lie outside the new grid) are in `volume.total_unit`;
    before = after + beyond to rounding. All three are None for what is averaged.
    """

    volume: Volume
    total_before: float | None
    total_after: float | None
    conventions: tuple[str, ...]

    @property
    def beyond(self) -> float | None:
        """The part of the total that lies outside the new grid."""
        if self.total_before is None or self.total_after is None:
            return None
        return self.total_before - self.total_after


def resample(
    volume: Volume,
    onto: Geometry,
    *,
    transform: RigidTransform | None = None,
    method: Method = "linear",
    outside: float | None = None,
) -> Resampled:
    """The volume on the grid `onto`, in the same unit.

    `transform` moves the volume's frame of reference to that of `onto`; without one both must be the same frame.
    `outside` is the value taken beyond the volume where values are averaged: −1000 HU and fraction 0 unless given; a
    dose needs it only where the volume does not cover the grid. Raises InputError for mixed frames of reference, for
    grids that do not meet, for an unknown method and for a missing `outside`.
    """
    moved = volume if transform is None else volume.moved(transform)
    faults = _faults(moved, onto, method)
    if faults:
        raise InputError("resample", faults)
    if moved.geometry.same_grid(onto):
        return _result(volume, replace(moved, geometry=onto), ("Same grid: values as they were.",))
    to_source = np.linalg.inv(moved.geometry.affine) @ onto.affine
    axes = parallel_axes(to_source, onto.shape)
    hat = method == "linear" and not (axes is not None and voxels_coincide(axes))
    if volume.quantity == "intensive":
        array = _average(moved, onto, to_source, axes, hat, outside)
    else:
        if axes is None and method == "overlap":
            must = 'must be "linear" between grids turned against each other'
            raise InputError("resample", [Fault(place="method", must=must, got='"overlap"')])
        array = _share(moved, onto, to_source, axes, hat)
    target = Volume(array=array, geometry=onto, unit=volume.unit, conventions=volume.conventions)
    return _result(volume, target, (_sentence(volume, method, axes is not None),))


def _faults(moved: Volume, onto: Geometry, method: str) -> list[Fault]:
    faults = []
    if method not in ("linear", "overlap"):
        faults.append(Fault(place="method", must='must be "linear" or "overlap"', got=repr(method)))
    if moved.frame_of_reference != onto.frame_of_reference:
        must = f"must lie in the frame of reference of the new grid, {onto.frame_of_reference}"
        do = "Register the images first and give the transform."
        return [*faults, Fault(place="volume", must=must, got=moved.frame_of_reference, do=do)]
    index = onto.index_of(moved.geometry.corners_mm())
    if (index.max(axis=0) <= -0.5).any() or (index.min(axis=0) >= np.array(onto.shape) - 0.5).any():
        must = "must overlap the new grid"
        faults.append(Fault(place="volume", must=must, got="an image wholly outside it"))
    return faults


def _share(moved: Volume, onto: Geometry, to_source: Floats, axes: tuple[Axis, Axis, Axis] | None, hat: bool) -> Array:
    """Amounts shared out to the new grid; densities are amounts per voxel on the way."""
    per_voxel = moved.array.astype(np.float64)
    if axes is not None:
        matrices = [
            weights(axis, onto.shape[a], moved.array.shape[axis.source_axis], hat=hat) for a, axis in enumerate(axes)
        ]
        out = apply(per_voxel, axes, matrices)
    else:
        out = _share_oblique(per_voxel, onto.shape, to_source)
    if moved.quantity == "density":
        out *= moved.geometry.voxel_volume_ml / onto.voxel_volume_ml
    return out.astype(moved.array.dtype, copy=False)


def _share_oblique(source: Array, shape: tuple[int, int, int], to_source: Floats) -> Array:
    to_target = _inverse(to_source)
    n_target, n_source = _points(to_source, True), _points(to_target, True)
    out = np.zeros(shape)
    if _too_many(n_target, out.size, n_source, source.size):
        kernel.spread(source, to_target, n_source, out)
        return out
    pad = np.ceil(np.abs(to_target[:3, :3]).sum(axis=1)).astype(np.int64) + 1
    total_weights = _point_weights(source.shape, shape, to_source, n_target, pad)
    per_weight = np.divide(source, total_weights, out=np.zeros_like(source), where=total_weights > 0)
    _in_slabs(shape[0], lambda a, b: kernel.shared_out(per_weight, to_source, n_target, a, b, out))
    return out


def _point_weights(
    source: tuple[int, ...],
    shape: tuple[int, int, int],
    to_source: Floats,
    n: kernel.Counts,
    pad: kernel.Counts,
) -> Array:
    """The weight that all points of the endless target grid give each source voxel near the target."""
    found: list[Array] = []

    def count(first: int, last: int) -> None:
        own = np.zeros(source)
        kernel.point_weights(np.array(shape[::-1]), to_source, n, pad, first, last, own)
        found.append(own)

    _in_slabs(shape[0] + 2 * int(pad[2]), lambda a, b: count(a - int(pad[2]), b - int(pad[2])))
    return np.sum(found, axis=0) if len(found) > 1 else found[0]


def _average(
    moved: Volume,
    onto: Geometry,
    to_source: Floats,
    axes: tuple[Axis, Axis, Axis] | None,
    hat: bool,
    outside: float | None,
) -> Array:
    """Mean over each target voxel; the part beyond the source counts as `outside`."""
    covered = bool(moved.geometry.contains(onto.corners_mm(), beyond_voxels=1e-6).all())
    beyond = outside if outside is not None else OUTSIDE.get(moved.unit)
    if beyond is None and not covered:
        must = f"must be given for {moved.unit}: the volume does not cover the new grid"
        raise InputError("resample", [Fault(place="outside", must=must, do="Give the value beyond the image.")])
    value = beyond or 0.0
    if axes is None:
        return _average_oblique(moved.array, onto.shape, to_source, hat, value)
    matrices = [
        averaging_weights(axis, onto.shape[a], moved.array.shape[axis.source_axis], hat=hat)
        for a, axis in enumerate(axes)
    ]
    for a, axis in enumerate(axes):  # from the length covered to the share of the target voxel
        matrices[a] = matrices[a] / abs(axis.step)
    relative = moved.array - moved.array.dtype.type(value)
    return apply(relative, axes, matrices) + moved.array.dtype.type(value)


def _average_oblique(source: Array, shape: tuple[int, int, int], to_source: Floats, hat: bool, outside: float) -> Array:
    to_target = _inverse(to_source)
    n_target, n_source = _points(to_source, hat), _points(to_target, hat)
    out = np.zeros(shape, dtype=source.dtype)
    if not _too_many(n_target, out.size, n_source, source.size):
        _in_slabs(shape[0], lambda a, b: kernel.averaged(source, to_source, n_target, hat, outside, a, b, out))
        return out
    total, weight = np.zeros(shape), np.zeros(shape)
    kernel.gathered(source, to_target, n_source, total, weight)
    full = np.maximum(weight, abs(float(np.linalg.det(to_source[:3, :3]))))
    full = np.where(_inside(shape, to_source, source.shape), weight, full)
    return ((total + (full - weight) * outside) / full).astype(source.dtype)


def _inside(shape: tuple[int, int, int], to_source: Floats, source: tuple[int, ...]) -> np.ndarray:
    """(z, y, x): True where the target voxel lies wholly inside the source."""
    reach = np.abs(to_source[:3, :3]).sum(axis=1) / 2
    inside = np.ones(shape, dtype=bool)
    z, y, x = np.ogrid[: shape[0], : shape[1], : shape[2]]
    for a in range(3):
        at = to_source[a, 0] * x + to_source[a, 1] * y + to_source[a, 2] * z + to_source[a, 3]
        inside &= (at >= reach[a] - 0.5) & (at <= source[2 - a] - 0.5 - reach[a])
    return inside


def _too_many(n_target: kernel.Counts, targets: int, n_source: kernel.Counts, sources: int) -> bool:
    """True if points in the target's voxels would take long and points in the source's voxels are fewer.

    A source much finer than the target (a CT onto a SPECT grid) is then carried over voxel by voxel: its own linear
    reading no longer matters, and amounts are shared between the eight new voxels around each point.
    """
    return int(n_target.prod()) * targets > MANY_POINTS and n_source.prod() * sources < n_target.prod() * targets


def _inverse(matrix: Array) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _points(index_map: Floats, hat: bool) -> kernel.Counts:
    """How many points a voxel needs along its (x, y, z) so that they lie evenly enough in the other grid.

    By Poisson's sum the points weigh a voxel of the other grid, when shared by distance, unevenly by the sum of
    Π sinc²(g) over the reciprocal vectors g of the points' lattice; points are added until that is below `RIPPLE`.
    """
    steps = np.linalg.norm(index_map[:3, :3], axis=0)
    if not hat:
        return np.asarray(np.maximum(np.ceil(POINTS_PER_VOXEL_OF_BOXES * steps - 1e-9), 1), dtype=np.int64)
    n = np.maximum(np.ceil(1.5 * steps - 1e-9), 1)
    reciprocal = _inverse(index_map[:3, :3])  # its rows, times n, span the reciprocal lattice
    while True:
        g = (_NEAR_ORDERS * n) @ reciprocal
        uneven = np.prod(np.sinc(g) ** 2, axis=1)
        if uneven.sum() <= RIPPLE:
            return np.asarray(n, dtype=np.int64)
        n[np.argmax([uneven[_NEAR_ORDERS[:, a] != 0].sum() for a in range(3)])] += 1


def _in_slabs(slices: int, work: Callable[[int, int], None]) -> None:
    """Runs `work(first, last)` on slabs of the slices, one for each core."""
    cores = min(os.cpu_count() or 1, slices, 8)
    edges = np.linspace(0, slices, cores + 1).astype(int).tolist()
    with ThreadPoolExecutor(cores) as pool:
        for done in [pool.submit(work, a, b) for a, b in pairwise(edges)]:
            done.result()


def _result(before: Volume, after: Volume, sentences: tuple[str, ...]) -> Resampled:
    adds_up = before.quantity != "intensive"
    return Resampled(
        volume=replace(after, conventions=(*after.conventions, *sentences)),
        total_before=before.total() if adds_up else None,
        total_after=after.total() if adds_up else None,
        conventions=sentences,
    )


def _sentence(volume: Volume, method: Method, parallel: bool) -> str:
    reading = "linear between voxel centres" if method == "linear" else "constant within each voxel"
    how = "exact integrals between parallel grids" if parallel else "points between grids turned against each other"
    what = "averaged over each new voxel" if volume.quantity == "intensive" else "shared out with its total kept"
    return f"Resampled: {volume.unit}, {what}; the image read as {reading}; {how}."
