"""Time to 99 events of NETTER-2 under each reading of drop-out, and the sums by plain quadrature.

Months of the trial notes: the first readings agree with rpact 3.3.4 to 0.004.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad

from lutetia.errors import InputError
from lutetia.trial import Accrual, DropOut, Hazard, SurvivalPlan, plan_of

ACCRUAL = Accrual.uniform(per_month=10, months=22.2)


def netter2(drop_out: DropOut, accrual: Accrual = ACCRUAL) -> SurvivalPlan:
    return plan_of(control_median_months=15, hazard_ratio=0.5, accrual=accrual, allocation=(2, 1), drop_out=drop_out)


@pytest.mark.parametrize(
    ("drop_out", "months", "within"),
    [
        (DropOut.none(), 31.64, 0.005),
        (DropOut.net(0.15, by_months=12), 36.39, 0.005),
        (DropOut.net(0.15, by_months=24), 33.69, 0.005),
        (DropOut.net(0.15, by_months=36), 32.95, 0.005),
        (DropOut.net(0.15), 33.077, 0.001),
        (DropOut.of_patients(0.15), 34.866, 0.001),
        (DropOut.deflated(0.15), 37.02, 0.005),
    ],
    ids=str,
)
def test_months_to_99_events(drop_out, months, within):
    found = netter2(drop_out).when(99)
    assert found.months == pytest.approx(months, abs=within)
    assert found.events == pytest.approx(99)
    assert any(str(drop_out) in said for said in found.conventions)


def test_the_self_consistent_rate():
    assert netter2(DropOut.net(0.15)).when(99).drop_out_per_month == pytest.approx(0.0049133, abs=1e-7)


def test_patients_who_drop_out_are_so_many():
    found = netter2(DropOut.of_patients(0.15)).when(99)
    assert found.dropped_out / found.entered == pytest.approx(0.15)


def test_one_arm_by_hand():
    """Everyone enters within a moment, no drop-out: events are n (1 − e^(−λt))."""
    accrual = Accrual.uniform(patients=100, months=1e-6)
    hazard = Hazard(rates_per_month=(0.05,))
    found = SurvivalPlan(accrual=accrual, experimental=hazard, control=hazard).at(10)
    assert found.events == pytest.approx(100 * (1 - np.exp(-0.5)), rel=1e-6)
    assert found.events_by_arm[0] == pytest.approx(found.events_by_arm[1])


@pytest.mark.parametrize("months", [3.0, 12.0, 20.0, 40.0])
def test_sums_agree_with_plain_quadrature(months):
    accrual = Accrual.ramp(per_month=9, ramp_months=5, months=18)
    control = Hazard(rates_per_month=(0.02, 0.09, 0.04), from_months=(0, 4, 11))
    experimental = Hazard(rates_per_month=(0.03, 0.01), from_months=(0, 6))
    plan = SurvivalPlan(
        accrual=accrual, experimental=experimental, control=control, allocation=(3, 2), drop_out=DropOut.rate(0.013)
    )

    def had(hazard: Hazard, t: float) -> float:
        points = [s for s in hazard.from_months if 0 < s < t] or None
        rate = lambda s: float(hazard.rate_per_month(s) * hazard.survival(s)) * np.exp(-0.013 * s)  # noqa: E731
        return quad(rate, 0, t, points=points, epsabs=1e-10)[0]

    def events(hazard: Hazard) -> float:
        last = min(months, 18)
        points = sorted(p for p in (5.0, *(months - s for s in hazard.from_months)) if 0 < p < last) or None
        rate = lambda u: float(accrual.per_month_at(u)) * had(hazard, months - u)  # noqa: E731
        return quad(rate, 0, last, points=points, epsabs=1e-8)[0]

    found = plan.at(months)
    assert found.events_by_arm[0] == pytest.approx(0.6 * events(experimental), rel=1e-6)
    assert found.events_by_arm[1] == pytest.approx(0.4 * events(control), rel=1e-6)


def test_more_events_than_patients_are_refused():
    with pytest.raises(InputError, match="must not exceed the 222 patients, but got 300"):
        netter2(DropOut.none()).when(300)


def test_events_that_never_come_are_refused_with_how_many_do():
    with pytest.raises(InputError, match="events that are expected within"):
        netter2(DropOut.rate(0.05)).when(200)


@pytest.mark.parametrize("months", [0, -5, None])
def test_a_time_that_is_none_is_refused(months):
    with pytest.raises(InputError, match="months"):
        netter2(DropOut.none()).at(months)
