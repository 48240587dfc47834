"""Formulas with event chances: their variances by hand, and refusal where patients never suffice."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.trial import Accrual, plan_of
from lutetia.trial.event_variance import events_by_variance, hazard_ratio_of, variances

PLAN = plan_of(
    control_median_months=15,
    hazard_ratio=0.5,
    accrual=Accrual.uniform(per_month=10, months=22.2),
    allocation=(2, 1),
)


def test_the_variance_with_an_effect_is_one_over_the_events_of_each_arm():
    found = PLAN.at(33)
    _, alternative, events = variances("lachin-foulkes", 33, PLAN)
    assert alternative == pytest.approx(1 / found.events_by_arm[0] + 1 / found.events_by_arm[1])
    assert events == found.events


def test_without_an_effect_the_control_has_more_events_than_the_mean():
    mean, _, _ = variances("lachin-foulkes", 33, PLAN)
    control, _, _ = variances("bernstein-lagakos", 33, PLAN)
    assert control < mean
    same = plan_of(control_median_months=15, hazard_ratio=1, accrual=PLAN.accrual, allocation=(2, 1)).at(33)
    assert control == pytest.approx(sum(1 / events for events in same.events_by_arm))
    mixed = plan_of(control_median_months=22.5, hazard_ratio=1, accrual=PLAN.accrual, allocation=(2, 1)).at(33)
    assert mean == pytest.approx(sum(1 / events for events in mixed.events_by_arm))  # 15 / (2/3 · ½ + 1/3)


def test_the_ratio_of_the_plan():
    assert hazard_ratio_of(PLAN) == pytest.approx(0.5)


def test_too_few_patients_are_refused():
    few = plan_of(control_median_months=15, hazard_ratio=0.9, accrual=Accrual.uniform(patients=50, months=10))
    with pytest.raises(InputError, match="must have more than 50 patients"):
        events_by_variance("lachin-foulkes", 1.96, 1.28, few)
