"""Partial likelihood of the subdistribution hazard: who has had a competing event stays at risk with a falling weight.

A row whose competing event came at T counts at a later time t with weight W(t)/W(T), W(t) = G(t−) H(t−): the
probability to be still uncensored and already entered. So each risk sum is an ordinary one plus W(t) times a running
sum over the competing events before t: no row is split, and a pass over the likelihood is O(n p + n p²) as in a Cox
model. Fine & Gray 1999, JASA 94:496-509, doi 10.1080/01621459.1999.10474144; delayed entry: Geskus 2011, Biometrics
67:39-49.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.grouped_sums import grouped_sums
from lutetia.survival.ties import Codes, Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Censoring:
    """Times (c,) at which a stratum is censored, the share h of those at risk there, their weight, and G after each."""

    times: Floats
    share: Floats
    at_risk: Floats
    free: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layout:
    """n rows among the g distinct event times ("groups") of all strata, earliest first, stratum after stratum.

    Row i is at risk in the groups `first` … `last`; after a competing event also in the groups after `last` up to `end`
    − 1, with weight `later` · `reach[group]` (`later` = 1/W(T); 0 without a competing event). `dies` marks events of
    the cause, `deaths` counts them, `dead_weight` is their mean weight. `stratum_end` (n,) is the end of the stratum.
    """

    first: Codes
    last: Codes
    later: Floats
    dies: NDArray[np.bool_]
    weight: Floats
    reach: Floats
    times: Floats
    stratum: Codes
    stratum_end: Codes
    deaths: Codes
    dead_weight: Floats
    censoring: tuple[Censoring, ...]


def lay_out(
    start: Floats, stop: Floats, event: Codes, cause: int, weight: Floats, stratum: Codes, n_strata: int
) -> Layout:
    """Groups and weights of all strata; `start` is −inf where a row is at risk from the beginning."""
    n = stop.size
    first, last, end = np.zeros((3, n), dtype=np.int64)
    later, dies = np.zeros(n), event == cause
    times, reach, group_stratum, censoring = [], [], [], []
    offset = 0
    for layer in range(n_strata):
        rows = np.flatnonzero(stratum == layer)
        groups = np.unique(stop[rows][dies[rows]])
        lost = censoring_of(start[rows], stop[rows], event[rows], weight[rows])
        entered = _Entries.of(start[rows], stop[rows], weight[rows])
        first[rows] = np.searchsorted(groups, start[rows], side="right") + offset
        last[rows] = np.searchsorted(groups, stop[rows], side="right") - 1 + offset
        end[rows] = groups.size + offset
        competing = rows[(event[rows] > 0) & ~dies[rows]]
        competing = competing[last[competing] + 1 < offset + groups.size]  # an event of the cause follows
        later[competing] = 1 / (_before(lost, stop[competing]) * entered.before(stop[competing]))
        times.append(groups)
        reach.append(_before(lost, groups) * entered.before(groups))
        group_stratum.append(np.full(groups.size, layer))
        censoring.append(lost)
        offset += groups.size
    deaths = np.bincount(last[dies], minlength=offset)
    return Layout(
        first=first,
        last=last,
        later=later,
        dies=dies,
        weight=weight,
        reach=np.concatenate(reach),
        times=np.concatenate(times),
        stratum=np.concatenate(group_stratum),
        stratum_end=end,
        deaths=deaths,
        dead_weight=grouped_sums(last[dies], weight[dies], offset) / deaths,
        censoring=tuple(censoring),
    )


def censoring_of(start: Floats, stop: Floats, event: Codes, weight: Floats) -> Censoring:
    """Kaplan-Meier of the censoring; an event at the time of a censoring has left the risk set before."""
    lost = event == 0
    times = np.unique(stop[lost])
    removed = np.bincount(np.searchsorted(times, stop[lost]), weight[lost], times.size)
    leaves = np.where(lost, np.searchsorted(times, stop, side="right"), np.searchsorted(times, stop, side="left"))
    enters = np.searchsorted(times, start, side="right")
    counts = np.bincount(enters, weight, times.size + 1) - np.bincount(leaves, weight, times.size + 1)
    at_risk = np.maximum(np.cumsum(counts)[: times.size], removed)
    share = np.where(at_risk - removed <= 1e-12 * at_risk, 1.0, removed / np.where(at_risk > 0, at_risk, 1.0))
    return Censoring(times=times, share=share, at_risk=at_risk, free=np.cumprod(1 - share))


def _before(lost: Censoring, when: Floats) -> Floats:
    """G(t−): the probability to be uncensored just before each time."""
    values: Floats = np.append(1.0, lost.free)[np.searchsorted(lost.times, when, side="left")]
    return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Entries:
    """Distinct entry times after the first, and the probability to have entered before each: Kaplan-Meier backwards."""

    times: Floats
    entered: Floats

    @classmethod
    def of(cls, start: Floats, stop: Floats, weight: Floats) -> _Entries:
        times = np.unique(start)
        entering = np.bincount(np.searchsorted(times, start), weight, times.size)
        gone = np.bincount(np.searchsorted(times, stop, side="left"), weight, times.size + 1)[: times.size]
        at_risk = np.cumsum(entering) - np.cumsum(gone)  # start ≤ e < stop
        share = np.minimum(entering / np.maximum(at_risk, entering), 1.0)[1:]
        return cls(times=times[1:], entered=np.append(np.cumprod((1 - share)[::-1])[::-1], 1.0))

    def before(self, when: Floats) -> Floats:
        values: Floats = self.entered[np.searchsorted(self.times, when, side="left")]
        return values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pass:
    """One pass over the likelihood: its value, score (p,), information (p, p), and the sums the residuals need.

    `rate` (g,) is the increment of the baseline subdistribution hazard, `centre` (g, p) the mean covariates weighted by
    those increments; `rate_tied`, `centre_tied` are the same with Efron's share of each tied event.
    """

    log_likelihood: float
    score: Floats
    information: Floats
    rate: Floats
    centre: Floats
    rate_tied: Floats
    centre_tied: Floats
    event_mean: Floats


def likelihood(layout: Layout, x: Floats, beta: Floats, efron: bool) -> Pass:
    """Log partial likelihood and its derivatives at `beta` for covariates `x` (n, p), preferably centred."""
    eta = x @ beta
    shift = float(eta.max())
    r = layout.weight * np.exp(eta - shift)
    g, dies = layout.times.size, layout.dies
    rx = r[:, None] * x
    d0, d1 = (grouped_sums(layout.last[dies], values[dies], g) for values in (r, rx))
    s0, s1 = risk_sum(layout, r), risk_sum(layout, rx)
    # One term per tied event: its share f of the tied events is taken out of the risk set (Efron; f = 0: Breslow).
    group = np.repeat(np.arange(g), layout.deaths)
    nth = np.arange(group.size) - np.repeat(np.cumsum(layout.deaths) - layout.deaths, layout.deaths)
    f = nth / layout.deaths[group] if efron else np.zeros(group.size)
    w = layout.dead_weight[group]
    denominator = s0[group] - f * d0[group]
    mean = (s1[group] - f[:, None] * d1[group]) / denominator[:, None]
    rate, rate_tied = (grouped_sums(group, w * share / denominator, g) for share in (1.0, f))
    seen = exposure(layout, rate) - np.where(dies, rate_tied[np.minimum(layout.last, g - 1)], 0.0)
    weight = layout.weight[dies]
    centre, centre_tied, event_mean = (
        grouped_sums(group, share[:, None] * mean, g)
        for share in (w / denominator, w * f / denominator, 1 / layout.deaths[group])
    )
    return Pass(
        log_likelihood=float(weight @ eta[dies] - w @ (np.log(denominator) + shift)),
        score=weight @ x[dies] - w @ mean,
        information=(x * (r * seen)[:, None]).T @ x - (mean * w[:, None]).T @ mean,
        rate=rate * np.exp(-shift),
        centre=centre * np.exp(-shift),
        rate_tied=rate_tied * np.exp(-shift),
        centre_tied=centre_tied * np.exp(-shift),
        event_mean=event_mean,
    )


def risk_sum(layout: Layout, values: Floats) -> Floats:
    """Σ over those at risk in each group of `values` (n,) or (n, p), competing events with their falling weight."""
    g, column = layout.times.size, (slice(None), *[None] * (values.ndim - 1))
    change = grouped_sums(layout.last + 1, values, g + 1) - grouped_sums(layout.first, values, g + 1)
    ordinary: Floats = np.cumsum(change[::-1], axis=0)[::-1][1:]
    carried = np.cumsum(grouped_sums(layout.last + 1, values * layout.later[column], g + 1), axis=0)[:g]
    first = np.searchsorted(layout.stratum, layout.stratum)  # sums start afresh in each stratum
    before = np.concatenate([np.zeros_like(carried[:1]), carried])[first]
    summed: Floats = ordinary + layout.reach[column] * (carried - before)
    return summed


def exposure(layout: Layout, rate: Floats) -> Floats:
    """Σ of `rate` (g,) over the groups in which a row is at risk, competing events with their falling weight, (n,)."""
    total, fallen = (np.append(0.0, np.cumsum(values)) for values in (rate, rate * layout.reach))
    ordinary = total[layout.last + 1] - total[layout.first]
    seen: Floats = ordinary + layout.later * (fallen[layout.stratum_end] - fallen[layout.last + 1])
    return seen


def score_residuals(layout: Layout, x: Floats, beta: Floats, at: Pass) -> Floats:
    """Each row's weighted share of the score, (n, p); the censoring weights count as known."""
    own, dies = np.minimum(layout.last, layout.times.size - 1), layout.dies[:, None]
    seen = exposure(layout, at.rate) - np.where(layout.dies, at.rate_tied[own], 0.0)
    centre = np.column_stack([exposure(layout, column) for column in at.centre.T])
    centre -= np.where(dies, at.centre_tied[own], 0.0)
    residual = np.where(dies, x - at.event_mean[own], 0.0)
    residual -= np.exp(x @ beta)[:, None] * (x * seen[:, None] - centre)
    return residual * layout.weight[:, None]


def censoring_residuals(
    layout: Layout, x: Floats, beta: Floats, at: Pass, times: tuple[Floats, Floats, Codes, Codes]
) -> Floats:
    """What each row adds to the score through the estimated censoring distribution, (n, p) (Fine & Gray 1999, eq. 8).

    `times` are start, stop, event and stratum of the rows, as given to `lay_out`.
    """
    start, stop, event, stratum = times
    found = np.zeros_like(x)
    carried = (layout.weight * np.exp(x @ beta) * layout.later)[:, None]
    for layer, lost in enumerate(layout.censoring):
        rows = np.flatnonzero(stratum == layer)
        groups = np.flatnonzero(layout.stratum == layer)
        have = np.searchsorted(lost.times, stop[rows], side="left")  # competing events not after each censoring time
        mass = _summed_up_to(have, carried[rows], lost.times.size)
        weighted = _summed_up_to(have, carried[rows] * x[rows], lost.times.size)
        to_come = np.searchsorted(layout.times[groups], lost.times, side="right")
        rate = _summed_from(to_come, (layout.reach * at.rate)[groups][:, None])
        centre = _summed_from(to_come, layout.reach[groups][:, None] * at.centre[groups])
        left = lost.at_risk * (1 - lost.share)
        pull = (weighted * rate - mass * centre) / np.where(left > 0, left, 1.0)[:, None]
        pull[left <= 0] = 0.0
        # Martingale of the censoring: own censoring less what was to be expected while at risk of it.
        expected = np.concatenate([np.zeros((1, x.shape[1])), np.cumsum(pull * lost.share[:, None], axis=0)])
        censored = event[rows] == 0
        leave = np.where(censored, np.searchsorted(lost.times, stop[rows], side="right"), have)
        enter = np.searchsorted(lost.times, start[rows], side="right")
        found[rows] = expected[enter] - expected[leave]
        found[rows[censored]] += pull[have[censored]]
    return found * layout.weight[:, None]


def _summed_up_to(position: Codes, values: Floats, count: int) -> Floats:
    """Running sums (count, p) of values that arrive at a position."""
    running: Floats = np.cumsum(grouped_sums(position, values, count + 1), axis=0)[:count]
    return running


def _summed_from(position: Codes, values: Floats) -> Floats:
    """Sums of the values (g, p) from each position on."""
    total = np.concatenate([np.cumsum(values[::-1], axis=0)[::-1], np.zeros((1, values.shape[1]))])
    found: Floats = total[position]
    return found
