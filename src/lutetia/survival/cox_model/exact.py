"""Exact ties: the partial likelihood that averages over all orders of tied deaths in discrete time.

At an event time with d deaths among those at risk the term is  Π deaths r / e_d(r),  where e_d is the elementary
symmetric polynomial of degree d of r = exp(x'β + offset) over those at risk: the sum over all ways in which d of them
could have died. It and its derivatives follow by the recursion of Gail, Lubin and Rubinstein (1981, Biometrika 68:703)
over the rows: e_m ← e_m + r e_{m−1}. r is scaled so that e_0 … e_d stay near one another.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.survival.cox_model.arrangement import Arrangement
from lutetia.survival.cox_model.likelihood import Evaluation, PartialLikelihood

Floats = NDArray[np.float64]

MOST_TIED_DEATHS = 1500


class ExactLikelihood:
    """Callable: standardised coefficients → Evaluation of the exact partial likelihood (weights are not used).

    Event times with one death are left to the usual passes, which are the same there.
    """

    def __init__(self, arranged: Arrangement, *, threads: int = 1) -> None:
        self.arranged = arranged
        single = np.where(arranged.dead_rows == 1, 1, 0)
        self.untied = PartialLikelihood(replace(arranged, deaths=single), efron=False, threads=threads)

    def __call__(self, beta: Floats) -> Evaluation:
        """Value, gradient and information at `beta` (p,); value −inf where a predictor leaves ± 200."""
        arranged = self.arranged
        value, gradient, information, _ = self.untied(beta)
        if not np.isfinite(value):
            return Evaluation(value, gradient, information)
        predictor = beta @ arranged.z
        if arranged.offset.size:
            predictor = predictor + arranged.offset
        value += _sum_tied_groups(
            arranged.z, predictor, arranged.leave, arranged.group_first, arranged.dead_rows, arranged.stratum_first,
            gradient, information,
        )  # fmt: skip
        return Evaluation(value, gradient, information)


@njit(nogil=True, cache=True)
def _sum_tied_groups(  # type: ignore[no-untyped-def]
    z, predictor, leave, group_first, dead_rows, stratum_first, gradient, information
) -> float:
    """Minus the sum of log e_d over the groups with two deaths or more; subtracts and adds their derivatives."""
    p, value = z.shape[0], 0.0
    at_risk = np.empty(predictor.size, dtype=np.int64)
    for s in range(stratum_first.size - 1):
        begin = group_first[stratum_first[s]]
        for k in range(stratum_first[s], stratum_first[s + 1]):
            if dead_rows[k] < 2:
                continue
            count = 0
            for i in range(begin, group_first[k + 1]):
                if leave.size == 0 or leave[i] > k:
                    at_risk[count] = i
                    count += 1
            value -= _add_group(z, predictor, at_risk[:count], dead_rows[k], p, gradient, information)
    return value


@njit(nogil=True, cache=True)
def _add_group(z, predictor, rows, d, p, gradient, information):  # type: ignore[no-untyped-def]
    """log e_d over the rows; its first derivative is taken from the gradient, its second goes to the information."""
    highest = -np.inf
    for i in rows:
        highest = max(highest, predictor[i])
    total = 0.0
    for i in rows:
        total += np.exp(predictor[i] - highest)
    shift = highest + np.log(total / d) + 1.0  # r = exp(predictor − shift): e_m ~ (d / e)^m / m!
    e0, e1, e2 = np.zeros(d + 1), np.zeros((d + 1, p)), np.zeros((d + 1, p, p))
    e0[0] = 1.0
    for count in range(rows.size):
        i = rows[count]
        r = np.exp(predictor[i] - shift)
        for m in range(min(d, count + 1), max(0, d - (rows.size - count)), -1):
            for j in range(p):
                for k in range(j + 1):
                    e2[m, j, k] += r * (
                        e2[m - 1, j, k]
                        + z[j, i] * e1[m - 1, k]
                        + z[k, i] * e1[m - 1, j]
                        + z[j, i] * z[k, i] * e0[m - 1]
                    )
            for j in range(p):
                e1[m, j] += r * (e1[m - 1, j] + z[j, i] * e0[m - 1])
            e0[m] += r * e0[m - 1]
    for j in range(p):
        gradient[j] -= e1[d, j] / e0[d]
        for k in range(j + 1):
            second = e2[d, j, k] / e0[d] - e1[d, j] * e1[d, k] / (e0[d] * e0[d])
            information[j, k] += second
            if k < j:
                information[k, j] += second
    return np.log(e0[d]) + d * shift
