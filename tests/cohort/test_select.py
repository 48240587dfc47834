"""The participant flow: each patient leaves once, for the first reason; every reason is counted; sums close."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.cohort.select import select
from lutetia.cohort.study import Study
from lutetia.course.course import Course

RULES = [
    {"rule": "pancreas", "primary_site": ["pancreas"]},
    {"rule": "Ki-67 up to 20 %", "ki67_pct": {"at_most": 20}, "unknown": "keep"},
    {"rule": "adult", "age_years": {"at_least": 18}},
]
LINES = [("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")]


def facts(site=None, ki67=None):
    found = []
    if site:
        found.append({"kind": "diagnosis", "date": "2014-01-01", "primary_site": site})
    if ki67 is not None:
        found.append({"kind": "specimen", "date": "2014-01-01", "ki67_pct": ki67})
    return found


@pytest.fixture
def flow_of_six(course, study):
    """On paper: A stays; B has the wrong site and is a child; C's site is not known; D's Ki-67 is not known (kept);
    E has Ki-67 25; F has one line only, so no group."""
    courses = [
        course("A", lines=LINES, entries=facts("pancreas", 5), birth="1950-01-01"),
        course("B", lines=LINES, entries=facts("rectum", 5), birth="2010-01-01"),
        course("C", lines=LINES, entries=facts(None, 5), birth="1950-01-01"),
        course("D", lines=LINES, entries=facts("pancreas"), birth="1950-01-01"),
        course("E", lines=LINES, entries=facts("pancreas", 25), birth="1950-01-01"),
        course("F", lines=LINES[:1], entries=facts("pancreas", 5), birth="1950-01-01"),
    ]
    return select(courses, study(eligibility=RULES, exposure={"rule": "treatment_sequence"}))


def test_the_flow_by_hand(flow_of_six):
    flow = flow_of_six.flow
    steps = {
        s.name: (s.before, [(r.count, r.why, r.rows) for r in s.left_out], s.kept_unknown, s.after) for s in flow.steps
    }
    assert steps == {
        "pancreas": (6, [(1, "not known", (2,)), (1, "not met", (1,))], 0, 4),
        "Ki-67 up to 20 %": (4, [(1, "not met", (4,))], 1, 3),
        "adult": (3, [], 0, 3),
        "time zero (start of line 1)": (3, [], 0, 3),
        "group": (3, [(1, "in none of the groups: no line 2", (5,))], 0, 2),
    }
    assert (flow.screened, flow.analysed, flow.closes) == (6, 2, True)
    assert [member.patient_id for member in flow_of_six.members] == ["A", "D"]


def test_every_reason_of_every_patient_is_counted(flow_of_six):
    assert dict(flow_of_six.flow.all_reasons) == {
        "pancreas: not met": 1,
        "pancreas: not known": 1,
        "Ki-67 up to 20 %: not met": 1,
        "adult: not met": 1,  # B, who had left before
        "group: in none of the groups: no line 2": 1,
    }


def test_who_is_left_out_and_why_in_one_list(flow_of_six):
    assert [str(reason) for reason in flow_of_six.left_out] == [
        "1 pancreas: not known",
        "1 pancreas: not met",
        "1 Ki-67 up to 20 %: not met",
        "1 group: in none of the groups: no line 2",
    ]
    assert flow_of_six.groups == {"SSA-RLT": 2}


def test_without_time_zero_or_cohort_entry_a_patient_leaves_with_the_reason(course, study):
    courses = [course("A", lines=LINES), course("B", lines=LINES[:1]), course("C")]
    found = select(courses, study(cohort_entry={"event": "line_start", "line": 2}))
    names = {step.name: [reason.why for reason in step.left_out] for step in found.flow.steps}
    assert names["time zero (start of line 1)"] == ["no line 1"]
    assert names["cohort entry (start of line 2)"] == ["no line 2"]
    assert found.members[0].entry_days == 365


def test_covariates_are_those_known_at_time_zero(course, study):
    later = [
        {"kind": "specimen", "date": day, "ki67_pct": ki67} for day, ki67 in (("2014-01-01", 5), ("2015-06-01", 25))
    ]
    one = course("A", lines=LINES, entries=later)
    for line, expected in ((1, 5.0), (2, 25.0)):
        made = study(time_zero={"event": "line_start", "line": line}, covariates=[{"name": "ki67_pct"}])
        (member,) = select([one], made).members
        assert member.covariates[0].value == expected


def test_a_member_tells_since_when_the_group_is_known(course, study):
    (member,) = select([course("A", lines=LINES)], study(exposure={"rule": "treatment_sequence"})).members
    assert member.group_known_on - member.time_zero.day == 365
    assert member.group_entries == ("line-1", "line-2")


def test_choices_are_printed(flow_of_six):
    said = " ".join(flow_of_six.conventions)
    assert "time zero: start of line 1" in said
    assert "2030-01-01" in said


KINDS = st.tuples(
    st.sampled_from(["pancreas", "rectum", None]), st.sampled_from([5, 25, None]), st.booleans(), st.booleans()
)
DECLARED = {
    "lutetia": "study/1",
    "title": "test",
    "courses": {"files": ["none.yaml"]},
    "data_cut_off": "2030-01-01",
    "time_zero": {"event": "line_start", "line": 1},
    "exposure": {"rule": "treatment_sequence"},
    "eligibility": RULES,
    "endpoints": [{"endpoint": "OS"}],
    "follow_up": {
        "partial_dates": "midpoint",
        "without_event": "last_contact",
        "new_line": "ignore",
        "undated_progression": "leave_out",
        "death": "competing",
        "lines_complete": "assumed",
    },
}


@settings(max_examples=20, deadline=None)
@given(st.lists(KINDS, max_size=8))
def test_the_flow_always_closes_and_nobody_is_lost_or_counted_twice(patients):
    courses = []
    for number, (site, ki67, grown, two) in enumerate(patients):
        lines = [("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01")][: 1 + two]
        entries = [{"kind": "therapy_line", "id": f"l{n}", "date": d, "regimen": r} for n, (r, d) in enumerate(lines)]
        entries += [{"id": f"e{n}", **entry} for n, entry in enumerate(facts(site, ki67))]
        who = {"id": f"P{number}", "birth": "1950-01-01" if grown else "2010-01-01"}
        entries = [{"recorded_by": "x", **entry} for entry in entries]
        courses.append(Course.model_validate({"lutetia": "course/1", "patient": who, "entries": entries}))
    found = select(courses, Study.model_validate(DECLARED))
    gone = [row for reason in found.left_out for row in reason.rows]
    assert found.flow.closes
    assert sorted(gone + [member.story.position for member in found.members]) == list(range(len(patients)))
