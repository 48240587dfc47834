"""Points 9 and 10: speed, and input that must be refused or accounted for."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.scoring import ctcae, questionnaire, recist
from score_points.made_up import Line, Rows, made_up, refusals, seconds

ROOT = Path(__file__).resolve().parents[2]


def speed() -> Iterator[Line]:
    bench = runpy.run_path(str(ROOT / "benchmarks" / "recist.py"))
    tu, tr = bench["made_up_tables"](10_000)
    recist_s = seconds(lambda: recist.visit_responses(tu, tr))
    yield "9", "RECIST, 10,000 patients × 8 visits × 5 lesions (2 s)", f"{recist_s:.2f} s", recist_s <= 2
    bench = runpy.run_path(str(ROOT / "benchmarks" / "ctcae.py"))
    given = bench["table"](1_000_000)
    ctcae_s = seconds(lambda: ctcae.grade_many(version="5.0", **given, **bench["CHOICES"]))
    yield "9", "CTCAE, 1,000,000 laboratory values (1 s)", f"{ctcae_s:.2f} s", ctcae_s <= 1
    forms = np.random.default_rng(9).integers(1, 5, (100_000, 30)).astype(float)
    qlq_s = seconds(lambda: questionnaire.score_many(forms, "QLQ-C30"))
    yield "9", "QLQ-C30, 100,000 forms (1 s)", f"{qlq_s:.2f} s", qlq_s <= 1


def bad_input() -> Iterator[Line]:
    for what, rows, change in BAD:
        tu, tr = made_up({"T1": [50, 45, 40], "T2": [30, 30, 30]}, [0, 60, 120])
        found = refusals(lambda tu=tu, tr=tr, change=change: recist.visit_responses(*change(tu, tr)))  # type: ignore[misc]
        yield "10", f"RECIST: {what}", f"{len(found)} of {rows} faults, with rows", len(found) == rows
    wrong = refusals(
        lambda: ctcae.grade_many("sodium", [140, -1, 130, -2], ["mmol/L", "mmol/L", "stone", "mmol/L"], "5.0", **CTCAE)
    )
    rows_named = sum("in row 2" in fault or "in rows 1, 3" in fault for fault in wrong)
    yield "10", "CTCAE: unknown unit, negative values", f"{len(wrong)} faults naming rows 1, 2, 3", rows_named == 2
    left = ctcae.grade_many(
        "sodium", [140, float("nan"), -2], "mmol/L", "5.0", faulty_rows="leave_out", **CTCAE
    ).left_out
    told = "; ".join(f"{part.count}: {part.why.split(', but')[0]}" for part in left)
    yield "10", "CTCAE: rows left out say why", told, sum(part.count for part in left) == 2


CTCAE: dict[str, Any] = {
    "lln": 135, "uln": 145, "post_baseline": True, "baseline_rule": "post_baseline_only", "unstated": "range",
    "limits": "si", "integer_bands": "half_open", "side": "both",
}  # fmt: skip


def with_cells(rows: Rows, places: list[int], **cells: Any) -> Rows:
    return [{**row, **cells} if at in places else row for at, row in enumerate(rows)]


BAD: list[tuple[str, int, Callable[[Rows, Rows], tuple[Rows, Rows]]]] = [
    ("negative diameters in two rows", 2, lambda tu, tr: (tu, with_cells(tr, [1, 4], TRSTRESN="-3"))),
    ("centimetres as unit in three rows", 3, lambda tu, tr: (tu, with_cells(tr, [0, 1, 2], TRSTRESU="cm"))),
    ("centimetres written as mm at the baseline", 2, lambda tu, tr: (tu, with_cells(tr, [0, 3], TRSTRESN="4.1"))),
    ("an unknown unit", 1, lambda tu, tr: (tu, with_cells(tr, [2], TRSTRESU="furlong"))),
    ("visits out of order", 1, lambda tu, tr: (tu, with_cells(tr, [2, 5], TRDTC="2024-01-15"))),
    ("a lesion measured twice at a visit", 1, lambda tu, tr: (tu, [*tr, tr[1]])),
    ("a lesion identified twice", 1, lambda tu, tr: ([*tu, tu[0]], tr)),
    ("two targets without a baseline", 2, lambda tu, tr: (tu, [row for row in tr if row["VISITNUM"] > 1] + FAR)),
]  # fmt: skip
FAR: Rows = []
