"""The tidy tables."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from lutetia.exchange.dose_study.tables_out import COLUMNS, csv_text, curve_rows, finite, names, tables


def test_every_table_has_its_columns(outcome):
    for name, rows in tables(outcome).items():
        assert rows, name
        if name in COLUMNS:
            assert names(rows) == COLUMNS[name]
    assert names(()) == ()


def test_regions_carry_dose_and_organ(outcome):
    rows = {row["region"]: row for row in tables(outcome)["regions.csv"]}
    assert rows["left"]["dose_gy"] == outcome.cycle.region("left").dose.gy
    assert (rows["left"]["organ"], rows["spine"]["organ"]) == ("kidneys", "red_marrow")


def test_curves_are_measured_and_drawn(outcome):
    rows = [row for row in curve_rows(outcome) if row["region"] == "left"]
    assert [row["after_h"] for row in rows if row["kind"] == "measured"] == [24, 72, 120, 168]
    drawn = [row for row in rows if row["kind"] == "curve"]
    assert (drawn[0]["after_h"], drawn[-1]["after_h"]) == (0, 252)
    assert drawn[0]["activity_mbq"] == pytest.approx(54, rel=1e-3)  # 27 mL of 2 MBq/mL


def test_the_ledger_adds_up_only_what_is_known(outcome):
    rows = {(row["cycle"], row["organ"]): row for row in tables(outcome)["ledger.csv"]}
    assert rows[1, "kidneys"]["cumulative_gy"] == 3.0
    assert rows[2, "kidneys"]["cumulative_gy"] == pytest.approx(3.0 + rows[2, "kidneys"]["dose_gy"])
    assert rows[2, "red_marrow"]["cumulative_gy"] is None  # unknown in cycle 1


def test_a_histogram_falls_from_100_per_cent(outcome):
    rows = [row for row in tables(outcome)["dvh.csv"] if row["region"] == "left"]
    shares = [row["volume_pct"] for row in rows]
    assert shares[0] == 100
    assert shares == sorted(shares, reverse=True)


def test_csv_writes_unknown_as_nothing_and_numbers_in_full():
    text = csv_text("a.csv", [{"a": None, "b": 0.1 + 0.2, "c": True, "d": float("nan"), "e": 3}])
    assert next(csv.DictReader(io.StringIO(text))) == {
        "a": "",
        "b": "0.30000000000000004",
        "c": "true",
        "d": "",
        "e": "3",
    }
    assert csv_text("plan.csv", []).startswith("cycle,state,")
    assert (finite(float("inf")), finite(None), finite(2.0)) == (None, None, 2.0)


def test_without_a_ledger_the_tables_are_empty(outcome):
    bare = tables(replace(outcome, ledger=None, plan=None))
    assert (bare["ledger.csv"], bare["plan.csv"]) == ([], [])
