"""Flat facts about treatment and progression, worked by hand; every patient is made up."""

from __future__ import annotations

from datetime import date
from math import inf

import pytest

from lutetia.exchange.courses import parse_course
from lutetia.guideline.derive import facts_of
from lutetia.quantities import Interval

BOARD = date(2026, 11, 20)
COMPLETE = "kind: treatment_history, id: h, date: 2026-11-20, complete_for: [systemic_therapy, rlt, locoregional]"
SSA = "kind: therapy_line, id: ssa, date: 2024-05-20, regimen: ssa_standard"
RLT = "kind: therapy_line, id: rlt, date: 2022-01-20, stop: 2022-07-20, regimen: rlt"


def facts(*entries: str):
    lines = "\n".join(f"- {{{entry}, recorded_by: tester}}" for entry in entries)
    return facts_of(parse_course(f"lutetia: course/1\npatient: {{id: EX}}\nentries:\n{lines}\n"), BOARD)


def value(field: str, *entries: str):
    return facts(*entries).get(field).value


def test_absence_is_unknown_until_the_history_is_stated_complete():
    note = "kind: last_contact, id: c, date: 2026-11-01"
    for field in ("prior_ssa", "prior_rlt", "prior_everolimus", "prior_embolisation_or_rfa"):
        assert value(field, note) is None
        assert value(field, COMPLETE) is False
    assert value("lines_failed", COMPLETE) == 0
    assert value("lines_failed", note) is None


def test_months_on_an_analogue_count_calendar_months_to_the_board_or_the_stop():
    assert value("ssa_months", f"{SSA}, ongoing: true") == 30
    assert value("ssa_months", f"{SSA}, stop: 2025-05-20") == 12


def test_lines_failed_is_a_lower_bound_without_a_complete_history():
    failed = f"{SSA}, progression: 2026-09-01"
    assert value("lines_failed", failed) == Interval(low=1, high=inf)
    assert value("lines_failed", failed, COMPLETE) == 1


@pytest.mark.parametrize(
    ("line", "assessment", "expected"),
    [
        ("progression: 2026-09-01", "", True),
        ("stop: 2026-09-01, stop_reason: progression", "", True),
        ("stop: 2025-09-01, stop_reason: toxicity", "", False),
        ("ongoing: true", "progression: false, basis: biochemical_only", False),
        ("ongoing: true", "progression: true, basis: radiological, line: ssa", True),
        ("ongoing: true", "", None),
    ],
)
def test_progression_on_an_analogue(line, assessment, expected):
    entries = [f"{SSA}, {line}"]
    if assessment:
        entries.append(f"kind: disease_assessment, id: a, date: 2026-10-01, {assessment}")
    assert value("pd_on_ssa", *entries) is expected


@pytest.mark.parametrize(
    ("assessment", "confirmed", "basis"),
    [
        ("progression: true, basis: radiological", True, "radiological"),
        ("progression: true, basis: board", True, "radiological"),
        ("progression: true, basis: clinical", None, "clinical"),
        ("progression: true, basis: biochemical_only", False, "biochemical_only"),
        ("progression: false, basis: none", False, "none"),
    ],
)
def test_progression_is_confirmed_on_images_or_by_the_board(assessment, confirmed, basis):
    found = facts(f"kind: disease_assessment, id: a, date: 2026-10-01, {assessment}")
    assert found.get("pd_confirmed").value is confirmed
    assert found.get("pd_basis").value == basis


def test_progression_from_before_a_later_line_no_longer_counts():
    earlier = "kind: disease_assessment, id: a, date: 2021-10-01, progression: true, basis: radiological"
    assert value("pd_confirmed", earlier) is True
    assert value("pd_confirmed", earlier, RLT) is None
    bridge = "kind: therapy_line, id: b, date: 2021-11-01, regimen: ssa_high_dose"
    assert value("pd_confirmed", earlier, bridge) is True  # a bridge does not restart the count


@pytest.mark.parametrize(
    ("response", "progression", "months", "failed"),
    [
        ("PR", "2025-01-20", 30, False),
        ("SD", "2023-07-20", 12, False),
        ("SD", "2023-07-19", pytest.approx(11 + 29 / 30, abs=0.01), True),
        ("PD", "2022-07-20", 0, True),
    ],
)
def test_control_after_rlt_runs_from_its_stop_to_progression(response, progression, months, failed):
    found = facts(f"{RLT}, best_response: {response}, progression: {progression}").record()
    assert found["rlt_control_months"] == months
    assert found["rlt_failed"] is failed


def test_control_without_progression_is_at_least_as_long_as_seen():
    seen = "kind: disease_assessment, id: a, date: 2024-01-20, progression: false, basis: radiological, line: rlt"
    found = facts(f"{RLT}, best_response: PR", seen).record()
    assert found["rlt_control_months"] == Interval(low=18, high=inf)
    assert found["rlt_failed"] is False


def cycle(number: int, dose: str = "") -> str:
    doses = f", absorbed_doses: [{{organ: kidneys, absorbed_dose_gy: {dose}}}]" if dose else ""
    return f"kind: rlt_cycle, id: c{number}, date: 2022-0{number}-20, line: rlt, number: {number}{doses}"


def test_kidney_dose_adds_up_and_is_a_lower_bound_when_a_cycle_has_no_dosimetry():
    both = [RLT, cycle(1, "4.2"), cycle(2, "4.3"), COMPLETE]
    assert value("kidney_dose_gy", *both) == 8.5
    assert value("dosimetry_available", *both) is True
    assert value("kidney_dose_gy", RLT, cycle(1, "4.2"), cycle(2), COMPLETE) == Interval(low=4.2, high=inf)
    assert value("kidney_dose_gy", RLT, cycle(1), cycle(2), COMPLETE) is None
    assert value("rlt_cycles", *both) == 2


def test_locoregional_treatment_counts_embolisation_and_radiofrequency_only():
    done = "kind: procedure, id: p, date: 2020-01-20, procedure: {}"
    assert value("prior_embolisation_or_rfa", done.format("radioembolisation")) is True
    assert value("prior_embolisation_or_rfa", done.format("primary_resection")) is None
