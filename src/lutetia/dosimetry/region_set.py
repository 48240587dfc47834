"""All regions of one image together: one grid, one name each, overlaps refused or stated, rules printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal

import numpy as np

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, Shares, bounding_box
from lutetia.errors import Fault, InputError

Overlaps = Literal["refuse", "state"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Two regions that claim the same tissue, and how much of it."""

    first: str
    second: str
    volume_ml: float

    def __str__(self) -> str:
        return f"{self.first} and {self.second} overlap in {self.volume_ml:.2f} mL"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RegionSet:
    """Regions that are reported side by side.

    Activity in an overlap counts twice in a table of regions, so `overlaps="refuse"` raises InputError that names each
    pair with its volume; `"state"` keeps them and says so in `conventions`. Empty regions, double names and regions of
    different grids are refused in any case.
    """

    regions: tuple[Region, ...]
    overlaps: Overlaps = "refuse"
    found: tuple[Overlap, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "regions", tuple(self.regions))
        faults = _faults(self.regions, self.overlaps)
        if faults:
            raise InputError("regions", faults)
        object.__setattr__(self, "found", overlaps_of(self.regions))
        if self.found and self.overlaps == "refuse":
            do = "Take one from the other (minus), or accept and state overlaps."
            must = "must not overlap"
            places = [(f"{o.first}, {o.second}", f"{o.volume_ml:.2f} mL in both") for o in self.found]
            raise InputError("regions", [Fault(place=place, must=must, got=got, do=do) for place, got in places])

    def __iter__(self) -> Iterator[Region]:
        return iter(self.regions)

    def __len__(self) -> int:
        return len(self.regions)

    def __getitem__(self, name: str) -> Region:
        for region in self.regions:
            if region.name == name:
                return region
        known = ", ".join(self.names)
        raise InputError("regions", [Fault(place="name", must=f"must be one of {known}", got=repr(name))])

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(region.name for region in self.regions)

    @property
    def geometry(self) -> Geometry:
        """The grid all regions share."""
        return self.regions[0].geometry

    @property
    def conventions(self) -> tuple[str, ...]:
        """The rules that made the regions, their own sentences, and the overlaps."""
        rules = (f"{region.name} = {region.rule}." for region in self.regions if region.rule != region.name)
        own = (sentence for region in self.regions for sentence in region.conventions)
        stated = (f"{overlap}; it counts in both." for overlap in self.found)
        return tuple(dict.fromkeys((*rules, *own, *stated)))


def overlaps_of(regions: tuple[Region, ...]) -> tuple[Overlap, ...]:
    """Every pair with more tissue claimed than the voxels hold: shares that add up to at most 1 are neighbours."""
    boxes = [bounding_box(region) for region in regions]
    found = []
    for a, b in combinations(range(len(regions)), 2):
        both = tuple(slice(max(p.start, q.start), min(p.stop, q.stop)) for p, q in zip(boxes[a], boxes[b], strict=True))
        if all(span.start < span.stop for span in both):
            voxels = _claimed_twice(regions[a].shares[both], regions[b].shares[both])
            if voxels > 0:
                volume_ml = voxels * regions[a].geometry.voxel_volume_ml
                found.append(Overlap(first=regions[a].name, second=regions[b].name, volume_ml=volume_ml))
    return tuple(found)


def _claimed_twice(first: Shares, second: Shares) -> float:
    if first.dtype == np.bool_ and second.dtype == np.bool_:
        return float(np.count_nonzero(first & second))
    more = first.astype(np.float64) + second - 1
    return float(more[more > 1e-6].sum())


def _faults(regions: tuple[Region, ...], overlaps: str) -> list[Fault]:
    faults = []
    if overlaps not in ("refuse", "state"):
        faults.append(Fault(place="overlaps", must='must be "refuse" or "state"', got=repr(overlaps)))
    if not regions:
        faults.append(Fault(place="regions", must="must name at least one region"))
    names = [region.name for region in regions]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.append(Fault(place=name, must="must be a name of one region only", got=f"{names.count(name)} of them"))
    for region in regions:
        if region.is_empty:
            faults.append(Fault(place=region.name, must="must hold at least one voxel"))
        if not region.geometry.same_grid(regions[0].geometry):
            must = f"must lie on the grid of {names[0]}"
            faults.append(Fault(place=region.name, must=must, do="Bring all regions to one grid first (region_on)."))
    return faults
