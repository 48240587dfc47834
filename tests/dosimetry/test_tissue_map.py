"""Tissue by density: the order of the classes, their limits, and bone as a mixture whose volumes add up."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.medium import medium
from lutetia.dosimetry.tissue_map import air_below_g_per_ml, tissue_class_at, tissue_classes, tissue_map, tissue_table
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

GEOMETRY = Geometry.regular((1, 1, 4), (10.0, 10.0, 10.0), frame_of_reference="made up")


def volume(values, unit="g/mL"):
    return Volume(array=np.array(values, float)[None, None], geometry=GEOMETRY, unit=unit)


def test_classes_by_hand():
    names = [tissue.name for tissue in tissue_classes()]
    found = [names[i] for i in tissue_class_at([0.0012, 0.049, 0.05, 0.3, 0.92, 0.98, 1.04, 1.1, 1.4, 1.85, 7.8])]
    assert found == [
        "air", "air", "lung", "lung", "adipose", "soft tissue", "soft tissue", "soft tissue", "bone 1.4",
        "cortical bone", "cortical bone",
    ]  # fmt: skip
    assert air_below_g_per_ml() == 0.05


def test_limits_rise_and_fractions_add_up_to_one():
    limits = [tissue.below_g_per_ml for tissue in tissue_classes()]
    assert limits == sorted(limits)
    assert limits[-1] == np.inf
    for tissue in tissue_classes():
        assert sum(tissue.media_fraction.values()) == pytest.approx(1, abs=1e-6)


def test_volumes_of_bone_add_up_to_the_density_in_its_name():
    bones = [tissue for tissue in tissue_classes() if tissue.name.startswith("bone")]
    assert len(bones) == 7
    for tissue in bones:
        ml_per_g = sum(share / medium(name).density_g_per_ml for name, share in tissue.media_fraction.items())
        assert 1 / ml_per_g == pytest.approx(float(tissue.name.split()[1]), abs=1e-4)


def test_map_and_its_volumes():
    found = tissue_map(volume([0.001, 0.3, 1.04, 1.05]))
    assert found.volume_ml == pytest.approx({"air": 1.0, "lung": 1.0, "soft tissue": 2.0})
    assert found.tissue.shape == (1, 1, 4)
    assert tissue_table().source.kind == "policy"
    assert "lung to 0.9" in found.conventions[-1]


def test_hounsfield_units_and_negative_densities_are_refused():
    with pytest.raises(InputError, match="density_from_ct"):
        tissue_map(volume([0, 0, 0, 0], unit="HU"))
    with pytest.raises(InputError, match="negative"):
        tissue_map(volume([1, -0.5, 1, 1]))
