"""Curves of state probabilities as a result can ask them: values and errors at a time, mean time spent in a state."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import Interval, limits, normal_quantile
from lutetia.survival.followup import FollowUp, Grouping, group_levels
from lutetia.survival.state_probability import (
    Codes,
    Floats,
    Pieces,
    Tally,
    hazards,
    initial_distribution,
    mean_time_std_errors,
    mean_times,
    probabilities,
    std_errors,
    tally,
)
from lutetia.survival.ties import TOLERANCE, distinct, position

CONVENTIONS = (
    "At risk at t are the rows with start < t ≤ stop: an event comes before a censoring of the same time.",
    "Times are tied when their step is at most 1.49e-8, absolutely or relative to the mean distinct time (R timefix).",
    "Standard errors: infinitesimal jackknife (derivative in the case weights), as R survfit for several states.",
    "Beyond the last follow-up the probabilities are unknown unless nobody can leave any more.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StateCurve:
    """Probabilities (1 + T, K) before the first and after each of T event times, with their standard errors.

    `last` is the end of the last follow-up, `settled` is true if at the end nobody is left in a state that was ever
    left.
    """

    pieces: Pieces
    counts: Tally
    initial_influence: Floats
    probability: Floats
    std_error: Floats
    last: float
    settled: bool
    why: str | None

    def estimate(self, state: int, when: float, interval: Interval, level: float) -> Estimate:
        """The probability of one state at one time; None beyond follow-up unless the curve is settled."""
        if not np.isfinite(when) or when < 0:
            raise InputError("time", [Fault(place="when", must="must be a time from 0", got=f"{when}")])
        row = int(np.searchsorted(self.counts.times, when + TOLERANCE, side="right"))
        p, error = self.probability[row, state], self.std_error[row, state]
        low, high = (float(side[0]) for side in limits(np.array([p]), np.array([error]), interval, level))
        known = when <= self.last + TOLERANCE or self.settled
        values = [float(p), low, high, float(error)] if known else [None] * 4
        found, lower, upper, sure = (None if value is None or np.isnan(value) else value for value in values)
        return Estimate(estimate=found, lower=lower, upper=upper, std_error=sure, level=level, method=interval)

    def mean_time(self, horizon: float, level: float) -> list[Estimate]:
        """Mean time spent in each state from 0 to the horizon; limits symmetric, None without an error."""
        self._refuse_beyond(horizon)
        z = normal_quantile(level)
        means = mean_times(self.counts, self.probability, horizon)
        errors = mean_time_std_errors(self.pieces, self.counts, self.probability, self.initial_influence, horizon)
        return [
            Estimate(
                estimate=mean,
                lower=max(mean - z * error, 0.0) if error > 0 else None,
                upper=min(mean + z * error, horizon) if error > 0 else None,
                std_error=error,
                level=level,
                method="plain",
            )
            for mean, error in zip(means.tolist(), errors.tolist(), strict=True)
        ]

    def _refuse_beyond(self, horizon: float) -> None:
        if not np.isfinite(horizon) or horizon <= 0:
            raise InputError("mean time", [Fault(place="horizon", must="must be a time above 0", got=f"{horizon}")])
        if horizon > self.last + TOLERANCE and not self.settled:
            must = f"must lie within follow-up, which ends at {self.last:g}"
            raise InputError("mean time", [Fault(place="horizon", must=must, got=f"{horizon:g}")])


def curve(pieces: Pieces) -> StateCurve:
    """The Aalen-Johansen curve of the pieces."""
    counts = tally(pieces)
    initial, influence = initial_distribution(pieces, counts)
    path = probabilities(initial, hazards(counts))
    errors = std_errors(pieces, counts, path, influence)
    left_once = counts.moves.sum(axis=(0, 2)) > 0
    return StateCurve(
        pieces=pieces,
        counts=counts,
        initial_influence=influence,
        probability=path,
        std_error=errors,
        last=float(pieces.stop.max()),
        settled=bool(counts.times.size and (path[-1][left_once] <= 1e-12).all()),
        why=_why(counts, path),
    )


def _why(counts: Tally, path: Floats) -> str | None:
    """What a reader must know before believing the curve, or None."""
    if not counts.times.size:
        return "no event: nothing moves, and no interval says how sure that is"
    if ((counts.n_at_risk > 0) & (path[:-1] <= 1e-12) & (counts.moves.sum(axis=2) > 0)).any():
        return "with delayed entry a state empties before others enter it: they move with a probability of 0"
    return None


def tied_times(f: FollowUp) -> tuple[Floats, Floats]:
    """Start (−inf for rows from the beginning) and stop of each row, tied times made equal.

    Raises InputError for a row whose start and stop are one time.
    """
    if f.start is None:
        grid = distinct(f.stop)
        return np.full(f.n, -np.inf), grid[position(grid, f.stop)]
    grid = distinct(f.stop, f.start)
    start, stop = grid[position(grid, f.start)], grid[position(grid, f.stop)]
    if (empty := np.flatnonzero(stop <= start)).size:
        place = f"stop, row {empty[0]} (counted from 0)"
        must = "must lie after start by more than rounding"
        raise InputError("follow-up", [Fault(place=place, must=must, got=f"a step below {TOLERANCE:.3g}")])
    return start, stop


def groups_of(f: FollowUp, by: Grouping) -> tuple[dict[Hashable, Codes], tuple[LeftOut, ...]]:
    """The rows of each level of `by`, and the rows without a level; InputError if `by` does not fit the rows."""
    found = group_levels(f, by, "by")
    missing = np.flatnonzero(found.codes < 0)
    left_out = (LeftOut.at(missing.tolist(), "group missing"),) if missing.size else ()
    return {label: np.flatnonzero(found.codes == code) for code, label in enumerate(found.labels)}, left_out
