"""Checks on the groups: unlike covariates, unlike censoring, and claims that the interval does not carry."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_groups import beyond_the_model, unlike_at_choice, unlike_censoring

DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}],
}


def patient(course, number, regimen, *, years, dead, sex="female"):
    end = f"{2010 + years}-01-0{1 + number % 9}"
    ending = {"death": end} if dead else {"last_contact": end}
    return course(f"P{number}", lines=[(regimen, "2010-01-01")], sex=sex, **ending)


@pytest.fixture
def lopsided(course):
    """Ten SSA patients, all women, who die over ten years; ten RLT patients, eight of them men, most censored early."""
    ssa = [patient(course, n, "ssa_standard", years=n, dead=True) for n in range(1, 11)]
    rlt = [
        patient(course, 10 + n, "rlt", years=1 if n < 9 else 12, dead=n >= 9, sex="male" if n < 9 else "female")
        for n in range(1, 11)
    ]
    return tuple(ssa + rlt)


def test_unlike_covariates_fire_with_their_difference(lopsided, study):
    found = unlike_at_choice(analysis_data(lopsided, study(**DECLARED)), "OS")
    assert found.fired is True
    # men: 8 of 10 against 0 of 10; (0.8 − 0) / √((0.8 · 0.2 · 10 / 9 + 0) / 2) = 0.8 / 0.298142 = 2.68
    assert "sex: male +2.68 (n = 20)" in found.trigger


def test_unlike_censoring_fires_with_its_shares(lopsided, study):
    found = unlike_censoring(analysis_data(lopsided, study(**DECLARED)), "OS")
    assert found.fired is True
    assert "SSA 0 of 10 (0 %), RLT 8 of 10 (80 %)" in found.trigger
    endings = [row.analysis for row in found.run().rows]
    assert "early censored of RLT taken as events" in endings


def test_a_ranking_that_the_interval_does_not_carry_fires(course, study):
    """Six patients of each group with times that interleave: a ratio near 1 and a wide interval."""
    made = [patient(course, n, "ssa_standard", years=2 + 2 * n, dead=True) for n in range(1, 7)]
    made += [patient(course, 10 + n, "rlt", years=3 + 2 * n, dead=True) for n in range(1, 7)]
    found = beyond_the_model(analysis_data(made, study(**DECLARED)), "OS", ["RLT is best"])
    assert found.fired is True
    assert "RLT looks better, but the interval holds 1" in found.trigger
    assert found.trigger.endswith("; claimed: RLT is best")
    assert found.run().rows[0].says.startswith("the data are compatible with no difference")


def test_without_a_comparison_nothing_can_be_said(lopsided, study):
    data = analysis_data(lopsided, study(exposure=DECLARED["exposure"]))
    assert unlike_at_choice(data, "OS").fired is None
    assert unlike_censoring(data, "OS").fired is None
    assert beyond_the_model(data, "OS", []).fired is None


def alike(course, n=40):
    """Half of each group are men; each dies or is followed in turn."""
    made = []
    for number in range(n):
        regimen, sex = ("rlt" if number % 2 else "ssa_standard"), ("male" if number % 4 < 2 else "female")
        ending = {"death" if number % 3 else "last_contact": f"{2012 + number % 7}-{1 + number % 12:02d}-11"}
        made.append(course(f"P{number}", lines=[(regimen, "2010-01-01")], sex=sex, **ending))
    return tuple(made)


def test_groups_that_are_alike_do_not_fire(course, study):
    data = analysis_data(alike(course), study(**DECLARED))
    found = unlike_at_choice(data, "OS")
    assert found.fired is False
    assert found.trigger == "no standardised differences above 0.1 (n = 40)"
    assert unlike_censoring(data, "OS").fired is False


def test_covariates_that_separate_the_groups_are_named_and_nobody_is_compared_by_them(course, study):
    made = [
        course(f"P{n}", lines=[("rlt" if n % 2 else "ssa_standard", "2010-01-01")], sex="male" if n % 2 else "female",
               death=f"{2012 + n % 6}-{1 + n % 12:02d}-11")
        for n in range(20)
    ]  # fmt: skip
    found = unlike_at_choice(analysis_data(made, study(**DECLARED)), "OS")
    assert found.trigger == "standardised differences above 0.1: sex: male without overlap (n = 20)"
    rows = {row.analysis: row for row in found.run().rows}
    assert rows["not balanced: sex: male"].says == "separates the groups: nobody to compare"


def test_the_remedy_weighs_and_says_what_a_hidden_confounder_would_need(course, study):
    rows = {
        row.analysis: row for row in unlike_at_choice(analysis_data(alike(course), study(**DECLARED)), "OS").run().rows
    }
    assert list(rows) == [
        "from the first day, unadjusted", "from the first day, overlap weights", "balance", "effective patients",
        "E-value",
    ]  # fmt: skip
    assert rows["from the first day, unadjusted"].says == "biased by design, shown to be compared"
    # Half of each group are men, so every weight is one half and nothing changes.
    assert rows["from the first day, overlap weights"].estimate.estimate == pytest.approx(
        rows["from the first day, unadjusted"].estimate.estimate
    )
    assert rows["balance"].says == "largest standardised difference 0.00, weighted 0.00"
    assert rows["effective patients"].n == 40
    assert "common outcome" in rows["E-value"].says


def test_groups_of_later_lines_are_weighed_at_risk_from_that_line_on(course, study):
    made = [
        course(
            f"P{n}",
            lines=[("ssa_standard", "2010-01-01"), ("rlt" if n % 2 else "captem", f"2010-{2 + n % 9:02d}-01")],
            sex="male" if n % 4 < 2 else "female",
            death=f"{2012 + n % 5}-{1 + n % 12:02d}-11",
        )
        for n in range(24)
    ]
    declared = DECLARED | {
        "exposure": {"rule": "treatment_sequence"},
        "comparison": {"levels": ["SSA-RLT", "SSA-other"], "reference": "SSA-RLT"},
    }
    remedy = unlike_at_choice(analysis_data(made, study(**declared)), "OS").run()
    rows = [row.analysis for row in remedy.rows]
    assert "weighted 0.00" in remedy.rows[3].says
    assert rows[:3] == [
        "from time zero, unadjusted",
        "at risk from start of line 2, unadjusted",
        "at risk from start of line 2, overlap weights",
    ]


def test_the_data_cut_off_censors_both_groups_alike(course, study):
    """RLT came late: all its censoring is the calendar's; nobody is lost."""
    made = [patient(course, n, "ssa_standard", years=n, dead=True) for n in range(1, 11)]
    made += [course(f"R{n}", lines=[("rlt", "2018-01-01")], last_contact="2020-12-31", sex="male") for n in range(10)]
    data = analysis_data(made, study(**DECLARED, data_cut_off="2020-12-31"))
    found = unlike_censoring(data, "OS")
    assert found.fired is False
    assert found.trigger == "no patient is censored early, before the data cut-off"


def test_the_extreme_readings_move_the_ratio_towards_the_group_that_loses_its_censored(course, study):
    """Deaths in turn over ten years; besides, six RLT patients are lost in the first year."""
    made = [patient(course, n, "rlt" if n % 2 else "ssa_standard", years=1 + n // 2, dead=True) for n in range(20)]
    made += [patient(course, 50 + n, "rlt", years=1, dead=False) for n in range(6)]
    found = unlike_censoring(analysis_data(made, study(**DECLARED)), "OS")
    assert found.fired is True
    rows = {row.analysis: row for row in found.run().rows}
    as_censored, worst = rows["as censored"], rows["early censored of RLT taken as events"]
    assert worst.events == as_censored.events + 6
    assert worst.estimate.estimate > 1.5 * as_censored.estimate.estimate
    best = rows["early censored of SSA taken as events"]
    assert best.estimate.estimate == pytest.approx(as_censored.estimate.estimate)
    assert rows["ended: death"].says == "SSA 10, RLT 10"
    assert rows["ended: alive at last contact"].says == "SSA 0, RLT 6"


def test_an_interval_beyond_one_does_not_fire_and_names_the_group(course, study):
    made = [patient(course, n, "ssa_standard", years=1 + n % 3, dead=True) for n in range(30)]
    made += [patient(course, 100 + n, "rlt", years=6 + n % 3, dead=True) for n in range(30)]
    mixed = patient(course, 500, "rlt", years=1, dead=True), patient(course, 501, "ssa_standard", years=9, dead=True)
    found = beyond_the_model(analysis_data((*made, *mixed), study(**(DECLARED | {"covariates": []}))), "OS", [])
    assert found.fired is False
    assert found.trigger.endswith("it favours RLT")
    assert "in favour of RLT" in found.run().rows[0].says


def test_a_claim_that_only_the_unadjusted_ratio_carries_fires(course, study):
    """Men die four times as fast and mostly had SSA: adjusted for sex nothing is left of the difference."""
    draw, made = np.random.default_rng(3), []
    for n in range(500):
        man = draw.random() < 0.5
        regimen = "ssa_standard" if draw.random() < (0.8 if man else 0.3) else "rlt"
        death = date(2010, 1, 2) + timedelta(days=int(draw.exponential(400 if man else 1600)))
        sex = "male" if man else "female"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], sex=sex, death=death.isoformat()))
    found = beyond_the_model(analysis_data(made, study(**DECLARED)), "OS", ["RLT lives longer"])
    assert found.fired is True
    first, second = found.run().rows
    assert first.estimate.upper < 1
    assert second.estimate.lower < 1 < second.estimate.upper


def test_one_empty_group_cannot_be_judged(course, study):
    data = analysis_data([patient(course, 1, "rlt", years=2, dead=True)], study(**DECLARED))
    assert unlike_at_choice(data, "OS").fired is None
    assert unlike_censoring(data, "OS").fired is None
