"""Worst laboratory grades by hand: platelets 60 is grade 2 by CTCAE 5, the baseline is not graded."""

from datetime import date, timedelta

from lutetia.trial.laboratory_table import laboratory_table


def value(subject, amount, week, code="PLAT", unit="10^9/L"):
    return {"USUBJID": str(subject), "PARAMCD": code, "AVALU": unit, "AVISIT": f"week {week}",
            "ADT": date(2021, 1, 5) + timedelta(days=week), "AVAL": amount,
             "BASE": 250.0, "ABLFL": "Y" if week == 0 else "N",
            "ANRLO": 150.0, "ANRHI": 400.0}  # fmt: skip


def rows(table):
    return {row.cells[0].strip(): row.cells[1:] for row in table.rows}


def test_the_worst_value_after_baseline_counts(by_hand):
    values = [value(1, 40.0, 0), value(1, 60.0, 4), value(1, 140.0, 8), value(2, 300.0, 4)]
    table = laboratory_table(by_hand([{"arm": "A"}, {"arm": "B"}], laboratory=values), version="5.0")
    assert rows(table)["A"] == ("1", "0", "0", "1", "0", "0")
    assert rows(table)["B"] == ("1", "1", "0", "0", "0", "0")
    assert "CTCAE version 5.0" in table.notes[0]


def test_versions_differ_where_the_criteria_do(by_hand):
    """Platelets 20: grade 4 by version 5, grade 3 by version 6."""
    data = by_hand([{"arm": "A"}, {"arm": "B"}], laboratory=[value(1, 20.0, 4)])
    assert rows(laboratory_table(data, version="5.0"))["A"][5] == "1"
    assert rows(laboratory_table(data, version="6.0"))["A"][4] == "1"


def test_what_cannot_be_graded_is_told(by_hand):
    data = by_hand([{"arm": "A"}, {"arm": "B"}], laboratory=[value(1, 60.0, 4, unit="furlongs")])
    table = laboratory_table(data, version="5.0")
    assert "A" not in rows(table)
    assert any("Platelet count decreased: not graded" in note for note in table.notes)


def test_a_value_before_the_baseline_is_not_after_it(by_hand):
    """Platelets 40 at screening, baseline later: the screening value is no worst grade."""
    values = [value(1, 40.0, -3), value(1, 250.0, 0), value(1, 140.0, 4)]
    table = laboratory_table(by_hand([{"arm": "A"}, {"arm": "B"}], laboratory=values), version="5.0")
    assert rows(table)["A"] == ("1", "0", "1", "0", "0", "0")
