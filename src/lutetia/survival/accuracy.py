"""How good predictions of survival are: Brier score and time-dependent AUC, censored rows by inverse weights.

Rows whose state at t is unknown (censored before) get weight 0; the others stand for them with weight 1/G, G being the
probability to be uncensored (Graf 1999, Statistics in Medicine 18:2529-2545).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival.followup import FollowUp, refuse_causes
from lutetia.survival.kaplan_meier import kaplan_meier
from lutetia.survival.number_column import number_column, number_table
from lutetia.survival.state_curve import tied_times
from lutetia.survival.subdistribution import Censoring, censoring_of
from lutetia.survival.ties import TOLERANCE, Codes, Floats

COMMON = (
    "Rows censored before t have weight 0, events before weight 1/G(T−), the others 1/G(t) (inverse probability of "
    "censoring, the same for all rows); an event leaves before a censoring of the same time."
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrierScore:
    """Mean squared error of predicted survival at q times, arrays (q,): 0 is perfect, `null` what Kaplan-Meier reaches.

    `integrated` and `integrated_null` are means over the span of the times by the trapezoid rule, None for a single
    time. The standard errors sum over clusters and take the censoring weights and the predictions as known.
    """

    times: Floats
    score: Floats
    std_error: Floats
    null: Floats
    integrated: float | None
    integrated_null: float | None
    n: int
    n_events: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def scaled(self) -> Floats:
        """1 − score/null: the share of the error of Kaplan-Meier that the prediction removes (NaN where null is 0)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = 1 - self.score / self.null
        return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DynamicAuc:
    """Share of pairs (event by t, free of it after t) in which the score puts the first higher, at q times (q,).

    NaN where nobody has had the event, or nobody is left. Without standard errors.
    """

    times: Floats
    auc: Floats
    n: int
    n_events: int
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def brier_score(f: FollowUp, survival: ArrayLike, times: float | Sequence[float] | Floats) -> BrierScore:
    """Brier score of the predicted probabilities to survive each of q times: (n, q), or (n,) for one time.

    Rows with a missing prediction are left out and counted. Raises InputError for predictions outside 0..1 or of
    another shape, times outside follow-up, delayed entry, or several kinds of event.
    """
    when = np.atleast_1d(np.asarray(times, dtype=np.float64))
    predicted = number_table(survival, "survival", "accuracy")
    known, rows, left_out = _usable(f, predicted, when, "survival", probability=True)
    predicted = predicted[known]
    censoring = _Weights.of(rows)
    reference = [e.estimate or 0.0 for e in kaplan_meier(rows).survival_at(when)]
    found = np.array([censoring.brier(float(t), predicted[:, j], reference[j]) for j, t in enumerate(when)])
    return BrierScore(
        times=when,
        score=found[:, 0],
        std_error=found[:, 1],
        null=found[:, 2],
        integrated=_mean_over(when, found[:, 0]),
        integrated_null=_mean_over(when, found[:, 2]),
        n=rows.n,
        n_events=int((rows.event > 0).sum()),
        conventions=(COMMON, "The null prediction is Kaplan-Meier of the same rows.", *_unused(f)),
        left_out=left_out,
    )


def dynamic_auc(f: FollowUp, score: ArrayLike, times: float | Sequence[float] | Floats) -> DynamicAuc:
    """Cumulative/dynamic AUC at q times of a risk score (n,), where higher means earlier.

    Uno 2007, JASA 102:527-537, doi 10.1198/016214507000000149. Equal scores count one half. Rows with a missing
    score are left out and counted. Raises InputError as `brier_score`.
    """
    when = np.atleast_1d(np.asarray(times, dtype=np.float64))
    values = number_column(score, "score", "accuracy")[:, None]
    known, rows, left_out = _usable(f, values, when, "score", probability=False)
    censoring, ranks = _Weights.of(rows), np.unique(values[known, 0], return_inverse=True)[1].reshape(-1)
    return DynamicAuc(
        times=when,
        auc=np.array([censoring.auc(float(t), ranks) for t in when]),
        n=rows.n,
        n_events=int((rows.event > 0).sum()),
        conventions=(COMMON, "Equal scores count one half.", *_unused(f)),
        left_out=left_out,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Weights:
    """Rows with what the censoring says of them: G(T−) (n,) and G at any time."""

    f: FollowUp
    stop: Floats
    weight: Floats
    own: Floats
    lost: Censoring

    @classmethod
    def of(cls, f: FollowUp) -> _Weights:
        start, stop = tied_times(f)
        weight = np.ones(f.n) if f.weights is None else f.weights
        lost = censoring_of(start, stop, f.event, weight)
        own = np.append(1.0, lost.free)[np.searchsorted(lost.times, stop, side="left")]
        return cls(f=f, stop=stop, weight=weight, own=own, lost=lost)

    def at(self, t: float) -> tuple[Floats, Floats]:
        """Weight of each row as one with the event by t, and as one still free of it, times its case weight."""
        free = float(np.append(1.0, self.lost.free)[np.searchsorted(self.lost.times, t + TOLERANCE, side="right")])
        after = self.stop > t + TOLERANCE
        early = ~after & (self.f.event > 0)
        return (
            np.where(early, self.weight / np.where(early, self.own, 1.0), 0.0),
            np.where(after, self.weight / free, 0.0) if free > 0 else np.zeros(self.f.n),
        )

    def brier(self, t: float, predicted: Floats, reference: float) -> tuple[float, float, float]:
        """Score, its standard error, and the score of one prediction for all."""
        early, late = self.at(t)
        total = self.weight.sum()
        loss = early * predicted**2 + late * (1 - predicted) ** 2
        score = float(loss.sum() / total)
        part = (loss - self.weight * score) / total
        part = part if self.f.cluster is None else np.bincount(self.f.cluster, part)
        null = (early.sum() * reference**2 + late.sum() * (1 - reference) ** 2) / total
        return score, float(np.sqrt(part @ part)), float(null)

    def auc(self, t: float, ranks: Codes) -> float:
        """Weighted share of pairs in order."""
        early, late = self.at(t)
        cases, controls = np.bincount(ranks, early), np.bincount(ranks, late)
        pairs = cases.sum() * controls.sum()
        in_order = cases @ (np.cumsum(controls) - controls / 2)
        return float(in_order / pairs) if pairs > 0 else float("nan")


def _usable(
    f: FollowUp, values: Floats, times: Floats, place: str, *, probability: bool
) -> tuple[Codes, FollowUp, tuple[LeftOut, ...]]:
    """Positions and follow-up of the rows with a prediction, the others counted; InputError for what is unusable."""
    refuse_causes(f, "accuracy")
    columns = times.size if probability else 1
    faults = []
    if values.shape != (f.n, columns):
        must = f"must have {f.n} rows and {columns} columns (one per time)"
        faults.append(Fault(place=place, must=must, got=f"shape {values.shape}"))
    elif np.isnan(values).any(axis=1).all():
        faults.append(Fault(place=place, must="must be known in at least one row", got="none"))
    elif np.isinf(values).any() or (probability and ((values < 0) | (values > 1)).any()):
        must = "must lie between 0 and 1" if probability else "must be finite"
        faults.append(Fault(place=place, must=must, got=f"{np.nanmin(values):g} to {np.nanmax(values):g}"))
    faults += time_faults(f, times)
    if f.start is not None:
        faults.append(Fault(place="start", must="must be absent: the weights are written for a common time zero"))
    if faults:
        raise InputError("accuracy", faults)
    missing = np.isnan(values).any(axis=1)
    left_out = (LeftOut.at(np.flatnonzero(missing).tolist(), f"{place} missing"),) if missing.any() else ()
    known = np.flatnonzero(~missing)
    return known, f.at(known), (*f.left_out, *left_out)


def time_faults(f: FollowUp, times: Floats) -> list[Fault]:
    """A fault for times that are not rising, not above 0, or not before the end of the last follow-up."""
    last = float(f.stop.max())
    if times.size and np.isfinite(times).all() and times[0] > 0 and (np.diff(times) > 0).all() and times[-1] < last:
        return []
    told = ", ".join(f"{t:g}" for t in times)
    return [Fault(place="times", must=f"must rise and lie above 0 and below {last:g}, the last follow-up", got=told)]


def _mean_over(times: Floats, values: Floats) -> float | None:
    return float(np.trapezoid(values, times) / (times[-1] - times[0])) if times.size > 1 else None


def _unused(f: FollowUp) -> tuple[str, ...]:
    return ("The strata of the follow-up are not used.",) if f.strata is not None else ()
