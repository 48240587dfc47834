"""The truth of the phantom: published sphere values, all energy accounted for, the same numbers again."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lutetia.dosimetry.curve import ExponentialSum
from lutetia.dosimetry.kernel import radial_kernel
from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.phantom import DigitalPatient, Tissue
from lutetia.dosimetry.phantom_truth import phantom_truth
from lutetia.dosimetry.solid import Solid

CURVE = ExponentialSum(amplitudes_mbq=(1.0,), effective_half_lives_h=(np.log(2),))  # 1 MBq h


def balls(*radii_mm, density_g_per_ml=1.03):
    """Balls in each other, each with 1 MBq h in its own part."""
    tissues = tuple(
        Tissue(
            name=f"ball {r:g}",
            solids=(Solid(centre_mm=(0.0, 0.0, 0.0), semi_axes_mm=(r, r, r)),),
            density_g_per_ml=density_g_per_ml,
            curve=CURVE,
        )
        for r in radii_mm
    )
    full = [4 / 3 * np.pi * (r / 10) ** 3 for r in radii_mm]
    own = {t.name: v - w for t, v, w in zip(tissues, full, [0.0, *full], strict=False)}
    return DigitalPatient(nuclide="Lu-177", tissues=tissues, frame_of_reference="made up", volume_ml=own)


@pytest.mark.parametrize(("mass_g", "s_gy_per_bq_s"), [(0.932, 2.49e-11), (14.6, 1.63e-12), (116, 2.07e-13)])
def test_spheres_get_the_published_dose(mass_g, s_gy_per_bq_s):
    # MIRDcalc sphere table of 177Lu (soft tissue), as cited in the working notes on dosimetry
    radius_mm = 10 * (mass_g / 1.03 * 3 / 4 / np.pi) ** (1 / 3)
    truth = phantom_truth(balls(radius_mm), radial_kernel("Lu-177"), decays=100_000)
    assert truth.mean_gy(truth.regions[0]) / 3.6e9 == pytest.approx(s_gy_per_bq_s, rel=0.02)


def test_a_ball_large_enough_keeps_all_energy():
    kernel = radial_kernel("Lu-177")
    patient = balls(30.0, 5000.0)
    truth = phantom_truth(patient, kernel, decays=50_000)
    masses = np.array(list(patient.mass_g.values()))
    energy = truth.dose_gy * masses[:, None]  # Gy g, targets × sources
    assert energy[:, 0].sum() == pytest.approx(kernel.energy_mev() * GY_G_PER_MBQ_H_MEV, rel=1e-9)
    assert energy[0, 0] < 0.97 * energy[:, 0].sum()


def test_reciprocity():
    # S(a ← b) = S(b ← a) in a uniform medium
    patient = balls(20.0, 40.0)
    truth = phantom_truth(patient, radial_kernel("Lu-177"), decays=400_000)
    error = np.hypot(truth.std_error_gy[0, 1], truth.std_error_gy[1, 0])
    assert truth.dose_gy[0, 1] == pytest.approx(truth.dose_gy[1, 0], abs=4 * error)
    assert error < 0.05 * truth.dose_gy[0, 1]


def test_same_seed_same_numbers_and_errors_that_tell():
    patient, kernel = balls(10.0, 20.0), radial_kernel("Lu-177")
    one, again, other = (phantom_truth(patient, kernel, decays=30_000, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.dose_gy, again.dose_gy)
    for name in one.regions:
        apart = abs(one.mean_gy(name) - other.mean_gy(name))
        assert 0 < apart < 5 * np.hypot(one.error_gy(name), other.error_gy(name))


def test_the_record_is_plain():
    truth = phantom_truth(balls(10.0, 20.0), radial_kernel("Lu-177"), decays=1600)
    record = json.loads(json.dumps(truth.record()))
    inner = record["regions"]["ball 10"]
    assert inner["dose_gy"] == pytest.approx(sum(inner["dose_from_gy"].values()))
    assert inner["dose_from_gy"]["ball 10"] == pytest.approx(truth.self_gy("ball 10"))
    assert inner["tia_mbq_h"] == pytest.approx(1.0)
    assert inner["mass_g"] == pytest.approx(1.03 * 4 / 3 * np.pi)
    assert any("made up" in sentence for sentence in record["conventions"])
