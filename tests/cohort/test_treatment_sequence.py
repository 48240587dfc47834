"""Groups by treatment: the three sequences of S000, ever against never, and rules of the user's own."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from lutetia.cohort.treatment_sequence import Exposure

SEQUENCES = Exposure(rule="treatment_sequence")


def group(exposure, story, complete="assumed"):
    found = exposure.group_of(story, complete)
    return found if isinstance(found, str) else found.group


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("ssa_standard", "rlt", "SSA-RLT"),
        ("ssa_high_dose", "everolimus", "SSA-other"),
        ("ssa_standard", "ssa_high_dose", "SSA-other"),
        ("rlt", "captem", "RLT-other"),
        ("rlt", "rlt", "in none of the groups: other treatments"),
        ("everolimus", "rlt", "in none of the groups: other treatments"),
    ],
)
def test_the_sequences_of_s000(course, story, first, second, expected):
    assert group(SEQUENCES, story(course(lines=[(first, "2015-01-01"), (second, "2016-01-01")]))) == expected


def test_without_a_second_line_there_is_no_sequence(course, story):
    assert group(SEQUENCES, story(course(lines=[("rlt", "2015-01-01")]))) == "in none of the groups: no line 2"
    tied = story(course(lines=[("rlt", "2015-01-01"), ("captem", "2015-01-01")]))
    assert group(SEQUENCES, tied) == tied.unusable


def test_the_group_tells_since_when_it_could_be_known(course, story):
    found = SEQUENCES.group_of(story(course(lines=[("ssa_standard", "2015-01-01"), ("rlt", "2016-02-01")])))
    assert (date.fromordinal(found.known_on), found.entries) == (date(2016, 2, 1), ("line-1", "line-2"))


def test_groups_of_ones_own_in_order(course, story):
    own = Exposure(groups=[{"group": "chemo first", "lines": {"1": ["CHT"]}}, {"group": "rest", "lines": {1: ["any"]}}])
    assert own.levels == ("chemo first", "rest")
    assert own.last_line == 1
    assert group(own, story(course(lines=[("captem", "2015-01-01")]))) == "chemo first"
    assert group(own, story(course(lines=[("rlt", "2015-01-01")]))) == "rest"


def test_treatment_of_a_line(course, story):
    exposure = Exposure(rule="treatment_of_line", line=2)
    assert "TT" in exposure.levels
    made = story(course(lines=[("rlt", "2015-01-01"), ("sunitinib", "2016-01-01")]))
    assert group(exposure, made) == "TT"
    assert group(Exposure(rule="treatment_of_line", line=3), made) == "no line 3"


def test_never_is_known_only_at_the_end_and_may_have_to_be_stated(course, story):
    exposure = Exposure(rule="ever_treated", treatment=["RLT"])
    assert (exposure.levels, exposure.last_line) == (("ever RLT", "never RLT"), None)
    without = story(course(lines=[("captem", "2015-01-01")], last_contact="2018-01-01"))
    found = exposure.group_of(without)
    assert (found.group, date.fromordinal(found.known_on)) == ("never RLT", date(2018, 1, 1))
    assert "not known whether ever treated" in group(exposure, without, "stated")
    treated = story(course(lines=[("captem", "2015-01-01"), ("rlt", "2016-01-01")], last_contact="2018-01-01"))
    assert group(exposure, treated, "stated") == "ever RLT"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "either a rule or groups"),
        ({"rule": "treatment_sequence", "groups": [{"group": "a", "lines": {1: ["RLT"]}}]}, "either a rule or groups"),
        ({"rule": "treatment_of_line"}, "needs it"),
        ({"rule": "treatment_sequence", "line": 1}, "needs it"),
        ({"rule": "ever_treated"}, "needs it"),
        ({"rule": "ever_treated", "treatment": ["PRRT"]}, "treatments must be among"),
        ({"groups": [{"group": "a", "lines": {1: ["PRRT"]}}]}, "treatments must be among"),
        ({"groups": [{"group": "a", "lines": {1: ["RLT"]}}] * 2}, "name of its own"),
        ({"groups": [{"group": "a", "lines": {}}]}, "at least 1"),
    ],
)
def test_what_is_no_exposure_is_refused(wrong, said):
    with pytest.raises(ValidationError, match=said):
        Exposure(**wrong)
