"""Numbers as a journal prints them, each by hand."""

from __future__ import annotations

import pytest

from lutetia.estimate import Estimate
from lutetia.results import printed

DAY = 30.4375


def estimate(value, lower=None, upper=None):
    return Estimate(estimate=value, lower=lower, upper=upper, method="by hand")


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (estimate(0.5449, 0.3681, 0.7949), "0.54 (0.37–0.79)"),
        (estimate(1.0, 0.0001, 12345.0), "1.00 (<0.01–>1000)"),
        (estimate(123.4, 99.999, 999.4), "123 (100.00–999)"),
        (estimate(2.0, 1.0, None), "2.00 (1.00–NE)"),
        (estimate(None), "not estimable"),
        (None, "not estimable"),
    ],
)
def test_ratio(ratio, text):
    assert printed.ratio_text(ratio) == text


@pytest.mark.parametrize(
    ("p", "text", "sentence"),
    [
        (0.0234, "0.023", "p = 0.023"),
        (0.00099, "<0.001", "p < 0.001"),
        (0.001, "0.001", "p = 0.001"),
        (0.9996, ">0.999", "p > 0.999"),
        (1.0, ">0.999", "p > 0.999"),
        (None, "–", "no test"),
        (float("nan"), "–", "no test"),
    ],
)
def test_p(p, text, sentence):
    assert printed.p_text(p) == text
    assert printed.p_sentence(p) == sentence


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (estimate(10 * DAY, 5 * DAY, 15.55 * DAY), "10.0 (5.0–15.6)"),
        (estimate(10 * DAY, 5 * DAY, None), "10.0 (5.0–NE)"),
        (estimate(None, 5 * DAY, None), "NE (5.0–NE)"),
        (estimate(None), "NE"),
        (estimate(2 * DAY, -1 * DAY, 5 * DAY), "2.0 (−1.0–5.0)"),
        (None, "–"),
    ],
)
def test_months(days, text):
    assert printed.months_text(days) == text


def test_difference_of_months_has_signs():
    assert printed.difference_months_text(estimate(-2 * DAY, -5 * DAY, 0.01 * DAY)) == "−2.0 (−5.0 to 0.0)"
    assert printed.difference_months_text(None) == "not estimable"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (estimate(0.430464, 0.350255, 0.513455), "43.0 (35.0–51.3)"),  # 65 of 151, Clopper-Pearson (NETTER-2)
        (estimate(1.0), "100.0"),
        (estimate(0.5, None, 0.9), "50.0 (NE–90.0)"),
        (estimate(None), "NE"),
    ],
)
def test_percent(share, text):
    assert printed.percent_text(share) == text


def test_difference_of_percentages_has_signs():
    assert printed.difference_percent_text(estimate(0.33713, 0.234313, 0.439947)) == "+33.7 (+23.4 to +44.0)"
    assert printed.difference_percent_text(estimate(-0.1, -0.2, None)) == "−10.0 (−20.0 to NE)"


def test_counts_and_statistics():
    assert printed.count_text(17, 201) == "17 (8.5)"
    assert printed.count_text(0, 0) == "0"
    assert printed.chi2_text(10.3267) == "10.33"
    assert printed.chi2_text(float("nan")) == "–"
