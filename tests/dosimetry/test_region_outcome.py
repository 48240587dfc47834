"""One region's result: no curve, no blood samples, a mass that was given."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.dosimetry.cycle_dose import cycle_dose
from lutetia.dosimetry.marrow import Measured
from lutetia.dosimetry.region_outcome import outline_u_of
from lutetia.dosimetry.region_plan import MarrowPlan, RegionPlan
from lutetia.dosimetry.uncertainty import volume_u_fraction


def test_marrow_by_blood_without_samples_has_no_dose(small_body):
    marrow = MarrowPlan(method="blood", ratio=Measured(value=1.0, u=0.1, source="test"))
    plans = small_body.plans(organ={"role": "marrow", "marrow": marrow})
    organ = cycle_dose(small_body.series(), plans, dose_map=False).region("organ")
    assert organ.dose is None
    assert organ.why == "There are no blood samples."
    assert organ.tia_mbq_h is not None  # its images are there


def test_a_mass_that_is_given_scales_the_dose_and_brings_its_u(small_body):
    series = small_body.series()
    plain = cycle_dose(series, small_body.plans(), dose_map=False).region("organ")
    changed = small_body.plans(organ={"mass_g": 2 * plain.mass_g, "u_mass_g": 0.1 * plain.mass_g})
    given = cycle_dose(series, changed, dose_map=False).region("organ")
    assert given.dose.gy == pytest.approx(plain.dose.gy / 2, rel=1e-6)
    effect = next(c.effect_gy for c in given.dose.budget if c.name == "mass")
    assert abs(effect) == pytest.approx(0.05 * given.self_gy, rel=0.03)
    silent = small_body.plans(organ={"mass_g": 100.0})
    assert "mass" in cycle_dose(series, silent, dose_map=False).region("organ").dose.unknown


def test_the_outline_belongs_to_the_grid_it_was_drawn_on(small_body):
    series = replace(small_body.series(psf_mm=10.0), outline_fwhm_mm=2.0)
    expected = volume_u_fraction(134.0, voxel_mm=4.8, outline_fwhm_mm=2.0)
    assert outline_u_of(series, RegionPlan(), 134.0) == pytest.approx(expected)
