"""One scan and a prior: each rule's area by hand, a curve of that area, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.curve import MonoExponential
from lutetia.dosimetry.one_point_curve import ScaledCurve, one_point_curve
from lutetia.dosimetry.population_curve import PopulationCurve
from lutetia.dosimetry.region_plan import EarlierCurve, OnePoint
from lutetia.dosimetry.single_time_point import HalfLives
from lutetia.errors import InputError

LIVES = HalfLives(geometric_mean_h=52.0, sd_of_log=0.15, physical_half_life_h=159.528, source="test")
EARLIER = EarlierCurve(
    curve=MonoExponential(initial_mbq=80.0, effective_half_life_h=60.0),
    first_measured_h=4.0,
    last_measured_h=168.0,
    u_fraction=0.05,
    between_cycles_sd_fraction=0.1,
)
POPULATION = PopulationCurve(
    model="mono",
    mean=np.log([0.02, np.log(2) / 70]),
    covariance=np.diag([0.09, 0.04]),
    residual_sd_of_log=0.05,
    physical_half_life_h=159.528,
    times_h=(1.0, 200.0),
    n_patients=10,
    source="test",
)
LN2 = np.log(2)


def found_by(plan, times=(72.0,), values=(30.0,), u=(0.9,)):
    names = tuple(f"{t:g} h" for t in times)
    columns = (np.array(column, float) for column in (times, values, u))
    return one_point_curve(*columns, names, plan, administered_mbq=7400.0, level=0.95)


@pytest.mark.parametrize(
    ("plan", "area"),
    [
        (OnePoint(rule="double_time", half_lives=LIVES), 30 * 2 * 72 / LN2),
        (OnePoint(rule="population_mean", half_lives=LIVES), 30 * 52 / LN2 * 2 ** (72 / 52)),
        (OnePoint(rule="prior_cycle", earlier=EARLIER), 30 * 60 / LN2 * 2 ** (72 / 60)),
    ],
    ids=lambda value: getattr(value, "rule", ""),
)
def test_areas_by_hand(plan, area):
    found = found_by(plan)
    assert found.tia_mbq_h.estimate == pytest.approx(area)
    assert found.curve.time_integrated_mbq_h() == pytest.approx(area)
    assert "single_time_point" in found.flags
    assert found.u_before_first_mbq_h == 0  # the rule's own u holds it
    assert found.share_before_first_fraction + found.share_beyond_last_fraction == pytest.approx(1)
    assert "72 h" in found.conventions[0]


def test_the_prior_curve_is_scaled():
    curve = ScaledCurve(curve=EARLIER.curve, factor=2.0)
    at = np.array([0.0, 60.0])
    assert curve.activity_mbq(at) == pytest.approx([160, 80])
    assert curve.slope_mbq_per_h(at) == pytest.approx(2 * EARLIER.curve.slope_mbq_per_h(at))
    assert curve.time_integrated_mbq_h(0, 60) == pytest.approx(80 * 60 / LN2)
    assert curve.half_life_range_h == (60.0, 60.0)
    assert curve.kinks_h == ()


def test_mixed_effects_take_one_scan_or_all():
    plan = OnePoint(rule="mixed_effects", population=POPULATION)
    times = (24.0, 96.0, 168.0)
    values = tuple(100 * 2 ** (-t / 45) for t in times)
    whole = found_by(plan, times, values, (1.0,) * 3)
    one = found_by(replace(plan, at="96 h"), times, values, (1.0,) * 3)
    assert whole.flags == ()
    assert "single_time_point" in one.flags
    assert one.tia_mbq_h.std_error > whole.tia_mbq_h.std_error
    assert whole.tia_mbq_h.estimate == pytest.approx(100 * 45 / LN2, rel=0.05)


def test_several_scans_need_a_name_and_noise_must_be_known():
    plan = OnePoint(rule="double_time", half_lives=LIVES)
    two = ((72.0, 96.0), (30.0, 20.0), (1.0, 1.0))
    with pytest.raises(InputError, match="must name the scan"):
        found_by(plan, *two)
    assert found_by(replace(plan, at="96 h"), *two).tia_mbq_h.estimate == pytest.approx(20 * 2 * 96 / LN2)
    with pytest.raises(InputError, match="noise: must be known"):
        found_by(plan, u=(np.nan,))
    with pytest.raises(InputError, match="window"):
        found_by(plan, times=(300.0,))
