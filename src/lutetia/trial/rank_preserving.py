"""Crossover taken out of a survival comparison by a rank-preserving structural failure time model (RPSFT).

U(ψ) = T_off + e^ψ T_on: what a patient's time would have been without treatment (Robins and Tsiatis, Commun Stat Theory
Methods 1991; 20: 2609). Randomisation makes U alike in both arms, so ψ is where the log-rank z of U by arm is 0, and
its interval where z is ± 1.96. ψ < 0: treatment prolongs. The model has one effect for all, whenever they start.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.trial.checked import rows_named
from lutetia.trial.two_arms import cox_of, events_by_time, log_rank_of

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Recensoring = Literal["all", "arms with switching", "none"]

RECENSORING_WORDS: dict[str, str] = {
    "all": "Everyone is recensored at C · min(1, e^ψ).",
    "arms with switching": "Recensored at C · min(1, e^ψ) in arms in which anyone switches.",
    "none": "Not recensored: censoring then hangs on treatment, and the estimate may be biased.",
}
_SEARCH = (-3.0, 3.0)
_STEPS = 241
_BISECTIONS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossoverData:
    """Survival of a randomised trial with crossover; arrays of length n in one unit of time.

    `time`, `event` (1 death), `arm` (1 randomised to experimental), `on_treatment` time spent on the experimental
    treatment, `censor_time` when each would have been censored by the end of the study (known for all), `stratum`
    codes of the strata or None. Raises InputError with all faults.
    """

    time: Floats
    event: Codes
    arm: Codes
    on_treatment: Floats
    censor_time: Floats
    stratum: Codes

    @classmethod
    def of(
        cls,
        *,
        time: ArrayLike,
        event: ArrayLike,
        arm: ArrayLike,
        on_treatment: ArrayLike,
        censor_time: ArrayLike,
        stratum: ArrayLike | None = None,
    ) -> CrossoverData:
        """The data from any arrays; strata of any kind are coded in order."""
        given: dict[str, Any] = {
            "time": np.asarray(time, dtype=np.float64),
            "event": np.asarray(event),
            "arm": np.asarray(arm),
            "on_treatment": np.asarray(on_treatment, dtype=np.float64),
            "censor_time": np.asarray(censor_time, dtype=np.float64),
        }
        n = given["time"].size
        given["stratum"] = np.zeros(n, np.int64) if stratum is None else np.unique(stratum, return_inverse=True)[1]
        if faults := _faults(given, n):
            raise InputError("crossover data", faults)
        for name in ("event", "arm", "stratum"):
            given[name] = given[name].astype(np.int64)
        return cls(**given)

    @property
    def n(self) -> int:
        """Patients."""
        return int(self.time.size)

    @property
    def switched(self) -> NDArray[np.bool_]:
        """Control patients with any time on the experimental treatment, experimental ones with any time off it."""
        off = self.on_treatment < self.time * (1 - 1e-12)
        return np.where(self.arm == 1, off, self.on_treatment > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankPreservingFit:
    """ψ with its interval, the acceleration factor e^−ψ, and the hazard ratio as if nobody had switched.

    `roots` are all ψ at which z changes its sign: more than one means that the data do not settle it, and `why` says
    so. The adjusted hazard ratio compares the experimental arm as seen with the control arm without treatment; its
    interval is stretched so that the p value stays that of intention to treat (White 1999), for the model adds no
    information against the hypothesis of no effect.
    """

    psi: Estimate
    roots: tuple[float, ...]
    itt_z: float
    hazard_ratio_itt: Estimate
    hazard_ratio_adjusted: Estimate
    switched: int
    converged: bool
    why: str
    conventions: tuple[str, ...]

    @property
    def acceleration_factor(self) -> float | None:
        """e^−ψ: how many times longer time runs on treatment; None where ψ was not found."""
        return None if self.psi.estimate is None else float(np.exp(-self.psi.estimate))


def rank_preserving(
    data: CrossoverData, *, recensoring: Recensoring = "all", level: float = 0.95, search: tuple[float, float] = _SEARCH
) -> RankPreservingFit:
    """Estimate ψ by g-estimation with the (stratified) log-rank test over `search`.

    A fit without a root says so (`converged` False); it is never a number. Raises InputError for a level
    outside (0, 1).
    """
    faults = [] if 0 < level < 1 else [Fault(place="level", must="must lie between 0 and 1", got=repr(level))]
    if recensoring not in RECENSORING_WORDS:
        faults.append(Fault(place="recensoring", must=f"must be one of {', '.join(RECENSORING_WORDS)}"))
    if faults:
        raise InputError("rank_preserving", faults)
    grid = np.linspace(*search, _STEPS)
    z = np.array([z_of(data, psi, recensoring) for psi in grid])
    bound = NormalDist().inv_cdf(0.5 + level / 2)
    roots = _crossings(data, recensoring, grid, z, 0.0)
    psi, why = _psi(roots, search)
    limits = _interval(data, recensoring, grid, z, bound)
    itt = _hazard_ratio(data.time, data.event, data, level)
    return RankPreservingFit(
        psi=Estimate(
            estimate=psi, lower=limits[0], upper=limits[1], std_error=None, level=level, method="log-rank inverted"
        ),
        roots=roots,
        itt_z=float(z_of(data, 0.0, "none")),
        hazard_ratio_itt=itt,
        hazard_ratio_adjusted=_adjusted(data, psi, recensoring, level),
        switched=int(data.switched.sum()),
        converged=psi is not None,
        why=why,
        conventions=(
            "RPSFT: one multiplicative effect of treatment on time, the same whenever it starts.",
            RECENSORING_WORDS[recensoring],
            f"{int(data.switched.sum())} of {data.n} patients switched.",
        ),
    )


def untreated_times(data: CrossoverData, psi: float, recensoring: Recensoring) -> tuple[Floats, Codes]:
    """(times, events) as if never treated, at this ψ, recensored as told."""
    factor = float(np.exp(psi))
    time = (data.time - data.on_treatment) + factor * data.on_treatment
    if recensoring == "none":
        return time, data.event
    limit = data.censor_time * min(1.0, factor)
    if recensoring == "arms with switching":
        switching = np.array([data.switched[data.arm == a].any() for a in (0, 1)])
        # an arm that keeps to its treatment is censored at its own scaled time, which does not hang on the outcome
        whole = np.where(data.arm == 1, data.censor_time * factor, data.censor_time)
        limit = np.where(switching[data.arm], limit, whole)
    event = np.where(time <= limit * (1 + 1e-12), data.event, 0)
    return np.minimum(time, limit), event


def z_of(data: CrossoverData, psi: float, recensoring: Recensoring) -> float:
    """The log-rank z of untreated times by randomised arm at this ψ."""
    time, event = untreated_times(data, psi, recensoring)
    return float(log_rank_of(events_by_time(time, event, data.arm, data.stratum)))


def _crossings(
    data: CrossoverData, recensoring: Recensoring, grid: Floats, z: Floats, level: float
) -> tuple[float, ...]:
    """Every ψ at which z − level changes sign, by bisection between the points of the grid."""
    found = []
    for i in range(grid.size - 1):
        a, b = z[i] - level, z[i + 1] - level
        if np.isnan(a) or np.isnan(b) or (a > 0) == (b > 0):
            continue
        low, high = float(grid[i]), float(grid[i + 1])
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if (z_of(data, middle, recensoring) - level > 0) == (a > 0):
                low = middle
            else:
                high = middle
        found.append((low + high) / 2)
    return tuple(found)


def _psi(roots: tuple[float, ...], search: tuple[float, float]) -> tuple[float | None, str]:
    if not roots:
        return None, f"z does not change its sign for ψ from {search[0]:g} to {search[1]:g}"
    if len(roots) == 1:
        return roots[0], ""
    return float(np.mean([roots[0], roots[-1]])), f"z changes its sign at {len(roots)} places; ψ is their middle"


def _interval(
    data: CrossoverData, recensoring: Recensoring, grid: Floats, z: Floats, bound: float
) -> tuple[float | None, float | None]:
    """The outermost ψ at which z is ± the bound; None where the search does not reach it."""
    ends = (*_crossings(data, recensoring, grid, z, bound), *_crossings(data, recensoring, grid, z, -bound))
    inside = grid[np.abs(z) <= bound]
    if not ends:
        return None, None
    low, high = min(ends), max(ends)
    if inside.size == 0:  # an interval between two points of the grid
        return (low, high) if low < high else (None, None)
    return (low if low <= inside[0] else None), (high if high >= inside[-1] else None)


def _hazard_ratio(time: Floats, event: Codes, data: CrossoverData, level: float) -> Estimate:
    beta, error = cox_of(events_by_time(time, event, data.arm, data.stratum))
    return _ratio(float(beta), float(error), level, "stratified Cox, Efron")


def _adjusted(data: CrossoverData, psi: float | None, recensoring: Recensoring, level: float) -> Estimate:
    """Experimental arm as seen against control without treatment; the standard error keeps the ITT p value."""
    method = "control arm as if never treated, interval from the ITT test"
    if psi is None:
        return Estimate(estimate=None, lower=None, upper=None, std_error=None, level=level, method=method)
    without, events = untreated_times(data, psi, recensoring)
    time = np.where(data.arm == 1, data.time, without)
    event = np.where(data.arm == 1, data.event, events)
    beta, _ = cox_of(events_by_time(time, event, data.arm, data.stratum))
    z = log_rank_of(events_by_time(data.time, data.event, data.arm, data.stratum))
    error = abs(beta / z) if z != 0 else np.nan
    return _ratio(float(beta), float(error), level, method)


def _ratio(beta: float, error: float, level: float, method: str) -> Estimate:
    if not np.isfinite(beta):
        return Estimate(estimate=None, lower=None, upper=None, std_error=None, level=level, method=method)
    half = NormalDist().inv_cdf(0.5 + level / 2) * error
    known = np.isfinite(error)
    return Estimate(
        estimate=float(np.exp(beta)),
        lower=float(np.exp(beta - half)) if known else None,
        upper=float(np.exp(beta + half)) if known else None,
        std_error=float(np.exp(beta) * error) if known else None,
        level=level,
        method=method,
    )


def _faults(given: dict[str, Any], n: int) -> list[Fault]:
    faults = [
        Fault(place=name, must=f"must have one value for each of {n} patients", got=f"shape {values.shape}")
        for name, values in given.items()
        if values.shape != (n,)
    ]
    if n == 0 or faults:
        return faults or [Fault(place="time", must="must hold patients", got="none")]
    for name in ("time", "on_treatment", "censor_time"):
        bad = np.flatnonzero(~(given[name] >= 0) | ~np.isfinite(given[name]))
        if bad.size:
            faults.append(Fault(place=f"{name}, rows {rows_named(bad)}", must="must be known and not negative"))
    for name in ("event", "arm"):
        bad = np.flatnonzero(~np.isin(given[name], (0, 1)))
        if bad.size:
            faults.append(Fault(place=f"{name}, rows {rows_named(bad)}", must="must be 0 or 1"))
    for name, high in (("on_treatment", "time"), ("time", "censor_time")):
        bad = np.flatnonzero(given[name] > given[high] * (1 + 1e-9) + 1e-9)
        if bad.size:
            must = f"must not exceed {high}"
            faults.append(Fault(place=f"{name}, rows {rows_named(bad)}", must=must))
    if not faults and len(set(given["arm"].tolist())) < 2:
        faults.append(Fault(place="arm", must="must hold both arms"))
    return faults
