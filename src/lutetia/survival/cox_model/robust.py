"""Cluster-robust variance: sums of dfbeta within clusters (Lin and Wei 1989, JASA 84:1074), as coxph(cluster=) in R."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def dfbeta(score: Floats, weights: Floats | None, covariance: Floats) -> Floats:
    """Approximate change of each coefficient when a row is left out, with the sign turned: (n, p), weighted."""
    weighted = score if weights is None else score * weights[:, None]
    return np.asarray(weighted @ covariance)


def sandwich(influence: Floats, cluster: NDArray[np.int64] | None) -> Floats:
    """Sum over clusters (each row its own when None) of the outer product of their summed influence (p, p)."""
    if cluster is not None:
        _, cluster = np.unique(cluster, return_inverse=True)
        influence = np.column_stack([np.bincount(cluster, weights=column) for column in influence.T])
    return np.asarray(influence.T @ influence)
