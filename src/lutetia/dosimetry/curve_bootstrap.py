"""The spread of areas under repeated measurement: many organs, models and replicates at once.

A replicate is drawn about the curve of the model with the lowest AICc (of the first model where none has one): its
value at each time plus σ times a normal deviate. Every model is then fitted to the same replicate, its search starting
at its own estimate. So the spread holds the noise, and through `chosen` and `weights` the choice of the model too.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.dosimetry.curve import Floats
from lutetia.dosimetry.curve_model import MODELS, USUAL_MODELS, CurveModel, ModelName, model_faults
from lutetia.dosimetry.curve_points import CurvePoints, Rising, read_points
from lutetia.dosimetry.curve_slopes import value_slopes
from lutetia.dosimetry.fit import TOLERANCE, too_few_points
from lutetia.errors import Fault, InputError

CLOSE_ENOUGH = 1e-4  # of the search, in ln λ and of χ²


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapAreas:
    """Areas of all replicates in MBq·h: `tia_mbq_h` (organs, models, replicates), first estimates (organs, models).

    `weights`, shaped as the areas, are Akaike weights (nan where no model has an AICc) and `chosen` (organs,
    replicates) the position of the model with the lowest AICc (−1: none). `settled_fraction` is the share of searches
    that settled; areas of the others are in the arrays too.
    """

    models: tuple[str, ...]
    estimates_mbq_h: Floats
    tia_mbq_h: Floats
    weights: Floats
    chosen: NDArray[np.int64]
    settled_fraction: float
    conventions: tuple[str, ...]

    def u_tia_mbq_h(self) -> Floats:
        """Standard deviation over the replicates, (organs, models)."""
        spread: Floats = np.std(self.tia_mbq_h, axis=2, ddof=1)
        return spread

    def limits_mbq_h(self, level: float = 0.95) -> Floats:
        """Percentile limits (2, organs, models)."""
        limits: Floats = np.quantile(self.tia_mbq_h, [0.5 - level / 2, 0.5 + level / 2], axis=2)
        return limits

    def averaged_mbq_h(self) -> Floats:
        """The area of every replicate averaged over the models with that replicate's weights, (organs, replicates)."""
        averaged: Floats = np.einsum("omr,omr->or", self.weights, self.tia_mbq_h)
        return averaged


def bootstrap_areas(
    times_h: ArrayLike,
    activities_mbq: ArrayLike,
    sigmas_mbq: ArrayLike,
    *,
    physical_half_life_h: float,
    replicates: int = 1000,
    seed: int,
    models: Sequence[ModelName] = USUAL_MODELS,
    shortest_half_life_h: float | None = None,
    rising: Rising = "refuse",
    workers: int = 2,
) -> BootstrapAreas:
    """Areas of parametric bootstrap replicates: organs in rows of `activities_mbq` and `sigmas_mbq`, (organs, n).

    The same seed gives the same replicates, whatever the number of workers. Raises InputError for bad points of any
    organ (see read_points), unknown models or too few times for one, fewer than 2 replicates.
    """
    name = "bootstrap_areas"
    table, sigmas = np.atleast_2d(np.asarray(activities_mbq, float)), np.atleast_2d(np.asarray(sigmas_mbq, float))
    sigmas = np.broadcast_to(sigmas, table.shape) if sigmas.shape[-1] == table.shape[-1] else sigmas
    points = [
        read_points(name, times_h, row, sigma, physical_half_life_h, shortest_half_life_h, rising)
        for row, sigma in zip(table, sigmas, strict=True)
    ]
    faults = list(model_faults(tuple(models)))
    faults = faults or [fault for m in models for fault in too_few_points(MODELS[m], points[0])]
    if replicates < 2:
        faults.append(Fault(place="replicates", must="must be 2 or more", got=f"{replicates}"))
    if faults:
        raise InputError(name, faults)
    chosen_models = [MODELS[m] for m in models]
    seeds = np.random.SeedSequence(seed).spawn(len(points))
    with ThreadPoolExecutor(max(1, workers)) as pool:
        jobs = [(p, chosen_models, replicates, s) for p, s in zip(points, seeds, strict=True)]
        done = list(pool.map(lambda job: _one_organ(*job), jobs))
    return BootstrapAreas(
        models=tuple(models),
        estimates_mbq_h=np.array([estimates for estimates, *_ in done]),
        tia_mbq_h=np.array([areas for _, areas, *_ in done]),
        weights=np.array([weights for *_, weights, _, _ in done]),
        chosen=np.array([chosen for *_, chosen, _ in done]),
        settled_fraction=float(np.mean([settled for *_, settled in done])),
        conventions=(
            f"{replicates} parametric replicates per organ, seed {seed}: the curve with the lowest AICc plus normal σ.",
            "Every model is fitted to the same replicates, each search starting at the model's own estimate.",
            "AICc counts every parameter of a model, also one that came to lie on a bound.",
        ),
    )


def _one_organ(
    points: CurvePoints, models: list[CurveModel], replicates: int, seed: np.random.SeedSequence
) -> tuple[Floats, Floats, Floats, NDArray[np.int64], float]:
    """Estimates (models,), areas and weights (models, replicates), chosen (replicates,) and the share that settled."""
    firsts = [_rows(points, m, points.activities_mbq[None], np.zeros((0, 0)), TOLERANCE)[0] for m in models]
    criteria = _criteria(np.array([[row[1]] for row in firsts]), points, models)[:, 0]
    best = int(np.argmin(criteria)) if np.isfinite(criteria).any() else 0
    centre = _values(points, models[best], firsts[best])
    noise = np.random.Generator(np.random.PCG64(seed)).standard_normal((replicates, points.n))
    drawn = centre + noise / points.inverse_sigmas
    found = [
        _rows(points, m, drawn, _starts(points, m, first, drawn), CLOSE_ENOUGH)
        for m, first in zip(models, firsts, strict=True)
    ]
    areas, squares, settled = (np.array([f[:, column] for f in found]) for column in (0, 1, 2))
    criterion = _criteria(squares, points, models)
    weights, chosen = _weights(criterion)
    return np.array([row[0] for row in firsts]), areas, weights, chosen, float(settled.mean())


def _rows(points: CurvePoints, model: CurveModel, values: Floats, start: Floats, tolerance: float) -> Floats:
    from lutetia.dosimetry.exponential_kernel import FOUND, fit_rows
    from lutetia.dosimetry.exponential_step import Shape

    found = np.zeros((values.shape[0], FOUND))
    shape = Shape(model.phases, model.uptake, *points.log_rate_bounds, tolerance)
    fit_rows(points.times_h, points.inverse_sigmas[None], values, shape, start, found)
    return found


def _values(points: CurvePoints, model: CurveModel, found: Floats) -> Floats:
    """The fitted curve at the times."""
    rates = np.exp(found[6 : 6 + model.n_rates])
    falls = np.exp(-np.outer(points.times_h, rates))
    columns = falls[:, : model.phases] - (falls[:, -1:] if model.uptake else 0.0)
    values: Floats = columns @ found[3 : 3 + model.phases]
    return values


def _starts(points: CurvePoints, model: CurveModel, found: Floats, drawn: Floats) -> Floats:
    """Logarithms of the rates to start from, (replicates, rates): the estimate, moved by the linearised effect of the
    replicate's values on it (what lies on a bound or carries nothing stays)."""
    rates, amplitudes = np.exp(found[6 : 6 + model.n_rates]), found[3 : 3 + model.phases]
    slopes = value_slopes(points.times_h, amplitudes, rates, model) * points.inverse_sigmas[:, None]
    slopes[:, model.phases :] *= rates
    low, high = points.log_rate_bounds
    held = np.concatenate([amplitudes <= 0, (np.log(rates) <= low) | (np.log(rates) >= high)])
    slopes[:, held] = 0
    lead = np.linalg.pinv(slopes, rcond=1e-6)[model.phases :]
    away = (drawn - _values(points, model, found)) * points.inverse_sigmas
    starts: Floats = np.log(rates) + np.clip(away @ lead.T, -1, 1)
    return starts


def _criteria(squares: Floats, points: CurvePoints, models: list[CurveModel]) -> Floats:
    """AICc for each model and replicate, infinite where it does not exist."""
    p = np.array([m.n_parameters for m in models], dtype=float)[:, None]
    spare = points.n - p - 1
    with np.errstate(divide="ignore"):
        penalty = np.where(spare > 0, 2 * p + 2 * p * (p + 1) / np.where(spare > 0, spare, 1), np.inf)
    return squares + penalty


def _weights(criterion: Floats) -> tuple[Floats, NDArray[np.int64]]:
    best = criterion.min(axis=0)
    exists = np.isfinite(best)
    raw = np.exp(-(criterion - np.where(exists, best, 0.0)) / 2)
    total = raw.sum(axis=0)
    weights = np.where(exists, raw / np.where(exists, total, 1.0), np.nan)
    return weights, np.where(exists, criterion.argmin(axis=0), -1)
