"""Points 3, 4 and 6: CTCAE grades, growth rates, questionnaires."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from lutetia.course.laboratory import units_of
from lutetia.scoring import ctcae, growth, questionnaire
from lutetia.scoring.ctcae import criteria
from score_points.made_up import Line, refusals, rows_of

ROOT = Path(__file__).resolve().parents[2]


def ctcae_cases() -> Iterator[Line]:
    for version in ("5.0", "6.0"):
        cases = rows_of(ROOT / "tests" / "scoring" / "ctcae" / "reference" / f"cases_v{version[0]}.csv")
        si = sum(graded(case, version, "") == case["expected"] for case in cases)
        both = [case for case in cases if case["us_value"]]
        us = sum(graded(case, version, "us_") == case["expected"] for case in both)
        told = f"{si} of {len(cases)} cases on, below and above the limits; US units {us} of {len(both)}"
        yield "3", f"CTCAE v{version}, cases written by hand", told, (si, us) == (len(cases), len(both))
        up, steps = monotone(version)
        yield "3", f"CTCAE v{version}, monotone along {steps:,} values", f"a grade falls {up} times", up == 0
    with_version = refusals(lambda: ctcae.grade("neutrophils", 0.8, "1e9/L"))
    yield "3", "a grade without a version", f"refused: {with_version[0].splitlines()[0]}", bool(with_version)


def graded(case: dict[str, str], version: str, us: str) -> str:
    given = {name: float(case[us + name]) if case[us + name] else None for name in ("lln", "uln", "baseline")}
    words = {pair.split("=")[0]: pair.endswith("=yes") for pair in case["clinical"].split(";") if pair}
    return ctcae.grade(
        case["analyte"], float(case[f"{us}value"]), case[f"{us}unit"], version, **given, clinical=words
    ).value


def monotone(version: str) -> tuple[int, int]:
    """How often a grade falls while a value moves away from normal, and in how many steps."""
    falls = steps = 0
    known = criteria.version_named(version)
    assert isinstance(known, criteria.Version)
    for analyte, terms in known.terms.items():
        for term in terms:
            values = np.geomspace(1e-3, 1e4, 400) if term.side == "high" else np.geomspace(1e4, 1e-3, 400)
            found = ctcae.grade_many(
                analyte, values, units_of(analyte).canonical, version, lln=1.0, uln=2.0, post_baseline=True,
                baseline_rule="post_baseline_only", unstated="range", limits="si", integer_bands="half_open",
                side=term.side, check_plausible=False,
            )  # fmt: skip
            falls += int((np.diff(found.low) < 0).sum() + (np.diff(found.high) < 0).sum())
            steps += len(values)
    return falls, steps


def growth_rates() -> Iterator[Line]:
    month = 365.25 / 12
    examples = [(100, 120, 3, 20.0000), (50, 60, 2, 31.4534), (100, 110, 6, 4.8809), (100, 70, 3, -30.0000)]
    found = [growth.rate_percent_per_month(a, b, months * month) for a, b, months, _ in examples]
    fine = all(abs(rate - expected) < 5e-5 for rate, (*_, expected) in zip(found, examples, strict=True))
    yield "4", "growth rates of the notes", ", ".join(f"{rate:.4f}" for rate in found), fine
    pairs = [(50 + step, 40 + 3 * step) for step in range(40)]
    worst = max(abs(growth.rate_percent_per_month(a, b, 3 * month) - 100 * (b - a) / a) for a, b in pairs)
    yield "4", "three-month identity, 40 pairs", f"largest difference {worst:.1e} points", worst < 1e-9
    band = growth.rate_percent_per_month(50, 50.4, 3 * month, reading_error_pct=3, confidence=0.95)
    side = growth.side_of_cut_off(band, cut_off="first_follow_up").value
    told = f"rate {band:.2f}, {band.low:.2f} to {band.high:.2f}, SD {band.std_error:.2f}; cut-off 0.8: {side}"
    yield "4", "error band: 0.4 mm in 50 mm, reading error 3 %", told, side == "undecided"


def questionnaires() -> Iterator[Line]:
    ones = questionnaire.score([1] * 30).value
    kinds = {scale.name: scale.kind for scale in questionnaire.instrument_named("QLQ-C30").scales}
    expected = {name: 100.0 if kind == "functional" else 0.0 for name, kind in kinds.items()}
    fine = {name: ones[name] for name in kinds} == expected
    yield "6", "QLQ-C30, all items 1", "global 0, functional 100, symptoms 0" if fine else str(ones), fine
    edges = [edge_of_half(scale) for scale in questionnaire.instrument_named("QLQ-C30").scales]
    yield "6", "half rule at the edge of each scale", f"{sum(edges)} of {len(edges)}", all(edges)
    lot = random.Random(6)
    forms = [
        [None if lot.random() < 0.2 else lot.randint(1, 7 if item >= 29 else 4) for item in range(1, 31)]
        for _ in range(10_000)
    ]
    together = questionnaire.score_many(np.array(forms, float), "QLQ-C30").value
    alone = [questionnaire.score(form).value for form in forms]
    worst = max(
        float(
            np.nanmax(np.abs(column - np.array([np.nan if one[name] is None else one[name] for one in alone], float)))
        )
        for name, column in together.items()
    )
    yield "6", "array against plain, 10,000 forms", f"largest difference {worst:.1e} points", worst < 1e-9


def edge_of_half(scale: Any) -> bool:
    """Whether a scale has a score with half of its items, and none with one answer fewer."""
    enough = (len(scale.items) + 1) // 2
    with_half, below = (
        questionnaire.score(dict.fromkeys(scale.items[:many], 2)).value[scale.name] for many in (enough, enough - 1)
    )
    return with_half is not None and below is None
