"""The gradient of Firth's penalty: traces of the inverse information with the third cumulants at each event time.

With Q the inverse information and μ, M the mean of x and of x x' over those at risk (weights w r, deaths counted with
1 − f as in `likelihood`), d/dβ log det I = Σ_k m Σ_f E[(x − μ) (x − μ)'Q(x − μ)]
                                         = Σ_k m Σ_f ( E[x q] − μ E[q] − 2 M Q μ + 2 μ μ'Qμ ),   q = x'Qx.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True)
def add_third_cumulants(  # type: ignore[no-untyped-def]
    efron, z, q, risk, leaving, leaving_first, group_first, dead_rows, deaths, dead_weight, stratum_first, traces
) -> None:
    """Add the sum above to `traces` (p,)."""
    p = z.shape[0]
    running, dying = np.empty((p + 2, p + 1)), np.empty((p + 2, p + 1))
    for s in range(stratum_first.size - 1):
        running[:] = 0.0
        for k in range(stratum_first[s], stratum_first[s + 1]):
            dying[:] = 0.0
            for i in range(group_first[k], group_first[k + 1]):
                _add_row(running, z, q, i, risk[i])
                if i < group_first[k] + dead_rows[k]:
                    _add_row(dying, z, q, i, risk[i])
            for place in range(leaving_first[k], leaving_first[k + 1]):
                _add_row(running, z, q, leaving[place], -risk[leaving[place]])
            parts = deaths[k] if efron else min(deaths[k], 1)
            for nth in range(parts):
                _add_part(running - nth / deaths[k] * dying, q, dead_weight[k] / parts, traces)


@njit(nogil=True, cache=True)
def _add_row(sums, z, q, i, weight) -> None:  # type: ignore[no-untyped-def]
    """Rows of `sums`: r x x' (p, p) with r q x in the last column; then r x with r q; then r."""
    p = z.shape[0]
    form = 0.0
    for j in range(p):
        for k in range(p):
            form += z[j, i] * q[j, k] * z[k, i]
    for j in range(p):
        for k in range(p):
            sums[j, k] += weight * z[j, i] * z[k, i]
        sums[j, p] += weight * form * z[j, i]
        sums[p, j] += weight * z[j, i]
    sums[p, p] += weight * form
    sums[p + 1, 0] += weight


@njit(nogil=True, cache=True)
def _add_part(sums, q, weight, traces) -> None:  # type: ignore[no-untyped-def]
    p = traces.size
    total = sums[p + 1, 0]
    mean = sums[p, :p] / total
    turned = q @ mean
    middle = 0.0
    for j in range(p):
        middle += mean[j] * turned[j]
    for j in range(p):
        second = 0.0
        for k in range(p):
            second += sums[j, k] / total * turned[k]
        traces[j] += weight * (
            sums[j, p] / total - mean[j] * sums[p, p] / total - 2.0 * second + 2.0 * mean[j] * middle
        )
