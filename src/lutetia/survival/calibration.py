"""Calibration: does the event come as often as predicted? Observed risk by Kaplan-Meier against predicted risk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_interval import Interval, normal_quantile
from lutetia.survival.followup import FollowUp, Grouping, group_levels, refuse_causes
from lutetia.survival.kaplan_meier import kaplan_meier
from lutetia.survival.levels import Levels
from lutetia.survival.number_column import number_column
from lutetia.survival.ties import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CalibrationGroup:
    """Mean predicted and observed probability of the event by the time asked, in `n` rows; `label` names the group."""

    label: str
    predicted: float
    observed: Estimate
    n: int
    n_events: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calibration:
    """Observed against predicted risk at one time, by group and in all rows together.

    `ratio` is observed over mean predicted risk (1: right in the large; above 1: risk is underestimated), with limits
    on the log scale; None where no event has come.
    """

    when: float
    groups: tuple[CalibrationGroup, ...]
    overall: CalibrationGroup
    ratio: Estimate
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The ratio of observed to predicted risk."""
        return self.ratio.estimate


def calibration(
    f: FollowUp,
    survival: ArrayLike,
    when: float,
    *,
    groups: int | Grouping = 5,
    interval: Interval = "log-log",
    level: float = 0.95,
) -> Calibration:
    """Calibration at one time of the predicted probabilities (n,) to survive it.

    `groups` is a number of groups of rising predicted risk, cut at quantiles (equal predictions stay together), or a
    column of labels. Observed risk is 1 − Kaplan-Meier at that time, None where a group's follow-up ends before. Rows
    with a missing prediction or label are left out and counted. Raises InputError for predictions outside 0..1 or of
    another length, a time that is not above 0 or beyond all follow-up, or several kinds of event.
    """
    refuse_causes(f, "calibration")
    predicted = number_column(survival, "survival", "calibration")
    _refuse(f, predicted, when, groups)
    risk = 1 - predicted
    found = _quantile_groups(risk, groups) if isinstance(groups, int) else group_levels(f, groups, "groups")
    usable = ~np.isnan(predicted) & (found.codes >= 0)
    made = [
        _group(f, risk, np.flatnonzero(usable & (found.codes == code)), str(label), when, interval, level)
        for code, label in enumerate(found.labels)
        if (usable & (found.codes == code)).any()
    ]
    overall = _group(f, risk, np.flatnonzero(usable), "all", when, interval, level)
    return Calibration(
        when=float(when),
        groups=tuple(made),
        overall=overall,
        ratio=_ratio(overall, level),
        conventions=(
            f"Observed risk is 1 − Kaplan-Meier at {when:g} in each group; predicted risk is the group's mean.",
            "Groups are cut at quantiles of predicted risk." if isinstance(groups, int) else "Groups as given.",
        ),
        left_out=(*f.left_out, *_left_out(predicted, found)),
    )


def _refuse(f: FollowUp, predicted: Floats, when: float, groups: int | Grouping) -> None:
    faults = []
    if predicted.size != f.n or np.isnan(predicted).all():
        faults.append(Fault(place="survival", must=f"must have one value per row ({f.n})", got=str(predicted.size)))
    elif ((predicted < 0) | (predicted > 1)).any():
        got = f"{np.nanmin(predicted):g} to {np.nanmax(predicted):g}"
        faults.append(Fault(place="survival", must="must lie between 0 and 1", got=got))
    if not 0 < when <= f.stop.max():
        must = f"must lie above 0 and not beyond {f.stop.max():g}, the last follow-up"
        faults.append(Fault(place="when", must=must, got=f"{when:g}"))
    if isinstance(groups, int) and groups < 1:
        faults.append(Fault(place="groups", must="must be at least 1", got=str(groups)))
    if faults:
        raise InputError("calibration", faults)


def _quantile_groups(risk: Floats, count: int) -> Levels:
    cuts = np.unique(np.nanquantile(risk, np.arange(1, count) / count))
    codes = np.where(np.isnan(risk), -1, np.searchsorted(cuts, risk, side="left")).astype(np.int64)
    return Levels(codes=codes, labels=tuple(f"{number} of {cuts.size + 1}" for number in range(1, cuts.size + 2)))


def _group(
    f: FollowUp, risk: Floats, rows: NDArray[np.int64], label: str, when: float, interval: Interval, level: float
) -> CalibrationGroup:
    part = f.at(rows)
    survival = kaplan_meier(part).survival_at(when, interval, level)
    return CalibrationGroup(
        label=label,
        predicted=float(np.average(risk[rows], weights=part.weights)),
        observed=Estimate(
            estimate=_less(survival.estimate),
            lower=_less(survival.upper),
            upper=_less(survival.lower),
            std_error=survival.std_error,
            level=level,
            method=interval,
        ),
        n=part.n,
        n_events=int(((part.event > 0) & (part.stop <= when)).sum()),
    )


def _less(value: float | None) -> float | None:
    return None if value is None else 1 - value


def _ratio(overall: CalibrationGroup, level: float) -> Estimate:
    observed, error = overall.observed.estimate, overall.observed.std_error
    if not observed or error is None or overall.predicted <= 0:
        return Estimate(estimate=None, lower=None, upper=None, level=level, method="log")
    ratio, spread = observed / overall.predicted, error / observed
    reach = np.exp(normal_quantile(level) * spread)
    return Estimate(
        estimate=ratio,
        lower=float(ratio / reach),
        upper=float(ratio * reach),
        std_error=ratio * spread,
        level=level,
        method="log",
    )


def _left_out(predicted: Floats, found: Levels) -> list[LeftOut]:
    without = np.flatnonzero(np.isnan(predicted))
    unlabelled = np.flatnonzero(~np.isnan(predicted) & (found.codes < 0))
    reasons = ((without, "prediction missing"), (unlabelled, "group missing"))
    return [LeftOut.at(rows.tolist(), why) for rows, why in reasons if rows.size]
