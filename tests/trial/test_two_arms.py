"""Two arms compared in compiled code: by hand, and against the survival room, which was checked on its own."""

import numpy as np
import pytest

from lutetia.survival import FollowUp, cox, kaplan_meier, log_rank
from lutetia.trial.two_arms import cox_of, events_by_time, log_rank_of, median_of


def made_up(seed: int, n: int = 120):
    """Whole days with many ties, two arms, three strata."""
    draws = np.random.default_rng(seed)
    arm = draws.integers(0, 2, n)
    stratum = draws.integers(0, 3, n)
    time = np.ceil(draws.exponential(20 / (1 + arm), n))
    event = (draws.random(n) < 0.7).astype(np.int64)
    return time, event, arm, stratum


def test_log_rank_by_hand():
    """Arm 1 dies on days 1 and 4, arm 0 on days 2 and 3: O − E = (1 − ½) + (0 − ⅓) + (0 − ½) + (1 − 1) = −⅓."""
    time, event = np.array([1.0, 4.0, 2.0, 3.0]), np.ones(4, np.int64)
    table = events_by_time(time, event, np.array([1, 1, 0, 0]), np.zeros(4, np.int64))
    variance = 1 / 4 + 2 / 9 + 1 / 4
    assert log_rank_of(table) == pytest.approx((0.5 - 1 / 3 - 0.5) / np.sqrt(variance), rel=1e-12)


def test_ties_count_together():
    """Two events on one day, one in each arm, four at risk, two in each: variance 2 · ¼ · 2/3."""
    time, event = np.array([1.0, 1.0, 2.0, 2.0]), np.array([1, 1, 0, 0])
    d, d_1, n, n_1 = events_by_time(time, event, np.array([1, 0, 1, 0]), np.zeros(4, np.int64))
    assert (d.tolist(), d_1.tolist(), n.tolist(), n_1.tolist()) == ([2.0], [1.0], [4.0], [2.0])
    assert log_rank_of((d, d_1, n, n_1)) == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_log_rank_is_that_of_the_survival_room(seed):
    time, event, arm, stratum = made_up(seed)
    found = log_rank_of(events_by_time(time, event, arm, stratum))
    theirs = log_rank(FollowUp(stop=time, event=event), arm, strata=stratum)
    assert found**2 == pytest.approx(theirs.chi2, rel=1e-10)


@pytest.mark.parametrize("seed", range(6))
def test_cox_is_that_of_the_survival_room(seed):
    time, event, arm, stratum = made_up(seed)
    beta, error = cox_of(events_by_time(time, event, arm, stratum))
    theirs = cox(FollowUp(stop=time, event=event), arm[:, None].astype(float), ties="efron", strata=stratum)
    assert beta == pytest.approx(theirs.coef[0], abs=1e-7)
    assert error == pytest.approx(theirs.std_error[0], rel=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_median_is_that_of_the_survival_room(seed):
    time, event, *_ = made_up(seed)
    theirs = kaplan_meier(FollowUp(stop=time, event=event)).median().estimate
    assert median_of(time, event) == theirs


def test_a_curve_exactly_at_one_half_takes_the_middle():
    assert median_of(np.array([1.0, 2.0, 5.0, 9.0]), np.array([1, 1, 1, 1])) == 3.5
    assert np.isnan(median_of(np.array([1.0, 2.0, 5.0]), np.array([1, 0, 0])))


def test_arms_without_a_comparison_have_no_answer():
    one = events_by_time(np.array([1.0, 2.0]), np.array([1, 1]), np.array([1, 1]), np.zeros(2, np.int64))
    assert np.isnan(log_rank_of(one))
    assert np.isnan(cox_of(one)[0])


def test_an_arm_without_events_has_no_hazard_ratio():
    table = events_by_time(
        np.array([1.0, 2.0, 3.0, 3.0]), np.array([1, 1, 0, 0]), np.array([0, 0, 1, 1]), np.zeros(4, int)
    )
    assert np.isnan(cox_of(table)[0])


def test_veteran_in_strata_is_what_r_says(said_by_r, shared_rows):
    time, status, trt, cell = shared_rows("veteran", ("time", "status", "trt", "celltype"))
    event, arm, said = status.astype(np.int64), (trt == 2).astype(np.int64), said_by_r("two arms veteran")
    table = events_by_time(time, event, arm, cell.astype(np.int64))
    assert log_rank_of(table) == pytest.approx(said["z"], abs=1e-10)
    assert cox_of(table) == pytest.approx((said["beta"], said["se"]), abs=1e-9)
    for a in (0, 1):
        assert median_of(time[arm == a], event[arm == a]) == said[f"median{a}"]
