"""Checks on the groups: unlike covariates, unlike censoring, and claims that the interval does not carry."""

from __future__ import annotations

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
    assert "RLT looks better, but the interval holds 1; claimed: RLT is best" in found.trigger
    assert found.run().rows[0].says.startswith("the data are compatible with no difference")


def test_without_a_comparison_nothing_can_be_said(lopsided, study):
    data = analysis_data(lopsided, study(exposure=DECLARED["exposure"]))
    assert unlike_at_choice(data, "OS").fired is None
    assert unlike_censoring(data, "OS").fired is None
    assert beyond_the_model(data, "OS", []).fired is None
