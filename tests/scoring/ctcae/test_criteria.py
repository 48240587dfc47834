"""The limits as data: every term, its rows, its names."""

from __future__ import annotations

import pytest

from lutetia.course.laboratory import units_of
from lutetia.scoring.ctcae import criteria


@pytest.mark.parametrize("version", criteria.VERSIONS)
def test_every_limit_stands_in_a_unit_of_its_analyte_and_every_word_has_a_grade(version: str) -> None:
    known = criteria.version_named(version)
    assert isinstance(known, criteria.Version)
    for analyte, terms in known.terms.items():
        for term in terms:
            assert term.analyte == analyte
            assert [row.grade for row in term.rows if not row.when] == sorted(
                row.grade for row in term.rows if not row.when
            )
            for row in term.rows:
                assert row.grade in (1, 2, 3, 4)
                for limit in row.limits:
                    assert limit.op in (("<", "<=") if term.side == "low" else (">", ">="))
                    for unit in limit.by_unit:
                        assert units_of(analyte).factor(unit) is not None
            assert set(term.words.values()) <= {2, 3, 4}


def test_the_only_inclusive_limits_are_the_first_grades_by_a_raised_baseline() -> None:
    five = criteria.version_named("5.0")
    assert isinstance(five, criteria.Version)
    inclusive = {
        (term.analyte, row.grade, limit.factor)
        for terms in five.terms.values()
        for term in terms
        for row in term.rows
        for limit in row.limits
        if limit.op in (">=", "<=")
    }
    assert inclusive == {("alt", 1, 1.5), ("ast", 1, 1.5), ("alp", 1, 2.0), ("ggt", 1, 2.0)}


def test_both_versions_grade_the_analytes_of_the_course() -> None:
    assert set(criteria.analytes("5.0")) == set(criteria.analytes("6.0"))
    assert len(criteria.analytes("5.0")) == 21


def test_a_version_that_is_not_there_is_a_fault() -> None:
    fault = criteria.version_named("4.03")
    assert not isinstance(fault, criteria.Version)
    assert fault.place == "version"
    with pytest.raises(KeyError):
        criteria.analytes("4.03")


def test_words_of_all_versions() -> None:
    assert {"symptomatic", "fasting", "on_anticoagulation", "life_threatening"} <= criteria.clinical_words()


def test_a_limit_and_a_row_read_as_a_person_writes_them() -> None:
    limit = criteria.Limit(op=">", reference="uln", by_unit={}, factor=3)
    row = criteria.Row(grade=2, limits=(limit,), as_written=None, when=("baseline_high",), only_if_given=False)
    assert (str(limit), str(row)) == ("> 3 × ULN", "> 3 × ULN, if baseline high")
    printed = criteria.Limit(op="<", reference="value", by_unit={"g/L": 80, "g/dL": 8})
    assert str(printed) == "< 80 g/L or 8 g/dL"
    assert row.asks == ()


@pytest.mark.parametrize(
    ("given", "name"), [("Hb", "haemoglobin"), ("Uric  Acid", "urate"), ("moon dust", "moon_dust")]
)
def test_names_of_analytes(given: str, name: str) -> None:
    assert criteria.analyte_named(given) == name
