"""Spending functions: by hand at half the information, and the ends."""

from __future__ import annotations

from math import e, exp, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from lutetia.errors import InputError
from lutetia.trial import Spending

ALL = [
    Spending.obrien_fleming(),
    Spending.pocock(),
    Spending.hwang_shih_decani(-4),
    Spending.hwang_shih_decani(0),
    Spending.hwang_shih_decani(1),
    Spending.power(2),
]


@pytest.mark.parametrize(
    ("spending", "half"),
    [
        (Spending.obrien_fleming(), 2 * norm.sf(norm.isf(0.0125) / 0.5**0.5)),
        (Spending.pocock(), 0.025 * log(1 + (e - 1) / 2)),
        (Spending.hwang_shih_decani(-4), 0.025 * (1 - exp(2)) / (1 - exp(4))),
        (Spending.hwang_shih_decani(0), 0.0125),
        (Spending.power(3), 0.025 / 8),
    ],
    ids=str,
)
def test_what_is_spent_at_half_the_information(spending, half):
    assert spending.spent(0.5, 0.025) == pytest.approx(half)


@pytest.mark.parametrize("spending", ALL, ids=str)
@settings(max_examples=20)
@given(st.floats(0, 1), st.floats(0, 1))
def test_spending_rises_from_nothing_to_all(spending, a, b):
    low, high = sorted((a, b))
    assert spending.spent(low, 0.025) <= spending.spent(high, 0.025) + 1e-15
    assert spending.spent(0.0, 0.025) == pytest.approx(0)
    assert spending.spent([1.0, 1.3], 0.025).tolist() == pytest.approx([0.025, 0.025])


def test_each_names_itself_and_its_parameter():
    assert str(Spending.hwang_shih_decani(-4)) == "hwang-shih-decani, γ = -4"
    assert str(Spending.power(3)) == "power, ρ = 3"
    assert str(Spending.pocock()) == "pocock-like"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Spending(family="linear"),
        lambda: Spending.power(0),
        lambda: Spending.hwang_shih_decani(None),
    ],
)
def test_unknown_families_and_parameters_are_refused(make):
    with pytest.raises(InputError, match="spending function"):
        make()
