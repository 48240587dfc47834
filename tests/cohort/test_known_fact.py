"""What was known on a day: unknown is not no, and what came later does not count."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.cohort.known_fact import FACTS, OnDay, exactly_or_middle
from lutetia.quantities import Interval

RESECTION = {"kind": "procedure", "date": "2015-03-01", "procedure": "primary_resection"}
COMPLETE = {"kind": "treatment_history", "date": "2016-01-01", "complete_for": ["surgery"]}


def on(day, story):
    return OnDay(story=story, day=date.fromisoformat(day).toordinal())


def value(name, at):
    known = FACTS[name](at)
    return None if known is None else known.value


def specimen(day, ki67, **more):
    return {"kind": "specimen", "date": day, "differentiation": "well", "ki67_pct": ki67, **more}


def test_the_newest_specimen_up_to_the_day_counts(course, story):
    found = story(course(entries=[specimen("2015-01-01", 2), specimen("2016-01-01", 12)]))
    assert value("ki67_pct", on("2015-06-01", found)) == Interval.exactly(2)
    assert value("grade", on("2015-06-01", found)) == ("G1",)
    assert value("grade", on("2016-06-01", found)) == ("G2",)
    assert value("grade", on("2014-06-01", found)) is None
    assert value("grade", on("2015-01-01", found)) == ("G1",)  # on its own day it is known


def test_a_newer_explicit_unknown_is_unknown(course, story):
    found = story(course(entries=[specimen("2015-01-01", 2), specimen("2016-01-01", {"unknown": "pending"})]))
    assert value("ki67_pct", on("2016-06-01", found)) is None


def test_a_range_may_leave_two_grades_open(course, story):
    assert value("grade", on("2016-01-01", story(course(entries=[specimen("2015-01-01", "2-10")])))) == ("G1", "G2")


def test_resection_is_no_only_where_somebody_states_that_surgery_is_complete(course, story):
    assert value("primary_resected", on("2015-06-01", story(course(entries=[RESECTION])))) is True
    assert value("primary_resected", on("2015-06-01", story(course()))) is None
    assert value("primary_resected", on("2015-06-01", story(course(entries=[COMPLETE])))) is False
    assert value("primary_resected", on("2016-06-01", story(course(entries=[COMPLETE])))) is None
    assert value("primary_resected", on("2015-02-01", story(course(entries=[RESECTION, COMPLETE])))) is False


def test_sites_of_metastases(course, story):
    def sites(*named):
        entry = {"kind": "staging", "date": "2015-01-01", "metastatic_sites": list(named)}
        at = on("2016-01-01", story(course(entries=[entry])))
        return value("liver_metastases", at), value("extrahepatic_disease", at)

    assert sites("Liver") == (True, False)
    assert sites("liver", "bone") == (True, True)
    assert sites() == (False, False)
    at = on("2016-01-01", story(course()))
    assert (value("liver_metastases", at), value("extrahepatic_disease", at)) == (None, None)


def test_age_and_person(course, story):
    """1950-01-01 to 2015-01-01 are 65 · 365 + 16 leap days = 23741 days, 64.999 years."""
    made = course(birth="1950-01-01", sex="female")
    assert value("age_years", on("2015-01-01", story(made))) == pytest.approx(23741 / 365.25)
    assert value("age_years", on("2015-01-01", story(course(birth="1950")))) == pytest.approx(64.5, abs=0.01)
    assert value("sex", on("2015-01-01", story(made))) == "female"
    nobody = on("2015-01-01", story(course()))
    assert [value(name, nobody) for name in ("age_years", "sex", "centre")] == [None] * 3


def test_months_since_diagnosis_need_the_day(course, story):
    exact = story(course(entries=[{"kind": "diagnosis", "date": "2015-01-01"}]))
    assert value("months_since_diagnosis", on("2016-01-01", exact)) == pytest.approx(365 / 30.4375)
    vague = story(course(entries=[{"kind": "diagnosis", "date": "2015"}]))
    assert value("months_since_diagnosis", on("2016-01-01", vague)) is None


def test_a_range_is_no_number_unless_its_middle_is_asked_for():
    assert exactly_or_middle(Interval.parse("10-15"), "missing") is None
    assert exactly_or_middle(Interval.parse("10-15"), "middle") == 12.5
    assert exactly_or_middle(Interval.parse(">20"), "middle") is None
    assert exactly_or_middle(3, "missing") == 3.0
