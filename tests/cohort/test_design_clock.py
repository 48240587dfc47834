"""Checks on the clock: immortal time on the Stanford heart data, delayed entry, competing death, later treatment."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_clock import death_competes, immortal_time, late_entry, later_treatment, seen_at_visits

JASA = Path(__file__).resolve().parents[3] / "shared" / "data" / "survival" / "jasa.csv"


def test_the_naive_call_on_the_heart_data_fires():
    """Ever against never transplanted is known only on the day of the transplant, or never."""
    if not JASA.exists():
        pytest.skip("../shared/data/survival/jasa.csv is not on this machine")
    with JASA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    end = [float(row["futime"]) for row in rows]
    known = [float(row["wait.time"]) if row["transplant"] == "1" else float(row["futime"]) for row in rows]
    found = immortal_time(known, end)
    assert found.fired is True
    assert "of 103" in found.trigger


def test_groups_known_at_time_zero_do_not_fire():
    assert immortal_time([0, 0, 0], [10, 20, 30]).fired is False


def test_the_share_of_follow_up_before_the_group_is_known_by_hand():
    # waits 10 of 40 and 20 of 60 days: 30 of 100
    found = immortal_time([10, 20], [40, 60])
    assert (
        found.trigger == "group known only after time zero: 2 of 2 (100 %); median 15 days later, 30 % of all follow-up"
    )


SEQUENCES = {
    "exposure": {"rule": "treatment_sequence"},
    "comparison": {"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
    "endpoints": [{"endpoint": "OS"}, {"endpoint": "TTNT", "line": 2}],
}


@pytest.fixture
def sequences(course):
    """Two SSA-RLT and two SSA-other patients; one of the latter has RLT as third line, one dies before a third line."""
    return (
        course("A", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")], death="2019-01-01"),
        course("B", lines=[("ssa_standard", "2015-01-01"), ("rlt", "2017-01-01")], last_contact="2019-06-01"),
        course(
            "C",
            lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2015-06-01"), ("rlt", "2016-06-01")],
            death="2018-01-01",
        ),
        course("D", lines=[("ssa_standard", "2015-01-01"), ("everolimus", "2015-09-01")], death="2016-03-01"),
    )


def test_survival_from_line_one_of_patients_who_must_reach_line_two_fires(sequences, study):
    data = analysis_data(sequences, study(**SEQUENCES))
    found = late_entry(data, "OS", None)
    assert found.fired is True
    assert "start of line 2" in found.trigger


def test_declared_delayed_entry_does_not_fire(sequences, study):
    declared = SEQUENCES | {"cohort_entry": {"event": "line_start", "line": 2}}
    assert late_entry(analysis_data(sequences, study(**declared)), "OS", None).fired is False


def test_deaths_before_the_next_line_are_counted(sequences, study):
    found = death_competes(analysis_data(sequences, study(**SEQUENCES)))
    assert found.fired is True
    assert found.trigger == "TTNT_LINE_2: 1 events, 2 deaths before them"


def test_the_later_treatment_of_the_other_group_is_found(sequences, study):
    found = later_treatment(analysis_data(sequences, study(**SEQUENCES)), "OS")
    assert found.fired is True
    assert found.trigger == "SSA-other with later RLT: 1 of 2 (50 %)"
    assert [row.analysis for row in found.run().rows] == ["as grouped", "later RLT counted from its start"]


def test_visits_that_are_not_declared_cannot_be_judged(sequences, study):
    data = analysis_data(sequences, study(**(SEQUENCES | {"endpoints": [{"endpoint": "PFS1"}]})))
    assert seen_at_visits(data).fired is None
