"""A later treatment against none: the naive comparison, and the two that count exposed time only once it is exposed.

`ever_exposed` sorts patients by what happens to them later (immortal time) and is biased by design; `landmark` sorts
them by what had happened on a fixed day; `time_dependent` lets every patient count as unexposed until the exposure
begins. All three fit one Cox model of the exposure and, where asked, the covariates of time zero; they raise InputError
if nobody (or everybody) is exposed, nobody has the event, or columns repeat each other.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint, Floats
from lutetia.errors import Fault, InputError
from lutetia.rows import LeftOut
from lutetia.survival import FollowUp, cox

Ties = Literal["efron", "breslow", "exact"]
Adjust = Literal["covariates", "none"]


def ever_exposed(decision: DecisionPoint, *, adjust: Adjust, ties: Ties = "efron") -> Contrast:
    """Patients exposed at any time against never, from time zero: shown to be compared, never to be believed.

    The exposed must live until the exposure begins, so their hazard is underestimated (Suissa 2008, doi
    10.1093/aje/kwm324).
    """
    exposed = np.isfinite(decision.exposed_after_days)
    follow_up = FollowUp(stop=decision.follow_up_days, event=decision.event)
    says = "exposed at any time against never, from time zero: immortal time is counted as exposed"
    return _fit("ever exposed (naive)", decision, follow_up, exposed, _covariates(decision, adjust), ties, says)


def landmark(decision: DecisionPoint, *, day: float, adjust: Adjust, ties: Ties = "efron") -> Contrast:
    """Patients still followed on `day`, sorted by whether the exposure had begun on or before it; time runs from `day`.

    Anderson, Cain, Gelber 1983 (doi 10.1200/JCO.1983.1.11.710). It answers for those who reach the landmark. Raises
    InputError if nobody on one side reaches it.
    """
    if not (np.isfinite(day) and day > 0):
        raise InputError("landmark", [Fault(place="day", must="must be above 0", got=str(day))])
    reached = np.flatnonzero(decision.follow_up_days > day)
    exposed = decision.exposed_after_days[reached] <= day
    _refuse_one_sided("landmark", exposed, f"among the {reached.size} patients followed beyond day {day:g}")
    follow_up = FollowUp(stop=decision.follow_up_days[reached] - day, event=decision.event[reached])
    covariates = _covariates(decision, adjust)[reached]
    gone = np.flatnonzero(decision.follow_up_days <= day)
    left_out = (LeftOut.at(gone.tolist(), f"not followed beyond the landmark, day {day:g}"),) if gone.size else ()
    says = f"landmark at day {day:g}: exposure begun by then or not; time from the landmark"
    return _fit("landmark", decision, follow_up, exposed, covariates, ties, says, left_out=left_out)


def time_dependent(decision: DecisionPoint, *, adjust: Adjust, ties: Ties = "efron") -> Contrast:
    """Every patient unexposed until the exposure begins and exposed from then on, in pieces (start, stop].

    An event on the day on which the exposure begins counts as unexposed. Covariates are those of time zero: what drives
    the start later is not adjusted for.
    """
    start, stop, event, exposed, row = pieces(decision)
    follow_up = FollowUp(start=start, stop=stop, event=event, cluster=row)
    says = "exposure as a time-dependent covariate, (start, stop]; robust variance by patient"
    return _fit("time-dependent", decision, follow_up, exposed, _covariates(decision, adjust)[row], ties, says)


def pieces(
    decision: DecisionPoint,
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int64]]:
    """Start, stop, event, exposed and patient of each piece: one per patient, two where the exposure began later."""
    begins = decision.exposed_after_days
    before = np.flatnonzero(begins > 0)
    after = np.flatnonzero(np.isfinite(begins))
    split = np.isfinite(begins[before])
    start = np.concatenate([np.zeros(before.size), begins[after]])
    stop = np.concatenate([np.minimum(begins, decision.follow_up_days)[before], decision.follow_up_days[after]])
    event = np.concatenate([decision.event[before] & ~split, decision.event[after]])
    exposed = np.concatenate([np.zeros(before.size, dtype=bool), np.ones(after.size, dtype=bool)])
    return start, stop, event, exposed, np.concatenate([before, after])


def _covariates(decision: DecisionPoint, adjust: Adjust) -> Floats:
    if adjust not in ("covariates", "none"):
        must = "must be covariates or none"
        raise InputError("exposure", [Fault(place="adjust", must=must, got=repr(adjust))])
    return decision.covariates if adjust == "covariates" else decision.covariates[:, :0]


def _refuse_one_sided(what: str, exposed: NDArray[np.bool_], among: str) -> None:
    if exposed.all() or not exposed.any():
        side = "unexposed" if exposed.all() else "exposed"
        must = "must hold exposed and unexposed patients"
        raise InputError(what, [Fault(place="exposure", must=must, got=f"no {side} patient {among}")])


def _fit(
    analysis: str,
    decision: DecisionPoint,
    follow_up: FollowUp,
    exposed: NDArray[np.bool_],
    covariates: Floats,
    ties: Ties,
    says: str,
    *,
    left_out: tuple[LeftOut, ...] = (),
) -> Contrast:
    _refuse_one_sided(analysis, exposed, f"among {decision.n}")
    varies = covariates.std(axis=0) > 0  # among those who reach a landmark a covariate may not
    adjusted = [name for name, there in zip(decision.names, varies, strict=False) if there]
    table = np.column_stack([exposed.astype(np.float64), covariates[:, varies]])
    fit = cox(follow_up, table, names=["exposure", *adjusted], ties=ties)
    return Contrast(
        analysis=analysis,
        log_hazard_ratio=float(fit.coef[0]),
        std_error=float(fit.std_error[0]),
        n=decision.n - sum(left.count for left in left_out),
        events=int(follow_up.event.sum()),
        rows=follow_up.n,
        converged=fit.converged,
        why=fit.why or "",
        believe=analysis != "ever exposed (naive)",
        conventions=(says, f"adjusted for {', '.join(adjusted) or 'nothing'}", f"ties: {ties}"),
        left_out=left_out,
    )
