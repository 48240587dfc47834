"""A volume of interest: the share of each voxel that belongs to it, a name, and the rule that made it.

Where two regions share a voxel in part, the smaller share is taken to lie inside the larger: union is the larger share,
intersection the smaller, minus their difference. That is right for lesions in an organ and exact for whole voxels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lutetia.dosimetry.geometry import Floats, Geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import Fault, InputError

Shares = NDArray[Any]  # bool (whole voxels) or float32 (fractions)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A named region on a grid: `shares` (z, y, x) is bool (whole voxels) or the fraction of each voxel, 0 to 1.

    `rule` says how it was made: its own name as drawn, or "liver − (lesion 1 ∪ lesion 2)". Raises InputError for a
    shape that is not the grid's, fractions outside 0 to 1, NaN and an empty name.
    """

    name: str
    shares: Shares
    geometry: Geometry
    rule: str = ""
    conventions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shares = np.asarray(self.shares)
        shares = shares if shares.dtype in (np.bool_, np.float32) else shares.astype(np.float32)
        faults = _faults(self.name, shares, self.geometry)
        if faults:
            raise InputError(f"region {self.name or 'without a name'}", faults)
        shares = shares.view()
        shares.flags.writeable = False
        object.__setattr__(self, "shares", shares)
        object.__setattr__(self, "rule", self.rule or self.name)

    @property
    def is_whole_voxels(self) -> bool:
        """True if every voxel is in or out; False if shares of voxels are known."""
        return self.shares.dtype == np.bool_

    @property
    def is_empty(self) -> bool:
        """True if no voxel has a share."""
        return not self.shares.any()

    @property
    def voxels(self) -> float:
        """The number of voxels, shares counted as shares."""
        return float(np.sum(self.shares, dtype=np.float64))

    @property
    def volume_ml(self) -> float:
        """The volume."""
        return self.voxels * self.geometry.voxel_volume_ml

    @property
    def centroid_mm(self) -> Floats:
        """The centre of gravity (x, y, z). Raises InputError for an empty region."""
        box = bounding_box(self)
        part = np.asarray(self.shares[box], dtype=np.float64)
        index = [
            float(part.sum(axis=tuple(b for b in range(3) if b != a)) @ np.arange(box[a].start, box[a].stop))
            for a in range(3)
        ]
        return self.geometry.world_mm(np.array(index) / part.sum())

    def mask(self, *, at_least_fraction: float = 0.5) -> NDArray[np.bool_]:
        """(z, y, x) bool: the voxels with at least this share."""
        return self.shares if self.is_whole_voxels else np.asarray(self.shares >= at_least_fraction)

    def renamed(self, name: str) -> Region:
        """The same region under another name; the rule stays."""
        return Region(
            name=name, shares=self.shares, geometry=self.geometry, rule=self.rule, conventions=self.conventions
        )

    def moved(self, transform: RigidTransform) -> Region:
        """The region after a rigid motion: its grid turns, its shares stay."""
        geometry = self.geometry.moved(transform)
        return Region(
            name=self.name, shares=self.shares, geometry=geometry, rule=self.rule, conventions=self.conventions
        )


def union(name: str, *regions: Region) -> Region:
    """What lies in any of the regions. Raises InputError if they are not on one grid, or for fewer than one."""
    return _combined(name, regions, np.maximum, " ∪ ")


def intersection(name: str, *regions: Region) -> Region:
    """What lies in all of the regions. Raises InputError if they are not on one grid, or for fewer than one."""
    return _combined(name, regions, np.minimum, " ∩ ")


def minus(name: str, whole: Region, *parts: Region) -> Region:
    """The whole without the parts: `minus("liver", liver, lesion_1, lesion_2)`. A part that lies outside is named.

    Raises InputError if they are not on one grid, or when no part is given.
    """
    if not parts:
        raise InputError(name, [Fault(place="parts", must="must name at least one region to take away")])
    _on_one_grid(name, (whole, *parts))
    taken = reduce(np.maximum, [part.shares for part in parts])
    if whole.is_whole_voxels and taken.dtype == np.bool_:
        shares = whole.shares & ~taken
    else:
        shares = np.maximum(whole.shares.astype(np.float32) - taken, np.float32(0))
    outside = [part.name for part in parts if not np.minimum(whole.shares, part.shares).any()]
    notes = tuple(f"{part} lies outside {whole.name}: nothing taken away." for part in outside)
    rule = f"{_bracketed(whole)} − {_bracketed(*parts)}"
    return Region(
        name=name, shares=shares, geometry=whole.geometry, rule=rule, conventions=(*_inherited(whole, *parts), *notes)
    )


def bounding_box(region: Region) -> tuple[slice, slice, slice]:
    """The smallest box (z, y, x) that holds the region. Raises InputError for an empty region."""
    spans: list[slice] = []
    part = region.shares
    for axis in range(3):  # each axis within the box of those before it
        along = np.flatnonzero(part.max(axis=tuple(b for b in range(3) if b != axis), initial=0))
        if not along.size:
            raise InputError(f"region {region.name}", [Fault(place="shares", must="must hold at least one voxel")])
        spans.append(slice(int(along[0]), int(along[-1]) + 1))
        part = region.shares[tuple(spans)]
    z, y, x = spans
    return z, y, x


def _combined(name: str, regions: tuple[Region, ...], join: Callable[..., Shares], sign: str) -> Region:
    if not regions:
        raise InputError(name, [Fault(place="regions", must="must name at least one region")])
    _on_one_grid(name, regions)
    shares = reduce(join, [region.shares for region in regions])
    rule = sign.join(_bracketed(region) for region in regions)
    first = regions[0].geometry
    return Region(name=name, shares=shares, geometry=first, rule=rule, conventions=_inherited(*regions))


def _bracketed(*regions: Region) -> str:
    """The rules joined as a union, in brackets if there is more than one word to hold together."""
    text = " ∪ ".join(region.rule for region in regions)
    return f"({text})" if len(regions) > 1 or any(sign in text for sign in "∪∩−") else text


def _inherited(*regions: Region) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sentence for region in regions for sentence in region.conventions))


def _on_one_grid(name: str, regions: tuple[Region, ...]) -> None:
    first = regions[0]
    must = f"must lie on the grid of {first.name}"
    do = "Bring all regions to one grid first (region_on)."
    faults = [
        Fault(place=region.name, must=must, got=f"a grid {region.geometry.shape} of its own", do=do)
        for region in regions[1:]
        if not region.geometry.same_grid(first.geometry)
    ]
    if faults:
        raise InputError(name, faults)


def _faults(name: str, shares: Shares, geometry: Geometry) -> list[Fault]:
    faults = []
    if not name.strip():
        faults.append(Fault(place="name", must="must be given"))
    if shares.shape != geometry.shape:
        must = f"must have the shape of its grid, {geometry.shape}"
        faults.append(Fault(place="shares", must=must, got=str(shares.shape)))
    if shares.dtype != np.bool_ and shares.size:
        low, high = float(shares.min()), float(shares.max())
        if not (low >= 0 and high <= 1):  # NaN is caught too
            faults.append(Fault(place="shares", must="must lie between 0 and 1", got=f"{low:g} to {high:g}"))
    return faults
