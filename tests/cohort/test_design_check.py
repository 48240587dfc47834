"""The design check on cohorts in which no drug does anything, and on one designed as it should be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lutetia.cohort.analysis_rows import AnalysisData, analysis_data
from lutetia.cohort.design_check import design_check
from lutetia.cohort.design_finding import Remedy
from lutetia.cohort.design_rules import checks
from lutetia.cohort.study import Study
from lutetia.course.course import Course
from lutetia.course.patient import Care
from lutetia.exchange.synthetic import null_courses


@pytest.fixture(scope="module")
def courses():
    """Made-up patients whom no treatment helps or harms; a later RLT is waited for six months in the mean."""
    return null_courses(500, seed=4, mean_wait_months=6.0)


DECLARED: dict[str, Any] = {
    "lutetia": "study/1",
    "title": "null cohort, analysed as S000 was",
    "made_up": True,
    "courses": {"synthetic": "null", "patients": 500, "seed": 4},
    "data_cut_off": "2021-12-31",
    "eligibility": [{"rule": "two lines", "line": {"number": 2}}],
    "time_zero": {"event": "line_start", "line": 1},
    "exposure": {"rule": "treatment_sequence"},
    "follow_up": {
        "partial_dates": "midpoint",
        "without_event": "last_contact",
        "new_line": "ignore",
        "undated_progression": "leave_out",
        "death": "competing",
        "lines_complete": "assumed",
    },
    "endpoints": [{"endpoint": "OS"}, {"endpoint": "PFS1"}, {"endpoint": "TTNT", "line": 2}],
    "covariates": [
        {"name": "sex"},
        {"name": "months_to_progression", "line": 1},
        {"name": "year_of_line", "line": 2},
    ],
    "selection": {"method": "spss_forward", "pin": 0.05, "pout": 0.10},
    "comparison": {"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
    "visit_grid": {"every_days": 84},
    "emulation": {
        "at": {"event": "progression", "line": 1},
        "strategies": [
            {"name": "another treatment next", "next_line": ["not RLT"]},
            {"name": "RLT next", "next_line": ["RLT"]},
        ],
        "grace_days": 183,
    },
}


@pytest.fixture(scope="module")
def data(courses) -> AnalysisData:
    return analysis_data(courses, Study.model_validate(DECLARED))


@pytest.fixture(scope="module")
def found(data, courses):
    return {finding.check: finding for finding in design_check(data, courses, bootstrap=5)}


def test_all_sixteen_checks_speak_in_their_order(found):
    assert tuple(found) == checks()
    assert len(found) == 16


@pytest.mark.parametrize("check", ["DC-01", "DC-02", "DC-03", "DC-06", "DC-10", "DC-11", "DC-13"])
def test_the_pitfalls_of_the_published_design_fire(found, check):
    assert found[check].fired is True, found[check].trigger


def test_every_finding_says_what_it_rests_on_which_way_it_leads_and_what_to_do(found):
    for finding in found.values():
        assert finding.trigger
        assert finding.direction.endswith(".")
        assert finding.remedy.endswith(".")


def test_every_fired_finding_with_a_remedy_runs_it_with_one_call(found):
    ran = {check: finding.run() for check, finding in found.items() if finding.fired and finding.run is not None}
    assert {"DC-01", "DC-02", "DC-03", "DC-06", "DC-10", "DC-13"} <= set(ran)
    for remedy in ran.values():
        assert isinstance(remedy, Remedy)
        assert remedy.rows


def estimates(remedy: Remedy) -> dict[str, Any]:
    return {row.analysis: row.estimate for row in remedy.rows}


def test_the_remedies_of_immortal_time_hold_one_where_no_drug_does_anything(found):
    ratios = estimates(found["DC-02"].run())
    for analysis in ("landmark", "time-dependent", "clone-censor-weight"):
        assert ratios[analysis].lower < 1 < ratios[analysis].upper


def test_everybody_who_starts_brings_back_the_patients_without_a_second_line(found, data, courses):
    rows = {row.analysis: row for row in found["DC-01"].run().rows}
    assert rows["patients with a second line"].n == data.n
    assert rows["all who start line 1"].n == len(courses)


def test_without_the_courses_the_first_remedy_cannot_be_run(data):
    findings = {finding.check: finding for finding in design_check(data)}
    assert findings["DC-01"].fired is True
    assert findings["DC-01"].run is None


def test_a_study_without_these_pitfalls_fires_none_of_them(courses):
    """Everybody who starts line 1, grouped by that line, no selection, an order of testing."""
    study = Study.model_validate(
        {name: part for name, part in DECLARED.items() if name not in ("selection", "emulation", "eligibility")}
        | {
            "exposure": {"rule": "treatment_of_line", "line": 1},
            "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
            "covariates": [{"name": "sex"}],
            "hierarchy": ["OS", "PFS1", "TTNT_LINE_2"],
        }
    )
    findings = {finding.check: finding for finding in design_check(analysis_data(courses, study), courses)}
    fired = {check for check, finding in findings.items() if finding.fired}
    assert not fired & {"DC-01", "DC-02", "DC-03", "DC-06", "DC-10"}


def test_the_same_seed_gives_the_same_remedies(data, courses):
    def run() -> list[str]:
        findings = design_check(data, courses, bootstrap=5, seed=9)
        return [str(finding.run()) for finding in findings if finding.check in ("DC-06", "DC-12") and finding.run]

    assert run() == run()


REGIMENS = ("ssa_standard", "rlt", "everolimus", "captem")
COVARIATES = (
    {"name": "sex"},
    {"name": "centre"},
    {"name": "age_years"},
    {"name": "months_to_progression", "line": 1},
    {"name": "months_to_next_line", "line": 1},
    {"name": "year_of_line", "line": 1},
    {"name": "year_of_line", "line": 1, "key": "decade", "cut_points": [2010]},
    {"name": "year_of_line", "line": 2},
    {"name": "treatment_of_line", "line": 1},
)
ENDPOINTS = (
    {"endpoint": "OS"},
    {"endpoint": "PFS1"},
    {"endpoint": "PFS2"},
    {"endpoint": "PFS_SECOND"},
    {"endpoint": "TTNT"},
    {"endpoint": "TTD", "line": 2},
    {"endpoint": "DOR"},
)


def odd_course(make: Callable[..., Course], draw: np.random.Generator, number: int) -> Course:
    """A patient with up to three lines; progression, death, last contact, sex and centre may each be unknown."""
    on = date(2000 + int(draw.integers(0, 18)), 1, 1) + timedelta(days=int(draw.integers(0, 300)))
    lines: list[Any] = []
    for _ in range(int(draw.integers(1, 4))):
        fields: dict[str, Any] = {}
        start, length = on, int(draw.choice([0, 1, 90, 200, 700]))
        on = on + timedelta(days=length)
        if draw.random() < 0.6:
            fields["progression"] = on.isoformat()
        if draw.random() < 0.5:
            fields |= {"stop": on.isoformat(), "stop_reason": "progression"}
        if draw.random() < 0.3:
            fields["best_response"] = str(draw.choice(["PR", "SD", "PD"]))
        lines.append((str(draw.choice(REGIMENS)), start.isoformat(), fields))
        on = on + timedelta(days=int(draw.choice([0, 1, 30, 200])))
    end = (on + timedelta(days=int(draw.choice([0, 1, 100, 1500])))).isoformat()
    who: dict[str, Any] = {"death": end} if draw.random() < 0.5 else {"last_contact": end}
    if draw.random() < 0.7:
        who["sex"] = str(draw.choice(["male", "female"]))
    course = make(f"P{number}", lines=lines, **who)
    if draw.random() < 0.5:
        return course.model_copy(update={"care": Care(centre=str(draw.choice(["A", "B"])))})
    return course


def some(draw: np.random.Generator, of: tuple[Any, ...], least: int) -> list[Any]:
    """At least so many of these, in their order."""
    picked = draw.permutation(len(of))[: int(draw.integers(least, len(of) + 1))]
    return [of[at] for at in sorted(picked.tolist())]


def odd_study(declare: Callable[..., Study], draw: np.random.Generator) -> Study:
    """A declaration with any of its parts there or not."""
    groups = draw.random() < 0.5
    levels = ["SSA-RLT", "SSA-other"] if groups else ["SSA", "RLT"]
    covariates = some(draw, COVARIATES, 0)
    parts: dict[str, Any] = {
        "exposure": {"rule": "treatment_sequence"} if groups else {"rule": "treatment_of_line", "line": 1},
        "endpoints": some(draw, ENDPOINTS, 1),
        "covariates": covariates,
    }
    columns = [c.get("key") or "_".join([c["name"], *([str(c["line"])] if "line" in c else [])]) for c in covariates]
    usable = [c for c in columns if c in ("sex", "centre", "age_years", "months_to_progression_1", "decade")]
    options = {
        "eligibility": [{"rule": "two lines", "line": {"number": 2}}],
        "comparison": {"levels": levels, "reference": levels[0]},
        "cohort_entry": {"event": "line_start", "line": 2},
        "selection": {"method": "spss_forward", "pin": 0.05, "pout": 0.10},
        "visit_grid": {"every_days": 84},
        "hierarchy": [parts["endpoints"][0]["endpoint"]] if "line" not in parts["endpoints"][0] else [],
        "emulation": {
            "at": {"event": "progression", "line": 1},
            "strategies": [
                {"name": "another treatment next", "next_line": ["not RLT"]},
                {"name": "RLT next", "next_line": ["RLT"]},
            ],
            "grace_days": int(draw.choice([30, 183, 5000])),
            "adjust_for": some(draw, tuple(usable), 0),
        },
    }
    parts |= {name: part for name, part in options.items() if draw.random() < (0.9 if name == "comparison" else 0.5)}
    return declare(**parts)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6), patients=st.integers(0, 30))
def test_no_odd_study_makes_a_check_or_a_remedy_fail(course, study, seed, patients):
    """Whatever is missing: every check speaks, and every remedy gives rows, if only to say why it cannot be made."""
    draw = np.random.default_rng(seed)
    declared = odd_study(study, draw)
    courses = [odd_course(course, draw, number) for number in range(patients)]
    found = design_check(analysis_data(courses, declared), courses, bootstrap=2)
    assert tuple(finding.check for finding in found) == checks()
    for finding in found:
        assert finding.trigger
        if finding.run is not None:
            assert finding.run().rows


def test_a_study_of_nobody_cannot_be_told_anything(study):
    found = design_check(analysis_data([], study()))
    assert {finding.fired for finding in found} == {None}
    assert {finding.trigger for finding in found} == {"nobody is analysed"}


def test_the_endpoint_looked_at_is_overall_survival_or_the_first(data):
    by_default = design_check(data)[14].trigger
    assert by_default == design_check(data, endpoint="OS")[14].trigger


def test_an_endpoint_that_is_not_declared_is_refused(data):
    with pytest.raises(KeyError, match="PFS2"):
        design_check(data, endpoint="PFS2")
