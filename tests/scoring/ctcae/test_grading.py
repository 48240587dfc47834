"""One CTCAE grade: the hand-written table of limits, ranges, baseline rules, choices, and what is refused."""

from __future__ import annotations

import csv
import dataclasses
import doctest
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lutetia.course import laboratory
from lutetia.errors import InputError
from lutetia.quantities import Interval
from lutetia.scoring import ctcae
from lutetia.scoring.ctcae import criteria

REFERENCE = Path(__file__).parent / "reference"
TABLES = {"5.0": "cases_v5.csv", "6.0": "cases_v6.csv"}
PAGE = Path(__file__).resolve().parents[3] / "docs" / "scores" / "ctcae.md"


def cases(version: str) -> list[dict[str, str]]:
    """The hand-written cases of a version (csv with sidecar)."""
    with (REFERENCE / TABLES[version]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text: str) -> float | None:
    return float(text) if text else None


def words(text: str) -> dict[str, bool]:
    return {pair.split("=")[0]: pair.endswith("=yes") for pair in text.split(";") if pair}


def graded(case: dict[str, str], version: str, us: str = "", **choices: Any) -> ctcae.CtcaeGrade:
    """The grade of a case, as it stands or, with us="us_", in US conventional units."""
    return ctcae.grade(
        case["analyte"],
        float(case[f"{us}value"]),
        case[f"{us}unit"],
        version,
        lln=number(case[f"{us}lln"]),
        uln=number(case[f"{us}uln"]),
        baseline=number(case[f"{us}baseline"]),
        clinical=words(case["clinical"]),
        **choices,
    )


# --- the table ---
@pytest.mark.parametrize("version", TABLES)
def test_on_below_and_above_each_limit(version: str) -> None:
    table = cases(version)
    wrong = [(case, got) for case in table if (got := graded(case, version).value) != case["expected"]]
    assert len(table) >= 180
    assert wrong == []


@pytest.mark.parametrize("version", TABLES)
def test_us_units_agree_with_si_units(version: str) -> None:
    twins = [case for case in cases(version) if case["us_value"]]
    wrong = [(case, got) for case in twins if (got := graded(case, version, us="us_").value) != case["expected"]]
    assert len(twins) >= 140
    assert wrong == []


@pytest.mark.parametrize("version", TABLES)
def test_every_limit_of_the_criteria_is_in_the_table(version: str) -> None:
    reached = {(case["analyte"], grade) for case in cases(version) for grade in case["expected"].split("-")}
    judged = criteria.version_named(version)
    assert isinstance(judged, criteria.Version)
    stated = {(term.analyte, str(row.grade)) for terms in judged.terms.values() for term in terms for row in term.rows}
    assert stated <= reached


# --- the version ---
def test_a_grade_without_a_version_is_refused() -> None:
    with pytest.raises(InputError, match="needs the version of the criteria"):
        ctcae.grade("neutrophils", 0.8, "1e9/L")


@pytest.mark.parametrize("version", ["4.03", "7", "latest", "", 5.5])
def test_an_unknown_version_is_refused(version: Any) -> None:
    with pytest.raises(InputError, match=r"version: must be one of 5\.0, 6\.0"):
        ctcae.grade("neutrophils", 0.8, "1e9/L", version)


@pytest.mark.parametrize("version", ["5.0", "5", "v5.0", "V5", "CTCAE v5.0", 5, 5.0])
def test_a_version_may_be_spelled_as_people_do(version: Any) -> None:
    assert ctcae.grade("neutrophils", 0.8, "1e9/L", version).version == "5.0"


def test_the_versions_differ_at_neutrophils_08() -> None:
    assert ctcae.grade("neutrophils", 0.8, "1e9/L", "5.0").value == "3"
    assert ctcae.grade("neutrophils", 0.8, "1e9/L", "6.0").value == "2"


def test_version_6_prints_that_it_is_provisional() -> None:
    five, six = (ctcae.grade("platelets", 60, "1e9/L", version) for version in ("5.0", "6.0"))
    assert (five.provisional, six.provisional) == (False, True)
    assert "PROVISIONAL" in six.conventions[0]
    assert "PROVISIONAL" not in " ".join(five.conventions)
    kidney = ctcae.grade("egfr", 40, "mL/min/1.73m2", "6.0")
    assert any("text not read, limits of v5.0 carried over" in said for said in kidney.conventions)


# --- ranges ---
def test_a_missing_reference_limit_leaves_a_range_and_is_named() -> None:
    assert ctcae.grade("haemoglobin", 110, "g/L", "5.0").value == "0-1"
    assert ctcae.grade("haemoglobin", 110, "g/L", "5.0").missing == ("lln",)
    assert ctcae.grade("haemoglobin", 95, "g/L", "5.0").value == "2"
    unknown = ctcae.grade("alt", 100, "U/L", "5.0")
    assert (unknown.value, unknown.possible, unknown.missing) == ("0-4", (0, 1, 2, 3, 4), ("uln",))


def test_urate_leaves_grades_1_and_3_but_not_2() -> None:
    got = ctcae.grade("urate", 500, "umol/L", "5.0", uln=400)
    assert (got.value, got.possible, got.missing) == ("1-3", (1, 3), ("physiologic_consequences",))


def test_a_value_below_a_detection_limit_is_graded_as_far_as_it_can_be() -> None:
    assert ctcae.grade("platelets", "<10", "1e9/L", "5.0").value == "4"
    assert ctcae.grade("platelets", "<30", "1e9/L", "5.0").value == "3-4"
    assert ctcae.grade("neutrophils", Interval.parse("0.4-0.6", unit=None), "1e9/L", "5.0").value == "3-4"


def test_the_worst_sense_of_unstated_words_can_be_chosen() -> None:
    # admiral takes the worst case: low potassium grade 2, sodium 129 grade 3, urate grade 3.
    worst = {"version": "5.0", "unstated": "worst"}
    assert ctcae.grade("potassium", 3.2, "mmol/L", lln=3.5, **worst).value == "2"  # type: ignore[arg-type]
    assert ctcae.grade("sodium", 129, "mmol/L", **worst).value == "3"  # type: ignore[arg-type]
    assert ctcae.grade("urate", 500, "umol/L", uln=400, **worst).value == "3"  # type: ignore[arg-type]
    assert ctcae.grade("creatinine_clearance", 9, "mL/min", version="6.0", unstated="worst").value == "4"


def test_words_behind_an_or_raise_a_grade_only_when_stated() -> None:
    assert ctcae.grade("haemoglobin", 90, "g/L", "5.0").value == "2"
    assert ctcae.grade("haemoglobin", 90, "g/L", "5.0", clinical={"transfusion_indicated": True}).value == "3"
    assert ctcae.grade("haemoglobin", 70, "g/L", "5.0", clinical={"life_threatening": True}).value == "4"
    assert ctcae.grade("haemoglobin", 70, "g/L", "5.0", clinical={"life_threatening": False}).value == "3"
    assert ctcae.grade("haemoglobin", 130, "g/L", "5.0", 120, clinical={"life_threatening": True}).value == "0"
    raised = ctcae.grade("potassium", 5.2, "mmol/L", "5.0", 3.5, 5, clinical={"hospitalization_indicated": True})
    assert raised.value == "3"
    assert any(("hospitalization_indicated", "yes") in reason.used for reason in raised.because)


# --- the baseline ---
def test_the_baseline_itself_is_graded_by_the_upper_limit() -> None:
    # admiral #2512: graded against itself a raised baseline would always be grade 0.
    at = {"uln": 40, "baseline": 130, "version": "5.0"}
    assert ctcae.grade("alt", 130, "U/L", **at).value == "0"  # type: ignore[arg-type]
    itself = ctcae.grade("alt", 130, "U/L", post_baseline=False, **at)  # type: ignore[arg-type]
    assert itself.value == "2"
    assert "post_baseline=False: not after the baseline, graded by the reference range" in itself.conventions
    always = ctcae.grade("alt", 130, "U/L", post_baseline=False, baseline_rule="always", **at)  # type: ignore[arg-type]
    assert always.value == "0"


def test_the_baseline_is_judged_by_the_limits_of_its_own_day() -> None:
    # admiral #2492: another laboratory, another range.
    then = ctcae.grade("alt", 130, "U/L", "5.0", uln=60, baseline=50, baseline_uln=40)
    today = ctcae.grade("alt", 130, "U/L", "5.0", uln=60, baseline=50)
    assert (then.value, today.value) == ("1", "1")
    assert ctcae.grade("alt", 70, "U/L", "5.0", uln=60, baseline=50, baseline_uln=40).value == "0"
    assert ctcae.grade("alt", 70, "U/L", "5.0", uln=60, baseline=50).value == "1"
    assert any("judged by today's ULN" in said for said in today.conventions)
    assert not any("judged by today's ULN" in said for said in then.conventions)


def test_a_baseline_without_any_range_leaves_the_rule_open() -> None:
    got = ctcae.grade("alt", 130, "U/L", "5.0", baseline=50)
    assert got.value == "0-4"
    assert "uln" in got.missing


def test_the_baseline_of_alp_in_version_6_does_not_speak_at_the_baseline() -> None:
    assert ctcae.grade("alp", 200, "U/L", "6.0", uln=100, baseline=200).value == "0"
    assert ctcae.grade("alp", 200, "U/L", "6.0", uln=100, baseline=200, post_baseline=False).value == "1"


def test_inr_needs_to_know_about_anticoagulation() -> None:
    # Not anticoagulated: > 1.5 is grade 2.  Anticoagulated with a baseline of 2: 1.8 is grade 0.
    got = ctcae.grade("inr", 1.8, "1", "5.0", baseline=2)
    assert (got.possible, got.missing) == ((0, 2), ("on_anticoagulation",))
    anticoagulated = {"on_anticoagulation": True}
    assert ctcae.grade("inr", 1.8, "1", "5.0", baseline=1.8, clinical=anticoagulated, post_baseline=False).value == "2"


# --- units and limits ---
def test_limits_printed_in_two_units_are_not_the_same_amount() -> None:
    # 8.0 mg/dL · 0.2495 = 1.996 mmol/L: on the US limit, below the SI limit.
    reported = ctcae.grade("calcium", 8.0, "mg/dL", "5.0", 8.5, 10.5)
    assert reported.value == "1"
    assert any("by the limits printed in SI units the grade is 2" in said for said in reported.conventions)
    assert ctcae.grade("calcium", 8.0, "mg/dL", "5.0", 8.5, 10.5, limits="si").value == "2"
    assert ctcae.grade("calcium", 1.996, "mmol/L", "5.0", 2.1, 2.6).value == "2"
    assert ctcae.grade("calcium", 1.996, "mmol/L", "5.0", 2.1, 2.6, limits="us").value == "1"


AMOUNTS = [("calcium", "mmol/L", "mg/dL", 0.2495), ("magnesium", "mmol/L", "mg/dL", 0.4114)]
AMOUNTS += [("glucose", "mmol/L", "mg/dL", 0.05551), ("haemoglobin", "g/L", "mmol/L", 16.114)]


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda row: row[0])
@pytest.mark.parametrize("limits", ["si", "us"])
@given(share=st.floats(0, 1))
def test_one_amount_has_one_grade_in_any_unit(amount: Any, limits: Any, share: float) -> None:
    analyte, si, us, factor = amount
    low, high = {"calcium": (1, 4), "magnesium": (0.1, 4), "glucose": (1, 30), "haemoglobin": (40, 150)}[analyte]
    in_us = round((low + share * (high - low)) / factor, 3)
    in_si = laboratory.convert_analyte(analyte, in_us, us, si)
    same = [ctcae.grade(analyte, value, unit, "5.0", limits=limits) for value, unit in ((in_us, us), (in_si, si))]
    assert same[0].possible == same[1].possible


@pytest.mark.parametrize("unit", ["1e9/L", "10^9/L", "10⁹/L", "x10^9/L", "G/L", "10^3/uL", "K/µL"])
def test_spellings_of_one_unit(unit: str) -> None:
    assert ctcae.grade("platelets", 49, unit, "5.0").value == "3"


@pytest.mark.parametrize("name", ["haemoglobin", "Hemoglobin", "HGB", " hb "])
def test_spellings_of_one_analyte(name: str) -> None:
    assert ctcae.grade(name, 79, "g/L", "5.0").term == "Anemia"


def test_bands_in_whole_numbers_can_be_read_to_the_letter() -> None:
    sodium = {"version": "5.0", "lln": 135.0, "clinical": {"symptomatic": False}}
    assert ctcae.grade("sodium", 129.5, "mmol/L", **sodium).value == "2"  # type: ignore[arg-type]
    assert ctcae.grade("sodium", 129.5, "mmol/L", integer_bands="as_written", **sodium).value == "1"  # type: ignore[arg-type]
    assert ctcae.grade("egfr", 59.5, "mL/min/1.73m2", "5.0", 90).value == "2"
    assert ctcae.grade("egfr", 59.5, "mL/min/1.73m2", "5.0", 90, integer_bands="as_written").value == "1"


@pytest.mark.parametrize(
    ("value", "uln", "expected"),
    [(0.1 + 0.2, 0.1, "1"), (3 * 1.1, 1.1, "1"), (3.3, 1.1, "1"), (4.35, 1.45, "1"), (4.36, 1.45, "2")],
)
def test_decimals_on_a_limit_stay_on_it(value: float, uln: float, expected: str) -> None:
    assert ctcae.grade("alt", value, "ukat/L", "5.0", uln=uln).value == expected


# --- both sides, terms ---
def test_a_low_value_is_not_asked_for_the_upper_limit() -> None:
    low = ctcae.grade("potassium", 2.8, "mmol/L", "5.0")
    assert (low.value, low.term, low.side) == ("3", "Hypokalemia", "low")
    high = ctcae.grade("potassium", 6.5, "mmol/L", "5.0")
    assert (high.value, high.term, high.side) == ("3", "Hyperkalemia", "high")
    normal = ctcae.grade("potassium", 4, "mmol/L", "5.0", 3.5, 5)
    assert (normal.value, normal.term, normal.side) == ("0", None, None)


def test_one_side_can_be_asked_for() -> None:
    assert ctcae.grade("potassium", 2.8, "mmol/L", "5.0", uln=5, side="high").value == "0"
    with pytest.raises(InputError, match=r"CTCAE v6\.0 has no numeric limits for low lymphocytes"):
        ctcae.grade("lymphocytes", 0.3, "1e9/L", "6.0", side="low")
    with pytest.raises(InputError, match="no numeric limits for high platelets"):
        ctcae.grade("platelets", 500, "1e9/L", "5.0", side="high")


def test_what_a_version_does_not_grade_by_a_number_is_said() -> None:
    assert any("no numeric limits" in said for said in ctcae.grade("glucose", 20, "mmol/L", "5.0").conventions)
    assert any("Lymphocyte" in said for said in ctcae.grade("lymphocytes", 0.3, "1e9/L", "6.0").conventions)


def test_an_absolute_limit_inside_the_reference_range_decides_and_is_told() -> None:
    got = ctcae.grade("neutrophils", 1.4, "1e9/L", "5.0", lln=1.3, uln=7)
    assert got.value == "2"
    assert any("within the laboratory's reference range" in said for said in got.conventions)


def test_reasons_name_the_rule_and_the_numbers() -> None:
    (reason,) = ctcae.grade("alt", 130, "U/L", "5.0", uln=40).because
    assert reason.rule == "CTCAE 5.0 Alanine aminotransferase increased grade 2"
    assert reason.says == "> 3 × ULN, if baseline not high"
    assert reason.used == (("value", "130 U/L"), ("uln", "40 U/L"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        reason.says = ""  # type: ignore[misc]


# --- laws ---
SWEEPS = {"low": [200 / 1.14**n for n in range(60)], "high": [0.5 * 1.17**n for n in range(62)]}


@pytest.mark.parametrize("version", TABLES)
@pytest.mark.parametrize("clinical", [{}, {"symptomatic": True}, {"symptomatic": False, "fasting": True}], ids=str)
@pytest.mark.parametrize("baseline", [None, 0.7, 1.4])
def test_grades_are_monotone(version: str, clinical: dict[str, bool], baseline: float | None) -> None:
    known = criteria.version_named(version)
    assert isinstance(known, criteria.Version)
    for terms in known.terms.values():
        for term in terms:
            unit = laboratory.units_of(term.analyte).canonical
            middle = {"low": 150.0, "high": 100.0}[term.side]
            sweep = SWEEPS[term.side]
            grades = [
                ctcae.grade(
                    term.analyte, value, unit, version, lln=middle / 2, uln=middle, side=term.side,
                    baseline=None if baseline is None else baseline * middle, clinical=clinical, check_plausible=False,
                )
                for value in sweep
            ]  # fmt: skip
            for before, after in pairwise(grades):
                assert after.low >= before.low, (term.name, after)
                assert after.high >= before.high, (term.name, after)


# --- refused ---
def test_all_faults_at_once() -> None:
    with pytest.raises(InputError) as caught:
        ctcae.grade(
            "haemoglobin", -5, "stone", "5.0", lln=-1, uln=float("nan"), clinical={"dizzy": True, "bleeding": "yes"},
            unstated="guess", limits="imperial",
        )  # type: ignore[arg-type, dict-item]  # fmt: skip
    places = [fault.place for fault in caught.value.faults]
    assert places == ["unstated", "limits", "lln", "uln", "value", "clinical", "clinical.bleeding", "unit"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("unobtainium", 1, "g/L", "5.0"), "analyte: must be an analyte that CTCAE v5.0 grades by a number"),
        (("platelets", 50, "mg/dL", "5.0"), "unit: must be a unit in which platelets is reported"),
        (("platelets", 50, None, "5.0"), "unit: platelets needs its unit"),
        (("platelets", None, "1e9/L", "5.0"), "value: "),
        (("platelets", "about 50", "1e9/L", "5.0"), "value: "),
        (("platelets", True, "1e9/L", "5.0"), "value: "),
        (("platelets", 50, "1e9/L", "5.0", 400, 150), "lln: must not exceed uln"),
        (("haemoglobin", 12.8, "g/L", "5.0"), "value: value must lie between 15 and 260 g/L for haemoglobin"),
        (("phosphate", 0.3, "mmol/L", "5.0"), "analyte: must be an analyte"),
    ],
)
def test_bad_input_is_named(arguments: Any, sentence: str) -> None:
    with pytest.raises(InputError, match=re.escape(sentence)):
        ctcae.grade(*arguments)


def test_an_implausible_value_can_be_graded_on_purpose() -> None:
    assert ctcae.grade("haemoglobin", 12.8, "g/L", "5.0", check_plausible=False).value == "3"


# --- the page ---
def test_examples_of_the_page_run() -> None:
    pytest.importorskip("numpy")
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    test = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "ctcae.md", "ctcae.md", 0)
    assert test.examples
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed == 0
