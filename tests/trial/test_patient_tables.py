"""Baseline and exposure: counts by hand, not known in a row of its own."""

from datetime import date

import pytest

from lutetia.trial.patient_tables import baseline_table, exposure_table


def cells(table, label, after=""):
    """The cells of the first row with this label, below the row `after` if one is named."""
    rows = [tuple(text.strip() for text in row.cells) for row in table.rows]
    start = next(i for i, row in enumerate(rows) if row[0] == after) if after else 0
    return next(row for row in rows[start:] if row[0] == label)[1:]


def test_numbers_are_medians_with_quartiles(by_hand):
    data = by_hand([{"arm": "A", "AGE": age} for age in (50, 60, 70)] + [{"arm": "B", "AGE": 40}, {"arm": "B"}])
    table = baseline_table(data)
    assert cells(table, "Age, years") == ("60.0 (55.0–65.0)", "40.0 (40.0–40.0)")
    assert cells(table, "not known", "Age, years") == ("0 (0.0)", "1 (50.0)")


def test_levels_and_flags_are_counted(by_hand):
    data = by_hand([{"arm": "A", "SEX": "F", "LIVERFL": "Y"}, {"arm": "A", "SEX": "M"}, {"arm": "B", "LIVERFL": "N"}])
    table = baseline_table(data)
    assert cells(table, "F", "Sex") == ("1 (50.0)", "0 (0.0)")
    assert cells(table, "not known", "Sex") == ("0 (0.0)", "1 (100.0)")
    assert cells(table, "Liver metastases") == ("1 (50.0)", "0 (0.0)")
    assert cells(table, "not known", "Liver metastases") == ("1 (50.0)", "0 (0.0)")


def test_exposure_is_of_the_treated(by_hand):
    data = by_hand([{"arm": "A", "NCYCLE": 4, "CUMGBQ": 29.0}, {"arm": "A", "NCYCLE": 2, "CUMGBQ": 15.0}, {"arm": "B"},
                    {"arm": "B", "SAFFL": "N", "TRT01A": None}])  # fmt: skip
    table = exposure_table(data)
    assert table.head[1:] == ("A (n = 2)", "B (n = 1)")
    assert cells(table, "4", "Cycles of 177Lu-DOTATATE") == ("1 (50.0)", "0 (0.0)")
    assert cells(table, "Cumulative activity, GBq") == ("22.0 (18.5–25.5)", "–")


def test_records_hold_full_precision(by_hand):
    table = baseline_table(by_hand([{"arm": "A", "SEX": "F"}, {"arm": "A"}, {"arm": "A"}, {"arm": "B"}]))
    found = [r for r in table.records if r["term"] == "Sex" and r["level"] == "F" and r["group"] == "A"]
    assert (found[0]["estimate"], found[0]["n"]) == (1, 3)


def test_levels_of_the_replayed_trial_add_up(replayed):
    table = baseline_table(replayed)
    for term in ("Sex", "Grade", "Primary tumour"):
        for group in {r["group"] for r in table.records}:
            mine = [r for r in table.records if r["term"] == term and r["group"] == group]
            assert sum(r["estimate"] for r in mine) == pytest.approx(mine[0]["n"])


def test_weeks_count_both_days(by_hand):
    """1 to 14 January are 14 days: two weeks."""
    treated = {"TRTSDT": date(2021, 1, 1), "TRTEDT": date(2021, 1, 14)}
    table = exposure_table(by_hand([{"arm": "A", **treated}, {"arm": "B", **treated}]))
    found = {row.cells[0]: row.cells[1] for row in table.rows}
    assert found["Weeks from first to last dose"].startswith("2.0 ")
