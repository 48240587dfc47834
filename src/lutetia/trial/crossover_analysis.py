"""Overall survival with crossover taken out, three ways beside intention to treat, each with what it assumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.results.printed import in_one_line, ratio_text
from lutetia.results.record import record
from lutetia.results.table import Table, TableRow
from lutetia.trial.adam import TrialData
from lutetia.trial.arms import Arms, follow_up_of
from lutetia.trial.rank_preserving import CrossoverData, rank_preserving
from lutetia.trial.switch_weights import SwitchRows, switch_weighted
from lutetia.trial.time_to_event_analysis import TimeToEvent, time_to_event
from lutetia.trial.two_stage_switch import SwitchData, two_stage_switch

Method = Literal["rpsft", "two-stage", "ipcw"]
METHODS: tuple[Method, ...] = ("rpsft", "two-stage", "ipcw")
FACTORS = ("STRAT1", "STRAT2")
CAUTION = "The methods rest on assumptions that data cannot prove; they stand beside the first line, none replaces it."
Row = tuple[str, Estimate | None, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Switching:
    """What the three methods need, in the order of the full analysis set.

    `time` and `censor` count the day of randomisation as day 1, so they are ends of days; `progression` and `switch`
    are beginnings of days, days after randomisation. `before`: switched without progression on record by then.
    """

    arms: Arms
    time: np.ndarray[Any, Any]
    event: np.ndarray[Any, Any]
    censor: np.ndarray[Any, Any]
    progression: np.ndarray[Any, Any]
    switch: np.ndarray[Any, Any]
    before: np.ndarray[Any, Any]
    factors: np.ndarray[Any, Any]


def crossover_table(
    data: TrialData, methods: Sequence[Method], *, seed: int = 1, level: float = 0.95, key: str = "table-crossover"
) -> Table | None:
    """Hazard ratios of overall survival as randomised and as if nobody had crossed over; None where nobody did.

    Raises InputError for an unknown method.
    """
    unknown = [method for method in methods if method not in METHODS]
    if unknown:
        must = f"must be among {', '.join(METHODS)}"
        raise InputError("crossover", [Fault(place="crossover", must=must, got=", ".join(unknown))])
    itt = time_to_event(data, "OS", level=level)
    if itt is None or "Y" not in itt.arms.facts["XOVERFL"]:
        return None
    given = _switching(data, itt)
    rows: list[Row] = [("As randomised (intention to treat)", itt.hazard_ratio, itt.why)]
    notes = [
        f"{itt.arms.facts['XOVERFL'].count('Y')} patients crossed over; overall survival of the full analysis set."
    ]
    if before := int(given.before.sum()):
        notes.append(
            f"{before} crossed over without progression on record by then: two-stage takes the crossover for it, IPCW "
            "censors them there."
        )
    for method in METHODS:
        if method in methods:
            row, said = _BY_METHOD[method](given, seed, level)
            rows.append(row)
            notes += said
    return Table(
        key=key,
        title="Overall survival and crossover",
        head=("Analysis", "Hazard ratio (95 % CI)", "Remark"),
        rows=tuple(TableRow(cells=(words, ratio_text(ratio), why)) for words, ratio, why in rows),
        records=tuple(
            record("hazard_ratio", ratio, unit="ratio", endpoint="OS", analysis=words, note=why)
            for words, ratio, why in rows
        ),
        notes=(
            *notes,
            "The methods rest on assumptions that data cannot prove; they are read together, none replaces the first.",
        ),
    )


def _switching(data: TrialData, itt: TimeToEvent) -> _Switching:
    arms = itt.arms
    start, cut_off = arms.facts["RANDDT"], data.cut_off
    switch = np.array([_days(b, a) for a, b in zip(start, arms.facts["XOVERDT"], strict=True)])
    seen = _progressions(data, arms)
    progression = np.array([_days(seen.get(s), a) for s, a in zip(arms.subjects, start, strict=True)])
    moved_before = np.isfinite(switch) & ~(progression <= switch)
    follow = follow_up_of(data, arms, "OS")
    assert follow is not None  # overall survival was analysed before
    return _Switching(
        arms=arms,
        time=follow.stop,
        event=follow.event,
        censor=np.array([_days(cut_off, a) for a in start]) + 1,
        progression=np.where(progression < follow.stop, progression, np.nan),
        switch=np.where(switch < follow.stop, switch, np.nan),
        before=moved_before & (switch < follow.stop),
        factors=_factors(arms),
    )


def _progressions(data: TrialData, arms: Arms) -> dict[str, date]:
    """The first day of progression on record, by subject: PFS events that are no death, visits read as PD (central)."""
    died = dict(zip(arms.subjects, arms.facts["DTHDT"], strict=True))
    days: dict[str, date] = {}
    events = [r for r in data.adtte.where(PARAMCD="PFS", CNSR=0).rows() if r["ADT"] != died.get(r["USUBJID"])]
    visits = data.adrs.where(PARAMCD="OVR", PARQUAL="central", AVALC="PD").rows()
    for row in (*events, *(row for row in visits if row["ADT"] is not None)):
        days[row["USUBJID"]] = min(row["ADT"], days.get(row["USUBJID"], row["ADT"]))
    return days


def _factors(arms: Arms) -> np.ndarray[Any, Any]:
    """(n, p): one column of 0 and 1 for each level of the strata but the first."""
    columns = [
        [float(value == level) for value in arms.facts[name]]
        for name in FACTORS
        for level in sorted(set(arms.facts[name]))[1:]
    ]
    return np.array(columns, dtype=np.float64).reshape(-1, arms.arm.size).T


def _days(day: date | None, start: date) -> float:
    return np.nan if day is None else float((day - start).days)


def _rpsft(given: _Switching, seed: int, level: float) -> tuple[Row, list[str]]:
    words = "RPSFT"
    control = given.arms.arm == 0
    moved = np.isfinite(given.switch)
    on = np.where(control, np.where(moved, given.time - given.switch, 0.0), given.time)
    try:
        data = CrossoverData.of(
            time=given.time, event=given.event, arm=given.arms.arm, on_treatment=on,
            censor_time=np.maximum(given.censor, given.time), stratum=np.array(given.arms.stratum),
        )  # fmt: skip
        found = rank_preserving(data, level=level)
    except InputError as error:
        return (words, None, in_one_line(error)), []
    factor = found.acceleration_factor
    remark = found.why if factor is None else f"time runs {factor:.2f} times longer on treatment"
    row = (words, found.hazard_ratio_adjusted, "; ".join(filter(None, (remark, found.why if factor else ""))))
    treated = "RPSFT counts the experimental arm as treated from randomisation on, the never-treated included."
    return row, [*found.conventions, treated]


def _two_stage(given: _Switching, seed: int, level: float) -> tuple[Row, list[str]]:
    words = "Two-stage"
    try:
        data = SwitchData.of(
            time=given.time, event=given.event, arm=given.arms.arm,
            progression_time=np.where(given.before, given.switch, given.progression),
            switch_time=given.switch, censor_time=np.maximum(given.censor, given.time), factors=given.factors,
            stratum=np.array(given.arms.stratum),
        )  # fmt: skip
        found = two_stage_switch(data, seed=seed, level=level, bootstraps=300)
    except InputError as error:
        return (words, None, in_one_line(error)), []
    stretch = found.stretch.estimate
    remark = found.why if stretch is None else f"switching stretched time after progression {stretch:.2f}-fold"
    return (words, found.hazard_ratio_adjusted, remark), list(found.conventions)


def _ipcw(given: _Switching, seed: int, level: float) -> tuple[Row, list[str]]:
    """Rows until progression, then from it: switching is possible only after it."""
    words = "IPCW"
    columns = [row for i in range(given.arms.arm.size) for row in _ipcw_rows(given, i)]
    names = ("patient", "start", "stop", "event", "switched", "could_switch", "arm")
    at = [row[0] for row in columns]
    try:
        rows = SwitchRows.of(
            **dict(zip(names, zip(*columns, strict=True), strict=True)),
            factors=np.zeros((len(at), 0)), baseline=given.factors[at], stratum=np.array(given.arms.stratum)[at],
        )  # fmt: skip
        found = switch_weighted(rows, level=level)
    except InputError as error:
        return (words, None, in_one_line(error)), []
    weights = f"weights {found.least_weight:.2f} to {found.greatest_weight:.2f}"
    remark = found.why or "; ".join([weights, *found.cautions])
    return (words, found.hazard_ratio, remark), list(found.conventions)


def _ipcw_rows(given: _Switching, i: int) -> list[tuple[Any, ...]]:
    """(patient, start, stop, died, switched, could switch, arm) of one patient; a day of switching ends with it."""
    arm, end, died, switched = int(given.arms.arm[i]), float(given.time[i]), int(given.event[i]), 0
    if arm == 0 and np.isfinite(given.switch[i]) and (given.switch[i] + 1 < end or not died):
        end, died, switched = min(float(given.switch[i]) + 1, end), 0, int(not given.before[i])
    edge = float(given.progression[i])
    if not edge < end or given.before[i]:  # no progression on record, or not before the end
        return [(i, 0.0, end, died, switched, 0, arm)]
    after = (i, edge, end, died, switched, 1, arm)
    return [after] if edge == 0 else [(i, 0.0, edge, 0, 0, 0, arm), after]


_BY_METHOD = {"rpsft": _rpsft, "two-stage": _two_stage, "ipcw": _ipcw}
