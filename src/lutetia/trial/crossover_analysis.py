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
    """What the three methods need, in days from randomisation, in the order of the full analysis set."""

    arms: Arms
    time: np.ndarray[Any, Any]
    event: np.ndarray[Any, Any]
    censor: np.ndarray[Any, Any]
    progression: np.ndarray[Any, Any]
    switch: np.ndarray[Any, Any]
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
    pfs = {row["USUBJID"]: row for row in data.adtte.where(PARAMCD="PFS").rows()}
    switch = np.array([_days(b, a) for a, b in zip(start, arms.facts["XOVERDT"], strict=True)])
    progression = np.array(
        [
            _days(pfs[s]["ADT"], a) if s in pfs and pfs[s]["EVNTDESC"] == "progression" else np.nan
            for s, a in zip(arms.subjects, start, strict=True)
        ]
    )
    levels = [sorted(set(arms.facts[name])) for name in FACTORS]
    factors = np.column_stack(
        [[float(value == known[-1]) for value in arms.facts[name]] for name, known in zip(FACTORS, levels, strict=True)]
    )
    follow = follow_up_of(data, arms, "OS")
    assert follow is not None  # overall survival was analysed before
    return _Switching(
        arms=arms,
        time=follow.stop,
        event=follow.event,
        censor=np.array([_days(cut_off, a) for a in start]) + 1,
        progression=np.where(progression < follow.stop, progression, np.nan),
        switch=np.where(switch < follow.stop, switch, np.nan),
        factors=factors,
    )


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
    return (words, found.hazard_ratio_adjusted, "; ".join(filter(None, (remark, found.why if factor else "")))), list(
        found.conventions
    )


def _two_stage(given: _Switching, seed: int, level: float) -> tuple[Row, list[str]]:
    words = "Two-stage"
    try:
        data = SwitchData.of(
            time=given.time, event=given.event, arm=given.arms.arm, progression_time=given.progression,
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
    columns: dict[str, list[Any]] = {name: [] for name in ("patient", "start", "stop", "event", "switched", "arm")}
    could, factors = [], []
    for i in range(given.arms.arm.size):
        arm, until, died = int(given.arms.arm[i]), given.time[i], int(given.event[i])
        moved = np.isfinite(given.switch[i]) and arm == 0
        end, switched = (given.switch[i], 1) if moved else (until, 0)
        edge = given.progression[i] if np.isfinite(given.progression[i]) and 0 < given.progression[i] < end else end
        pieces = [(0.0, edge, edge == end), (edge, end, True)] if edge < end else [(0.0, end, True)]
        for start, stop, last in pieces:
            values = (i, start, stop, died if last and not switched else 0, switched if last else 0, arm)
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
            could.append(int(start >= edge or (last and switched)))
            factors.append(given.factors[i])
    try:
        rows = SwitchRows.of(**columns, could_switch=could, factors=np.array(factors))
        found = switch_weighted(rows, level=level)
    except InputError as error:
        return (words, None, in_one_line(error)), []
    remark = found.why or f"weights {found.least_weight:.2f} to {found.greatest_weight:.2f}"
    return (words, found.hazard_ratio, remark), list(found.conventions)


_BY_METHOD = {"rpsft": _rpsft, "two-stage": _two_stage, "ipcw": _ipcw}
