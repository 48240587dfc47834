"""Turnbull's curve: survival when the event is known only to lie between two visits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.survival.followup import ROWS_NAMED, floats
from lutetia.survival.npmle import TARGET_GAP, Fit, fit_masses
from lutetia.survival.ties import TOLERANCE, Codes, Floats, distinct, position

NAME = "Turnbull's curve"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Turnbull:
    """Mass of the event in each interval (lower, upper]; equal ends are one exact time, upper ∞ is "after the last".

    `mass` (k,) sums to 1. `gap` bounds what is missing: the log-likelihood lies within n · gap of its maximum. Where
    the mass lies within an interval the data cannot say; there are no standard errors (resample the patients for them).
    `converged` False means that `gap` is not small enough, and `why` says so.
    """

    lower: Floats
    upper: Floats
    mass: Floats
    log_likelihood: float
    gap: float
    iterations: int
    converged: bool
    n: int
    conventions: tuple[str, ...]
    why: str | None = None

    @property
    def survival(self) -> Floats:
        """S at each `upper`, (k,)."""
        return np.asarray(np.clip(1 - np.cumsum(self.mass), 0, 1), dtype=np.float64)

    def survival_at(self, t: float) -> tuple[float, float]:
        """Smallest and largest S(t) that the masses allow; they differ inside an interval with mass."""
        surely_after = float(self.mass[(self.lower >= t) & (self.upper > t)].sum())
        maybe_after = float(self.mass[self.upper > t + TOLERANCE].sum())
        return surely_after, maybe_after


def turnbull(left: ArrayLike, right: ArrayLike, weights: ArrayLike | None = None) -> Turnbull:
    """Non-parametric maximum likelihood of the distribution of events known to lie in (left, right].

    `left` = `right` is an exact time; a `right` that is ∞ or missing is right-censored (event after left); a `left`
    that is 0 or missing is left-censored (event by right). `weights` (n,) count each row so often. Returns the masses
    on the innermost intervals (Turnbull, J R Stat Soc B 1976; 38: 290), found by EM and the iterative convex minorant
    in turn (Wellner & Zhan, J Am Stat Assoc 1997; 92: 945) until no gradient says that mass wants to move (gap 1e-9).

    Raises InputError for unequal lengths, right before left, negative times, rows that know neither end, weights not
    above 0.
    """
    low, high, w = _read(left, right, weights)
    lower, upper, first, last = _innermost(low, high)
    fit = fit_masses(first, last, w, lower.size)
    return Turnbull(
        lower=lower,
        upper=upper,
        mass=fit.mass,
        log_likelihood=fit.log_likelihood,
        gap=fit.gap,
        iterations=fit.iterations,
        converged=fit.converged,
        n=low.size,
        conventions=(
            "The event lies in (left, right]; equal ends are an exact time, right-censored at t means after t.",
            "Only the mass of each innermost interval is known, not where in it the event falls.",
            f"Converged when no gradient exceeds 1 by more than {TARGET_GAP:g}.",
        ),
        why=_why(fit),
    )


def _why(fit: Fit) -> str | None:
    if fit.converged:
        return None
    return f"after {fit.iterations} steps the log-likelihood may still be {fit.gap:.2g} per patient below its maximum"


def _read(left: ArrayLike, right: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    """Left ends (missing: 0), right ends (missing: ∞) and weights as floats, or InputError with every fault."""
    try:
        low, high = floats(left), floats(right)
        w = np.ones(low.size) if weights is None else floats(weights)
    except (TypeError, ValueError) as wrong:
        fault = Fault(place="left, right, weights", must="must be columns of numbers", got=str(wrong))
        raise InputError(NAME, [fault]) from wrong
    if not low.size or len({low.size, high.size, w.size}) > 1:
        got = f"{low.size}, {high.size}, {w.size}"
        must = "must have one length of at least 1"
        raise InputError(NAME, [Fault(place="left, right, weights", must=must, got=got)])
    unknown = (np.isnan(low) | (low == -np.inf)) & (np.isnan(high) | (high == np.inf))
    low = np.where(np.isnan(low) | (low == -np.inf), 0.0, low)
    high = np.where(np.isnan(high), np.inf, high)
    rules = {
        "left or right: one of them must be known": unknown,
        "left: must be a finite number from 0": ~np.isfinite(low) | (low < 0),
        "right: must not lie before left": high < low,
        "weights: must be finite and above 0": ~(np.isfinite(w) & (w > 0)),
    }
    faults = [_fault(rule, np.flatnonzero(bad)) for rule, bad in rules.items() if bad.any()]
    if faults:
        raise InputError(NAME, faults)
    return low, high, w


def _fault(rule: str, rows: Codes) -> Fault:
    place, must = rule.split(": ")
    named = ", ".join(str(row) for row in rows[:ROWS_NAMED])
    more = f" and {rows.size - ROWS_NAMED} more" if rows.size > ROWS_NAMED else ""
    return Fault(place=f"{place}, rows {named}{more} (counted from 0)", must=must)


def _innermost(low: Floats, high: Floats) -> tuple[Floats, Floats, Codes, Codes]:
    """The innermost intervals, and for each row the first and last of them that it covers.

    All ends stand on one line; at one time the order is: an exact event begins, a right end, an open left end. An
    interval is innermost where a left end is followed at once by a right end.
    """
    finite = np.isfinite(high)
    grid = distinct(low, high[finite])
    at_low = 3 * position(grid, low)
    at_high = np.where(finite, 3 * position(grid, np.where(finite, high, 0)) + 1, 3 * grid.size + 1)
    exact = at_low + 1 == at_high
    at_low = np.where(exact, at_low, at_low + 2)
    opens, ends = np.unique(at_low), np.unique(at_high)
    next_end = ends[np.searchsorted(ends, opens)]
    next_open = np.append(opens[1:], np.iinfo(np.int64).max)
    inner = next_end < next_open
    opens, ends = opens[inner], next_end[inner]
    times = np.append(grid, np.inf)
    first = np.searchsorted(opens, at_low)
    last = np.searchsorted(ends, at_high, side="right") - 1
    return times[opens // 3], times[ends // 3], first, last
