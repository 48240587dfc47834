"""How a time to event ends: the cases that the tables of test_endpoint.py do not show."""

from __future__ import annotations

import pytest

from lutetia.cohort.outcome import NOTHING, discontinuation, next_line, overall_survival, progression_free


def test_a_patient_of_whom_nothing_is_dated_has_no_survival(course, story):
    assert overall_survival(story(course())) == NOTHING


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"stop": "2016-01-01"}, "stopped: reason not recorded"),
        ({"stop": "2016-01-01", "stop_reason": "patient_choice"}, "stopped: patient choice"),
        ({"ongoing": True}, "alive at last contact"),
        ({}, "not known whether the line goes on"),
        ({"ongoing": False}, "the line was stopped, but the day is not recorded"),
        ({"stop_reason": "toxicity"}, "the line was stopped, but the day is not recorded"),
    ],
)
def test_discontinuation_of_a_living_patient(course, story, rules, fields, expected):
    found = discontinuation(story(course(lines=[("rlt", "2015-01-01", fields)], last_contact="2017-01-01")), 1, rules())
    assert (found if isinstance(found, str) else found.reason) == expected


def test_a_line_may_go_on_beside_the_next(course, story, rules):
    lines = [("ssa_standard", "2015-01-01", {"ongoing": True}), ("rlt", "2016-01-01")]
    found = discontinuation(story(course(lines=lines, last_contact="2017-01-01")), 1, rules())
    assert (found.event, found.reason) == (0, "alive at last contact")


def test_lines_without_an_order_give_no_outcome(course, story, rules):
    found = story(course(lines=[("rlt", "2015-01-01"), ("captem", "2015-01-01")], last_contact="2017-01-01"))
    start = found.lines[0].start
    outcomes = [
        progression_free(found, 1, rules(), start),
        next_line(found, 1, rules()),
        discontinuation(found, 1, rules()),
    ]
    assert outcomes == [found.unusable] * 3


def test_undated_progression_on_a_later_line_hides_the_first_event(course, story, rules):
    lines = [("ssa_standard", "2015-01-01"), ("rlt", "2016-01-01", {"stop_reason": "progression"})]
    found = story(course(lines=lines, death="2018-01-01"))
    said = progression_free(found, 1, rules(), found.lines[0].start)
    assert said == "progressed on line 2 (it stopped for progression), but the day is not recorded"
    censored = progression_free(found, 1, rules(new_line="censor"), found.lines[0].start)
    assert (censored.event, censored.reason) == (0, "new line before progression")
