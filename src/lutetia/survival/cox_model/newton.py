"""Newton's method with step halving for a concave log-likelihood, in standardised coefficients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.survival.cox_model.likelihood import Evaluate, Evaluation

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# The last step is taken without a new evaluation: below this length the error it leaves is of the order of its square.
SHORT_STEP = 1e-9
MOST_HALVINGS = 40
ROUNDING = 1e-12
LONG_STEP = 0.1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Maximum:
    """Where the iteration ended: `at_start` is the evaluation at the first point, `evaluation` the one at `beta`."""

    beta: Floats
    evaluation: Evaluation
    at_start: Evaluation
    iterations: int
    converged: bool
    why: str | None = None


def maximise(
    evaluate: Evaluate,
    start: Floats,
    *,
    free: Mask | None = None,
    first: Evaluation | None = None,
    max_iterations: int = 50,
    watch: Callable[[Floats], str | None] | None = None,
) -> Maximum:
    """The maximum from `start`, moving the coefficients in `free` (all when None) and keeping the others.

    `first` is the evaluation at the start if it is known already.
    Converged when no coefficient moves by more than 1e-9 per standard deviation of its covariate; that step is taken.
    `watch` sees each long step after the third and may stop the search with a reason. `why` says why it failed.
    """
    moving = np.ones(start.size, dtype=bool) if free is None else free
    beta = start.copy()
    here = first = evaluate(beta) if first is None else first
    if not np.isfinite(here.value):
        return _failed(beta, here, first, 0, "the likelihood cannot be computed at the start: covariates too far apart")
    for iteration in range(1, max_iterations + 1):
        step = newton_step(here, moving)
        if step is None:
            return _failed(beta, here, first, iteration, "the information matrix became singular")
        longest = float(np.abs(step).max(initial=0.0))
        if longest <= SHORT_STEP:
            value = here.value + 0.5 * float(here.gradient @ step)
            last = Evaluation(value, here.gradient, here.information, here.curvature)
            return Maximum(beta=beta + step, evaluation=last, at_start=first, iterations=iteration, converged=True)
        if watch is not None and iteration > 3 and longest > LONG_STEP and (why := watch(step)) is not None:
            return _failed(beta, here, first, iteration, why)
        moved = _advance(evaluate, beta, step, here)
        if moved is None:
            why = "no step, however short, raises the likelihood"
            return _failed(beta, here, first, iteration, why)
        beta, here = moved
    return _failed(beta, here, first, max_iterations, f"not converged after {max_iterations} iterations")


def newton_step(here: Evaluation, moving: Mask) -> Floats | None:
    """The Newton step in the moving coefficients, 0 in the others; None where the information is not invertible."""
    step = np.zeros(moving.size)
    if not moving.any():
        return step
    matrix = here.information if here.curvature is None else here.curvature
    try:
        step[moving] = np.linalg.solve(matrix[np.ix_(moving, moving)], here.gradient[moving])
    except np.linalg.LinAlgError:
        return None
    return step if np.isfinite(step).all() else None


def _advance(evaluate: Evaluate, beta: Floats, step: Floats, here: Evaluation) -> tuple[Floats, Evaluation] | None:
    lowest = here.value - ROUNDING * (1.0 + abs(here.value))
    for _ in range(MOST_HALVINGS):
        candidate = beta + step
        there = evaluate(candidate)
        if there.value >= lowest:
            return candidate, there
        step = step / 2.0
    return None


def _failed(beta: Floats, here: Evaluation, first: Evaluation, iterations: int, why: str) -> Maximum:
    return Maximum(beta=beta, evaluation=here, at_start=first, iterations=iterations, converged=False, why=why)
