"""Laboratory values: conversion per analyte against published conversion tables, slips of unit, limits."""

from __future__ import annotations

from typing import get_args

import pytest
from pydantic import ValidationError

from lutetia.course.laboratory import Analyte, Laboratory, convert_analyte, unit_spelling, units_of
from lutetia.course.plausible import laboratory_range
from lutetia.quantities import Interval

BASE = {"id": "x", "date": "2024", "recorded_by": "laboratory"}
ANALYTES = [analyte for analyte in get_args(Analyte) if analyte != "other"]


def messages(**fields):
    with pytest.raises(ValidationError) as caught:
        Laboratory(**BASE, **fields)
    return {error["loc"][:1]: error["msg"] for error in caught.value.errors()}


# Pairs of one value in two units, by hand or from the conversion tables named in data/analytes.yaml.source.yaml.
@pytest.mark.parametrize(
    ("analyte", "value", "unit", "canonical"),
    [
        ("haemoglobin", 12.8, "g/dL", 128.0),
        ("haemoglobin", 8.0, "mmol/L", 128.912),  # 16.114 g/L per mmol/L of the monomer
        ("haemoglobin", 128, "g/L", 128.0),
        ("platelets", 210, "10^3/uL", 210.0),
        ("platelets", 210000, "/mm3", 210.0),
        ("platelets", 210, "G/L", 210.0),
        ("neutrophils", 1500, "/µL", 1.5),
        ("leukocytes", 5.2, "K/uL", 5.2),
        ("creatinine", 1.0, "mg/dL", 88.4),
        ("bilirubin", 1.0, "mg/dL", 17.1),
        ("albumin", 3.5, "g/dL", 35.0),
        ("calcium", 10, "mg/dL", 2.495),
        ("calcium", 5, "mEq/L", 2.5),
        ("magnesium", 2, "mg/dL", 0.8228),
        ("glucose", 100, "mg/dL", 5.551),
        ("urate", 6, "mg/dL", 356.88),
        ("alt", 1, "µkat/L", 60.0),
        ("sodium", 140, "mEq/L", 140.0),
        ("chromogranin_a", 98, "ng/mL", 98.0),
        ("hiaa_5_urine", 10, "mg/24h", 52.3),
        ("ntprobnp", 10, "pmol/L", 84.57),
        ("creatinine_clearance", 1.5, "mL/s", 90.0),
        ("inr", 1.1, "INR", 1.1),
    ],
)
def test_conversion(analyte, value, unit, canonical):
    laboratory = Laboratory(**BASE, analyte=analyte, value=value, unit=unit)
    assert laboratory.canonical == Interval.exactly(canonical)
    assert laboratory.canonical_unit == units_of(analyte).canonical
    assert convert_analyte(analyte, value, unit) == canonical
    assert laboratory.entered == f"{value:g} {unit}"


def test_conversion_between_two_reported_units():
    assert convert_analyte("creatinine", 88.4, "umol/L", "mg/dL") == 1.0
    with pytest.raises(ValueError, match="g/dL does not convert to 1e9/L for platelets"):
        convert_analyte("platelets", 1, "g/dL")
    with pytest.raises(KeyError):
        convert_analyte("other", 1, "g/dL")


@pytest.mark.parametrize(
    "spelled",
    ["1e9/L", "10^9/L", "x10^9/L", "×10⁹/L", "x 10⁹ / l", "10*9/L", "10**9/L", "10e9/L", "10E9/L", "10E+9/L", "G/L"],
)
def test_spellings_of_a_count(spelled):
    assert units_of("platelets").factor(spelled) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("mL/min/1.73m²", "ml/min/1.73 m^2"), ("µmol/L", "umol/l"), ("mcL", "µL"), ("10³/µL", "10^3/uL")]
)
def test_spellings_of_a_unit(one, other):
    assert unit_spelling(one) == unit_spelling(other)


@pytest.mark.parametrize("analyte", ANALYTES)
def test_each_analyte_has_units_and_a_range(analyte):
    units = units_of(analyte)
    assert units.factors[units.canonical] == 1
    assert all(factor > 0 for factor in units.factors.values())
    assert not {unit_spelling(u) for u in units.as_entered} & {unit_spelling(u) for u in units.factors}
    expected = laboratory_range(analyte, units.canonical)
    assert expected.low < expected.high


@pytest.mark.parametrize("analyte", ANALYTES)
def test_spellings_of_different_units_do_not_collide(analyte):
    by_spelling = {}
    for unit, factor in units_of(analyte).factors.items():
        assert by_spelling.setdefault(unit_spelling(unit), factor) == factor, unit


def test_the_unit_may_stand_behind_the_value():
    written = Laboratory(**BASE, analyte="haemoglobin", value="12.8 g/dL")
    assert written == Laboratory(**BASE, analyte="haemoglobin", value=12.8, unit="g/dL")
    assert Laboratory(**BASE, analyte="platelets", value="210 x10⁹/L").canonical == Interval.exactly(210)
    assert Laboratory(**BASE, analyte="chromogranin_a", value="<3 ng/mL").canonical == Interval(0, 3, False, True)
    assert Laboratory(**BASE, analyte="chromogranin_a", value="10-15 ng/mL").canonical == Interval(10, 15)
    assert Laboratory(**BASE, analyte="haemoglobin", value="12.8 g/dL", unit="g/dl").canonical.value == 128
    found = messages(analyte="haemoglobin", value="12.8 g/dL", unit="g/L")
    assert "the unit behind the value must be the unit of the entry (g/L)" in found[("value",)]


def test_a_slip_of_unit_is_named():
    assert messages(analyte="haemoglobin", value=12.8, unit="g/L") == {
        ("value",): "value must lie between 15 and 260 g/L for haemoglobin, but got 12.8 g/L. "
        'Given in g/dL? Write "12.8 g/dL", or unit: g/dL.'
    }
    assert "Given in mg/dL?" in messages(analyte="creatinine", value=1.1, unit="umol/L")[("value",)]
    assert "Given in /uL?" in messages(analyte="neutrophils", value=4500, unit="1e9/L")[("value",)]


@pytest.mark.parametrize(
    ("analyte", "value", "unit"),
    [
        ("haemoglobin", 2.1, "g/dL"),
        ("platelets", "<5", "1e9/L"),
        ("platelets", 2500, "1e9/L"),
        ("creatinine", 2400, "umol/L"),
        ("ast", 35000, "U/L"),
        ("glucose", 120, "mmol/L"),
        ("chromogranin_a", 250000, "ug/L"),
        ("neutrophils", 0, "1e9/L"),
        ("urate", "<12", "umol/L"),
    ],
)
def test_true_extremes_pass(analyte, value, unit):
    assert Laboratory(**BASE, analyte=analyte, value=value, unit=unit)


def test_units_that_depend_on_the_assay_are_kept_without_canonical_form():
    kept = Laboratory(**BASE, analyte="chromogranin_a", value=12, unit="nmol/L")
    assert kept.canonical is None
    assert kept.entered == "12 nmol/L"


def test_a_foreign_unit_is_refused():
    found = messages(analyte="haemoglobin", value=12.8, unit="U/L")
    assert (
        'unit must be one in which haemoglobin is reported, but got "U/L". Write one of g/L, g/dL' in found[("unit",)]
    )


def test_an_unknown_result():
    pending = Laboratory(**BASE, analyte="platelets", value={"unknown": "pending"})
    assert pending.canonical is None
    assert pending.times_upper_limit is None
    assert pending.entered == "unknown (pending)"


def test_what_a_result_needs():
    assert ("unit",) in messages(analyte="platelets", value=210)
    assert ("name",) in messages(analyte="other", value=210, unit="pmol/L")
    assert ("value",) in messages(analyte="platelets", unit="1e9/L")
    assert ("value",) in messages(analyte="platelets", value=None, unit="1e9/L")
    named = Laboratory(**BASE, analyte="other", name="vitamin B12", value=210, unit="pmol/L")
    assert (named.canonical, named.canonical_unit) == (None, None)


def test_limits_convert_with_the_value():
    haemoglobin = Laboratory(**BASE, analyte="haemoglobin", value=11, unit="g/dL", lower_limit=12, upper_limit=16)
    assert (haemoglobin.canonical_lower_limit, haemoglobin.canonical_upper_limit) == (120.0, 160.0)
    assert ("lower_limit",) in messages(analyte="alt", value=20, unit="U/L", lower_limit=50, upper_limit=40)
    assert Laboratory(**BASE, analyte="alt", value=20, unit="U/L").canonical_upper_limit is None


def test_multiples_of_the_upper_limit():
    alt = Laboratory(**BASE, analyte="alt", value=80, unit="U/L", upper_limit=40)
    assert alt.times_upper_limit == Interval.exactly(2)
    assert Laboratory(**BASE, analyte="alt", value=80, unit="U/L").times_upper_limit is None
    assert Laboratory(**BASE, analyte="alt", value=80, unit="U/L", upper_limit=0).times_upper_limit is None
