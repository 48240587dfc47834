"""Endpoints with competing events: cumulative incidence of the event and of what came first, by treatment."""

from __future__ import annotations

from typing import Any

import numpy as np

from lutetia.cohort.endpoint_rows import EndpointRows
from lutetia.cohort.factor import Factor
from lutetia.cohort.group_survival_table import MILESTONES_MONTHS
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.results.printed import INDENT, NONE, in_one_line, p_text, percent_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import CumulativeIncidence, cumulative_incidence, gray_test


def incidence_table(rows: EndpointRows, factor: Factor, *, key: str) -> Table:
    """Aalen-Johansen incidence of the event and of the competing event at fixed months, with Gray's test of the event.

    Of patients in whom the treatment is known. Limits are log-log; beyond the last follow-up NE.
    """
    at = tuple(f"{months} months, % (95 % CI)" for months in MILESTONES_MONTHS)
    causes = (f"{rows.name} event", "competing event")
    known = np.flatnonzero(factor.known(rows.members))
    follow_up, labels = rows.with_causes.at(known), factor.labels(rows.members[known])
    curves = {"all patients": cumulative_incidence(follow_up, causes=causes)}
    by = cumulative_incidence(follow_up, labels, causes=causes)
    curves |= {level: by[level] for level in factor.levels if level in by}
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    test, why = _gray(rows, factor, records)
    for number, cause in enumerate(causes):
        printed.append(TableRow(cells=(cause,), kind="heading"))
        for place, (level, curve) in enumerate(curves.items()):
            cells = _cells(rows, factor, level if place else "", curve, cause, records)
            p = test if not place and not number else ""
            printed.append(TableRow(cells=(INDENT + level, str(curve.n), str(curve.n_events[number]), *cells, p)))
    return Table(
        key=key,
        title=f"{rows.name}: cumulative incidence",
        head=("Event and treatment", "n", "Events", *at, "Gray p"),
        rows=tuple(printed),
        records=tuple(records),
        notes=(
            f"{rows.name}: {rows.says}; one minus Kaplan-Meier would be too high where another event can come first",
            *next(iter(curves.values())).conventions,
            *([f"Gray's test: {why}"] if why else []),
            *(f"{left.count} left out: {left.why}" for left in rows.left_out),
        ),
    )


def _cells(
    rows: EndpointRows,
    factor: Factor,
    level: str,
    curve: CumulativeIncidence,
    cause: str,
    records: list[dict[str, Any]],
) -> tuple[str, ...]:
    texts = []
    for months in MILESTONES_MONTHS:
        share = curve.incidence_at(months * DAYS_PER_MONTH, cause)
        texts.append(percent_text(share))
        records.append(
            record(
                f"incidence_at_{months}_months",
                share,
                unit="proportion",
                endpoint=rows.name,
                analysis=f"Aalen-Johansen, {cause}",
                term=factor.key if level else "",
                level=level,
                n=curve.n,
                events=curve.n_events[curve.causes.index(cause)],
            )
        )
    return tuple(texts)


def _gray(rows: EndpointRows, factor: Factor, records: list[dict[str, Any]]) -> tuple[str, str]:
    """Gray's test as printed, and why it could not be made."""
    known = np.flatnonzero(factor.known(rows.members))
    try:
        test = gray_test(rows.with_causes.at(known), factor.labels(rows.members[known]))
    except InputError as error:
        return NONE, in_one_line(error)
    told: dict[str, Any] = {"endpoint": rows.name, "analysis": "Gray's test", "term": factor.key, "unit": "chi2"}
    method = f"Gray, {test.degrees_of_freedom} degrees of freedom"
    told |= {"n": sum(test.n), "events": sum(test.events)}
    records.append(record("gray", test.chi2, p=test.p, method=method, note=test.why or "", **told))
    return p_text(test.p), test.why or ""
