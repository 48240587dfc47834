"""Clone, censor, weight: the trial that would compare "treat within the grace period" with "do not", emulated.

Every patient stands in both arms from time zero until the data contradict the arm (Hernán, Robins 2016, doi
10.1093/aje/kwv254; Maringe et al. 2020, doi 10.1093/ije/dyaa057). Leaving an arm is artificial censoring; weights are
1 / P(still in the arm). Exposure, death and censoring are in days from time zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.errors import Fault, InputError
from lutetia.survival import FollowUp, cox, kaplan_meier

Weights = Literal["initiation", "arm", "none"]
Ties = Literal["efron", "breslow"]
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clones:
    """Both clones of every patient, one row each: 2 n rows, the arm "treat" first.

    `stop` in days; `event` happened in the arm; `left` says that the arm was left (artificial censoring at `stop`).
    """

    patient: Codes
    treat: NDArray[np.bool_]
    stop: Floats
    event: NDArray[np.bool_]
    left: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Emulation:
    """The weighted pieces of all clones and what was fitted to them.

    `weights` holds one weight per piece; `pieces` is their follow-up; `treat` and `patient` say whose they are.
    `weights_maximum` and `effective_n` (Kish, by arm) tell whether a few patients carry the answer.
    """

    clones: Clones
    pieces: FollowUp
    treat: NDArray[np.bool_]
    patient: Codes
    weights: Floats
    contrast: Contrast
    weights_maximum: float
    effective_n: tuple[float, float]

    def survival_at(self, day: float) -> tuple[float | None, float | None]:
        """Weighted Kaplan-Meier survival on a day, in the arm "treat" and in the arm against it."""
        arms = [kaplan_meier(self.pieces.at(self.treat == arm), robust=False) for arm in (True, False)]
        treat, against = (arm.survival_at(day).estimate for arm in arms)
        return treat, against


def clone(decision: DecisionPoint, *, grace_days: float) -> Clones:
    """Both clones of every patient.

    Arm "treat": who begins the exposure within the grace period (its last day included) before anything else, or whose
    follow-up ends in it, is kept; who begins the other treatment leaves on that day, everyone else at the end of the
    grace period. The arm against it is "do not": who begins the exposure within the grace period leaves on that day,
    everyone else is kept, also who begins later. With `other_after_days` it is "the other treatment", the mirror image
    of "treat". Raises InputError if `grace_days` is not above 0.
    """
    if not (np.isfinite(grace_days) and grace_days > 0):
        raise InputError("clones", [Fault(place="grace_days", must="must be above 0", got=str(grace_days))])
    never = np.full(decision.n, np.inf)
    begins, other = decision.exposed_after_days, decision.other_after_days
    treat = _leaves(begins, never if other is None else other, grace_days)
    against = np.where(begins <= grace_days, begins, np.inf) if other is None else _leaves(other, begins, grace_days)
    leaves = np.concatenate([treat, against])
    end, event = np.tile(decision.follow_up_days, 2), np.tile(decision.event, 2)
    left = leaves < end
    return Clones(
        patient=np.tile(np.arange(decision.n), 2),
        treat=np.repeat([True, False], decision.n),
        stop=np.minimum(leaves, end),
        event=event & ~left,
        left=left,
    )


def _leaves(own: Floats, contrary: Floats, grace_days: float) -> Floats:
    """Day on which a clone leaves the arm that must begin `own` within the grace period; infinity if it never does."""
    begun = (own <= grace_days) & (own < contrary)
    return np.where(begun, np.inf, np.minimum(contrary, grace_days))


def clone_censor_weight(
    decision: DecisionPoint, *, grace_days: float, weights: Weights, ties: Ties = "efron"
) -> Emulation:
    """Hazard ratio of "treat within `grace_days`" against the other arm, from weighted clones; robust by patient.

    `weights`: "initiation", one Cox model of the start of the exposure among those not yet exposed, by the covariates
    of time zero: 1 / P(not begun) in the arm "do not", 1 / P(begun within the grace period) in the arm "treat" from
    its end on. "arm", a Cox model of leaving, fitted in each arm (Maringe). "none", all 1: right only where leaving
    has nothing to do with the outcome. Weights are taken as known by the variance.

    Raises InputError for a grace period not above 0, an unknown name, "initiation" with `other_after_days` (two starts
    compete), or an arm that nobody follows or nobody leaves.
    """
    _refuse_weights(decision, weights)
    clones = clone(decision, grace_days=grace_days)
    _refuse_empty(decision, clones, grace_days)
    split = _split(clones, np.empty(0) if weights == "none" else np.unique(clones.stop[clones.left]))
    weight_of = {"none": _no_weights, "initiation": _initiation_weights, "arm": _arm_weights}[weights]
    weight = weight_of(decision, clones, split, grace_days)
    patient, treat = clones.patient[split.clone], clones.treat[split.clone]
    pieces = FollowUp(start=split.start, stop=split.stop, event=split.event, weights=weight, cluster=patient)
    fit = cox(pieces, treat.astype(np.float64)[:, None], ties=ties)
    contrast = Contrast(
        analysis="clone-censor-weight",
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=decision.n,
        events=int(decision.event.sum()),
        rows=pieces.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=True,
        conventions=_conventions(decision, grace_days, weights, ties),
    )
    return Emulation(
        clones=clones,
        pieces=pieces,
        treat=treat,
        patient=patient,
        weights=weight,
        contrast=contrast,
        weights_maximum=float(weight.max()),
        effective_n=(_effective(clones, split, weight, True), _effective(clones, split, weight, False)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pieces:
    """Pieces (start, stop] of clones; `clone` is the position of each one's clone."""

    clone: Codes
    start: Floats
    stop: Floats
    event: NDArray[np.bool_]


def _split(clones: Clones, cuts: Floats) -> _Pieces:
    """Every clone cut at the cuts that lie inside its follow-up; one that leaves at time zero has no piece."""
    cuts = cuts[cuts > 0]
    inside = np.searchsorted(cuts, clones.stop, side="left")  # cuts strictly before the end
    count = np.where(clones.stop > 0, inside + 1, 0)
    clone_of = np.repeat(np.arange(clones.stop.size), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    edges = np.concatenate([[0.0], cuts])
    last = place == inside[clone_of]
    upper = np.minimum(place, max(cuts.size - 1, 0))
    stop = np.where(last, clones.stop[clone_of], cuts[upper] if cuts.size else clones.stop[clone_of])
    return _Pieces(clone=clone_of, start=edges[place], stop=stop, event=clones.event[clone_of] & last)


def _no_weights(decision: DecisionPoint, clones: Clones, split: _Pieces, grace_days: float) -> Floats:
    return np.ones(split.clone.size)


def _initiation_weights(decision: DecisionPoint, clones: Clones, split: _Pieces, grace_days: float) -> Floats:
    """Weights from one model of the start of the exposure, during the grace period, among the unexposed."""
    end = np.minimum(np.minimum(decision.follow_up_days, decision.exposed_after_days), grace_days)
    still = _Staying.fitted(end, decision.exposed_after_days <= grace_days, decision.covariates)
    treat, row = clones.treat[split.clone], clones.patient[split.clone]
    weight = np.ones(split.clone.size)
    against = ~treat
    since = np.clip(split.start[against], FIRST_DAY, grace_days)
    weight[against] = 1 / still.at(decision.covariates[row[against]], since)
    late = treat & (split.start >= grace_days)
    begun = 1 - still.at(decision.covariates[row[late]], np.full(int(late.sum()), grace_days))
    weight[late] = 1 / begun
    return weight


def _arm_weights(decision: DecisionPoint, clones: Clones, split: _Pieces, grace_days: float) -> Floats:
    """Weights from a model of leaving, fitted in each arm."""
    weight = np.ones(split.clone.size)
    for arm in (True, False):
        mine = clones.treat == arm
        still = _Staying.fitted(clones.stop[mine], clones.left[mine], decision.covariates)
        pieces = np.flatnonzero(clones.treat[split.clone] == arm)
        covariates = decision.covariates[clones.patient[split.clone[pieces]]]
        weight[pieces] = 1 / still.at(covariates, np.maximum(split.start[pieces], FIRST_DAY))
    return weight


# A start on the day of the decision leaves no time at risk; it counts as the first start of all, this many days later.
FIRST_DAY = 1e-3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Staying:
    """P(nothing begun yet) by time and covariates: a Cox model, or the Kaplan-Meier curve without covariates."""

    times: Floats
    cumulative_hazard: Floats
    coef: Floats
    centre: Floats

    @classmethod
    def fitted(cls, stop: Floats, begun: NDArray[np.bool_], covariates: Floats) -> _Staying:
        follow_up = FollowUp(stop=np.where(stop == 0, FIRST_DAY, stop), event=begun)
        if not covariates.shape[1]:
            curve = kaplan_meier(follow_up)
            with np.errstate(divide="ignore"):
                hazard = -np.log(curve.survival)
            return cls(times=curve.times, cumulative_hazard=hazard, coef=np.empty(0), centre=np.empty(0))
        fit = cox(follow_up, covariates, ties="efron")
        if not fit.converged:
            must = "must let the model of leaving an arm converge"
            raise InputError("clone-censor-weight", [Fault(place="covariates", must=must, got=fit.why)])
        centre = covariates.mean(axis=0)
        base = fit.baseline("mean")
        shift = float((centre - np.array(list(base.at.values()))) @ fit.coef)
        hazard = base.cumulative_hazard * np.exp(shift)
        return cls(times=base.time, cumulative_hazard=hazard, coef=fit.coef, centre=centre)

    def at(self, covariates: Floats, times: Floats) -> Floats:
        """P(nothing begun up to and including each time) for rows of covariates, same length."""
        place = np.searchsorted(self.times, times, side="right")
        hazard = np.concatenate([[0.0], self.cumulative_hazard])[place]
        stays: Floats = np.exp(-hazard * np.exp((covariates - self.centre) @ self.coef))
        return stays


def _effective(clones: Clones, split: _Pieces, weight: Floats, arm: bool) -> float:
    """Kish's effective number of clones that reach the end of an arm, by their last weight."""
    last = np.append(split.clone[1:] != split.clone[:-1], True)
    kept = weight[last & (clones.treat[split.clone] == arm) & ~clones.left[split.clone]]
    return float(kept.sum() ** 2 / (kept**2).sum())


def _refuse_weights(decision: DecisionPoint, weights: str) -> None:
    faults = []
    if weights not in get_args(Weights):
        faults.append(Fault(place="weights", must=f"must be one of {', '.join(get_args(Weights))}", got=repr(weights)))
    if weights == "initiation" and decision.other_after_days is not None:
        must = "must be arm or none where a second treatment competes with the exposure"
        faults.append(Fault(place="weights", must=must, got="initiation"))
    if faults:
        raise InputError("clone-censor-weight", faults)


def _refuse_empty(decision: DecisionPoint, clones: Clones, grace_days: float) -> None:
    faults = []
    for arm, name in ((True, "treat"), (False, "against it")):
        left = clones.left[clones.treat == arm]
        if left.all() or not left.any():
            got = "everybody leaves it" if left.all() else "nobody leaves it"
            must = f"must hold patients who stay and patients who leave the arm {name!r} within {grace_days:g} days"
            faults.append(Fault(place="exposed_after_days", must=must, got=got))
    if faults:
        raise InputError("clone-censor-weight", faults)


def _conventions(decision: DecisionPoint, grace_days: float, weights: Weights, ties: Ties) -> tuple[str, ...]:
    against = "do not treat within it" if decision.other_after_days is None else "begin the other treatment within it"
    by = ", ".join(decision.names) or "no covariate"
    how = {
        "none": "no weights: leaving an arm is taken to have nothing to do with the outcome",
        "initiation": f"weights from one Cox model of the start of the exposure, by {by}",
        "arm": f"weights from a Cox model of leaving in each arm, by {by}",
    }
    return (
        f"treat within {grace_days:g} days of time zero, its last day included, against: {against}",
        how[weights],
        "every patient is cloned into both arms; robust variance by patient, weights taken as known",
        f"ties: {ties}",
    )
