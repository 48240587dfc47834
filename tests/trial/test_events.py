"""Events by five formulas: NETTER-2's figures, hand-worked cases, laws, and refusals.

98.4142 … 78.249: rpact 3.3.4 and gsDesign 3.11 (trial notes 3.1); Lachin-Foulkes and Bernstein-Lagakos with accrual of
10 a month for 22.2 months, 15 % drop-out by month 33, and the time of analysis at which 222 patients are enough.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from lutetia.errors import InputError
from lutetia.trial import (
    Accrual,
    DropOut,
    critical_hazard_ratio,
    event_table,
    events_needed,
    plan_of,
    power_at,
)

DESIGN = {"hazard_ratio": 0.5, "allocation": (2, 1), "power": 0.9, "alpha": 0.025}
PLAN = plan_of(
    control_median_months=15,
    hazard_ratio=0.5,
    accrual=Accrual.uniform(per_month=10, months=22.2),
    allocation=(2, 1),
    drop_out=DropOut.net(0.15, by_months=33),
)


@pytest.mark.parametrize(
    ("method", "events", "within"),
    [
        ("schoenfeld", 98.4142, 0.00005),
        ("freedman", 84.0594, 0.00005),
        ("hsieh-freedman", 106.3877, 0.00005),
        ("lachin-foulkes", 92.8619, 0.0001),
        ("bernstein-lagakos", 78.2493, 0.0001),
    ],
)
def test_events_of_netter2(method, events, within):
    plan = PLAN if method in ("lachin-foulkes", "bernstein-lagakos") else None
    assert events_needed(**DESIGN, method=method, plan=plan) == pytest.approx(events, abs=within)
    assert events_needed(**DESIGN, method=method.replace("-", "_"), plan=PLAN) == pytest.approx(events, abs=within)


def test_all_side_by_side():
    table = event_table(**DESIGN, plan=PLAN)
    assert [row.rounded for row in table] == [99, 93, 85, 107, 79]
    assert all(row.power_at_rounded >= 0.9 for row in table)
    assert [row.method for row in event_table(**DESIGN)] == ["schoenfeld", "freedman", "hsieh-freedman"]
    assert table[0].months == pytest.approx(33.08, abs=0.01)
    assert table[1].months == pytest.approx(31.18, abs=0.01)  # 93 events


@pytest.mark.parametrize(("events", "power"), [(98, 0.8988), (99, 0.9017), (101, 0.9072)])
def test_schoenfeld_power(events, power):
    assert power_at(events, 0.5, (2, 1)) == pytest.approx(power, abs=0.00005)


def test_lachin_foulkes_power_at_99():
    assert power_at(99, 0.5, (2, 1), method="lachin-foulkes", plan=PLAN) == pytest.approx(0.9177, abs=0.0001)


@pytest.mark.parametrize(("events", "ratio"), [(99, 0.65845), (101, 0.66119)])
def test_the_largest_significant_hazard_ratio(events, ratio):
    assert critical_hazard_ratio(events, (2, 1)) == pytest.approx(ratio, abs=0.000005)


def test_equal_arms_by_hand():
    z2 = (float(ndtri(0.975)) + float(ndtri(0.9))) ** 2  # 10.5074
    assert events_needed(0.5, method="schoenfeld") == pytest.approx(4 * z2 / 0.480453, rel=1e-6)
    assert events_needed(0.5, method="freedman") == pytest.approx(9 * z2)  # ((1 + θ)/(1 − θ))²
    assert events_needed(0.5, method="hsieh-freedman") == pytest.approx(9 * z2)


@settings(max_examples=40)
@given(
    ratio=st.floats(0.3, 0.9),
    allocation=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    power=st.floats(0.5, 0.99),
    method=st.sampled_from(["schoenfeld", "freedman", "hsieh-freedman"]),
)
def test_power_undoes_events(ratio, allocation, power, method):
    events = events_needed(ratio, allocation, power, 0.025, method)
    assert power_at(events, ratio, allocation, 0.025, method) == pytest.approx(power)


@settings(max_examples=30)
@given(ratio=st.floats(0.3, 0.9), allocation=st.tuples(st.integers(1, 4), st.integers(1, 4)))
def test_turning_arms_and_ratio_round_changes_nothing(ratio, allocation):
    turned = (allocation[1], allocation[0])
    for method in ("schoenfeld", "freedman", "hsieh-freedman"):
        assert events_needed(ratio, allocation, method=method) == pytest.approx(
            events_needed(1 / ratio, turned, method=method)
        )


@pytest.mark.parametrize("method", ["lachin-foulkes", "bernstein-lagakos"])
def test_power_undoes_events_with_a_plan(method):
    events = events_needed(**DESIGN, method=method, plan=PLAN)
    assert power_at(events, 0.5, (2, 1), method=method, plan=PLAN) == pytest.approx(0.9, abs=1e-6)


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as wrong:
        events_needed(1, (0, 1), 0.01, 0.025, "lachin-foulkes")
    assert [fault.place for fault in wrong.value.faults] == ["hazard_ratio", "allocation", "power", "plan"]


def test_an_unknown_formula_names_the_known_ones():
    with pytest.raises(InputError, match="schoenfeld, lachin-foulkes, freedman"):
        events_needed(0.5, method="collett")


def test_a_plan_that_contradicts_is_refused():
    with pytest.raises(InputError) as wrong:
        event_table(0.6, (1, 1), plan=PLAN)
    assert [fault.place for fault in wrong.value.faults] == ["allocation", "hazard_ratio"]


def test_a_plan_with_all_faults():
    with pytest.raises(InputError) as wrong:
        plan_of(control_median_months=0, hazard_ratio=-1, accrual=PLAN.accrual, allocation=(1, 0))
    assert [fault.place for fault in wrong.value.faults] == ["control_median_months", "hazard_ratio", "allocation"]


def test_power_of_no_events_is_refused():
    with pytest.raises(InputError, match="events"):
        power_at(0, 0.5)
    with pytest.raises(InputError, match="must not exceed the 222 patients"):
        power_at(300, 0.5, (2, 1), method="lachin-foulkes", plan=PLAN)
    with pytest.raises(InputError, match="allocation"):
        critical_hazard_ratio(99, (0, 1))
