"""Crossover taken out by weighting: controls are censored when they switch, those who stay count for those like them.

Inverse probability of censoring weights (Robins and Finkelstein, Biometrics 2000; 56: 779). The chance of not having
switched yet comes from a Cox model of switching on covariates over time; weights are stabilised by a model on the
baseline columns alone, over all time of controls: it may not know who could switch, or the weights would leave in what
hangs on that (progression, say). It assumes that the covariates explain who switches, and that nobody is certain to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival import FollowUp, cox
from lutetia.trial.checked import rows_named

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

YES_NO = ("event", "switched", "arm", "could_switch")
EXTREME = 10.0  # weights above this are told: few patients then carry the answer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwitchRows:
    """A patient's follow-up in rows (start, stop], arrays of length m in one unit of time.

    `patient` codes; `event` 1 death at stop; `switched` 1 where the patient takes the other treatment at stop; rows
    after that are left out and counted. `could_switch` 1 where switching was allowed (after progression, say).
    `baseline` (m, q) and `factors` (m, p): covariates as they stood at start. Raises InputError with all faults.
    """

    patient: Codes
    start: Floats
    stop: Floats
    event: Codes
    switched: Codes
    could_switch: Codes
    arm: Codes
    baseline: Floats
    factors: Floats
    stratum: Codes
    left_out: tuple[LeftOut, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        patient: ArrayLike,
        start: ArrayLike,
        stop: ArrayLike,
        event: ArrayLike,
        switched: ArrayLike,
        arm: ArrayLike,
        factors: ArrayLike,
        baseline: ArrayLike | None = None,
        could_switch: ArrayLike | None = None,
        stratum: ArrayLike | None = None,
    ) -> SwitchRows:
        """The rows from any arrays, in order of patient and time."""
        codes = np.unique(np.asarray(patient), return_inverse=True)[1]
        m = codes.size
        given: dict[str, Any] = {
            "start": np.asarray(start, dtype=np.float64),
            "stop": np.asarray(stop, dtype=np.float64),
            "event": np.asarray(event),
            "switched": np.asarray(switched),
            "arm": np.asarray(arm),
            "could_switch": np.ones(m, np.int64) if could_switch is None else np.asarray(could_switch),
            "stratum": np.zeros(m, np.int64) if stratum is None else np.unique(stratum, return_inverse=True)[1],
        }
        tables = {
            "factors": np.asarray(factors, dtype=np.float64).reshape(m, -1),
            "baseline": np.zeros((m, 0)) if baseline is None else np.asarray(baseline, dtype=np.float64).reshape(m, -1),
        }
        if faults := _faults(codes, given, tables):
            raise InputError("switch rows", faults)
        order = np.lexsort((given["start"], codes))
        after = _after_switch(codes[order], given["switched"][order] == 1)
        keep = order[~after]
        whole = {name: given[name][keep].astype(np.int64) for name in (*YES_NO, "stratum")}
        left = int(after.sum())
        return cls(
            patient=codes[keep],
            start=given["start"][keep],
            stop=given["stop"][keep],
            factors=tables["factors"][keep],
            baseline=tables["baseline"][keep],
            **whole,
            left_out=(LeftOut(count=left, why="rows after the switch"),) if left else (),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WeightedFit:
    """The hazard ratio as if nobody had switched, with the weights it rests on: those of controls, their mean
    over time (near 1 when the models fit)."""

    hazard_ratio: Estimate
    hazard_ratio_censored: Estimate
    mean_weight: float
    least_weight: float
    greatest_weight: float
    switches: int
    converged: bool
    why: str
    left_out: tuple[LeftOut, ...]
    cautions: tuple[str, ...]
    conventions: tuple[str, ...]


def switch_weighted(rows: SwitchRows, *, level: float = 0.95, truncate_at: float | None = None) -> WeightedFit:
    """The weighted Cox hazard ratio, robust by patient. `truncate_at`: a quantile such as 0.99 above which weights are
    cut. A model of switching that fails gives no number. Raises InputError for shares outside (0, 1)."""
    faults = [
        Fault(place=name, must="must lie between 0 and 1", got=repr(value))
        for name, value in (("level", level), ("truncate_at", truncate_at))
        if value is not None and not 0 < value < 1
    ]
    if faults:
        raise InputError("switch_weighted", faults)
    pieces = _split(rows)
    weights, why = _weights(rows, pieces)
    plain = _ratio(rows, pieces, np.ones(pieces[0].size), level)
    nothing = Estimate(estimate=None, lower=None, upper=None, std_error=None, level=level, method="no weights")
    control = rows.arm[pieces[0]] == 0
    if not why and truncate_at is not None:
        weights = np.minimum(weights, np.quantile(weights[control], truncate_at))
    shown = weights[control] if control.any() and not why else np.array([np.nan])
    lasts = (pieces[2] - pieces[1])[control] if control.any() and not why else np.ones(1)
    greatest = float(shown.max())
    cautions = (f"the greatest weight is {greatest:.1f}",) if greatest > EXTREME else ()
    return WeightedFit(
        hazard_ratio=nothing if why else _ratio(rows, pieces, weights, level),
        hazard_ratio_censored=plain,
        mean_weight=float(np.average(shown, weights=lasts)),
        least_weight=float(shown.min()),
        greatest_weight=greatest,
        switches=int(rows.switched.sum()),
        converged=not why,
        why=why,
        left_out=rows.left_out,
        cautions=cautions,
        conventions=(
            "IPCW: controls censored at the switch; switching modelled by Cox (Breslow ties) on "
            f"{rows.factors.shape[1]} factors and {rows.baseline.shape[1]} baseline columns; weights stabilised by the "
            "baseline columns over all time of controls.",
            "Weights are not truncated."
            if truncate_at is None
            else f"Weights are cut at their {truncate_at:g} quantile.",
            "Variance robust by patient; the weights are taken as known.",
        ),
    )


def _split(rows: SwitchRows) -> tuple[Codes, Floats, Floats]:
    """(row, start, stop) of pieces: control rows cut at every switch, so that weights change when the model does."""
    cuts = np.unique(rows.stop[rows.switched == 1])
    row, start, stop = [], [], []
    for i in range(rows.patient.size):
        inside = cuts[(cuts > rows.start[i]) & (cuts < rows.stop[i])] if rows.arm[i] == 0 else cuts[:0]
        edges = np.concatenate([[rows.start[i]], inside, [rows.stop[i]]])
        row += [i] * (edges.size - 1)
        start += edges[:-1].tolist()
        stop += edges[1:].tolist()
    return np.array(row, np.int64), np.array(start), np.array(stop)


def _weights(rows: SwitchRows, pieces: tuple[Codes, Floats, Floats]) -> tuple[Floats, str]:
    """One weight a piece, from what is known before it; 1 in the experimental arm. And why not."""
    row, start, stop = pieces
    weights = np.ones(row.size)
    if not rows.switched.any():
        return weights, ""
    fits = []
    control = rows.arm == 0
    could = control & (rows.could_switch == 1)
    for columns, at_risk in ((np.column_stack([rows.baseline, rows.factors]), could), (rows.baseline, control)):
        found = _switch_hazard(rows, columns, at_risk)
        if isinstance(found, str):
            return weights, found
        fits.append(found)
    (time, steps, risk), (time_0, steps_0, risk_0) = fits
    for patient in np.unique(rows.patient[control]):
        mine = np.flatnonzero((rows.patient[row] == patient) & control[row])
        kept = 0.0
        for piece in mine:
            weights[piece] = np.exp(kept)
            i = row[piece]
            away = steps[(time > start[piece]) & (time <= stop[piece])].sum() * rows.could_switch[i]
            away_0 = steps_0[(time_0 > start[piece]) & (time_0 <= stop[piece])].sum()
            kept += float(away * risk[i] - away_0 * risk_0[i])
    return weights, ""


def _switch_hazard(
    rows: SwitchRows, columns: Floats, at_risk: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats] | str:
    """(times, baseline steps, relative risk of each row) of the hazard of switching; why not, if it fails."""
    follow = FollowUp(start=rows.start[at_risk], stop=rows.stop[at_risk], event=rows.switched[at_risk])
    if columns.shape[1] == 0:
        times = np.unique(follow.stop[follow.event == 1])
        steps = [
            ((follow.stop == t) & (follow.event == 1)).sum() / ((rows.start[at_risk] < t) & (follow.stop >= t)).sum()
            for t in times
        ]
        return times, np.array(steps), np.ones(rows.patient.size)
    fit = cox(follow, columns[at_risk], ties="breslow")
    if not fit.converged:
        return f"the model of switching failed: {fit.why}"
    baseline = fit.baseline("zero")
    return baseline.time, np.diff(baseline.cumulative_hazard, prepend=0.0), np.exp(columns @ fit.coef)


def _ratio(rows: SwitchRows, pieces: tuple[Codes, Floats, Floats], weights: Floats, level: float) -> Estimate:
    row, start, stop = pieces
    event = np.where(stop == rows.stop[row], rows.event[row], 0)
    follow = FollowUp(start=start, stop=stop, event=event, weights=weights, cluster=rows.patient[row])
    fit = cox(follow, rows.arm[row][:, None].astype(np.float64), ties="efron", strata=rows.stratum[row], robust=True)
    return fit.hazard_ratio(level)[0]


def _after_switch(patient: Codes, switched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows (in order) that come after their patient's switch."""
    after = np.zeros(patient.size, dtype=bool)
    for i in range(1, patient.size):
        after[i] = patient[i] == patient[i - 1] and (after[i - 1] or switched[i - 1])
    return after


def _faults(patient: Codes, given: dict[str, Any], tables: dict[str, Floats]) -> list[Fault]:
    m = patient.size
    faults = [
        Fault(place=name, must=f"must have one value for each of {m} rows", got=f"shape {values.shape}")
        for name, values in given.items()
        if values.shape != (m,)
    ]
    if m == 0 or faults:
        return faults or [Fault(place="patient", must="must hold rows", got="none")]
    checks = [
        ("start", ~(given["start"] >= 0), "must not be negative"),
        ("stop", ~(given["stop"] > given["start"]), "must come after start"),
        *((name, ~np.isin(given[name], (0, 1)), "must be 0 or 1") for name in YES_NO),
        ("switched", (given["switched"] == 1) & (given["arm"] == 1), "must be 0 in the experimental arm"),
        ("switched", (given["switched"] == 1) & (given["event"] == 1), "must not fall on a death"),
        ("switched", (given["switched"] == 1) & (given["could_switch"] == 0), "must fall where switching was allowed"),
        *((name, ~np.isfinite(table).all(axis=1), "must be known") for name, table in tables.items()),
    ]
    order = np.lexsort((given["start"], patient))
    overlap = np.zeros(m, dtype=bool)
    same = patient[order][1:] == patient[order][:-1]
    overlap[order[1:]] = same & (given["start"][order][1:] < given["stop"][order][:-1] - 1e-9)
    checks.append(("start", overlap, "must not come before the end of the patient's row before"))
    for name, bad, must in checks:
        rows = np.flatnonzero(bad)
        if rows.size:
            faults.append(Fault(place=f"{name}, rows {rows_named(rows)}", must=must))
    return faults
