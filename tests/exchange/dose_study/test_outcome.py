"""Doses, ledger and plan of a study, worked by hand on boxes."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from math import log

import pytest

from lutetia.dosimetry.tia_map import tia_by_voxel_fits
from lutetia.errors import InputError
from lutetia.exchange.dose_study.assemble import assemble
from lutetia.exchange.dose_study.outcome import map_alarms, organ_doses, outcome_of

cycle_dose_module = import_module("lutetia.dosimetry.cycle_dose")  # the package's name is the function
TIA_MBQ_H_PER_ML = 2.0 * 50 / log(2)  # 2 MBq/mL with a half-life of 50 h
GY_G_PER_MBQ_H = 0.1479 * 1.602177e-13 * 3.6e9 * 1e3  # electrons of 177Lu, ICRP 107


def test_the_kidneys_by_hand(outcome):
    expected_gy = TIA_MBQ_H_PER_ML / 1.04 * GY_G_PER_MBQ_H  # 12 Gy
    for name in ("left", "right"):
        assert outcome.cycle.region(name).dose.gy == pytest.approx(expected_gy, rel=2e-3)
    kidneys = outcome.organs["kidneys"]
    assert kidneys.dose.gy == pytest.approx(expected_gy, rel=2e-3)
    assert kidneys.regions == ("left", "right")
    assert 0 < kidneys.g_factor < 1


def test_the_mean_over_the_mass_keeps_the_mean_bed(outcome):
    kidneys = outcome.organs["kidneys"]
    bed = kidneys.dose.gy * (1 + kidneys.g_factor * kidneys.dose.gy / 2.6)
    parts = [outcome.cycle.region(name) for name in kidneys.regions]
    mass_g = sum(part.mass_g for part in parts)
    assert bed == pytest.approx(sum(part.bed.bed_gy * part.mass_g for part in parts) / mass_g, rel=1e-9)


def test_ledger_and_plan_by_hand(outcome):
    dose = outcome.organs["kidneys"].dose.gy
    assert outcome.ledger.cumulative("kidneys").gy == pytest.approx(3.0 + dose)
    left_gy = 23 - 3 - dose
    assert outcome.plan.remaining_activity_mbq == pytest.approx(7400 * left_gy / dose, rel=1e-6)
    assert outcome.plan.active.organ == "kidneys"


def test_a_guideline_limit_that_cannot_be_held_is_named_missing(outcome):
    assert outcome.missing == ("red_marrow: the limit of 2 Gy is not held, no dose in cycle 1",)


def test_a_declared_limit_that_cannot_be_held_is_refused(data, write):
    own = {"organ": "red_marrow", "limit_gy": 2, "quantity": "absorbed dose", "source": "made up"}
    data["plan"]["limits"] = [own]
    with pytest.raises(InputError, match="no dose in cycle 1"):
        outcome_of(assemble(write(data)))


def test_a_limit_on_bed_needs_the_factor_of_every_cycle(data, write):
    own = {"organ": "kidneys", "limit_gy": 40, "quantity": "BED", "tissue": "kidneys", "source": "made up"}
    data["plan"]["limits"] = [own]
    assert outcome_of(assemble(write(data))).plan.active.quantity == "BED"
    del data["earlier_cycles"][0]["doses"][0]["g_factor"]
    with pytest.raises(InputError, match=r"no Lea-Catcheside factor in cycle 1\.\n.*g_factor at its dose"):
        outcome_of(assemble(write(data)))


def test_unknown_cycles_leave_no_ledger_and_no_plan(data, write):
    data.update(earlier_cycles="unknown", plan="none")
    found = outcome_of(assemble(write(data)))
    assert (found.ledger, found.plan) == (None, None)
    assert found.why_not["ledger"] == "the earlier cycles are not known"


def test_conventions_say_how_the_kidneys_were_joined(outcome):
    assert "kidneys: mean over the mass of left, right." in outcome.conventions
    assert len(set(outcome.conventions)) == len(outcome.conventions)


def test_a_rising_curve_is_flagged_and_never_silent(data, write):
    moments = [scan["at"] for scan in data["scans"]]
    for scan, at in zip(data["scans"], moments[::-1], strict=True):
        scan["at"] = at
    found = outcome_of(assemble(write(data)))
    assert any("left: its activity was still rising at the last scan" in alarm for alarm in found.alarms)


def test_a_map_that_is_far_from_the_region_is_an_alarm(outcome):
    assert map_alarms(outcome.cycle) == ()
    left = outcome.cycle.region("left")
    wrong = replace(left, dose=replace(left.dose, gy=left.dose.gy / 3, budget=()))
    cycle = replace(outcome.cycle, regions=(wrong, *outcome.cycle.regions[1:]))
    (said,) = map_alarms(cycle)
    assert said.startswith("Mean of the map and dose of the region are far apart: left ")
    assert "right" not in said
    assert replace(outcome, cycle=cycle).alarms[-1] == said


def test_the_alarm_fires_on_a_map_that_is_broken_underneath(write, data, monkeypatch):
    """A map a factor 1e22 too high, as a region gone at the scan once made it; and one a factor 3 too high."""
    made = assemble(write(data))
    for factor in (1e22, 3.0):

        def broken(*given, factor=factor, **named):
            found = tia_by_voxel_fits(*given, **named)
            return replace(found, tia=found.tia.scaled(factor, because="broken for this test"))

        monkeypatch.setattr(cycle_dose_module, "tia_by_voxel_fits", broken)
        assert "far apart: left " in outcome_of(made).alarms[-1]


def test_an_organ_of_which_a_part_has_no_dose_has_none_and_says_why(outcome):
    left = replace(outcome.cycle.region("left"), dose=None, why="its search did not settle")
    cycle = replace(outcome.cycle, regions=(left, *outcome.cycle.regions[1:]))
    organs, why_not = organ_doses(cycle, outcome.study)
    assert "kidneys" not in organs
    assert why_not["kidneys"] == "left: its search did not settle"
