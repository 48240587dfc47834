"""Dose-volume histograms: four voxels by hand, a cone with a known curve, laws between the measures."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lutetia.dosimetry.dose_volume import dose_volume
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.region import Region, minus
from lutetia.dosimetry.region_measure import measure
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError


def histogram(doses, shares, name="kidney", spacing_mm=(10.0, 10.0, 10.0)):
    doses, shares = np.atleast_3d(doses), np.atleast_3d(shares)
    geometry = Geometry.regular(doses.shape, spacing_mm, frame_of_reference="made up")
    dose = Volume(array=doses, geometry=geometry, unit="Gy")
    return dose_volume(dose, Region(name=name, shares=shares, geometry=geometry))


@pytest.fixture
def four_voxels():
    """Of 1 mL each: 10, 20, 30 Gy in whole voxels, 40 Gy in half of one; a voxel of 99 Gy is not in the region."""
    return histogram([10.0, 99.0, 30.0, 40.0, 20.0], [1.0, 0.0, 1.0, 0.5, 1.0])


def test_the_curve_by_hand(four_voxels):
    assert four_voxels.n == 4
    assert four_voxels.total_ml == pytest.approx(3.5)
    assert four_voxels.mean_gy == pytest.approx((10 + 20 + 30 + 20) / 3.5)
    assert four_voxels.at_least_ml([0, 10, 10.1, 30, 40, 41]) == pytest.approx([3.5, 3.5, 2.5, 1.5, 0.5, 0])
    assert four_voxels.at_least_pct(20.0) == pytest.approx(100 * 2.5 / 3.5)
    assert (four_voxels.least_gy, four_voxels.most_gy) == (10, 40)


def test_doses_to_volumes_by_hand(four_voxels):
    # 0.5 mL get 40 Gy, 1.5 mL 30 Gy, 2.5 mL 20 Gy, all 10 Gy
    half, third = 100 * 0.5 / 3.5, 100 * 1.5 / 3.5
    assert four_voxels.dose_to_pct_gy([0, half, half + 0.1, third, 98, 100]).tolist() == [40, 40, 30, 30, 10, 10]
    assert four_voxels.dose_to_ml_gy(2.0) == 20
    assert four_voxels.dose_to_ml_gy(0.5) == 40
    for outside in (-1, 101):
        with pytest.raises(InputError, match="0 and 100"):
            four_voxels.dose_to_pct_gy(outside)
    with pytest.raises(InputError, match=r"3\.5 mL"):
        four_voxels.dose_to_ml_gy(3.6)


def test_curves_for_a_figure(four_voxels):
    doses, shares_pct = four_voxels.cumulative(4)
    assert doses.tolist() == [0, 10, 20, 30, 40]
    assert shares_pct == pytest.approx(100 * np.array([3.5, 3.5, 2.5, 1.5, 0.5]) / 3.5)
    assert four_voxels.differential([0, 15, 30, 40]) == pytest.approx([1, 1, 1.5])


def test_equivalent_uniform_doses_by_hand():
    two = histogram([10.0, 20.0], [1.0, 1.0])
    assert two.generalised_eud_gy(exponent=1) == pytest.approx(15)
    assert two.generalised_eud_gy(exponent=2) == pytest.approx((500 / 2) ** 0.5)
    assert two.generalised_eud_gy(exponent=-1) == pytest.approx(40 / 3)  # harmonic mean
    assert two.survival_eud_gy(alpha_per_gy=0.1) == pytest.approx(-10 * log((exp(-1) + exp(-2)) / 2))
    assert two.survival_eud_gy(alpha_per_gy=50.0) == pytest.approx(10 + log(2) / 50)
    with pytest.raises(InputError, match="must not be 0"):
        two.generalised_eud_gy(exponent=0)
    with pytest.raises(InputError, match="above 0"):
        two.survival_eud_gy(alpha_per_gy=0)


def test_a_voxel_without_dose_leaves_a_cold_spot():
    cold = histogram([0.0, 20.0], [1.0, 1.0])
    assert cold.generalised_eud_gy(exponent=-5) == 0
    assert cold.survival_eud_gy(alpha_per_gy=0.35) == pytest.approx(log(2) / 0.35, abs=0.01)


def test_a_ramp_has_the_curve_of_a_ramp():
    doses = (np.arange(1000) + 0.5) / 100  # 0 to 10 Gy
    ramp = histogram(doses, np.ones(1000))
    assert ramp.at_least_pct(4.0) == pytest.approx(60)
    assert float(ramp.dose_to_pct_gy(95)) == pytest.approx(0.5, abs=0.01)
    assert ramp.std_gy == pytest.approx(10 / 12**0.5, rel=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    doses=st.lists(st.floats(0, 100), min_size=1, max_size=30),
    seed=st.integers(0, 1000),
    exponent=st.floats(1.5, 20),
    alpha_per_gy=st.floats(0.01, 2),
)
def test_measures_stand_in_order(doses, seed, exponent, alpha_per_gy):
    shares = np.random.default_rng(seed).uniform(0.05, 1, len(doses))
    found = histogram(doses, shares)
    low, high = found.least_gy * (1 - 1e-9) - 1e-9, found.most_gy * (1 + 1e-9) + 1e-9
    cold, hot = found.survival_eud_gy(alpha_per_gy=alpha_per_gy), found.generalised_eud_gy(exponent=exponent)
    assert low <= cold <= found.mean_gy * (1 + 1e-9) + 1e-9
    assert found.mean_gy * (1 - 1e-9) <= hot <= high
    pct = np.linspace(0, 100, 23)
    at = found.dose_to_pct_gy(pct)
    assert (np.diff(at) <= 0).all()
    assert (found.at_least_pct(at) >= pct - 1e-6).all(), "at least x % get D(x)"


def test_the_mean_is_that_of_the_image():
    draws = np.random.default_rng(1)
    geometry = Geometry.regular((6, 7, 8), (3.0, 2.0, 1.0), frame_of_reference="made up")
    dose = Volume(array=draws.random((6, 7, 8)), geometry=geometry, unit="Gy")
    region = Region(name="liver", shares=draws.random((6, 7, 8)), geometry=geometry)
    found = dose_volume(dose, region)
    assert found.mean_gy == pytest.approx(measure(dose, region).mean, rel=1e-9)
    assert found.std_gy == pytest.approx(measure(dose, region).std, rel=1e-9)


def test_the_rule_of_the_region_is_told():
    geometry = Geometry.regular((1, 1, 4), (10.0, 10.0, 10.0), frame_of_reference="made up")
    dose = Volume(array=np.array([[[1.0, 2.0, 3.0, 4.0]]]), geometry=geometry, unit="Gy")
    liver = Region(name="liver", shares=np.array([[[1.0, 1.0, 1.0, 0.0]]]), geometry=geometry)
    lesion = Region(name="lesion", shares=np.array([[[0.0, 0.25, 1.0, 0.0]]]), geometry=geometry)
    found = dose_volume(dose, minus("healthy liver", liver, lesion))
    assert found.rule == "liver − lesion"
    assert found.conventions[0] == "healthy liver = liver − lesion."
    assert found.total_ml == pytest.approx(1.75)
    assert found.mean_gy == pytest.approx((1 + 0.75 * 2) / 1.75)


def test_what_is_no_dose_or_no_region_is_refused():
    geometry = Geometry.regular((1, 1, 2), (10.0, 10.0, 10.0), frame_of_reference="made up")
    dose = Volume(array=np.ones((1, 1, 2)), geometry=geometry, unit="Gy")
    whole = Region(name="liver", shares=np.ones((1, 1, 2)), geometry=geometry)
    with pytest.raises(InputError, match="in Gy"):
        dose_volume(Volume(array=np.ones((1, 1, 2)), geometry=geometry, unit="Bq/mL"), whole)
    elsewhere = Geometry.regular((1, 1, 2), (9.0, 9.0, 9.0), frame_of_reference="made up")
    with pytest.raises(InputError, match="grid of the dose"):
        dose_volume(dose, Region(name="liver", shares=np.ones((1, 1, 2)), geometry=elsewhere))
    with pytest.raises(InputError, match="at least one voxel"):
        dose_volume(dose, Region(name="nothing", shares=np.zeros((1, 1, 2)), geometry=geometry))
