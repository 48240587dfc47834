"""Contours drawn on slices, turned into a region: holes, contours between slices, slices between contours.

Polygons on one plane are taken even-odd, so that one inside another is a hole (and a keyhole drawn in one line works
too). Where two or more planes fall into one slice their shares are averaged; a slice between two planes takes the shape
halfway between them (signed distances); the outermost planes reach half a plane spacing further. A gap of more than one
and a half plane spacings stays empty and is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from lutetia.dosimetry.contour_fill import filled
from lutetia.dosimetry.geometry import Floats, Geometry
from lutetia.dosimetry.region import Region
from lutetia.errors import Fault, InputError

LINES_PER_ROW = 8
ON_PLANE_WITHIN = 0.02  # of a slice: planes nearer than this are one plane, or the slice itself
OUT_OF_PLANE_WITHIN = 0.1  # of a slice that a contour may be tilted
BEYOND_IMAGE_WITHIN = 1.0  # voxels that a contour may reach beyond the outermost voxels' faces
GAP = 1.5  # plane spacings

Shares = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plane:
    """The polygons drawn at one height, filled: `at` in slices, shares of the pixels of the window."""

    at: float
    shares: Shares


def region_of_contours(
    name: str, contours: Sequence[ArrayLike], geometry: Geometry, *, whole_voxels: bool = True
) -> Region:
    """The region inside the contours, each (n, 3) points x, y, z in mm in the frame of `geometry`.

    `whole_voxels` takes the voxels filled by half or more (bool); otherwise the fraction of each voxel is kept. Raises
    InputError with all faults: contours of fewer than three points, tilted against the slices, beyond the image, and a
    region that fills no voxel.
    """
    indices = [geometry.index_of(np.asarray(points, dtype=np.float64).reshape(-1, 3)) for points in contours]
    faults = _faults(indices, geometry)
    if faults:
        raise InputError(f"contours of {name}", faults)
    corner, shape = _window(indices, geometry)
    planes = _planes(indices, geometry, corner, shape)
    shares, notes = _slices(planes, geometry, shape)
    window = (slice(None), slice(corner[0], corner[0] + shape[0]), slice(corner[1], corner[1] + shape[1]))
    whole: NDArray[Any] = np.zeros(geometry.shape, dtype=np.bool_ if whole_voxels else np.float32)
    whole[window] = shares >= 0.5 if whole_voxels else np.minimum(shares, 1)
    if not whole.any():
        do = "A region smaller than a voxel needs fractions (whole_voxels=False)."
        fault = Fault(place=name, must="must fill at least one voxel by half", got="none that is", do=do)
        raise InputError(f"contours of {name}", [fault])
    return Region(name=name, shares=whole, geometry=geometry, conventions=tuple(f"{name}: {note}" for note in notes))


def _window(indices: list[Floats], geometry: Geometry) -> tuple[tuple[int, int], tuple[int, int]]:
    """The first row and column, and the numbers of rows and columns, that hold all contours with a margin."""
    points = np.concatenate(indices)[:, 1:]
    size = np.array(geometry.shape[1:])
    low = np.clip(np.floor(points.min(axis=0)).astype(int) - 2, 0, size - 1)
    high = np.clip(np.ceil(points.max(axis=0)).astype(int) + 3, 1, size)
    return (int(low[0]), int(low[1])), (int(high[0] - low[0]), int(high[1] - low[1]))


def _planes(indices: list[Floats], geometry: Geometry, corner: tuple[int, int], shape: tuple[int, int]) -> list[_Plane]:
    """The contours gathered by height and filled, lowest first."""
    heights = np.array([float(index[:, 0].mean()) for index in indices])
    order = np.argsort(heights)
    groups: list[list[int]] = []
    for which in order:
        if groups and heights[which] - heights[groups[-1][0]] <= ON_PLANE_WITHIN:
            groups[-1].append(int(which))
        else:
            groups.append([int(which)])
    planes = []
    for group in groups:
        edges = np.concatenate([_edges(indices[which], corner) for which in group])
        at = float(np.mean(heights[group]))
        at = round(at) if abs(at - round(at)) <= ON_PLANE_WITHIN else at
        planes.append(_Plane(at=at, shares=filled(edges, shape[0], shape[1], LINES_PER_ROW)))
    return planes


def _edges(index: Floats, corner: tuple[int, int]) -> Floats:
    """(n, 4): x, y of each edge's start and end in pixels of the window, the last point joined to the first."""
    xy = index[:, :0:-1] - np.array(corner[::-1])
    return np.concatenate([xy, np.roll(xy, -1, axis=0)], axis=1)


def _slices(planes: list[_Plane], geometry: Geometry, shape: tuple[int, int]) -> tuple[Shares, list[str]]:
    """(z, rows, columns): the shares of each slice, and a sentence for each gap left empty."""
    shares = np.zeros((geometry.shape[0], *shape), dtype=np.float32)
    heights = np.array([plane.at for plane in planes])
    steps = np.diff(heights)
    usual = float(np.median(steps)) if steps.size else 1.0
    reach = usual / 2
    spacing = (geometry.spacing_mm[1], geometry.spacing_mm[2])
    for k in range(geometry.shape[0]):
        here = np.flatnonzero((heights >= k - 0.5) & (heights < k + 0.5))
        exact = here[np.abs(heights[here] - k) <= ON_PLANE_WITHIN]
        above = int(np.searchsorted(heights, k))
        if here.size > 1 or (here.size == 1 and usual < 1 - ON_PLANE_WITHIN):
            covered = min(1.0, here.size * usual)
            shares[k] = covered * np.mean([planes[which].shares for which in here], axis=0)
        elif exact.size:
            shares[k] = planes[int(exact[0])].shares
        elif 0 < above < heights.size and steps[above - 1] <= GAP * usual + ON_PLANE_WITHIN:
            shares[k] = _between(planes[above - 1], planes[above], k, spacing)
        else:
            which = min((w for w in (above - 1, above) if 0 <= w < heights.size), key=lambda w: abs(heights[w] - k))
            shares[k] = planes[which].shares * _covered(k - heights[which], reach)
    gaps = np.flatnonzero(steps > GAP * usual + ON_PLANE_WITHIN)
    notes = [f"no contour between slices {heights[g]:g} and {heights[g + 1]:g}: left empty." for g in gaps]
    return shares, notes


def _covered(above: float, reach: float) -> float:
    """The part of a slice, `above` the outermost plane, that the plane's slab of twice `reach` covers.

    A hair less above than below: of two half-covered end slices one counts as a whole voxel, not both.
    """
    return float(np.clip(reach + 0.5 - abs(above) - (1e-6 if above > 0 else 0.0), 0, 1))


def _between(below: _Plane, above: _Plane, at: float, spacing_mm: tuple[float, float]) -> Shares:
    """The shape at a height between two planes: where the weighted signed distances to both outlines are inside."""
    weight = (at - below.at) / (above.at - below.at)
    inside = (1 - weight) * _depth_mm(below.shares, spacing_mm) + weight * _depth_mm(above.shares, spacing_mm)
    return np.clip(inside / _pixel_mm(spacing_mm) + 0.5, 0, 1).astype(np.float32)


def _pixel_mm(spacing_mm: tuple[float, float]) -> float:
    return float(np.sqrt(spacing_mm[0] * spacing_mm[1]))


def _depth_mm(shares: Shares, spacing_mm: tuple[float, float]) -> Floats:
    """Distance to the outline, positive inside."""
    inside = shares >= 0.5
    if not inside.any():
        return np.full(shares.shape, -float(np.hypot(*spacing_mm)))
    within = distance_transform_edt(np.pad(inside, 1), sampling=spacing_mm)[1:-1, 1:-1]
    beyond = distance_transform_edt(~inside, sampling=spacing_mm)
    to_edge_mm = _pixel_mm(spacing_mm) / 2  # distances are to pixel centres, the outline lies halfway
    return np.asarray(np.where(inside, within - to_edge_mm, to_edge_mm - beyond), dtype=np.float64)


def _faults(indices: list[Floats], geometry: Geometry) -> list[Fault]:
    if not indices:
        return [Fault(place="contours", must="must hold at least one contour")]
    faults = []
    reach = 0.5 + BEYOND_IMAGE_WITHIN
    for number, index in enumerate(indices, start=1):
        place = f"contour {number}"
        if len(index) < 3:
            faults.append(Fault(place=place, must="must have at least three points", got=str(len(index))))
            continue
        if not np.isfinite(index).all():
            faults.append(Fault(place=place, must="must hold finite numbers only"))
            continue
        if np.ptp(index[:, 0]) > 2 * OUT_OF_PLANE_WITHIN:
            do = "Give the grid of the images it was drawn on."
            got = f"heights over {np.ptp(index[:, 0]):.2f} slices"
            faults.append(Fault(place=place, must="must lie in one slice plane of the image", got=got, do=do))
        low, high = index.min(axis=0), index.max(axis=0)
        if (low < -reach).any() or (high > np.array(geometry.shape) - 1 + reach).any():
            got = f"indices (z, y, x) from {np.round(low, 1).tolist()} to {np.round(high, 1).tolist()}"
            must = f"must lie on the image of {geometry.shape} voxels"
            faults.append(Fault(place=place, must=must, got=got, do="Is it the image it was drawn on?"))
    return faults
