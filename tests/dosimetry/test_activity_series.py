"""The scans of a cycle are read at the door: every fault named, order and grids found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.transform import RigidTransform
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

GRID = Geometry.regular((2, 3, 4), (5.0, 5.0, 5.0), frame_of_reference="a")
THERE = replace(GRID, frame_of_reference="b")
MOTION = RigidTransform.about((0, 0, 0), translation_mm=(10, 0, 0), from_frame="b", to_frame="a")


def image(grid=GRID, unit="Bq/mL"):
    return Volume(array=np.ones(grid.shape), geometry=grid, unit=unit)


def regions(grid=GRID, *names):
    shares = np.zeros(grid.shape, bool)
    shares[0, 0, 0] = True
    kept = [np.roll(shares, i) for i in range(len(names))]
    return RegionSet(regions=tuple(Region(name=n, shares=s, geometry=grid) for n, s in zip(names, kept, strict=True)))


def point(name="24 h", after_h=24.0, **other):
    return TimePoint(name=name, after_h=after_h, **({"activity": image()} | other))


def series(*points, **other):
    given = {"nuclide": "Lu-177", "administered_mbq": 7400.0, "image_fwhm_mm": 10.0, "regions": regions(GRID, "organ")}
    return ActivitySeries(time_points=points or (point(),), **(given | other))


def test_scans_stand_in_the_order_of_time():
    found = series(point("late", 96.0), point("early", 4.0))
    assert [p.name for p in found.time_points] == ["early", "late"]
    assert found.times_h.tolist() == [4.0, 96.0]
    assert found.frame_of_reference == "a"


def test_maps_lie_on_the_first_scan_of_the_reference_frame():
    moved = point("early", 4.0, activity=image(THERE), to_reference=MOTION)
    assert series(moved, point("late", 96.0)).dose_geometry.same_grid(GRID)
    alone = series(moved).dose_geometry
    assert alone.frame_of_reference == "a"
    assert alone.centre_mm - THERE.centre_mm == pytest.approx([10, 0, 0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"after_h": -1.0}, "after_h: must be 0 or above"),
        ({"after_h": float("nan")}, "after_h"),
        ({"activity": image(unit="counts")}, "must be in Bq/mL or MBq, but got counts"),
        ({"activity": image(unit="Gy")}, "must be in Bq/mL"),
        ({"counts_per_mbq": 0.0}, "counts_per_mbq: must be above 0"),
        ({"u_counts_fraction": {"organ": -0.1}}, r"u_counts_fraction\[organ\]"),
        ({"to_reference": MOTION}, "must start from the frame of the scan"),
        ({"regions": regions(THERE, "organ")}, "must lie in the frame of the scan"),
    ],
)
def test_a_scan_that_is_wrong_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        point(**change)


@pytest.mark.parametrize(
    ("points", "change", "words"),
    [
        ((point(), point(after_h=96.0)), {}, "name: must differ between scans, but got 24 h"),
        ((point(), point("other")), {}, "after_h: must differ"),
        ((point(activity=image(THERE)),), {}, "must lead to the frame of the regions"),
        ((point(regions=regions(GRID, "liver")),), {}, "must hold all regions of the series"),
        ((point(),), {"administered_mbq": 0.0}, "administered_mbq: must be above 0"),
        ((point(),), {"image_fwhm_mm": -1.0}, "image_fwhm_mm"),
        ((point(),), {"u_calibration_fraction": float("nan")}, "u_calibration_fraction"),
        ((point(),), {"density": image(unit="HU")}, "must be in g/mL"),
        ((point(),), {"density": image(THERE, "g/mL")}, "frame of the regions"),
    ],
)
def test_a_series_that_does_not_fit_is_refused(points, change, words):
    with pytest.raises(InputError, match=words):
        series(*points, **change)


def test_a_series_without_scans_is_refused():
    with pytest.raises(InputError, match="one scan or more"):
        ActivitySeries(
            nuclide="Lu-177", administered_mbq=1.0, image_fwhm_mm=0, regions=regions(GRID, "organ"), time_points=()
        )


def test_all_faults_at_once():
    with pytest.raises(InputError) as refused:
        series(point(), point(), administered_mbq=-1.0, image_fwhm_mm=-2.0)
    assert len(refused.value.faults) == 4
