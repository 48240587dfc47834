"""Rules of eligibility: yes, no, and not known."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from lutetia.cohort.eligibility import CRITERIA, Bounds, Rule
from lutetia.cohort.known_fact import OnDay
from lutetia.quantities import Interval


def holds(story, **criterion):
    return Rule(rule="r", **criterion).hold(OnDay(story=story, day=date(2020, 1, 1).toordinal()))


@pytest.mark.parametrize(
    ("bounds", "value", "expected"),
    [
        ({"at_most": 20}, 20, True),
        ({"below": 20}, 20, False),
        ({"at_least": 3, "at_most": 20}, Interval.parse("<3"), False),
        ({"at_least": 3, "at_most": 20}, Interval.parse("2-5"), None),
        ({"above": 10}, Interval.parse(">10"), True),
    ],
)
def test_bounds_of_numbers_and_ranges(bounds, value, expected):
    assert Bounds(**bounds).hold(value) is expected


@pytest.mark.parametrize("wrong", [{}, {"at_least": 5, "at_most": 3}])
def test_bounds_must_leave_a_number(wrong):
    with pytest.raises(ValidationError, match="must"):
        Bounds(**wrong)


def test_a_fact_that_is_not_known_is_neither_met_nor_not_met(course, story):
    bare = story(course())
    assert holds(bare, primary_site=["pancreas"]) is None
    assert holds(bare, hereditary=False) is None
    made = story(
        course(entries=[{"kind": "diagnosis", "date": "2015-01-01", "primary_site": "rectum", "hereditary": False}])
    )
    assert holds(made, primary_site=["pancreas", "rectum"]) is True
    assert holds(made, primary_site=["pancreas"]) is False
    assert holds(made, hereditary=False) is True


def test_a_grade_left_open_is_met_only_when_all_that_is_possible_is(course, story):
    specimen = {"kind": "specimen", "date": "2015-01-01", "differentiation": "well", "ki67_pct": "2-10"}
    made = story(course(entries=[specimen]))
    assert holds(made, grade=["G1", "G2"]) is True
    assert holds(made, grade=["G2"]) is None
    assert holds(made, grade=["G3", "NEC"]) is False


def test_rules_on_a_line(course, story):
    made = story(course(lines=[("ssa_standard", "2015-01-01", {"progression": "2016-01-01"}), ("other", "2016-02-01")]))
    assert holds(made, line={"number": 2}) is True
    assert holds(made, line={"number": 3}) is False
    assert holds(made, line={"number": 3, "exists": False}) is True
    assert holds(made, line={"number": 2, "exists": False}) is False
    assert holds(made, line={"number": 1, "regimen": ["SSA"], "progressed": True}) is True
    assert holds(made, line={"number": 2, "progressed": True}) is False
    assert holds(made, line={"number": 2, "regimen": ["not other"]}) is False
    assert holds(made, line={"number": 1, "started_from": "2015-01-01", "started_to": "2015-01-01"}) is True
    assert holds(made, line={"number": 1, "started_from": "2015-01-02"}) is False
    tied = story(course(lines=[("rlt", "2015-01-01"), ("captem", "2015-01-01")]))
    assert holds(tied, line={"number": 1, "regimen": ["RLT"]}) is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "exactly one criterion"),
        ({"sex": ["male"], "hereditary": True}, "exactly one criterion"),
        ({"line": {"number": 1, "regimen": ["PRRT"]}}, "treatments must be among"),
        ({"line": {"number": 1, "started_from": "2016-01-01", "started_to": "2015-01-01"}}, "must not lie before"),
        ({"line": {"number": 1, "exists": False, "regimen": ["RLT"]}}, "must not exist"),
        ({"primary_site": ["pancreatic"]}, "pancreas"),
    ],
)
def test_what_is_no_rule_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Rule(rule="r", **wrong)


def test_every_criterion_has_a_fact_behind_it(course, story):
    wanted = {"sex": ["male"], "stage": ["metastatic"], "differentiation": ["well"], "grade": ["G1"]}
    wanted |= {"primary_site": ["lung"], "line": {"number": 1}}
    for name in CRITERIA:
        criterion = wanted.get(name, {"at_least": 1} if name in ("ki67_pct", "age_years", "ecog") else True)
        assert holds(story(course()), **{name: criterion}) is (False if name == "line" else None)
