"""Fit a Cox proportional-hazards model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import InputError
from lutetia.survival.cox_model import residuals
from lutetia.survival.cox_model.chi_square import ChiSquare, quadratic
from lutetia.survival.cox_model.estimability import dependence_faults, separation
from lutetia.survival.cox_model.model import Model, Ties
from lutetia.survival.cox_model.newton import Maximum, maximise, newton_step
from lutetia.survival.cox_model.penalty import Penalty, Ridge
from lutetia.survival.cox_model.prepare import prepare
from lutetia.survival.cox_model.result import CoxFit
from lutetia.survival.cox_model.risk_sums import risk_sums
from lutetia.survival.cox_model.robust import dfbeta, sandwich
from lutetia.survival.followup import FollowUp

Floats = NDArray[np.float64]
FEW_EVENTS_PER_COEFFICIENT = 10


def cox(
    f: FollowUp,
    X: ArrayLike | Mapping[str, ArrayLike] | Any,  # noqa: N803
    *,
    ties: Ties = "efron",
    strata: ArrayLike | Mapping[str, ArrayLike] | None = None,
    offset: ArrayLike | None = None,
    penalty: Penalty | None = None,
    missing: str = "leave_out",
    names: Sequence[str] | None = None,
    terms: Mapping[str, Sequence[str]] | None = None,
    reference: Mapping[str, Hashable] | None = None,
    robust: bool | None = None,
    max_iterations: int = 50,
    threads: int | None = None,
) -> CoxFit:
    """Hazard ratios of the covariates X, an (n, p) array, a mapping of columns or a data frame; see `read_covariates`.

    `f.event` is 0 or 1; (start, stop] pieces, weights and strata come with `f`; `strata` here replaces those of `f`.
    `ties` is efron, breslow or exact; `offset` (n,) is added to the predictor; `penalty` is ridge(λ) or firth.
    `missing`: rows without a value in X (or offset) are left out and counted, or refused. `robust`: variance from sums
    of dfbeta within f.cluster (rows where there is none); by default when there are clusters or fractional weights.
    `threads`: cores to use; the answer does not depend on it.

    A fit without a finite answer has `converged` False and says why. Raises InputError with every fault of the input:
    unequal lengths, other event codes, no events, columns that do not vary or repeat others, choices that exclude
    each other. Coefficients are exact to about 1e-11 of a standard deviation of their covariate.
    """
    model = prepare(
        f, X, ties=ties, strata=strata, offset=offset, penalty=penalty, missing=missing, names=names, terms=terms,
        reference=reference, robust=robust, threads=threads,
    )  # fmt: skip
    return fit_model(model, max_iterations=max_iterations)


def fit_model(model: Model, *, max_iterations: int = 50) -> CoxFit:
    """Maximise the likelihood of a prepared model; raises InputError for columns without a coefficient of their own."""
    arranged = model.arranged
    evaluate = model.likelihood()
    start = np.zeros(arranged.p)
    first = evaluate(start)
    null = first if not isinstance(model.penalty, Ridge) else model.plain()(start)
    faults = dependence_faults(null.information, arranged, model.names)
    if faults and not isinstance(model.penalty, Ridge):
        raise InputError("Cox model", faults)
    lost: list[str] = []

    def watch(step: Floats) -> str | None:
        if model.penalty is not None or (found := separation(step, arranged, model.names)) is None:
            return None
        lost.extend(found[1])
        return found[0]

    found = maximise(evaluate, start, first=first, max_iterations=max_iterations, watch=watch)
    why = found.why
    if not found.converged and not lost:
        why = _still_moving(found, model, watch) or why
    value, df, covariance = _likelihood_and_covariance(model, found)
    reported = _robust_covariance(model, found.beta, covariance) if model.robust else covariance
    scale = 1.0 / arranged.scale
    covariance, reported = (matrix * scale * scale[:, None] for matrix in (covariance, reported))
    score = quadratic("score", first.gradient, null.information)
    ratio = ChiSquare(name="likelihood ratio", chi2=2.0 * (value - null.value), df=df)
    return CoxFit(
        names=model.names,
        terms=model.terms,
        coef=found.beta * scale,
        std_error=np.sqrt(np.diagonal(reported)),
        covariance=reported,
        covariance_model=covariance,
        robust=model.robust,
        log_likelihood=value,
        log_likelihood_null=null.value,
        score_test=score,
        likelihood_ratio_test=ratio,
        degrees_of_freedom=df,
        n=model.sample.n,
        events=int(model.sample.event.sum()),
        converged=found.converged,
        why=why,
        inestimable=tuple(lost),
        iterations=found.iterations,
        rows=model.sample.rows if model.sample.rows.size else np.arange(model.sample.n),
        left_out=model.left_out,
        cautions=_cautions(model, why, df),
        conventions=_conventions(model),
        _model=model,
        _beta=found.beta,
        _at_maximum=found.evaluation,
    )


def _still_moving(found: Maximum, model: Model, watch: Any) -> str | None:
    """A better reason for a failed search: separation along the last step, or the columns that still move."""
    step = newton_step(found.evaluation, np.ones(found.beta.size, dtype=bool))
    if step is None:
        return None
    if (why := watch(step)) is not None:
        return str(why)
    moving = [
        name for name, length in zip(model.names, np.abs(step), strict=True) if length > 0.05 * np.abs(step).max()
    ]
    return f"{found.why}; still moving: {', '.join(moving)}"


def _likelihood_and_covariance(model: Model, found: Maximum) -> tuple[float, float, Floats]:
    """Log-likelihood (after a ridge the plain one), degrees of freedom and covariance (standardised)."""
    try:
        covariance: Floats = np.linalg.inv(found.evaluation.information).astype(np.float64)
    except np.linalg.LinAlgError:
        covariance = np.full_like(found.evaluation.information, np.nan)
    if not isinstance(model.penalty, Ridge):
        return found.evaluation.value, float(found.beta.size), covariance
    plain = model.plain()(found.beta)
    return plain.value, float(np.trace(plain.information @ covariance)), covariance


def _robust_covariance(model: Model, beta: Floats, covariance: Floats) -> Floats:
    sums = risk_sums(model.arranged, beta, efron=model.ties == "efron", threads=model.threads)
    score = residuals.score(sums, model.sample.n) / model.arranged.scale
    return sandwich(dfbeta(score, model.sample.weights, covariance), model.cluster)


def _cautions(model: Model, why: str | None, df: float) -> tuple[str, ...]:
    events = int(model.sample.event.sum())
    told = [] if why is None else [f"the fit failed: {why}"]
    if events < FEW_EVENTS_PER_COEFFICIENT * df:
        told.append(
            f"{events} events for {df:.3g} coefficient{'s' if df > 1 else ''}: fewer than {FEW_EVENTS_PER_COEFFICIENT} "
            "each, so estimates and intervals are unsure and effects look larger than they are; consider firth or ridge"
        )
    if model.strata_labels is not None and len(model.strata_labels) == 1:
        told.append("strata have one level: the model is not stratified")
    if model.robust and model.cluster is not None and np.unique(model.cluster).size < 20:
        told.append(f"{np.unique(model.cluster).size} clusters: too few for the robust variance to be trusted (20)")
    return tuple(told)


def _conventions(model: Model) -> tuple[str, ...]:
    told = [f"ties: {model.ties}"]
    if model.strata_labels is not None:
        told.append(f"stratified: {len(model.strata_labels)} strata, each with its own baseline hazard")
    if model.sample.start is not None:
        told.append("at risk in (start, stop]")
    if model.sample.weights is not None:
        told.append("rows weighted; likelihood-ratio tests treat weights as counts")
    if model.sample.offset is not None:
        told.append("offset added to the predictor, coefficient 1")
    for term in model.terms:
        if term.levels:
            told.append(f"{term.name}: compared with {term.reference}")
    if model.robust:
        over = "rows" if model.cluster is None else f"{np.unique(model.cluster).size} clusters"
        told.append(
            f"standard errors: robust, dfbeta summed over {over}; likelihood-ratio and score tests are not robust"
        )
    else:
        told.append("standard errors: inverse information")
    if model.penalty is not None:
        told.append(str(model.penalty))
    return tuple(told)
