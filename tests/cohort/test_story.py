"""The story of a patient: numbered lines, the last day alive, what must be refused, and by name."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.cohort.story import stories_of
from lutetia.errors import InputError


def faults_of(*courses, cut_off="2030-01-01"):
    with pytest.raises(InputError) as refused:
        stories_of(courses, partial_dates="midpoint", data_cut_off=date.fromisoformat(cut_off))
    return [str(fault) for fault in refused.value.faults]


def test_lines_are_numbered_by_their_start(course, story):
    found = story(course(lines=[("rlt", "2017-01-01"), ("ssa_standard", "2015-01-01"), ("captem", "2016")])).lines
    assert [(line.number, line.regimen, line.entry_id) for line in found] == [
        (1, "ssa_standard", "line-2"),
        (2, "captem", "line-3"),
        (3, "rlt", "line-1"),
    ]


def test_two_lines_of_one_day_have_no_order(course, story):
    found = story(course(lines=[("rlt", "2015-01-01"), ("ssa_standard", "2015-01-01")]))
    assert found.unusable == "two lines begin on the same day: their order is unknown"


def test_the_last_day_alive_is_the_latest_of_all_that_happened(course, story):
    lines = [("rlt", "2015-01-01", {"stop": "2016-05-01"})]
    told = {"kind": "treatment_history", "date": "2018-01-01", "complete_for": ["rlt"]}
    planned = {"kind": "ct_mri", "date": "2019-01-01", "status": "planned"}
    found = story(course(lines=lines, last_contact="2016-02-01", entries=[told, planned]))
    assert (found.last_alive.on, found.last_alive.what) == (date(2016, 5, 1), "stop")


def test_a_correction_counts_whenever_it_was_made(course, story):
    old = {"kind": "last_contact", "id": "old", "date": "2016-01-01"}
    new = {"kind": "last_contact", "id": "new", "date": "2015-06-01", "recorded_on": "2029-01-01", "supersedes": "old"}
    found = story(course(lines=[("rlt", "2015-01-01")], entries=[old, new]), cut_off="2020-01-01")
    assert found.last_alive.on == date(2015, 6, 1)


def test_after_the_cut_off_there_is_nothing(course, story):
    one = course(lines=[("rlt", "2015-01-01"), ("captem", "2018-01-01")], death="2019-01-01")
    found = story(one, cut_off="2017-01-01")
    assert (len(found.lines), found.death) == (1, None)
    assert (found.last_alive.on, found.last_alive.what) == (date(2017, 1, 1), "data cut-off")
    assert len(story(one, cut_off="2018-01-01").lines) == 2  # the cut-off is the last day that counts
    assert story(one, cut_off="2019-01-01").death.on == date(2019, 1, 1)


def test_lines_are_complete_only_where_both_kinds_are_stated(course, story):
    def until(*kinds):
        told = [{"kind": "treatment_history", "date": day, "complete_for": [kind]} for kind, day in kinds]
        return story(course(lines=[("rlt", "2015-01-01")], entries=told)).complete_until_day

    assert until(("rlt", "2016-01-01")) is None
    both = until(("rlt", "2016-01-01"), ("systemic_therapy", "2017-01-01"))
    assert both == date(2016, 1, 1).toordinal()


def test_a_patient_given_twice_is_refused_by_name(course):
    assert faults_of(course("X"), course("X")) == [
        "patient X: each patient must come once, but got 2 courses.\n"
        "    Remove the copies, or give the patients ids of their own."
    ]


def test_progressions_out_of_order_are_refused_with_patient_and_line(course):
    lines = [
        ("rlt", "2015-01-01", {"progression": "2018-01-01"}),
        ("captem", "2016-01-01", {"progression": "2017-01-01"}),
    ]
    (fault,) = faults_of(course("X", lines=lines))
    assert fault.startswith(
        "patient X, line 1 (line-1): progression on line 1 must not lie after that on line 2 (2017-01-01)"
    )


def test_a_line_stopped_by_death_needs_the_death(course):
    lines = [("rlt", "2015-01-01", {"stop": "2016-01-01", "stop_reason": "death"})]
    (fault,) = faults_of(course("X", lines=lines))
    assert "patient X, line 1 (line-1): a line stopped by death needs a death in the record" in fault
    assert stories_of(
        [course("X", lines=lines, death="2016-01-01")], partial_dates="midpoint", data_cut_off=date(2030, 1, 1)
    )


def test_life_after_death_is_refused_also_when_the_day_of_death_is_not_known(course):
    dead = {"kind": "last_contact", "date": "2016-01-01", "alive": False}
    (fault,) = faults_of(course("X", lines=[("rlt", "2015-01-01", {"stop": "2017-01-01"})], entries=[dead]))
    assert "nothing must be dated after the day on which the patient was dead (2016-01-01, e1)" in fault
    assert "stop on 2017-01-01 (line-1)" in fault


def test_the_faults_of_all_patients_come_together(course):
    stopped = [("rlt", "2015-01-01", {"stop": "2016-01-01", "stop_reason": "death"})]
    assert len(faults_of(course("X", lines=stopped), course("Y", lines=stopped), course("Y"))) == 3


def test_a_partial_progression_yields_to_the_day_of_death(course, story):
    """Progression "in 2016", death on 1 March 2016: the middle of the year cannot be the day."""
    found = story(course(lines=[("rlt", "2015-01-01", {"progression": "2016"})], death="2016-03-01"))
    assert found.lines[0].progression.on == date(2016, 3, 1)
    assert found.partial_dates == 1
