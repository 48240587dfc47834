"""The whole design of a survival trial: NETTER-2's 222 patients and what follow-up makes of them (trial notes 3.2)."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.trial import (
    Accrual,
    DropOut,
    accrual_months_needed,
    follow_up_needed,
    patients_needed,
    plan_of,
    survival_design,
)

PLAN = plan_of(
    control_median_months=15,
    hazard_ratio=0.5,
    accrual=Accrual.uniform(per_month=10, months=22.2),
    allocation=(2, 1),
    drop_out=DropOut.net(0.15),
)


@pytest.mark.parametrize(("follow_up", "patients"), [(9, 235.4), (10, 227.2), (11, 219.8), (12, 213.1)])
def test_patients_hang_on_follow_up(follow_up, patients):
    found = patients_needed(PLAN, events=98.4142, follow_up_months=follow_up)
    assert found.patients == pytest.approx(patients, abs=0.05)
    assert found.at_analysis.events == pytest.approx(98.4142)
    assert found.rounded >= found.patients


def test_the_follow_up_that_makes_222_patients_enough():
    assert follow_up_needed(PLAN, events=98.4142) == pytest.approx(10.69, abs=0.005)
    assert patients_needed(PLAN, events=98.4142, follow_up_months=10.6942).patients == pytest.approx(222, abs=0.01)
    months = accrual_months_needed(PLAN, events=98.4142, follow_up_months=10.6942)
    assert months == pytest.approx(22.2, abs=0.001)


def test_everything_on_one_page():
    found = survival_design(PLAN, hazard_ratio=0.5, runs=200, seed=3)
    assert found.events == found.value == 99
    assert found.analysis.months == pytest.approx(33.077, abs=0.001)
    assert found.critical_hazard_ratio == pytest.approx(0.65845, abs=0.00001)
    assert [row.method for row in found.formulas][:2] == ["schoenfeld", "lachin-foulkes"]
    assert len(found.patients) == 4
    assert found.simulated.runs == 200
    assert survival_design(PLAN, hazard_ratio=0.5, method="freedman").simulated is None
    assert survival_design(PLAN, hazard_ratio=0.5, method="freedman").events == 85


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="follow-up beyond accrual"):
        follow_up_needed(PLAN, events=20)
    with pytest.raises(InputError) as wrong:
        patients_needed(PLAN, events=0, follow_up_months=-1)
    assert [fault.place for fault in wrong.value.faults] == ["events", "follow_up_months"]
    ramp = plan_of(
        control_median_months=15, hazard_ratio=0.5, accrual=Accrual.ramp(per_month=10, ramp_months=5, months=20)
    )
    with pytest.raises(InputError, match="uniform"):
        accrual_months_needed(ramp, events=50, follow_up_months=10)
    few = plan_of(control_median_months=15, hazard_ratio=0.5, accrual=Accrual.uniform(patients=70, months=10))
    with pytest.raises(InputError, match="patients"):
        survival_design(few, hazard_ratio=0.5)
    with pytest.raises(InputError, match="method"):
        survival_design(PLAN, hazard_ratio=0.5, method="guess")
