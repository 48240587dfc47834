"""Made-up courses: they say so, are the same for a seed, and have the margins and medians of S000."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.exchange.courses import dump_course, parse_course
from lutetia.exchange.itanet_draw import draw, margins
from lutetia.exchange.studies import read_study
from lutetia.exchange.synthetic import CUT_OFF, itanet_like, null_cohort, null_courses

STUDY = Path(__file__).resolve().parents[2] / "examples" / "itanet-like" / "study.yaml"


@pytest.fixture(scope="module")
def study():
    return read_study(STUDY)


def test_same_seed_same_bytes_and_another_seed_others():
    first, again = ("".join(map(dump_course, itanet_like(8, 5))) for _ in range(2))
    assert first == again
    assert first != "".join(map(dump_course, itanet_like(8, 6)))
    assert "".join(map(dump_course, null_courses(5, 1))) == "".join(map(dump_course, null_courses(5, 1)))


def test_every_course_says_that_it_is_made_up_and_reads_back():
    for course in (*itanet_like(20, 2, investigational=3), *null_courses(10, 2)):
        assert course.made_up is True
        assert parse_course(dump_course(course)) == course
        assert course.patient.id.startswith(("MU-", "NULL-"))


def test_many_courses_hold_no_contradiction(study):
    """Making them checks each; the story checks what lies between."""
    data = analysis_data(itanet_like(1500, 3), study)
    assert data.n == 1500
    assert data.endpoint("PFS1").events == 1500  # by design: nobody is in it who did not progress
    assert analysis_data(null_courses(400, 3), study.model_copy(update={"eligibility": ()})).n > 200


def test_the_courses_are_those_that_were_drawn(study):
    drawn = draw(60, 4)
    data = analysis_data(itanet_like(60, 4), study)
    rows = [dict(zip(data.columns, row, strict=True)) for row in data.rows]
    assert [row["PFS1_days"] for row in rows] == drawn.first_progression_days.tolist()
    second = np.minimum.reduce([drawn.second_progression_days, drawn.death_days, drawn.followed_days])
    assert [row["PFS2_days"] for row in rows] == second.tolist()
    overall = drawn.first_progression_days + drawn.gap_days + np.minimum(drawn.death_days, drawn.followed_days)
    assert [row["OS_days"] for row in rows] == overall.tolist()
    assert [row["OS_event"] for row in rows] == (drawn.death_days <= drawn.followed_days).astype(int).tolist()
    assert [row["primary_resected"] for row in rows] == drawn.resected.tolist()
    assert [row["ki67_pct"] is not None for row in rows] == drawn.ki67_known.tolist()
    assert [row["extrahepatic_disease"] for row in rows] == drawn.extrahepatic.tolist()


def test_best_responses_fit_the_time_to_progression():
    """Who progressed within 100 days without a response had progression as best response, who did later had not."""
    for course in itanet_like(200, 6):
        line = next(entry for entry in course.entries if entry.id == "line-1")
        days = (line.progression.earliest - line.date.earliest).days
        if line.best_response in ("SD", "PD"):
            assert line.best_response == ("PD" if days <= 100 else "SD")


def test_investigational_patients_come_after_the_others_and_are_excluded(study):
    courses = itanet_like(30, 1, investigational=5)
    assert courses[:30] == itanet_like(30, 1)
    flow = analysis_data(courses, study).selection.flow
    assert (flow.screened, flow.analysed, flow.closes) == (35, 30, True)
    assert [str(reason) for reason in flow.left_out] == ["5 no investigational treatment: not met"]


def test_the_courses_of_the_null_are_its_arrays(study):
    cohort = null_cohort(80, 9)
    data = analysis_data(
        null_courses(80, 9),
        study.model_copy(update={"eligibility": (), "covariates": (), "data_cut_off": date(2021, 1, 1)}),
    )
    rows = {row[0]: dict(zip(data.columns, row, strict=True)) for row in data.rows}
    assert len(rows) == cohort.included.sum()
    for n in np.flatnonzero(cohort.included):
        row = rows[f"NULL-9-{n + 1:05d}"]
        assert (row["OS_days"], row["OS_event"]) == (cohort.survival_days[n], cohort.died[n])
        assert row["group"] == cohort.sequence[n]


def test_medians_of_a_few_cohorts_lie_near_those_printed(study):
    """A coarse look at one large cohort; scripts/check_synthetic.py and the long form look closely (S000-029, -042)."""
    data = analysis_data(itanet_like(2500, 1), study)
    rows = [dict(zip(data.columns, row, strict=True)) for row in data.rows]

    def median(endpoint, **wanted):
        mine = [row[f"{endpoint}_days"] for row in rows if all(row[name] == value for name, value in wanted.items())]
        return np.median(mine) / DAYS_PER_MONTH

    assert median("PFS1") == pytest.approx(13.9, rel=0.12)
    assert median("PFS1", treatment_of_line_1="RLT") == pytest.approx(34.3, rel=0.12)


@pytest.mark.long
def test_margins_and_medians_by_line_of_200_cohorts(study):
    """Issue 4, build 7: margins equal in expectation, line-wise PFS medians within 5 %, mean over 200 cohorts."""
    import runpy

    script = runpy.run_path(str(STUDY.parents[2] / "scripts" / "check_synthetic.py"))
    counts, medians = script["simulate"](study, 200, 5000)
    printed = script["printed_counts"]()
    for name, found in counts.items():
        if name in printed:
            assert abs(np.mean(found) - printed[name]) < 4 * np.std(found) / np.sqrt(len(found)), name
    for aim in margins()["medians_months"]:
        if script["is_aim"](aim):
            mean = np.mean(medians[aim["endpoint"], aim["of"]])
            assert mean == pytest.approx(aim["months"], rel=0.05), aim


def test_the_cut_off_of_the_example_is_that_of_the_generator(study):
    assert study.data_cut_off == CUT_OFF


def test_what_cannot_be_made_is_refused():
    with pytest.raises(InputError, match="at least 1 patient"):
        itanet_like(0, 1)
