"""Doses of regions in the patient's densities: by source, by hand, with masses given, electrons across borders."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.patient_photons import patient_dose
from lutetia.dosimetry.patient_region_dose import patient_dose_between_regions
from lutetia.dosimetry.photon_batches import PhotonRun
from lutetia.dosimetry.photon_source import photon_source
from lutetia.dosimetry.region import Region
from lutetia.dosimetry.region_dose import REST
from lutetia.dosimetry.region_set import RegionSet
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

FEW = PhotonRun(histories=6400)


def volumes(density, tia):
    geometry = Geometry.regular(density.shape, (8.0, 8.0, 8.0), frame_of_reference="made up")
    return (
        Volume(array=tia, geometry=geometry, unit="MBq h"),
        Volume(array=density, geometry=geometry, unit="g/mL"),
    )


def two_regions(geometry):
    first, second = np.zeros((2, *geometry.shape), np.float32)
    first[1:4, 1:4, 1:3], second[1:4, 1:4, 5:7] = 1, 1
    second[1:4, 1:4, 4] = 0.5
    named = (("liver", first), ("kidney", second))
    return RegionSet(regions=tuple(Region(name=n, shares=s, geometry=geometry) for n, s in named))


def regional_case(**words):
    density = np.full((5, 5, 8), 1.05)
    density[:, :, 5] = 1.4
    tia = np.zeros(density.shape)
    tia[1:4, 1:4, 1:3], tia[2, 2, 5], tia[0, 0, 0] = 1.0, 4.0, 0.5
    given = volumes(density, tia)
    return patient_dose_between_regions(given[0], two_regions(given[0].geometry), given[1], "Lu-177", **words)


def test_regions_by_source():
    run = PhotonRun(histories=64_000)
    found = regional_case(charged="local deposition", run=run)
    doses = found.doses
    assert doses.sources == ("liver", "kidney", REST)
    assert doses.tia_mbq_h == pytest.approx([18, 4, 0.5])
    assert doses["liver"].mass_g == pytest.approx(18 * 0.512 * 1.05)
    # half voxels have the mean of the inner ones, (1.4 + 1.05) / 2
    assert doses["kidney"].mass_g == pytest.approx((9 * 0.5 * 1.225 + 9 * 1.4 + 9 * 1.05) * 0.512, rel=1e-6)
    source = photon_source("Lu-177")
    own = source.charged_mev * GY_G_PER_MBQ_H_MEV * 18 / doses["liver"].mass_g
    assert doses.self_gy("liver") == pytest.approx(own + found.photon_gy[0, 0], rel=1e-6)
    assert doses.cross_gy("liver") == pytest.approx(found.photon_gy[0, 1:].sum(), rel=1e-6)
    # the same regions off the map, all sources together
    density = np.full((5, 5, 8), 1.05)
    density[:, :, 5] = 1.4
    tia = np.zeros(density.shape)
    tia[1:4, 1:4, 1:3], tia[2, 2, 5], tia[0, 0, 0] = 1.0, 4.0, 0.5
    shown = patient_dose(
        *volumes(density, tia), "Lu-177", charged="local deposition", run=PhotonRun(histories=64_000, seed=3)
    )
    liver = shown.photon_dose.array[1:4, 1:4, 1:3].mean(dtype=float)
    assert found.photon_gy[0].sum() == pytest.approx(liver, rel=0.03)
    assert (found.escaped_fraction > 0.5).all()
    assert found.error_gy("liver") == pytest.approx(np.sqrt((found.std_error_gy[0] ** 2).sum()))


def test_masses_given_count_for_charged_particles():
    plain, heavy = (regional_case(charged="local deposition", mass_g=m, run=FEW) for m in (None, {"liver": 19.3536}))
    own = [found.doses.self_gy("liver") - found.photon_gy[0, 0] for found in (plain, heavy)]
    assert own[1] == pytest.approx(own[0] / 2, rel=1e-6)  # 18 × 0.512 mL × 1.05 g/mL, twice
    assert np.array_equal(heavy.photon_gy, plain.photon_gy)
    assert heavy.doses["liver"].mass_g == pytest.approx(19.3536)
    assert any("Mass as given, for charged particles: liver." in words for words in heavy.conventions)


def test_electrons_cross_the_border_of_a_region():
    crossing, local = (regional_case(charged=c, run=FEW) for c in ("kernel", "local deposition"))
    assert 0.85 * local.doses.self_gy("liver") < crossing.doses.self_gy("liver") < 0.995 * local.doses.self_gy("liver")


def test_faults():
    with pytest.raises(InputError) as error:
        regional_case(mass_g={"liver": -1.0, "heart": 5.0}, charged="so", run=FEW)
    assert [fault.place for fault in error.value.faults] == ["charged", "mass_g[liver]", "mass_g[heart]"]
