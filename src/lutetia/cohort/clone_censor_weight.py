"""Clone, censor, weight: the trial that would compare "treat within the grace period" with "do not", emulated.

Every patient stands in both arms from time zero until the data contradict the arm (Hernán, Robins 2016, doi
10.1093/aje/kwv254; Maringe et al. 2020, doi 10.1093/ije/dyaa057). Leaving an arm is artificial censoring; its weights are
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

    def survival_at(self, day: float) -> tuple[float, float]:
        """Weighted Kaplan-Meier survival on a day in the arms "treat" and "do not treat"."""
        arms = [kaplan_meier(self.pieces.at(self.treat == arm)).survival_at(day).estimate for arm in (True, False)]
        return float(arms[0]), float(arms[1])


def clone(decision: DecisionPoint, *, grace_days: float) -> Clones:
    """Both clones of every patient.

    Arm "treat": who begins the exposure within the grace period (its last day included), or whose follow-up ends in it,
    is kept; everyone else leaves at its end. Arm "do not": who begins within the grace period leaves on that day;
    everyone else is kept, also who begins later. Raises InputError if `grace_days` is not above 0.
    """
    if not (np.isfinite(grace_days) and grace_days > 0):
        raise InputError("clones", [Fault(place="grace_days", must="must be above 0", got=str(grace_days))])
    end, begins = decision.follow_up_days, decision.exposed_after_days
    within = begins <= grace_days
    leaves_treat = ~within & (end > grace_days)
    rows = np.arange(decision.n)
    return Clones(
        patient=np.concatenate([rows, rows]),
        treat=np.repeat([True, False], decision.n),
        stop=np.concatenate([np.where(leaves_treat, grace_days, end), np.where(within, begins, end)]),
        event=np.concatenate([decision.event & ~leaves_treat, decision.event & ~within]),
        left=np.concatenate([leaves_treat, within]),
    )


def clone_censor_weight(
    decision: DecisionPoint, *, grace_days: float, weights: Weights, ties: Ties = "efron"
) -> Emulation:
    """Hazard ratio of "treat within `grace_days`" against "do not", from weighted clones; robust variance by patient.

    `weights`: "initiation", one Cox model of the start of the exposure among those not yet exposed, by the covariates
    of time zero: 1 / P(not begun) in the arm "do not", 1 / P(begun within the grace period) in the arm "treat" from
    its end on. "arm", a Cox model of leaving, fitted in each arm, as published by Maringe. "none", all 1: right only
    where leaving has nothing to do with the outcome. The variance takes the weights as known, which is too wide rather
    than too narrow; `bootstrap` in `lutetia.cohort.analysis` is the other way.

    Raises InputError for a grace period not above 0, an unknown name, or nobody exposed within it (or everybody).
    """
    if weights not in get_args(Weights):
        must = f"must be one of {', '.join(get_args(Weights))}"
        raise InputError("clone-censor-weight", [Fault(place="weights", must=must, got=repr(weights))])
    clones = clone(decision, grace_days=grace_days)
    _refuse_empty(decision, clones, grace_days)
    split = _split(clones, _cuts(clones, weights))
    weight = _weights(decision, clones, split, grace_days, weights)
    pieces = FollowUp(
        start=split.start, stop=split.stop, event=split.event, weights=weight, cluster=clones.patient[split.clone]
    )
    treat = clones.treat[split.clone]
    fit = cox(pieces, treat.astype(np.float64)[:, None], ties=ties)
    contrast = Contrast(
        analysis="clone-censor-weight",
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=decision.n,
        events=int(decision.event.sum()),
        rows=pieces.n,
        converged=fit.converged,
        why=fit.why,
        believe=True,
        conventions=_conventions(decision, grace_days, weights, ties),
    )
    return Emulation(
        clones=clones,
        pieces=pieces,
        treat=treat,
        patient=clones.patient[split.clone],
        weights=weight,
        contrast=contrast,
        weights_maximum=float(weight.max()),
        effective_n=(_effective(weight[treat]), _effective(weight[~treat])),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pieces:
    """Pieces (start, stop] of clones; `clone` is the position of each one's clone."""

    clone: Codes
    start: Floats
    stop: Floats
    event: NDArray[np.bool_]


def _cuts(clones: Clones, weights: Weights) -> Floats:
    """Days on which a weight can change: every day on which somebody leaves an arm."""
    return np.empty(0) if weights == "none" else np.unique(clones.stop[clones.left])


def _split(clones: Clones, cuts: Floats) -> _Pieces:
    """Every clone cut at the cuts that lie inside its follow-up."""
    inside = np.searchsorted(cuts, clones.stop, side="left")  # cuts strictly before the end
    count = inside + 1
    clone_of = np.repeat(np.arange(clones.stop.size), count)
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    edges = np.concatenate([[0.0], cuts])
    last = place == inside[clone_of]
    upper = np.minimum(place, max(cuts.size - 1, 0))
    stop = np.where(last, clones.stop[clone_of], cuts[upper] if cuts.size else clones.stop[clone_of])
    return _Pieces(clone=clone_of, start=edges[place], stop=stop, event=clones.event[clone_of] & last)


def _weights(decision: DecisionPoint, clones: Clones, split: _Pieces, grace_days: float, weights: Weights) -> Floats:
    if weights == "none":
        return np.ones(split.clone.size)
    if weights == "initiation":
        return _initiation_weights(decision, clones, split, grace_days)
    return _arm_weights(decision, clones, split)


def _initiation_weights(decision: DecisionPoint, clones: Clones, split: _Pieces, grace_days: float) -> Floats:
    """Weights from one model of the start of the exposure, during the grace period, among the unexposed."""
    end = np.minimum(np.minimum(decision.follow_up_days, decision.exposed_after_days), grace_days)
    begun = decision.exposed_after_days <= grace_days
    # A start on time zero leaves no time at risk: half a day stands for it, before every other start.
    still = _still(np.where(end == 0, 0.5, end), begun, decision.covariates)
    treat = clones.treat[split.clone]
    row = clones.patient[split.clone]
    weight = np.ones(split.clone.size)
    outside = ~treat & (split.start > 0)
    weight[outside] = 1 / still(row[outside], np.minimum(split.start[outside], grace_days))
    late = treat & (split.start >= grace_days)
    weight[late] = 1 / (1 - still(row[late], np.full(int(late.sum()), grace_days)))
    return weight


def _arm_weights(decision: DecisionPoint, clones: Clones, split: _Pieces) -> Floats:
    """Weights from a model of leaving, fitted in each arm (Maringe)."""
    weight = np.ones(split.clone.size)
    for arm in (True, False):
        mine = clones.treat == arm
        stop = clones.stop[mine]
        still = _still(np.where(stop == 0, 0.5, stop), clones.left[mine], decision.covariates)
        pieces = np.flatnonzero((clones.treat[split.clone] == arm) & (split.start > 0))
        weight[pieces] = 1 / still(clones.patient[split.clone[pieces]], split.start[pieces])
    return weight
