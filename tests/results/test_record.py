"""Every record has the same keys; what is not a number is None."""

from __future__ import annotations

from lutetia.estimate import Estimate
from lutetia.results.record import KEYS, finite, record


def test_an_estimate_fills_its_columns():
    value = Estimate(estimate=2.0, lower=1.0, upper=None, std_error=0.5, level=0.9, method="Wald")
    made = record("hazard_ratio", value, unit="ratio", endpoint="OS", level="male", reference="female", p=0.04, n=8)
    assert tuple(made) == KEYS
    assert (made["estimate"], made["lower"], made["upper"], made["std_error"]) == (2.0, 1.0, None, 0.5)
    assert (made["coverage"], made["method"], made["p"], made["n"], made["events"]) == (0.9, "Wald", 0.04, 8, None)


def test_a_plain_number_has_no_interval_and_its_own_method():
    made = record("chi_square", 3.84, method="log-rank")
    assert tuple(made) == KEYS
    assert (made["estimate"], made["lower"], made["coverage"], made["method"]) == (3.84, None, None, "log-rank")


def test_what_is_not_finite_is_none():
    assert [finite(value) for value in (None, float("nan"), float("inf"), 1)] == [None, None, None, 1.0]
    assert record("p", float("nan"), p=float("nan"))["estimate"] is None
