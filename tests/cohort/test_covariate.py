"""Covariates: the vocabulary, cut points, ranges, and the moment each is known."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest
from pydantic import ValidationError

from lutetia.cohort.covariate import VOCABULARY, Covariate, CovariateName
from lutetia.cohort.known_fact import FACTS, OnDay
from lutetia.cohort.time_point import TimePoint

LINES = [("ssa_standard", "2015-01-01", {"progression": "2015-12-31"}), ("rlt", "2016-02-01")]


def value(story, day="2020-01-01", **covariate):
    return Covariate(**covariate).measure(OnDay(story=story, day=date.fromisoformat(day).toordinal())).value


def with_ki67(course, story, ki67):
    return story(
        course(entries=[{"kind": "specimen", "date": "2015-01-01", "ki67_pct": ki67, "differentiation": "well"}])
    )


def test_the_vocabulary_the_names_and_the_facts_agree():
    assert set(VOCABULARY) == set(get_args(CovariateName))
    assert {name for name, v in VOCABULARY.items() if v.of_line is None} - {"ki67_gt10"} <= set(FACTS)


@pytest.mark.parametrize(
    ("ki67", "cut", "gt10", "number"),
    [
        (10, "<=10", False, 10.0),
        (10.5, ">10 to 20", True, 10.5),
        (21, ">20", True, 21.0),
        ("<3", "<=10", False, None),
        ("8-12", None, None, None),
        (">20", ">20", True, None),
        (">10", None, True, None),
    ],
)
def test_cut_points_settle_numbers_and_what_they_can_of_ranges(course, story, ki67, cut, gt10, number):
    made = with_ki67(course, story, ki67)
    assert value(made, name="ki67_pct", cut_points=[10, 20]) == cut
    assert value(made, name="ki67_gt10") is gt10
    assert value(made, name="ki67_pct") == number


def test_the_middle_of_a_range_only_when_asked_for(course, story):
    made = with_ki67(course, story, "8-13")
    assert value(made, name="ki67_pct", ranges="middle") == 10.5
    assert value(made, name="ki67_pct", cut_points=[10], ranges="middle") == ">10"


def test_covariates_of_a_line_by_hand(course, story):
    """Line 1: 364 days to progression, 32 more to line 2 (31 December to 1 February)."""
    made = story(course(lines=LINES, last_contact="2017-01-01"))
    assert value(made, name="months_to_progression", line=1) == pytest.approx(364 / 30.4375)
    assert value(made, name="months_to_next_line", line=1) == pytest.approx(32 / 30.4375)
    assert value(made, name="year_of_line", line=2) == 2016.0
    assert value(made, name="treatment_of_line", line=2) == "RLT"
    assert value(made, name="treatment_of_line", line=3) is None
    assert value(made, name="months_to_progression", line=1, cut_points=[12]) == "<=12"


def test_each_covariate_of_a_line_tells_when_it_is_known():
    known = {name: Covariate(name=name, line=1).known_at for name, v in VOCABULARY.items() if v.of_line}
    assert known == {
        "year_of_line": TimePoint(event="line_start", line=1),
        "treatment_of_line": TimePoint(event="line_start", line=1),
        "months_to_progression": TimePoint(event="progression", line=1),
        "months_to_next_line": TimePoint(event="line_start", line=2),
    }
    assert Covariate(name="sex").known_at is None


def test_columns_titles_kinds_and_levels():
    cut = Covariate(name="ki67_pct", cut_points=[3, 10], key="ki67_class", label="Ki-67 class")
    assert (cut.column, cut.title, cut.kind, cut.levels) == (
        "ki67_class",
        "Ki-67 class",
        "category",
        ("<=3", ">3 to 10", ">10"),
    )
    line = Covariate(name="year_of_line", line=2)
    assert (line.column, line.kind, line.levels) == ("year_of_line_2", "number", ())
    assert line.title == "calendar year in which the line started (line 2)"
    assert Covariate(name="functional").levels == ("no", "yes")
    assert Covariate(name="centre").levels == ()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "ki67"}, "age_years"),
        ({"name": "sex", "line": 1}, "is not of a line"),
        ({"name": "year_of_line"}, "needs the number"),
        ({"name": "sex", "cut_points": [1]}, "cut_points are for numbers"),
        ({"name": "ki67_pct", "cut_points": [10, 3]}, "must rise"),
        ({"name": "age_years", "reference": "65"}, "no reference level"),
        ({"name": "sex", "reference": "woman"}, "one of female, male"),
    ],
)
def test_what_is_no_covariate_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Covariate(**wrong)


def test_a_value_names_the_entry_it_comes_from(course, story):
    made = with_ki67(course, story, 5)
    assert Covariate(name="ki67_pct").measure(OnDay(story=made, day=made.cut_off_day)).entries == ("e1",)
