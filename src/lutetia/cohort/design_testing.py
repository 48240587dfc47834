"""Design checks on what is tested: proportional hazards, and how many p-values are printed (checks 7, 10)."""

from __future__ import annotations

from functools import partial
from math import isfinite

import numpy as np

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.design_clock import in_months
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_rules import finding, in_words, limit
from lutetia.cohort.group_contrast import group_follow_up, group_model
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import InputError
from lutetia.proportion.multiplicity import adjusted_p
from lutetia.survival import FollowUp, GroupDifference, log_rank
from lutetia.survival.restricted_mean import milestone_difference, restricted_mean_difference

MILESTONES_MONTHS = (12, 24, 60)  # fixed before any study was looked at


def not_proportional(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 7: the score test of the compared groups (Grambsch, Therneau 1994, as cox.zph since 2019)."""
    if data.study.comparison is None:
        return finding("DC-07", None, "no comparison is declared")
    fit, groups, _ = group_model(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
    if not fit.converged:
        return finding("DC-07", None, f"the model has no estimate: {fit.why}")
    p = fit.zph().tests[0].p
    if not isfinite(p):
        return finding("DC-07", None, f"{fit.events} events are too few for a test of proportional hazards")
    says = f"{groups.levels[1]} against {groups.levels[0]}, test of proportional hazards (Kaplan-Meier scale): "
    says += f"p {p:.3f}" if p >= 0.001 else "p < 0.001"
    fired = p < limit("proportional_hazards_p")
    return finding("DC-07", fired, says, partial(_restricted_means, data, endpoint))


def _restricted_means(data: AnalysisData, endpoint: str) -> Remedy:
    """The difference of restricted means while a tenth of each group is followed, and of survival at milestones."""
    groups = group_follow_up(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
    follow_up, since = groups.follow_up, "the first day"
    if follow_up.start is not None:
        follow_up = FollowUp(stop=follow_up.stop - follow_up.start, event=follow_up.event)
        since = f"cohort entry ({data.study.cohort_entry})"
    horizon = min(float(np.quantile(follow_up.stop[groups.exposed == side], 0.9, method="lower")) for side in (0, 1))
    found = restricted_mean_difference(follow_up, horizon, groups.group, reference=groups.levels[0])
    title = f"difference of restricted means to {horizon / DAYS_PER_MONTH:.0f} months"
    rows = [RemedyRow(analysis=title, estimate=in_months(found.difference), n=follow_up.n)]
    for months in MILESTONES_MONTHS:
        if months * DAYS_PER_MONTH <= horizon:
            at = milestone_difference(follow_up, months * DAYS_PER_MONTH, groups.group, reference=groups.levels[0])
            rows.append(RemedyRow(analysis=f"milestone, {months} months", n=follow_up.n, says=_milestone(at)))
    said = (f"{groups.levels[1]} less {groups.levels[0]}; time runs from {since}", *found.conventions)
    title = f"{endpoint} without proportional hazards"
    return Remedy(title=title, quantity="months", rows=tuple(rows), conventions=said)


def _milestone(at: GroupDifference) -> str:
    """Event-free shares of both groups and their difference, in per cent."""
    reference, other = (f"{100 * value.estimate:.0f} %" if value.estimate is not None else "?" for value in at.values)
    said = f"event-free {at.groups[1]} {other}, {at.groups[0]} {reference}"
    change = at.difference
    if change.estimate is None or change.lower is None or change.upper is None:
        return f"{said}; the difference has no interval"
    low, high = 100 * change.lower, 100 * change.upper
    return f"{said}; difference {100 * change.estimate:+.0f} percentage points ({low:+.0f} to {high:+.0f})"


def many_tests(data: AnalysisData) -> DesignFinding:
    """Check 10: p-values that the declared analyses print, against a declared order of testing."""
    endpoints = [table.name for table in data.endpoints]
    factors = len(data.study.covariates) + 1
    printed = len(endpoints) * factors
    ordered = data.study.hierarchy
    says = f"{len(endpoints)} endpoints × {factors} factors: {printed} p-values; "
    says += (
        f"tested in the order {', '.join(ordered)}, all others exploratory" if ordered else "no hierarchy is declared"
    )
    run = partial(_adjusted, data) if data.study.comparison is not None else None
    return finding("DC-10", printed > limit("p_values") and not ordered, says, run)


def _adjusted(data: AnalysisData) -> Remedy:
    tested, untested = {}, []
    for table in data.endpoints:
        found = _tested(data, table.name)
        if isinstance(found, float):
            tested[table.name] = found
        else:
            untested.append(RemedyRow(analysis=f"{table.name}, log-rank", says=f"not tested: {found}"))
    rows = []
    if tested:
        raw = list(tested.values())
        holm, rate = adjusted_p(raw, method="holm"), adjusted_p(raw, method="benjamini-hochberg")
        for name, p, h, q in zip(tested, raw, holm, rate, strict=True):
            says = f"p {p:.4f}, Holm {h:.4f}, Benjamini-Hochberg {q:.4f}"
            rows.append(RemedyRow(analysis=f"{name}, log-rank", says=says))
    return Remedy(title="All endpoints together", quantity="p", rows=(*rows, *untested))


def _tested(data: AnalysisData, endpoint: str) -> float | str:
    """The log-rank p of the compared groups, or why there is none."""
    try:
        groups = group_follow_up(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
        found = log_rank(groups.follow_up, groups.group)
    except InputError as error:
        return in_words(error)
    return float(found.p) if found.why is None else found.why
