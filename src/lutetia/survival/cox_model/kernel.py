"""The three passes of one evaluation of the partial likelihood, compiled; the formulas stand in `likelihood`.

Rows lie in the order in which they enter the risk set, going back in time: stratum by stratum, latest event time first.
A *group* is one event time of one stratum with the rows that enter there, its deaths in front; a *piece* is a run of
groups of one stratum; a *task* is a run of pieces, the unit of work of a thread. Covariates lie column by column.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lutetia.survival.cox_model.cross_products import PANEL_ROWS, REORDER, add_cross

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LARGEST_PREDICTOR = 200.0  # exp(200)² is still a number


@njit(nogil=True, cache=True, fastmath=REORDER)
def weigh(  # type: ignore[no-untyped-def]
    pieces, beta, z, weights, offset, group_first, dead_rows, piece_first, risk, entering, dying, piece_sums
) -> float:
    """First pass over pieces (first, end): risk = weight · exp(predictor) of each row, and its sums.

    Fills `risk` (rows), `entering` and `dying` (groups: sums of risk of the rows, of the deaths) and `piece_sums`
    (pieces, p: sums of risk · covariate). Returns the largest absolute predictor.
    """
    largest = 0.0
    for piece in range(pieces[0], pieces[1]):
        first, end = group_first[piece_first[piece]], group_first[piece_first[piece + 1]]
        for low in range(first, end, PANEL_ROWS):
            high = min(low + PANEL_ROWS, end)
            here, weight = risk[low:high], weights[low:high]
            largest = max(largest, _predict(beta, z, offset, here, low, high))
            for i in range(here.size):
                here[i] = weight[i] * np.exp(here[i])
            for j in range(beta.size):
                x, total = z[j][low:high], 0.0
                for i in range(here.size):
                    total += here[i] * x[i]
                piece_sums[piece, j] += total
        for k in range(piece_first[piece], piece_first[piece + 1]):
            split = group_first[k] + dead_rows[k]
            dying[k] = _sum(risk[group_first[k] : split])
            entering[k] = dying[k] + _sum(risk[split : group_first[k + 1]])
    return largest


@njit(nogil=True, cache=True, fastmath=REORDER)
def _predict(beta, z, offset, predictor, low, high) -> float:  # type: ignore[no-untyped-def]
    """Fill the predictors of the rows low..high; returns the largest in size."""
    if offset.size:
        predictor[:] = offset[low:high]
    else:
        predictor[:] = 0.0
    for j in range(beta.size):
        slope, x = beta[j], z[j][low:high]
        if slope != 0.0:
            for i in range(predictor.size):
                predictor[i] += slope * x[i]
    largest = 0.0
    for i in range(predictor.size):
        largest = max(largest, abs(predictor[i]))
    return largest


@njit(nogil=True, cache=True, fastmath=REORDER)
def _sum(values) -> float:  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(values.size):
        total += values[i]
    return total


@njit(nogil=True, cache=True, fastmath=REORDER)
def _dot(x, y) -> float:  # type: ignore[no-untyped-def]
    total = 0.0
    for i in range(x.size):
        total += x[i] * y[i]
    return total


@njit(nogil=True, cache=True, fastmath=REORDER)
def sum_deaths(z, weights, offset, group_first, dead_rows, dead_sum) -> float:  # type: ignore[no-untyped-def]
    """Add the weighted covariates of all deaths to `dead_sum` (p,); returns the sum of their weighted offsets."""
    dead_offset = 0.0
    for k in range(dead_rows.size):
        low, high = group_first[k], group_first[k] + dead_rows[k]
        weight = weights[low:high]
        for j in range(dead_sum.size):
            dead_sum[j] += _dot(weight, z[j][low:high])
        if offset.size:
            dead_offset += _dot(weight, offset[low:high])
    return dead_offset


@njit(nogil=True, cache=True, fastmath=False)
def sweep(  # type: ignore[no-untyped-def]
    efron, at_risk, dying, deaths, dead_weight, stratum_first, a, b, c0, c1, c2, later
) -> float:
    """Second pass over groups: the coefficients of `likelihood` and the log-likelihood without its linear part.

    `deaths` counts the deaths of a group, `dead_weight` sums their weights. Fills a, b, c0, c1, c2 (groups) and
    `later` (groups + 1, 2): see `sum_earlier_times`.
    """
    value = 0.0
    for k in range(a.size):
        a[k] = b[k] = c0[k] = c1[k] = c2[k] = 0.0
        if deaths[k] == 0:
            continue
        inverse = 1.0 / at_risk[k]
        if deaths[k] == 1 or not efron:
            a[k] = dead_weight[k] * inverse
            c0[k] = a[k] * inverse
            value -= dead_weight[k] * np.log(at_risk[k])
            continue
        mean, share, logs, product = dead_weight[k] / deaths[k], dying[k] * inverse, 0.0, 1.0
        for nth in range(deaths[k]):
            part = nth / deaths[k]
            rest = 1.0 - part * share
            hazard = inverse / rest
            a[k] += hazard
            b[k] += part * hazard
            c0[k] += hazard * hazard
            c1[k] += part * hazard * hazard
            c2[k] += part * part * hazard * hazard
            product *= rest
            if product < 1e-250:
                logs, product = logs + np.log(product), 1.0
        value -= mean * (deaths[k] * np.log(at_risk[k]) + logs + np.log(product))
        a[k] *= mean
        b[k] *= mean
        c0[k] *= mean
        c1[k] *= mean
        c2[k] *= mean
    sum_earlier_times(a, stratum_first, later)
    return value


@njit(nogil=True, cache=True, fastmath=False)
def sum_earlier_times(values, stratum_first, sums) -> None:  # type: ignore[no-untyped-def]
    """Fill sums (groups + 1, 2): `values` (groups) of the group and the earlier times of its stratum, and remainder.

    A row at risk from group k to before group l has the sum sums[k] − sums[l]; the remainders keep it exact where the
    earlier times hold far larger values. The last place is 0: nobody left.
    """
    sums[values.size, 0] = sums[values.size, 1] = 0.0
    for stratum in range(stratum_first.size - 1):
        total = rest = 0.0
        for k in range(stratum_first[stratum + 1] - 1, stratum_first[stratum] - 1, -1):
            total, rest = add(total, rest, values[k])
            sums[k, 0], sums[k, 1] = total, rest


@njit(nogil=True, cache=True, fastmath=REORDER)
def curve(  # type: ignore[no-untyped-def]
    task,
    z,
    risk,
    leave,
    leaving,
    leaving_first,
    group_first,
    dead_rows,
    deaths,
    piece_first,
    carry,
    a,
    b,
    c0,
    c1,
    c2,
    later,
    gradient,
    information,
) -> None:
    """Third pass over pieces task = (first, end): adds −X'v to the gradient, X'diag(v)X − U'U to the information.

    `carry` (pieces, p, 2) holds the sums of risk · covariate at risk where each piece begins, as value and remainder.
    Only the lower triangle of `information` (p, p) is filled.
    """
    first, end = group_first[piece_first[task[0]]], group_first[piece_first[task[1]]]
    exact = leave.size > 0
    widest = 0
    for piece in range(task[0], task[1]):
        widest = max(widest, piece_first[piece + 1] - piece_first[piece])
    u = np.empty((z.shape[0], min(1024, 2 * (piece_first[task[1]] - piece_first[task[0]])) + 2 * widest))
    minus = np.full(u.shape[1], -1.0)
    filled = 0
    for piece in range(task[0], task[1]):
        low, high = piece_first[piece], piece_first[piece + 1]
        if filled + 2 * (high - low) > u.shape[1]:
            add_cross(u, minus, 0, filled, information)
            filled = 0
        was = filled
        for j in range(z.shape[0]):
            if exact:
                filled = _run_with_leaving(
                    u[j], was, z[j], risk, leaving, leaving_first, group_first, dead_rows, deaths, low, high,
                    carry[piece, j], c0, c1, c2,
                )  # fmt: skip
            else:
                filled = _run(
                    u[j], was, z[j], risk, group_first, dead_rows, deaths, low, high, carry[piece, j], c0, c1, c2
                )
    add_cross(u, minus, 0, filled, information)
    v = np.empty(PANEL_ROWS)
    k = piece_first[task[0]]
    for low in range(first, end, PANEL_ROWS):
        high = min(low + PANEL_ROWS, end)
        k = _weigh_by_hazard(v, low, high, k, risk, leave, group_first, dead_rows, b, later)
        here = v[: high - low]
        for j in range(z.shape[0]):
            gradient[j] -= _dot(here, z[j][low:high])
        add_cross(z, here, low, high, information)


@njit(nogil=True, cache=True, fastmath=False)
def _weigh_by_hazard(v, low, high, k, risk, leave, group_first, dead_rows, b, later):  # type: ignore[no-untyped-def]
    """Fill v with risk · hazard of the rows low..high, k being the group of the first; returns that of the last."""
    for i in range(low, high):
        while i >= group_first[k + 1]:
            k += 1
        hazard = later[k, 0] + later[k, 1]
        if leave.size:
            hazard = (later[k, 0] - later[leave[i], 0]) + (later[k, 1] - later[leave[i], 1])
        if i < group_first[k] + dead_rows[k]:
            hazard -= b[k]
        v[i - low] = risk[i] * hazard
    return k


@njit(nogil=True, cache=True, fastmath=REORDER)
def _run(  # type: ignore[no-untyped-def]
    u, at, x, risk, group_first, dead_rows, deaths, low, high, carry, c0, c1, c2
):
    """Write the columns of U that the groups low..high give for one covariate; returns the place after the last."""
    running = carry[0]
    for k in range(low, high):
        first, split, end = group_first[k], group_first[k] + dead_rows[k], group_first[k + 1]
        dead = _dot(risk[first:split], x[first:split])
        running += dead + _dot(risk[split:end], x[split:end])
        at = _write(u, at, running, dead, deaths[k], c0[k], c1[k], c2[k])
    return at


@njit(nogil=True, cache=True, fastmath=False)
def _run_with_leaving(  # type: ignore[no-untyped-def]
    u, at, x, risk, leaving, leaving_first, group_first, dead_rows, deaths, low, high, carry, c0, c1, c2
):
    """As `_run`, with rows that leave the risk set; sums carry their rounding remainder, so that what left has left."""
    running, rest = carry[0], carry[1]
    for k in range(low, high):
        dead = 0.0
        for i in range(group_first[k], group_first[k + 1]):
            term = risk[i] * x[i]
            if i < group_first[k] + dead_rows[k]:
                dead += term
            running, rest = add(running, rest, term)
        for place in range(leaving_first[k], leaving_first[k + 1]):
            i = leaving[place]
            running, rest = add(running, rest, -(risk[i] * x[i]))
        at = _write(u, at, running + rest, dead, deaths[k], c0[k], c1[k], c2[k])
    return at


@njit(nogil=True, cache=True, fastmath=False)
def _write(u, at, running, dead, deaths, c0, c1, c2):  # type: ignore[no-untyped-def]
    if deaths == 0:
        return at
    if c2 == 0.0:
        u[at] = np.sqrt(c0) * running
        return at + 1
    u[at] = np.sqrt(c0) * (running - c1 / c0 * dead)
    u[at + 1] = np.sqrt(max(c2 - c1 * c1 / c0, 0.0)) * dead
    return at + 2


@njit(nogil=True, cache=True, fastmath=False)
def add(value, rest, term):  # type: ignore[no-untyped-def]
    """(value, rest) + term without loss: the rounding remainder goes to `rest` (Knuth's two-sum)."""
    total = value + term
    back = total - value
    return total, rest + ((value - (total - back)) + (term - back))
