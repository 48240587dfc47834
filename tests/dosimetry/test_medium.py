"""Compositions are NIST's, by two ways; an unknown medium is refused with the known ones named."""

from __future__ import annotations

import pytest
import xraylib

from lutetia.dosimetry.medium import media_names, media_table, medium
from lutetia.errors import InputError

# Our word → the name under which xraylib keeps the same NIST material.
IN_XRAYLIB = {
    "water": "Water, Liquid",
    "soft_tissue": "Tissue, Soft (ICRP)",
    "muscle": "Muscle, Skeletal",
    "lung": "Lung (ICRP)",
    "adipose": "Adipose Tissue (ICRP)",
    "blood": "Blood (ICRP)",
    "bone_cortical": "Bone, Cortical (ICRP)",
    "bone_compact": "Bone, Compact (ICRU)",
    "air": "Air, Dry (near sea level)",
}


@pytest.mark.parametrize("name", media_names())
def test_the_composition_is_that_of_xraylib(name):
    theirs = xraylib.GetCompoundDataNISTByName(IN_XRAYLIB[name])
    ours = {z: fraction for z, fraction, _ in medium(name).elements}
    assert ours == pytest.approx(dict(zip(theirs["Elements"], theirs["massFractions"], strict=True)), abs=2e-6)
    if name != "soft_tissue":  # 1.04 on purpose, as its sidecar says
        assert medium(name).density_g_per_ml == pytest.approx(theirs["density"], rel=1e-3)


def test_electrons_in_water_by_hand():
    # H2O: 10 electrons in 18.0153 g
    assert medium("water").electrons_mol_per_g == pytest.approx(10 / 18.0153, rel=1e-4)


@pytest.mark.parametrize("name", media_names())
def test_mass_fractions_add_up_to_one(name):
    assert sum(fraction for _, fraction, _ in medium(name).elements) == pytest.approx(1, abs=1e-12)


def test_soft_tissue_has_the_density_of_the_published_voxel_tables():
    assert medium("soft_tissue").density_g_per_ml == 1.04
    assert "1.04" in (media_table().source.note or "")


def test_an_unknown_medium_is_refused_and_the_known_are_named():
    with pytest.raises(InputError, match=r"must be one of water, soft_tissue.*'jelly'"):
        medium("jelly")
