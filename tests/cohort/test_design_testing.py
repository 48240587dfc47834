"""Checks on what is tested: hazards that cross, differences by hand, and an order of testing."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import pytest

from lutetia.cohort.analysis_rows import analysis_data
from lutetia.cohort.design_testing import many_tests, not_proportional

DECLARED = {
    "exposure": {"rule": "treatment_of_line", "line": 1},
    "comparison": {"levels": ["SSA", "RLT"], "reference": "SSA"},
    "covariates": [{"name": "sex"}, {"name": "treatment_of_line", "line": 1}],
}


@pytest.fixture
def twelve(course):
    """Six patients of each first line; the sex of two is not known."""
    made = []
    for n in range(12):
        sex = {} if n in (3, 8) else {"sex": "male" if n % 2 else "female"}
        regimen = "rlt" if n % 3 == 0 or n in (1, 2) else "ssa_standard"
        made.append(course(f"P{n}", lines=[(regimen, "2010-01-01")], death=f"{2012 + n}-02-0{1 + n % 9}", **sex))
    return tuple(made)


def test_many_tests_without_an_order_fire_and_with_one_do_not(twelve, study):
    assert many_tests(analysis_data(twelve, study(**DECLARED))).fired is True
    assert many_tests(analysis_data(twelve, study(**(DECLARED | {"hierarchy": ["OS"]})))).fired is False


def test_one_endpoint_without_covariates_is_one_test(twelve, study):
    assert many_tests(analysis_data(twelve, study(**(DECLARED | {"covariates": []})))).fired is False


def test_every_endpoint_stands_with_its_adjusted_p(twelve, study):
    declared = DECLARED | {"endpoints": [{"endpoint": "OS"}, {"endpoint": "TTNT"}, {"endpoint": "DOR"}]}
    rows = {row.analysis: row.says for row in many_tests(analysis_data(twelve, study(**declared))).run().rows}
    raw, holm = (float(word.split(" ")[1]) for word in rows["OS, log-rank"].split(", ")[:2])
    assert holm >= raw
    assert rows["TTNT, log-rank"].startswith("not tested: ")
    assert rows["DOR, log-rank"] == "not tested: DOR must have patients in the compared groups"


def by_months(course, deaths):
    """Patients of a first line who die after so many months of 30 days, from 2010-01-01."""
    made = []
    for regimen, months in deaths:
        death = (date(2010, 1, 1) + timedelta(days=30 * months)).isoformat()
        made.append(course(f"P{len(made)}", lines=[(regimen, "2010-01-01")], death=death))
    return tuple(made)


def crossing(course):
    """SSA patients die early or very late, RLT patients in between."""
    ssa = [("ssa_standard", m) for m in (*range(1, 13), *range(60, 72))]
    return by_months(course, ssa + [("rlt", m) for m in range(24, 48)])


def test_hazards_that_cross_fire(course, study):
    found = not_proportional(analysis_data(crossing(course), study(**DECLARED)), "OS")
    assert found.fired is True
    assert found.trigger.startswith("RLT against SSA, test of proportional hazards")


def test_the_remedy_gives_milestones_and_restricted_means_by_hand(course, study):
    # A tenth of a group lasts beyond the 21st of its 24 patients: RLT to month 44 (of 30 days), SSA to month 68.
    # Alive at 12 months (365.25 days): half of SSA, all of RLT; at 24 months (730.5 days): half, and 23 of 24.
    remedy = not_proportional(analysis_data(crossing(course), study(**DECLARED)), "OS").run()
    means, year, two_years = remedy.rows
    assert means.analysis == "difference of restricted means to 43 months"
    assert year.says.startswith("event-free RLT 100 %, SSA 50 %; difference +50 percentage points (")
    assert two_years.says.startswith("event-free RLT 96 %, SSA 50 %; difference +46 percentage points (")
    # Restricted to 1320 days (43.4 months): SSA (Σ 30 · 1..12 + 12 · 1320) / 24, RLT (Σ 30 · 24..44 + 3 · 1320) / 24.
    ssa = (30 * sum(range(1, 13)) + 12 * 1320) / 24
    rlt = (30 * sum(range(24, 45)) + 3 * 1320) / 24
    assert means.estimate.estimate == pytest.approx((rlt - ssa) / 30.4375)


def test_hazards_that_run_beside_each_other_do_not_fire(course, study):
    """Forty deaths of each group at the quantiles of two exponential distributions, the second twice as long."""
    months = [-log(1 - (n - 0.5) / 40) * 50 for n in range(1, 41)]
    deaths = [("ssa_standard", round(m)) for m in months] + [("rlt", round(2 * m)) for m in months]
    assert not_proportional(analysis_data(by_months(course, deaths), study(**DECLARED)), "OS").fired is False


def test_without_a_comparison_or_an_event_it_cannot_be_told(course, study):
    data = analysis_data(crossing(course), study(exposure=DECLARED["exposure"]))
    assert not_proportional(data, "OS").fired is None
    one = by_months(course, [("ssa_standard", 3), ("rlt", 9)])
    found = not_proportional(analysis_data(one, study(**DECLARED)), "OS")
    assert found.fired is None
