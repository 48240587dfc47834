"""Printed numbers: what was printed, how far it was rounded, and what else would print alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.evidence.printed import interval, number, p_value, share


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("1.58", 1.58, 1.575, 1.585),
        ("1.50", 1.5, 1.495, 1.505),
        ("2", 2, 1.5, 2.5),
        ("<0.001", 0.001, 0, 0.001),
        (">0.05", 0.05, 0.05, float("inf")),
        ("0·276", 0.276, 0.2755, 0.2765),
        ("−3.1", -3.1, -3.15, -3.05),
        ("1e-4", 1e-4, 0.5e-4, 1.5e-4),
        ("1.5e-7", 1.5e-7, 1.45e-7, 1.55e-7),
    ],
)
def test_a_number_stands_for_all_that_round_to_it(text, value, low, high):
    found = number(text)
    assert (found.value, found.low, found.high) == (value, pytest.approx(low), pytest.approx(high))
    assert str(found) == text


def test_what_is_not_estimable_is_nothing_and_words_are_refused():
    assert number("NE") is None
    with pytest.raises(ValueError, match="must be a printed number, but got 'abc'"):
        number("abc")


@given(st.integers(0, 10**6), st.integers(0, 4))
def test_a_number_fits_itself_and_not_one_a_unit_away(digits, decimals):
    value = digits / 10**decimals
    found = number(f"{value:.{decimals}f}")
    assert found.fits(value)
    assert found.fits(value + 0.5 * 10**-decimals)  # rounding half up or half to even: either is right
    assert not found.fits(value + 1.01 * 10**-decimals)


def test_digits_cut_off_are_allowed_where_that_is_common():
    p = number("0.234")
    assert not p.fits(0.2348)
    assert p.cut_or_rounded(0.2348, 0.2348)
    assert not p.cut_or_rounded(0.2352, 0.2360)
    assert not p.cut_or_rounded(0.2330, 0.2334)
    assert not number("<0.001").cut_or_rounded(0.0011, 0.0012)


def test_p_values_as_papers_write_them():
    assert p_value("0.032").value == 0.032
    assert p_value("<0.001").relation == "<"
    assert (p_value("ns").relation, p_value("NS").value) == (">", 0.05)
    assert p_value("-") is None
    assert p_value("–") is None
    with pytest.raises(ValueError, match="must lie between 0 and 1, but got '2'"):
        p_value("2")


@pytest.mark.parametrize(
    "text",
    ["1.58 (1.04-2.04)", "1·58 [1·04–2·04]", "1.58 (95% CI 1.04 to 2.04)", "1.58 (1.04, 2.04)", "1.58(1.04;2.04)"],
)
def test_an_interval_in_the_ways_papers_write_it(text):
    assert [n.value for n in interval(text)] == [1.58, 1.04, 2.04]


def test_intervals_with_limits_that_are_negative_absent_or_not_reached():
    assert [n.value for n in interval("-3.1 (-8.2--1.0)")] == [-3.1, -8.2, -1.0]
    assert [n.value for n in interval("33.7% (23.4%-44.0%)")] == [33.7, 23.4, 44.0]
    assert interval("22.8 (19.4-NE)")[2] is None
    assert interval("NE (2.3-NE)")[0] is None
    assert interval("14")[1:] == (None, None)
    for text in ("1.5 (1.0-", "abc", "", "1.5 (1.0)"):
        with pytest.raises(ValueError, match="must be an estimate with its interval"):
            interval(text)


@pytest.mark.parametrize(
    ("text", "count", "n", "percent", "lower"),
    [
        ("17 (10.4%)", 17, None, 10.4, None),
        ("17 (10.4)", 17, None, 10.4, None),
        ("65/151 (43.0%)", 65, 151, 43.0, None),
        ("65 (43.0%) (35.0-51.3)", 65, None, 43.0, 35.0),
        ("43.0% (35.0-51.3)", None, None, 43.0, 35.0),
        ("9.1%", None, None, 9.1, None),
        ("17", 17, None, None, None),
        ("2 (<1%)", 2, None, 1, None),
    ],
)
def test_shares_in_the_ways_papers_write_them(text, count, n, percent, lower):
    found = share(text)
    assert (found.count, found.n) == (count, n)
    assert (found.percent and found.percent.value, found.lower and found.lower.value) == (percent, lower)


@pytest.mark.parametrize("text", ["abc", "9.1", "", "1.5 (3%)", "-3 (2%)"])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ValueError, match="must be a count or a percentage"):
        share(text)
