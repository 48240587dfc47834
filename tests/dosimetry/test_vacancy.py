"""X-rays and Auger electrons: all the binding energy comes out again, and the known lines are among them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.icrp107 import Icrp107
from lutetia.dosimetry.vacancy import Vacancies, binding_energy_mev, relaxation


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 92), st.floats(0, 2), st.floats(0, 2), st.floats(0, 2))
def test_the_binding_energy_comes_out_again(charge, k, l, m):  # noqa: E741
    x_ray, auger = relaxation(charge, Vacancies(k=k, l=l, m=m))
    missing = sum(n * binding_energy_mev(charge, shell) for n, shell in ((k, "K"), (l, "L"), (m, "M")))
    assert x_ray.mean_energy_mev + auger.mean_energy_mev == pytest.approx(missing, rel=1e-9)


def test_cadmium_after_capture_in_indium_111():
    """The X-rays and Auger electrons of 111In in ICRP 107, from the vacancies that ENSDF has."""
    published = Icrp107().emission("In-111").lines
    k = 0.856 + 0.102  # captures in K, and conversion of both gammas there: ENSDF
    x_ray, auger = relaxation(48, Vacancies(k=k, l=0.119, m=0.03))
    assert x_ray.mean_energy_mev == pytest.approx(published["x_ray"].mean_energy_mev, rel=0.05)
    assert auger.mean_energy_mev == pytest.approx(published["auger"].mean_energy_mev, rel=0.08)
    assert x_ray.energy_mev[:2] == pytest.approx([0.0231, 0.0261], rel=0.01)


def test_binding_energies_of_hafnium():
    # K 65.35 keV, L 11.27, 10.74, 9.56 (X-ray data booklet)
    assert binding_energy_mev(72, "K") == pytest.approx(0.06535, rel=1e-3)
    assert binding_energy_mev(72, "L") == pytest.approx((0.01127 + 0.01074 + 0.00956) / 3, rel=1e-3)
    assert binding_energy_mev(6, "Q") == 0


def test_a_light_atom_sends_nothing_that_is_not_there():
    x_ray, auger = relaxation(8, Vacancies(k=1, l=0, m=0))
    assert x_ray.mean_energy_mev + auger.mean_energy_mev == pytest.approx(binding_energy_mev(8, "K"), rel=1e-9)
    assert all(energy > 0 for energy in (*x_ray.energy_mev, *auger.energy_mev))
