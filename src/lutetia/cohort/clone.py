"""Both clones of every patient: one in each arm of the emulated trial until the data contradict the arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.errors import Fault, InputError


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clones:
    """Both clones of every patient, one row each: 2 n rows, the arm "treat" first.

    `stop` in days; `event` happened in the arm; `left` says that the arm was left (artificial censoring at `stop`).
    """

    patient: NDArray[np.int64]
    treat: NDArray[np.bool_]
    stop: Floats
    event: NDArray[np.bool_]
    left: NDArray[np.bool_]


def clone(decision: DecisionPoint, *, grace_days: float) -> Clones:
    """Both clones of every patient.

    Arm "treat": who begins the exposure within the grace period (its last day included) before anything else, or whose
    follow-up ends in it, is kept; who begins the other treatment leaves on that day, everyone else at the end of the
    grace period. The arm against it is "do not": who begins the exposure within the grace period leaves on that day,
    everyone else is kept, also who begins later. With `other_after_days` it is "the other treatment", the mirror image
    of "treat". An event on the day on which a clone would leave counts in the arm. Raises InputError if `grace_days`
    is not above 0.
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
