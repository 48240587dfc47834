"""Tables of the tissues: media at known energies, the published mean Compton share and energy transfer."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.photon_data import attenuation
from lutetia.dosimetry.tissue_attenuation import (
    LOG_LOWEST,
    LOG_STEP,
    ROWS,
    TOTAL,
    energy_transfer_cm2_per_g,
    majorant_per_cm,
    mean_compton_share,
    tissue_tables,
)
from lutetia.dosimetry.tissue_map import tissue_class_at, tissue_classes

NAMES = [tissue.name for tissue in tissue_classes()]


def at(energy_mev, table):
    """The table at an energy, linear between its rows, as the compiled code reads it."""
    place = (np.log(energy_mev) - LOG_LOWEST) / LOG_STEP
    row = int(place)
    return table[row] + (place - row) * (table[row + 1] - table[row])


@pytest.mark.parametrize("energy_mev", [0.0083, 0.055, 0.11295, 0.20837, 0.7, 2.6145])
def test_pure_classes_have_the_coefficients_of_their_medium(energy_mev):
    for name, known in (("soft tissue", "soft_tissue"), ("cortical bone", "bone_cortical"), ("air", "air")):
        found = at(energy_mev, tissue_tables().processes[:, NAMES.index(name)])
        exact = attenuation(known, energy_mev)
        assert found[TOTAL] == pytest.approx(float(exact.total), rel=2e-3)
        assert found[0] == pytest.approx(float(exact.photoelectric), rel=5e-3)
        assert found[TOTAL] - found[2] == pytest.approx(float(exact.pair), abs=2e-5)


def test_a_mixture_lies_between_its_media_by_mass():
    table = tissue_tables().processes[:, :, TOTAL]
    share = tissue_classes()[NAMES.index("bone 1.4")].media_fraction["bone_cortical"]
    soft, bone = (table[:, NAMES.index(name)] for name in ("soft tissue", "cortical bone"))
    assert table[:, NAMES.index("bone 1.4")] == pytest.approx((1 - share) * soft + share * bone, rel=1e-5)


def test_mean_compton_share_of_free_electrons_is_the_published():
    # Klein and Nishina: 0.138 of the energy at 0.1 MeV, 0.440 at 1 MeV (Attix 1986, chapter 7); k at low energy
    assert mean_compton_share(np.array([0.1, 1.0])) == pytest.approx([0.138, 0.440], abs=6e-4)
    assert mean_compton_share(np.array(1e-3)) == pytest.approx(1e-3 / 0.511, rel=0.01)


def test_bound_electrons_let_go_backwards_more_often():
    energy = np.array([0.03, 0.2])
    free, bound = mean_compton_share(energy), mean_compton_share(energy, "soft_tissue")
    assert (bound > free).all()
    assert bound[0] / free[0] > bound[1] / free[1]
    assert bound[1] == pytest.approx(free[1], rel=0.01)


def test_energy_transfer_in_water_is_nists():
    # Hubbell and Seltzer, NISTIR 5632: mass energy absorption of liquid water; bremsstrahlung takes 0.1 % of
    # it at 0.5 MeV and 0.2 % at 1 MeV
    energy = np.array([0.02, 0.06, 0.1, 0.2, 0.5, 1.0])
    published = [0.5503, 0.03190, 0.02546, 0.02967, 0.03299, 0.03103]
    assert energy_transfer_cm2_per_g("water", energy) == pytest.approx(published, rel=0.02)


def test_nothing_is_above_the_majorant():
    density = np.array([0.0012, 0.3, 1.05, 1.4, 1.02], np.float32)
    tissue = tissue_class_at(density)
    majorant = majorant_per_cm(density, tissue)
    assert majorant.shape == (ROWS,)
    each = tissue_tables().processes[:, tissue, TOTAL] * density
    assert (majorant >= each.max(axis=1)).all()
    assert majorant == pytest.approx(each.max(axis=1), rel=1e-5)
