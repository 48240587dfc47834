"""The log partial likelihood of Cox with its first and second derivatives, ties as Efron or Breslow handle them.

In one stratum, at event time k with d deaths of weights w, let S0, S1, S2 be the sums of w r, w r x, w r x x' over
those at risk (r = exp(x'β + offset)), E0, E1, E2 the same over the deaths, W their weight and m = W / d. With the parts
f = 0, 1/d, …, (d − 1)/d and φ = S0 − f E0 (Efron; Breslow: f = 0 in every part), the log-likelihood is

    Σ deaths w (x'β + offset) − Σ_k m Σ_f log φ

and with a = m Σ 1/φ, b = m Σ f/φ, c0 = m Σ 1/φ², c1 = m Σ f/φ², c2 = m Σ f²/φ²

    gradient    = Σ deaths w x − Σ_k (a S1 − b E1)
    information = Σ_k (a S2 − b E2) − Σ_k (c0 S1 S1' − c1 (S1 E1' + E1 S1') + c2 E1 E1').

Because S2 adds over rows, Σ_k (a S2 − b E2) = X' diag(v) X with v_i = w_i r_i (Σ of a over the event times at which i
is at risk − b of the time of i's own death), and Σ_k (a S1 − b E1) = X'v: no p × p matrix is formed per event time. The
rest is U'U with one column √c0 (S1 − c1/c0 E1) per event time and a second √(c2 − c1²/c0) E1 where deaths are tied.
Sources: Efron 1977, JASA 72:557; Breslow 1974, Biometrics 30:89; weights as in Therneau and Grambsch 2000, section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.survival.cox_model.arrangement import Arrangement
from lutetia.survival.cox_model.kernel import LARGEST_PREDICTOR, add, curve, sum_deaths, sweep, weigh
from lutetia.survival.cox_model.workers import for_each

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


class Evaluation(NamedTuple):
    """The log-likelihood at a point, its gradient (p,) and its information matrix (p, p).

    `curvature` is the negative second derivative where that is another matrix (Firth's penalty).
    """

    value: float
    gradient: Floats
    information: Floats
    curvature: Floats | None = None


class Evaluate(Protocol):
    """Anything that gives the three at a point of standardised coefficients; value −inf where it cannot."""

    def __call__(self, beta: Floats, /) -> Evaluation: ...


@dataclass(slots=True, kw_only=True, eq=False)
class Sums:
    """What the passes leave behind for each row (`risk`) and group; arrays are overwritten by the next evaluation."""

    risk: Floats
    at_risk: Floats
    dying: Floats
    a: Floats
    b: Floats
    c0: Floats
    c1: Floats
    c2: Floats
    later: Floats


class PartialLikelihood:
    """Callable: standardised coefficients → Evaluation, over the threads given. Keeps its work arrays."""

    def __init__(self, arranged: Arrangement, *, efron: bool, threads: int = 1) -> None:
        self.arranged, self.efron, self.threads = arranged, efron, threads
        groups = arranged.group_time.size
        self.sums = Sums(
            risk=np.empty(arranged.order.size),
            at_risk=np.empty(groups),
            later=np.empty((groups + 1, 2)),
            **{name: np.empty(groups) for name in ("dying", "a", "b", "c0", "c1", "c2")},
        )
        self.dead_sum = np.zeros(arranged.p)
        self.dead_offset = sum_deaths(
            arranged.z, arranged.weights, arranged.offset, arranged.group_first, arranged.dead_rows, self.dead_sum
        )

    def __call__(self, beta: Floats) -> Evaluation:
        """Value, gradient and information at `beta` (p,); value −inf where a predictor leaves ± 200."""
        p = beta.size
        linear = float(self.dead_sum @ beta) + self.dead_offset
        piece_sums = np.zeros((self.arranged.piece_first.size - 1, p))
        if not self.weigh_rows(beta, piece_sums):
            return Evaluation(-np.inf, np.full(p, np.nan), np.full((p, p), np.nan))
        value = linear + self.sweep_groups()
        gradient, information = self._curve(_carried(self.arranged, self.sums.risk, piece_sums))
        return Evaluation(value, self.dead_sum + gradient, information)

    def weigh_rows(self, beta: Floats, piece_sums: Floats) -> bool:
        """First pass: fills `sums.risk`, `sums.at_risk`, `sums.dying`; False where a predictor is out of range."""
        arranged, sums = self.arranged, self.sums
        tasks = _ranges(arranged.task_first)
        largest = np.zeros(len(tasks))
        entering = np.empty(sums.at_risk.size)

        def weigh_task(nth: int) -> None:
            largest[nth] = weigh(
                tasks[nth], beta, arranged.z, arranged.weights, arranged.offset, arranged.group_first,
                arranged.dead_rows, arranged.piece_first, sums.risk, entering, sums.dying, piece_sums,
            )  # fmt: skip

        for_each(weigh_task, range(len(tasks)), self.threads)
        if not largest.max() <= LARGEST_PREDICTOR:
            return False
        accumulate(
            entering, sums.risk, arranged.leaving, arranged.leaving_first, arranged.group_first,
            arranged.stratum_first, sums.at_risk,
        )  # fmt: skip
        return bool((sums.at_risk > 0.0).all())

    def sweep_groups(self) -> float:
        """Second pass: fills the coefficients of every group; returns the log-likelihood without its linear part."""
        arranged, sums = self.arranged, self.sums
        return float(
            sweep(
                self.efron, sums.at_risk, sums.dying, arranged.deaths, arranged.dead_weight, arranged.stratum_first,
                sums.a, sums.b, sums.c0, sums.c1, sums.c2, sums.later,
            )
        )  # fmt: skip

    def _curve(self, carry: Floats) -> tuple[Floats, Floats]:
        arranged, sums, p = self.arranged, self.sums, self.arranged.p
        tasks = _ranges(arranged.task_first)
        gradients, informations = np.zeros((len(tasks), p)), np.zeros((len(tasks), p, p))

        def curve_task(nth: int) -> None:
            curve(
                tasks[nth], arranged.z, sums.risk, arranged.leave, arranged.leaving, arranged.leaving_first,
                arranged.group_first, arranged.dead_rows, arranged.deaths, arranged.piece_first, carry,
                sums.a, sums.b, sums.c0, sums.c1, sums.c2, sums.later, gradients[nth], informations[nth],
            )  # fmt: skip

        for_each(curve_task, range(len(tasks)), self.threads)
        lower = np.tril(informations.sum(axis=0))
        return gradients.sum(axis=0), lower + np.tril(lower, -1).T


def _ranges(first: Codes) -> list[tuple[int, int]]:
    return [(int(low), int(high)) for low, high in pairwise(first)]


@njit(nogil=True, cache=True, fastmath=False)
def accumulate(  # type: ignore[no-untyped-def]
    entering, values, leaving, leaving_first, group_first, stratum_first, totals
) -> None:
    """Totals over those at risk in each group; with delayed entry values (m,) are added one by one, without loss."""
    for s in range(stratum_first.size - 1):
        running = rest = 0.0
        for k in range(stratum_first[s], stratum_first[s + 1]):
            if leaving.size == 0:
                running += entering[k]
            else:
                for i in range(group_first[k], group_first[k + 1]):
                    running, rest = add(running, rest, values[i])
                for place in range(leaving_first[k], leaving_first[k + 1]):
                    running, rest = add(running, rest, -values[leaving[place]])
            totals[k] = running + rest


def _carried(arranged: Arrangement, risk: Floats, piece_sums: Floats) -> Floats:
    """Sums of risk · covariate at risk where each piece begins: (pieces, p, 2), value and rounding remainder."""
    carry = np.zeros((*piece_sums.shape, 2))
    opens = np.isin(arranged.piece_first[:-1], arranged.stratum_first)
    if arranged.leave.size:
        carry_pieces_with_leaving(
            arranged.z, risk, arranged.leaving, arranged.leaving_first, arranged.group_first, arranged.piece_first,
            opens, carry,
        )  # fmt: skip
    else:
        carry_pieces(piece_sums, opens, carry)
    return carry


@njit(nogil=True, cache=True)
def carry_pieces(piece_sums, opens, carry) -> None:  # type: ignore[no-untyped-def]
    """Fill carry (pieces, p, 2) from the sums over each piece; `opens` marks the pieces that begin a stratum."""
    for piece in range(1, piece_sums.shape[0]):
        if not opens[piece]:
            for j in range(piece_sums.shape[1]):
                carry[piece, j, 0] = carry[piece - 1, j, 0] + piece_sums[piece - 1, j]


@njit(nogil=True, cache=True, fastmath=False)
def carry_pieces_with_leaving(  # type: ignore[no-untyped-def]
    z, risk, leaving, leaving_first, group_first, piece_first, opens, carry
) -> None:
    """The same with rows that leave, from the rows themselves, without loss."""
    for j in range(z.shape[0]):
        running = rest = 0.0
        for piece in range(piece_first.size - 1):
            if opens[piece]:
                running = rest = 0.0
            carry[piece, j, 0], carry[piece, j, 1] = running, rest
            for i in range(group_first[piece_first[piece]], group_first[piece_first[piece + 1]]):
                running, rest = add(running, rest, risk[i] * z[j, i])
            for place in range(leaving_first[piece_first[piece]], leaving_first[piece_first[piece + 1]]):
                i = leaving[place]
                running, rest = add(running, rest, -(risk[i] * z[j, i]))
