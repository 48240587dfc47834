"""Restricted mean and milestone designs: variances by hand without censoring, and against simulated patients."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lutetia.errors import InputError
from lutetia.survival import FollowUp, milestone_difference, restricted_mean_difference
from lutetia.trial import Accrual, DropOut, compare_curves, plan_of

Z2 = (norm.isf(0.025) + norm.isf(0.1)) ** 2
AT_ONCE = plan_of(control_median_months=15, hazard_ratio=0.5, accrual=Accrual.uniform(patients=300, months=1e-6))


def test_a_milestone_without_censoring_compares_two_proportions():
    found = compare_curves(AT_ONCE, at_months=24, analysis_months=40, compared="milestone")
    first, second = 2 ** (-24 / 30), 2 ** (-24 / 15)
    assert (found.experimental, found.control) == (pytest.approx(first), pytest.approx(second))
    spread = 2 * first * (1 - first) + 2 * second * (1 - second)
    assert found.patients == pytest.approx(Z2 * spread / (first - second) ** 2, rel=1e-6)


def test_a_restricted_mean_without_censoring_is_a_mean_of_shortened_times():
    found = compare_curves(AT_ONCE, at_months=24, analysis_months=40)

    def mean_and_variance(rate: float) -> tuple[float, float]:
        mean = (1 - np.exp(-24 * rate)) / rate
        square = 2 / rate**2 * (1 - np.exp(-24 * rate) * (1 + 24 * rate))
        return mean, square - mean**2

    (first, spread1), (second, spread2) = mean_and_variance(np.log(2) / 30), mean_and_variance(np.log(2) / 15)
    assert found.difference == pytest.approx(first - second)
    assert found.patients == pytest.approx(Z2 * 2 * (spread1 + spread2) / (first - second) ** 2, rel=1e-6)


def test_the_log_log_scale_by_the_delta_method():
    found = compare_curves(AT_ONCE, at_months=24, analysis_months=40, compared="milestone log-log")
    first, second = found.experimental, found.control
    spread = 2 * ((1 - first) / first / np.log(first) ** 2 + (1 - second) / second / np.log(second) ** 2)
    assert found.difference == pytest.approx(np.log(0.5))
    assert found.patients == pytest.approx(Z2 * spread / np.log(0.5) ** 2, rel=1e-6)


def test_planned_power_and_patients_belong_together():
    found = compare_curves(AT_ONCE, at_months=24, analysis_months=40)
    again = compare_curves(AT_ONCE, at_months=24, analysis_months=40, power=found.power_as_planned)
    assert again.patients == pytest.approx(300)


def test_standard_errors_are_those_of_simulated_patients():
    """One large made-up trial with staggered entry and drop-out: Greenwood's error must be what was planned."""
    n, at, analysis = 60_000, 24, 33
    plan = plan_of(
        control_median_months=15,
        hazard_ratio=0.5,
        accrual=Accrual.uniform(patients=n, months=22.2),
        allocation=(2, 1),
        drop_out=DropOut.rate(0.005),
    )
    rng = np.random.default_rng(4)
    arm = rng.random(n) < 2 / 3
    event = rng.exponential(np.where(arm, 30, 15) / np.log(2))
    until = np.minimum(rng.exponential(200, n), analysis - rng.uniform(0, 22.2, n))
    follow_up = FollowUp(stop=np.minimum(event, until), event=event <= until)
    for kind, made in (("restricted mean", restricted_mean_difference), ("milestone", milestone_difference)):
        found = compare_curves(plan, at_months=at, analysis_months=analysis, compared=kind)
        seen = made(follow_up, at, arm).difference.std_error
        planned = found.difference / np.sqrt(Z2) * np.sqrt(found.patients / n)
        assert seen == pytest.approx(planned, rel=0.02)


def test_all_faults_are_told():
    with pytest.raises(InputError, match="Nobody is followed that long"):
        compare_curves(AT_ONCE, at_months=40, analysis_months=40)
    with pytest.raises(InputError) as wrong:
        compare_curves(AT_ONCE, at_months=0, analysis_months=-1, power=2)
    assert [fault.place for fault in wrong.value.faults] == ["at_months", "analysis_months", "power"]
    with pytest.raises(InputError, match="compared"):
        compare_curves(AT_ONCE, at_months=12, analysis_months=40, compared="median")
    worse = plan_of(control_median_months=15, hazard_ratio=2, accrual=AT_ONCE.accrual)
    with pytest.raises(InputError, match="experimental one is better"):
        compare_curves(worse, at_months=12, analysis_months=40)
