"""The design section against the published numbers of NETTER-2, and what it refuses."""

from __future__ import annotations

import pytest

from lutetia.errors import InputError
from lutetia.exchange.trial_design import design_outcome
from lutetia.exchange.trials import parse_trial

NETTER2 = """lutetia: trial/1
title: t
design:
  control_median_months: 15
  hazard_ratio: 0.5
  allocation: [2, 1]
  accrual: {patients: 222, months: 22.2}
  drop_out: {reading: net by the analysis, fraction: 0.15}
"""


def asked(text: str):
    return parse_trial(text).design


def refusal(text: str) -> str:
    with pytest.raises(InputError) as error:
        parse_trial(text)
    return str(error.value)


def test_netter2_events_and_months_as_recomputed_from_the_paper():
    found = design_outcome(asked(NETTER2))
    events = {one.method: one.events for one in found.design.formulas}
    assert events["schoenfeld"] == pytest.approx(98.4142, abs=1e-3)
    assert events["lachin-foulkes"] == pytest.approx(92.862, abs=1e-2)
    assert events["freedman"] == pytest.approx(84.0594, abs=1e-3)
    months = {said: one.months for said, one in found.readings}
    assert found.design.analysis.months == pytest.approx(33.077, abs=0.01)
    of_patients = next(value for said, value in months.items() if "of the patients" in said)
    assert of_patients == pytest.approx(34.866, abs=0.01)
    assert months["no drop-out"] == pytest.approx(31.64, abs=0.01)


def test_a_median_is_as_good_as_a_ratio():
    other = NETTER2.replace("hazard_ratio: 0.5", "experimental_median_months: 30")
    assert asked(other).ratio == asked(NETTER2).ratio
    assert design_outcome(asked(other)).design.events == 99


def test_looks_are_those_of_the_spending_function():
    found = design_outcome(asked(NETTER2 + "  looks: {fractions: [0.6666666666666666, 1]}\n"))
    assert found.looks is not None
    assert found.looks[0].value == pytest.approx((2.509309, 1.992884), abs=1e-4)


def test_a_ramp_and_pieces_enter_the_patients_they_say():
    ramp = asked(
        NETTER2.replace("{patients: 222, months: 22.2}", "{pattern: ramp, per_month: 10, ramp_months: 4, months: 20}")
    )
    assert ramp.plan().accrual.patients == pytest.approx(180)  # 4 · 5 + 16 · 10
    pieces = asked(
        NETTER2.replace("{patients: 222, months: 22.2}", "{pattern: piecewise, per_month: [5, 10], months: [4, 20]}")
    )
    assert pieces.plan().accrual.patients == pytest.approx(220)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[2, 1]", "[0, 1]", "allocation[0] must be at least 1"),
        ("hazard_ratio: 0.5", "hazard_ratio: 1", "hazard_ratio must differ from 1"),
        ("hazard_ratio: 0.5", "hazard_ratio: 0.5\n  experimental_median_months: 30", "one of hazard_ratio and"),
        ("[2, 1]", "[2, 1]\n  power: 0.02", "power must be above alpha (0.025)"),
        ("patients: 222", "per_month: -10", "must be at least 0.0, but got -10"),
        ("months: 22.2", "months: -3", "months[0] must be above 0, but got -3"),
        ("net by the analysis, f", "net, f", "by_months must be given for the reading net"),
        ("fraction: 0.15", "fraction: 15", "fraction must be below 1, but got 15"),
        ("patients: 222", "pattern: ramp, per_month: 10", "ramp_months must be given for a ramp"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_said(old, new, said):
    assert said in refusal(NETTER2.replace(old, new))


def test_more_events_than_patients_are_refused():
    few = NETTER2.replace("patients: 222", "patients: 60")
    with pytest.raises(InputError, match="must have more than 60 patients"):
        design_outcome(asked(few))
