"""Log-rank tests of every pair: published, and each the test on its two groups."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.survival import FollowUp, log_rank, pairwise


def test_colon_by_arm(table):
    """Acceptance A3: R 4.2.2, survival 3.5-3."""
    colon = table("colon")
    deaths = colon["etype"] == 2
    f = FollowUp(stop=colon["time"][deaths], event=colon["status"][deaths])
    found = pairwise(f, colon["rx"][deaths])
    chi2 = {pair: test.chi2 for pair, test in zip(found.pairs, found.tests, strict=True)}
    assert chi2 == pytest.approx(
        {("Lev", "Obs"): 0.05696914, ("Lev+5FU", "Obs"): 9.965665733, ("Lev", "Lev+5FU"): 8.207070287}, abs=1e-6
    )
    assert found.p_adjusted is None


def test_each_is_the_test_on_the_rows_of_the_two(six):
    group, strata = np.array(["a", "b", "c"] * 2), np.array([0, 0, 0, 1, 1, 1])
    found = pairwise(six, group, strata=strata, rho=1)
    for pair, test in zip(found.pairs, found.tests, strict=True):
        rows = np.flatnonzero(np.isin(group, pair))
        alone = log_rank(six.at(rows), group[rows], strata=strata[rows], rho=1)
        assert test.labels == pair
        assert (test.chi2, test.p) == pytest.approx((alone.chi2, alone.p), nan_ok=True)


def test_the_correction_is_the_callers(six):
    found = pairwise(six, ["a", "b", "c"] * 2, adjust=lambda p: np.minimum(1, 3 * p))
    assert found.p_adjusted.tolist() == np.minimum(1, 3 * found.p).tolist()
    assert found.p.tolist() == [test.p for test in found.tests]
