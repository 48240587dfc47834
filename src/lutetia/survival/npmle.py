"""Maximum-likelihood masses on ordered cells when each row only knows the first and last cell its event may lie in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from lutetia.survival.ties import Codes, Floats

TARGET_GAP = 1e-9
MOST_STEPS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Masses (cells,) that sum to 1; `gap` is how far the largest gradient exceeds 1."""

    mass: Floats
    log_likelihood: float
    gap: float
    iterations: int
    converged: bool


def fit_masses(first: Codes, last: Codes, weights: Floats, cells: int) -> Fit:
    """Maximise Σ w log(mass of cells first..last); each step costs O(rows + cells).

    An EM step, then a step of the iterative convex minorant (isotonic regression on the cumulated masses, halved until
    the likelihood rises). At the maximum the mean of 1 / P over the rows that cover a cell is at most 1 for each cell;
    the log-likelihood is within Σ w · gap of its maximum.
    """
    first, last, weights = _distinct_rows(first, last, weights, cells)
    total = float(weights.sum())
    mass = np.full(cells, 1 / cells)
    gap, steps = np.inf, 0
    while steps < MOST_STEPS:
        steps += 1
        gradient = _gradient(mass, first, last, weights) / total
        gap = float(gradient.max()) - 1
        if gap <= TARGET_GAP:
            break
        mass = mass * gradient
        mass = _convex_minorant_step(mass / mass.sum(), first, last, weights)
    likelihood = _log_likelihood(np.append(0.0, np.cumsum(mass)), first, last, weights)
    return Fit(
        mass=mass, log_likelihood=likelihood, gap=max(gap, 0.0), iterations=steps, converged=bool(gap <= TARGET_GAP)
    )


def _distinct_rows(first: Codes, last: Codes, weights: Floats, cells: int) -> tuple[Codes, Codes, Floats]:
    """Rows that cover the same cells as one row with the sum of their weights."""
    found, inverse = np.unique(first * cells + last, return_inverse=True)
    return found // cells, found % cells, np.bincount(inverse, weights=weights).astype(np.float64)


def _gradient(mass: Floats, first: Codes, last: Codes, weights: Floats) -> Floats:
    """Σ w / P over the rows that cover each cell."""
    below = np.append(0.0, np.cumsum(mass))
    share = weights / (below[last + 1] - below[first])
    cells = mass.size
    opened = np.bincount(first, weights=share, minlength=cells + 1)
    closed = np.bincount(last + 1, weights=share, minlength=cells + 1)
    return np.asarray(np.cumsum(opened - closed)[:-1], dtype=np.float64)


def _log_likelihood(below: Floats, first: Codes, last: Codes, weights: Floats) -> float:
    covered = below[last + 1] - below[first]
    return float(weights @ np.log(covered)) if (covered > 0).all() else -np.inf


def _convex_minorant_step(mass: Floats, first: Codes, last: Codes, weights: Floats) -> Floats:
    """Newton with the diagonal of the Hessian on the cumulated masses, kept in order by isotonic regression."""
    if mass.size == 1:
        return mass
    below = np.append(0.0, np.cumsum(mass))
    below[-1] = 1.0
    share = weights / (below[last + 1] - below[first])
    curve = share**2 / weights
    size = below.size
    slope = np.bincount(last + 1, weights=share, minlength=size) - np.bincount(first, weights=share, minlength=size)
    bend = np.bincount(last + 1, weights=curve, minlength=size) + np.bincount(first, weights=curve, minlength=size)
    inner = slice(1, -1)
    target = below.copy()
    wanted = below[inner] + slope[inner] / bend[inner]
    target[inner] = np.clip(isotonic_regression(wanted, weights=bend[inner]).x, 0.0, 1.0)
    before = _log_likelihood(below, first, last, weights)
    for halving in range(12):
        tried = below + (target - below) * 0.5**halving
        if _log_likelihood(tried, first, last, weights) > before:
            return np.asarray(np.maximum(np.diff(tried), 0.0), dtype=np.float64)
    return mass
