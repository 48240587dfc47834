"""How much each event time counts in a rank test: log-rank, G-rho, Fleming-Harrington, Gehan, Tarone-Ware, modest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.survival.rank_counts import RankCounts
from lutetia.survival.ties import TOLERANCE, Floats

WeightName = Literal["log-rank", "fleming-harrington", "gehan", "tarone-ware", "peto-peto", "modest"]
WEIGHTS = get_args(WeightName)

_SAID = {
    "log-rank": "every event time counts the same (w = 1)",
    "gehan": "Gehan-Breslow: w = number at risk; early events count more, and censoring shifts what is tested",
    "tarone-ware": "Tarone-Ware: w = root of the number at risk",
    "peto-peto": "Peto-Peto: w = product of 1 − d / (n + 1) up to and with t",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RankWeight:
    """A weight over event times; S is the Kaplan-Meier curve of all groups together within the stratum."""

    name: WeightName = "log-rank"
    rho: float = 0.0
    gamma: float = 0.0
    modest_until: float | None = None

    def __str__(self) -> str:
        if self.name == "fleming-harrington":
            return f"Fleming-Harrington: w = S(t−)^{self.rho:g} · (1 − S(t−))^{self.gamma:g}"
        if self.name == "modest":
            return f"modestly weighted (Magirr & Burman 2019): w = 1 / max(S(t−), S({self.modest_until:g}))"
        return _SAID[self.name]

    def at(self, counts: RankCounts) -> Floats:
        """w (t,) at the event times of one stratum."""
        n: Floats = counts.at_risk.sum(axis=0)
        d: Floats = counts.events.sum(axis=0)
        if self.name == "log-rank":
            return np.ones(n.size)
        if self.name == "gehan":
            return n
        if self.name == "tarone-ware":
            return np.asarray(np.sqrt(n), dtype=np.float64)
        if self.name == "peto-peto":
            return _product(1 - d / (n + 1))
        survival = _product(1 - d / n)
        before = np.append(1.0, survival[:-1])
        if self.name == "modest":
            assert self.modest_until is not None
            reached = np.searchsorted(counts.times, self.modest_until + TOLERANCE, side="right")
            return np.asarray(1 / np.maximum(before, np.append(1.0, survival)[reached]), dtype=np.float64)
        return np.asarray(before**self.rho * (1 - before) ** self.gamma, dtype=np.float64)


def _product(factors: Floats) -> Floats:
    return np.asarray(np.cumprod(factors), dtype=np.float64)


def rank_weight(weights: WeightName | None, rho: float, gamma: float, modest_until: float | None) -> RankWeight:
    """The weight that these arguments name; InputError where they contradict each other or are unknown."""
    faults = []
    if weights is not None and weights not in WEIGHTS:
        faults.append(Fault(place="weights", must=f"must be one of {', '.join(WEIGHTS)}", got=repr(weights)))
    for power, value in (("rho", rho), ("gamma", gamma)):
        if not (np.isfinite(value) and value >= 0):
            faults.append(Fault(place=power, must="must be a number from 0", got=f"{value}"))
    powers = bool(rho or gamma)
    if powers and weights not in (None, "fleming-harrington"):
        faults.append(Fault(place="rho, gamma", must=f"must be 0 with weights={weights!r}", got=f"{rho:g}, {gamma:g}"))
    if (weights == "modest") != (modest_until is not None):
        must, do = "must be given with weights='modest' and only then", "The time up to which the weight grows."
        faults.append(Fault(place="modest_until", must=must, got=f"{modest_until}", do=do))
    elif modest_until is not None and not modest_until > 0:
        faults.append(Fault(place="modest_until", must="must be above 0", got=f"{modest_until}"))
    if faults:
        raise InputError("log-rank test", faults)
    name: WeightName = weights or ("fleming-harrington" if powers else "log-rank")
    return RankWeight(name=name, rho=float(rho), gamma=float(gamma), modest_until=modest_until)
