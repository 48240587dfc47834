"""Endpoints by treatment: patients, events, medians, survival at fixed months; and how long patients were followed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import Factor
from lutetia.cohort.factor_table import level_curves, level_log_rank
from lutetia.dates import DAYS_PER_MONTH
from lutetia.results.median_days import median_days
from lutetia.results.printed import INDENT, NONE, months_text, p_text, percent_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import KaplanMeier, follow_up_time, kaplan_meier

MILESTONES_MONTHS = (12, 24, 60)


def group_survival_table(endpoints: Sequence[tuple[EndpointRows, Factor]], *, key: str) -> Table:
    """Every endpoint without competing events by the levels of its treatment, with the log-rank test over all levels.

    Limits are log-log; beyond the last follow-up survival is NE.
    """
    at = tuple(f"{months} months, % (95 % CI)" for months in MILESTONES_MONTHS)
    head = ("Treatment", "n", "Events", "Median, months (95 % CI)", "Median, SPSS mode", *at, "Log-rank p")
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for rows, factor in endpoints:
        test = level_log_rank(rows, factor)
        printed.append(TableRow(cells=(f"{rows.name}: {rows.says}",), kind="heading"))
        named: Mapping[str, KaplanMeier] = {"all patients": kaplan_meier(rows.follow_up), **level_curves(rows, factor)}
        for place, (level, curve) in enumerate(named.items()):
            cells = _cells(rows, factor, level if place else "", curve, records)
            p = p_text(test.p) if test is not None and not place else NONE if not place else ""
            printed.append(TableRow(cells=(INDENT + level, *cells, p)))
            notes += [f"{rows.name}, {level}: {curve.why}"] if curve.why else []
        if test is not None:
            told = {"endpoint": rows.name, "analysis": "log-rank", "term": factor.key}
            counts = {"n": sum(test.n), "events": sum(test.events)}
            method = f"{test.df} degrees of freedom"
            records.append(record("log_rank", test.chi2, unit="chi2", p=test.p, method=method, **told, **counts))  # type: ignore[arg-type]
        notes += rows.conventions
        notes += [f"{rows.name}: {left.count} left out, {left.why}" for left in rows.left_out]
    notes += ["Kaplan-Meier; limits log-log, NE: not reached; SPSS mode: symmetric limits."]
    return Table(
        key=key,
        title="Endpoints by treatment",
        head=head,
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(dict.fromkeys(notes)),
    )


def _cells(
    rows: EndpointRows, factor: Factor, level: str, curve: KaplanMeier, records: list[dict[str, Any]]
) -> tuple[str, ...]:
    told: dict[str, Any] = {"endpoint": rows.name, "analysis": "Kaplan-Meier", "n": curve.n, "events": curve.n_events}
    told |= {"term": factor.key if level else "", "level": level, "note": curve.why or ""}
    medians = [median_days(curve), median_days(curve, "spss")]
    records += [record("median", median, unit="days", **told) for median in medians]
    shares = curve.survival_at([months * DAYS_PER_MONTH for months in MILESTONES_MONTHS])
    for months, share in zip(MILESTONES_MONTHS, shares, strict=True):
        records.append(record(f"survival_at_{months}_months", share, unit="proportion", **told))
    texts = (*(months_text(median) for median in medians), *(percent_text(share) for share in shares))
    return str(curve.n), str(curve.n_events), *texts


def follow_up_table(data: AnalysisData, endpoints: Sequence[EndpointRows], *, key: str) -> Table:
    """How each endpoint's rows end, and the median follow-up by reverse Kaplan-Meier."""
    head = ("Endpoint", "n", "Events", "Competing", "Censored", "Median follow-up, months (95 % CI)", "How rows end")
    printed, records, notes = [], [], []
    for rows in endpoints:
        table = data.endpoint(rows.name)
        ended = rows.follow_up if not rows.competing else _any_event(rows)
        curve = follow_up_time(ended)
        median = median_days(curve)
        how = "; ".join(f"{reason} {count}" for reason, count in table.reasons.items())
        censored = rows.n - rows.events - rows.competing
        cells = (rows.name, str(rows.n), str(rows.events), str(rows.competing), str(censored), months_text(median), how)
        printed.append(TableRow(cells=cells))
        told: dict[str, Any] = {"endpoint": rows.name, "n": rows.n, "events": rows.events, "note": curve.why or ""}
        records.append(record("median_follow_up", median, unit="days", analysis="reverse Kaplan-Meier", **told))
        for reason, count in table.reasons.items():
            records.append(
                record("rows_ending", count, unit="patients", endpoint=rows.name, level=reason, analysis="reasons")
            )
        notes += [f"{rows.name}: {curve.why}"] if curve.why else []
        notes += [f"{rows.name}: {left.count} left out, {left.why}" for left in rows.left_out]
        notes += [f"{rows.name}: {table.partial} rows rest on a partial date"] if table.partial else []
    said = "Median follow-up: reverse Kaplan-Meier (events censor), log-log limits."
    return Table(
        key=key,
        title="Follow-up",
        head=head,
        rows=tuple(printed),
        records=tuple(records),
        notes=(said, *notes, *(line for rows in endpoints for line in rows.conventions)),
    )


def _any_event(rows: EndpointRows) -> Any:
    from lutetia.survival.followup import FollowUp

    causes = rows.with_causes
    return FollowUp(stop=causes.stop, event=np.asarray(causes.event > 0), start=causes.start)
