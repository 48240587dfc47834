"""Restricted mean survival time and survival at a milestone: group differences that need no proportional hazards.

Royston & Parmar 2013, BMC Medical Research Methodology 13:152, doi 10.1186/1471-2288-13-152; survival at a time point:
Klein, Logan, Harhoff & Andersen 2007, Statistics in Medicine 26:4505-4519, doi 10.1002/sim.2864.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival.curve_functional import (
    Functional,
    GroupDifference,
    difference,
    functional,
    is_robust,
    log_log_p,
    plain,
    ratio,
    reach_of,
    two_groups,
)
from lutetia.survival.followup import FollowUp, Grouping
from lutetia.survival.kaplan_meier import KaplanMeier, kaplan_meier
from lutetia.survival.state_curve import groups_of
from lutetia.survival.ties import TOLERANCE, Floats

NO_ERROR = "the curve has no error there (no event yet, or nobody left): no interval says how sure that is"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RestrictedMean:
    """Mean of min(T, horizon) with symmetric limits, in the unit of the times; `lost` is horizon − mean, the same way.

    `n_events` counts rows with the event up to the horizon, `at_risk_at_horizon` those at risk just before it. Without
    an error there are no limits, and `why` says so.
    """

    horizon: float
    mean: Estimate
    lost: Estimate
    n: int
    n_events: int
    at_risk_at_horizon: float
    label: Hashable | None = None
    why: str | None = None
    conventions: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()

    @property
    def value(self) -> float | None:
        """The mean."""
        return self.mean.estimate


@overload
def restricted_mean(
    f: FollowUp, horizon: float, by: None = None, *, robust: bool | None = None, level: float = 0.95
) -> RestrictedMean: ...
@overload
def restricted_mean(
    f: FollowUp, horizon: float, by: Grouping, *, robust: bool | None = None, level: float = 0.95
) -> dict[Hashable, RestrictedMean]: ...
def restricted_mean(
    f: FollowUp, horizon: float, by: Grouping | None = None, *, robust: bool | None = None, level: float = 0.95
) -> RestrictedMean | dict[Hashable, RestrictedMean]:
    """Area under Kaplan-Meier from 0 to the horizon; with `by` a dict by level.

    The variance is Greenwood's, Σ A(t)² d / (n (n − d)) with A(t) the area from t to the horizon: the one that R's
    `print(survfit, rmean=)` and survRM2 both use (no factor n/(n − 1)); `robust` (None: with clusters or fractional
    weights) takes the infinitesimal jackknife. Raises InputError for a horizon beyond the follow-up of a group whose
    curve has not reached 0 (nothing is extrapolated), several kinds of event, or a `by` that does not fit.
    """
    if by is None:
        curve = kaplan_meier(f)
        _refuse_beyond([(None, curve)], horizon, "horizon")
        return _mean(f, curve, horizon, None, robust, level, f.left_out)
    groups, left_out = groups_of(f, by)
    parts = {label: f.at(rows) for label, rows in groups.items()}
    curves = {label: kaplan_meier(part) for label, part in parts.items()}
    _refuse_beyond(list(curves.items()), horizon, "horizon")
    said = (*f.left_out, *left_out)
    return {label: _mean(part, curves[label], horizon, label, robust, level, said) for label, part in parts.items()}


def restricted_mean_difference(
    f: FollowUp,
    horizon: float,
    by: Grouping,
    *,
    reference: Hashable | None = None,
    robust: bool | None = None,
    level: float = 0.95,
) -> GroupDifference:
    """Difference and ratio of the restricted means of two groups, with intervals and p-values (as survRM2).

    The reference is the first label unless named. Raises InputError as `restricted_mean`, and unless there are two
    groups.
    """
    labels, parts, left_out = two_groups(f, by, reference, "restricted mean difference")
    curves = [kaplan_meier(part) for part in parts]
    _refuse_beyond(list(zip(labels, curves, strict=True)), horizon, "horizon")
    found = [_area(part, curve, horizon, is_robust(f, robust)) for part, curve in zip(parts, curves, strict=True)]
    values = (plain(found[0], level, 0.0, horizon), plain(found[1], level, 0.0, horizon))
    said = f"Restricted mean survival time to {horizon:g}; the ratio on the log scale."
    return _compared(f, labels, parts, found, values, level, None, (said, _variance_said(f, robust)), left_out)


def milestone_difference(
    f: FollowUp,
    when: float,
    by: Grouping,
    *,
    reference: Hashable | None = None,
    robust: bool | None = None,
    level: float = 0.95,
) -> GroupDifference:
    """Difference and ratio of Kaplan-Meier survival at one time between two groups, with intervals and p-values.

    `log_log_p` compares on the log(−log) scale, which keeps its level best in small groups (Klein 2007). The time must
    be fixed beforehand: one chosen after looking at the curves makes any p-value meaningless. Raises InputError for a
    time beyond the follow-up of a group, several kinds of event, or unless there are two groups.
    """
    labels, parts, left_out = two_groups(f, by, reference, "milestone difference")
    curves = [kaplan_meier(part, robust=is_robust(f, robust)) for part in parts]
    _refuse_beyond(list(zip(labels, curves, strict=True)), when, "when")
    found = [_survival(part, curve, when, is_robust(f, robust)) for part, curve in zip(parts, curves, strict=True)]
    first, second = (curve.survival_at(when, level=level) for curve in curves)
    said = (
        f"Survival at {when:g}, a time taken as fixed beforehand; limits of each group log-log, of the ratio log.",
        _variance_said(f, robust),
    )
    return _compared(f, labels, parts, found, (first, second), level, log_log_p(found[0], found[1]), said, left_out)


def _compared(
    f: FollowUp,
    labels: tuple[Hashable, Hashable],
    parts: tuple[FollowUp, FollowUp],
    found: list[Functional],
    values: tuple[Estimate, Estimate],
    level: float,
    p_log_log: float | None,
    conventions: tuple[str, ...],
    left_out: tuple[LeftOut, ...],
) -> GroupDifference:
    change, change_p = difference(found[0], found[1], level)
    quotient, quotient_p = ratio(found[0], found[1], level)
    certain = [str(label) for label, one in zip(labels, found, strict=True) if one.variance <= 0]
    said = [f"{labels[1]} less {labels[0]}, and {labels[1]} over {labels[0]}; p two-sided, normal.", *conventions]
    if f.strata is not None:
        said.append("The strata of the follow-up are not used.")
    return GroupDifference(
        groups=labels,
        values=values,
        difference=change,
        difference_p=change_p,
        ratio=quotient,
        ratio_p=quotient_p,
        log_log_p=p_log_log,
        n=(parts[0].n, parts[1].n),
        n_events=(int((parts[0].event > 0).sum()), int((parts[1].event > 0).sum())),
        why=f"{' and '.join(certain)}: {NO_ERROR}" if certain else None,
        conventions=tuple(said),
        left_out=left_out,
    )


def _mean(
    f: FollowUp,
    curve: KaplanMeier,
    horizon: float,
    label: Hashable | None,
    robust: bool | None,
    level: float,
    left_out: tuple[LeftOut, ...],
) -> RestrictedMean:
    found = _area(f, curve, horizon, is_robust(f, robust))
    lost = Functional(value=horizon - found.value, variance=found.variance, influence=None)
    return RestrictedMean(
        horizon=float(horizon),
        mean=plain(found, level, 0.0, horizon),
        lost=plain(lost, level, 0.0, horizon),
        n=f.n,
        n_events=int(((f.event > 0) & (f.stop <= horizon + TOLERANCE)).sum()),
        at_risk_at_horizon=float(curve.at_risk_at([horizon])[0]),
        label=label,
        why=NO_ERROR if found.variance <= 0 else None,
        conventions=(
            f"Area under Kaplan-Meier from 0 to {horizon:g}; limits symmetric.",
            _variance_said(f, robust),
            *curve.conventions[:2],
        ),
        left_out=left_out,
    )


def _area(f: FollowUp, curve: KaplanMeier, horizon: float, robust: bool) -> Functional:
    """The restricted mean; a death at t costs the area from t to the horizon."""
    inside = curve.times < horizon
    grid = np.concatenate([[0.0], curve.times[inside], [horizon]])
    pieces = np.append(1.0, curve.survival[inside]) * np.diff(grid)
    pull: Floats = np.zeros(curve.times.size)
    pull[inside] = np.cumsum(pieces[:0:-1])[::-1]
    return functional(f, curve, float(pieces.sum()), pull, robust)


def _survival(f: FollowUp, curve: KaplanMeier, when: float, robust: bool) -> Functional:
    """Survival at a time; a death up to then costs the survival that is left."""
    passed = curve.times <= when + TOLERANCE
    value = float(curve.survival[passed][-1]) if passed.any() else 1.0
    return functional(f, curve, value, np.where(passed, value, 0.0), robust)


def _variance_said(f: FollowUp, robust: bool | None) -> str:
    if not is_robust(f, robust):
        return "Variance: Greenwood, Σ A² d / (n (n − d)), as R survfit and survRM2."
    unit = "cluster" if f.cluster is not None else "row"
    return f"Variance: infinitesimal jackknife, one influence per {unit}; clusters in both groups are counted as such."


def _refuse_beyond(curves: Sequence[tuple[Hashable, KaplanMeier]], horizon: float, place: str) -> None:
    if not np.isfinite(horizon) or horizon <= 0:
        raise InputError("restricted mean", [Fault(place=place, must="must be a time above 0", got=f"{horizon}")])
    reaches = {label: reach_of(curve) for label, curve in curves}
    faults = [
        Fault(
            place=place if label is None else f"{place}, group {label}",
            must=f"must lie within follow-up, which ends at {reach:g}",
            got=f"{horizon:g}",
            do=f"Nothing is extrapolated: choose {min(reaches.values()):g} at most.",
        )
        for label, reach in reaches.items()
        if horizon > reach
    ]
    if faults:
        raise InputError("restricted mean", faults)
