"""Marrow by blood in a cycle: the blood's area by hand, the two methods, what is missing."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.activity_series import BloodSamples
from lutetia.dosimetry.marrow import Measured
from lutetia.dosimetry.marrow_in_cycle import blood_curve, marrow_from_blood
from lutetia.dosimetry.organ import STable
from lutetia.dosimetry.region_plan import MarrowPlan, OneModel
from lutetia.errors import InputError
from lutetia.estimate import Estimate

TABLE = STable(
    s_gy_per_mbq_h={("marrow", "marrow"): 1e-3, ("marrow", "liver"): 2e-6},
    reference_masses_g={"marrow": 103.0, "liver": 1800.0},
    source="test",
    u_fraction=0.02,
)
RATIO = Measured(value=1.0, u=0.1, source="test")
TIMES = np.array([1.0, 4.0, 24.0, 48.0])
BLOOD = BloodSamples(times_h=TIMES, kbq_per_ml=50 * 2 ** (-TIMES / 10), u_fraction=0.05)


def area(mbq_h, u):
    return Estimate(estimate=mbq_h, lower=None, upper=None, std_error=u, method="test")


def blood(method):
    plan = MarrowPlan(method=method, ratio=RATIO, blood_curve=OneModel(model="mono"))
    return plan, blood_curve(BLOOD, plan, physical_half_life_h=159.5, administered_mbq=7400.0)


def test_the_area_of_the_blood_by_hand():
    _, curve = blood("blood")
    assert curve.tia_mbq_h.estimate == pytest.approx(0.050 * 10 / np.log(2))  # MBq h per mL
    assert 0.02 < curve.tia_mbq_h.std_error / curve.tia_mbq_h.estimate < 0.06


def test_blood_and_hybrid_by_hand():
    areas = {"marrow": area(100.0, 5.0), "liver": area(20_000.0, 1000.0)}
    plan, curve = blood("blood")
    found = marrow_from_blood("marrow", plan, curve, TABLE, areas, u_mass_fraction=0.05, density_g_per_ml=1.03)
    circulating = 0.5 / np.log(2) * 100 * 1e-3  # 100 mL of marrow
    assert found.self_gy == pytest.approx(circulating)
    assert found.cross_gy == pytest.approx(0.04)
    plan, curve = blood("hybrid")
    both = marrow_from_blood("marrow", plan, curve, TABLE, areas, u_mass_fraction=0.05, density_g_per_ml=1.03)
    assert both.circulating_gy == pytest.approx(circulating)
    assert both.bound_gy == pytest.approx(0.1 - circulating)
    assert both.absorbed.gy == pytest.approx(0.14)


def test_the_mass_of_the_marrow_moves_the_hybrid_dose():
    areas = {"marrow": area(100.0, 5.0)}
    plan, curve = blood("hybrid")
    found = marrow_from_blood("marrow", plan, curve, TABLE, areas, u_mass_fraction=0.05, density_g_per_ml=1.03)
    mass = next(c.effect_gy for c in found.absorbed.budget if c.name == "marrow mass")
    assert abs(mass) > 0


def test_hybrid_needs_the_image():
    plan, curve = blood("hybrid")
    with pytest.raises(InputError, match="must have an area from the images"):
        marrow_from_blood("marrow", plan, curve, TABLE, {}, u_mass_fraction=0.05, density_g_per_ml=1.03)
