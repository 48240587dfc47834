"""Gray's test: do groups differ in the cumulative incidence of one cause?

Gray 1988, Annals of Statistics 16:1141-1154, doi 10.1214/aos/1176350951. With h_k = Y_k/S_k(t−), R_k = h_k (1 −
F_k(t−)) and the pooled incidence dF = dN/Σ h under the hypothesis that all groups share it, the score of group k
compares the events with their share R_k/ΣR; its variance adds, over groups r, the noise of the events of the cause and
of the others.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp
from lutetia.survival.grouped_sums import grouped_sums
from lutetia.survival.levels import Levels, levels
from lutetia.survival.ties import Codes, Floats, distinct, position


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GrayTest:
    """Gray's test between groups; `chi2` and `p` are None where it cannot be made, and `why` then says so.

    `scores` (g − 1,) belong to all groups but the last, `variance` is theirs. `events` counts the cause in each group.
    """

    chi2: float | None
    degrees_of_freedom: int
    p: float | None
    groups: tuple[Hashable, ...]
    n: tuple[int, ...]
    events: tuple[int, ...]
    scores: Floats
    variance: Floats
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The test statistic."""
        return self.chi2


def gray_test(
    f: FollowUp, group: ArrayLike, *, cause: int = 1, rho: float = 0.0, strata: ArrayLike | None = None
) -> GrayTest:
    """Test that groups have one cumulative incidence of `cause`; every other event of `f` is a competing one.

    `group` and `strata` are label columns of length n (`strata` here replaces the strata of `f`); rows in which one is
    missing are left out and counted. `rho` weighs each time by (1 − F(t−))^rho. Raises InputError for delayed entry,
    weights, several rows per cluster, fewer than two groups, or a cause without events.
    """
    groups = levels(group)
    layers = levels(strata) if strata is not None else _layers_of(f)
    _refuse_unsuited(f, groups, layers, cause, rho)
    kept = (groups.codes >= 0) & (layers.codes >= 0)
    left_out = [
        *f.left_out,
        *_missing(groups.codes, "group"),
        *_missing(np.where(groups.codes < 0, 0, layers.codes), "strata"),
    ]
    event = np.where(f.event == cause, 1, np.where(f.event > 0, 2, 0))
    grid = distinct(f.stop)
    at = position(grid, f.stop)
    count = len(groups.labels)
    scores, variance = np.zeros(count - 1), np.zeros((count - 1, count - 1))
    for layer in range(len(layers.labels)):
        rows = kept & (layers.codes == layer)
        if (event[rows] > 0).any():
            paths = _paths(at[rows], event[rows], groups.codes[rows], grid.size, count)
            scores, variance = scores + _score(paths, rho), variance + _variance(paths, rho)
    statistic, why = _statistic(scores, variance)
    return GrayTest(
        chi2=statistic,
        degrees_of_freedom=count - 1,
        p=None if statistic is None else float(chdtrc(count - 1, statistic)),
        groups=groups.labels,
        n=tuple(np.bincount(groups.codes[kept], minlength=count).tolist()),
        events=tuple(np.bincount(groups.codes[kept & (event == 1)], minlength=count).tolist()),
        scores=scores,
        variance=variance,
        why=why,
        conventions=_conventions(cause, rho, len(layers.labels)),
        left_out=tuple(left_out),
    )


def _layers_of(f: FollowUp) -> Levels:
    if f.strata is None or f.strata_labels is None:
        return Levels(codes=np.zeros(f.n, dtype=np.int64), labels=("all",))
    return Levels(codes=f.strata, labels=f.strata_labels)


def _missing(codes: Codes, what: str) -> list[LeftOut]:
    rows = np.flatnonzero(codes < 0)
    return [LeftOut.at(rows.tolist(), f"{what} missing")] if rows.size else []


def _refuse_unsuited(f: FollowUp, groups: Levels, layers: Levels, cause: int, rho: float) -> None:
    faults = []
    for place, found in (("group", groups), ("strata", layers)):
        if found.codes.size != f.n:
            faults.append(Fault(place=place, must=f"must have one label per row ({f.n})", got=str(found.codes.size)))
    if len(groups.labels) < 2:
        faults.append(Fault(place="group", must="must hold at least two groups", got=str(len(groups.labels))))
    if not np.isfinite(rho):
        faults.append(Fault(place="rho", must="must be a number", got=f"{rho}"))
    if cause < 1 or not (f.event == cause).any():
        faults.append(Fault(place="cause", must="must be an event that occurs, from 1", got=f"none of cause {cause}"))
    if f.start is not None:
        faults.append(Fault(place="start", must="must be absent: the test is written for a common time zero"))
    if f.weights is not None:
        faults.append(Fault(place="weights", must="must be absent: the variance is written for unweighted rows"))
    if f.cluster is not None and np.unique(f.cluster).size < f.n:
        faults.append(Fault(place="cluster", must="must have one row each: the variance takes rows as independent"))
    if faults:
        raise InputError("Gray's test", faults)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Paths:
    """Counts and curves of one stratum at its t event times: arrays (t, g) by group, `pooled_*` (t,)."""

    own: Floats  # events of the cause
    other: Floats
    at_risk: Floats
    free: Floats  # S(t), free of any event
    free_before: Floats
    incidence_before: Floats
    h: Floats
    pooled_step: Floats  # dF
    pooled: Floats  # F(t)
    pooled_before: Floats


def _paths(at: Codes, event: Codes, code: Codes, times: int, groups: int) -> _Paths:
    cell, size = at * groups + code, times * groups
    ones = np.ones(at.size)
    own, other, leaving = (
        grouped_sums(cell[rows], ones[rows], size).reshape(times, groups)
        for rows in (event == 1, event == 2, event >= 0)
    )
    risk = np.cumsum(leaving[::-1], axis=0)[::-1]
    used = (own + other).sum(axis=1) > 0
    own, other, risk = own[used], other[used], risk[used]
    some = np.where(risk > 0, risk, 1.0)
    free = np.cumprod(1 - (own + other) / some, axis=0)
    free_before = _before(free, 1.0)
    h = np.where(risk > 0, risk / np.where(risk > 0, free_before, 1.0), 0.0)
    step = own.sum(axis=1) / h.sum(axis=1)
    return _Paths(
        own=own,
        other=other,
        at_risk=risk,
        free=free,
        free_before=free_before,
        incidence_before=_before(np.cumsum(free_before * own / some, axis=0), 0.0),
        h=h,
        pooled_step=step,
        pooled=np.cumsum(step),
        pooled_before=_before(np.cumsum(step), 0.0),
    )


def _score(paths: _Paths, rho: float) -> Floats:
    """Σ over times of L(t) (events of the cause − their expected share), (g − 1,)."""
    share = paths.h * (1 - paths.incidence_before)
    expected = paths.own.sum(axis=1, keepdims=True) * share / share.sum(axis=1, keepdims=True)
    score: Floats = ((1 - paths.pooled_before)[:, None] ** rho * (paths.own - expected)).sum(axis=0)
    return score[:-1]


def _variance(paths: _Paths, rho: float) -> Floats:
    """Variance of the scores, (g − 1, g − 1): Gray 1988, the sum over groups r of his two integrals.

    a_kr = L h_k (1{k = r} − h_r/Σh); c_kr(t) = ∫ a_kr dF/(1 − F): at each time what is still to come of c counts.
    """
    h, total = paths.h, paths.h.sum(axis=1)
    weight = (1 - paths.pooled_before) ** rho
    a = weight[:, None, None] * h[:, :, None] * (np.eye(h.shape[1]) - (h / total[:, None])[:, None, :])
    c = np.cumsum(a * (paths.pooled_step / (1 - paths.pooled_before))[:, None, None], axis=0)
    to_come, alive, present = c[-1] - c, paths.free > 0, paths.at_risk > 0
    ratio = np.where(alive, (1 - paths.pooled)[:, None] / np.where(alive, paths.free, 1.0), 0.0)
    own = a + (1 - ratio)[:, None, :] * to_come
    own_noise = np.where(present, paths.pooled_step[:, None] / np.where(present, h, 1.0), 0.0) * _ties_own(paths, total)
    other = ratio[:, None, :] * to_come
    other_noise = paths.free_before**2 * paths.other / np.where(present, paths.at_risk, 1.0) ** 2 * _ties_other(paths)
    found: Floats = np.einsum("tir,tjr,tr->ij", own, own, own_noise)
    found += np.einsum("tir,tjr,tr->ij", other, other, np.where(alive, other_noise, 0.0))
    return found[:-1, :-1]


def _before(path: Floats, first: float) -> Floats:
    """The value just before each time of a path that changes at each time."""
    return np.concatenate([np.full_like(path[:1], first), path[:-1]])


def _ties_own(paths: _Paths, total: Floats) -> Floats:
    """Finite-population factor for tied events of the cause, as the R package cmprsk has it."""
    events = paths.own.sum(axis=1)[:, None]
    rest = total[:, None] * paths.free_before - 1
    factor: Floats = np.where((events > 1) & (rest != 0), 1 - (events - 1) / np.where(rest != 0, rest, 1.0), 1.0)
    return factor


def _ties_other(paths: _Paths) -> Floats:
    rest = np.maximum(paths.at_risk - 1, 1.0)
    factor: Floats = np.where(paths.other > 1, 1 - (paths.other - 1) / rest, 1.0)
    return factor


def _statistic(scores: Floats, variance: Floats) -> tuple[float | None, str | None]:
    if np.linalg.matrix_rank(variance, hermitian=True) < scores.size:
        return None, "the variance of the scores is singular: a group has nobody at risk when the cause occurs"
    return float(scores @ np.linalg.solve(variance, scores)), None


def _conventions(cause: int, rho: float, layers: int) -> tuple[str, ...]:
    said = [
        f"Gray's test of the cumulative incidence of cause {cause}, weight (1 − F)^{rho:g}; other events compete.",
        "Censored rows are at risk at their own time; tied events lower the variance as in the R package cmprsk.",
    ]
    if layers > 1:
        said.append(f"Scores and variances are summed over {layers} strata.")
    return tuple(said)
