"""Scores row by row: cells as people write them, rows left out with their reason, faults of all rows at once."""

from __future__ import annotations

import pytest

from lutetia.cli.score_rows import Row, ctcae, growth, qlq, unused_columns
from lutetia.errors import InputError
from lutetia.exchange.tabular import parse_table

CTCAE = {
    "baseline_rule": "post_baseline_only",
    "unstated": "range",
    "limits": "as_reported",
    "integer_bands": "half_open",
    "side": "both",
    "check_plausible": True,
}
NO_BAND = {"reading_error_pct": None, "confidence": None}
QLQ = {"layout": None, "missing": "half"}


def faults_of(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [f"{fault.place}: {fault.must}" for fault in error.value.faults]


def test_cells_are_read_or_refused():
    row = Row({"a": "7.5", "b": "", "c": "x", "d": "Yes", "e": "perhaps", "f": "17.05.2024", "g": "nan", "h": "1_0"})
    assert (row.number("a"), row.number("b"), row.number("absent"), row.yes_or_no("d")) == (7.5, None, None, True)
    assert row.yes_or_no("b") is None
    assert not row.faults
    assert [row.number("c"), row.yes_or_no("e"), row.day("f"), row.number("g"), row.number("h")] == [None] * 5
    assert row.number("b", needed=True) is None
    assert [fault.place for fault in row.faults] == ["c", "e", "f", "g", "h", "b"]
    with pytest.raises(InputError):
        row.refuse_faults()


def test_growth_from_days_or_dates_by_hand():
    # Four examples of the growth page; 91.3125 days are three months, 60.875 two, 182.625 six.
    text = "subject,before_mm,after_mm,days\nA,100,120,91.3125\nB,50,60,60.875\nC,100,110,182.625\nD,100,70,91.3125\n"
    rates = [row["rate_percent_per_month"] for row in growth(parse_table(text), None, NO_BAND).rows]
    assert rates == pytest.approx([20.0, 31.4534, 4.8809, -30.0], abs=1e-4)
    dated = growth(parse_table("before_mm,after_mm,before_date,after_date\n9,9,2024-01-01,2024-03-01\n"), None, NO_BAND)
    assert dated.rows[0]["months"] == pytest.approx(60 * 12 / 365.25)


def test_growth_names_the_faults_of_all_rows():
    text = "before_mm,after_mm,days\n10,12,-1\n,x,30\n10,12,30\n"
    with pytest.raises(InputError) as error:
        growth(parse_table(text), None, NO_BAND)
    assert [place.split(":")[0] for place in faults_of(error)] == ["row 1, days", "row 2, before_mm", "row 2, after_mm"]


def test_ctcae_grades_and_says_what_is_left_out():
    # CTCAE v5.0: anaemia grade 2 below 10.0-8.0 g/dL, grade 3 below 8.0; platelets grade 4 below 25.
    text = (
        "subject,analyte,value,unit,lln,LLN,ANC\nA,Hb,9.9,g/dL,12,,\nA,hgb,7.9,g/dL,12,,\nA,platelets,<25,10^9/L,,,\n"
        "A,chromogranin_a,90,ug/L,,,\nA,platelets,,10^9/L,,,\n"
    )
    scored = ctcae(parse_table(text), "5.0", CTCAE)
    assert [(row["analyte"], row["grade"]) for row in scored.rows] == [
        ("haemoglobin", "2"),
        ("haemoglobin", "3"),
        ("platelets", "4"),
    ]
    assert scored.left_out == (
        "1 row: CTCAE v5.0 grades no chromogranin_a by a number",
        "1 row: the value is missing",
        "columns not used: LLN, ANC",
    )


def test_ctcae_needs_its_version_once_and_a_known_analyte():
    table = parse_table("analyte,value,unit\nhaemoglobn,9,g/dL\nplatelets,9,pints\n")
    with pytest.raises(InputError) as error:
        ctcae(table, None, CTCAE)
    assert len(error.value.faults) == 1
    with pytest.raises(InputError) as error:
        ctcae(table, "5.0", CTCAE)
    assert [place.split(":")[0] for place in faults_of(error)] == ["row 1, analyte", "row 2, unit"]


def test_versions_differ_where_the_standard_does():
    # Neutrophils 0.8: below 1.0 is grade 3 in v5.0 and grade 2 in v6.0.
    table = parse_table("analyte,value,unit\nneutrophils,0.8,10^9/L\n")
    grades = [ctcae(table, version, CTCAE).rows[0]["grade"] for version in ("5.0", "6.0")]
    assert grades == ["3", "2"]


def test_clinical_words_and_baseline_come_from_columns():
    table = parse_table("analyte,value,unit,uln,baseline,post_baseline\nalt,100,U/L,40,80,yes\nalt,100,U/L,40,80,no\n")
    # Baseline abnormal: 100 is 1.25 × 80, below grade 1 (1.5 ×); by ULN it is 2.5 ×, grade 1.
    assert [row["grade"] for row in ctcae(table, "5.0", CTCAE).rows] == ["0", "1"]


@pytest.mark.parametrize("name", ["{}", "q{}", "Q_{}", "item_{}", "Item{:02}"])
def test_item_columns_are_found_by_their_number(name):
    header = ",".join(["subject", *(name.format(item) for item in range(1, 31))])
    scored = qlq(parse_table(f"{header}\nA{',1' * 30}\nB{',' * 30}\n"), "QLQ-C30", QLQ)
    # All items 1: global 0, functional 100, symptoms 0; the summary turns symptoms round.
    assert [scored.rows[0][scale] for scale in ("QL", "PF", "FA", "summary")] == [0, 100, 0, 100]
    assert scored.left_out == ("1 row: the form is blank",)


def test_missing_doubled_and_foreign_answers_are_refused():
    with pytest.raises(InputError) as error:
        qlq(parse_table("1,2\n1,1\n"), "QLQ-C30", QLQ)
    assert len(error.value.faults) == 28
    with pytest.raises(InputError, match="item 1 must have one column"):
        qlq(parse_table("1,q1\n1,1\n"), "QLQ-C30", QLQ)
    header = ",".join(map(str, range(1, 31)))
    with pytest.raises(InputError) as error:
        qlq(parse_table(f"{header}\n5{',1' * 29}\n1.5{',1' * 29}\n"), "QLQ-C30", QLQ)
    assert [place.split(":")[0] for place in faults_of(error)] == ["row 1, item 1", "row 2, item 1"]


def test_columns_that_no_score_reads_are_named():
    assert unused_columns(parse_table("a,b,c\n1,2,3\n"), ("a", "c")) == ("columns not used: b",)
    assert unused_columns(parse_table("a\n1\n"), ("a",)) == ()
