"""Design checks on the clock: who is in, when groups are known, from when time runs (checks 1, 2, 3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.clone_censor_weight import clone_censor_weight
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_rules import attempted, contrasts, finding, limit, share
from lutetia.cohort.endpoint import EndpointTable
from lutetia.cohort.exposure import Adjust, ever_exposed, landmark, time_dependent
from lutetia.cohort.group_contrast import group_contrast
from lutetia.cohort.target_trial import target_trial
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.survival import kaplan_meier


def second_line_required(data: AnalysisData, starters: AnalysisData | None) -> DesignFinding:
    """Check 1. `starters`: the same study with everybody who starts line 1, for the remedy."""
    with_second = sum(member.story.line(2) is not None for member in data.selection.members)
    pfs1 = _first_pfs(data)
    required = data.study.implied_entry()
    says = f"second line: {share(with_second, data.n)}"
    if required is not None:
        says += f"; the declaration requires {required}"
    demanded = required is not None and required.rank >= (2, 0)
    fired = with_second == data.n and demanded
    if pfs1 is not None and pfs1.n:
        says += f"; events of {pfs1.name}: {share(pfs1.events, pfs1.n)}"
        fired = with_second == data.n and (demanded or pfs1.events / pfs1.n >= limit("pfs1_event_fraction"))
    run = None if starters is None or pfs1 is None else lambda: _all_starters(data, starters)
    return finding("DC-01", fired, says, run)


def _first_pfs(data: AnalysisData) -> EndpointTable | None:
    return next((table for table in data.endpoints if table.endpoint.endpoint == "PFS1"), None)


def _all_starters(data: AnalysisData, starters: AnalysisData) -> Remedy:
    """The median of PFS1 in both cohorts, for everybody and by the treatment of the first line."""
    rows = []
    treatments = dict.fromkeys(member.group for member in starters.selection.members)
    for treatment in (None, *treatments):
        for name, cohort in (("patients with a second line", data), ("all who start line 1", starters)):
            title = name if treatment is None else f"{treatment} first: {name}"
            rows.append(_median_pfs(cohort, title, treatment))
    missing = starters.n - data.n
    says = f"{missing} patients who start line 1 are not in the cohort: {share(missing, starters.n)}"
    rows.append(RemedyRow(analysis="missing", n=missing, says=says))
    return Remedy(title="PFS of the first line, median", quantity="months", rows=tuple(rows))


def _median_pfs(cohort: AnalysisData, title: str, treatment: str | None) -> RemedyRow:
    table = _first_pfs(cohort)
    first = {m.story.position: m.story.lines[0].group for m in cohort.selection.members if m.story.lines}
    rows = [row for row in table.rows if treatment in (None, first.get(row.position))] if table is not None else []
    if table is None or not rows:
        return RemedyRow(analysis=title, n=0, events=0, says="nobody")
    curve = kaplan_meier(table.follow_up(rows=rows))
    says = "" if curve.median().estimate is not None else "median not reached"
    return RemedyRow(analysis=title, estimate=in_months(curve.median()), n=len(rows), events=curve.n_events, says=says)


def in_months(days: Estimate) -> Estimate:
    """An estimate of days in months of 30.4375 days."""
    values = [None if value is None else value / DAYS_PER_MONTH for value in (days.estimate, days.lower, days.upper)]
    return Estimate(estimate=values[0], lower=values[1], upper=values[2], level=days.level, method=days.method)


def immortal_time(
    known_after_days: ArrayLike, follow_up_days: ArrayLike, run: Callable[[], Remedy] | None = None
) -> DesignFinding:
    """Check 2 on arrays: `known_after_days` (n,) from time zero until a patient's group could be known (0: at once).

    For an exposure that begins later this is the wait of the exposed and, for the never exposed, their whole follow-up.
    Raises InputError for columns of unequal length, missing or negative days.
    """
    known, end = np.array(known_after_days, dtype=np.float64), np.array(follow_up_days, dtype=np.float64)
    if known.shape != end.shape or not (known >= 0).all() or not (end >= 0).all():
        must = "must be days from 0, none missing, in columns of one length"
        raise InputError("immortal time", [Fault(place="known_after_days, follow_up_days", must=must)])
    later = known > 0
    says = f"group known only after time zero: {share(int(later.sum()), known.size)}"
    if later.any():
        says += f"; median {np.median(known[later]):.0f} days later"
    if later.any() and end.sum():
        says += f", {100 * np.minimum(known, end).sum() / end.sum():.0f} % of all follow-up"
    return finding("DC-02", bool(later.any()), says, run)


def immortal_groups(data: AnalysisData, endpoint: str, deciding: AnalysisData | None) -> DesignFinding:
    """Check 2 of a study. `deciding`: the patients at the decision (`decision_data`), for the remedy.

    Time before a declared cohort entry is not at risk, so a group that is known by then costs nothing.
    """
    table = data.endpoint(endpoint)
    if not table.endpoint.from_time_zero:
        return finding("DC-02", None, f"{endpoint} does not start at time zero of the study")
    end = {row.position: row.stop_days for row in table.rows}
    members = [member for member in data.selection.members if member.story.position in end]
    entry = np.array([member.entry_days for member in members])
    known = np.array([member.group_known_on - member.time_zero.day for member in members])
    run = None if deciding is None else partial(_decision, deciding)
    at_risk = np.array([end[member.story.position] for member in members]) - entry
    made = immortal_time(np.maximum(known - entry, 0), np.maximum(at_risk, 0), run)
    if data.study.cohort_entry is None:
        return made
    return replace(made, trigger=f"{made.trigger}; counted from {data.study.cohort_entry}, where patients enter")


def _decision(data: AnalysisData) -> Remedy:
    """Every analysis from the decision on, the naive one first."""
    trial = target_trial(data)
    decision, grace = trial.decision, float(trial.emulation.grace_days)
    adjust: Adjust = "covariates" if decision.names else "none"
    found = (
        attempted("ever exposed (naive)", lambda: ever_exposed(decision, adjust=adjust)),
        attempted("landmark", lambda: landmark(decision, day=grace, adjust=adjust)),
        attempted("time-dependent", lambda: time_dependent(decision, adjust=adjust)),
        attempted(
            "clone-censor-weight",
            lambda: clone_censor_weight(decision, grace_days=grace, weights="initiation").contrast,
        ),
    )
    reference, strategy = trial.emulation.strategies
    made = contrasts(f"{strategy.name} against {reference.name}, from {trial.emulation.at}", *found)
    said = (*made.conventions, "all but the clones compare with patients who have not begun it, whatever else they get")
    return replace(made, conventions=(*said, *filter(None, [trial.caution])))


def late_entry(data: AnalysisData, endpoint: str, entered: AnalysisData | None) -> DesignFinding:
    """Check 3. `entered`: the same study with cohort entry where patients could first be in, for the remedy."""
    table, implied = data.endpoint(endpoint), data.study.implied_entry()
    if not table.endpoint.from_time_zero:
        return finding("DC-03", None, f"{endpoint} does not start at time zero of the study")
    if implied is None:
        return finding("DC-03", False, "nobody has to reach anything after time zero to be in")
    if data.study.cohort_entry is not None and data.study.cohort_entry.rank >= implied.rank:
        return finding("DC-03", False, f"at risk from {data.study.cohort_entry} on: delayed entry is declared")
    at = [implied.of(member.story) for member in data.selection.members]
    waits = [p.day - m.time_zero.day for p, m in zip(at, data.selection.members, strict=True) if not isinstance(p, str)]
    says = f"time runs from {data.study.time_zero}, but to be in, a patient must reach {implied}"
    says += f": {np.median(waits):.0f} days later in the median" if waits else ""
    run = None if entered is None else lambda: _entered(data, entered, endpoint)
    return finding("DC-03", max(waits, default=1) > 0, says, run)


def _entered(data: AnalysisData, entered: AnalysisData, endpoint: str) -> Remedy:
    """The hazard ratio with and without delayed entry; without a comparison, the median survival."""
    if data.study.comparison is not None:
        naive = attempted("naive", lambda: group_contrast(data, endpoint, analysis="from time zero", believe=False))
        delayed = attempted(
            "delayed entry",
            lambda: group_contrast(entered, endpoint, analysis="delayed entry", delayed_entry=True),
        )
        return contrasts(f"{endpoint}, at risk from cohort entry", naive, delayed)
    table, late = data.endpoint(endpoint), entered.endpoint(endpoint)
    kept, gone = late.at_risk_after_entry()
    curves = {
        "from time zero (naive)": kaplan_meier(table.follow_up()),
        "delayed entry": kaplan_meier(late.follow_up(delayed_entry=True, rows=kept)),
    }
    rows = [
        RemedyRow(analysis=name, estimate=in_months(curve.median()), n=curve.n, events=curve.n_events)
        for name, curve in curves.items()
    ]
    said = tuple(str(left) for left in gone)
    return Remedy(title=f"{endpoint}, median", quantity="months", rows=tuple(rows), conventions=said)
