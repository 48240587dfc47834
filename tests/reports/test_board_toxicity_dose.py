"""What the sheet says of the dose rules: the steps with their ids, the next dose, what must be judged."""

from __future__ import annotations

from datetime import date

import pytest

from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.guideline.toxicity import toxicity_of
from lutetia.reports.board_toxicity_dose import dose_lines

from .conftest import AS_OF, COURSES

# VO-13, made up: platelets 70 five weeks after the third cycle, 92 on 17 March, fourth cycle in full on 19 March.


@pytest.fixture
def said():
    def of(name: str, day: date = AS_OF):
        found = toxicity_of(Timeline(read_course(COURSES / f"{name}.yaml"), day), jurisdiction="EU")
        return {line.lead: line for line in dose_lines(found.dose)}

    return of


def test_steps_and_the_departure_of_a_line_that_ended(said):
    lines = said("VO-13")
    assert set(lines) == {"Dose rules"}
    assert lines["Dose rules"].text == (
        "4 doses: thrombocytopenia withheld 2026-02-26, reduced 2026-03-17; dose of 2026-03-19 not reduced, "
        "thrombocytopenia asked to give 3700 MBq; not verified: DM-RED-1"
    )
    assert {"DM-PLT-1", "DM-PLT-2", "DM-RED-1"} <= set(lines["Dose rules"].facts)


def test_the_last_day_is_told_in_both_readings(said):
    # Third cycle 22 January: due 19 March. 16 weeks since the dose are over on 14 May, behind the due day on 9 July.
    text = said("VO-13", date(2026, 2, 27))["Next dose"].text
    assert text.startswith(
        "hold; due 2026-03-19, not before 2026-03-12, by 2026-07-08 [delay of 16 weeks] | "
        "2026-05-13 [interval of 16 weeks]; to be judged: anaemia, renal, hepatic, hypersensitivity, other"
    )


def test_what_the_findings_say_is_told_beside_what_is_open(said):
    line = said("VO-13", date(2026, 3, 18))["Next dose"]
    assert line.text.startswith("open, by the findings so far: give 3700 MBq; due 2026-03-19")
    assert line.text.endswith("missing before a dose: 8 of the tests; not verified: DM-RED-1")
    assert line.truth == "u"
    renal = line.more[0]
    assert renal.startswith(
        "renal toxicity needs a judge: creatinine clearance 88 mL/min (2026-03-05; baseline 96 mL/min"
    )
    assert "criteria not verified" in renal


def test_before_the_due_day_a_dose_is_not_due(said):
    assert said("VO-13", date(2026, 2, 20))["Next dose"].text.startswith("not due yet; due 2026-03-19")


def test_severe_lymphopenia_alone_is_told_to_change_nothing(said):
    line = said("VO-12")["Dose rules"]
    assert line.text == "4 doses: no change asked for by what is on record; lymphopenia alone changes nothing"
    assert "DM-LYM-1" in line.facts
