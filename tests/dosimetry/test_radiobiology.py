"""BED and EQD2: the notes' numbers, laws, and types that do not mix with absorbed dose."""

from __future__ import annotations

import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose, Component
from lutetia.dosimetry.curve import MonoExponential
from lutetia.dosimetry.radiobiology import (
    Tissue,
    absorbed_dose_of_bed_gy,
    bed,
    bed_of_gy,
    effect_slope,
    tissue_parameters,
)
from lutetia.errors import InputError

KIDNEYS = Tissue(name="kidneys", alpha_beta_gy=2.6, repair_half_time_h=2.8, source="test", status="given")
SLOW = MonoExponential(initial_mbq=1, effective_half_life_h=52)


def gray(value, u=None):
    return AbsorbedDose(gy=value, budget=() if u is None else (Component(name="all", effect_gy=u),))


def test_reference_values():
    """4.5 Gy at an effective half-life of 52 h is 4.898 Gy; 23 Gy in one go 33.40 Gy (project's notes, derived)."""
    assert bed(gray(4.5), SLOW, KIDNEYS).bed_gy == pytest.approx(4.898, abs=5e-4)
    assert bed(gray(23), SLOW, KIDNEYS).bed_gy == pytest.approx(33.40, abs=5e-3)
    by_hand = 4.5 * (1 + 2.8 / 54.8 * 4.5 / 2.6)
    assert bed(gray(4.5), SLOW, KIDNEYS).bed_gy == pytest.approx(by_hand, rel=1e-6)
    assert bed(gray(4.5), SLOW, KIDNEYS, "numeric").bed_gy == pytest.approx(by_hand, rel=1e-6)


def test_eqd2_of_fractions_of_2_gy_is_their_dose():
    sudden = MonoExponential(initial_mbq=1, effective_half_life_h=1e-7)
    whole = bed(gray(2), sudden, KIDNEYS) + bed(gray(2), sudden, KIDNEYS)
    assert whole.eqd2().eqd2_gy == pytest.approx(4, rel=1e-6)
    assert (whole.eqd2() + whole.eqd2()).eqd2_gy == pytest.approx(8, rel=1e-6)


def test_u_is_the_derivative():
    found = bed(gray(4.5, 0.45), SLOW, KIDNEYS)
    assert found.u_bed_gy == pytest.approx((1 + 2 * 2.8 / 54.8 * 4.5 / 2.6) * 0.45)
    assert found.eqd2().u_eqd2_gy == pytest.approx(found.u_bed_gy / (1 + 2 / 2.6))
    assert bed(gray(4.5), SLOW, KIDNEYS).u_bed_gy is None
    up, down = (bed_of_gy(5 + step, 0.1, 2.6) for step in (1e-5, -1e-5))
    assert effect_slope(5, 0.1, 2.6) == pytest.approx((up - down) / 2e-5, rel=1e-6)


def test_cycles_add():
    one = bed(gray(4.5, 0.4), SLOW, KIDNEYS)
    assert (one + one).bed_gy == pytest.approx(2 * one.bed_gy)
    assert (one + one).u_bed_gy == pytest.approx(2 * one.u_bed_gy)
    assert (one + one).bed_gy < bed(gray(9), SLOW, KIDNEYS).bed_gy


def test_the_absorbed_dose_of_a_bed_goes_back():
    for g in (0.0, 0.05, 1.0):
        assert absorbed_dose_of_bed_gy(bed_of_gy(4.5, g, 2.6), g, 2.6) == pytest.approx(4.5)


def test_unlike_things_do_not_add():
    one = bed(gray(4.5), SLOW, KIDNEYS)
    for left, right in ((one, gray(1)), (gray(1), one), (one, 1.0), (one, one.eqd2()), (one.eqd2(), gray(1))):
        with pytest.raises(TypeError):
            left + right
    other = Tissue(name="marrow", alpha_beta_gy=10, repair_half_time_h=1, source="test", status="given")
    with pytest.raises(InputError, match="must share α/β"):
        one + bed(gray(4.5), SLOW, other)
    with pytest.raises(InputError, match="must share α/β"):
        one.eqd2() + bed(gray(4.5), SLOW, other).eqd2()


def test_parameters_carry_their_source_and_mark():
    tissue = tissue_parameters("kidneys")
    assert (tissue.alpha_beta_gy, tissue.repair_half_time_h) == (2.6, 2.8)
    assert tissue.status == "still unverified"
    line = bed(gray(4.5), SLOW, tissue).conventions[0]
    assert "still unverified" in line
    assert "α/β = 2.6 Gy" in line
    with pytest.raises(InputError, match="must be one of kidneys"):
        tissue_parameters("hair")


def test_bad_input_is_refused():
    with pytest.raises(InputError, match="0 Gy or above"):
        bed(gray(-1), SLOW, KIDNEYS)
    with pytest.raises(InputError, match="above 0"):
        Tissue(name="x", alpha_beta_gy=0, repair_half_time_h=1, source="x", status="x")
