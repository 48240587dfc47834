"""The next line as time zero: who is in it, and what the weights balance."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.next_line import WAIT, crude, next_line, overlap
from lutetia.errors import InputError
from lutetia.exchange.null_cohort import NEVER, null_cohort
from lutetia.survival import FollowUp, cox


def test_the_next_line_on_paper():
    # A begins the exposure on day 5, B the other treatment on day 3, C neither, D both: the other one first.
    decision = DecisionPoint.of(
        follow_up_days=[10, 20, 30, 40],
        event=[1, 0, 1, 1],
        exposed_after_days=[5, np.inf, np.inf, 9],
        other_after_days=[np.inf, 3, np.inf, 8],
    )
    following = next_line(decision)
    assert following.positions.tolist() == [0, 1, 3]
    assert following.exposed.tolist() == [True, False, False]
    assert following.follow_up.stop.tolist() == [5, 17, 32]
    assert following.follow_up.event.tolist() == [1, 0, 1]
    assert (following.score, following.why) == (None, "no covariate to weight by")


def at_progression(patients, seed):
    """A cohort in which no drug does anything, from progression on line 1: later RLT has to be waited for."""
    cohort = null_cohort(patients, seed, mean_wait_months=6.0, indolence=0.0)
    rest = cohort.survival_days - cohort.progression_days
    rows = np.flatnonzero(~cohort.rlt_first & (cohort.progression_days < NEVER) & (rest > 0))
    start = np.where(cohort.line_2_days < NEVER, cohort.line_2_days - cohort.progression_days, np.inf)
    return DecisionPoint.of(
        follow_up_days=rest[rows],
        event=cohort.died[rows],
        exposed_after_days=np.where(cohort.line_2_rlt, start, np.inf)[rows],
        other_after_days=np.where(cohort.line_2_rlt, np.inf, start)[rows],
        covariates=np.log(cohort.progression_days[rows])[:, None],
        names=("log days to progression",),
    )


def test_overlap_weights_balance_covariates_and_wait_exactly():
    # With weights from a logistic model the weighted means of its covariates are equal (Li, Morgan, Zaslavsky 2018).
    following = next_line(at_progression(2000, 1))
    assert [row.name for row in following.balance] == ["log days to progression", WAIT]
    assert following.balance[1].before > 0.5
    assert [row.after for row in following.balance] == pytest.approx([0, 0], abs=1e-8)
    assert 0 < following.effective_n < following.follow_up.n


def test_who_waits_longer_must_outlive_the_wait():
    # No drug does anything; without the wait in the weights the line that is waited for looks better.
    found = [next_line(at_progression(20000, seed)) for seed in (1, 2, 3)]
    unweighted = np.mean([crude(following).log_hazard_ratio for following in found])
    weighted = np.mean([overlap(following).log_hazard_ratio for following in found])
    assert unweighted < -0.03
    assert abs(weighted) < abs(unweighted)


def test_a_wait_that_separates_is_left_out_of_the_weights():
    rng = np.random.default_rng(5)
    treated = np.arange(80) % 2 == 0
    decision = DecisionPoint.of(
        follow_up_days=rng.integers(200, 900, 80),
        event=np.ones(80),
        exposed_after_days=np.where(treated, 100, np.inf),  # everybody waits 100 days for it, nobody for the other
        other_after_days=np.where(treated, np.inf, 1),
        covariates=rng.normal(size=(80, 1)),
        names=("x",),
    )
    following = next_line(decision)
    assert not following.wait_weighted
    assert [row.name for row in following.balance] == ["x"]


def test_the_crude_contrast_is_cox_from_the_start_of_the_line():
    following = next_line(at_progression(1000, 2))
    by_hand = cox(
        FollowUp(stop=following.follow_up.stop, event=following.follow_up.event), following.exposed.astype(float)
    )
    assert crude(following).log_hazard_ratio == pytest.approx(by_hand.coef[0])
    assert not crude(following).believe


def test_one_strategy_only_is_refused():
    decision = DecisionPoint.of(
        follow_up_days=[10, 20], event=[1, 1], exposed_after_days=[5, np.inf], other_after_days=[np.inf, np.inf]
    )
    with pytest.raises(InputError, match="no patient begins one of the two strategies"):
        crude(next_line(decision))
    with pytest.raises(InputError, match="no patient begins one of the two strategies"):
        overlap(next_line(decision))
