"""Regions side by side: overlaps refused or stated with their volume, rules printed."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, minus
from lutetia.dosimetry.region_set import RegionSet
from lutetia.errors import InputError

GRID = Geometry.regular((2, 3, 4), (10.0, 10.0, 10.0), frame_of_reference="a")


def region(name, *voxels, share=None, grid=GRID):
    shares = np.zeros(grid.shape, dtype=bool if share is None else np.float32)
    for voxel in voxels:
        shares[voxel] = True if share is None else share
    return Region(name=name, shares=shares, geometry=grid)


LIVER, LESION = region("liver", (0, 0, 0), (0, 0, 1), (0, 0, 2)), region("lesion", (0, 0, 1), (0, 0, 2))


def test_an_overlap_is_refused_with_its_volume():
    with pytest.raises(InputError, match=r"liver, lesion: must not overlap, but got 2.00 mL in both"):
        RegionSet(regions=(LIVER, LESION))


def test_a_stated_overlap_is_in_the_conventions():
    both = RegionSet(regions=(LIVER, LESION), overlaps="state")
    assert both.conventions == ("liver and lesion overlap in 2.00 mL; it counts in both.",)
    assert both.found[0].volume_ml == pytest.approx(2)


def test_rules_and_notes_are_printed():
    away = region("cyst", (1, 0, 0))
    regions = RegionSet(regions=(minus("healthy liver", LIVER, LESION, away), LESION))
    assert regions.conventions == (
        "healthy liver = liver − (lesion ∪ cyst).",
        "cyst lies outside liver: nothing taken away.",
    )
    assert (regions.names, len(regions), regions["lesion"]) == (("healthy liver", "lesion"), 2, LESION)
    assert [one.name for one in regions] == ["healthy liver", "lesion"]
    assert regions.geometry is GRID


def test_neighbours_that_share_a_voxel_do_not_overlap():
    left, right = region("left", (0, 0, 0), share=0.4), region("right", (0, 0, 0), share=0.6)
    assert RegionSet(regions=(left, right)).found == ()
    more = region("right", (0, 0, 0), share=0.8)
    with pytest.raises(InputError, match=r"0\.20 mL"):
        RegionSet(regions=(left, more))


def test_every_fault_of_the_set_is_named():
    other = Geometry.regular((2, 3, 4), (10.0, 10.0, 9.0), frame_of_reference="a")
    with pytest.raises(InputError) as caught:
        RegionSet(
            regions=(LIVER, region("empty"), LIVER, region("far", (0, 0, 0), grid=other)),
            overlaps="ignore",
        )
    assert [fault.place for fault in caught.value.faults] == ["overlaps", "liver", "empty", "far"]
    with pytest.raises(InputError, match="at least one region"):
        RegionSet(regions=())


def test_a_name_that_is_not_there_is_an_error_that_lists_the_names():
    with pytest.raises(InputError, match="must be one of liver"):
        _ = RegionSet(regions=(LIVER,))["spleen"]
