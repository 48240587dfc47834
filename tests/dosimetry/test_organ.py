"""Organ doses: MIRD by hand, masses, rest of the body, local deposition; the notes' own numbers."""

from __future__ import annotations

from math import hypot

import numpy as np
import pytest

from lutetia.dosimetry.organ import (
    GY_G_PER_MBQ_H_MEV,
    STable,
    local_deposition_gy,
    organ_dose,
    remainder_s_gy_per_mbq_h,
    time_integrated_activity_coefficient_h,
)
from lutetia.errors import InputError
from lutetia.estimate import Estimate

PER_H = 3.6e3 * 1e-3  # mGy/(MBq·s) → Gy/(MBq·h)
# 177Lu, adult male, mGy/(MBq s), from the table in OLINDA's layout kept by PyTheranostics (Lu177-Male-Svalues.csv).
TABLE = STable(
    s_gy_per_mbq_h={
        ("kidneys", "kidneys"): 7.76e-5 * PER_H,
        ("kidneys", "liver"): 1.20e-7 * PER_H,
        ("kidneys", "spleen"): 2.65e-7 * PER_H,
    },
    reference_masses_g={"kidneys": 310.0, "liver": 1800.0, "spleen": 150.0},
    source="test",
    photon_fraction={"kidneys": 0.05},
    u_fraction=0.02,
)


def area(value, u=None):
    return Estimate(estimate=value, lower=None, upper=None, std_error=u, method="test")


def dose(tia=None, mass=310.0, u_mass=0.0, scaling="linear", table=TABLE, target="kidneys"):
    tia = {"kidneys": area(10_000, 500), "liver": area(50_000, 5000)} if tia is None else tia
    return organ_dose(target, tia, table, mass_g=mass, u_mass_g=u_mass, mass_scaling=scaling)


def test_dose_and_budget_by_hand():
    found = dose()
    own, cross = 10_000 * 7.76e-5 * 3.6, 50_000 * 1.20e-7 * 3.6
    assert found.absorbed.gy == pytest.approx(own + cross)
    assert found.parts_gy == {"kidneys": pytest.approx(own), "liver": pytest.approx(cross)}
    assert found.cross_gy == pytest.approx(cross)
    expected = hypot(0.05 * own, 0.1 * cross, 0.02 * (own + cross))
    assert found.absorbed.u_gy == pytest.approx(expected)
    assert [c.name for c in found.absorbed.budget if c.shared] == ["S values"]


def test_the_share_of_a_typical_kidney():
    """0.47 Gy/GBq of the median patient needs about 1.68 MBq·h per MBq in 310 g: a residence of under two hours."""
    per_gbq = dose({"kidneys": area(1000 * 1.68)}).absorbed.gy
    assert per_gbq == pytest.approx(0.47, rel=0.005)


def test_mass_scaling_by_hand():
    assert dose(mass=155).self_s_gy_per_mbq_h == pytest.approx(2 * TABLE.s_gy_per_mbq_h["kidneys", "kidneys"])
    both = dose(mass=155, scaling="electrons_and_photons").self_s_gy_per_mbq_h
    assert both == pytest.approx((0.95 * 2 + 0.05 * 2 ** (2 / 3)) * 7.76e-5 * 3.6)
    assert dose(mass=155, scaling="none").self_s_gy_per_mbq_h == pytest.approx(7.76e-5 * 3.6)
    assert dose(mass=155).parts_gy["liver"] == dose().parts_gy["liver"]  # cross-S stays


@pytest.mark.parametrize("scaling", ["linear", "electrons_and_photons", "none"])
def test_the_effect_of_the_mass_is_the_derivative(scaling):
    found = dose(mass=200, u_mass=2.0, scaling=scaling)
    up, down = (dose(mass=200 + way * 0.02, scaling=scaling).absorbed.gy for way in (1, -1))
    effect = next(c.effect_gy for c in found.absorbed.budget if c.name == "mass")
    assert effect == pytest.approx((up - down) / 0.04 * 2.0, rel=1e-5, abs=1e-12)


def test_unknown_uncertainties_are_named():
    table = STable(s_gy_per_mbq_h=TABLE.s_gy_per_mbq_h, reference_masses_g=TABLE.reference_masses_g, source="test")
    found = dose({"kidneys": area(10_000)}, u_mass=None, table=table)
    assert found.absorbed.u_gy is None
    assert found.absorbed.unknown == ("time-integrated activity of kidneys", "S values", "mass")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tia": {"kidneys": area(1), "lungs": area(1)}}, "must hold kidneys ← lungs"),
        ({"tia": {}}, "one source or more"),
        ({"tia": {"kidneys": area(None)}}, "area of 0 or above"),
        ({"tia": {"kidneys": area(-1)}}, "area of 0 or above"),
        ({"mass": 0.0}, "mass_g"),
        ({"u_mass": -1.0}, "u_mass_g"),
        ({"scaling": "square"}, "mass_scaling"),
        ({"target": "spleen", "tia": {"spleen": area(1)}, "scaling": "electrons_and_photons"}, "photon part"),
    ],
)
def test_bad_input_is_refused(change, words):
    with pytest.raises(InputError, match=words):
        dose(**change)


def test_rest_of_the_body_by_hand():
    table = STable(
        s_gy_per_mbq_h={("marrow", "body"): 3.0, ("marrow", "liver"): 1.0, ("marrow", "spleen"): 2.0},
        reference_masses_g={"body": 100.0, "liver": 20.0, "spleen": 10.0},
        source="test",
    )
    rest = remainder_s_gy_per_mbq_h("marrow", table, ("liver", "spleen"), "body")
    assert rest == pytest.approx((300 - 20 - 20) / 70)
    with pytest.raises(InputError, match="value and mass of each, but got lungs"):
        remainder_s_gy_per_mbq_h("marrow", table, ("lungs",), "body")
    heavy = STable(s_gy_per_mbq_h=table.s_gy_per_mbq_h, reference_masses_g={"body": 20.0, "liver": 20.0}, source="t")
    with pytest.raises(InputError, match="weigh more"):
        remainder_s_gy_per_mbq_h("marrow", heavy, ("liver",), "body")


def test_local_deposition_is_the_177lu_constant():
    """0.1479 MeV per decay: 0.08531 Gy·g per MBq·h (VER-DO-06 of the project's verified facts)."""
    assert float(local_deposition_gy(1.0, 1.0, 0.1479)) == pytest.approx(0.08531, rel=1e-4)
    assert local_deposition_gy(np.ones((2, 3)), 2.0, 0.1479) == pytest.approx(np.full((2, 3), 0.042653), rel=1e-4)
    assert pytest.approx(0.576784, rel=1e-6) == GY_G_PER_MBQ_H_MEV
    with pytest.raises(InputError, match="above 0"):
        local_deposition_gy(1.0, [1.0, 0.0], 0.1479)


def test_coefficient_in_hours():
    assert time_integrated_activity_coefficient_h(7400, 3700) == 2
    with pytest.raises(InputError, match="above 0"):
        time_integrated_activity_coefficient_h(1, 0)
