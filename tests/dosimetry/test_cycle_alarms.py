"""Alarms: registration, activity never given, regions without a dose, bad curves."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from lutetia.dosimetry.cycle_alarms import cycle_alarms


@pytest.fixture(scope="module")
def series(small_body):
    return small_body.series()


def region(name="organ", flags=(), dose=1.0, why=None):
    return SimpleNamespace(name=name, flags=flags, dose=dose, why=why)


def test_a_quiet_cycle(series):
    assert cycle_alarms(series, [region()], 159.5) == ()


def test_more_than_was_given(series):
    # 165 MBq at 0 h in the phantom; at 4 h about 155 MBq, of 140 MBq decay leaves 137.6
    found = cycle_alarms(replace(series, administered_mbq=140.0), [], 159.5)
    assert found[0].startswith("4 h: the image holds")
    assert "138 MBq" in found[0]


def test_registration_alarms_name_their_scan(series):
    point = series.time_points[1]
    alarmed = SimpleNamespace(alarms=("The search did not converge.",))
    points = (series.time_points[0], replace(point, registration=alarmed), *series.time_points[2:])
    found = cycle_alarms(replace(series, time_points=points), [], 159.5)
    assert found == ("24 h: The search did not converge.",)


def test_regions(series):
    found = cycle_alarms(series, [region(dose=None, why="No curve."), region("liver", ("rising",))], 159.5)
    assert found[0] == "organ has no dose, and gives none to others: No curve."
    assert found[1].startswith("liver: its activity was still rising")
