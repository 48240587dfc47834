"""Ledger and plan as printed, against numbers worked by hand."""

from __future__ import annotations

import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.ledger import Cycle, Ledger
from lutetia.dosimetry.plan import Limit, PlanRequest, plan_cycles
from lutetia.reports.dose_plan import plan_block

KIDNEY = AbsorbedDose(gy=0.47 * 7.4, budget=(Component(name="curve", effect_gy=0.047 * 7.4, shared=True),))
CYCLE = Cycle(activity_mbq=7400.0, absorbed={"left kidney": KIDNEY})
LEDGER = Ledger(cycles=(CYCLE,))
LIMIT = Limit(organ="left kidney", limit_gy=23.0, source="a protocol")
ASK = PlanRequest(standard_activity_mbq=7400.0, forecast="last_cycle", rule="expected")


@pytest.fixture
def block(cycle_report):
    plan = plan_cycles(LEDGER, [LIMIT], ASK)
    return plan_block(cycle_report(ledger=LEDGER, plan=plan, plan_request=ASK))


def test_the_cycles_to_the_limit_by_hand(block):
    """0.47 Gy/GBq: six full cycles give 20.87 Gy and 4.54 GBq more meet 23 Gy; one of the six is given."""
    assert block.headline.startswith("The limits leave 6 further cycles, 41.54 GBq in all; the next would be 7.40 GBq.")
    (line,) = block.limits
    assert (line.left_gbq, line.cycles, line.probability_then) == ("41.54", "5 × 7.40 + 4.54 GBq", "50 %")
    assert (line.probability_now, line.gy_per_gbq, line.ends_plan) == ("<1 %", "0.470", True)


def test_every_cycle_has_a_line_and_planned_ones_say_so(block):
    assert [line.planned for line in block.lines] == [False] + [True] * 6
    assert block.lines[0].cells == (("3.48 ± 0.35", "<1 %"),)
    assert block.lines[0].words == "2026-09-14"
    assert block.lines[-1].cells == (("23.0 ± 2.3", "50 %"),)


def test_panels_hold_the_same_steps(block):
    (panel,) = block.panels
    assert [step.value_gy for step in panel.steps[:2]] == pytest.approx([3.478, 6.956])
    assert [step.planned for step in panel.steps] == [False] + [True] * 6


def test_without_the_request_what_one_limit_leaves_is_unknown(cycle_report):
    plan = plan_cycles(LEDGER, [LIMIT], ASK)
    (line,) = plan_block(cycle_report(ledger=LEDGER, plan=plan, plan_request=None)).limits
    assert (line.left_gbq, line.cycles) == ("unknown", "unknown")


def test_a_reached_limit_leaves_nothing(cycle_report):
    limit = Limit(organ="left kidney", limit_gy=3.0, source="a protocol")
    plan = plan_cycles(LEDGER, [limit], ASK)
    block = plan_block(cycle_report(ledger=LEDGER, plan=plan, plan_request=ASK))
    assert block.headline == "After cycle 1 the limits leave no further cycle (left kidney, absorbed dose)."
    assert block.limits[0].cycles == "none"


def test_no_ledger_and_no_plan_say_why(cycle_report):
    report = cycle_report(ledger=None, plan=None, why_not={"ledger": "first cycle in this centre"})
    block = plan_block(report)
    assert block.why == ("No ledger: first cycle in this centre.", "No plan: not given.")
    assert block.lines == ()


def test_without_a_plan_organs_are_added_up_without_a_limit(cycle_report):
    block = plan_block(cycle_report(plan=None))
    assert len(block.columns) == 3
    assert all(p == "–" for line in block.lines for _, p in line.cells)


def test_an_unknown_u_gives_an_unknown_probability(cycle_report):
    silent = Cycle(activity_mbq=7400.0, absorbed={"left kidney": AbsorbedDose(gy=3.5, unknown=("calibration",))})
    ledger = Ledger(cycles=(silent,))
    plan = plan_cycles(ledger, [LIMIT], ASK)
    block = plan_block(cycle_report(ledger=ledger, plan=plan, plan_request=ASK))
    assert block.lines[0].cells == (("3.50 (u unknown)", "?"),)
