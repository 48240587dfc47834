"""Log-rank test for trend: published, and tied to the test it extends."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.errors import InputError
from lutetia.survival import FollowUp, log_rank, trend

ARMS = ["A", "B", "A", "B", "A", "B"]


def test_two_groups_are_the_log_rank_test(six):
    found, plain = trend(six, ARMS), log_rank(six, ARMS)
    assert (found.chi2, found.z, found.p) == pytest.approx((plain.chi2, plain.z, plain.p))
    assert (found.scores, found.df) == ((1, 2), 1)


def test_three_groups_by_hand():
    # at 1 in c of a, b, c: U = 3 − 2, V = 2/3; at 2 in a of a, b: U = 1 − 1.5, V = 1/4; at 3 b is alone
    found = trend(FollowUp(stop=[2, 3, 1], event=[1, 1, 1]), ["a", "b", "c"])
    assert found.z == pytest.approx(0.5 / (2 / 3 + 1 / 4) ** 0.5)


def test_colon_by_differentiation(table):
    """Acceptance A3: R 4.2.2, survival 3.5-3."""
    colon = table("colon")
    deaths = colon["etype"] == 2
    f = FollowUp(stop=colon["time"][deaths], event=colon["status"][deaths])
    found = trend(f, colon["differ"][deaths])
    assert found.chi2 == pytest.approx(11.57625615, abs=1e-6)
    assert found.left_out[0].count == 23


def test_scores_may_be_shifted_and_stretched(six):
    group = ["a", "b", "c", "c", "b", "a"]
    plain = trend(six, group)
    assert trend(six, group, scores=[10, 12, 14]).chi2 == pytest.approx(plain.chi2)
    assert trend(six, group, scores={"a": -1, "b": -2, "c": -3}).z == pytest.approx(-plain.z)


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ([1], "must be 2 finite numbers, not all equal, for A, B"),
        ([1, 1], "not all equal"),
        ([1, np.inf], "finite"),
        ({"A": 1}, "must give every group its score, but got none for B"),
    ],
)
def test_scores_that_say_nothing_are_refused(six, scores, words):
    with pytest.raises(InputError, match=words):
        trend(six, ARMS, scores=scores)


def test_nothing_to_compare_is_flagged():
    censored = trend(FollowUp(stop=[1, 2], event=[0, 0]), ["A", "B"])
    assert np.isnan([censored.chi2, censored.z, censored.p]).all()
    assert censored.why == "no event: nothing to compare"
    apart = trend(FollowUp(stop=[1, 2], event=[1, 1]), ["A", "B"], strata=[0, 1])
    assert "at no event time" in apart.why
