"""Moments of a course: start of a line, progression on it, the decision after it, or why there is none."""

from __future__ import annotations

from datetime import date

from lutetia.cohort.time_point import TimePoint

BOARD = [
    {"kind": "board_decision", "date": day, "decision": "next"} for day in ("2015-11-01", "2016-01-20", "2016-01-10")
]


def moment(event, line, story):
    found = TimePoint(event=event, line=line).of(story)
    return found if isinstance(found, str) else found.on


def test_each_moment_by_hand(course, story):
    lines = [
        ("ssa_standard", "2015-01-01", {"progression": "2015-12-31"}),
        ("rlt", "2016-02-01", {"stop_reason": "progression"}),
    ]
    found = story(course(lines=lines, last_contact="2017-01-01", entries=BOARD))
    assert moment("line_start", 2, found) == date(2016, 2, 1)
    assert moment("progression", 1, found) == date(2015, 12, 31)
    assert moment("decision", 1, found) == date(2016, 1, 10)  # the first on or after progression
    assert moment("line_start", 3, found) == "no line 3"
    assert moment("progression", 2, found) == "day of progression on line 2 not known"
    assert moment("decision", 2, found) == "day of progression on line 2 not known"


def test_reasons_for_having_none(course, story):
    silent = story(course(lines=[("rlt", "2015-01-01")], last_contact="2017-01-01"))
    assert moment("progression", 1, silent) == "no progression on line 1"
    undecided = story(course(lines=[("rlt", "2015-01-01", {"progression": "2016-01-01"})], last_contact="2017-01-01"))
    assert moment("decision", 1, undecided) == "no board decision on or after progression on line 1"
    tied = story(course(lines=[("rlt", "2015-01-01"), ("captem", "2015-01-01")]))
    assert moment("line_start", 1, tied) == tied.unusable


def test_a_decision_on_the_day_of_progression_counts(course, story):
    lines = [("ssa_standard", "2015-01-01", {"progression": "2016-01-10"})]
    assert moment("decision", 1, story(course(lines=lines, entries=BOARD))) == date(2016, 1, 10)


def test_moments_have_an_order_and_words():
    points = [TimePoint(event=e, line=n) for n in (1, 2) for e in ("line_start", "progression", "decision")]
    assert [point.rank for point in points] == sorted(point.rank for point in points)
    assert str(points[2]) == "first board decision on or after progression on line 1"
