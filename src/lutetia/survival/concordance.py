"""Concordance: in which share of the pairs whose order is known has the patient with the higher score the event first?

Harrell 1996, Statistics in Medicine 15:361-387; Uno 2011, Statistics in Medicine 30:1105-1117, doi 10.1002/sim.4154.
Variance: infinitesimal jackknife, as R's survival::concordance (Therneau, vignette "Concordance").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import normal_quantile
from lutetia.survival.followup import FollowUp, refuse_causes
from lutetia.survival.number_column import number_column
from lutetia.survival.state_curve import tied_times
from lutetia.survival.subdistribution import censoring_of
from lutetia.survival.ties import Codes, Floats

Weighting = Literal["harrell", "uno"]
Higher = Literal["shorter", "longer"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Concordance:
    """`index` with symmetric limits; the weighted numbers of pairs it rests on; `influence` (n,) of each row on it.

    index = (concordant + tied / 2) / (concordant + discordant + tied). None where no pair can be compared; `why` says
    so.
    """

    index: Estimate
    concordant: float
    discordant: float
    tied: float
    n: int
    n_events: int
    influence: Floats
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The index."""
        return self.index.estimate


def concordance(
    f: FollowUp,
    score: ArrayLike,
    *,
    higher: Higher = "shorter",
    weighting: Weighting = "harrell",
    horizon: float | None = None,
    level: float = 0.95,
) -> Concordance:
    """Concordance of a score (n,) with the time to the event.

    `higher` says what a higher score means: a "shorter" time (a risk) or a "longer" one. A pair is compared when the
    earlier time is an event and the other row is at risk then: censored at the same time counts as later, two events at
    the same time do not make a pair; equal scores count one half. Pairs are formed within strata of `f`; delayed entry,
    weights and clusters are used. `weighting` "uno" weighs each event by 1/G(t−)², which removes the dependence on the
    censoring; `horizon` counts events up to that time only (with "uno" it should lie where many are still at risk).

    Rows with a missing score are left out and counted. Raises InputError for a score that does not fit, several kinds
    of event, or "uno" with delayed entry. Time O(n log n).
    """
    refuse_causes(f, "concordance")
    values, left_out = _scores(f, score, higher, weighting, horizon)
    known = np.flatnonzero(np.isfinite(values))
    rows, ranked = f.at(known), np.unique(values[known], return_inverse=True)[1].astype(np.int64).reshape(-1) + 1
    if higher == "longer":
        ranked = ranked.max(initial=0) + 1 - ranked
    weight = np.ones(rows.n) if rows.weights is None else rows.weights
    as_event, as_partner = _pairs(rows, ranked, weight, weighting, horizon)
    concordant, discordant, tied = (weight @ as_event).tolist()
    pairs = concordant + discordant + tied
    influence = np.zeros(f.n)
    estimate: float | None = None
    error: float | None = None
    why: str | None = "no two rows can be compared: no event while another row is at risk"
    if pairs > 0:
        estimate, why = (concordant + tied / 2) / pairs, None
        seen = as_event + as_partner
        influence[known] = weight * (seen[:, 0] + seen[:, 2] / 2 - estimate * seen.sum(axis=1)) / pairs
        summed = influence[known] if rows.cluster is None else np.bincount(rows.cluster, influence[known])
        error = float(np.sqrt(summed @ summed))
    return Concordance(
        index=_limits(estimate, error, level),
        concordant=concordant,
        discordant=discordant,
        tied=tied,
        n=rows.n,
        n_events=int((rows.event > 0).sum()),
        influence=influence,
        why=why,
        conventions=_conventions(f, higher, weighting, horizon),
        left_out=(*f.left_out, *left_out),
    )


def _scores(
    f: FollowUp, score: ArrayLike, higher: str, weighting: str, horizon: float | None
) -> tuple[Floats, tuple[LeftOut, ...]]:
    faults = []
    values = number_column(score, "score", "concordance")
    if values.size != f.n:
        faults.append(Fault(place="score", must=f"must have one value per row ({f.n})", got=str(values.size)))
    elif not np.isfinite(values).any():
        faults.append(Fault(place="score", must="must be known in at least one row", got="none"))
    if np.isinf(values).any():
        faults.append(Fault(place="score", must="must be finite", got="infinity"))
    if higher not in ("shorter", "longer"):
        faults.append(Fault(place="higher", must="must be shorter or longer", got=repr(higher)))
    if weighting not in ("harrell", "uno"):
        faults.append(Fault(place="weighting", must="must be harrell or uno", got=repr(weighting)))
    elif weighting == "uno" and f.start is not None:
        faults.append(Fault(place="weighting", must="must be harrell with delayed entry", got="'uno'"))
    if horizon is not None and not horizon > 0:
        faults.append(Fault(place="horizon", must="must be a time above 0", got=f"{horizon}"))
    if faults:
        raise InputError("concordance", faults)
    missing = np.flatnonzero(np.isnan(values))
    return values, (LeftOut.at(missing.tolist(), "score missing"),) if missing.size else ()


def _pairs(
    f: FollowUp, rank: Codes, weight: Floats, weighting: Weighting, horizon: float | None
) -> tuple[Floats, Floats]:
    from lutetia.survival.concordance_kernel import count_pairs

    start, stop = tied_times(f)
    stratum = np.zeros(f.n, dtype=np.int64) if f.strata is None else f.strata
    as_event, as_partner = np.zeros((f.n, 3)), np.zeros((f.n, 3))
    for layer in np.unique(stratum):
        rows = np.flatnonzero(stratum == layer)
        grid, own = np.unique(stop[rows], return_inverse=True)
        own, censored = own.reshape(-1), f.event[rows] == 0
        # An event at the k-th time has the key 2k; a row is a partner from after its start to before its end, and
        # censored rows still at their end.
        enter, leave = 2 * np.searchsorted(grid, start[rows], side="right"), 2 * own + censored
        event_weight = np.ones(rows.size)
        if weighting == "uno":
            lost = censoring_of(start[rows], stop[rows], f.event[rows], weight[rows])
            free = np.append(1.0, lost.free)[np.searchsorted(lost.times, stop[rows], side="left")]
            event_weight = np.where(free > 0, 1 / np.where(free > 0, free, 1.0) ** 2, 0.0)
        events = np.flatnonzero(~censored if horizon is None else ~censored & (stop[rows] <= horizon))
        as_event[rows], as_partner[rows] = count_pairs(
            2 * own,
            enter,
            leave,
            np.argsort(enter, kind="stable"),
            np.argsort(leave, kind="stable"),
            events[np.argsort(own[events], kind="stable")],
            rank[rows],
            weight[rows],
            event_weight,
        )
    return as_event, as_partner


def _limits(estimate: float | None, error: float | None, level: float) -> Estimate:
    reach = normal_quantile(level)
    low = high = None
    if estimate is not None and error is not None:
        low, high = max(estimate - reach * error, 0.0), min(estimate + reach * error, 1.0)
    return Estimate(estimate=estimate, lower=low, upper=high, std_error=error, level=level, method="plain")


def _conventions(f: FollowUp, higher: str, weighting: str, horizon: float | None) -> tuple[str, ...]:
    said = [
        f"A higher score means a {higher} time; equal scores count one half.",
        "A row censored at the time of an event is later than it; two events at one time make no pair.",
        "Standard error: infinitesimal jackknife, as R's concordance.",
    ]
    if weighting == "uno":
        said.append("Each event is weighed by 1/G(t−)² (Uno); the error takes these weights as known.")
    if horizon is not None:
        said.append(f"Events up to {horizon:g} count.")
    if f.strata is not None:
        said.append("Pairs are formed within strata.")
    return tuple(said)
