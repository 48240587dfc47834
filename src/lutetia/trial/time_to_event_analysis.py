"""Time to event by arm: medians with log-log limits, stratified log-rank (one-sided) and stratified Cox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lutetia.errors import InputError
from lutetia.estimate import Estimate
from lutetia.results.median_days import median_days
from lutetia.results.printed import INDENT, NONE, months_text, p_text, percent_text, ratio_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.survival import FollowUp, KaplanMeier, cox, kaplan_meier, log_rank
from lutetia.trial.adam import TrialData
from lutetia.trial.arms import Arms, arms_of, follow_up_of

DAYS_PER_MONTH = 30.4375
ENDPOINTS = {
    "PFS": "Progression-free survival, central reading",
    "PFSINV": "Progression-free survival, investigator",
    "OS": "Overall survival",
    "TTDQL": "Time to deterioration, global health status",
}
Ties = Literal["efron", "breslow", "exact"]
AT_MONTHS = (12, 24)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeToEvent:
    """One endpoint. Tuples are (experimental, control). `z` is below 0 when the experimental arm has fewer events than
    expected; `p_one_sided` is against "no fewer events in the experimental arm". `proportional_p` tests the ratio
    against time."""

    code: str
    title: str
    arms: Arms
    follow_up: FollowUp
    curves: tuple[KaplanMeier, KaplanMeier]
    medians: tuple[Estimate, Estimate]
    events: tuple[int, int]
    hazard_ratio: Estimate | None
    z: float | None
    p_one_sided: float | None
    proportional_p: float | None
    why: str
    conventions: tuple[str, ...]
    level: float = 0.95


def time_to_event(data: TrialData, code: str, *, ties: Ties = "efron", level: float = 0.95) -> TimeToEvent | None:
    """The endpoint in the full analysis set, stratified as randomised; None if the data do not hold it."""
    arms = arms_of(data, "FASFL")
    follow = follow_up_of(data, arms, code)
    if follow is None:
        return None
    plain = FollowUp(stop=follow.stop, event=follow.event)
    curves = tuple(kaplan_meier(plain.at(np.flatnonzero(side))) for side in arms.sides())
    ratio, p_time, why = _ratio(follow, arms, ties, level)
    z, p, reason = _test(follow, arms)
    return TimeToEvent(
        code=code,
        title=ENDPOINTS.get(code, code),
        arms=arms,
        follow_up=follow,
        curves=(curves[0], curves[1]),
        medians=(median_days(curves[0], level=level), median_days(curves[1], level=level)),
        events=(curves[0].n_events, curves[1].n_events),
        hazard_ratio=ratio,
        z=z,
        p_one_sided=p,
        proportional_p=p_time,
        why="; ".join(filter(None, (why, reason))),
        conventions=(
            "Kaplan-Meier with log-log limits; months are days / 30.4375.",
            f"Hazard ratio: Cox stratified by {len(set(arms.stratum))} strata of randomisation, ties {ties}; below 1 "
            "favours the experimental arm.",
            "Log-rank stratified likewise; z below 0 favours the experimental arm, p one-sided.",
        ),
        level=level,
    )


def time_to_event_table(found: Sequence[TimeToEvent], *, key: str = "table-efficacy") -> Table:
    """All endpoints as they are printed."""
    arms = found[0].arms
    printed: list[TableRow] = []
    records: list[dict[str, Any]] = []
    notes: list[str] = []
    for one in found:
        printed.append(TableRow(cells=(one.title,), kind="heading"))
        _rows(one, printed, records)
        notes += [f"{one.title}: {one.why}"] if one.why else []
        notes += one.conventions
    head = ("", *(f"{name} (n = {n})" for name, n in zip(arms.names, arms.n, strict=True)))
    return Table(
        key=key,
        title="Time to event, full analysis set",
        head=head,
        rows=tuple(printed),
        records=tuple(records),
        notes=tuple(dict.fromkeys(notes)),
    )


def _rows(one: TimeToEvent, printed: list[TableRow], records: list[dict[str, Any]]) -> None:
    told: dict[str, Any] = {"endpoint": one.code}
    ci = f"({100 * one.level:g} % CI)"
    printed.append(TableRow(cells=(INDENT + "Events", *(str(count) for count in one.events))))
    printed.append(TableRow(cells=(f"{INDENT}Median, months {ci}", *(months_text(m) for m in one.medians))))
    for name, median, n, events in zip(one.arms.names, one.medians, one.arms.n, one.events, strict=True):
        records.append(record("median", median, unit="days", group=name, n=n, events=events, **told))
    for months in AT_MONTHS:
        shares = [curve.survival_at([months * DAYS_PER_MONTH], level=one.level)[0] for curve in one.curves]
        words = f"{INDENT}At {months} months, % {ci}"
        printed.append(TableRow(cells=(words, *(percent_text(share) for share in shares))))
        for name, share in zip(one.arms.names, shares, strict=True):
            records.append(record(f"survival_at_{months}_months", share, unit="proportion", group=name, **told))
    p = p_text(one.p_one_sided)
    printed.append(TableRow(cells=(f"{INDENT}Hazard ratio, stratified {ci}", ratio_text(one.hazard_ratio), "")))
    z = f", z = {one.z:.2f}".replace("-", "−") if one.z is not None else ""
    printed.append(TableRow(cells=(INDENT + "One-sided p, stratified log-rank", p + z, "")))
    against = p_text(one.proportional_p) if one.proportional_p is not None else NONE
    printed.append(TableRow(cells=(INDENT + "Hazards proportional, p", against, "")))
    events = sum(one.events)
    n = sum(one.arms.n)
    records.append(record("hazard_ratio", one.hazard_ratio, unit="ratio", n=n, events=events, note=one.why, **told))
    records.append(record("z", one.z, p=one.p_one_sided, method="stratified log-rank, one-sided", **told))
    records.append(record("proportional_hazards", None, p=one.proportional_p, method="Grambsch-Therneau, km", **told))


def _ratio(follow: FollowUp, arms: Arms, ties: Ties, level: float) -> tuple[Estimate | None, float | None, str]:
    try:
        fit = cox(follow, {"experimental": arms.arm.astype(np.float64)}, ties=ties)
    except InputError as error:
        return None, None, "no hazard ratio: " + "; ".join(fault.must for fault in error.faults)
    if not fit.converged:
        return None, None, f"no hazard ratio: {fit.why}"
    return fit.hazard_ratio(level)[0], float(fit.zph().whole.p) if fit.events > 2 else None, ""


def _test(follow: FollowUp, arms: Arms) -> tuple[float | None, float | None, str]:
    test = log_rank(follow, arms.arm)
    if test.z is None or not np.isfinite(test.z):
        return None, None, f"no log-rank test: {test.why or 'nothing to compare'}"
    return float(test.z), float(test.one_sided(1)), ""
