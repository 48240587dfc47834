"""Intervals of one proportion: by hand, published, by another program, and coverage by enumeration."""

from __future__ import annotations

import importlib
from math import comb, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.errors import InputError
from lutetia.proportion.intervals import METHODS, interval, limits

Z = 1.959963984540054


def test_the_public_name_is_the_function_also_after_its_file_was_imported():
    proportion = importlib.import_module("lutetia.proportion")
    importlib.import_module("lutetia.proportion.intervals")
    assert proportion.interval is interval
    assert callable(proportion.difference)
    with pytest.raises(AttributeError, match="nothing"):
        _ = proportion.nothing


# --- by hand
def test_exact_limits_by_hand():
    none = interval(0, 10, method="clopper-pearson")  # (1 - u)^10 = 0.025
    assert (none.estimate, none.lower) == (0, 0)
    assert none.upper == pytest.approx(1 - 0.025**0.1, abs=1e-12)
    one = interval(1, 1)  # l = 0.025
    assert (one.lower, one.upper) == (pytest.approx(0.025), 1)


def test_wald_and_wilson_by_hand():
    wald = interval(4, 16, method="wald")  # sqrt(0.25 · 0.75 / 16) = 0.108253
    assert wald.std_error == pytest.approx(0.10825318, abs=1e-8)
    assert (wald.lower, wald.upper) == (pytest.approx(0.25 - Z * 0.10825318), pytest.approx(0.25 + Z * 0.10825318))
    wilson = interval(0, 10, method="wilson")  # z² / (n + z²)
    assert (wilson.lower, wilson.upper) == (pytest.approx(0, abs=1e-15), pytest.approx(Z**2 / (10 + Z**2)))
    assert wilson.std_error is None


# --- published
# NETTER-2, Singh et al. 2024, Lancet 403:2807, Table 3: per cent, as printed
@pytest.mark.parametrize(
    ("x", "n", "printed"),
    [
        (65, 151, (43.0, 35.0, 51.3)),
        (7, 75, (9.3, 3.8, 18.3)),
        (137, 151, (90.7, 84.9, 94.8)),
        (50, 75, (66.7, 54.8, 77.1)),
    ],
)
def test_the_four_rates_of_netter_2(x, n, printed):
    exact = interval(x, n, method="clopper-pearson")
    assert tuple(round(100 * v, 1) for v in (exact.estimate, exact.lower, exact.upper)) == printed


# Newcombe 1998, Stat Med 17:857-872, Table I (from memory, not re-read): 81/263, 15/148, 0/20, 1/29; methods 1 to 5
@pytest.mark.parametrize(
    ("x", "n", "method", "lower", "upper"),
    [
        (81, 263, "wald", 0.2522, 0.3638),
        (81, 263, "wald-cc", 0.2503, 0.3657),
        (81, 263, "wilson", 0.2553, 0.3662),
        (81, 263, "wilson-cc", 0.2535, 0.3682),
        (81, 263, "clopper-pearson", 0.2527, 0.3676),
        (15, 148, "wald", 0.0527, 0.1500),
        (15, 148, "wilson", 0.0624, 0.1605),
        (15, 148, "wilson-cc", 0.0598, 0.1644),
        (15, 148, "clopper-pearson", 0.0578, 0.1617),
        (0, 20, "wald-cc", 0.0, 0.0250),
        (0, 20, "wilson", 0.0, 0.1611),
        (0, 20, "wilson-cc", 0.0, 0.2005),
        (0, 20, "clopper-pearson", 0.0, 0.1684),
        (1, 29, "wilson", 0.0061, 0.1718),
        (1, 29, "wilson-cc", 0.0018, 0.1963),
        (1, 29, "clopper-pearson", 0.0009, 0.1776),
    ],
)
def test_newcombes_table(x, n, method, lower, upper):
    found = interval(x, n, method=method)
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=5.1e-5), pytest.approx(upper, abs=5.1e-5))


# R 4.2.2: binom.test(x, n), prop.test(x, n), prop.test(x, n, correct = FALSE)
@pytest.mark.parametrize(
    ("x", "n", "method", "lower", "upper"),
    [
        (65, 151, "clopper-pearson", 0.350255, 0.513455),
        (7, 75, "clopper-pearson", 0.0383539065417, 0.1828935265563),
        (7, 75, "wilson-cc", 0.0415191814982, 0.1885184285941),
        (7, 75, "wilson", 0.0459485233906, 0.1803468684954),
        (0, 10, "wilson-cc", 0.0, 0.344537218307),
        (10, 10, "clopper-pearson", 0.691502892181, 1.0),
        (10, 10, "wilson", 0.722467200137, 1.0),
        (137, 151, "clopper-pearson", 0.849333021888, 0.948380449459),
        (137, 151, "wilson-cc", 0.846475054996, 0.946490851953),
    ],
)
def test_limits_of_r(x, n, method, lower, upper):
    found = interval(x, n, method=method)
    tolerance = 1e-6 if n == 151 and x == 65 else 1e-11
    assert (found.lower, found.upper) == (pytest.approx(lower, abs=tolerance), pytest.approx(upper, abs=tolerance))


# --- independent route: the definition of the exact interval
def test_exact_limits_are_where_the_binomial_tail_is_2_5_per_cent():
    for x, n in [(3, 17), (65, 151), (1, 40)]:
        found = interval(x, n)
        above = sum(comb(n, k) * found.lower**k * (1 - found.lower) ** (n - k) for k in range(x, n + 1))
        below = sum(comb(n, k) * found.upper**k * (1 - found.upper) ** (n - k) for k in range(x + 1))
        assert (above, below) == (pytest.approx(0.025, rel=1e-9), pytest.approx(0.025, rel=1e-9))


def coverage(n: int, p: np.ndarray, method: str) -> np.ndarray:
    """The share of samples whose interval holds p, for each p: all n + 1 samples with their probability."""
    x = np.arange(n + 1)
    lower, upper = limits(x, n, method=method)
    chance = np.array([comb(n, k) for k in x]) * p[:, None] ** x * (1 - p[:, None]) ** (n - x)
    return (chance * ((lower <= p[:, None]) & (p[:, None] <= upper))).sum(axis=1)


@pytest.mark.parametrize("n", [1, 5, 20, 75])
def test_the_exact_interval_covers_at_least_its_level_for_every_p(n):
    grid = np.linspace(0.0005, 0.9995, 1999)
    assert coverage(n, grid, "clopper-pearson").min() >= 0.95


def test_the_plain_interval_does_not():
    assert coverage(20, np.linspace(0.01, 0.99, 99), "wald").min() < 0.3


# --- laws
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_interval_mirrors_holds_its_estimate_and_widens_with_the_level(data):
    n = data.draw(st.integers(1, 300))
    x = data.draw(st.integers(0, n))
    method = data.draw(st.sampled_from(sorted(METHODS)))
    found, mirrored = interval(x, n, method=method), interval(n - x, n, method=method)
    assert 0 <= found.lower <= x / n + 1e-12
    assert x / n - 1e-12 <= found.upper <= 1
    assert found.lower == pytest.approx(1 - mirrored.upper, abs=1e-9)
    wide = interval(x, n, method=method, level=0.99)
    assert wide.lower <= found.lower + 1e-12
    assert found.upper <= wide.upper + 1e-12
    assert (found.method, found.level) == (method, 0.95)


def test_many_at_once_equal_one_at_a_time():
    for method in METHODS:
        lower, upper = limits([[0, 3], [7, 10]], 10, method=method)
        assert lower.shape == (2, 2)
        one = interval(7, 10, method=method)
        assert (lower[1, 0], upper[1, 0]) == (one.lower, one.upper)


def test_agresti_coull_by_its_formula():
    found = interval(3, 20, method="agresti-coull")
    n = 20 + Z**2
    p = (3 + Z**2 / 2) / n
    assert found.upper == pytest.approx(p + Z * sqrt(p * (1 - p) / n))
    assert found.estimate == 0.15


# --- bad input
def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="must be one of clopper-pearson, wilson"):
        interval(1, 2, method="exact")
    with pytest.raises(InputError, match=r"interval of a proportion: 1 fault"):
        interval(3, 2)
