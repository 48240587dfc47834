"""A statement cannot stand without facts; the clerk keeps levels away from the narrative review."""

from __future__ import annotations

import pytest

from lutetia.errors import KnowledgeError
from lutetia.guideline.truth import Truth
from lutetia.reports.statement import Clerk, Statement


def test_a_statement_without_facts_is_refused():
    with pytest.raises(ValueError, match="must cite at least one fact"):
        Statement(text="RLT is best", facts=())


def test_a_graded_line_carries_its_strength_as_printed(judged):
    stated = Clerk(judged()).state("CONS-Q1-R")
    assert (stated.strength, stated.whose, stated.facts) == ("1b-A", "", ("CONS-Q1-R",))


@pytest.mark.parametrize(
    ("fact", "whose"),
    [("PRAC-SSTR-2", "review"), ("CONS-Q9-M1", "ungraded"), ("CONS-ALL-1", "no level"), ("EXT-L-05", "EU label")],
)
def test_a_line_without_a_level_says_what_kind_it_is(judged, fact, whose):
    stated = Clerk(judged()).state(fact)
    assert stated.strength is None
    assert stated.whose == whose


def test_an_unknown_fact_is_refused(judged):
    with pytest.raises(KnowledgeError):
        Clerk(judged()).state("CONS-Q99-R")


def test_only_facts_that_hold_or_have_no_condition_are_kept(judged):
    clerk = Clerk(judged("contraindicated"))
    assert clerk.truth("EXT-L-05") is Truth.TRUE
    assert clerk.truth("EXT-L-04") is Truth.FALSE
    assert clerk.holding(("EXT-L-04", "EXT-L-05", "EXT-L-14")) == ("EXT-L-05", "EXT-L-14")
    assert clerk.holding(("EXT-L-04",)) == ("EXT-L-04",)


def test_a_dated_value_names_value_unit_day_and_author(judged):
    record = {"value": 24, "date": "2026-11-02", "origin": "lab-7, clinical chemistry"}
    clerk = Clerk(judged(crcl=record, liver_diffuse=True))
    assert clerk.dated("crcl") == "Creatinine clearance 24 mL/min (2026-11-02, clinical chemistry)"
    assert clerk.dated("liver_diffuse") == "Diffuse liver disease: yes"
