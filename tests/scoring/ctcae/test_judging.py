"""The array route against the hand-written table and against the grades of single values."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pytest

from lutetia.course.laboratory import units_of
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


PUBLISHED: dict[str, Any] = {
    "post_baseline": True, "baseline_rule": "post_baseline_only", "unstated": "range", "limits": "as_reported",
    "integer_bands": "half_open", "side": "both",
}  # fmt: skip


def graded(*given: Any, **named: Any) -> ctcae.CtcaeGrades:
    """The grades under the choices of the published call of `ctcae.grade`, but for those given."""
    return ctcae.grade_many(*given, **{**PUBLISHED, **named})


@pytest.mark.parametrize("version", TABLES)
@pytest.mark.parametrize("us", ["", "us_"])
def test_the_hand_written_table_at_once(version: str, us: str) -> None:
    table = [case for case in cases(version) if case[f"{us}value"]]
    got = graded(
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
    together = graded(
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
