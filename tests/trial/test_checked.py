"""Checks at the door: what passes, what is refused, and that a fault says where and what to do."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lutetia.trial.checked import (
    above,
    allocation_faults,
    between,
    error_faults,
    experimental_fraction,
    is_number,
    not_negative,
    ratio_faults,
    rows_named,
    whole,
)


@pytest.mark.parametrize("value", [1, 0.5, np.float64(2), np.int64(3), -4.0])
def test_numbers_are_numbers(value):
    assert is_number(value)


@pytest.mark.parametrize("value", [None, "1", True, math.nan, math.inf, [1, 2]])
def test_what_is_no_number(value):
    assert not is_number(value)


@pytest.mark.parametrize("allocation", [(0, 1), (1, 0), (-2, 1), (2,), (1, 2, 3), "21", None, (math.nan, 1), ("2", 1)])
def test_an_allocation_without_one_of_the_arms_is_refused(allocation):
    (fault,) = allocation_faults(allocation)
    assert fault.place == "allocation"


def test_a_share_of_two_to_one():
    assert allocation_faults((2, 1)) == []
    assert experimental_fraction((2, 1)) == pytest.approx(2 / 3)


def test_power_below_alpha_is_refused_with_both_numbers():
    (fault,) = error_faults(0.025, 0.02)
    assert "above alpha (0.025)" in str(fault)
    assert "0.02" in str(fault)
    assert error_faults(0.025, 0.9) == []
    assert {fault.place for fault in error_faults(0, 1)} == {"alpha", "power"}
    assert error_faults(0.5, 0.9)[0].place == "alpha"


def test_a_hazard_ratio_of_one_is_refused():
    assert ratio_faults(0.5) == []
    assert ratio_faults(2) == []
    assert "equal arms" in str(ratio_faults(1)[0])
    assert ratio_faults(-1)
    assert ratio_faults(None)


def test_limits_belong_to_nobody():
    assert above("x", 0)
    assert not above("x", 1e-9)
    assert not not_negative("x", 0)
    assert not_negative("x", -1e-9)
    assert between("x", 0)
    assert between("x", 1)
    assert not between("x", 0.5)


@pytest.mark.parametrize("value", [1, 5, 2.0, 2**200, np.int64(7)])
def test_whole_numbers_of_any_size_pass(value):
    assert whole("n", value) == []


@pytest.mark.parametrize("value", [0, 1.5, -1, None, "3", True, math.inf])
def test_what_is_no_whole_number_from_one(value):
    assert whole("n", value)


def test_rows_are_named_up_to_ten():
    assert rows_named([0, 3]) == "0, 3"
    assert rows_named(range(10)) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert rows_named(list(range(12))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
