"""Sums of values by group: what numpy's bincount gives, as float64 and also for several columns."""

from __future__ import annotations

import numpy as np

from lutetia.survival.ties import Codes, Floats


def grouped_sums(group: Codes, values: Floats, count: int) -> Floats:
    """Σ of `values` (n,) or (n, p) over the rows of each group 0 … count − 1: (count,) or (count, p)."""
    if values.ndim == 1:
        return np.bincount(group, values, count).astype(np.float64, copy=False)
    found = np.empty((count, values.shape[1]))
    for j in range(values.shape[1]):
        found[:, j] = np.bincount(group, values[:, j], count)
    return found
