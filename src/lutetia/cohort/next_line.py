"""The next line as time zero: the patients who begin one of two strategies, from that day on, weighted to be alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lutetia.cohort.balance import BalanceRow, balance, effective_n, weighted_contrast, weights
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.cohort.propensity import PropensityScore, propensity_score
from lutetia.errors import Fault, InputError
from lutetia.survival import CoxFit, FollowUp, cox

WAIT = "days waited since the decision (log)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NextLine:
    """The patients who begin one of the two strategies, from that day on; `positions` among those at the decision.

    `balance` compares the covariates of the decision, and the wait since, before and after overlap weights; empty where
    the score failed.
    """

    follow_up: FollowUp
    exposed: Any
    positions: Any
    score: PropensityScore | None = None
    balance: tuple[BalanceRow, ...] = ()
    effective_n: float | None = None
    wait_weighted: bool = False
    why: str


def next_line(decision: DecisionPoint) -> NextLine:
    """The patients who begin one of the two strategies, from its start; those who begin neither are not in it.

    The weights rest on the covariates of the decision and on the days waited since: who waits longer must outlive the
    wait. Where the wait separates the two strategies the weights do without it, and `wait_weighted` is False.
    """
    other = decision.other_after_days
    begins = decision.exposed_after_days if other is None else np.minimum(decision.exposed_after_days, other)
    kept = np.flatnonzero(np.isfinite(begins) & (begins < decision.follow_up_days))
    exposed = np.isfinite(decision.exposed_after_days[kept])
    if other is not None:
        exposed &= decision.exposed_after_days[kept] < other[kept]
    if not kept.size or exposed.all() or not exposed.any():
        follow_up = FollowUp(stop=decision.follow_up_days, event=decision.event)
        return NextLine(
            follow_up=follow_up, exposed=exposed, positions=kept, why="no patient begins one of the two strategies"
        )
    follow_up = FollowUp(stop=(decision.follow_up_days - begins)[kept], event=decision.event[kept])
    plain = NextLine(follow_up=follow_up, exposed=exposed, positions=kept, why="no covariate to weight by")
    if not decision.names:
        return plain
    with_wait = np.column_stack([decision.covariates[kept], np.log1p(begins[kept])])
    found = _weighted(plain, with_wait, (*decision.names, WAIT))
    return found if found.balance else _weighted(plain, decision.covariates[kept], decision.names)


def _weighted(plain: NextLine, covariates: Floats, names: tuple[str, ...]) -> NextLine:
    """The same patients with a propensity score on these columns, and their balance where it could be fitted."""
    varies = covariates.std(axis=0) > 0
    kept, said = covariates[:, varies], tuple(name for name, there in zip(names, varies, strict=True) if there)
    score = propensity_score(plain.exposed, kept, said)
    if not score.converged:
        return replace(plain, score=score, why=score.why)
    weight = weights(score, plain.exposed, target="overlap")
    return replace(
        plain,
        score=score,
        balance=balance(kept, said, plain.exposed, weight),
        effective_n=effective_n(weight),
        wait_weighted=WAIT in names,
        why="",
    )


def _refuse(following: NextLine, *, score: bool) -> None:
    if following.score is None and (score or not following.exposed.any() or following.exposed.all()):
        raise InputError("next line", [Fault(place="the next line:", must=following.why)])


def crude(following: NextLine) -> Contrast:
    """One next line against the other, unadjusted. Raises InputError where nobody begins one of them."""
    _refuse(following, score=False)
    fit = cox(following.follow_up, following.exposed.astype(np.float64)[:, None], names=["exposed"])
    return shown_to_compare("next line, crude", fit, ("from the start of the next line", "unadjusted", "ties: efron"))


def overlap(following: NextLine) -> Contrast:
    """The same with overlap weights. Raises InputError where there is no propensity score, or it failed."""
    _refuse(following, score=True)
    assert following.score is not None
    return weighted_contrast(following.follow_up, following.exposed, following.score, target="overlap")


def shown_to_compare(analysis: str, fit: CoxFit, conventions: tuple[str, ...]) -> Contrast:
    """The first coefficient of a fit, as a contrast that is shown to be compared and not to be believed."""
    return Contrast(
        analysis=analysis,
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=fit.n,
        events=fit.events,
        rows=fit.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=False,
        conventions=conventions,
    )
