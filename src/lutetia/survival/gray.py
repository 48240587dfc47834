"""Gray's test: do groups differ in the cumulative incidence of one cause?

Gray 1988, Annals of Statistics 16:1141-1154, doi 10.1214/aos/1176350951. With h_k = Y_k/S_k(t−), R_k = h_k (1 − F_k(t−))
and the pooled incidence dF = dN/Σ h under the hypothesis that all groups share it, the score of group k compares the
events with their share R_k/ΣR; its variance adds, over groups r, the noise of the events of the cause and of the others.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import chi2

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp
from lutetia.survival.levels import Levels, levels
from lutetia.survival.ties import distinct, position

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


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
    _refuse_unsuited(f, groups, layers, cause)
    kept = (groups.codes >= 0) & (layers.codes >= 0)
    left_out = [*f.left_out, *_missing(groups.codes, "group"), *_missing(np.where(groups.codes < 0, 0, layers.codes), "strata")]
    event = np.where(f.event == cause, 1, np.where(f.event > 0, 2, 0))
    grid = distinct(f.stop)
    at = position(grid, f.stop)
    count = len(groups.labels)
    scores, variance = np.zeros(count - 1), np.zeros((count - 1, count - 1))
    for layer in range(len(layers.labels)):
        rows = kept & (layers.codes == layer)
        if rows.any():
            score, spread = _score(at[rows], event[rows], groups.codes[rows], grid.size, count, rho)
            scores, variance = scores + score, variance + spread
    statistic, why = _statistic(scores, variance)
    return GrayTest(
        chi2=statistic,
        degrees_of_freedom=count - 1,
        p=None if statistic is None else float(chi2.sf(statistic, count - 1)),
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


def _refuse_unsuited(f: FollowUp, groups: Levels, layers: Levels, cause: int) -> None:
    faults = []
    for place, found in (("group", groups), ("strata", layers)):
        if found.codes.size != f.n:
            faults.append(Fault(place=place, must=f"must have one label per row ({f.n})", got=str(found.codes.size)))
    if len(groups.labels) < 2:
        faults.append(Fault(place="group", must="must hold at least two groups", got=str(len(groups.labels))))
    if not (f.event == cause).any():
        faults.append(Fault(place="cause", must="must have events", got=f"none of cause {cause}"))
    if f.start is not None:
        faults.append(Fault(place="start", must="must be absent: the test is written for a common time zero"))
    if f.weights is not None:
        faults.append(Fault(place="weights", must="must be absent: the variance is written for unweighted rows"))
    if f.cluster is not None and np.unique(f.cluster).size < f.n:
        faults.append(Fault(place="cluster", must="must have one row each: the variance takes rows as independent"))
    if faults:
        raise InputError("Gray's test", faults)


def _score(at: Codes, event: Codes, code: Codes, times: int, groups: int, rho: float) -> tuple[Floats, Floats]:
    """Scores (g − 1,) and their variance in one stratum."""
    cell, size = at * groups + code, times * groups
    own, other = (np.bincount(cell[event == e], minlength=size).reshape(times, groups) for e in (1, 2))
    leaving = np.bincount(cell, minlength=size).reshape(times, groups)
    risk = leaving[::-1].cumsum(axis=0)[::-1]
    used = own.sum(axis=1) + other.sum(axis=1) > 0
    own, other, risk = own[used], other[used], risk[used]
    at_risk = np.where(risk > 0, risk, 1)
    free = np.cumprod(np.where(risk > 0, (risk - own - other) / at_risk, 1.0), axis=0)  # S_k(t)
    free_before = _before(free, 1.0)
    incidence_before = _before(np.cumsum(free_before * own / at_risk, axis=0), 0.0)  # F_k(t−)
    h = np.where(risk > 0, risk / np.where(risk > 0, free_before, 1.0), 0.0)
    total = h.sum(axis=1)
    pooled_step = own.sum(axis=1) / total
    pooled = np.cumsum(pooled_step)
    weight = (1 - _before(pooled, 0.0)) ** rho
    share = h * (1 - incidence_before)
    share = share / share.sum(axis=1, keepdims=True)
    score = (weight[:, None] * (own - own.sum(axis=1, keepdims=True) * share)).sum(axis=0)
    # a_ik = L h_i (1{i = k} − h_k/Σh);  c_ik(t) = ∫ a_ik dF/(1 − F);  what is still to come counts at each time.
    a = weight[:, None, None] * (h[:, :, None] * np.eye(groups) - h[:, :, None] * (h / total[:, None])[:, None, :])
    c = np.cumsum(a * (pooled_step / (1 - _before(pooled, 0.0)))[:, None, None], axis=0)
    to_come = c[-1] - c
    ratio = np.where(free > 0, (1 - pooled)[:, None] / np.where(free > 0, free, 1.0), 0.0)
    of_cause = a + (1 - ratio)[:, None, :] * to_come
    noise = np.where(risk > 0, pooled_step[:, None] / np.where(risk > 0, h, 1.0), 0.0) * _ties_own(own, total, free_before)
    others = -ratio[:, None, :] * to_come
    noise_others = np.where(free > 0, free_before**2 * other / at_risk**2, 0.0) * _ties_other(other, risk)
    variance = np.einsum("tik,tjk,tk->ij", of_cause, of_cause, noise)
    variance += np.einsum("tik,tjk,tk->ij", others, others, noise_others)
    return score[:-1], variance[:-1, :-1]


def _before(path: Floats, first: float) -> Floats:
    """The value just before each time of a path that changes at each time."""
    return np.concatenate([np.full_like(path[:1], first), path[:-1]])


def _ties_own(own: Codes, total: Floats, free_before: Floats) -> Floats:
    """Finite-population factor for tied events of the cause, as the R package cmprsk has it."""
    events = own.sum(axis=1)[:, None]
    rest = total[:, None] * free_before - 1
    factor: Floats = np.where((events > 1) & (rest != 0), 1 - (events - 1) / np.where(rest != 0, rest, 1.0), 1.0)
    return factor


def _ties_other(other: Codes, risk: Codes) -> Floats:
    factor: Floats = np.where(other > 1, 1 - (other - 1) / np.maximum(risk - 1, 1), 1.0)
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
