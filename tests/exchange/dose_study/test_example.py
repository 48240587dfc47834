"""The digital patient as a study to try."""

from __future__ import annotations

import json

import pytest

from lutetia.exchange.courses import read_course
from lutetia.exchange.dose_study.example import SIZES
from lutetia.exchange.dose_study.study import read_dose_study


def test_the_declaration_reads_and_says_it_is_made_up(patient):
    study = read_dose_study(patient)
    assert study.made_up is True
    assert study.scans[0].name == study.reference
    truth = json.loads((patient.parent / "truth.json").read_text(encoding="utf-8"))
    assert study.administration.net_mbq(truth["half_life_h"]) == pytest.approx(truth["administered_mbq"], rel=1e-6)


def test_the_course_holds_the_cycle_and_the_one_before(patient):
    course = read_course(patient.parent / "course.yaml")
    study = read_dose_study(patient)
    assert [entry.number for entry in course.entries[1:3]] == [1, study.cycle]
    earlier = study.earlier_cycles[0]
    assert course.entries[1].date.earliest == earlier.administered_on
    assert float(course.entries[1].absorbed_doses[0].absorbed_dose_gy) == float(earlier.doses[0].absorbed_dose_gy)


def test_both_kidneys_count_as_kidneys(patient):
    kidneys = [one.region for one in read_dose_study(patient).regions if one.counts_as == "kidneys"]
    assert kidneys == ["left kidney", "right kidney"]


def test_blur_is_not_finer_than_the_voxels():
    for size in SIZES.values():
        assert size.image_fwhm_mm >= 1.2 * max(size.spect_spacing_mm)


def test_doses_of_the_coarse_patient_are_of_the_right_size(patient_outcome):
    """Voxels of 19 mm cannot be right; what is ten times off is a slip of units."""
    for name in ("liver", "spleen", "left kidney"):
        gy_per_gbq = patient_outcome.cycle.region(name).dose.gy / 7.4
        assert 0.02 < gy_per_gbq < 2, name
