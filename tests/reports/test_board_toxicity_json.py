"""The section as plain data: every grade, every reading, every convention; nothing that JSON cannot hold."""

from __future__ import annotations

import json
from datetime import date

from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.guideline.toxicity import toxicity_of
from lutetia.reports.board_toxicity_json import as_object

from .conftest import AS_OF, COURSES


def found(name: str, day: date = AS_OF) -> dict:
    timeline = Timeline(read_course(COURSES / f"{name}.yaml"), day)
    return json.loads(json.dumps(as_object(toxicity_of(timeline, jurisdiction="EU")), allow_nan=False))


def test_every_example_can_be_written():
    for path in sorted(COURSES.glob("*.yaml")):
        written = found(path.stem)
        assert written["known"] is True
        assert {"values", "because", "conventions", "left_out"} <= set(written)


def test_the_values_of_a_course():
    written = found("VO-13", date(2026, 3, 18))
    assert written["since"] == {"line": "rlt", "start": "2025-10-02", "is_rlt": True}
    assert written["values"] == {"5.0": 2, "6.0": 2}
    platelets = next(one for one in written["laboratory"] if one["analyte"] == "platelets")
    assert platelets["newest"]["grades"][0]["grade"] == "1"
    assert [(worst["grade"], worst["entry"]) for worst in platelets["worst"]] == [("2", "plt-2026-02")] * 2
    assert platelets["baseline"]["entry"] == "plt-2025-09"


def test_every_reading_with_its_steps_and_rules():
    dose = found("VO-13", date(2026, 3, 18))["dose"]
    assert len(dose["readings"]) == 8  # two versions, two readings of the delay, two of the partial date 2025-12
    one = dose["readings"][0]
    assert [(step["after"], step["date"]) for step in one["steps"]] == [
        ("withheld", "2026-02-26"),
        ("reduced", "2026-03-17"),
    ]
    assert "(DM-RED-1; not verified)" in " ".join(one["steps"][1]["because"])
    assert one["by_findings"] == {"verdict": "give", "activity_mbq": 3700.0}
    assert one["next_dose"]["value"] == "undecided"
    assert {question["organ"] for question in dose["questions"]} == {"renal", "hepatic"}


def test_absorbed_dose():
    kidneys, marrow = found("VO-12")["absorbed_dose"]
    assert (kidneys["total_at_least_gy"], kidneys["room_at_least_gy"]) == (17.0, 6.0)
    assert (marrow["organ"], marrow["value"]) == ("red_marrow", "room_left")
