"""The Cox model of weighted clones, fitted to as few rows as it needs.

During the grace period the weight of every clone changes on every day on which somebody leaves. Of those at risk on a
death day the partial likelihood sees only the sum of their weights in each arm, so they stand in one row for each arm
and death day; who dies has a row of his own, and after the grace period, when weights no longer change, every clone
has. The robust variance (Lin, Wei 1989, doi 10.1080/01621459.1989.10478874) gives each patient his share of the merged
rows' score. Both are what one row for each clone and day would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.clone import Clones
from lutetia.cohort.leaving import Codes, Floats, Leaving
from lutetia.survival import CoxFit, FollowUp, cox


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloneFit:
    """Log hazard ratio of the arm "treat", its standard error (robust by patient), and the rows fitted."""

    log_hazard_ratio: float
    std_error: float
    rows: int
    converged: bool
    why: str


def clone_fit(clones: Clones, leaving: Mapping[bool, Leaving], grace_days: float, ties: str) -> CloneFit:
    """The hazard ratio of the arms, each clone weighted by `leaving` of its arm. Raises InputError without an event."""
    rows = _rows(clones, leaving, grace_days)
    follow_up = FollowUp(start=rows.start, stop=rows.stop, event=rows.event, weights=rows.weights)
    fit = cox(follow_up, rows.treat.astype(np.float64)[:, None], ties=ties, robust=False)  # type: ignore[arg-type]
    return CloneFit(
        log_hazard_ratio=float(fit.coef[0]),
        std_error=_robust_error(clones, leaving, rows, fit),
        rows=rows.stop.size,
        converged=fit.converged,
        why=fit.why or "",
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Pieces (start, stop] with their weights; `clone` (the row of the clones) is −1 where many are merged."""

    start: Floats
    stop: Floats
    event: NDArray[np.bool_]
    treat: NDArray[np.bool_]
    weights: Floats
    clone: Codes


def _rows(clones: Clones, leaving: Mapping[bool, Leaving], grace_days: float) -> _Rows:
    days = _death_days(clones, grace_days)
    dying = np.flatnonzero(clones.event & (clones.stop <= grace_days))
    since = np.concatenate([[0.0], days])[np.searchsorted(days, clones.stop[dying])]
    late = np.flatnonzero(clones.stop > grace_days)
    parts = (
        _merged(clones, leaving, days),
        _own(clones, leaving, dying, since),
        _own(clones, leaving, late, np.full(late.size, grace_days)),
    )
    names = ("start", "stop", "event", "treat", "weights", "clone")
    return _Rows(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _death_days(clones: Clones, grace_days: float) -> Floats:
    return np.unique(clones.stop[clones.event & (clones.stop <= grace_days)])


def _survivors(clones: Clones, days: Floats) -> Iterator[tuple[int, bool, Codes]]:
    """The clones of each arm at risk on each death day who do not die on it: place of the day, arm, rows of clones."""
    for place, day in enumerate(days):
        there = (clones.stop > day) | ((clones.stop == day) & ~clones.event)
        for arm in (True, False):
            rows = np.flatnonzero(there & (clones.treat == arm))
            if rows.size:
                yield place, arm, rows


def _merged(clones: Clones, leaving: Mapping[bool, Leaving], days: Floats) -> _Rows:
    found = [
        (place, arm, leaving[arm].weights_of(clones.patient[rows], days[place]).sum())
        for place, arm, rows in _survivors(clones, days)
    ]
    place = np.array([row[0] for row in found], dtype=np.int64)
    return _Rows(
        start=np.concatenate([[0.0], days])[place],
        stop=days[place],
        event=np.zeros(place.size, dtype=bool),
        treat=np.array([row[1] for row in found], dtype=bool),
        weights=np.array([row[2] for row in found], dtype=np.float64),
        clone=np.full(place.size, -1),
    )


def _own(clones: Clones, leaving: Mapping[bool, Leaving], rows: Codes, start: Floats) -> _Rows:
    return _Rows(
        start=start,
        stop=clones.stop[rows],
        event=clones.event[rows],
        treat=clones.treat[rows],
        weights=weights_before(clones, leaving, rows, clones.stop[rows]),
        clone=rows,
    )


def weights_before(clones: Clones, leaving: Mapping[bool, Leaving], rows: Codes, before_days: Floats) -> Floats:
    """The weights of these clones, each just before a day of its own."""
    weight = np.empty(rows.size)
    for arm in (True, False):
        mine = clones.treat[rows] == arm
        weight[mine] = leaving[arm].weights_of(clones.patient[rows[mine]], before_days[mine])
    return weight


def _robust_error(clones: Clones, leaving: Mapping[bool, Leaving], rows: _Rows, fit: CoxFit) -> float:
    """Root of the sum of squares over patients of what both their clones move the log hazard ratio by."""
    score = fit.residuals("score")[:, 0]
    own = rows.clone >= 0
    patients = clones.patient[rows.clone[own]]
    of_patient = np.bincount(patients, weights=(rows.weights * score)[own], minlength=int(clones.patient.max()) + 1)
    days = np.unique(rows.stop[~own])
    for at, (place, arm, members) in enumerate(_survivors(clones, days)):  # merged rows come first, in this order
        of_patient[clones.patient[members]] += leaving[arm].weights_of(clones.patient[members], days[place]) * score[at]
    return float(np.sqrt((of_patient**2).sum()) * fit.covariance_model[0, 0])
