"""Clone, censor, weight: the trial that would compare "treat within the grace period" with "do not", emulated.

Every patient stands in both arms from time zero until the data contradict the arm (Hernán, Robins 2016, doi
10.1093/aje/kwv254; Maringe et al. 2020, doi 10.1093/ije/dyaa057). Leaving an arm is artificial censoring; weights are
1 / P(still in the arm). Exposure, death and censoring are in days from time zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.clone import Clones as Clones
from lutetia.cohort.clone import clone as clone
from lutetia.cohort.clone_fit import clone_fit, weights_before
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.cohort.leaving import Codes, Leaving, hazard_of, nobody_leaves, until_contrary, until_too_late
from lutetia.errors import Fault, InputError
from lutetia.survival import FollowUp, kaplan_meier

Weights = Literal["initiation", "arm", "none"]
Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Emulation:
    """All clones with their weights and what was fitted to them.

    `pieces` is the follow-up of the clones, cut wherever somebody leaves their arm (`weights`, one for each piece, are
    in it, and `patient` is its cluster); `treat` and `patient` say whose they are. They are made when first asked for.
    `weights_maximum` and `effective_n` (Kish, by arm, treat first) tell whether a few patients carry the answer.
    """

    clones: Clones
    contrast: Contrast
    weights_maximum: float
    effective_n: tuple[float, float]
    _cut: Callable[[], _Pieces] = field(repr=False)

    @property
    def pieces(self) -> FollowUp:
        """One row for each piece of a clone in which its weight stays the same."""
        return self._cut().follow_up

    @property
    def treat(self) -> NDArray[np.bool_]:
        """Whether a piece belongs to the arm "treat"."""
        return self.clones.treat[self._cut().clone]

    @property
    def patient(self) -> Codes:
        """The patient of each piece."""
        return self.clones.patient[self._cut().clone]

    @property
    def weights(self) -> Floats:
        """The weight of each piece."""
        weights = self.pieces.weights
        assert weights is not None
        return weights

    def survival_at(self, day: float) -> tuple[float | None, float | None]:
        """Weighted Kaplan-Meier survival on a day, in the arm "treat" and in the arm against it."""
        arms = [kaplan_meier(self.pieces.at(self.treat == arm), robust=False) for arm in (True, False)]
        treat, against = (arm.survival_at(day).estimate for arm in arms)
        return treat, against


def clone_censor_weight(
    decision: DecisionPoint, *, grace_days: float, weights: Weights, ties: Ties = "efron"
) -> Emulation:
    """Hazard ratio of "treat within `grace_days`" against the other arm, from weighted clones; robust by patient.

    `weights`: "initiation", a Cox model of each start (the exposure, and with `other_after_days` the other treatment)
    among those who have begun neither, by the covariates of time zero: 1 / P(the contrary start did not come first)
    while the grace period lasts, 1 / P(the own start came first) from its end on; in the arm "do not" 1 / P(not
    begun). "arm", one Cox model of leaving for each arm, whatever the reason (Maringe): it gives leaving for another
    treatment and leaving at the end of the grace period the same coefficients, and is biased where they differ.
    "none", all 1: right only where leaving has nothing to do with the outcome. The variance takes weights as known.

    Raises InputError for a grace period not above 0, an unknown name, an arm that nobody follows or nobody leaves,
    clones without an event, a model of leaving that does not converge, or a patient who by that model cannot be in an
    arm that he is in.
    """
    _refuse_weights(weights)
    clones = clone(decision, grace_days=grace_days)
    _refuse_empty(decision, clones, grace_days)
    leaving = _MODELS[weights](decision, clones, grace_days)
    last = weights_before(clones, leaving, np.arange(clones.stop.size), clones.stop)
    _refuse_impossible(decision, clones, last)
    fit = clone_fit(clones, leaving, grace_days, ties)
    contrast = Contrast(
        analysis="clone-censor-weight",
        log_hazard_ratio=fit.log_hazard_ratio,
        std_error=fit.std_error,
        n=decision.n,
        events=int(decision.event.sum()),
        rows=fit.rows,
        converged=fit.converged,
        why=fit.why,
        believe=True,
        conventions=_conventions(decision, grace_days, weights, ties),
    )
    return Emulation(
        clones=clones,
        contrast=contrast,
        weights_maximum=float(last[clones.stop > 0].max()),
        effective_n=(_effective(clones, last, True), _effective(clones, last, False)),
        _cut=lru_cache(maxsize=1)(partial(_pieces, clones, leaving)),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Pieces:
    """Weighted pieces (start, stop] of clones; `clone` is the position of each one's clone."""

    clone: Codes
    follow_up: FollowUp


def _pieces(clones: Clones, leaving: Mapping[bool, Leaving]) -> _Pieces:
    """Every clone cut on the days on which somebody leaves its arm; one that leaves at time zero has no piece."""
    parts = [_pieces_of_arm(clones, np.flatnonzero(clones.treat == arm), leaving[arm].days) for arm in (True, False)]
    rows, start, stop = (np.concatenate([part[column] for part in parts]) for column in range(3))
    return _Pieces(
        clone=rows,
        follow_up=FollowUp(
            start=start,
            stop=stop,
            event=clones.event[rows] & (stop == clones.stop[rows]),
            weights=weights_before(clones, leaving, rows, stop),
            cluster=clones.patient[rows],
        ),
    )


def _pieces_of_arm(clones: Clones, rows: Codes, cuts: Floats) -> tuple[Codes, Floats, Floats]:
    """The clone, start and stop of every piece of these clones."""
    rows, cuts = rows[clones.stop[rows] > 0], cuts[cuts > 0]
    inside = np.searchsorted(cuts, clones.stop[rows], side="left")  # cuts strictly before the end
    of = np.repeat(np.arange(rows.size), inside + 1)
    place = np.arange(of.size) - np.repeat(np.cumsum(inside + 1) - inside - 1, inside + 1)
    start = np.concatenate([[0.0], cuts])[place]
    stop = np.where(place == inside[of], clones.stop[rows[of]], np.append(cuts, np.inf)[place])
    return rows[of], start, stop


def _no_weights(decision: DecisionPoint, clones: Clones, grace_days: float) -> Mapping[bool, Leaving]:
    return {arm: nobody_leaves(decision.n) for arm in (True, False)}


def _initiation_weights(decision: DecisionPoint, clones: Clones, grace_days: float) -> Mapping[bool, Leaving]:
    """From a model of each start during the grace period, among those who have begun nothing yet."""
    begins, other = decision.exposed_after_days, decision.other_after_days
    end = np.minimum(np.minimum(decision.follow_up_days, begins), grace_days)
    if other is None:
        start = hazard_of(end, begins <= end, decision.covariates)
        return {True: until_too_late(start, None, grace_days), False: until_contrary(start)}
    end = np.minimum(end, other)
    start, against = (hazard_of(end, day <= end, decision.covariates) for day in (begins, other))
    return {
        True: until_too_late(start, against, grace_days),
        False: until_too_late(against, start, grace_days),
    }


def _arm_weights(decision: DecisionPoint, clones: Clones, grace_days: float) -> Mapping[bool, Leaving]:
    """From a model of leaving, fitted in each arm."""
    arms = {arm: clones.treat == arm for arm in (True, False)}
    return {
        arm: until_contrary(hazard_of(clones.stop[mine], clones.left[mine], decision.covariates))
        for arm, mine in arms.items()
    }


_MODELS: dict[str, Callable[[DecisionPoint, Clones, float], Mapping[bool, Leaving]]] = {
    "none": _no_weights,
    "initiation": _initiation_weights,
    "arm": _arm_weights,
}


def _effective(clones: Clones, last: Floats, arm: bool) -> float:
    """Kish's effective number of clones that reach the end of an arm, by their last weight."""
    kept = last[(clones.treat == arm) & ~clones.left]
    return float(kept.sum() ** 2 / (kept**2).sum())


def _refuse_impossible(decision: DecisionPoint, clones: Clones, last: Floats) -> None:
    rows = np.flatnonzero(~np.isfinite(last) & (clones.stop > 0))
    if rows.size:
        names = ", ".join(decision.patients[int(clones.patient[row])] for row in rows[:10])
        must = "must leave every patient a chance to be in the arm he is in (positivity)"
        raise InputError("clone-censor-weight", [Fault(place="covariates", must=must, got=f"none for {names}")])


def _refuse_weights(weights: str) -> None:
    if weights not in get_args(Weights):
        must = f"must be one of {', '.join(get_args(Weights))}"
        raise InputError("clone-censor-weight", [Fault(place="weights", must=must, got=repr(weights))])


def _refuse_empty(decision: DecisionPoint, clones: Clones, grace_days: float) -> None:
    within = f"within {grace_days:g} days"
    faults = []
    for arm, name in ((True, "treat"), (False, "against it")):
        left = clones.left[clones.treat == arm]
        if left.all() or not left.any():
            got = "everybody leaves it" if left.all() else "nobody leaves it"
            must = f"must hold patients who stay and patients who leave the arm {name!r} {within}"
            faults.append(Fault(place="exposed_after_days", must=must, got=got))
    for place in ("exposed_after_days", "other_after_days"):
        begins = getattr(decision, place)
        if begins is not None and not (begins <= grace_days).any():
            faults.append(Fault(place=place, must=f"must hold patients who begin {within}", got="none"))
    if faults:
        raise InputError("clone-censor-weight", faults)


def _conventions(decision: DecisionPoint, grace_days: float, weights: Weights, ties: Ties) -> tuple[str, ...]:
    against = "do not treat within it" if decision.other_after_days is None else "begin the other treatment within it"
    by = ", ".join(decision.names) or "no covariate"
    how = {
        "none": "no weights: leaving an arm is taken to have nothing to do with the outcome",
        "initiation": f"weights from a Cox model of each start, by {by}",
        "arm": f"weights from one Cox model of leaving in each arm, by {by}",
    }
    return (
        f"treat within {grace_days:g} days of time zero, its last day included, against: {against}",
        "an event on the day on which a treatment begins counts as before it",
        how[weights],
        "every patient is cloned into both arms; robust variance by patient, weights taken as known",
        f"ties: {ties}",
    )
