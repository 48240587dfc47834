"""The tidy tables of a study: regions, curves, histograms, budget, ledger, plan. One row a fact, units in the names."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np

from lutetia.dosimetry.plan import Standing
from lutetia.exchange.dose_study.outcome import DoseOutcome

Rows = list[dict[str, Any]]
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "curves.csv": ("region", "kind", "after_h", "activity_mbq", "u_activity_mbq", "recovery_fraction"),
    "dvh.csv": ("region", "dose_gy", "volume_pct"),
    "budget.csv": ("region", "source", "effect_gy", "is_shared"),
    "ledger.csv": (
        "cycle",
        "administered_on",
        "activity_mbq",
        "organ",
        "dose_gy",
        "u_dose_gy",
        "cumulative_gy",
        "u_cumulative_gy",
    ),
    "plan.csv": (
        "cycle",
        "state",
        "activity_mbq",
        "organ",
        "quantity",
        "limit_gy",
        "value_gy",
        "u_value_gy",
        "probability_of_exceeding",
        "limit_source",
    ),
}
"""Columns of each table, also of an empty one; regions.csv has those of `RegionResult.record` first."""
DRAWN = 121
"""Points at which a curve is written."""


def tables(outcome: DoseOutcome) -> dict[str, Rows]:
    """File name → rows. A table of something that is not known is empty."""
    return {
        "regions.csv": region_rows(outcome),
        "curves.csv": curve_rows(outcome),
        "dvh.csv": histogram_rows(outcome),
        "budget.csv": outcome.cycle.budget_records(),
        "ledger.csv": ledger_rows(outcome),
        "plan.csv": plan_rows(outcome),
    }


def csv_text(name: str, rows: Rows) -> str:
    """A table as CSV: unknown is empty, numbers in full, yes and no as true and false."""
    columns = list(rows[0]) if rows else list(COLUMNS.get(name, ()))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def region_rows(outcome: DoseOutcome) -> Rows:
    """One row a region: `RegionResult.record`, and what it counts as."""
    counts = {request.region: request for request in outcome.study.regions}
    return [
        row | {"organ": counts[row["region"]].counts_as, "lesion": counts[row["region"]].lesion}
        for row in outcome.cycle.records()
    ]


def curve_rows(outcome: DoseOutcome) -> Rows:
    """What was measured, and the curve through it from the administration to one and a half times the last scan."""
    measured = [
        {"region": row["region"], "kind": "measured", **{name: row[name] for name in COLUMNS["curves.csv"][2:]}}
        for row in outcome.cycle.activity_records()
    ]
    hours = np.linspace(0, 1.5 * float(outcome.assembled.series.times_h.max()), DRAWN)
    drawn: Rows = []
    for region in outcome.cycle.regions:
        if region.curve is None:
            continue
        values, u = region.curve.curve.activity_mbq(hours), region.curve.u_activity_mbq(hours)
        drawn += [
            {
                "region": region.name,
                "kind": "curve",
                "after_h": float(at_h),
                "activity_mbq": float(value),
                "u_activity_mbq": finite(spread),
                "recovery_fraction": None,
            }
            for at_h, value, spread in zip(hours, np.asarray(values), np.asarray(u), strict=True)
        ]
    return measured + drawn


def histogram_rows(outcome: DoseOutcome) -> Rows:
    """V(d) of each region in 101 steps up to its highest dose."""
    rows: Rows = []
    for region in outcome.cycle.regions:
        if (found := region.dose_volume) is not None:
            steps = np.linspace(0, found.most_gy, 101)
            shares = found.at_least_pct(steps)
            rows += [
                {"region": region.name, "dose_gy": float(dose), "volume_pct": float(share)}
                for dose, share in zip(steps, shares, strict=True)
            ]
    return rows


def ledger_rows(outcome: DoseOutcome) -> Rows:
    """One row a cycle and organ, with the sum so far where every cycle so far has a dose."""
    if outcome.ledger is None:
        return []
    earlier = outcome.study.earlier_cycles
    days = [str(one.administered_on) for one in earlier] if isinstance(earlier, tuple) else []
    days.append(outcome.study.administration.injected_at.date().isoformat())
    rows: Rows = []
    for number, (cycle, day) in enumerate(zip(outcome.ledger.cycles, days, strict=True), start=1):
        for organ, dose in cycle.absorbed.items():
            so_far = _so_far(outcome, number, organ)
            values = (number, day, cycle.activity_mbq, organ, dose.gy, dose.u_gy, *so_far)
            rows.append(dict(zip(COLUMNS["ledger.csv"], values, strict=True)))
    return rows


def plan_rows(outcome: DoseOutcome) -> Rows:
    """Where every limit stands now, and after each planned cycle."""
    plan = outcome.plan
    if plan is None or outcome.ledger is None:
        return []
    rows = _standing_rows(len(outcome.ledger.cycles), "now", None, plan.now)
    for cycle in plan.cycles:
        rows += _standing_rows(cycle.number, "planned", cycle.activity_mbq, cycle.standings)
    return rows


def finite(value: float | None) -> float | None:
    """The number, None where it is not known (NaN)."""
    return None if value is None or not isfinite(value) else float(value)


def _so_far(outcome: DoseOutcome, number: int, organ: str) -> tuple[float | None, float | None]:
    from lutetia.dosimetry.ledger import Ledger

    assert outcome.ledger is not None
    cycles = outcome.ledger.cycles[:number]
    if any(organ not in cycle.absorbed for cycle in cycles):
        return None, None
    total = Ledger(cycles=cycles).cumulative(organ)
    return total.gy, total.u_gy


def _standing_rows(number: int, state: str, activity_mbq: float | None, standings: Iterable[Standing]) -> Rows:
    rows = []
    for one in standings:
        limit = one.limit
        limits = (limit.organ, limit.quantity, limit.limit_gy)
        values = (one.value_gy, one.u_gy, one.probability_of_exceeding, limit.source)
        rows.append(dict(zip(COLUMNS["plan.csv"], (number, state, activity_mbq, *limits, *values), strict=True)))
    return rows


def _cell(value: object) -> object:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else value


def names(rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The columns of rows."""
    return tuple(rows[0]) if rows else ()
