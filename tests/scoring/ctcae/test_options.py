"""The choices: what each allows, which bear on a term, and the unit in which a limit is compared."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from lutetia.scoring.ctcae import criteria, options

CHOSEN: dict[str, Any] = {
    "baseline_rule": "always", "unstated": "range", "limits": "si", "integer_bands": "half_open", "side": "both",
}  # fmt: skip


def version() -> criteria.Version:
    known = criteria.version_named("5.0")
    assert isinstance(known, criteria.Version)
    return known


def test_only_the_listed_words_are_choices() -> None:
    assert options.Options(**CHOSEN).faults() == []
    wrong = options.Options(**dict.fromkeys(CHOSEN, "x"))
    assert {fault.place for fault in wrong.faults()} == set(CHOSEN)


@pytest.mark.parametrize(
    ("analyte", "bear"),
    [
        ("platelets", []),
        ("calcium", ["limits=si"]),
        ("alt", ["baseline_rule=always"]),
        ("sodium", ["unstated=range", "integer_bands=half_open"]),
    ],
)
def test_only_choices_that_bear_on_the_term_are_said(analyte: str, bear: list[str]) -> None:
    said = options.Options(**CHOSEN).said(version().terms[analyte])
    assert [sentence.split(":")[0] for sentence in said] == bear


def test_the_side_is_said_where_there_are_two_or_one_was_asked_for() -> None:
    both = options.Options(**CHOSEN)
    assert both.side_said(version().terms["calcium"]) == ["side=both: both sides of the reference range are judged"]
    assert both.side_said(version().terms["platelets"]) == []
    low = options.Options(**{**CHOSEN, "side": "low"})
    assert low.side_said(version().terms["platelets"])[0].startswith("side=low:")


def test_the_column_of_a_limit() -> None:
    limit = criteria.Limit(op="<", reference="value", by_unit={"mmol/L": 2, "mg/dL": 8})
    reported, si, us = "as_reported", "si", "us"
    assert options.column(limit, "MG/DL", reported) == "mg/dL"  # type: ignore[arg-type]
    assert options.column(limit, "mEq/L", reported) == "mmol/L"  # type: ignore[arg-type]
    assert options.column(limit, "mg/dL", si) == "mmol/L"  # type: ignore[arg-type]
    assert options.column(limit, "mmol/L", us) == "mg/dL"  # type: ignore[arg-type]


def test_units_convert_exactly() -> None:
    assert options.conversion("haemoglobin", "g/dL", "g/L") == 10
    assert options.conversion("platelets", "/mm3", "1e9/L") == Fraction(1, 1000)
    with pytest.raises(KeyError):
        options.conversion("haemoglobin", "stone", "g/L")


def test_faults_of_names() -> None:
    assert options.unit_fault("platelets", "1e9/L") is None
    for unit in ("mg/dL", "", None, 5):
        assert options.unit_fault("platelets", unit)
    assert options.analyte_fault("gold", "gold", version())
    assert options.side_fault("platelets", "low", version()) is None
    fault = options.side_fault("glucose", "high", version())
    assert fault
    assert fault.do == "Hyperglycemia has no numeric limits in v5.0."
    assert [fault.place for fault in options.clinical_faults({"dizzy": True, "symptomatic": True})] == ["clinical"]


def test_terms_of_one_side() -> None:
    assert [term.name for term in options.terms_judged(version(), "sodium", "high")] == ["Hypernatremia"]
    assert len(options.terms_judged(version(), "sodium", "both")) == 2
    assert options.sides_not_graded(version(), "glucose", "low") == []
    assert len(options.sides_not_graded(version(), "glucose", "both")) == 1
