"""Slips of unit and digit are caught, true extremes pass."""

from __future__ import annotations

import pytest

from lutetia.course.laboratory import units_of
from lutetia.course.plausible import (
    Range,
    activity_range,
    field_range,
    implausible,
    implausible_values,
    laboratory_range,
)
from lutetia.quantities import Interval, Quantity


def sentence(problem):
    return f"{problem.must}, but got {problem.got}. {problem.do}"


def test_the_example_of_the_house_style():
    problem = implausible(("activity_mbq",), Quantity(7.4), activity_range("[177Lu]Lu-DOTATATE"))
    assert sentence(problem) == (
        "activity_mbq must lie between 1000 and 15000 for [177Lu]Lu-DOTATATE, but got 7.4. "
        'Given in GBq? Write 7400, or "7.4 GBq".'
    )


@pytest.mark.parametrize(
    ("field", "value", "advice"),
    [
        ("height_cm", Quantity(1.72), 'Given in m? Write 172, or "1.72 m".'),
        ("weight_kg", Quantity(72000.0), 'Given in g? Write 72, or "72000 g".'),
        ("weight_kg", Quantity(72000.0, "72000 kg"), 'Given in g? Write 72, or "72000 g".'),
        ("liver_largest_mm", Quantity(12000.0, "1200 cm"), "Check the value and its unit."),
        ("liver_largest_mm", Quantity(2000.0, "200 cm"), "Given in mm? Write 200."),
        ("absorbed_dose_gy", Quantity(4100.0), 'Given in cGy? Write 41, or "4100 cGy".'),
        ("ejection_fraction_pct", Quantity(0.6), "Given as a fraction? Write 60."),
        ("suv_max", 5000.0, "Check the value and its unit."),
        ("life_expectancy_months", Interval(2000, 3000), "Check the value and its unit."),
    ],
)
def test_the_unit_that_was_meant(field, value, advice):
    (problem,) = implausible_values({field: value})
    assert problem.do == advice
    assert problem.place == (field,)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("weight_kg", Quantity(2.5)),
        ("weight_kg", Quantity(610.0)),
        ("height_cm", Quantity(272.0)),
        ("diameter_mm", Quantity(0.0)),  # a lesion that is gone
        ("liver_lesion_count", Interval(10, float("inf"), True)),
        ("absorbed_dose_gy", Quantity(400.0)),  # tumours reach hundreds of Gy
        ("weight_kg", None),
        ("name_of_no_table", 1e9),
    ],
)
def test_true_extremes_and_unlisted_fields_pass(field, value):
    assert list(implausible_values({field: value})) == []


@pytest.mark.parametrize(
    ("radiopharmaceutical", "activity_mbq", "holds"),
    [
        ("[177Lu]Lu-DOTATATE", 7400, True),
        ("[177Lu]Lu-DOTATATE", 1000, True),
        ("[177Lu]Lu-DOTATATE", 15000, True),
        ("[177Lu]Lu-DOTATATE", 999, False),
        ("[177Lu]Lu-DOTATATE", 15001, False),
        ("[225Ac]Ac-DOTATATE", 8, True),
        ("[225Ac]Ac-DOTATATE", 7400, False),
        (None, 100, True),
        (None, 30000, True),
        (None, 7.4, False),
        ("unheard of", 30001, False),
    ],
)
def test_activity_by_radiopharmaceutical(radiopharmaceutical, activity_mbq, holds):
    assert activity_range(radiopharmaceutical).holds(activity_mbq) is holds


def test_an_interval_is_refused_only_when_all_of_it_is_outside():
    expected = Range(unit="g/L", low=20, high=250)
    assert expected.holds(Interval.parse("<30", minimum=0))
    assert expected.holds(Interval(240, 400))
    assert not expected.holds(Interval(0, 19))
    assert not expected.holds(Interval(251, 300))


def test_every_analyte_with_units_has_a_range():
    assert laboratory_range("haemoglobin", "g/L").sentence("value") == "value must lie between 15 and 260 g/L"
    assert laboratory_range("unheard of", "") is None
    assert units_of("platelets").canonical == "1e9/L"


def test_an_unlisted_field_has_no_range():
    with pytest.raises(KeyError):
        field_range("shoe_size")
