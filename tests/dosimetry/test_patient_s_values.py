"""The patient's own S values: reciprocity, absorbed fractions, doses put together from them."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.patient_region_dose import patient_dose_between_regions
from lutetia.dosimetry.patient_s_values import patient_s_values
from lutetia.dosimetry.photon_batches import PhotonRun
from lutetia.dosimetry.photon_source import photon_source
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_dose import s_between_regions
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

GEOMETRY = Geometry.regular((12, 12, 16), (10.0, 10.0, 10.0), frame_of_reference="made up")


def box(name, z, y, x):
    shares = np.zeros(GEOMETRY.shape, bool)
    shares[slice(*z), slice(*y), slice(*x)] = True
    return Region(name=name, shares=shares, geometry=GEOMETRY)


REGIONS = RegionSet(regions=(box("liver", (3, 9), (3, 9), (2, 7)), box("kidney", (5, 8), (4, 8), (11, 14))))


def density(liver=1.04, kidney=1.04, elsewhere=1.04):
    values = np.full(GEOMETRY.shape, elsewhere)
    for region, own in zip(REGIONS, (liver, kidney), strict=True):
        values[region.shares] = own
    return Volume(array=values, geometry=GEOMETRY, unit="g/mL")


def found(given, histories=200_000, **words):
    return patient_s_values(REGIONS, given, "Lu-177", run=PhotonRun(histories=histories), **words)


def test_cross_doses_are_the_same_both_ways():
    # reciprocity: S(a ← b) = S(b ← a), nearly so in tissues that differ
    s = found(density())
    there, back = ("liver", "kidney"), ("kidney", "liver")
    error = np.hypot(s.std_error_gy_per_mbq_h[there], s.std_error_gy_per_mbq_h[back])
    assert s.table.s_gy_per_mbq_h[there] == pytest.approx(s.table.s_gy_per_mbq_h[back], abs=4 * error)
    assert error < 0.05 * s.table.s_gy_per_mbq_h[there]


def test_near_the_kernel_where_tissue_is_uniform():
    # the kernel's medium is endless, here it ends within centimetres, and less comes back
    s, known = found(density()), s_between_regions(REGIONS, "Lu-177")
    for pair, value in known.s_gy_per_mbq_h.items():
        assert 0.7 * value < s.table.s_gy_per_mbq_h[pair] < 1.01 * value
    assert s.table.s_gy_per_mbq_h["liver", "liver"] == pytest.approx(known.s_gy_per_mbq_h["liver", "liver"], rel=0.02)


def test_absorbed_fractions_and_s_values_belong_together():
    given = density(liver=1.06, elsewhere=0.3)
    s, source = found(given, histories=6400, charged="local deposition"), photon_source("Lu-177")
    mass_g = s.table.reference_masses_g["liver"]
    assert mass_g == pytest.approx(180 * 1.06, rel=1e-6)
    fraction = s.photon_fraction["liver", "liver"]
    energy_mev = source.charged_mev + source.photon_mev * fraction
    assert s.table.s_gy_per_mbq_h["liver", "liver"] == pytest.approx(energy_mev * GY_G_PER_MBQ_H_MEV / mass_g, rel=1e-6)
    assert 0 < s.photon_fraction_std_error["liver", "liver"] < 0.1 * fraction
    for name in REGIONS.names:
        absorbed = sum(s.photon_fraction[target, name] for target in REGIONS.names)
        assert absorbed + s.escaped_fraction[name] < 1


def test_lung_between_lets_more_through():
    through_lung, through_bone = (found(density(elsewhere=e), 60_000) for e in (0.3, 1.7))
    pair = ("kidney", "liver")
    assert through_lung.table.s_gy_per_mbq_h[pair] > 1.2 * through_bone.table.s_gy_per_mbq_h[pair]


def test_a_map_with_even_activity_gives_the_same_doses():
    given = density(kidney=1.3)
    s = found(given, 6400, charged="local deposition")
    tia = 2.0 * REGIONS["liver"].shares + 5.0 * REGIONS["kidney"].shares
    doses = patient_dose_between_regions(
        Volume(array=tia, geometry=GEOMETRY, unit="MBq h"),
        REGIONS,
        given,
        "Lu-177",
        charged="local deposition",
        run=PhotonRun(histories=6400),
    ).doses
    for column, (source, area) in enumerate((("liver", 360.0), ("kidney", 180.0))):
        for row, target in enumerate(REGIONS.names):
            assert doses.dose_gy[row, column] == pytest.approx(area * s.table.s_gy_per_mbq_h[target, source], rel=2e-3)


def test_masses_given_and_faults():
    s = found(density(), 3200, mass_g={"kidney": 40.0})
    assert s.table.reference_masses_g["kidney"] == 40.0
    assert "Mass as given" in s.table.source
    with pytest.raises(InputError) as error:
        found(density(), 5, charged="so", mass_g={"heart": 1.0})
    assert len(error.value.faults) == 3
    other = Volume(
        array=np.ones((3, 3, 3)), geometry=Geometry.regular((3, 3, 3), (1.0,) * 3, frame_of_reference="x"), unit="g/mL"
    )
    with pytest.raises(InputError, match="grid of the regions"):
        found(other)
