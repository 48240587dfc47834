"""Table 1 as printed, counted on paper for the eight patients."""

from __future__ import annotations

from lutetia.cohort.baseline_report import baseline_report


def test_counts_of_the_eight(eight):
    table = baseline_report(eight, key="baseline")
    assert table.head == (
        "Characteristic",
        "RLT (n = 3)",
        "other (n = 5)",
        "all patients (n = 8)",
        "Standardised difference",
    )
    cells = {row.cells[0].strip(): row.cells[1:4] for row in table.rows}
    assert cells["female"] == ("2 (66.7)", "2 (40.0)", "4 (50.0)")
    assert cells[">10"] == ("0 (0.0)", "2 (40.0)", "2 (25.0)")
    assert cells["missing"] == ("0 (0.0)", "1 (20.0)", "1 (12.5)")


def test_groups_sum_to_all_patients(itanet):
    data, _ = itanet
    records = [r for r in baseline_report(data, key="baseline").records if r["statistic"] == "share"]
    for term in ("sex", "ki67_class", "centre"):
        mine = [r for r in records if r["term"] == term]
        everybody = sum(r["events"] for r in mine if r["group"] == "all patients")
        assert everybody == sum(r["events"] for r in mine if r["group"] != "all patients") == data.n


def test_whole_numbers_stay_whole(itanet):
    data, _ = itanet
    rows = {row.cells[0]: row.cells for row in baseline_report(data, key="baseline").rows}
    year = rows["calendar year in which the line started (line 2)"]
    assert "." not in year[5].replace(".5", "")
    assert rows["age at time zero, years"][5].count(".") == 5


def test_numbers_have_their_records(itanet):
    data, _ = itanet
    ages = [r for r in baseline_report(data, key="baseline").records if r["term"] == "age_years"]
    assert {r["statistic"] for r in ages} == {
        "median", "lower_quartile", "upper_quartile", "lowest", "highest", "mean", "sd", "standardised_difference",
    }  # fmt: skip
