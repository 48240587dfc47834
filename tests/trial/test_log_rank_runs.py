"""The compiled trial against the room for survival: same z on the same patients, blocks and cut by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival import FollowUp, log_rank
from lutetia.trial import Hazard
from lutetia.trial.log_rank_runs import block_arms, log_rank_z, months_at, run_trials


def test_times_are_those_of_the_hazard():
    hazard = Hazard(rates_per_month=(0.1, 0.0, 0.3), from_months=(0.0, 2.0, 5.0))
    starts, rates = np.array(hazard.from_months), np.array(hazard.rates_per_month)
    for amount in (0.05, 0.1999, 0.3, 2.0):
        assert months_at(amount, starts, rates) == pytest.approx(float(hazard.months_at(amount)))
    assert months_at(9.0, np.array([0.0, 2.0]), np.array([0.1, 0.0])) == np.inf


def test_every_block_keeps_its_ratio_within_its_stratum():
    rng = np.random.default_rng(1)
    stratum = rng.integers(0, 3, 300)
    arm = np.empty(300, dtype=np.int64)
    block_arms(rng.random(300), stratum, np.array([4, 2]), arm)
    for s in range(3):
        mine = arm[stratum == s]
        for start in range(0, mine.size - 5, 6):
            assert mine[start : start + 6].sum() == 4


def test_all_orders_of_a_block_are_equally_likely():
    rng = np.random.default_rng(2)
    arm = np.empty(6 * 6000, dtype=np.int64)
    block_arms(rng.random(arm.size), np.zeros(arm.size, dtype=np.int64), np.array([4, 2]), arm)
    _, counts = np.unique(arm.reshape(-1, 6), axis=0, return_counts=True)
    assert counts.size == 15
    assert ((counts - 400) ** 2 / 400).sum() < 36.1  # chi-square, 14 degrees of freedom, 0.1 %


@pytest.mark.parametrize("strata", [1, 3])
def test_z_is_that_of_the_log_rank_test(strata):
    rng = np.random.default_rng(strata)
    time, event = rng.exponential(10, 200), rng.integers(0, 2, 200)
    arm, stratum = rng.integers(0, 2, 200), rng.integers(0, strata, 200)
    expected = log_rank(FollowUp(stop=time, event=event), arm, strata=stratum).z
    assert log_rank_z(time, event, arm, stratum, np.argsort(time)) == pytest.approx(expected, rel=1e-12)


def one_trial(events: int, lost: float):
    """A trial, its z and month of analysis, and what is needed to do it again by plain means."""
    rng = np.random.default_rng(events)
    uniforms, n = rng.random((1, 3, 222)), 222
    entry = (np.arange(n) + 0.5) / 10
    rates = (np.array([0.0462]), np.array([0.0231]))
    stratum = np.zeros((1, n), dtype=np.int64)
    starts = (np.zeros(1), np.zeros(1))
    z, month = run_trials(uniforms, entry, stratum, np.array([4, 2]), starts, rates, lost, events)
    return uniforms[0], entry, rates, z[0], month[0]


@pytest.mark.parametrize("lost", [0.0, 0.005])
def test_a_whole_trial_done_again_by_plain_means(lost):
    uniforms, entry, rates, z, month = one_trial(99, lost)
    arm = np.empty(222, dtype=np.int64)
    block_arms(uniforms[0], np.zeros(222, dtype=np.int64), np.array([4, 2]), arm)
    event = -np.log1p(-uniforms[1]) / np.where(arm == 1, rates[1], rates[0])
    gone = -np.log1p(-uniforms[2]) / lost if lost else np.full(222, np.inf)
    calendar = np.sort((entry + event)[event < gone])
    assert month == pytest.approx(calendar[98])
    here = entry < month
    time = np.minimum(np.minimum(event, gone), month - entry)[here]
    had = ((event < gone) & (entry + event <= month + 1e-9))[here]
    assert had.sum() == 99
    assert z == pytest.approx(log_rank(FollowUp(stop=time, event=had), arm[here]).z, rel=1e-9)


def test_a_trial_that_never_has_its_events_says_so():
    *_, z, month = one_trial(99, 50.0)
    assert np.isnan(z)
    assert np.isnan(month)
