"""Tiny made-up courses, worked on paper, and the declarations that analyse them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from lutetia.cohort.analysis import CohortAnalysis, analyse
from lutetia.cohort.analysis_rows import AnalysisData, analysis_data
from lutetia.cohort.follow_up_rules import FollowUpRules
from lutetia.cohort.story import Story, stories_of
from lutetia.cohort.study import Study
from lutetia.course.course import Course

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "itanet-like" / "study.yaml"
RULES = {
    "partial_dates": "midpoint",
    "without_event": "last_contact",
    "new_line": "ignore",
    "undated_progression": "leave_out",
    "death": "competing",
    "lines_complete": "assumed",
}


def _course(
    patient: str = "P1",
    *,
    lines: list[tuple[str, str] | tuple[str, str, dict[str, Any]]] | None = None,
    death: str | None = None,
    last_contact: str | None = None,
    entries: list[dict[str, Any]] | None = None,
    **who: Any,
) -> Course:
    """A course: lines as (regimen, start, further fields), ids line-1, line-2, … in the order given."""
    made: list[dict[str, Any]] = []
    for number, (regimen, start, *more) in enumerate(lines or [], 1):
        fields = more[0] if more else {}
        made.append({"kind": "therapy_line", "id": f"line-{number}", "date": start, "regimen": regimen, **fields})
    if death is not None:
        made.append({"kind": "death", "id": "death", "date": death})
    if last_contact is not None:
        made.append({"kind": "last_contact", "id": "contact", "date": last_contact})
    for number, entry in enumerate(entries or [], 1):
        made.append({"id": f"e{number}", **entry})
    data = {"lutetia": "course/1", "made_up": True, "patient": {"id": patient, **who}}
    return Course.model_validate(data | {"entries": [{"recorded_by": "test", **entry} for entry in made]})


@pytest.fixture
def course() -> Callable[..., Course]:
    """Makes a course: course("P1", lines=[("rlt", "2015-01-01", {"stop": "2016-01-01"})], death="2018-03-01")."""
    return _course


@pytest.fixture
def rules() -> Callable[..., FollowUpRules]:
    """Makes follow-up rules: the usual ones, with these instead."""
    return lambda **instead: FollowUpRules.model_validate(RULES | instead)


@pytest.fixture
def story() -> Callable[..., Story]:
    """Makes the story of a course: story(course, cut_off="2030-01-01", partial_dates="midpoint")."""

    def made(course: Course, cut_off: str = "2030-01-01", partial_dates: Any = "midpoint") -> Story:
        return stories_of([course], partial_dates=partial_dates, data_cut_off=date.fromisoformat(cut_off))[0]

    return made


@pytest.fixture
def study() -> Callable[..., Study]:
    """Makes a study: OS of two sequences from line 1, with these parts instead or besides."""

    def made(**instead: Any) -> Study:
        declared: dict[str, Any] = {
            "lutetia": "study/1",
            "title": "test",
            "courses": {"files": ["none.yaml"]},
            "data_cut_off": "2030-01-01",
            "time_zero": {"event": "line_start", "line": 1},
            "exposure": {"rule": "treatment_of_line", "line": 1},
            "follow_up": RULES,
            "endpoints": [{"endpoint": "OS"}],
        }
        return Study.model_validate(declared | instead)

    return made


@pytest.fixture
def four(course: Callable[..., Course]) -> tuple[Course, ...]:
    """Four patients whose times are worked out on paper in test_endpoint.py."""
    a = course(
        "A",
        lines=[
            (
                "ssa_standard",
                "2015-01-01",
                {"progression": "2015-12-31", "stop": "2015-12-31", "stop_reason": "progression"},
            ),
            ("rlt", "2016-02-01", {"progression": "2018-02-01", "stop": "2016-08-15", "stop_reason": "completed"}),
        ],
        death="2020-01-01",
    )
    b = course("B", lines=[("ssa_standard", "2015-01-01")], death="2015-07-01")
    free = {"kind": "disease_assessment", "date": "2019-03-01", "progression": False, "line": "line-1"}
    c = course("C", lines=[("rlt", "2018-03-01", {"ongoing": True})], last_contact="2020-03-01", entries=[free])
    d = course(
        "D",
        lines=[
            ("ssa_standard", "2016-01-01", {"stop": "2016-05-01", "stop_reason": "progression"}),
            ("everolimus", "2016-06-01", {"ongoing": True}),
        ],
        last_contact="2017-06-01",
    )
    return a, b, c, d


# Eight made-up patients whose tables are worked on paper in the tests of the analysis. Days are from the start of line
# 1 (an SSA in all of them): progression ten days before line 2, then death (or last contact) on the last day.
EIGHT = (
    # id, sex, Ki-67 %, line 2, its first day, last day, dead, best response to line 1 and line 2
    ("P1", "female", 3, "rlt", 100, 400, True, "PR", "PR"),
    ("P2", "female", 15, "everolimus", 50, 200, True, "PD", "SD"),
    ("P3", "male", 4, "rlt", 120, 600, False, "SD", "CR"),
    ("P4", "male", 12, "captem", 60, 300, True, "SD", "PR"),
    ("P5", "female", 2, "rlt", 150, 500, True, "SD", "SD"),
    ("P6", "male", 8, "everolimus", 80, 350, True, "NE", "SD"),
    ("P7", "male", 5, "everolimus", 90, 450, False, "SD", "PD"),
    ("P8", "female", None, "captem", 70, 250, True, "PD", "PD"),
)


def _eight_courses(first_day: str) -> tuple[Course, ...]:
    begin = date.fromisoformat(first_day)

    def on(day: int) -> str:
        return (begin + timedelta(days=day)).isoformat()

    made = []
    for patient, sex, ki67, second, start, last, dead, one, two in EIGHT:
        lines = [
            ("ssa_standard", on(0), {"progression": on(start - 10), "best_response": one}),
            (second, on(start), {"best_response": two}),
        ]
        specimen = {"kind": "specimen", "date": on(-30), "differentiation": "well"}
        if ki67 is not None:
            specimen["ki67_pct"] = ki67
        ends = {"death": on(last)} if dead else {"last_contact": on(last)}
        made.append(_course(patient, lines=lines, entries=[specimen], sex=sex, **ends))
    return tuple(made)


@pytest.fixture(scope="session")
def eight_courses() -> Callable[[str], tuple[Course, ...]]:
    """The courses of the eight patients, whose first lines begin on this day."""
    return _eight_courses


EIGHT_STUDY: dict[str, Any] = {
    "lutetia": "study/1",
    "title": "eight made-up patients",
    "made_up": True,
    "courses": {"files": ["none.yaml"]},
    "data_cut_off": "2030-01-01",
    "time_zero": {"event": "line_start", "line": 1},
    "exposure": {"groups": [{"group": "RLT", "lines": {2: ["RLT"]}}, {"group": "other", "lines": {2: ["not RLT"]}}]},
    "follow_up": RULES,
    "endpoints": [{"endpoint": "OS"}, {"endpoint": "PFS1"}, {"endpoint": "TTNT", "line": 2}],
    "covariates": [{"name": "sex"}, {"name": "ki67_pct", "key": "ki67", "cut_points": [10], "label": "Ki-67, %"}],
    "subgroups": [{"covariate": "sex"}],
    "hierarchy": ["OS", "ORR", "PFS1"],
    "comparison": {"levels": ["RLT", "other"], "reference": "RLT"},
}


@pytest.fixture(scope="session")
def eight_study() -> Callable[..., Study]:
    """The declaration that analyses the eight, with these parts instead or besides."""
    return lambda **instead: Study.model_validate(EIGHT_STUDY | instead)


@pytest.fixture(scope="session")
def eight(eight_study: Callable[..., Study]) -> AnalysisData:
    """The analysis data of the eight patients."""
    return analysis_data(_eight_courses("2015-01-01"), eight_study())


@pytest.fixture(scope="session")
def itanet() -> tuple[AnalysisData, tuple[Course, ...]]:
    """The made-up cohort of the example study, and its courses."""
    from lutetia.exchange.studies import load_study

    found = load_study(EXAMPLE)
    return analysis_data(found.courses, found.study), found.courses


@pytest.fixture(scope="session")
def itanet_analysis(itanet: tuple[AnalysisData, tuple[Course, ...]]) -> CohortAnalysis:
    """Everything the example study prints, without its design check."""
    data, courses = itanet
    return analyse(data, courses=courses, design=(), bootstrap=20)
