"""A contrast gives its hazard ratio with a Wald interval on the log scale."""

from __future__ import annotations

from math import log

import pytest

from lutetia.cohort.contrast import Contrast


def contrast(**changes):
    values = {
        "analysis": "landmark",
        "log_hazard_ratio": log(0.5),
        "std_error": 0.2,
        "n": 100,
        "events": 40,
        "rows": 100,
        "converged": True,
        "why": "",
        "believe": True,
        "conventions": (),
    }
    return Contrast(**(values | changes))


def test_the_interval_by_hand():
    # 0.5 · exp(∓1.959964 · 0.2) = 0.5 · 0.675709, 0.5 · 1.479927
    ratio = contrast().hazard_ratio
    assert ratio.estimate == pytest.approx(0.5)
    assert ratio.lower == pytest.approx(0.337854, abs=1e-6)
    assert ratio.upper == pytest.approx(0.739964, abs=1e-6)


def test_the_value_is_the_hazard_ratio():
    assert contrast().value == pytest.approx(0.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"converged": False, "why": "separation"},
        {"std_error": float("nan")},
        {"log_hazard_ratio": float("inf")},
        {"log_hazard_ratio": 20.0, "std_error": 1e6},
    ],
)
def test_a_fit_without_a_finite_answer_has_no_ratio(changes):
    ratio = contrast(**changes).hazard_ratio
    assert (ratio.estimate, ratio.lower, ratio.upper) == (None, None, None)
    assert contrast(**changes).value is None
