"""Engines: masses by hand, each engine against the physics it stands on, photons in the patient's densities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lutetia.dosimetry.organ import GY_G_PER_MBQ_H_MEV
from lutetia.dosimetry.region_engine import BQ_S_PER_MBQ_H, charged_mev, engine_doses, masses_g
from lutetia.dosimetry.sphere import sphere_s_gy_per_bq_s
from lutetia.dosimetry.volume import Volume
from lutetia.errors import InputError

AREAS = {"lesion": 3000.0, "organ": 6000.0, "rest": 3500.0}


@pytest.fixture(scope="module")
def given(small_body):
    series = small_body.series()
    plans = small_body.plans()
    return series, plans, masses_g(series, plans)[0]


def test_masses_are_those_of_the_tissue_not_of_the_border(given, small_body):
    series, _, mass_g = given
    assert mass_g["lesion"] == pytest.approx(small_body.patient.mass_g["lesion"], rel=0.004)
    # a bone around everything makes border voxels heavy, the inside stays as it is
    shares = sum(r.shares for r in series.regions if r.name == "lesion")
    heavy = np.where((shares > 0) & (shares < 0.98), 2.0, series.density.array)
    bony = replace(series, density=Volume(array=heavy, geometry=series.density.geometry, unit="g/mL"))
    assert masses_g(bony, small_body.plans())[0]["lesion"] == pytest.approx(mass_g["lesion"], rel=1e-4)
    plain, words = masses_g(replace(series, density=None), small_body.plans(organ={"mass_g": 150.0}))
    assert plain["lesion"] == pytest.approx(1.04 * series.regions["lesion"].volume_ml)
    assert plain["organ"] == 150.0
    assert "Mass as given: organ." in words


def test_spheres_and_local_deposition_by_hand(given):
    series, plans, mass_g = given
    spheres = engine_doses(series, plans, "spheres", series.regions, mass_g, AREAS).parts_gy
    by_hand = 3000 * BQ_S_PER_MBQ_H * sphere_s_gy_per_bq_s("Lu-177", mass_g["lesion"])
    assert spheres["lesion"] == {"lesion": pytest.approx(by_hand)}
    local = engine_doses(series, plans, "local deposition", series.regions, mass_g, AREAS).parts_gy
    assert charged_mev("Lu-177") == pytest.approx(0.1479, rel=0.005)
    assert local["organ"]["organ"] == pytest.approx(6000 * 0.1479 * GY_G_PER_MBQ_H_MEV / mass_g["organ"], rel=0.005)


def test_a_source_without_an_area_gives_nothing(given):
    series, plans, mass_g = given
    areas = {name: AREAS[name] for name in ("organ", "rest")}
    found = engine_doses(series, plans, "region kernels", series.regions, mass_g, areas)
    assert set(found.parts_gy["lesion"]) == {"organ", "rest"}
    assert engine_doses(series, plans, "spheres", series.regions, mass_g, areas).parts_gy["lesion"] == {}


def test_photons_in_the_patient_agree_with_kernels_deep_inside(given):
    """The organ's own dose is electrons by nine parts in ten: both engines share it; photons leave the small body."""
    series, plans, mass_g = given
    kernels = engine_doses(series, plans, "region kernels", series.regions, mass_g, AREAS)
    photons = engine_doses(series, plans, "photon Monte Carlo", series.regions, mass_g, AREAS)
    own = photons.parts_gy["organ"]["organ"]
    assert own == pytest.approx(kernels.parts_gy["organ"]["organ"], rel=0.01)
    assert 0.3 < photons.parts_gy["organ"]["rest"] / kernels.parts_gy["organ"]["rest"] < 1.05
    assert "photon Monte Carlo" in photons.conventions[0]


def test_an_unknown_nuclide_is_refused(given):
    series, plans, mass_g = given
    with pytest.raises(InputError):
        engine_doses(replace(series, nuclide="Xx-1"), plans, "spheres", series.regions, mass_g, AREAS)
