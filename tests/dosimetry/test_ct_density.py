"""Density from CT numbers: points and straight lines by hand; unknown tissue is refused."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.ct_density import DensityCurve, density_from_ct, density_table, schneider_curve
from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import phantom_table
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError


def ct(*values, unit="HU"):
    geometry = Geometry.regular((1, 1, len(values)), (1.0, 1.0, 1.0), frame_of_reference="made up")
    return Volume(array=np.array(values, float)[None, None], geometry=geometry, unit=unit)


def test_by_hand():
    found = density_from_ct(ct(-1000, -549, 14, 18.5, 850.5, 3000)).array[0, 0]
    # halfway between two points the density is halfway: (0.00121 + 0.93) / 2, (1.03 + 1.031) / 2, (1.0762 + 1.9642) / 2
    assert found == pytest.approx([0.00121, 0.465605, 1.03, 1.0305, 1.5202, 2.8], rel=1e-6)


def test_the_source_is_named():
    assert density_table().source.doi == "10.1088/0031-9155/45/2/314"
    assert any("Schneider" in words for words in density_from_ct(ct(0)).conventions)


def test_a_little_below_air_is_air_but_padding_is_unknown():
    assert density_from_ct(ct(-1024)).array.item() == pytest.approx(0.00121)
    with pytest.raises(InputError, match="1 voxels from -2000"):
        density_from_ct(ct(-2000, 0))
    with pytest.raises(InputError, match="beyond"):
        density_from_ct(ct(0, 4000))
    held = density_from_ct(ct(-2000, 4000), beyond="hold")
    assert held.array[0, 0] == pytest.approx([0.00121, 2.8])
    assert any("2 voxels outside" in words for words in held.conventions)


def test_unknown_numbers_units_and_words_are_refused():
    with pytest.raises(InputError, match="finite"):
        ct(0, np.nan)
    with pytest.raises(InputError) as error:
        density_from_ct(ct(0, unit="Gy"), beyond="guess")  # type: ignore[arg-type]
    assert len(error.value.faults) == 2


def test_a_curve_must_make_sense():
    with pytest.raises(InputError) as error:
        DensityCurve(name="mine", attenuation_hu=(0, -5), density_g_per_ml=(1.0, -1.0))
    assert [fault.place for fault in error.value.faults] == ["attenuation_hu", "density_g_per_ml"]
    with pytest.raises(InputError, match="two or more"):
        DensityCurve(name="mine", attenuation_hu=(0,), density_g_per_ml=(1.0,))


def test_a_scanners_own_curve_gives_the_phantoms_density_back():
    points = phantom_table().table["hounsfield"]
    density = np.array([0.0012, 0.3, 1.03, 1.05, 1.4])
    shown = ct(*np.interp(density, points["density_g_per_ml"], points["hu"]))
    own = DensityCurve(
        name="the made-up scanner",
        attenuation_hu=tuple(points["hu"]),
        density_g_per_ml=tuple(points["density_g_per_ml"]),
    )
    found = density_from_ct(shown, curve=own)
    assert found.array[0, 0] == pytest.approx(density, rel=1e-6)
    assert found.conventions[-1] == "Density from CT by the curve of the made-up scanner."
    assert density_from_ct(shown, curve=schneider_curve()).array[0, 0] == pytest.approx(density, abs=0.1)
