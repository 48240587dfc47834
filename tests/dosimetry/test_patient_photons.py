"""Dose in the patient's densities: the full kernel where tissue is uniform, slabs of lung and bone, air, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.lattice_kernel import lattice_kernel
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.patient_photons import patient_dose
from lutetia.dosimetry.photon_batches import PhotonRun
from lutetia.dosimetry.photon_source import photon_source
from lutetia.dosimetry.volume import Volume
from lutetia.dosimetry.voxel_dose import dose_map_gy
from lutetia.errors import InputError

FEW = PhotonRun(histories=6400)


def grid(shape, spacing_mm):
    return Geometry.regular(shape, spacing_mm, frame_of_reference="made up")


def volumes(density, tia, spacing_mm=(8.0, 8.0, 8.0)):
    geometry = grid(density.shape, spacing_mm)
    return (
        Volume(array=tia, geometry=geometry, unit="MBq h"),
        Volume(array=density, geometry=geometry, unit="g/mL"),
    )


def ball(geometry, centre_mm, radius_mm):
    z, y, x = (np.arange(n) * s for n, s in zip(geometry.shape, geometry.spacing_mm, strict=True))
    square = (z[:, None, None] - centre_mm[2]) ** 2 + (y[:, None] - centre_mm[1]) ** 2 + (x - centre_mm[0]) ** 2
    return square <= radius_mm**2


def uniform_case(**run):
    """Photons alone by Monte Carlo and by convolution: mean dose of organs in 50 cm of soft tissue, and their error."""
    geometry = grid((42, 42, 42), (12.0, 12.0, 12.0))
    middle = np.array([246.0, 246.0, 246.0])
    masks = {
        "source": ball(geometry, middle, 45),
        "near": ball(geometry, middle + np.array([75, 0, 0]), 28),
        "far": ball(geometry, middle + np.array([0, 90, 90]), 40),
        "all around": ball(geometry, middle, 170) & ~ball(geometry, middle, 60),
    }
    tia = masks["source"].astype(float)
    density = np.full(geometry.shape, 1.04)
    given = volumes(density, tia, geometry.spacing_mm)
    found = patient_dose(*given, "Lu-177", charged="local deposition", run=PhotonRun(**run))
    kernel = lattice_kernel("Lu-177", geometry.spacing_mm, components=("photon", "bremsstrahlung"))
    known = dose_map_gy(tia, kernel)
    rows = {}
    for name, mask in masks.items():
        own, other = found.photon_dose.array[mask], known[mask]
        error = np.sqrt((found.std_error.array[mask].astype(float) ** 2).sum()) / mask.sum()
        rows[name] = (own.mean(dtype=float), other.mean(dtype=float), error)
    return rows


def test_in_uniform_tissue_it_is_the_full_kernel():
    for name, (found, known, error) in uniform_case(histories=128_000).items():
        assert found == pytest.approx(known, rel=0.005, abs=4 * error), name


@pytest.mark.long
def test_in_uniform_tissue_it_is_the_full_kernel_within_half_a_percent():
    for name, (found, known, error) in uniform_case(histories=8_000_000, scoring="expected").items():
        assert error < 0.003 * known, name
        assert found == pytest.approx(known, abs=0.005 * known + 2 * error), name


@pytest.mark.parametrize("slab_g_per_ml", [0.3, 1.6, 1.9])
@pytest.mark.parametrize("name", ["Lu-177", "Pb-212"])
def test_energy_balance_in_slabs_of_lung_and_bone(slab_g_per_ml, name):
    density = np.full((12, 8, 8), 1.04)
    density[3:7] = slab_g_per_ml
    density[0] = 0.0012
    tia = np.zeros(density.shape)
    tia[5, 3:5, 3:5] = 2.0
    tia[8, 2, 2] = 1.0
    found = patient_dose(*volumes(density, tia), name, charged="local deposition", run=FEW)
    given = found.photons
    assert given.in_tissue_mev + given.in_air_mev + given.escaped_mev == pytest.approx(given.emitted_mev, rel=1e-6)
    assert given.emitted_mev == pytest.approx(9 * 3.6e9 * photon_source(name).photon_mev, rel=1e-6)
    # and the dose map holds it: Σ dose × mass
    energy_gy_g = float((found.photon_dose.array * density * 0.512).sum())
    assert energy_gy_g == pytest.approx(given.in_tissue_mev / 3.6e9 * GY_G_PER_MBQ_H_MEV, rel=1e-5)


def test_charged_particles_locally_by_hand():
    density = np.array([[[1.04, 0.3, 1.6]]])
    tia = np.array([[[1.0, 2.0, 4.0]]])
    source = photon_source("Lu-177")
    found = patient_dose(*volumes(density, tia), source, charged="local deposition", run=FEW)
    by_hand = source.charged_mev * 3.6e9 * 1.602176634e-13 * tia / (density * 0.512e-3)  # MBq h, MeV, J/MeV, kg
    assert found.dose.array - found.photon_dose.array == pytest.approx(by_hand, rel=1e-5)


def test_charged_particles_by_the_kernel_hold_the_same_energy():
    density = np.full((9, 9, 9), 1.04)
    density[:, :, 5:] = 0.3
    tia = np.zeros(density.shape)
    tia[4, 4, 3:6] = 1.0
    near, local = (
        patient_dose(*volumes(density, tia), "Y-90", charged=c, run=FEW) for c in ("kernel", "local deposition")
    )
    masses = density * 0.512
    held = [float(((d.dose.array - d.photon_dose.array) * masses).sum()) for d in (near, local)]
    assert held[0] == pytest.approx(held[1], rel=2e-3)
    assert near.dose.array[4, 4, 2] > 100 * local.dose.array[4, 4, 2]
    assert any("kernel" in words for words in near.conventions)


def test_twice_the_activity_twice_the_dose():
    rng = np.random.default_rng(1)
    density, tia = rng.uniform(0.3, 1.6, (5, 6, 7)), rng.uniform(0, 2, (5, 6, 7))
    once = patient_dose(*volumes(density, tia), "Lu-177", charged="local deposition", run=FEW)
    twice = patient_dose(*volumes(density, 2 * tia), "Lu-177", charged="local deposition", run=FEW)
    assert twice.dose.array == pytest.approx(2 * once.dose.array, rel=1e-6)
    assert twice.std_error.array == pytest.approx(2 * once.std_error.array, rel=1e-6)


def test_activity_in_air_is_told():
    density = np.full((4, 4, 6), 1.04)
    density[:, :, 4:] = 0.0012
    tia = np.zeros(density.shape)
    tia[2, 2, 1], tia[2, 2, 5] = 3.0, 1.0
    found = patient_dose(*volumes(density, tia), "Lu-177", run=FEW)
    assert found.left_out[0].count == 1
    assert "25 % of the activity" in found.left_out[0].why
    assert not found.dose.array[:, :, 4:].any()
    assert found.photons.emitted_mev == pytest.approx(4 * 3.6e9 * photon_source("Lu-177").photon_mev, rel=1e-6)
    assert found.photon_dose.array[:, :, 3].sum() > 0  # from the air, too
    assert not patient_dose(*volumes(density, np.where(density > 1, tia, 0)), "Lu-177", run=FEW).left_out


def test_all_faults_come_at_once():
    tia, density = volumes(np.full((3, 3, 3), 1.0), np.zeros((3, 3, 3)))
    with pytest.raises(InputError) as error:
        patient_dose(tia, density, "Lu-177", charged="somehow", run=PhotonRun(histories=3, scoring="twice"))  # type: ignore[arg-type]
    assert [fault.place for fault in error.value.faults] == ["charged", "run.scoring", "run.histories", "tia"]
    other = Volume(array=np.ones((3, 3, 3)), geometry=grid((3, 3, 3), (4.0, 8.0, 8.0)), unit="g/mL")
    with pytest.raises(InputError, match="grid of the activity"):
        patient_dose(tia.with_array(np.ones((3, 3, 3))), other, "Lu-177")
    with pytest.raises(InputError, match="1 voxels below"):
        patient_dose(tia.with_array(np.where(np.arange(27).reshape(3, 3, 3) == 4, -1.0, 1.0)), density, "Lu-177")
    with pytest.raises(InputError, match="g/mL"):
        patient_dose(tia.with_array(np.ones((3, 3, 3))), density.with_array(density.array, unit="HU"), "Lu-177")
