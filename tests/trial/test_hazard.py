"""Hazards in pieces: by hand, and against numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from lutetia.errors import InputError
from lutetia.trial import Hazard

PIECES = Hazard(rates_per_month=(0.1, 0.0, 0.3), from_months=(0.0, 2.0, 5.0))


def test_a_median_of_fifteen_months():
    hazard = Hazard.of_median(15)
    assert hazard.rates_per_month[0] == pytest.approx(0.0462098)  # ln 2 / 15
    assert hazard.survival(15.0) == pytest.approx(0.5)
    assert hazard.median_months == pytest.approx(15)
    assert hazard.times(0.5).median_months == pytest.approx(30)


def test_pieces_by_hand():
    assert PIECES.cumulative([0, 1, 2, 5, 6]).tolist() == pytest.approx([0, 0.1, 0.2, 0.2, 0.5])
    assert PIECES.rate_per_month([0, 2, 4.9, 5, 9]).tolist() == [0.1, 0.0, 0.0, 0.3, 0.3]
    assert PIECES.months_at([0.1, 0.2, 0.5]).tolist() == pytest.approx([1, 2, 6])
    assert PIECES.cumulative(-3.0) == 0


def test_who_is_cured_never_has_the_event():
    cured = Hazard(rates_per_month=(0.1, 0.0), from_months=(0, 3))
    assert cured.months_at(0.4) == np.inf
    assert cured.median_months == np.inf
    assert cured.survival(100.0) == pytest.approx(np.exp(-0.3))


@pytest.mark.parametrize("months", [0.5, 2.0, 4.0, 20.0])
def test_the_restricted_mean_is_the_area_below_the_curve(months):
    area = quad(lambda t: float(PIECES.survival(t)), 0, months, points=[p for p in (2.0, 5.0) if p < months])[0]
    assert PIECES.mean_months_within(months) == pytest.approx(area, rel=1e-8)


@settings(max_examples=30)
@given(st.floats(0.001, 3))
def test_time_and_cumulative_hazard_undo_each_other(amount):
    assert PIECES.cumulative(PIECES.months_at(amount)) == pytest.approx(amount)


def test_all_faults_are_told():
    with pytest.raises(InputError) as wrong:
        Hazard(rates_per_month=(-0.1, 0.2), from_months=(1.0,))
    assert [fault.place for fault in wrong.value.faults] == ["rates_per_month[0]", "from_months", "from_months"]
    with pytest.raises(InputError, match="above 0"):
        Hazard(rates_per_month=(0.0,))
    with pytest.raises(InputError, match="median_months"):
        Hazard.of_median(0)
