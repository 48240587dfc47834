"""Calibration factor, decay and dead time: by hand, round trips, limits."""

from __future__ import annotations

from math import e, exp, hypot, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from lutetia.dosimetry.calibration import (
    CalibrationFactor,
    calibration_from_phantom,
    dead_time_correction_fraction,
    decay_fraction,
    mean_during_acquisition_fraction,
    observed_rate_cps,
    true_rate_cps,
)
from lutetia.errors import InputError


def test_activity_by_hand():
    """5.67 ± 0.08 counts/s/MBq (SPECT/CT, Santoro 2018, s13550-018-0459-4)."""
    factor = CalibrationFactor(cps_per_mbq=5.67, u_cps_per_mbq=0.08, geometry="bottle of 500 mL")
    assert factor.activity_mbq([567, 56.7]) == pytest.approx([100, 10])
    assert factor.u_fraction == pytest.approx(0.0141, abs=1e-4)


def test_factor_from_a_phantom_by_hand():
    found = calibration_from_phantom(
        1_000_000, 1800, 100, half_life_h=159.528, u_activity_fraction=0.03, geometry="NEMA body"
    )
    mean = quad(lambda t: 2 ** (-t / 159.528), 0, 0.5)[0] / 0.5
    assert found.cps_per_mbq == pytest.approx(1e6 / 1800 / 100 / mean)
    assert found.u_fraction == pytest.approx(hypot(1e-3, 0.03))


def test_decay_by_hand():
    assert decay_fraction([0, 159.528, -159.528], 159.528) == pytest.approx([1, 0.5, 2])
    assert float(mean_during_acquisition_fraction(3600, 1)) == pytest.approx(0.5 / log(2))
    assert float(mean_during_acquisition_fraction(0, 1)) == 1


def test_dead_time_by_hand():
    assert float(observed_rate_cps(1e5, 1e-6, "non_paralysable")) == pytest.approx(1e5 / 1.1)
    assert float(observed_rate_cps(1e5, 1e-6, "paralysable")) == pytest.approx(1e5 * exp(-0.1))


@settings(max_examples=40, deadline=None)
@given(lost=st.floats(0, 0.99), model=st.sampled_from(["non_paralysable", "paralysable"]))
def test_the_true_rate_comes_back(lost, model):
    true = lost / 1e-6
    seen = observed_rate_cps(true, 1e-6, model)
    assert float(true_rate_cps(seen, 1e-6, model)) == pytest.approx(true, rel=1e-6, abs=1e-9)


def test_correction_on_arrays_and_none_for_no_counts():
    seen = observed_rate_cps([0, 1e4, 1e5], 2e-6, "paralysable")
    assert dead_time_correction_fraction(seen, 2e-6, "paralysable") == pytest.approx([1, exp(0.02), exp(0.2)])


def test_rates_a_camera_cannot_show_are_refused():
    with pytest.raises(InputError, match="367879 cps"):
        true_rate_cps(1e6 / e + 1, 1e-6, "paralysable")
    with pytest.raises(InputError, match="most a non_paralysable"):
        true_rate_cps([1.0, 1e6], 1e-6, "non_paralysable")
    with pytest.raises(InputError, match="must lie between"):
        true_rate_cps([1.0, -1.0], 1e-6, "non_paralysable")
    with pytest.raises(InputError, match="must lie between"):
        true_rate_cps(np.nan, 1e-6, "non_paralysable")


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="non_paralysable or paralysable"):
        observed_rate_cps(1, 1e-6, "mixed")
    with pytest.raises(InputError, match="dead_time_s"):
        observed_rate_cps(1, 0, "paralysable")
    with pytest.raises(InputError, match="above 0, its u 0 or above"):
        CalibrationFactor(cps_per_mbq=0, u_cps_per_mbq=1, geometry="x")
    with pytest.raises(InputError) as refused:
        calibration_from_phantom(0, 0, 1, half_life_h=1, u_activity_fraction=-1, geometry="x")
    assert len(refused.value.faults) == 3
