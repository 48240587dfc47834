"""Real-world mappings: slopes, tables, ranges, units, and two that disagree."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset

from lutetia.exchange.dicom.real_world import activity_mappings, mapped

STORED = np.array([[[0, 1], [10, 20]]], dtype=np.int16)


def item(unit="Bq/ml", first=0, last=100, slope=2.0, intercept=0.0, table=None):
    one, code = Dataset(), Dataset()
    code.CodeValue = unit
    one.MeasurementUnitsCodeSequence = [code]
    one.add_new("RealWorldValueFirstValueMapped", "SS", first)
    one.add_new("RealWorldValueLastValueMapped", "SS", last)
    if table is None:
        one.RealWorldValueSlope, one.RealWorldValueIntercept = slope, intercept
    else:
        one.RealWorldValueLUTData = table
    return one


def read(*items, stored=STORED):
    dataset, faults = Dataset(), []
    dataset.RealWorldValueMappingSequence = list(items)
    mappings = activity_mappings(dataset, "nm.dcm", faults)
    values = mapped(stored, mappings, "nm.dcm", faults) if mappings and not faults else None
    return mappings, values, faults


@pytest.mark.parametrize(
    ("unit", "own"), [("Bq/ml", "Bq/mL"), ("Bq/mL", "Bq/mL"), ("kBq/ml", "kBq/mL"), ("MBq/ml", "MBq/mL")]
)
def test_slope_and_intercept_by_hand(unit, own):
    mappings, values, faults = read(item(unit, slope=2.5, intercept=1.0))
    assert values.tolist() == [[[1, 3.5], [26, 51]]]
    assert (mappings[0].unit, faults) == (own, [])


def test_a_table_goes_by_place():
    _, values, _ = read(item(first=0, last=20, table=[float(n * n) for n in range(21)]))
    assert values.tolist() == [[[0, 1], [100, 400]]]


def test_ranges_that_follow_each_other():
    _, values, faults = read(item(last=9), item(first=10, slope=3.0))
    assert values.tolist() == [[[0, 2], [30, 60]]]
    assert faults == []


def test_other_units_are_passed_over():
    assert read(item("g/ml{SUVbw}"), item("{counts}"))[0] == ()
    mappings, values, _ = read(item("g/ml{SUVbw}", slope=9.0), item())
    assert (len(mappings), values.max()) == (1, 40)


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ([item(), item(slope=2.1)], "mappings that disagree"),
        ([item(), item("kBq/ml")], "one unit of activity"),
        ([item(last=9)], "2 outside"),
        ([item(slope=0.0)], "range and slope"),
        ([item(first=9, last=3)], "range and slope"),
        ([item(first=0, last=5, table=[1.0, 2.0])], "range and slope"),
    ],
)
def test_ambiguous_mappings_are_faults(items, words):
    _, values, faults = read(*items)
    assert values is None
    assert words in str(faults[0])


def test_two_that_agree_are_one():
    assert read(item(), item())[1].max() == 40
