"""Fit a Cox proportional-hazards model."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.cox_model import residuals
from lutetia.survival.cox_model.arrangement import Sample, arrange
from lutetia.survival.cox_model.chi_square import ChiSquare, quadratic
from lutetia.survival.cox_model.covariates import Covariates, read_covariates
from lutetia.survival.cox_model.estimability import dependence_faults, separation
from lutetia.survival.cox_model.model import Model, Ties
from lutetia.survival.cox_model.newton import Maximum, maximise, newton_step
from lutetia.survival.cox_model.penalty import Firth, Penalty, Ridge
from lutetia.survival.cox_model.result import CoxFit
from lutetia.survival.cox_model.risk_sums import risk_sums
from lutetia.survival.cox_model.robust import dfbeta, sandwich
from lutetia.survival.cox_model.workers import thread_count
from lutetia.survival.followup import FollowUp
from lutetia.survival.levels import levels

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
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
    `missing`: rows without a value in X (or offset) are left out and counted, or refused. `robust`: variance from sums of
    dfbeta within f.cluster (rows where there is none); by default when there are clusters or fractional weights.
    `threads`: cores to use; the answer does not depend on it.

    A fit without a finite answer has `converged` False and says why. Raises InputError with every fault of the input:
    unequal lengths, other event codes, no events, columns that do not vary or repeat others, choices that exclude
    each other. Coefficients are exact to about 1e-11 of a standard deviation of their covariate.
    """
    faults = _faults_of_choices(f, ties, penalty, missing, robust)
    covariates = _read(X, names, terms, reference, faults)
    stratum, labels = _strata(f, strata, faults)
    offsets = _numbers(offset, "offset", faults)
    for place, size in (("X", covariates and covariates.n), ("strata", _size(stratum)), ("offset", _size(offsets))):
        if size is not None and size != f.n:
            faults.append(_unequal(place, f, size))
    if faults or covariates is None:
        raise InputError("Cox model", faults)
    left_out, kept = _complete(covariates, offsets, missing)
    sample = _sample(f, stratum, offsets, kept)
    count = thread_count(threads, sample.n * covariates.p)
    if not sample.event.any():
        must = "must hold at least one event among the analysed rows"
        raise InputError("Cox model", [Fault(place="event", must=must, got=f"{sample.n} rows, all censored")])
    cluster = None if f.cluster is None else _at(f.cluster, kept)
    model = Model(
        sample=sample,
        arranged=arrange(sample, covariates, count),
        names=covariates.names,
        terms=covariates.terms,
        ties=ties,
        penalty=penalty,
        cluster=cluster,
        strata_labels=labels,
        threads=count,
    )
    return _fitted(model, _is_robust(robust, f), max_iterations, (*f.left_out, *left_out))


def _fitted(model: Model, robust: bool, max_iterations: int, left_out: tuple[LeftOut, ...]) -> CoxFit:
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
    reported = _robust_covariance(model, found.beta, covariance) if robust else covariance
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
        robust=robust,
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
        left_out=left_out,
        cautions=_cautions(model, why, df, robust),
        conventions=_conventions(model, robust),
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
    moving = [name for name, length in zip(model.names, np.abs(step), strict=True) if length > 0.05 * np.abs(step).max()]
    return f"{found.why}; still moving: {', '.join(moving)}"


def _likelihood_and_covariance(model: Model, found: Maximum) -> tuple[float, float, Floats]:
    """Log-likelihood, degrees of freedom and covariance (standardised); after a ridge the likelihood is the plain one."""
    try:
        covariance = np.linalg.inv(found.evaluation.information)
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


def _read(
    given: Any,
    names: Sequence[str] | None,
    terms: Mapping[str, Sequence[str]] | None,
    reference: Mapping[str, Hashable] | None,
    faults: list[Fault],
) -> Covariates | None:
    try:
        return read_covariates(given, names=names, terms=terms, reference=reference)
    except InputError as wrong:
        faults += wrong.faults
        return None


def _faults_of_choices(
    f: FollowUp, ties: str, penalty: Penalty | None, missing: str, robust: bool | None
) -> list[Fault]:
    faults = []
    if ties not in get_args(Ties):
        faults.append(Fault(place="ties", must="must be efron, breslow or exact", got=str(ties)))
    if missing not in ("leave_out", "refuse"):
        faults.append(Fault(place="missing", must="must be leave_out or refuse", got=str(missing)))
    if penalty is not None and not isinstance(penalty, Ridge | Firth):
        faults.append(Fault(place="penalty", must="must be ridge(strength) or firth", got=str(penalty)))
    if isinstance(penalty, Ridge) and not (np.isfinite(penalty.strength) and penalty.strength >= 0.0):
        faults.append(Fault(place="penalty", must="must have a strength of 0 or more", got=str(penalty.strength)))
    if ties == "exact" and f.weights is not None:
        faults.append(Fault(place="ties", must="must be efron or breslow with weights", got="exact"))
    if ties == "exact" and (robust or (robust is None and f.cluster is not None)):
        faults.append(Fault(place="ties", must="must be efron or breslow for a robust variance", got="exact"))
    if ties == "exact" and isinstance(penalty, Firth):
        faults.append(Fault(place="ties", must="must be efron or breslow with Firth's penalty", got="exact"))
    if penalty is not None and _is_robust(robust, f):
        faults.append(Fault(place="robust", must="must be False with a penalty", got="clusters or weights"))
    others = np.unique(f.event[f.event > 1])
    if others.size:
        do = "Say which event is meant: FollowUp(event=(event == 1), …); the others are then censored."
        told = ", ".join(map(str, others))
        faults.append(Fault(place="event", must="must be 0 or 1 in a Cox model", got=told, do=do))
    return faults


def _is_robust(robust: bool | None, f: FollowUp) -> bool:
    if robust is not None:
        return robust
    return f.cluster is not None or (f.weights is not None and bool((f.weights != np.floor(f.weights)).any()))


def _strata(
    f: FollowUp, strata: ArrayLike | Mapping[str, ArrayLike] | None, faults: list[Fault]
) -> tuple[Codes | None, tuple[Hashable, ...] | None]:
    if strata is None:
        return f.strata, f.strata_labels
    try:
        found = levels(strata)
    except (TypeError, ValueError) as wrong:
        faults.append(Fault(place="strata", must="must be a column of labels", got=str(wrong)))
        return None, None
    if (found.codes < 0).any():
        faults.append(Fault(place="strata", must="must not be missing", got=f"{int((found.codes < 0).sum())} rows"))
    return found.codes, found.labels


def _numbers(values: ArrayLike | None, place: str, faults: list[Fault]) -> Floats | None:
    if values is None:
        return None
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as wrong:
        faults.append(Fault(place=place, must="must be a column of numbers", got=str(wrong)))
        return None
    if array.ndim != 1 or np.isinf(array).any():
        faults.append(Fault(place=place, must="must be one column of finite numbers"))
        return None
    return array


def _size(column: NDArray[Any] | None) -> int | None:
    return None if column is None else column.size


def _unequal(place: str, f: FollowUp, size: int) -> Fault:
    do = "Take the rows the follow-up kept: X[f.kept_rows]." if f.kept_rows is not None else None
    return Fault(place=place, must=f"must have {f.n} rows, as the follow-up has", got=str(size), do=do)


def _complete(covariates: Covariates, offset: Floats | None, missing: str) -> tuple[tuple[LeftOut, ...], Codes]:
    """Rows left out with their reasons, and the positions of the others (empty: all of them)."""
    found = covariates.missing()
    if offset is not None and np.isnan(offset).any():
        seen = [row for rows in found.values() for row in rows]
        found["offset"] = np.setdiff1d(np.flatnonzero(np.isnan(offset)), seen)
    if found and missing == "refuse":
        raise InputError(
            "Cox model",
            [Fault(place=name, must="must not be missing", got=f"{rows.size} rows") for name, rows in found.items()],
        )
    out = np.concatenate([*found.values(), np.empty(0, dtype=np.int64)])
    kept = np.setdiff1d(np.arange(covariates.n), out) if out.size else np.empty(0, dtype=np.int64)
    if out.size and not kept.size:
        must = "must have at least one row without missing values"
        raise InputError("Cox model", [Fault(place="covariates", must=must, got="none")])
    return tuple(LeftOut.at(rows.tolist(), f"{name} missing") for name, rows in found.items() if rows.size), kept


def _at(column: NDArray[Any], kept: Codes) -> NDArray[Any]:
    return column[kept] if kept.size else column


def _sample(f: FollowUp, stratum: Codes | None, offset: Floats | None, kept: Codes) -> Sample:
    columns = (f.start, f.weights, stratum, offset)
    start, weights, strata, offsets = (None if column is None else _at(column, kept) for column in columns)
    return Sample(
        stop=_at(f.stop, kept),
        event=_at(f.event, kept) == 1,
        start=start,
        weights=weights,
        stratum=strata,
        offset=offsets,
        rows=kept,
    )


def _cautions(model: Model, why: str | None, df: float, robust: bool) -> tuple[str, ...]:
    events = int(model.sample.event.sum())
    told = [] if why is None else [f"the fit failed: {why}"]
    if events < FEW_EVENTS_PER_COEFFICIENT * df:
        told.append(
            f"{events} events for {df:.3g} coefficients: fewer than {FEW_EVENTS_PER_COEFFICIENT} each, so estimates and "
            "intervals are unsure and effects look larger than they are; consider firth or ridge"
        )
    if model.strata_labels is not None and len(model.strata_labels) == 1:
        told.append("strata have one level: the model is not stratified")
    if robust and model.cluster is not None and np.unique(model.cluster).size < 20:
        told.append(f"{np.unique(model.cluster).size} clusters: too few for the robust variance to be trusted (20)")
    return tuple(told)


def _conventions(model: Model, robust: bool) -> tuple[str, ...]:
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
    if robust:
        over = "rows" if model.cluster is None else f"{np.unique(model.cluster).size} clusters"
        told.append(f"standard errors: robust, dfbeta summed over {over}; likelihood-ratio and score tests are not robust")
    else:
        told.append("standard errors: inverse information")
    if model.penalty is not None:
        told.append(str(model.penalty))
    return tuple(told)


