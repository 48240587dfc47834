"""From the arguments of a fit to the model: options and covariates checked, rows left out, risk sets arranged."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.cox_model.arrangement import Sample, arrange
from lutetia.survival.cox_model.covariates import Covariates, read_covariates
from lutetia.survival.cox_model.model import Model, Ties
from lutetia.survival.cox_model.penalty import Firth, Penalty, Ridge
from lutetia.survival.cox_model.workers import thread_count
from lutetia.survival.followup import FollowUp
from lutetia.survival.levels import levels
from lutetia.survival.ties import made_equal

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def prepare(
    f: FollowUp,
    given: ArrayLike | Mapping[str, ArrayLike] | Any,
    *,
    ties: Ties,
    strata: ArrayLike | Mapping[str, ArrayLike] | None,
    offset: ArrayLike | None,
    penalty: Penalty | None,
    missing: str,
    names: Sequence[str] | None,
    terms: Mapping[str, Sequence[str]] | None,
    reference: Mapping[str, Hashable] | None,
    robust: bool | None,
    threads: int | None,
) -> Model:
    """The model of these arguments of `cox`; raises InputError with every fault found."""
    faults = _faults_of_choices(f, ties, penalty, missing, robust)
    covariates = _read(given, names, terms, reference, faults)
    stratum, labels = _strata(f, strata, faults)
    offsets = _numbers(offset, "offset", faults)
    sizes = (("X", covariates.n if covariates else None), ("strata", _size(stratum)), ("offset", _size(offsets)))
    faults += [_unequal(place, f, size) for place, size in sizes if size is not None and size != f.n]
    if faults or covariates is None:
        raise InputError("Cox model", faults)
    left_out, kept = _complete(covariates, offsets, missing)
    sample = _sample(f, stratum, offsets, kept)
    if not sample.event.any():
        must = "must hold at least one event among the analysed rows"
        raise InputError("Cox model", [Fault(place="event", must=must, got=f"{sample.n} rows, all censored")])
    count = thread_count(threads, sample.n * covariates.p)
    return Model(
        sample=sample,
        arranged=arrange(sample, covariates, count),
        names=covariates.names,
        terms=covariates.terms,
        ties=ties,
        penalty=penalty,
        robust=is_robust(robust, f),
        cluster=None if f.cluster is None else _at(f.cluster, kept),
        strata_labels=labels,
        left_out=(*f.left_out, *left_out),
        threads=count,
    )


def is_robust(robust: bool | None, f: FollowUp) -> bool:
    """What was asked for; else True where there are clusters or a weight is no whole number."""
    if robust is not None:
        return robust
    return f.cluster is not None or (f.weights is not None and bool((f.weights != np.floor(f.weights)).any()))


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
    if penalty is not None and is_robust(robust, f):
        faults.append(Fault(place="robust", must="must be False with a penalty", got="clusters or weights"))
    others = np.unique(f.event[f.event > 1])
    if others.size:
        do = "Say which event is meant: FollowUp(event=(event == 1), …); the others are then censored."
        told = ", ".join(map(str, others))
        faults.append(Fault(place="event", must="must be 0 or 1 in a Cox model", got=told, do=do))
    return faults


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
    stop, start = made_equal(_at(f.stop, kept), start)
    if start is not None and (empty := np.flatnonzero(stop <= start)).size:
        place = f"stop, row {_at(np.arange(f.n), kept)[empty[0]]} (counted from 0)"
        must = "must lie after start by more than rounding"
        raise InputError("Cox model", [Fault(place=place, must=must, got=f"{empty.size} rows with a step of less")])
    return Sample(
        stop=stop,
        event=_at(f.event, kept) == 1,
        start=start,
        weights=weights,
        stratum=strata,
        offset=offsets,
        rows=kept,
    )
