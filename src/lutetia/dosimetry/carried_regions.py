"""All regions of a set on the grid of another image, in one pass: the share of each new voxel that each region fills.

A region is read as constant within each of its own voxels. That widens every border a little beyond the truth: by a
box of one source voxel, and by another where the source holds shares of voxels (they are averages over one already).
How much is told, so that a correction for blur can take it off.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, log

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Floats, Geometry
from lutetia.dosimetry.region import Region, bounding_box
from lutetia.dosimetry.region_measure import OFF_IMAGE_PCT, off_image_ml
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import Fault, InputError

FWHM2_PER_VARIANCE = 8 * log(2)
POINTS = (6, 10)  # least and most points along each axis of a new voxel that a border crosses


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CarriedRegions:
    """The regions on the new grid; `added_fwhm_mm` is the blur of their borders that carrying them added (0 where the
    grid is the same), `beyond_pct` the per cent of each region that lies beyond the new grid, for those that may."""

    regions: RegionSet
    added_fwhm_mm: float
    beyond_pct: dict[str, float]


def carried(
    regions: RegionSet,
    onto: Geometry,
    *,
    transform: RigidTransform | None = None,
    may_leave: Collection[str] = (),
) -> CarriedRegions:
    """The regions on the grid `onto`; `transform` moves their frame of reference to that of `onto`.

    Regions named in `may_leave` may lie partly beyond the grid (the rest of the body), others at most to 0.1 % of their
    volume. Raises InputError for mixed frames of reference, and with all regions that lie beyond.
    """
    source = regions.geometry if transform is None else regions.geometry.moved(transform)
    if source.frame_of_reference != onto.frame_of_reference:
        must = f"must lie in the frame of reference of the image, {onto.frame_of_reference}"
        do = "Register the images first and give the transform."
        raise InputError("regions", [Fault(place="regions", must=must, got=source.frame_of_reference, do=do)])
    if source.same_grid(onto):
        kept = tuple(replace(region, geometry=onto) for region in regions)
        return CarriedRegions(regions=replace(regions, regions=kept), added_fwhm_mm=0.0, beyond_pct={})
    beyond_pct = _beyond_pct(regions, source, onto, transform, may_leave)
    codes, mixed = _coded(regions)
    to_source = np.ascontiguousarray(np.linalg.inv(source.affine) @ onto.affine)
    counts = np.array([_points(s, t) for s, t in zip(source.spacing_mm[::-1], onto.spacing_mm[::-1], strict=True)])
    shares = np.zeros((len(regions), *onto.shape), dtype=np.float32)
    _in_slabs(onto.shape[0], lambda a, b: _carry(codes, mixed, to_source, counts, a, b, shares))
    carried_over = tuple(
        replace(region, shares=np.minimum(share, 1), geometry=onto)
        for region, share in zip(regions, shares, strict=True)
    )
    _refuse_lost(carried_over)
    overlaps = "state" if regions.found else regions.overlaps
    return CarriedRegions(
        regions=RegionSet(regions=carried_over, overlaps=overlaps),
        added_fwhm_mm=_added_fwhm_mm(regions),
        beyond_pct=beyond_pct,
    )


def _added_fwhm_mm(regions: RegionSet) -> float:
    """Boxes of one source voxel: one from reading voxels as constant, one more where shares are averages already."""
    boxes = 1 if all(region.is_whole_voxels for region in regions) else 2
    variance_mm2 = boxes * float(np.mean(np.square(regions.geometry.spacing_mm))) / 12
    return float(np.sqrt(FWHM2_PER_VARIANCE * variance_mm2))


def _points(source_mm: float, target_mm: float) -> int:
    """Two points for each source voxel within a new one, within limits."""
    return int(min(max(ceil(2 * target_mm / source_mm), POINTS[0]), POINTS[1]))


def _coded(regions: RegionSet) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """(z, y, x): 0 outside all, k + 1 wholly in region k, −row − 1 where `mixed` (rows, regions) holds the shares."""
    shape = regions.geometry.shape
    codes = np.zeros(shape, dtype=np.int32)
    claimed = np.zeros(shape, dtype=np.int16)
    whole = np.zeros(shape, dtype=bool)
    boxes = [bounding_box(region) for region in regions]
    for number, (region, box) in enumerate(zip(regions, boxes, strict=True)):
        share = region.shares[box]
        some = share > 0
        claimed[box] += some
        whole[box] |= share >= 1
        codes[box][some] = number + 1
    rows = np.flatnonzero((claimed > 1) | ((claimed == 1) & ~whole))
    codes.ravel()[rows] = -np.arange(1, rows.size + 1, dtype=np.int32)
    mixed = np.zeros((rows.size, len(regions)), dtype=np.float32)
    for number, (region, box) in enumerate(zip(regions, boxes, strict=True)):
        row = -codes[box] - 1
        held = row >= 0
        mixed[row[held], number] = region.shares[box][held]
    return codes, mixed


@njit(cache=True, nogil=True)
def _code_at(codes: NDArray[np.int32], to_source: Floats, x: float, y: float, z: float) -> int:
    """The code of the source voxel that holds the point; 0 outside the source."""
    i = int(np.floor(to_source[0, 0] * x + to_source[0, 1] * y + to_source[0, 2] * z + to_source[0, 3] + 0.5))
    j = int(np.floor(to_source[1, 0] * x + to_source[1, 1] * y + to_source[1, 2] * z + to_source[1, 3] + 0.5))
    k = int(np.floor(to_source[2, 0] * x + to_source[2, 1] * y + to_source[2, 2] * z + to_source[2, 3] + 0.5))
    if i < 0 or j < 0 or k < 0 or k >= codes.shape[0] or j >= codes.shape[1] or i >= codes.shape[2]:
        return 0
    return int(codes[k, j, i])


@njit(cache=True, nogil=True)
def _one_code(codes: NDArray[np.int32], to_source: Floats, x: int, y: int, z: int) -> int:
    """The code of the whole voxel if centre, corners, edges and faces agree on one region or none; −1 if not."""
    first = _code_at(codes, to_source, float(x), float(y), float(z))
    if first < 0:
        return -1
    for c in range(3):
        for b in range(3):
            for a in range(3):
                if _code_at(codes, to_source, x + 0.5 * (a - 1), y + 0.5 * (b - 1), z + 0.5 * (c - 1)) != first:
                    return -1
    return first


@njit(cache=True, nogil=True)
def _carry(
    codes: NDArray[np.int32],
    mixed: NDArray[np.float32],
    to_source: Floats,
    counts: NDArray[np.int64],
    begin: int,
    end: int,
    shares: NDArray[np.float32],
) -> None:
    """Fill slices `begin` to `end` of `shares` (regions, z, y, x): the mean over points laid evenly in each voxel."""
    regions, _, height, width = shares.shape
    nx, ny, nz = counts[0], counts[1], counts[2]
    weight = 1.0 / (nx * ny * nz)
    found = np.zeros(regions)
    for z in range(begin, end):
        for y in range(height):
            for x in range(width):
                code = _one_code(codes, to_source, x, y, z)
                if code == 0:
                    continue
                if code > 0:
                    shares[code - 1, z, y, x] = 1.0
                    continue
                found[:] = 0.0
                for c in range(nz):
                    for b in range(ny):
                        for a in range(nx):
                            code = _code_at(
                                codes,
                                to_source,
                                x + (a + 0.5) / nx - 0.5,
                                y + (b + 0.5) / ny - 0.5,
                                z + (c + 0.5) / nz - 0.5,
                            )
                            if code > 0:
                                found[code - 1] += weight
                            elif code < 0:
                                for region in range(regions):
                                    found[region] += weight * mixed[-code - 1, region]
                for region in range(regions):
                    shares[region, z, y, x] = found[region]


def _beyond_pct(
    regions: RegionSet,
    source: Geometry,
    onto: Geometry,
    transform: RigidTransform | None,
    may_leave: Collection[str],
) -> dict[str, float]:
    """Per cent of each region beyond the grid; refuses what may not lie there."""
    beyond, faults = {}, []
    for region in regions:
        box = bounding_box(region)
        part = source.cropped(
            (box[0].start, box[1].start, box[2].start), (_voxels_of(box[0]), _voxels_of(box[1]), _voxels_of(box[2]))
        )
        if onto.contains(part.corners_mm()).all():
            continue
        pct = 100 * off_image_ml(region, onto, transform=transform) / region.volume_ml
        if region.name in may_leave:
            beyond[region.name] = pct
        elif pct > OFF_IMAGE_PCT:
            must = f"must lie on the image (at most {OFF_IMAGE_PCT:g} % beyond it)"
            do = "Its activity would be too low in silence. Check the registration and the field of view."
            got = f"{pct:.1f} % of {region.volume_ml:.1f} mL beyond the image"
            faults.append(Fault(place=region.name, must=must, got=got, do=do))
    if faults:
        raise InputError("regions", faults)
    return beyond


def _refuse_lost(regions: tuple[Region, ...]) -> None:
    faults = [
        Fault(place=region.name, must="must hold a part of a voxel of the image", do="It is too small for this grid.")
        for region in regions
        if region.is_empty
    ]
    if faults:
        raise InputError("regions", faults)


def _in_slabs(slices: int, work: Callable[[int, int], None]) -> None:
    cores = min(os.cpu_count() or 1, slices)
    edges = np.linspace(0, slices, 4 * cores + 1).astype(int).tolist()
    with ThreadPoolExecutor(cores) as pool:
        for done in [pool.submit(work, a, b) for a, b in pairwise(edges) if a < b]:
            done.result()


def _voxels_of(span: slice) -> int:
    return int(span.stop - span.start)
