"""Regions: algebra by hand, laws of sets, rules printed, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, bounding_box, intersection, minus, union
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

GRID = Geometry.regular((2, 3, 4), (10.0, 10.0, 10.0), frame_of_reference="a")  # 1 mL a voxel
FRACTIONS = arrays(np.float32, (2, 3, 4), elements=st.floats(0, 1, width=32))


def region(name, *voxels, share=True, grid=GRID):
    shares = np.zeros(grid.shape, dtype=bool if share is True else np.float32)
    for voxel in voxels:
        shares[voxel] = share
    return Region(name=name, shares=shares, geometry=grid)


def test_volume_and_centre_by_hand():
    one = region("kidney", (0, 0, 0), (0, 0, 1), (1, 2, 3))
    assert one.volume_ml == pytest.approx(3)
    assert one.centroid_mm == pytest.approx([40 / 3, 20 / 3, 10 / 3])
    half = region("rim", (0, 0, 0), share=0.5)
    assert (half.voxels, half.volume_ml, half.is_whole_voxels) == (0.5, 0.5, False)
    assert half.mask().sum() == 1
    assert half.mask(at_least_fraction=0.6).sum() == 0


def test_the_liver_without_its_lesions_says_so():
    liver = region("liver", *np.ndindex(2, 3, 3))
    first, second, away = region("lesion 1", (0, 0, 0)), region("lesion 2", (1, 1, 1)), region("lesion 3", (0, 0, 3))
    healthy = minus("healthy liver", liver, first, second, away)
    assert healthy.volume_ml == pytest.approx(16)
    assert healthy.rule == "liver − (lesion 1 ∪ lesion 2 ∪ lesion 3)"
    assert healthy.conventions == ("lesion 3 lies outside liver: nothing taken away.",)
    both = union("tumour", first, second)
    assert (both.rule, both.volume_ml) == ("lesion 1 ∪ lesion 2", pytest.approx(2))
    assert minus("rest", liver, both).rule == "liver − (lesion 1 ∪ lesion 2)"
    assert intersection("in liver", liver, away).is_empty
    assert union("all", healthy.renamed("h"), away).rule == "(liver − (lesion 1 ∪ lesion 2 ∪ lesion 3)) ∪ lesion 3"


@settings(max_examples=20, deadline=None)
@given(FRACTIONS, FRACTIONS)
def test_laws_of_sets_hold_for_fractions(one, two):
    a, b = (Region(name=n, shares=s, geometry=GRID) for n, s in (("a", one), ("b", two)))
    either, both, rest = union("u", a, b), intersection("i", a, b), minus("m", a, b)
    assert either.volume_ml + both.volume_ml == pytest.approx(a.volume_ml + b.volume_ml, abs=1e-5)
    assert rest.volume_ml + both.volume_ml == pytest.approx(a.volume_ml, abs=1e-5)
    assert np.array_equal(union("u", a, a).shares, a.shares)
    assert minus("m", a, a).is_empty


def test_whole_voxels_stay_whole_and_mixed_ones_become_fractions():
    whole, part = region("w", (0, 0, 0), (0, 0, 1)), region("p", (0, 0, 1), share=0.25)
    assert minus("m", whole, region("x", (0, 0, 0))).is_whole_voxels
    assert minus("m", whole, part).volume_ml == pytest.approx(1.75)
    assert union("u", whole, part).volume_ml == pytest.approx(2)


def test_the_box_holds_the_region():
    assert bounding_box(region("k", (0, 1, 2), (1, 1, 3))) == (slice(0, 2), slice(1, 2), slice(2, 4))
    with pytest.raises(InputError, match="at least one voxel"):
        bounding_box(region("k"))
    with pytest.raises(InputError, match="at least one voxel"):
        _ = region("k").centroid_mm


def test_a_moved_region_keeps_its_voxels():
    motion = RigidTransform.about((0, 0, 0), angle_deg=90, from_frame="a", to_frame="b")
    moved = region("k", (0, 0, 1)).moved(motion)
    assert moved.centroid_mm == pytest.approx([0, 10, 0])
    assert moved.geometry.frame_of_reference == "b"


def test_regions_of_other_grids_and_empty_calls_are_refused():
    other = Geometry.regular((2, 3, 4), (10.0, 10.0, 9.0), frame_of_reference="a")
    with pytest.raises(InputError, match="must lie on the grid of a"):
        union("u", region("a", (0, 0, 0)), region("b", (0, 0, 0), grid=other))
    with pytest.raises(InputError, match="at least one region to take away"):
        minus("m", region("a", (0, 0, 0)))
    with pytest.raises(InputError, match="at least one region"):
        union("u")


def test_what_is_no_region_is_refused_with_every_fault():
    with pytest.raises(InputError) as caught:
        Region(name=" ", shares=np.full((2, 3), 1.5), geometry=GRID)
    assert [fault.place for fault in caught.value.faults] == ["name", "shares", "shares"]
    with pytest.raises(InputError, match="between 0 and 1, but got nan"):
        Region(name="k", shares=np.full(GRID.shape, np.nan), geometry=GRID)
