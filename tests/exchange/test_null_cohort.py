"""A world in which no drug does anything: nothing to find by intention, a bias in the analysis of the paper."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.exchange.null_cohort import NEVER, null_cohort
from lutetia.survival import FollowUp, cox

N = 60_000


@pytest.fixture(scope="module")
def many():
    return null_cohort(N, 11)


def rate_ratio(cohort, one, other):
    """Deaths per patient-day after progression among those decided for one, against the other (exponential hazards)."""
    days = cohort.survival_days - cohort.progression_days
    rates = [(cohort.died & rows).sum() / days[rows].sum() for rows in (one, other)]
    return rates[0] / rates[1]


def test_by_intention_there_is_no_difference(many):
    progressed = ~many.rlt_first & (many.progression_days <= many.survival_days) & (many.progression_days < NEVER)
    ratio = rate_ratio(many, progressed & many.meant_for_rlt, progressed & ~many.meant_for_rlt)
    deaths = (many.died & progressed & many.meant_for_rlt).sum()
    assert abs(np.log(ratio)) < 4 * np.sqrt(1.4 / deaths)


def hazard_ratio(cohort):
    """SSA-other against SSA-RLT, overall survival from line 1: the analysis of the paper."""
    rows = np.isin(cohort.sequence, ("SSA-RLT", "SSA-other"))
    follow_up = FollowUp(stop=cohort.survival_days[rows], event=cohort.died[rows])
    return float(np.exp(cox(follow_up, (cohort.sequence[rows] == "SSA-other").astype(float)[:, None]).coef[0]))


def test_by_what_was_given_there_is_one_that_grows_with_the_wait(many):
    """Who waits longer must live longer to be given it. Working notes, section 2: 1.00, 1.13 and 1.19 for a mean wait
    of 0.5, 6 and 9 months, measured with another program under the same null."""
    for wait, expected in ((0.5, 1.003), (6.0, 1.134), (9.0, 1.187)):
        cohort = many if wait == 6 else null_cohort(N, 11, mean_wait_months=wait)
        assert hazard_ratio(cohort) == pytest.approx(expected, abs=0.05)


def test_indolence_decides_only_when_told_to(many):
    def mean_of_those_meant(cohort):
        return cohort.indolence[cohort.meant_for_rlt].mean()

    assert abs(mean_of_those_meant(many)) < 4 / np.sqrt(many.meant_for_rlt.sum())
    assert mean_of_those_meant(null_cohort(N, 11, indolence=0.6)) > 0.3


def test_the_shape_of_the_accrual(many):
    """24 years; no RLT-first before year 3, 35 % at the end; 27 % of SSA-first patients meant for RLT."""
    assert many.year.min() >= 0
    assert many.year.max() < 24
    assert not many.rlt_first[many.year < 3].any()
    assert many.rlt_first[many.year > 23].mean() == pytest.approx(0.342, abs=0.04)
    assert many.meant_for_rlt[~many.rlt_first].mean() == pytest.approx(0.27, abs=0.01)


def test_days_come_in_order(many):
    second = many.included
    assert (many.line_2_days[second] > many.progression_days[second]).all()
    assert (many.line_2_days[second] < many.survival_days[second]).all()
    assert (many.progression_days[many.progression_days < NEVER] < many.death_days[many.progression_days < NEVER]).all()
    assert (many.survival_days <= many.followed_days).all()
    assert set(np.unique(many.sequence)) == {"", "SSA-RLT", "RLT-other", "SSA-other"}
    assert not many.line_2_rlt[many.rlt_first].any()


def test_the_decision_point_starts_at_progression(many):
    at = many.decision_point()
    rows = ~many.rlt_first & (many.progression_days < NEVER) & (many.survival_days > many.progression_days)
    assert at.n == rows.sum()
    assert np.array_equal(at.follow_up_days, (many.survival_days - many.progression_days)[rows])
    assert np.isfinite(at.exposed_after_days).sum() == many.line_2_rlt[rows].sum()


def test_a_patient_of_a_seed_is_the_same_in_a_larger_cohort():
    small, large = null_cohort(5, 3), null_cohort(50, 3)
    assert np.array_equal(small.death_days, large.death_days[:5])
    assert np.array_equal(small.line_2_days, large.line_2_days[:5])


def test_what_cannot_be_made_is_refused():
    with pytest.raises(InputError) as refused:
        null_cohort(0, 1, mean_wait_months=-1)
    assert len(refused.value.faults) == 2
