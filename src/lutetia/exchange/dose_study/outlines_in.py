"""The regions in: as drawn (RTSTRUCT, SEG, NIfTI), then combined as declared, all on one grid."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, intersection, minus, union
from lutetia.dosimetry.region_set import RegionSet
from lutetia.errors import Fault, InputError
from lutetia.exchange.dicom.rtstruct import read_rtstruct
from lutetia.exchange.dicom.seg import read_seg
from lutetia.exchange.dose_study.regions import OTHERS, Combination
from lutetia.exchange.dose_study.scans import Outlines
from lutetia.exchange.nifti import read_nifti_region

WHOLE_IMAGE = "whole image"


def read_outlines(outlines: Outlines, folder: Path, onto: Geometry) -> tuple[Region, ...]:
    """The regions as drawn: an RTSTRUCT on the grid `onto` (its CT), SEG and NIfTI on their own grids in its frame.

    Raises InputError as the readers do, and for a SEG in another frame.
    """
    names = outlines.names or None
    if outlines.rtstruct is not None:
        return read_rtstruct(folder / outlines.rtstruct, onto, names=names).regions
    if outlines.seg is not None:
        regions = read_seg(folder / outlines.seg, names=names).regions
        frames = {region.geometry.frame_of_reference for region in regions} - {onto.frame_of_reference}
        if frames:
            must = f"must lie in the frame of reference of its images, {onto.frame_of_reference}"
            raise InputError("SEG", [Fault(place=outlines.seg, must=must, got=", ".join(sorted(frames)))])
        return regions
    given = outlines.nifti or {}
    frame = onto.frame_of_reference
    return tuple(read_nifti_region(folder / file, name=name, frame_of_reference=frame) for name, file in given.items())


def region_set(
    drawn: Sequence[Region], combine: Sequence[Combination], requested: Sequence[str], overlaps: str
) -> RegionSet:
    """The requested regions, in their order, from what was drawn and combined.

    Raises InputError for a name that is neither drawn nor combined, a name given twice, regions on different grids,
    and as `RegionSet` does.
    """
    known = {region.name: region for region in drawn}
    _refuse_names(known, combine, requested)
    later = []
    for made in combine:
        if OTHERS in made.minus:
            later.append(made)
        else:
            known[made.name] = _combined(made, known, ())
    for made in later:
        known[made.name] = _combined(made, known, [n for n in requested if n != made.name and n in known])
    regions = tuple(known[name] for name in requested)
    return RegionSet(regions=regions, overlaps="refuse" if overlaps == "refuse" else "state")


def _combined(made: Combination, known: dict[str, Region], others: Sequence[str]) -> Region:
    if made.union:
        return union(made.name, *(known[name] for name in made.union))
    if made.intersection:
        return intersection(made.name, *(known[name] for name in made.intersection))
    first = next(iter(known.values()))
    whole = known[made.whole] if made.whole in known else _everything(first.geometry)
    taken = [name for word in made.minus for name in (others if word == OTHERS else [word])]
    return minus(made.name, whole, *(known[name] for name in dict.fromkeys(taken)))


def _everything(geometry: Geometry) -> Region:
    return Region(name=WHOLE_IMAGE, shares=np.ones(geometry.shape, dtype=bool), geometry=geometry)


def _refuse_names(known: dict[str, Region], combine: Sequence[Combination], requested: Sequence[str]) -> None:
    faults = []
    there = set(known)
    for made in combine:
        if made.name in there:
            faults.append(Fault(place=f"combine, {made.name}", must="must be a name that is not taken yet"))
        lacking = [name for name in made.parts if name not in there]
        if lacking:
            must = f"must be drawn or combined before ({', '.join(sorted(there))})"
            faults.append(Fault(place=f"combine, {made.name}", must=must, got=", ".join(lacking)))
        there.add(made.name)
    for name in requested:
        if name not in there:
            must = f"must be drawn or combined ({', '.join(sorted(there))})"
            faults.append(Fault(place="regions", must=must, got=name))
    if not known:
        faults.append(Fault(place="outlines", must="must hold a region"))
    if faults:
        raise InputError("regions", faults)
