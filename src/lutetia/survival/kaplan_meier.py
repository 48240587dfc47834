"""Kaplan-Meier curves: the probability to be free of the event, with intervals, quantiles and numbers at risk."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import Interval, limits
from lutetia.survival.curve_quantile import MedianInterval, number_or_none, quantile, spss_median
from lutetia.survival.curve_variance import greenwood, jackknife
from lutetia.survival.followup import FollowUp, Grouping, group_levels, refuse_causes
from lutetia.survival.risk_table import Counts, RiskTable, risk_table
from lutetia.survival.ties import TOLERANCE, Floats

COMMON_CONVENTIONS = (
    "At risk at t are the rows with start < t ≤ stop: an event and a censoring at the same time count as event first.",
    "Times are tied when their step is at most 1.49e-8, absolutely or relative to the mean distinct time (R timefix).",
    "A quantile at which the curve is flat is the middle of the flat stretch (R); after the last step, of the stretch "
    "to the last follow-up.",
    "Beyond the last follow-up the curve is unknown unless it has reached 0.",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """A curve as it is drawn: `times` from 0, `survival`, `lower` and `upper` from each time on (NaN: no limit)."""

    times: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    level: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KaplanMeier:
    """One curve: arrays (k,) over the distinct times at which a row's follow-up ends.

    `survival` is S(t) from that time on, `std_error` its standard error (NaN where undefined); counts are whole
    numbers, or sums of weights with case weights. `n` rows and `n_events` rows with the event are never weighted.
    `entry_times` and `entered` (e,) say who entered later. `why` says what to know before believing the curve.
    """

    times: Floats
    at_risk: Counts
    events: Counts
    censored: Counts
    survival: Floats
    std_error: Floats
    entry_times: Floats
    entered: Counts
    n: int
    n_events: int
    label: Hashable | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()
    why: str | None = None

    @property
    def censor_times(self) -> Floats:
        """Distinct times at which someone is censored, for the marks on the curve."""
        return self.times[self.censored > 0]

    @overload
    def survival_at(self, t: float, interval: Interval = ..., level: float = ...) -> Estimate: ...
    @overload
    def survival_at(
        self, t: Sequence[float] | Floats, interval: Interval = ..., level: float = ...
    ) -> list[Estimate]: ...
    def survival_at(
        self, t: float | Sequence[float] | Floats, interval: Interval = "log-log", level: float = 0.95
    ) -> Estimate | list[Estimate]:
        """S(t) with standard error and limits, a list for several times; None beyond the last follow-up unless S is 0.

        Raises InputError for an unknown interval, a level outside 0..1, a negative or missing time.
        """
        asked = _asked("t", t)
        band = self.band(interval, level)
        error = np.append(np.zeros(band.times.size - self.times.size), self.std_error)
        end = np.inf if self.survival[-1] == 0 else self.times[-1] + TOLERANCE
        rows = []
        for time, at in zip(asked, np.searchsorted(band.times, asked + TOLERANCE, side="right") - 1, strict=True):
            values = (band.survival[at], band.lower[at], band.upper[at], error[at])
            s, low, high, spread = (number_or_none(value) if time <= end else None for value in values)
            rows.append(Estimate(estimate=s, lower=low, upper=high, std_error=spread, level=level, method=interval))
        return rows[0] if np.ndim(t) == 0 else rows

    @overload
    def quantile(self, p: float, interval: Interval = ..., level: float = ...) -> Estimate: ...
    @overload
    def quantile(self, p: Sequence[float] | Floats, interval: Interval = ..., level: float = ...) -> list[Estimate]: ...
    def quantile(
        self, p: float | Sequence[float] | Floats, interval: Interval = "log-log", level: float = 0.95
    ) -> Estimate | list[Estimate]:
        """Time by which the share `p` has had the event (p = 0.25: S = 0.75), with Brookmeyer-Crowley limits.

        The limits are the times at which the curve's own limits reach 1 − p; None for what is never reached. There is
        no standard error. Raises InputError for p outside 0..1, an unknown interval, a level outside 0..1.
        """
        asked = _asked("p", p)
        if (asked > 1).any():
            raise InputError("quantile", [Fault(place="p", must="must lie between 0 and 1", got=f"{asked.max():g}")])
        curves = (self.survival, *limits(self.survival, self.std_error, interval, level))
        rows = []
        for share in asked:
            found, low, high = (quantile(self.times, curve, float(share)) for curve in curves)
            rows.append(Estimate(estimate=found, lower=low, upper=high, level=level, method=interval))
        return rows[0] if np.ndim(p) == 0 else rows

    def median(self, interval: MedianInterval = "log-log", level: float = 0.95) -> Estimate:
        """Median time with limits: Brookmeyer-Crowley with any interval, or "spss": symmetric, estimate ± z · SE.

        "spss" takes the first time with S ≤ 0.5 and SE = SE(S) · (l − u) / (S(u) − S(l)) with u the last time with
        S ≥ 0.55 and l the first with S ≤ 0.45 (the density at the median); None where these are not reached.
        """
        if interval == "spss":
            steps = self.events > 0
            return spss_median(self.times[steps], self.survival[steps], self.std_error[steps], level)
        return self.quantile(0.5, interval, level)

    def at_risk_at(self, times: ArrayLike) -> Counts:
        """Numbers at risk just before each of `times`, same shape; at time 0 also those whose follow-up starts at 0.

        Whole numbers, or sums of weights with case weights. Raises InputError for a negative or missing time.
        """
        asked = _asked("times", times)
        after = np.searchsorted(self.times, asked - TOLERANCE)  # first distinct time not before the asked one
        found = np.append(self.at_risk, 0)[after]
        if self.entered.size:
            later = np.append(np.cumsum(self.entered[::-1])[::-1], 0)
            next_time = np.append(self.times, np.inf)[after]
            since = np.where(asked == 0, TOLERANCE, asked - TOLERANCE)
            found = found + later[np.searchsorted(self.entry_times, next_time)]
            found = found - later[np.searchsorted(self.entry_times, since)]
        return found.reshape(np.shape(times))

    def band(self, interval: Interval = "log-log", level: float = 0.95) -> Band:
        """The curve with its limits at every distinct time, opened by time 0 where S is 1."""
        opening = np.zeros(0 if self.times[0] == 0 else 1)
        survival = np.append(opening + 1, self.survival)
        lower, upper = limits(survival, np.append(opening, self.std_error), interval, level)
        times = np.append(opening, self.times)
        return Band(times=times, survival=survival, lower=lower, upper=upper, level=level, method=interval)


@overload
def kaplan_meier(f: FollowUp, by: None = ..., robust: bool | None = ...) -> KaplanMeier: ...
@overload
def kaplan_meier(f: FollowUp, by: Grouping, robust: bool | None = ...) -> dict[Hashable, KaplanMeier]: ...
def kaplan_meier(
    f: FollowUp, by: Grouping | None = None, robust: bool | None = None
) -> KaplanMeier | dict[Hashable, KaplanMeier]:
    """The curve of all rows, or with `by` (labels of length n, or a mapping of names to columns) a dict by label.

    `robust` chooses the variance: Greenwood's, or the infinitesimal jackknife over clusters; None takes the jackknife
    where clusters or weights that are no whole numbers are given, as R does. Strata of `f` do not split the curve. Rows
    without a label are left out and counted. Raises InputError if `f` knows several kinds of event, if `by` has another
    length, and if no row has a label.

    Kaplan & Meier, J Am Stat Assoc 1958; 53: 457. Time O(n) for whole times, else O(n log n).
    """
    refuse_causes(f, "Kaplan-Meier curve")
    if by is None:
        return _curve(f, robust)
    groups = group_levels(f, by, "by")
    curves: dict[Hashable, KaplanMeier] = {}
    missing = np.flatnonzero(groups.codes < 0)
    unlabelled = (LeftOut.at(missing.tolist(), "without a label to group by"),) if missing.size else ()
    for code, label in enumerate(groups.labels):
        curve = _curve(f.at(groups.codes == code), robust)
        curves[label] = replace(curve, label=label, left_out=(*f.left_out, *unlabelled))
    return curves


def _curve(f: FollowUp, robust: bool | None) -> KaplanMeier:
    table = risk_table(f)
    survival = _product(table)
    fractional = f.weights is not None and bool((f.weights != np.floor(f.weights)).any())
    jack = (f.cluster is not None or fractional) if robust is None else robust
    n_events = int(np.count_nonzero(f.event))
    return KaplanMeier(
        times=table.times,
        at_risk=table.at_risk,
        events=table.events,
        censored=table.censored,
        survival=survival,
        std_error=jackknife(f, table, survival) if jack else greenwood(table, survival),
        entry_times=table.entry_times,
        entered=table.entered,
        n=f.n,
        n_events=n_events,
        conventions=(*COMMON_CONVENTIONS, *_said_of(f, jack)),
        left_out=f.left_out,
        why=_why(table.at_risk, table.events, n_events),
    )


def _product(table: RiskTable) -> Floats:
    """S(t) after each distinct time; sums of weights that differ by rounding only leave nobody."""
    share = table.events / table.at_risk
    share[share > 1 - 1e-12] = 1
    return np.asarray(np.cumprod(1 - share), dtype=np.float64)


def _said_of(f: FollowUp, jack: bool) -> list[str]:
    """The conventions that depend on what was given."""
    unit = "cluster" if f.cluster is not None else "row"
    said = [f"Variance: infinitesimal jackknife, one influence per {unit}." if jack else "Variance: Greenwood."]
    if f.weights is not None:
        said.append("Counts are sums of case weights; a weight of 2 is two equal rows.")
    if f.start is not None:
        said.append("Delayed entry: a row counts from after its start, so the early curve may rest on very few.")
    if f.strata is not None:
        said.append("The strata of the follow-up do not split this curve.")
    return said


def _why(at_risk: Counts, events: Counts, n_events: int) -> str | None:
    if not n_events:
        return "no event: all rows are censored, the curve stays at 1 and no interval says how sure that is"
    emptied = np.flatnonzero((at_risk == events)[:-1])
    if emptied.size:
        return "with delayed entry the risk set empties before the end; the curve falls to 0 there and stays"
    return None


def _asked(name: str, values: float | ArrayLike) -> Floats:
    """The asked times or shares as a float array, each finite and not negative; else InputError."""
    asked = np.atleast_1d(np.asarray(values, dtype=np.float64))
    bad = ~(np.isfinite(asked) & (asked >= 0))
    if bad.any():
        got = f"{asked[bad][0]:g}"
        raise InputError("Kaplan-Meier curve", [Fault(place=name, must="must be a number from 0", got=got)])
    return asked
