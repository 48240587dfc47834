"""Many grades at once: the same answers as one by one, every row at fault named, none dropped in silence."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from lutetia.course.laboratory import units_of
from lutetia.errors import InputError
from lutetia.scoring import ctcae
from lutetia.scoring.ctcae import criteria

np = pytest.importorskip("numpy")

REFERENCE = Path(__file__).parent / "reference"
TABLES = {"5.0": "cases_v5.csv", "6.0": "cases_v6.csv"}


def cases(version: str) -> list[dict[str, str]]:
    with (REFERENCE / TABLES[version]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(table: list[dict[str, str]], name: str) -> list[float | None]:
    return [float(case[name]) if case[name] else None for case in table]


def words(table: list[dict[str, str]]) -> dict[str, list[float]]:
    """Word → 1, 0 or NaN for every case."""
    stated = [dict(pair.split("=") for pair in case["clinical"].split(";") if pair) for case in table]
    truth = {"yes": 1.0, "no": 0.0}
    names = {word for case in stated for word in case}
    return {word: [truth.get(case.get(word, ""), float("nan")) for case in stated] for word in names}


@pytest.mark.parametrize("version", TABLES)
@pytest.mark.parametrize("us", ["", "us_"])
def test_the_hand_written_table_at_once(version: str, us: str) -> None:
    table = [case for case in cases(version) if case[f"{us}value"]]
    got = ctcae.grade_many(
        [case["analyte"] for case in table],
        numbers(table, f"{us}value"),  # type: ignore[arg-type]
        [case[f"{us}unit"] for case in table],
        version,
        lln=numbers(table, f"{us}lln"),  # type: ignore[arg-type]
        uln=numbers(table, f"{us}uln"),  # type: ignore[arg-type]
        baseline=numbers(table, f"{us}baseline"),  # type: ignore[arg-type]
        clinical=words(table),  # type: ignore[arg-type]
    )
    assert got.value.tolist() == [case["expected"] for case in table]
    assert (got.rows_left_out, got.left_out) == (0, ())


def made_up_rows(version: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Random laboratory values around the limits, with gaps; nothing of any patient."""
    lot = random.Random(seed)
    known = criteria.version_named(version)
    assert isinstance(known, criteria.Version)
    rows = []
    for _ in range(count):
        analyte = lot.choice(list(known.terms))
        unit = lot.choice(list(units_of(analyte).factors))
        factor = float(units_of(analyte).factor(unit) or 1)
        lln, uln = (round(n / factor, 4) for n in sorted(lot.sample([0.8, 1.5, 4, 10, 35, 60, 100, 140, 200], 2)))
        value = round(lot.choice([lln, uln]) * lot.choice([0.3, 0.5, 0.8, 1, 1.2, 1.5, 2, 2.5, 3, 5, 10, 20, 21]), 4)
        rows.append(
            {
                "analyte": analyte, "unit": unit, "value": value,
                "lln": lot.choice([lln, None]), "uln": lot.choice([uln, uln, None]),
                "baseline": lot.choice([None, lln, uln, round(uln * 1.5, 4), round(value / 2, 4)]),
                "baseline_uln": lot.choice([None, None, uln]), "baseline_lln": lot.choice([None, lln]),
                "post_baseline": lot.random() < 0.8,
                "words": {w: lot.random() < 0.5 for w in sorted(criteria.clinical_words()) if lot.random() < 0.2},
            }
        )  # fmt: skip
    return rows


@pytest.mark.parametrize("version", TABLES)
@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"baseline_rule": "always", "limits": "si"},
        {"unstated": "worst", "limits": "us"},
        {"integer_bands": "as_written"},
    ],
    ids=str,
)
def test_two_routes_agree_on_random_rows(version: str, choices: dict[str, Any]) -> None:
    rows = made_up_rows(version, 700, seed=20261120)
    names = ("lln", "uln", "baseline", "baseline_lln", "baseline_uln")
    clinical = {
        word: [float(row["words"][word]) if word in row["words"] else float("nan") for row in rows]
        for word in criteria.clinical_words()
    }
    together = ctcae.grade_many(
        [row["analyte"] for row in rows], [row["value"] for row in rows], [row["unit"] for row in rows], version,
        **{name: [row[name] for row in rows] for name in names},
        post_baseline=[row["post_baseline"] for row in rows],
        clinical=clinical, check_plausible=False, **choices,
    )  # type: ignore[arg-type]  # fmt: skip
    for place, row in enumerate(rows):
        alone = ctcae.grade(
            row["analyte"], row["value"], row["unit"], version, **{name: row[name] for name in names},
            post_baseline=row["post_baseline"], clinical=row["words"], check_plausible=False, **choices,
        )  # fmt: skip
        assert (together.low[place], together.high[place]) == (alone.low, alone.high), (row, alone)


def test_one_analyte_and_unit_for_all_rows() -> None:
    got = ctcae.grade_many("platelets", [80, 60, 40, 20], "1e9/L", "5.0", lln=150)
    assert got.low.tolist() == got.high.tolist() == [1, 2, 3, 4]
    assert got.side.tolist() == [-1, -1, -1, -1]
    assert got.low.dtype == np.int8


def test_the_order_of_rows_changes_nothing() -> None:
    names, units = ["sodium", "platelets", "sodium", "alt"], ["mmol/L", "/mm3", "mmol/L", "U/L"]
    values, lln, uln = [150.5, 5e4, 118, 90], [135, 150000, 135, float("nan")], [145, 4e5, 145, 40]
    got = ctcae.grade_many(names, values, units, "5.0", lln=lln, uln=uln)
    back = ctcae.grade_many(names[::-1], values[::-1], units[::-1], "5.0", lln=lln[::-1], uln=uln[::-1])
    assert got.value.tolist() == back.value.tolist()[::-1] == ["2", "2", "4", "1"]
    assert got.side.tolist() == [1, -1, -1, 1]


def test_a_row_without_a_value_is_counted_not_graded() -> None:
    got = ctcae.grade_many("platelets", [60, float("nan"), 20], "1e9/L", "5.0", lln=150)
    assert got.low.tolist() == [2, -1, 4]
    assert got.value.tolist() == ["2", "", "4"]
    assert [(part.reason, part.rows) for part in got.left_out] == [("the value is missing", (1,))]
    assert got.rows_left_out == 1


def test_all_rows_at_fault_are_listed() -> None:
    with pytest.raises(InputError) as caught:
        ctcae.grade_many(
            ["platelets", "platelets", "gold", "haemoglobin", "platelets", "haemoglobin", "gold", "platelets"],
            [50, -5, 1, 12.8, 50, 130, 1, 60],
            ["1e9/L", "1e9/L", "g/L", "g/L", "parsec", "g/L", "g/L", "1e9/L"],
            "5.0",
            lln=[150, 150, 1, 120, 150, 120, 1, 500],
            uln=[400, 400, 2, 160, 400, 160, 2, 400],
        )
    said = str(caught.value)
    assert "CTCAE grades: 5 faults" in said
    assert "analyte: must be an analyte that CTCAE v5.0 grades by a number, but got 'gold' in rows 2, 6." in said
    assert "unit: must be a unit in which platelets is reported, but got 'parsec' in row 4." in said
    assert "value must lie between 15 and 260 g/L for haemoglobin, but got other in row 3." in said
    assert "value: must be a number of at least 0, but got other in row 1." in said
    assert "lln: must not exceed uln, but got other in row 7." in said


def test_rows_at_fault_can_be_left_out_and_are_counted() -> None:
    got = ctcae.grade_many(
        ["platelets", "gold", "platelets"], [60, 1, float("nan")], ["1e9/L", "g/L", "1e9/L"], "5.0", lln=150,
        faulty_rows="leave_out",
    )  # fmt: skip
    assert got.low.tolist() == [2, -1, -1]
    assert [part.rows for part in got.left_out] == [(2,), (1,)]
    assert "gold" in got.left_out[1].reason
    assert got.rows_left_out == 2


def test_without_a_version_nothing_is_graded() -> None:
    with pytest.raises(InputError, match="needs the version"):
        ctcae.grade_many("platelets", [60], "1e9/L")


@pytest.mark.parametrize(
    ("arguments", "place"),
    [
        ({"lln": [1.0, 2.0]}, "lln"),
        ({"unit": ["1e9/L", "1e9/L"]}, "unit"),
        ({"clinical": {"dizzy": True}}, "clinical"),
        ({"unstated": "guess"}, "unstated"),
        ({"uln": float("inf")}, "uln"),
        ({"faulty_rows": "forget"}, "faulty_rows"),
        ({"value": [[1.0], [2.0]]}, "value"),
    ],
)
def test_arguments_that_do_not_fit_are_named(arguments: Any, place: str) -> None:
    with pytest.raises(InputError) as caught:
        ctcae.grade_many(**{"analyte": "platelets", "value": [60.0], "unit": "1e9/L", "version": "5.0", **arguments})
    assert caught.value.faults[0].place == place


def test_conventions_are_told_once() -> None:
    got = ctcae.grade_many(["calcium", "alt"], [2.5, 30], ["mmol/L", "U/L"], "6.0", lln=2.1, uln=[2.6, 40])
    assert "PROVISIONAL" in got.conventions[0]
    assert got.provisional
    assert len(set(got.conventions)) == len(got.conventions)
    assert any(said.startswith("limits=as_reported") for said in got.conventions)
    assert any(said.startswith("baseline_rule=post_baseline_only") for said in got.conventions)


def test_an_empty_table_has_no_grades() -> None:
    got = ctcae.grade_many([], [], [], "5.0")
    assert got.low.shape == (0,)
