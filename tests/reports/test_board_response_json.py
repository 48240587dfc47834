"""The response section as plain data: the numbers of the lines, and nothing invented without lesions."""

from __future__ import annotations

from lutetia.course.timeline import Timeline
from lutetia.exchange.courses import read_course
from lutetia.guideline.assessment import assess
from lutetia.guideline.derive import facts_on
from lutetia.reports.board_json import as_object
from lutetia.reports.board_response_json import response_json

from .conftest import AS_OF, COURSES


def timeline(name):
    return Timeline(read_course(COURSES / f"{name}.yaml"), AS_OF)


def test_as_plain_data():
    found = response_json(timeline("VO-12"))
    assert found["known"] is True
    values = found["values"]
    assert (values["line"], values["overall"], values["sum_mm"], values["best_response"]) == ("rlt", "PD", 77.0, "PR")
    assert [visit["overall"] for visit in values["visits"]] == ["PR", "PR", "PD"]
    assert values["growth"][0]["side"] == "undecided"
    assert "RECIST-TL-PD" in found["because"]
    assert found["conventions"]
    assert response_json(None) == response_json(
        Timeline(read_course(COURSES / "VO-12.yaml"), AS_OF.replace(year=2019))
    ) | {"not_assessable": [{"line": None, "why": "not known: no measured lesions on record"}]}


def test_candidacy_and_options_do_not_depend_on_the_section(knowledge):
    made = timeline("VO-02")
    assessment = assess(facts_on(made), knowledge, as_of=AS_OF)
    alone, beside = as_object(assessment), as_object(assessment, made)
    assert alone["response"]["known"] is False
    assert beside["response"]["values"]["overall"] == "PD"
    for key in alone.keys() - {"response", "toxicity"}:
        assert alone[key] == beside[key]
