"""The toxicity lines: short, each with ids that resolve, versions stated, unknown said."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from lutetia.course.course import Course
from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.guideline.assessment import assess
from lutetia.guideline.derive import facts_on
from lutetia.reports.board_toxicity import toxicity, toxicity_json
from lutetia.reports.statement import Statement, resolve

from .conftest import AS_OF, COURSES


def entry(kind: str, number: int, day: str, **cells: Any) -> dict[str, Any]:
    return {"kind": kind, "id": f"e{number}", "date": day, "recorded_by": "made up", **cells}


def lab(number: int, day: str, analyte: str, value: float, **cells: Any) -> dict[str, Any]:
    return entry("laboratory", number, day, analyte=analyte, value=value, unit="G/L", **cells)


def timeline_of(*entries: dict[str, Any], day: date = AS_OF) -> Timeline:
    course = Course.model_validate({"made_up": True, "patient": {"id": "MU-1"}, "entries": list(entries)})
    return Timeline(course, day)


@pytest.fixture
def lines(knowledge):
    """The toxicity lines of a timeline by their lead."""

    def said(timeline: Timeline) -> dict[str, Statement]:
        assessment = assess(facts_on(timeline), knowledge, as_of=timeline.as_of)
        return {line.lead: line for line in toxicity(assessment, timeline)}

    return said


@pytest.fixture
def of_course(lines):
    return lambda name, day=AS_OF: lines(Timeline(read_course(COURSES / f"{name}.yaml"), day))


RLT = entry("therapy_line", 1, "2026-01-01", regimen="rlt", ongoing=True)
LOW = {"lower_limit": 150.0}


def test_a_flat_record_is_not_known(judged):
    (line,) = toxicity(judged(), None)
    assert (line.lead, line.facts, line.truth) == ("Toxicity", ("POL-UNKNOWN",), "u")
    assert line.text.startswith("not known")
    assert toxicity_json(judged(), None) == {"known": False}


def test_a_course_with_nothing_is_not_known(lines):
    assert lines(timeline_of())["Toxicity"].truth == "u"


def test_every_line_of_every_example_cites_ids_that_resolve(of_course, knowledge):
    for path in sorted(COURSES.glob("*.yaml")):
        found = of_course(path.stem)
        assert 1 <= len(found) <= 5, path.stem
        for line in found.values():
            assert all(resolve(knowledge, fact).says for fact in line.facts), line


def test_grades_of_both_versions_stand_where_they_differ(lines):
    said = lines(timeline_of(RLT, lab(2, "2026-03-01", "neutrophils", 0.8, lower_limit=1.8)))["Newest (CTCAE 5.0)"]
    assert said.text == "neutrophils 0.8 G/L grade 3 (6.0 provisional: 2)"
    assert said.facts == ("CTCAE-5.0", "CTCAE-6.0")
    assert said.origin == "2026-03-01"


def test_no_limit_on_record_is_said(lines):
    said = lines(timeline_of(RLT, lab(2, "2026-03-01", "platelets", 112)))["Newest (CTCAE 5.0)"]
    assert said.text == "not graded: platelets (no lower limit on record)"


def test_worse_than_now_since_the_line_began_with_baseline(lines):
    said = lines(
        timeline_of(
            RLT,
            lab(2, "2025-12-20", "platelets", 210, **LOW),
            lab(3, "2026-02-10", "platelets", 70, **LOW),
            lab(4, "2026-05-10", "platelets", 140, **LOW),
        )
    )
    assert said["Newest (CTCAE 5.0)"].text == "platelets 140 G/L grade 1 (baseline 210 G/L)"
    assert said["Since RLT (2026-01-01)"].text == (
        "platelets grade 2: 70 G/L on 2026-02-10, baseline 210 G/L; no adverse event on record"
    )


def test_recorded_events_with_their_version(lines):
    events = [
        entry("adverse_event", 2, "2026-02-10", term="Nausea", grade=2, ctcae_version="5.0"),
        entry("adverse_event", 3, "2026-02-11", term="Fatigue", grade=1),
    ]
    said = lines(timeline_of(RLT, *events))["Since RLT (2026-01-01)"].text
    assert said == (
        "no graded value on record; Nausea grade 2 (2026-02-10, CTCAE 5.0); "
        "Fatigue grade 1 (2026-02-11, version not recorded)"
    )


def test_long_lists_are_cut_and_counted(lines):
    events = [entry("adverse_event", n, "2026-02-10", term=f"Event {n}", grade=1) for n in range(2, 9)]
    assert lines(timeline_of(RLT, *events))["Since RLT (2026-01-01)"].text.endswith("; and 3 more")


def test_absorbed_dose_against_the_limits_of_the_review(of_course):
    line = of_course("VO-12")["Absorbed dose"]
    assert line.text == "kidneys 17 of 23 Gy; red marrow 0.9 of 2 Gy"
    assert {"DM-CUM-1", "DM-CUM-2", "PRAC-TOX-5", "PRAC-TOX-6"} <= set(line.facts)
    assert of_course("VO-13")["Absorbed dose"].text == "kidneys not measured; red marrow not measured"
