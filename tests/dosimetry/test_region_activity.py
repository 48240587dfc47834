"""Activities of regions: by hand in a row of voxels, by three corrections in the small body, noise from its source."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pytest

from lutetia.dosimetry.activity_series import ActivitySeries, TimePoint
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import on_grid, sphere_phantom, torso_geometry
from lutetia.dosimetry.phantom_scan import Camera, scan_of, sphere_recoveries
from lutetia.dosimetry.recovery import fit_recovery
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_activity import BEYOND, OUTSIDE_CURVE, region_activities, transfer_fwhm_mm
from lutetia.dosimetry.region_plan import RegionPlan
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume

ROW = Geometry.regular((1, 1, 6), (10.0, 10.0, 10.0), frame_of_reference="a")  # 1 mL voxels


def row_series(values, **other):
    regions = RegionSet(
        regions=(
            Region(name="organ", shares=np.array([[[0, 1.0, 0.5, 0, 0, 0]]]), geometry=ROW),
            Region(name="rest", shares=np.array([[[1.0, 0, 0.5, 1.0, 1.0, 1.0]]]), geometry=ROW),
        )
    )
    image = Volume(array=np.array(values, dtype=float)[None, None], geometry=ROW, unit="MBq/mL")
    points = (TimePoint(name="one", after_h=24.0, activity=image, **other),)
    return ActivitySeries(
        nuclide="Lu-177", administered_mbq=100.0, time_points=points, regions=regions, image_fwhm_mm=0.0
    )


def plans(partial_volume):
    return {"organ": RegionPlan(partial_volume=partial_volume), "rest": RegionPlan(role="remainder")}


def test_by_hand():
    # 8 MBq/mL in the organ, 2 outside: the shared voxel shows 5
    series = row_series([2, 8, 5, 2, 2, 2])
    organ, rest = region_activities(series, plans("geometric transfer"))
    assert organ.activity_mbq == pytest.approx([12.0])
    assert rest.activity_mbq == pytest.approx([9.0])
    assert organ.recovery_fraction == pytest.approx([(8 + 2.5) / 12])
    within, _ = region_activities(series, plans("none"))
    assert within.activity_mbq == pytest.approx([8 + 0.5 * 5])
    assert np.isnan(within.u_activity_mbq[0])  # nothing tells its noise


def test_where_noise_comes_from():
    values = [2, 8, 5, 2, 2, 2]
    counted, _ = region_activities(row_series(values, counts_per_mbq=100.0), plans("none"))
    assert counted.u_activity_mbq == pytest.approx([10.5 / sqrt(1050)])
    given, _ = region_activities(
        row_series(values, counts_per_mbq=100.0, u_counts_fraction={"organ": 0.2}), plans("none")
    )
    assert given.u_activity_mbq == pytest.approx([2.1])
    floor, _ = region_activities(row_series(values, counts_per_mbq=100.0), plans("geometric transfer"))
    assert floor.u_activity_mbq == pytest.approx([12 / sqrt(1050)])  # the voxels fit exactly: counts are left


def test_blur_and_its_three_corrections(small_body):
    series = small_body.series(psf_mm=10.0)
    spheres = on_grid(sphere_phantom(), torso_geometry(sphere_phantom(), shape=(16, 40, 40)))
    measured = sphere_recoveries(scan_of(spheres, 0.0, camera=Camera(psf_fwhm_mm=10.0)), spheres)
    curve = fit_recovery(measured.volume_ml, measured.recovery, form="gear_2018")
    series = replace(series, recovery=curve)
    amounts = {}
    for way in ("geometric transfer", "recovery curve", "none"):
        changes = {name: {"partial_volume": way} for name in ("lesion", "organ")}
        found = region_activities(series, small_body.plans(**changes))
        amounts[way] = {activity.name: activity for activity in found}
    truth = small_body.patient.tissues[0].curve.activity_mbq(series.times_h)
    assert amounts["geometric transfer"]["lesion"].activity_mbq == pytest.approx(truth, rel=0.005)
    within, own = amounts["none"]["lesion"].activity_mbq, float(curve.recovery(7.0))
    assert amounts["recovery curve"]["lesion"].activity_mbq == pytest.approx(within / own, rel=0.01)
    assert amounts["recovery curve"]["lesion"].activity_mbq == pytest.approx(truth, rel=0.03)  # the rest spills in
    assert (within < 0.72 * truth).all()
    assert OUTSIDE_CURVE in amounts["recovery curve"]["organ"].flags


def test_the_blur_left_after_carrying():
    assert transfer_fwhm_mm(10.0, 6.0, ROW) == pytest.approx(max(8.0, 12.0), abs=2.0)  # never above the image's own
    fine = Geometry.regular((1, 1, 2), (2.0, 2.0, 2.0), frame_of_reference="a")
    assert transfer_fwhm_mm(10.0, 6.0, fine) == pytest.approx(8.0)
    assert transfer_fwhm_mm(10.0, 9.9, fine) == pytest.approx(2.4)
    assert transfer_fwhm_mm(0.0, 9.9, fine) == 0


def test_regions_of_the_scan_itself_come_first(small_body):
    series = small_body.series()
    first = series.time_points[0]
    smaller = tuple(
        replace(r, shares=np.where(r.shares > 0.99, r.shares, 0)) if r.name == "lesion" else r for r in series.regions
    )
    drawn = replace(first, regions=replace(series.regions, regions=smaller, overlaps="state"))
    plan = small_body.plans(lesion={"partial_volume": "none"})
    lesion = region_activities(replace(series, time_points=(drawn, *series.time_points[1:])), plan)[0]
    carried = region_activities(series, plan)[0]
    assert lesion.volume_ml[0] < 0.8 * lesion.volume_ml[1]
    assert lesion.activity_mbq[0] < 0.9 * carried.activity_mbq[0]
    assert lesion.activity_mbq[1:] == pytest.approx(carried.activity_mbq[1:])
    assert any("4 h" in sentence for sentence in lesion.conventions)


def test_a_remainder_beyond_the_image_is_flagged(small_body):
    series = small_body.series()
    cut = tuple(replace(p, activity=p.activity.cropped((6, 0, 0), (30, 42, 42))) for p in series.time_points)
    found = {a.name: a for a in region_activities(replace(series, time_points=cut), small_body.plans())}
    assert BEYOND in found["rest"].flags
    assert found["rest"].activity_mbq[0] < small_body.patient.tissues[2].curve.activity_mbq(4.0)
    assert found["organ"].activity_mbq[0] == pytest.approx(
        float(small_body.patient.tissues[1].curve.activity_mbq(4.0)), rel=0.005
    )
