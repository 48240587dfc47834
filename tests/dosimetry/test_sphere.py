"""Self-dose: published spheres and organs, laws, exact geometry, and Monte Carlo as an independent route."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry import (
    ellipsoid_s_gy_per_bq_s,
    organ_self_s_gy_per_bq_s,
    self_dose,
    sphere_s_gy_per_bq_s,
)
from lutetia.dosimetry.kernel import RADII_G_PER_CM2, radial_kernel
from lutetia.dosimetry.nuclide import nuclide
from lutetia.dosimetry.sphere import overlap_fraction
from lutetia.errors import InputError

TABLE = Path(__file__).parent / "reference" / "sphere_s_values.csv"
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
SEVEN_G = (0.0146, 0.116, 0.932, 4.31, 14.6, 116.0, 932.0)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['medium']}-{row['mass_g']}")
def test_spheres_of_lutetium_177_are_as_published(row):
    found = sphere_s_gy_per_bq_s(
        "Lu-177", float(row["mass_g"]), medium=row["medium"], density_g_per_ml=float(row["density_g_per_ml"])
    )
    assert found == pytest.approx(float(row["s_gy_per_bq_s"]), rel=0.01 if row["medium"] == "soft_tissue" else 0.02)


def test_the_seven_masses_are_among_them():
    assert set(SEVEN_G) <= {float(row["mass_g"]) for row in ROWS if row["medium"] == "soft_tissue"}


@pytest.mark.parametrize(("mass", "parts", "published"), [(310, 2, 7.76e-5), (1800, 1, 1.37e-5), (150, 1, 1.60e-4)])
def test_organ_self_s_of_lutetium_177_is_as_published(mass, parts, published):
    """OLINDA's adult male (kidneys, liver, spleen), mGy/(MBq s), as stored in PyTheranostics' phantom data."""
    assert organ_self_s_gy_per_bq_s("Lu-177", mass, parts=parts) * 1e9 == pytest.approx(published, rel=0.02)


def test_a_large_sphere_by_hand():
    """177Lu, 1 kg: electrons all absorbed, Δ = 0.1479 MeV · 1.602177e-13 J/MeV; photons add some percent."""
    by_hand = 0.1479 * 1.602177e-13 / 1.0
    found = self_dose("Lu-177", 1000.0)
    assert found.component_gy_per_bq_s("electron") == pytest.approx(by_hand, rel=0.01)
    assert 1.03 * by_hand < found.s_gy_per_bq_s < 1.06 * by_hand


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 2000), st.floats(1.01, 3), st.sampled_from(["Lu-177", "Y-90", "Ac-225"]))
def test_what_does_not_leave_scales_as_one_over_mass(mass, factor, name):
    """S · mass grows with the mass, by at most what the smaller sphere lets out.

    The chance to be inside is at least 1 − 3 r / 4 R (see `overlap_fraction`), so of a component that deposits at the
    mean distance r̄ at most 3 r̄ / 4 R leaves: nothing to speak of for 177Lu in 1 g, 5 % for the betas of 225Ac's chain.
    """
    small, large, radial = self_dose(name, mass), self_dose(name, mass * factor), radial_kernel(name)
    radius = small.semi_axes_mm[0] * 1.04 / 10  # g/cm²
    middle = (RADII_G_PER_CM2[1:] + RADII_G_PER_CM2[:-1]) / 2
    for component in ("electron", "alpha"):
        if small.absorbed_mev[component] > 0:
            ratio = small.component_gy_per_bq_s(component) / large.component_gy_per_bq_s(component) / factor
            mean_distance = np.diff(radial.within_mev[component]) @ middle / radial.energy_mev(component)
            assert 1 - 0.75 * mean_distance / radius - 1e-9 <= ratio <= 1 + 1e-9
    assert small.s_gy_per_bq_s > large.s_gy_per_bq_s


@pytest.mark.parametrize(("mass", "parts"), [(310, 2), (1800, 1), (150, 1)])
@pytest.mark.parametrize("factor", [0.5, 0.7, 1.5, 2.0])
def test_organs_follow_the_law_of_mass_scaling(mass, parts, factor):
    """MIRD's law for 177Lu: electrons as 1 / mass, photons as mass^(−2/3) (Snyder 1970). Kidneys, liver, spleen."""
    reference = self_dose("Lu-177", mass / parts)
    electrons = reference.component_gy_per_bq_s("electron") / factor
    photons = reference.component_gy_per_bq_s("photon", "bremsstrahlung") * factor ** (-2 / 3)
    found = organ_self_s_gy_per_bq_s("Lu-177", mass * factor, parts=parts)
    assert (electrons + photons) / parts == pytest.approx(found, rel=0.005)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.001, 5000), st.sampled_from(["Lu-177", "Y-90", "In-111", "Pb-212"]))
def test_absorbed_fractions_lie_between_nothing_and_all(mass, name):
    found = self_dose(name, mass)
    for component, emitted in found.emitted_mev.items():
        if emitted > 0:
            assert 0 <= found.absorbed_fraction(component) <= 1


def test_a_sphere_is_the_ellipsoid_of_least_loss():
    sphere = sphere_s_gy_per_bq_s("Y-90", 10.0)
    flat, long = (self_dose("Y-90", 10.0, axis_ratios=ratios).s_gy_per_bq_s for ratios in ((1, 1, 0.2), (1, 1, 5)))
    assert flat < long < sphere
    assert self_dose("Y-90", 10.0, axis_ratios=(1, 1, 1.000001)).s_gy_per_bq_s == pytest.approx(sphere, rel=1e-5)


def test_an_ellipsoid_by_its_axes_is_the_one_of_its_mass():
    axes = (55.0, 30.0, 20.0)
    mass_g = 4 / 3 * np.pi * 55 * 30 * 20 * 1e-3 * 1.04
    found = self_dose("Lu-177", mass_g, axis_ratios=(5.5, 3.0, 2.0))
    assert found.semi_axes_mm == pytest.approx(axes)
    assert ellipsoid_s_gy_per_bq_s("Lu-177", axes) == pytest.approx(found.s_gy_per_bq_s)


def test_overlap_of_a_sphere_with_itself():
    """s = r / R: 1 at 0, 5/16 at R (1 − 3/4 + 1/16), 0 from 2 R on."""
    assert overlap_fraction([0.0, 3.0, 6.0, 9.0], (3.0, 3.0, 3.0)) == pytest.approx([1, 5 / 16, 0, 0])
    s = np.linspace(0, 2, 20001)
    # integrated over all places it is the sphere's volume: ∫ 4 π s² overlap ds = 4 π / 3
    assert np.trapezoid(s**2 * overlap_fraction(s, (1.0, 1.0, 1.0)), s) == pytest.approx(1 / 3, rel=1e-6)


def test_overlap_of_an_ellipsoid_by_chance():
    """Independent route: random pairs of points."""
    axes, rng = np.array([3.0, 2.0, 1.0]), np.random.default_rng(1)
    way = rng.normal(size=(200_000, 3))
    way /= np.linalg.norm(way, axis=1)[:, None]
    start = way[::-1] * rng.random((200_000, 1)) ** (1 / 3) * axes
    for distance in (0.5, 1.5, 3.0):
        inside = np.sum(((start + distance * way) / axes) ** 2, axis=1) < 1
        assert overlap_fraction(distance, (3.0, 2.0, 1.0)) == pytest.approx(inside.mean(), abs=4e-3)


@pytest.mark.parametrize(("name", "mass"), [("Lu-177", 0.0146), ("Lu-177", 20.0)])
def test_monte_carlo_in_vacuum_agrees_but_for_what_comes_back(name, mass):
    """Another route from the same spectra: no kernel, no closed form. Tissue around sends 0 to 2 % back."""
    kernel = self_dose(name, mass)
    followed = self_dose(name, mass, surroundings="vacuum", histories=6000)
    error = followed.std_error_gy_per_bq_s / kernel.s_gy_per_bq_s
    assert -0.025 - 4 * error < followed.s_gy_per_bq_s / kernel.s_gy_per_bq_s - 1 < 4 * error
    assert "Vacuum around the body" in followed.conventions[-1]


@pytest.mark.long
def test_photon_fractions_of_an_ellipsoid_by_monte_carlo():
    """111In in an ellipsoid like a kidney: photons from tissue around add 5 to 9 % to what the body keeps in vacuum."""
    ratios = (5.5, 3.0, 2.0)
    kernel = self_dose("In-111", 155.0, axis_ratios=ratios)
    followed = self_dose("In-111", 155.0, axis_ratios=ratios, surroundings="vacuum", histories=400_000)
    assert followed.absorbed_fraction("electron") == pytest.approx(kernel.absorbed_fraction("electron"), rel=2e-3)
    assert 0.90 < followed.absorbed_fraction("photon") / kernel.absorbed_fraction("photon") < 0.97


def test_rbe_weighted_dose_is_apart_from_absorbed_dose():
    found = self_dose("Pb-212", 0.05)
    weighted = found.rbe_weighted(alpha_rbe=5.0)
    assert weighted.alpha_rbe == 5.0
    by_hand = found.s_gy_per_bq_s + 4 * found.component_gy_per_bq_s("alpha")
    assert weighted.rbe_weighted_gy_per_bq_s == pytest.approx(by_hand)
    assert found.rbe_weighted(alpha_rbe=1.0).rbe_weighted_gy_per_bq_s == pytest.approx(found.s_gy_per_bq_s)
    assert not hasattr(weighted, "s_gy_per_bq_s")
    with pytest.raises(TypeError):
        weighted + weighted


def test_the_result_says_what_it_rests_on():
    text = " ".join(self_dose("Pb-212", 10.0).conventions)
    for words in ("ICRP 107", "0.6406 Po-212", "1.04 g/mL of soft tissue", "same medium goes on around the body"):
        assert words in text


def test_a_nuclide_without_daughters_can_be_given():
    alone = self_dose(nuclide("Pb-212", daughters="none"), 1.0)
    assert alone.component_gy_per_bq_s("alpha") == 0
    assert alone.s_gy_per_bq_s < sphere_s_gy_per_bq_s("Pb-212", 1.0)


def test_all_faults_are_found_at_once():
    with pytest.raises(InputError) as caught:
        self_dose("Lu-177", -1.0, axis_ratios=(1, 0, 1), density_g_per_ml=float("nan"))
    assert [fault.place for fault in caught.value.faults] == ["mass_g", "density_g_per_ml", "axis_ratios"]
