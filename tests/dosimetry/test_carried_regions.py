"""Regions on another grid: the same voxels, halves by hand, volumes and places kept, what lies beyond named."""

from __future__ import annotations

from dataclasses import replace
from math import log, sqrt

import numpy as np
import pytest

from lutetia.dosimetry.carried_regions import carried
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_measure import region_on
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

ROW = Geometry.regular((1, 1, 6), (4.0, 4.0, 4.0), frame_of_reference="a")


def row(**shares):
    return RegionSet(
        regions=tuple(Region(name=n, shares=np.array(s)[None, None], geometry=ROW) for n, s in shares.items())
    )


def test_the_same_grid_is_left_alone():
    regions = row(a=[0, 0.3, 1.0, 0, 0, 0])
    found = carried(regions, ROW)
    assert found.regions["a"].shares is not None
    assert found.regions["a"].shares.tolist() == regions["a"].shares.tolist()
    assert found.added_fwhm_mm == 0


def test_half_a_voxel_further_by_hand():
    onto = Geometry.regular((1, 1, 6), (4.0, 4.0, 4.0), first_voxel_mm=(2.0, 0, 0), frame_of_reference="a")
    found = carried(row(a=[False, True, False, False, False, False], b=[0, 0, 0.5, 1.0, 0, 0]), onto)
    assert found.regions["a"].shares[0, 0] == pytest.approx([0.5, 0.5, 0, 0, 0, 0])
    assert found.regions["b"].shares[0, 0] == pytest.approx([0, 0.25, 0.75, 0.5, 0, 0])


def test_the_blur_that_carrying_adds():
    onto = Geometry.regular((1, 1, 6), (4.0, 4.0, 4.0), first_voxel_mm=(2.0, 0, 0), frame_of_reference="a")
    whole = carried(row(a=[False, True, False, False, False, False]), onto)
    shares = carried(row(a=[0, 1.0, 0.5, 0, 0, 0]), onto)
    assert whole.added_fwhm_mm == pytest.approx(sqrt(8 * log(2) * 16 / 12))
    assert shares.added_fwhm_mm == pytest.approx(sqrt(2) * whole.added_fwhm_mm)


@pytest.fixture(scope="module")
def turned():
    return RigidTransform.about(
        (0, 0, 0), axis=(1, 2, 3), angle_deg=20, translation_mm=(5, 3, -4), from_frame="2.25.1", to_frame="2.25.2"
    )


def test_volumes_and_places_are_kept_between_turned_grids(small_body, turned):
    regions = small_body.series().regions
    onto = replace(small_body.grid(spacing_mm=(5.5, 4.1, 4.8), shape=(44, 56, 48)), frame_of_reference="2.25.2")
    found = carried(regions, onto, transform=turned).regions
    for region in regions:
        there = found[region.name]
        assert there.volume_ml == pytest.approx(region.volume_ml, rel=3e-3 if region.name == "lesion" else 5e-4)
        assert there.centroid_mm == pytest.approx(turned.apply_mm(region.centroid_mm), abs=0.06)
        one = region_on(region, onto, transform=turned)
        assert np.abs(one.shares - there.shares).max() < 0.15  # two ways of laying points
        assert np.abs(one.shares - there.shares).mean() < 5e-4
    assert sum(region.shares for region in found).max() <= 1 + 1e-6


def test_overlaps_that_were_stated_stay():
    a, b = (Region(name=n, shares=np.array([[[0, 1.0, 1.0, 0, 0, 0]]]), geometry=ROW) for n in "ab")
    onto = Geometry.regular((1, 1, 6), (4.0, 4.0, 4.0), first_voxel_mm=(2.0, 0, 0), frame_of_reference="a")
    found = carried(RegionSet(regions=(a, b), overlaps="state"), onto).regions
    assert found["a"].shares[0, 0] == pytest.approx([0.5, 1, 0.5, 0, 0, 0])
    assert found["b"].shares.tolist() == found["a"].shares.tolist()
    assert found.found


def test_what_lies_beyond_is_refused_or_told():
    short = Geometry.regular((1, 1, 3), (4.0, 4.0, 4.0), frame_of_reference="a")
    regions = row(a=[1.0, 0, 0, 0, 0, 0], rest=[0, 1.0, 1.0, 1.0, 1.0, 0])
    with pytest.raises(InputError, match=r"rest: must lie on the image.*50.0 %"):
        carried(regions, short)
    found = carried(regions, short, may_leave=("rest",))
    assert found.beyond_pct == {"rest": pytest.approx(50.0)}
    assert found.regions["rest"].shares[0, 0] == pytest.approx([0, 1, 1])


def test_other_frames_are_refused():
    with pytest.raises(InputError, match="frame of reference"):
        carried(row(a=[1.0, 0, 0, 0, 0, 0]), replace(ROW, frame_of_reference="b"))
