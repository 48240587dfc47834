"""The digital patient: its masses are the published ones, its images hold the activity its equations say."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from lutetia.dosimetry.geometry import Geometry
from lutetia.dosimetry.phantom import digital_patient, on_grid, phantom_table, sphere_phantom, torso_geometry
from lutetia.dosimetry.transform import RigidTransform
from lutetia.errors import InputError


@pytest.fixture(scope="module")
def patient():
    return digital_patient()


@pytest.fixture(scope="module")
def voxels(patient):
    return on_grid(patient, torso_geometry(patient, shape=(58, 44, 44), spacing_mm=(9.6, 9.6, 9.6)))


def test_masses_are_those_of_the_reference_man(patient):
    # ICRP Publication 89: kidneys 310 g, spleen 150 g; the liver's 1800 g lose what the two lesions take
    assert patient.mass_g["left kidney"] + patient.mass_g["right kidney"] == pytest.approx(310, rel=1e-3)
    assert patient.mass_g["spleen"] == pytest.approx(150, rel=1e-3)
    assert patient.mass_g["liver"] == pytest.approx(1800 - 8 * 1.05, rel=1e-3)
    for name, ml in (("liver lesion 1 mL", 1), ("liver lesion 7 mL", 7), ("mesenteric tumour 40 mL", 40)):
        assert patient.volume_ml[name] == pytest.approx(ml, rel=1e-3)


def test_integrated_activity_by_hand(patient):
    # left kidney: 7400 MBq · (0.0118 · 52 h − 0.0060 · 1.5 h) / ln 2
    assert patient.tia_mbq_h["left kidney"] == pytest.approx(7400 * (0.0118 * 52 - 0.0060 * 1.5) / log(2), rel=1e-12)


def test_nothing_lasts_longer_than_physical_decay():
    for seed in (None, 1, 2, 3):
        for tissue in digital_patient(seed=seed).tissues:
            assert tissue.curve.half_life_range_h[1] < 159.528
            assert float(tissue.curve.activity_mbq(0.0)) >= -1e-9


def test_images_hold_what_the_equations_say(patient, voxels):
    assert voxels.tia().total() == pytest.approx(sum(patient.tia_mbq_h.values()), rel=1e-3)
    for at_h in (0.0, 24.0, 168.0):
        total = sum(float(tissue.curve.activity_mbq(at_h)) for tissue in patient.tissues)
        assert voxels.activity(at_h).total() == pytest.approx(total, rel=1e-3)
    kidney = patient.names.index("left kidney")
    inside = voxels.shares[kidney] == 1
    per_ml = patient.tia_mbq_h["left kidney"] / patient.volume_ml["left kidney"]
    assert inside.sum() > 10
    assert voxels.tia().array[inside] == pytest.approx(per_ml, rel=1e-5)


def test_regions_are_fractions_and_do_not_overlap(patient, voxels):
    regions = voxels.regions()
    assert regions.names == patient.names
    assert regions.found == ()
    for region in regions:
        assert region.volume_ml == pytest.approx(patient.volume_ml[region.name], rel=0.02)
    assert voxels.regions("liver", "spleen").names == ("liver", "spleen")
    with pytest.raises(InputError, match="heart"):
        voxels.regions("heart")


def test_density_and_ct(patient, voxels):
    density, ct = voxels.density(), voxels.ct()
    assert density.unit == "g/mL"
    assert ct.unit == "HU"
    outside = voxels.shares.sum(axis=0) == 0
    assert density.array[outside] == pytest.approx(0.0012, rel=1e-4)
    assert ct.array[outside] == pytest.approx(-1000, abs=1)
    lung = voxels.shares[patient.names.index("left lung")] == 1
    assert ct.array[lung] == pytest.approx(1000 * (0.3 - 0.0012) / 0.9988 - 1000, abs=0.1)
    # the grid holds the whole body
    assert density.array.sum(dtype=float) * 9.6**3 / 1000 == pytest.approx(
        sum(patient.mass_g.values()) + 0.0012 * (outside.sum() * 9.6**3 / 1000), rel=1e-3
    )


def test_a_kidney_of_cortex_and_medulla_is_the_same_kidney(patient):
    parts = digital_patient(kidneys="cortex and medulla")
    both = [f"left kidney {part}" for part in ("cortex", "medulla")]
    assert sum(parts.mass_g[name] for name in both) == pytest.approx(patient.mass_g["left kidney"], rel=1e-3)
    assert sum(parts.tia_mbq_h[name] for name in both) == pytest.approx(patient.tia_mbq_h["left kidney"], rel=1e-12)
    assert parts.volume_ml[both[1]] / parts.volume_ml[both[0]] == pytest.approx(0.3 / 0.7, rel=1e-3)
    hotter = [parts.tia_mbq_h[name] / parts.volume_ml[name] for name in both]
    assert hotter[0] > 2 * hotter[1]
    with pytest.raises(InputError, match="cortex and medulla"):
        digital_patient(kidneys="halves")


def test_individuals_differ_and_come_again(patient):
    one, again, other = digital_patient(seed=1), digital_patient(seed=1), digital_patient(seed=2)
    assert one.mass_g == again.mass_g
    assert one.tia_mbq_h == again.tia_mbq_h
    assert one.mass_g["spleen"] != other.mass_g["spleen"]
    ratios = [digital_patient(seed=s).mass_g["spleen"] / patient.mass_g["spleen"] for s in range(6)]
    assert np.mean(ratios) == pytest.approx(1, abs=0.15)
    assert one.frame_of_reference != other.frame_of_reference
    assert one.frame_of_reference.startswith("2.25.")
    assert len(one.frame_of_reference) <= 64


def test_it_says_that_it_is_made_up(patient, voxels):
    assert "made up" in patient.conventions[0]
    assert voxels.tia().conventions == patient.conventions
    assert phantom_table().source.kind == "made_up"


def test_spheres_for_recovery_curves():
    spheres = sphere_phantom(background_kbq_per_ml=20.0)
    assert spheres.names[-1] == "background"
    for name, diameter_mm in zip(spheres.names, (10, 13, 17, 22, 28, 37), strict=False):
        ml = np.pi * diameter_mm**3 / 6000
        assert spheres.volume_ml[name] == pytest.approx(ml, rel=1e-3)
        at_start = float(spheres.tissues[spheres.names.index(name)].curve.activity_mbq(0.0))
        assert at_start == pytest.approx(0.2 * ml, rel=1e-3)


def test_frames_that_do_not_fit_are_refused(patient):
    elsewhere = torso_geometry(patient, shape=(4, 4, 4), frame_of_reference="another")
    with pytest.raises(InputError, match="frame the patient lies in"):
        on_grid(patient, elsewhere)
    wrong = RigidTransform.identity("a third", "another")
    with pytest.raises(InputError, match="patient's frame"):
        on_grid(patient, elsewhere, transform=wrong)


def test_the_grid_is_centred_on_the_body(patient):
    geometry = torso_geometry(patient)
    assert isinstance(geometry, Geometry)
    assert geometry.centre_mm == pytest.approx([0, 0, 390])
