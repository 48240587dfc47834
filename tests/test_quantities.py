"""Units at the door, ranges of numbers, and what was typed; expected values worked by hand."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from lutetia.quantities import (
    UNITS,
    AbsorbedDoseGy,
    ActivityMBq,
    HeightCm,
    Interval,
    InUnit,
    LengthMm,
    MassKg,
    PercentRange,
    Quantity,
    convert,
    factor_of,
    number_text,
    number_typed,
    scaled,
)

INF = math.inf


# ---- conversion


@pytest.mark.parametrize(
    ("value", "unit", "canonical", "expected"),
    [
        (7.4, "GBq", "MBq", 7400.0),
        (200, "mCi", "MBq", 7400.0),  # 1 mCi = 37 MBq, exact
        (0.2, "Ci", "MBq", 7400.0),
        (1.2, "cm", "mm", 12.0),
        (4.1, "m", "cm", 410.0),  # binary floats would give 409.99999999999994
        (180, "lb", "kg", 81.6466266),
        (1700, "cGy", "Gy", 17.0),
        (17000, "mGy", "Gy", 17.0),
        (7400, "MBq", "GBq", 7.4),
        (5, "µCi", "MBq", 0.185),
    ],
)
def test_conversion_by_hand(value, unit, canonical, expected):
    assert convert(value, unit, canonical) == expected


def test_no_conversion_between_different_things():
    with pytest.raises(ValueError, match="GBq does not convert to kg"):
        convert(1, "GBq", "kg")
    with pytest.raises(ValueError, match="foo does not convert to MBq"):
        convert(1, "foo", "MBq")


def test_no_two_units_of_a_table_differ_in_case_alone():
    for canonical, table in UNITS.items():
        assert len({unit.casefold() for unit in table}) == len(table), canonical
        assert table[canonical] == 1


@pytest.mark.parametrize(("typed", "factor"), [("gbq", 1000), ("GBQ", 1000), ("mci", 37), ("μCi", Fraction(37, 1000))])
def test_spelling_of_a_unit_does_not_matter(typed, factor):
    assert factor_of("MBq", typed) == factor


@given(st.floats(-1e9, 1e9), st.sampled_from([Fraction(1000), Fraction(37), Fraction(1, 10)]))
def test_scaling_keeps_infinity_and_agrees_with_floats(value, factor):
    assert scaled(value, factor) == pytest.approx(value * float(factor), rel=1e-12)
    assert scaled(INF, factor) == INF
    assert scaled(-INF, factor) == -INF


def test_a_number_too_large_is_refused_in_words():
    with pytest.raises(ValueError, match="must be a finite number of ordinary size"):
        InUnit("MBq").read("1e308 GBq")
    with pytest.raises(ValueError, match="must be a finite number of ordinary size"):
        InUnit("MBq").read(10**400)
    with pytest.raises(ValueError, match="must be a finite number of ordinary size"):
        Interval.parse(10**400)


def test_numbers_as_people_write_them():
    assert [number_text(n) for n in (7.0, 7, 0.1, -2.50, 1e16)] == ["7", "7", "0.1", "-2.5", "1e+16"]


# ---- quantities


class Cycle(BaseModel):
    activity_mbq: ActivityMBq


@pytest.mark.parametrize(
    ("given_", "activity_mbq", "dumped"),
    [
        ("7.4 GBq", 7400.0, "7.4 GBq"),
        ("200 mCi", 7400.0, "200 mCi"),
        ("200mCi", 7400.0, "200mCi"),
        (7400, 7400.0, 7400),
        (7400.5, 7400.5, 7400.5),
        ("7400", 7400.0, "7400"),
    ],
)
def test_a_quantity_remembers_what_was_typed(given_, activity_mbq, dumped):
    cycle = Cycle(activity_mbq=given_)
    assert cycle.activity_mbq == activity_mbq
    assert cycle.activity_mbq.entered == (given_ if isinstance(given_, str) else None)
    assert cycle.model_dump() == {"activity_mbq": dumped}
    again = Cycle.model_validate_json(cycle.model_dump_json())
    assert again == cycle
    assert again.activity_mbq.entered == cycle.activity_mbq.entered


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ("7.4 foo", "must have one of the units MBq, GBq, mCi"),
        ("7,4 GBq", "write 7.4 GBq with a decimal point"),
        ("about 7.4 GBq", "must be a number in MBq, or a text with its unit"),
        ("", "must be a number in MBq"),
        (True, "must be a number in MBq"),
        (None, "must be a number in MBq"),
        ([7.4], "must be a number in MBq"),
        (math.nan, "must be a finite number"),
        (INF, "must be a finite number"),
    ],
)
def test_no_activity(given_, sentence):
    with pytest.raises(ValidationError, match=sentence):
        Cycle(activity_mbq=given_)


def test_a_quantity_is_a_number():
    activity_mbq = Quantity(7400.0, "7.4 GBq")
    assert activity_mbq == 7400.0
    assert activity_mbq == Quantity(7400.0)
    assert hash(activity_mbq) == hash(7400.0)
    assert activity_mbq / 2 == 3700.0
    assert str(activity_mbq) == "7.4 GBq"
    assert str(Quantity(7400.0)) == "7400"
    assert repr(activity_mbq) == "Quantity(7400.0, entered='7.4 GBq')"
    assert f"{activity_mbq:.1f}" == "7400.0"


def test_copies_keep_what_was_typed():
    activity_mbq = Quantity(7400.0, "7.4 GBq")
    for other in (copy.copy(activity_mbq), copy.deepcopy(activity_mbq), pickle.loads(pickle.dumps(activity_mbq))):
        assert (other, other.entered) == (7400.0, "7.4 GBq")


def test_the_number_in_front_of_the_unit():
    assert number_typed(Quantity(7400.0, "7.4 GBq")) == 7.4
    assert number_typed(Quantity(7400.0)) == 7400.0
    assert number_typed(7400.0) == 7400.0


def test_the_other_units():
    class Body(BaseModel):
        weight_kg: MassKg
        height_cm: HeightCm
        diameter_mm: LengthMm
        absorbed_dose_gy: AbsorbedDoseGy

    body = Body(weight_kg="72500 g", height_cm="1.72 m", diameter_mm="2.3 cm", absorbed_dose_gy="410 cGy")
    assert tuple(body.__dict__.values()) == (72.5, 172.0, 23.0, 4.1)


def test_schema_of_a_quantity():
    number, text = Cycle.model_json_schema()["properties"]["activity_mbq"]["anyOf"]
    assert number == {"type": "number"}
    assert "7.4 GBq" in text["examples"]


# ---- intervals


@pytest.mark.parametrize(
    ("given_", "interval", "text"),
    [
        (7, Interval(7, 7), "7"),
        (7.5, Interval(7.5, 7.5), "7.5"),
        ("7", Interval(7, 7), "7"),
        ("7 %", Interval(7, 7), "7"),
        ("= 7", Interval(7, 7), "7"),
        ("<3", Interval(0, 3, False, True), "<3"),
        ("< 3 %", Interval(0, 3, False, True), "<3"),
        ("<= 3", Interval(0, 3), "0-3"),
        ("≤3", Interval(0, 3), "0-3"),
        (">20", Interval(20, 100, True, False), ">20"),
        (">=2", Interval(2, 100), "2-100"),
        ("≥ 2", Interval(2, 100), "2-100"),
        ("10-15", Interval(10, 15), "10-15"),
        ("10-15 %", Interval(10, 15), "10-15"),
        ("10 – 15", Interval(10, 15), "10-15"),
        ("10 to 15", Interval(10, 15), "10-15"),
        (">1-<3", Interval(1, 3, True, True), ">1-<3"),
        ("0-<3", Interval(0, 3, False, True), "<3"),
        ("5-5", Interval(5, 5), "5"),
    ],
)
def test_percentages_as_typed(given_, interval, text):
    parsed = Interval.parse(given_, minimum=0, maximum=100)
    assert parsed == interval
    assert str(parsed) == text
    assert parsed.entered == (given_ if isinstance(given_, str) else None)


def test_without_limits_a_bound_stays_open():
    assert Interval.parse("<3") == Interval(-INF, 3, False, True)
    assert str(Interval.parse("<3")) == "<3"
    assert str(Interval.parse("<= 3")) == "≤3"
    assert Interval.parse(">20") == Interval(20, INF, True, False)
    assert str(Interval.parse(">=20")) == "≥20"
    assert str(Interval()) == "any"


@pytest.mark.parametrize(
    ("given_", "sentence"),
    [
        ("about 7", 'must be a number, a bound such as "<3"'),
        ("~7", "must be a number"),
        ("7,5", "write 7.5 with a decimal point"),
        ("15-10", "write 10-15, not 15-10"),
        ("<0", "no number lies in the range <0"),
        ("101", "must be between 0 and 100, but got 101"),
        ("<101", "must be between 0 and 100, but got <101"),
        ("-5", "must be between 0 and 100"),
        (">100", "no number lies in the range >100"),
        (">120", "must be between 0 and 100"),
        ("7 g/L", "must be a number"),
        ("", "must be a number"),
        (True, "must be a number"),
        (None, "must be a number"),
        ({"a": 1}, "must be a number"),
        (math.nan, "must be a finite number"),
    ],
)
def test_no_percentage(given_, sentence):
    with pytest.raises(ValueError, match=sentence):
        Interval.parse(given_, minimum=0, maximum=100)


# The truth of "x op 3" for every kind of range around 3, by hand: True for all x, False for none, else None.
@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ("3", {"==": True, "!=": False, "<": False, "<=": True, ">": False, ">=": True}),
        ("2", {"==": False, "!=": True, "<": True, "<=": True, ">": False, ">=": False}),
        ("<3", {"==": False, "!=": True, "<": True, "<=": True, ">": False, ">=": False}),
        ("<=3", {"==": None, "!=": None, "<": None, "<=": True, ">": False, ">=": None}),
        (">3", {"==": False, "!=": True, "<": False, "<=": False, ">": True, ">=": True}),
        (">=3", {"==": None, "!=": None, "<": False, "<=": None, ">": None, ">=": True}),
        ("2-5", {"==": None, "!=": None, "<": None, "<=": None, ">": None, ">=": None}),
        ("10-15", {"==": False, "!=": True, "<": False, "<=": False, ">": True, ">=": True}),
    ],
)
def test_certainty_by_hand(interval, expected):
    parsed = Interval.parse(interval, minimum=0, maximum=100)
    assert {op: parsed.certainly(op, 3) for op in expected} == expected


def test_a_comparison_must_be_one_of_six():
    with pytest.raises(ValueError, match="a comparison must be one of"):
        Interval(1, 2).certainly("=", 1)


def intervals():
    bounds = st.integers(-20, 20)
    return st.builds(
        lambda low, width, lo, ho: Interval(low, low + width, lo and width > 0, ho and width > 0),
        bounds,
        st.integers(0, 8),
        st.booleans(),
        st.booleans(),
    )


COMPARE = {
    "==": lambda x, n: x == n,
    "!=": lambda x, n: x != n,
    "<": lambda x, n: x < n,
    "<=": lambda x, n: x <= n,
    ">": lambda x, n: x > n,
    ">=": lambda x, n: x >= n,
}


@given(intervals(), st.sampled_from(sorted(COMPARE)), st.integers(-25, 25))
def test_certainty_agrees_with_every_quarter_of_the_range(interval, op, number):
    low, high = int(interval.low * 4), int(interval.high * 4)
    inside = [q / 4 for q in range(low, high + 1) if interval.contains(q / 4)]
    truths = {COMPARE[op](x, number) for x in inside}
    assert interval.certainly(op, number) == (truths.pop() if len(truths) == 1 else None)


@given(intervals())
def test_what_is_written_reads_back(interval):
    assert Interval.parse(interval.written()) == interval


def test_value_only_when_exact():
    assert Interval.exactly(7).value == 7.0
    assert Interval.exactly(7).is_exact
    with pytest.raises(ValueError, match="10-15 is a range, not one number"):
        _ = Interval(10, 15).value


def test_entered_text_takes_no_part_in_comparison():
    one, other = Interval.parse("<3 %", minimum=0), Interval.parse("< 3", minimum=0)
    assert one == other
    assert hash(one) == hash(other)
    assert one.entered != other.entered


def test_scaling_a_range():
    assert Interval.parse("<12.8", minimum=0).times(10) == Interval(0, 128, False, True)
    assert Interval(10, INF).times(Fraction(1, 2)) == Interval(5, INF)
    with pytest.raises(ValueError, match="must be positive"):
        Interval(1, 2).times(-1)


def test_an_impossible_range_is_refused():
    with pytest.raises(ValueError, match="bounds of a range must be numbers"):
        Interval(math.nan, 1)
    with pytest.raises(ValueError, match="no number lies in the range"):
        Interval(3, 3, True, False)
    with pytest.raises(ValueError, match="from low to high"):
        Interval(3, 2)


class Tissue(BaseModel):
    ki67_pct: PercentRange
    any_number: Interval = Interval()


def test_an_interval_as_a_field():
    tissue = Tissue(ki67_pct="<3", any_number="<-2")
    assert tissue.ki67_pct == Interval(0, 3, False, True)
    assert tissue.model_dump() == {"ki67_pct": "<3", "any_number": "<-2"}
    assert Tissue.model_validate_json(tissue.model_dump_json()) == tissue
    assert Tissue(ki67_pct=Interval(2, 5)).model_dump()["ki67_pct"] == "2-5"
    assert Tissue(ki67_pct=3).model_dump()["ki67_pct"] == 3
    with pytest.raises(ValidationError, match="must be between 0 and 100"):
        Tissue(ki67_pct=Interval(2, 500))


def test_schema_of_an_interval():
    number, text = Tissue.model_json_schema()["properties"]["ki67_pct"]["anyOf"]
    assert number == {"type": "number", "minimum": 0, "maximum": 100}
    assert text["type"] == "string"
