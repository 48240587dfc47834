"""Crossover taken out by two-stage estimation: what switching did to time after progression, then time given back.

The moment of progression is a second baseline for control patients (Latimer et al., Stat Methods Med 2017; 26: 724). A
Weibull model of survival after it, with switching and the prognostic factors of that moment, gives the factor by which
switching stretched time; switchers' times are shrunk by it, everyone of the arm is recensored. It assumes that nobody
switches before progression and that the factors explain who switches.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.trial.checked import rows_named
from lutetia.trial.two_arms import cox_of, events_by_time
from lutetia.trial.weibull_aft import WeibullFit, weibull_aft

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwitchData:
    """Arrays of length n, one unit of time. NaN in `progression_time` or `switch_time`: it did not happen.

    `factors` (n, p) prognostic at progression, used for control patients who progressed; may have no column.
    """

    time: Floats
    event: Codes
    arm: Codes
    progression_time: Floats
    switch_time: Floats
    censor_time: Floats
    factors: Floats
    stratum: Codes

    @classmethod
    def of(
        cls,
        *,
        time: ArrayLike,
        event: ArrayLike,
        arm: ArrayLike,
        progression_time: ArrayLike,
        switch_time: ArrayLike,
        censor_time: ArrayLike,
        factors: ArrayLike | None = None,
        stratum: ArrayLike | None = None,
    ) -> SwitchData:
        """The data from any arrays. Raises InputError with all faults: switches before progression, in the
        experimental arm, or without progression; missing factors of those who progressed."""
        given: dict[str, Any] = {
            name: np.asarray(values, dtype=np.float64)
            for name, values in (
                ("time", time), ("progression_time", progression_time), ("switch_time", switch_time),
                ("censor_time", censor_time),
            )
        }  # fmt: skip
        n = given["time"].size
        given["event"], given["arm"] = np.asarray(event), np.asarray(arm)
        table = np.zeros((n, 0)) if factors is None else np.asarray(factors, dtype=np.float64).reshape(n, -1)
        codes = np.zeros(n, np.int64) if stratum is None else np.unique(stratum, return_inverse=True)[1]
        if faults := _faults(given, table, n):
            raise InputError("switch data", faults)
        given["event"], given["arm"] = given["event"].astype(np.int64), given["arm"].astype(np.int64)
        return cls(**given, factors=table, stratum=codes.astype(np.int64))

    @property
    def at_risk(self) -> NDArray[np.bool_]:
        """Control patients who progressed and lived on: those who could switch."""
        return np.asarray((self.arm == 0) & np.isfinite(self.progression_time) & (self.time > self.progression_time))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoStageFit:
    """The factor by which switching stretched time after progression, and the hazard ratio without switching.

    Intervals come from `bootstraps` resamples of patients within arms (percentiles); both stages are in each.
    """

    stretch: Estimate
    hazard_ratio_itt: float
    hazard_ratio_adjusted: Estimate
    stage_one: WeibullFit
    could_switch: int
    switched: int
    failed_bootstraps: int
    converged: bool
    why: str
    conventions: tuple[str, ...]


def two_stage_switch(
    data: SwitchData, *, bootstraps: int = 500, seed: int, level: float = 0.95, recensor: bool = True
) -> TwoStageFit:
    """Two-stage estimate. Same seed, same intervals. Raises InputError for a level outside (0, 1)."""
    if not 0 < level < 1:
        raise InputError("two_stage_switch", [Fault(place="level", must="must lie between 0 and 1", got=repr(level))])
    stage, stretch, ratio = _both_stages(data, recensor)
    draws = np.random.default_rng(seed)
    repeats = np.array([_both_stages(_resampled(data, draws), recensor)[1:] for _ in range(bootstraps)])
    repeats = repeats.reshape(-1, 2)
    kept = repeats[np.isfinite(repeats).all(axis=1)]
    itt = float(np.exp(cox_of(events_by_time(data.time, data.event, data.arm, data.stratum))[0]))
    return TwoStageFit(
        stretch=_estimate(stretch, kept[:, 0], level),
        hazard_ratio_itt=itt,
        hazard_ratio_adjusted=_estimate(ratio, kept[:, 1], level),
        stage_one=stage,
        could_switch=int(data.at_risk.sum()),
        switched=int(np.isfinite(data.switch_time).sum()),
        failed_bootstraps=bootstraps - len(kept),
        converged=stage.converged and bool(np.isfinite(ratio)),
        why=stage.why,
        conventions=(
            "Two-stage: Weibull survival after progression with switching"
            f" and {data.factors.shape[1]} prognostic factors; switching counts from progression on.",
            "The control arm is recensored at the shrunk end of study."
            if recensor
            else "Not recensored: censoring then hangs on switching.",
            f"Intervals: {len(kept)} bootstrap samples of patients within arms, percentiles"
            + (f"; {bootstraps - len(kept)} more had no answer." if bootstraps > len(kept) else "."),
        ),
    )


def _both_stages(data: SwitchData, recensor: bool) -> tuple[WeibullFit, float, float]:
    rows = data.at_risk
    switched = np.isfinite(data.switch_time[rows]).astype(np.float64)
    x = np.column_stack([np.ones(rows.sum()), switched, data.factors[rows]])
    after = data.time[rows] - data.progression_time[rows]
    stage = weibull_aft(after, data.event[rows].astype(np.float64), x)
    if not stage.converged or abs(stage.coef[1]) > 10:
        return stage, np.nan, np.nan
    stretch = float(np.exp(stage.coef[1]))
    time, event = without_switch(data, stretch, recensor)
    return stage, stretch, float(np.exp(cox_of(events_by_time(time, event, data.arm, data.stratum))[0]))


def without_switch(data: SwitchData, stretch: float, recensor: bool) -> tuple[Floats, Codes]:
    """(times, events) with switchers' time after the switch divided by the stretch, recensored in the control arm."""
    switched = np.isfinite(data.switch_time)
    moment = np.where(switched, data.switch_time, data.time)
    time = moment + np.where(switched, (data.time - moment) / stretch, 0.0)
    if not recensor:
        return time, data.event
    progressed = np.isfinite(data.progression_time)
    start = np.where(progressed, data.progression_time, data.censor_time)
    limit = start + np.maximum(data.censor_time - start, 0.0) * min(1.0, 1.0 / stretch)
    limit = np.where(data.arm == 0, limit, np.inf)
    event = np.where(time <= limit * (1 + 1e-12), data.event, 0)
    return np.minimum(time, limit), event


def _resampled(data: SwitchData, draws: np.random.Generator) -> SwitchData:
    rows = np.concatenate([draws.choice(np.flatnonzero(data.arm == a), (data.arm == a).sum()) for a in (0, 1)])
    return SwitchData(**{name: getattr(data, name)[rows] for name in SwitchData.__slots__})


def _estimate(value: float, repeats: Floats, level: float) -> Estimate:
    method = "two-stage, bootstrap percentiles"
    if not np.isfinite(value) or repeats.size < 20:
        known = float(value) if np.isfinite(value) else None
        return Estimate(estimate=known, lower=None, upper=None, std_error=None, level=level, method=method)
    low, high = np.quantile(repeats, [(1 - level) / 2, (1 + level) / 2])
    error = float(repeats.std(ddof=1))
    return Estimate(
        estimate=float(value), lower=float(low), upper=float(high), std_error=error, level=level, method=method
    )


def _faults(given: dict[str, Any], factors: Floats, n: int) -> list[Fault]:
    faults = [
        Fault(place=name, must=f"must have one value for each of {n} patients", got=f"shape {values.shape}")
        for name, values in given.items()
        if values.shape != (n,)
    ]
    if n == 0 or faults:
        return faults or [Fault(place="time", must="must hold patients", got="none")]
    progression, switch, arm = given["progression_time"], given["switch_time"], given["arm"]
    switched = np.isfinite(switch)
    checks = (
        ("time", ~(given["time"] > 0), "must be above 0"),
        ("event", ~np.isin(given["event"], (0, 1)), "must be 0 or 1"),
        ("arm", ~np.isin(arm, (0, 1)), "must be 0 or 1"),
        ("censor_time", ~(given["censor_time"] >= given["time"] - 1e-9), "must not come before the time itself"),
        ("progression_time", progression > given["time"] + 1e-9, "must not come after the time itself"),
        ("switch_time", switched & (arm == 1), "must be empty in the experimental arm"),
        ("switch_time", switched & ~(switch >= progression), "must come with progression, or after it"),
        ("switch_time", switched & (switch > given["time"] + 1e-9), "must not come after the time itself"),
        ("factors", (arm == 0) & np.isfinite(progression) & ~np.isfinite(factors).all(axis=1), "must be known"),
    )
    for name, bad, must in checks:
        rows = np.flatnonzero(bad)
        if rows.size:
            faults.append(Fault(place=f"{name}, rows {rows_named(rows)}", must=must))
    return faults
