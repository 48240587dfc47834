"""Competing risks: the probability to have had an event of one cause by a time, when others may come first.

One minus Kaplan-Meier of a single cause is not this probability: it answers for a world without the other causes and is
too high in ours (Putter 2007, Statistics in Medicine 26:2389-2430, doi 10.1002/sim.2712).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import Interval
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.state_curve import CONVENTIONS, StateCurve, curve, groups_of, tied_times
from lutetia.survival.state_probability import Codes, Floats, Pieces


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CumulativeIncidence:
    """Cumulative incidence of k causes over the T distinct times of an event.

    `incidence` and `std_error` (T, k) hold from each time on, `event_free` (T,) is the probability of no event yet;
    `at_risk` (T,) counts rows just before each time, weighted if they are; `n_events` (k,) counts rows, unweighted.
    `why` says what a reader must know before believing the curves.
    """

    causes: tuple[str, ...]
    times: Floats
    incidence: Floats
    std_error: Floats
    event_free: Floats
    at_risk: Floats
    n: int
    n_events: tuple[int, ...]
    label: Hashable | None = None
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    _curve: StateCurve = field(repr=False)

    def at(self, when: float, interval: Interval = "log-log", level: float = 0.95) -> dict[str, Estimate]:
        """The incidence of every cause at one time, in the unit of the times; see `incidence_at`."""
        return {cause: self.incidence_at(when, cause, interval, level) for cause in self.causes}

    def incidence_at(
        self, when: float, cause: int | str = 1, interval: Interval = "log-log", level: float = 0.95
    ) -> Estimate:
        """Probability of an event of `cause` (its number from 1, or its name) by `when`, with limits.

        `interval` is "plain", "log", "log-log", "logit" or "arcsine"; an incidence of 0 has no limits (None).
        Everything is None beyond the last follow-up. Raises InputError for an unknown cause or interval, or a negative
        time.
        """
        return self._curve.estimate(self._number(cause), when, interval, level)

    def event_free_at(self, when: float, interval: Interval = "log-log", level: float = 0.95) -> Estimate:
        """Probability of no event of any cause by `when`: Kaplan-Meier of all causes together."""
        return self._curve.estimate(0, when, interval, level)

    def mean_time_lost(self, horizon: float, cause: int | str = 1, level: float = 0.95) -> Estimate:
        """Mean time lost to `cause` before the horizon: the area under its incidence (Andersen 2013).

        Statistics in Medicine 32:5278-5285, doi 10.1002/sim.5903. Raises InputError for a horizon beyond follow-up.
        """
        return self._curve.mean_time(horizon, level)[self._number(cause)]

    def _number(self, cause: int | str) -> int:
        number = self.causes.index(cause) + 1 if cause in self.causes else cause
        if isinstance(number, str) or not 1 <= number <= len(self.causes):
            must = f"must be one of {', '.join(self.causes)} or a number from 1 to {len(self.causes)}"
            raise InputError("cumulative incidence", [Fault(place="cause", must=must, got=repr(cause))])
        return int(number)


@overload
def cumulative_incidence(
    f: FollowUp, by: None = None, *, causes: Sequence[str] | None = None
) -> CumulativeIncidence: ...
@overload
def cumulative_incidence(
    f: FollowUp, by: Grouping, *, causes: Sequence[str] | None = None
) -> dict[Hashable, CumulativeIncidence]: ...
def cumulative_incidence(
    f: FollowUp, by: Grouping | None = None, *, causes: Sequence[str] | None = None
) -> CumulativeIncidence | dict[Hashable, CumulativeIncidence]:
    """Aalen-Johansen incidence of each cause 1..k of `f`; with `by` a dict of them by level.

    `causes` names 1..k (default "cause 1" …). Weights, delayed entry and clusters of `f` are used, its strata are not.
    Standard errors by the infinitesimal jackknife; rows of one cluster are summed first. n = 100,000 takes below a
    second. Raises InputError if an event has no name, or if `by` does not fit. Rows without a level are left out and
    counted.
    """
    names = _names(f, causes)
    if by is None:
        return _incidence(f, names, None, f.left_out)
    groups, left_out = groups_of(f, by)
    return {label: _incidence(f.at(rows), names, label, (*f.left_out, *left_out)) for label, rows in groups.items()}


def _names(f: FollowUp, causes: Sequence[str] | None) -> tuple[str, ...]:
    count = max(int(f.event.max()), 1)
    if causes is None:
        return tuple(f"cause {number}" for number in range(1, count + 1))
    names = tuple(causes)
    faults = []
    if len(names) < count:
        faults.append(Fault(place="causes", must=f"must name the events 1 to {count}", got=f"{len(names)} names"))
    if len(set(names)) < len(names):
        faults.append(Fault(place="causes", must="must differ from each other", got=", ".join(names)))
    if faults:
        raise InputError("cumulative incidence", faults)
    return names


def _incidence(
    f: FollowUp, causes: tuple[str, ...], label: Hashable | None, left_out: tuple[LeftOut, ...]
) -> CumulativeIncidence:
    found = curve(_pieces(f, len(causes) + 1))
    return CumulativeIncidence(
        causes=causes,
        times=found.counts.times,
        incidence=found.probability[1:, 1:],
        std_error=found.std_error[1:, 1:],
        event_free=found.probability[1:, 0],
        at_risk=found.counts.at_risk[:, 0],
        n=f.n,
        n_events=tuple(np.bincount(f.event, minlength=len(causes) + 1)[1:].tolist()),
        label=label,
        why=found.why,
        conventions=_conventions(f),
        left_out=left_out,
        _curve=found,
    )


def _pieces(f: FollowUp, n_states: int) -> Pieces:
    start, stop = tied_times(f)
    return Pieces(
        start=start,
        stop=stop,
        origin=np.zeros(f.n, dtype=np.int64),
        target=np.where(f.event > 0, f.event, -1),
        weight=np.ones(f.n) if f.weights is None else f.weights,
        cluster=clusters_of(f),
        n_states=n_states,
    )


def clusters_of(f: FollowUp) -> Codes:
    """Codes 0..c − 1 of the clusters present; each row is one without clusters."""
    if f.cluster is None:
        return np.arange(f.n)
    present, codes = np.unique(f.cluster, return_inverse=True)
    return codes.astype(np.int64).reshape(f.n) if present.size else np.arange(f.n)


def _conventions(f: FollowUp) -> tuple[str, ...]:
    said = ["Cumulative incidence by Aalen-Johansen; every cause competes with every other."]
    if f.cluster is not None:
        said.append("The influences of the rows of one cluster are summed before they are squared.")
    elif f.start is not None:
        said.append("Rows are taken as independent; give `cluster` if a patient has several.")
    if f.strata is not None:
        said.append("The strata of the follow-up are not used; `by` gives one curve per group.")
    return (*said, *CONVENTIONS)
