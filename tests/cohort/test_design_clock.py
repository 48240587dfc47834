"""Checks on the clock: who is in, immortal time on the Stanford heart data, delayed entry."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_clock import immortal_groups, immortal_time, late_entry, second_line_required
from lutetia.errors import InputError

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


def test_a_group_known_by_the_declared_entry_costs_no_immortal_time(sequences, study):
    assert immortal_groups(analysis_data(sequences, study(**SEQUENCES)), "OS", None).fired is True
    declared = SEQUENCES | {"cohort_entry": {"event": "line_start", "line": 2}}
    found = immortal_groups(analysis_data(sequences, study(**declared)), "OS", None)
    assert found.fired is False
    assert found.trigger.endswith("counted from start of line 2, where patients enter")


def test_what_does_not_start_at_time_zero_cannot_be_told(sequences, study):
    data = analysis_data(sequences, study(**SEQUENCES))
    assert immortal_groups(data, "TTNT_LINE_2", None).fired is None
    assert late_entry(data, "TTNT_LINE_2", None).fired is None


def test_the_wait_before_patients_are_in_by_hand(sequences, study):
    # from line 1 to line 2: A 365 days, B 731, C 151, D 243; median (243 + 365) / 2
    found = late_entry(analysis_data(sequences, study(**SEQUENCES)), "OS", None)
    assert found.trigger.endswith("a patient must reach start of line 2: 304 days later in the median")


def test_a_clock_that_starts_where_patients_must_be_does_not_fire(sequences, study):
    declared = SEQUENCES | {"time_zero": {"event": "line_start", "line": 2}}
    assert late_entry(analysis_data(sequences, study(**declared)), "OS", None).fired is False


def test_the_remedy_without_a_comparison_gives_medians(sequences, study):
    bare = {name: part for name, part in SEQUENCES.items() if name != "comparison"}
    entered = analysis_data(sequences, study(**bare, cohort_entry={"event": "line_start", "line": 2}))
    remedy = late_entry(analysis_data(sequences, study(**bare)), "OS", entered).run()
    assert remedy.quantity == "months"
    assert [(row.analysis, row.n, row.events) for row in remedy.rows] == [
        ("from time zero (naive)", 4, 3),
        ("delayed entry", 4, 3),
    ]


@pytest.mark.parametrize("columns", [([1, 2], [3]), ([float("nan")], [3]), ([1], [-3])])
def test_days_that_are_none_are_refused(columns):
    with pytest.raises(InputError, match="must be days from 0"):
        immortal_time(*columns)


def test_a_cohort_without_any_time_has_no_share_of_it():
    assert immortal_time([1], [0]).trigger.endswith("median 1 days later")


FIRST_LINES = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "endpoints": [{"endpoint": "OS"}, {"endpoint": "PFS1"}],
}


def test_patients_of_whom_all_happen_to_have_a_second_line_fire_only_if_nearly_all_progressed(course, study):
    """Fifty patients with a second line; with new_line="censor" its start censors PFS1 in those without progression."""

    def fifty(progressed):
        lines = [
            [
                ("ssa_standard", "2015-01-01", {"progression": "2015-06-01"} if n < progressed else {}),
                ("rlt", "2015-07-01"),
            ]
            for n in range(50)
        ]
        return [course(f"P{n}", lines=two, last_contact="2019-01-01") for n, two in enumerate(lines)]

    declared = FIRST_LINES | {"endpoints": [{"endpoint": "PFS1", "new_line": "censor"}]}
    fired = {
        progressed: second_line_required(analysis_data(fifty(progressed), study(**declared)), None).fired
        for progressed in (48, 49)
    }
    assert fired == {48: False, 49: True}


def test_a_second_line_that_is_required_fires_whatever_pfs(sequences, study):
    required = FIRST_LINES | {
        "eligibility": [{"rule": "two", "line": {"number": 2}}],
        "endpoints": [{"endpoint": "OS"}],
    }
    found = second_line_required(analysis_data(sequences, study(**required)), None)
    assert found.fired is True
    assert found.trigger == "second line: 4 of 4 (100 %); the declaration requires start of line 2"


def test_one_patient_without_a_second_line_does_not_fire(course, sequences, study):
    without = course("E", lines=[("rlt", "2015-01-01")], death="2016-01-01")
    assert second_line_required(analysis_data((*sequences, without), study(**FIRST_LINES)), None).fired is False


def test_the_medians_with_and_without_a_second_line_by_hand(course, study):
    """Progression at 100, 200 and 300 days with a second line after it; two more die at 400 and 500 without one."""
    made = [
        course(
            f"P{n}",
            lines=[("ssa_standard", "2015-01-01", {"progression": day}), ("rlt", "2016-01-01")],
            last_contact="2019-01-01",
        )
        for n, day in enumerate(("2015-04-11", "2015-07-20", "2015-10-28"))
    ]
    made += [
        course(f"D{n}", lines=[("rlt", "2015-01-01")], death=day) for n, day in enumerate(("2016-02-05", "2016-05-15"))
    ]
    two = {"eligibility": [{"rule": "two", "line": {"number": 2}}]}
    data, starters = (analysis_data(made, study(**FIRST_LINES, **rule)) for rule in (two, {}))
    rows = {row.analysis: row for row in second_line_required(data, starters).run().rows}
    months = {name: row.estimate.estimate * 30.4375 for name, row in rows.items() if row.estimate is not None}
    assert months["patients with a second line"] == pytest.approx(200)
    assert months["all who start line 1"] == pytest.approx(300)
    assert months["SSA first: all who start line 1"] == pytest.approx(200)
    assert rows["RLT first: patients with a second line"].says == "nobody"
    assert rows["missing"].n == 2
