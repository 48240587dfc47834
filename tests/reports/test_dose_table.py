"""The table: numbers of the results, unknown as unknown with why, BED apart, notes by letter."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lutetia.dosimetry.absorbed_dose import AbsorbedDose
from lutetia.reports.dose_table import COLUMNS, DoseTable, dose_table, region_rules

KEYS = [key for key, _ in COLUMNS]


def table_of(cycle, at=3, **changes) -> DoseTable:
    regions = list(cycle.regions)
    regions[at] = replace(regions[at], **changes)
    return dose_table(replace(cycle, regions=tuple(regions)))


def cell(table, at, key):
    return table.rows[at].cells[KEYS.index(key)].strip("\u2007 ")


@pytest.fixture(scope="module")
def cycle(made_cycle):
    return made_cycle()[0]


def test_cells_are_the_numbers_of_the_result(cycle):
    table, kidney = dose_table(cycle), cycle.region("left kidney")
    assert table.rows[3].name == "left kidney"
    assert float(cell(table, 3, "dose_gy")) == pytest.approx(kidney.dose.gy, rel=5e-3)
    assert float(cell(table, 3, "dose_gy_per_gbq")) == pytest.approx(kidney.dose.gy / 7.4, rel=5e-3)
    assert float(cell(table, 3, "tiac_h")) == pytest.approx(kidney.tia_mbq_h.estimate / 7400, rel=5e-3)
    assert float(cell(table, 3, "u_pct")) == pytest.approx(100 * kidney.dose.u_fraction, rel=0.05)
    assert float(cell(table, 3, "bed_gy")) == pytest.approx(kidney.bed.bed_gy, rel=5e-3)
    half_life = kidney.curve.curve.half_life_range_h[1]
    assert float(cell(table, 3, "effective_half_life_h")) == pytest.approx(half_life, rel=5e-3)


def test_an_unknown_u_is_unknown_and_its_source_is_named(cycle):
    table = table_of(cycle, dose=AbsorbedDose(gy=3.4, unknown=("calibration",)))
    assert cell(table, 3, "u_pct") == "unknown"
    assert (table.rows[3].letters[0], "u is unknown: calibration.") in table.notes


def test_a_region_without_a_dose_says_why(cycle):
    lost = {"dose": None, "curve": None, "tia_mbq_h": None, "bed": None, "eqd2": None}
    table = table_of(cycle, **lost, why="two points for a bi-exponential")
    assert table.rows[3].why == "two points for a bi-exponential"
    assert cell(table, 3, "dose_gy") == "unknown"
    assert any("two points for a bi-exponential" in note for _, note in table.notes)
    assert table_of(cycle, **lost, why=None).rows[3].why == "no reason given"


def test_bed_stands_last_and_is_absent_where_no_tissue_was_given(cycle):
    table = dose_table(cycle)
    assert KEYS[-2:] == ["bed_gy", "eqd2_gy"]
    assert cell(table, 8, "bed_gy") == "–"
    assert any("α/β = 2.6 Gy" in note for _, note in table.notes)


def test_one_sentence_has_one_letter(cycle):
    table = dose_table(cycle)
    assert table.rows[3].letters == table.rows[4].letters == "a"
    assert len({note for _, note in table.notes}) == len(table.notes)


def test_more_than_26_notes_keep_their_letters_apart(cycle):
    region = cycle.regions[0]
    regions = tuple(replace(region, name=f"r{k}", cautions=(f"Caution {k}.",)) for k in range(30))
    letters = [letter for letter, _ in dose_table(replace(cycle, regions=regions)).notes]
    assert letters[:2] == ["a", "b"]
    assert letters[26:28] == ["aa", "ab"]


def test_rules_are_named_only_where_a_region_is_made_of_others(cycle):
    assert region_rules(cycle.regions) == ("liver = liver − (liver lesion 1 mL ∪ liver lesion 7 mL).",)


def test_a_cycle_without_regions_has_no_rows(cycle):
    assert dose_table(replace(cycle, regions=())).rows == ()
