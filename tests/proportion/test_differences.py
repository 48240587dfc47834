"""Intervals of a difference: published, by brute maximisation of the likelihood, laws."""

from __future__ import annotations

from math import log, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.proportion.differences import METHODS, difference, restricted

NETTER_2 = (65, 151, 7, 75)


# NETTER-2 (Lancet 403:2807) prints 33.7 (23.4-44.0). The others: statsmodels 0.15 (newcomb, agresti-caffo); for the
# score intervals the routine of this test below. statsmodels' own score interval, 22.80-43.01, is not the most likely
# restricted pair: it takes the events of group 2 where the cubic of Miettinen and Nurminen has its number of patients.
@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [
        ("wald", 23.4313, 43.9947),
        ("wald-cc", 22.43, 44.99),
        ("newcombe", 22.1413, 42.9881),
        ("miettinen-nurminen", 22.4662, 43.4054),
        ("mee", 22.4936, 43.3851),
        ("agresti-caffo", 22.3537, 43.1416),
    ],
)
def test_the_response_difference_of_netter_2(method, lower, upper):
    found = difference(*NETTER_2, method=method)
    assert 100 * found.estimate == pytest.approx(33.7130, abs=1e-4)
    tolerance = 0.01 if method == "wald-cc" else 1e-4
    assert (100 * found.lower, 100 * found.upper) == (
        pytest.approx(lower, abs=tolerance),
        pytest.approx(upper, abs=tolerance),
    )


def test_only_wald_prints_as_netter_2_does():
    printed = [m for m in METHODS if _rounded(difference(*NETTER_2, method=m)) == (23.4, 44.0)]
    assert printed == ["wald"]


def _rounded(found):
    return round(100 * found.lower, 1), round(100 * found.upper, 1)


# Newcombe 1998, Stat Med 17:873-890, Table II: (a) 56/70 - 48/80, (c) 6/7 - 2/7, (d) 5/56 - 0/29, (e) 0/10 - 0/20;
# the score, Miettinen-Nurminen and Newcombe columns as the tests of a public package quote them (read 2026-11-20)
@pytest.mark.parametrize(
    ("counts", "method", "lower", "upper"),
    [
        ((56, 70, 48, 80), "wald", 0.0575, 0.3425),
        ((56, 70, 48, 80), "wald-cc", 0.0441, 0.3559),
        ((56, 70, 48, 80), "mee", 0.0533, 0.3377),
        ((56, 70, 48, 80), "miettinen-nurminen", 0.0528, 0.3382),
        ((56, 70, 48, 80), "newcombe", 0.0524, 0.3339),
        ((56, 70, 48, 80), "newcombe-cc", 0.0428, 0.3422),
        ((6, 7, 2, 7), "mee", 0.0544, 0.8478),
        ((6, 7, 2, 7), "miettinen-nurminen", 0.0342, 0.8534),
        ((6, 7, 2, 7), "newcombe", 0.0582, 0.8062),
        ((5, 56, 0, 29), "mee", -0.0313, 0.1926),
        ((5, 56, 0, 29), "miettinen-nurminen", -0.0326, 0.1933),
        ((5, 56, 0, 29), "newcombe", -0.0381, 0.1926),
        ((0, 10, 0, 20), "mee", -0.1611, 0.2775),
        ((0, 10, 0, 20), "miettinen-nurminen", -0.1658, 0.2844),
        ((0, 10, 0, 20), "newcombe", -0.1611, 0.2775),
    ],
)
def test_newcombes_table(counts, method, lower, upper):
    found = difference(*counts, method=method)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=6e-5), pytest.approx(upper, abs=6e-5))


# --- independent route: the restricted likelihood searched step by step, not by the cubic
def brute(x1, n1, x2, n2, delta):
    def log_likelihood(p2):
        p1 = p2 + delta
        pairs = ((x1, p1), (n1 - x1, 1 - p1), (x2, p2), (n2 - x2, 1 - p2))
        return sum(k * log(max(p, 1e-300)) for k, p in pairs if k)

    low, high = max(0.0, -delta), min(1.0, 1 - delta)
    for _ in range(200):  # the likelihood has one top: keep the better two thirds
        a, b = low + (high - low) / 3, high - (high - low) / 3
        low, high = (a, high) if log_likelihood(a) < log_likelihood(b) else (low, b)
    return (low + high) / 2


@pytest.mark.parametrize("counts", [NETTER_2, (6, 7, 2, 7), (5, 56, 1, 29), (12, 20, 19, 20)])
@pytest.mark.parametrize("delta", [-0.6, -0.2, 0.1, 0.3, 0.7])
def test_the_cubic_finds_the_most_likely_pair(counts, delta):
    p1, p2 = restricted(*counts, delta)
    assert p1 - p2 == pytest.approx(delta, abs=1e-9)
    assert p2 == pytest.approx(brute(*counts, delta), abs=1e-6)


def test_the_score_limits_are_where_the_score_test_just_rejects():
    for method, inflation in (("mee", 1.0), ("miettinen-nurminen", 226 / 225)):
        found = difference(*NETTER_2, method=method)
        for limit in (found.lower, found.upper):
            p2 = brute(*NETTER_2, limit)
            p1 = p2 + limit
            variance = (p1 * (1 - p1) / 151 + p2 * (1 - p2) / 75) * inflation
            assert abs(found.estimate - limit) / sqrt(variance) == pytest.approx(1.959964, abs=1e-4)


# --- laws
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_swapping_the_groups_mirrors_and_the_limits_hold_the_difference(data):
    n1, n2 = data.draw(st.integers(1, 120)), data.draw(st.integers(1, 120))
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    method = data.draw(st.sampled_from(sorted(METHODS)))
    found, swapped = difference(x1, n1, x2, n2, method=method), difference(x2, n2, x1, n1, method=method)
    assert (found.lower, found.upper) == (
        pytest.approx(-swapped.upper, abs=1e-9),
        pytest.approx(-swapped.lower, abs=1e-9),
    )
    assert -1 <= found.lower <= found.upper <= 1
    if method != "agresti-caffo":  # its centre is not the plain difference
        assert found.lower <= found.estimate + 1e-12
        assert found.estimate <= found.upper + 1e-12


def test_the_score_interval_agrees_with_the_pooled_test_at_zero():
    """The limit touches 0 exactly where the pooled z without correction is 1.96 (mee)."""
    for x1 in range(10, 31):
        pooled = (x1 + 10) / 80
        z = (x1 / 40 - 10 / 40) / sqrt(pooled * (1 - pooled) * 2 / 40)
        assert (difference(x1, 40, 10, 40, method="mee").lower > 0) is (z > 1.959964)


# --- bad input
def test_the_method_must_be_named_and_faults_come_together():
    with pytest.raises(TypeError, match="method"):
        difference(1, 2, 1, 2)
    with pytest.raises(InputError, match="must be one of wald, wald-cc, newcombe"):
        difference(1, 2, 1, 2, method="score")
    with pytest.raises(InputError, match="2 faults"):
        difference(3, 2, 1, 0, method="wald")
