"""Maps of time-integrated activity: totals and voxels against the equations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.curve import MonoExponential
from lutetia.dosimetry.region_curve import region_curve
from lutetia.dosimetry.region_plan import ChooseCurve
from lutetia.dosimetry.tia_map import activity_on, scan_near_mean_life, tia_by_region_curves, tia_by_voxel_fits
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError

PHYSICAL_H = 159.528


@pytest.fixture(scope="module")
def series(small_body):
    return small_body.series()


def curve_of(mbq, life_h):
    hours = np.array([4.0, 24.0, 96.0, 168.0])
    values = MonoExponential(initial_mbq=mbq, effective_half_life_h=life_h).activity_mbq(hours)
    return region_curve(
        hours, values, 0.01 * values, ChooseCurve(), names=("a", "b", "c", "d"), physical_half_life_h=PHYSICAL_H,
        administered_mbq=200.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def curves():
    return {"lesion": curve_of(25.0, 90.0), "organ": curve_of(80.0, 55.0), "rest": curve_of(60.0, 40.0)}


def test_voxel_fits_hold_all_areas(series, small_body):
    found = tia_by_voxel_fits(series, series.dose_geometry, physical_half_life_h=PHYSICAL_H, workers=2)
    assert found.tia.total() == pytest.approx(sum(small_body.patient.tia_mbq_h.values()), rel=0.005)
    # a voxel deep in the organ, one phase of 55 h: concentration · 55 / ln 2
    per_voxel = 80 / small_body.patient.volume_ml["organ"] * 4.8**3 / 1000 * 55 / np.log(2)
    assert found.tia.array[20, 19, 28] == pytest.approx(per_voxel, rel=1e-3)
    assert any("no signal" in sentence for sentence in found.conventions)


def test_region_curves_hold_all_areas(series, small_body, curves):
    found = tia_by_region_curves(series, series.regions, curves, "rest", physical_half_life_h=PHYSICAL_H)
    per_voxel = 80 / small_body.patient.volume_ml["organ"] * 4.8**3 / 1000 * 55 / np.log(2)
    assert found.tia.array[20, 19, 28] == pytest.approx(per_voxel, rel=1e-3)
    # shared voxels are divided by share and concentration: nothing is lost at borders
    assert found.tia.total() == pytest.approx(sum(small_body.patient.tia_mbq_h.values()), rel=0.003)
    assert "24 h" in found.conventions[0] or "96 h" in found.conventions[0]


def test_a_region_that_is_gone_at_the_scan_gets_its_area_evenly(series, curves):
    """A half-life of an hour leaves 1e-30 at the scan: area over activity would blow up."""
    name = next(iter(curves))
    quick = {**curves, name: curve_of(5.0, 1.0)}
    found = tia_by_region_curves(series, series.regions, quick, "rest", physical_half_life_h=PHYSICAL_H)
    inside = series.regions[name].shares == 1
    area = quick[name].tia_mbq_h.estimate
    per_voxel = area / series.regions[name].shares.sum()
    assert found.tia.array[inside] == pytest.approx(per_voxel, rel=1e-3)
    assert any(name in sentence and "evenly" in sentence for sentence in found.conventions)


def test_without_curves_physical_decay(series, curves):
    found = tia_by_region_curves(series, series.regions, {}, None, physical_half_life_h=PHYSICAL_H)
    last = series.time_points[-1]
    hours = PHYSICAL_H / np.log(2) + last.after_h
    assert found.tia.total() == pytest.approx(last.activity.total() * hours, rel=1e-5)
    assert "Without a curve" in found.conventions[2]


def test_the_scan_near_the_mean_life(series, curves):
    assert scan_near_mean_life(series, [curves["organ"]]).name == "96 h"  # 55 h / ln 2 = 79 h
    assert scan_near_mean_life(series, [curve_of(1.0, 12.0)]).name == "24 h"
    assert scan_near_mean_life(series, []).name == "168 h"


def test_scans_are_brought_to_the_reference_with_their_total(series):
    motion = RigidTransform.about((0, 0, 0), angle_deg=5, translation_mm=(7, 0, 3), from_frame="2.25.1", to_frame="b")
    point = series.time_points[0]
    moved = replace(point, activity=point.activity.moved(motion), to_reference=motion.inverse())
    back = activity_on(series, moved, series.dose_geometry)
    assert back.unit == "MBq"
    assert back.array == pytest.approx(point.activity.converted("MBq").array, rel=1e-4, abs=1e-6)


def test_one_scan_cannot_be_fitted(series):
    one = replace(series, time_points=series.time_points[:1])
    with pytest.raises(InputError, match="two or more for a curve in every voxel"):
        tia_by_voxel_fits(one, series.dose_geometry, physical_half_life_h=PHYSICAL_H, workers=1)
