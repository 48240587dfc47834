"""An estimate carries its interval, its level and its method; a limit that does not exist is None, not a number."""

from __future__ import annotations

import dataclasses

import pytest

from lutetia.estimate import Estimate


def test_the_value_of_an_estimate_is_the_estimate():
    assert Estimate(estimate=0.43, lower=0.35, upper=0.51, method="clopper-pearson").value == 0.43


def test_a_limit_that_is_not_reached_is_none():
    median = Estimate(estimate=310.0, lower=284.0, upper=None, method="log-log")
    assert median.upper is None
    assert median.level == 0.95


def test_an_estimate_cannot_be_changed_and_must_name_its_method():
    estimate = Estimate(estimate=1.0, lower=None, upper=None, method="plain")
    with pytest.raises(dataclasses.FrozenInstanceError):
        estimate.estimate = 2.0
    with pytest.raises(TypeError, match="method"):
        Estimate(estimate=1.0, lower=0.0, upper=2.0)
