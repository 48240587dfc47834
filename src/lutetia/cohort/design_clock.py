"""Design checks on the clock: who is in, from when time runs, what is seen when (checks 1, 2, 3, 11, 13, 14, 15)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.clone_censor_weight import clone_censor_weight
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_rules import contrasts, finding, limit, share
from lutetia.cohort.endpoint import EndpointTable
from lutetia.cohort.exposure import Adjust, ever_exposed, landmark, time_dependent
from lutetia.cohort.group_contrast import GroupFollowUp, group_contrast, group_follow_up
from lutetia.cohort.regimen_group import group_names, matches
from lutetia.cohort.target_trial import target_trial
from lutetia.dates import DAYS_PER_MONTH
from lutetia.estimate import Estimate
from lutetia.survival import FollowUp, kaplan_meier, turnbull
from lutetia.survival.competing_risks import cumulative_incidence

REMEDY_MONTHS = 12.0  # where curves are read in a remedy


def second_line_required(data: AnalysisData, starters: AnalysisData | None) -> DesignFinding:
    """Check 1. `starters`: the same study with everybody who starts line 1, for the remedy."""
    with_second = sum(member.story.line(2) is not None for member in data.selection.members)
    pfs1 = next((table for table in data.endpoints if table.endpoint.endpoint == "PFS1"), None)
    fraction = pfs1.events / pfs1.n if pfs1 is not None and pfs1.n else None
    required = data.study.implied_entry()
    says = f"second line: {share(with_second, data.n)}"
    if required is not None:
        says += f"; the declaration requires {required}"
    if pfs1 is not None and fraction is not None:
        says += f"; events of PFS1: {share(pfs1.events, pfs1.n)}"
    fired = with_second == data.n and (fraction is None or fraction >= limit("pfs1_event_fraction"))
    run = None if starters is None or pfs1 is None else lambda: _all_starters(data, starters)
    return finding("DC-01", fired, says, run)


def _all_starters(data: AnalysisData, starters: AnalysisData) -> Remedy:
    rows = []
    for name, cohort in (("patients with a second line", data), ("all who start line 1", starters)):
        table = next(t for t in cohort.endpoints if t.endpoint.endpoint == "PFS1")
        used = [row for row in table.rows if row.stop_days > 0]
        curve = kaplan_meier(table.follow_up(rows=used))
        rows.append(RemedyRow(analysis=name, estimate=_months(curve.median()), n=table.n, events=table.events))
    return Remedy(title="PFS of the first line, median", quantity="months", rows=tuple(rows))


def _months(days: Estimate) -> Estimate:
    def scaled(value: float | None) -> float | None:
        return None if value is None else value / DAYS_PER_MONTH

    return Estimate(
        estimate=scaled(days.estimate), lower=scaled(days.lower), upper=scaled(days.upper), method=days.method
    )


def immortal_time(
    known_after_days: ArrayLike, follow_up_days: ArrayLike, run: Callable[[], Remedy] | None = None
) -> DesignFinding:
    """Check 2 on arrays: `known_after_days` (n,) from time zero until a patient's group could be known (0: at once).

    For an exposure that begins later this is the wait of the exposed and, for the never exposed, their whole follow-up.
    """
    known, end = np.asarray(known_after_days, dtype=np.float64), np.asarray(follow_up_days, dtype=np.float64)
    later = known > 0
    waited = float(np.minimum(known, end).sum())
    says = f"group known only after time zero: {share(int(later.sum()), known.size)}"
    if later.any():
        says += f"; median {np.median(known[later]):.0f} days later, {100 * waited / end.sum():.0f} % of all follow-up"
    return finding("DC-02", bool(later.any()), says, run)


def immortal_groups(data: AnalysisData, endpoint: str, deciding: AnalysisData | None) -> DesignFinding:
    """Check 2 of a study. `deciding`: the patients at the decision (`decision_data`), for the remedy."""
    table = data.endpoint(endpoint)
    if not table.endpoint.from_time_zero:
        return finding("DC-02", None, f"{endpoint} does not start at time zero of the study")
    end = {row.position: row.stop_days for row in table.rows}
    members = [member for member in data.selection.members if member.story.position in end]
    known = [max(0, member.group_known_on - member.time_zero.day) for member in members]
    run = None if deciding is None else partial(_decision, deciding)
    return immortal_time(known, [end[member.story.position] for member in members], run)


def _decision(data: AnalysisData) -> Remedy:
    """Every analysis from the decision on, the naive one first."""
    trial = target_trial(data)
    decision, grace = trial.decision, float(trial.emulation.grace_days)
    adjust: Adjust = "covariates" if decision.names else "none"
    found: list[Contrast] = [
        ever_exposed(decision, adjust=adjust),
        landmark(decision, day=grace, adjust=adjust),
        time_dependent(decision, adjust=adjust),
        clone_censor_weight(decision, grace_days=grace, weights="arm").contrast,
    ]
    reference, strategy = trial.emulation.strategies
    made = contrasts(f"{strategy.name} against {reference.name}, from {trial.emulation.at}", *found)
    return replace(made, conventions=(*made.conventions, *filter(None, [trial.caution])))


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
    run = None if entered is None or data.study.comparison is None else lambda: _entered(data, entered, endpoint)
    return finding("DC-03", True, says, run)


def _entered(data: AnalysisData, entered: AnalysisData, endpoint: str) -> Remedy:
    naive = group_contrast(data, endpoint, analysis="from time zero (naive)", believe=False)
    delayed = group_contrast(entered, endpoint, analysis="delayed entry", delayed_entry=True)
    return contrasts(f"{endpoint}, at risk from cohort entry", naive, delayed)


def centre_and_calendar(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 11."""
    centres = {str(m.story.course.care.centre) for m in data.selection.members if m.story.course.care is not None}
    years = [member.time_zero.on.year for member in data.selection.members]
    declared = {covariate.name for covariate in data.study.covariates}
    first = _first_year_of_groups(data)
    late = {g: y for g, y in first.items() if y - min(years) >= limit("years_without_exposure")} if years else {}
    says = [f"{len(centres)} centres, {'in' if 'centre' in declared else 'not among'} the covariates"]
    says += [f"calendar years {min(years)} to {max(years)}"] if years else []
    says += [f"{group} first given {year}" for group, year in sorted(late.items())]
    many = len(centres) > 1 and "centre" not in declared
    calendar = bool(late) and "year_of_line" not in declared
    can = data.study.comparison is not None and "centre" in declared
    run = (lambda: _by_centre(data, endpoint)) if can else None
    return finding("DC-11", many or calendar, "; ".join(says), run)


def _first_year_of_groups(data: AnalysisData) -> dict[str, int]:
    first: dict[str, int] = {}
    for member in data.selection.members:
        year = member.time_zero.on.year
        first[member.group] = min(year, first.get(member.group, year))
    return first


def _by_centre(data: AnalysisData, endpoint: str) -> Remedy:
    columns = {covariate.name: covariate.column for covariate in data.study.covariates}
    year = [columns["year_of_line"]] if "year_of_line" in columns else []
    plain = group_contrast(data, endpoint, analysis="centre and year ignored", believe=False)
    by_centre = group_contrast(
        data, endpoint, analysis="hazard of each centre, calendar year", adjust=year, strata=columns["centre"]
    )
    return contrasts(f"{endpoint} by centre", plain, by_centre)


def seen_at_visits(data: AnalysisData) -> DesignFinding:
    """Check 13."""
    progression = [t for t in data.endpoints if t.endpoint.endpoint in ("PFS1", "PFS2", "PFS_SECOND")]
    if not progression:
        return finding("DC-13", None, "no progression-free endpoint is declared")
    grid = data.study.visit_grid
    if grid is None:
        return finding("DC-13", None, "the schedule of assessments is not declared (visit_grid)")
    says = f"progression is looked for every {grid.every_days} days"
    return finding("DC-13", True, says, lambda: _interval_censored(progression[0], grid.every_days))


def _interval_censored(table: EndpointTable, every_days: int) -> Remedy:
    """Kaplan-Meier beside Turnbull: a progression lies after the visit before it, a death on its day."""
    used = [row for row in table.rows if row.stop_days > 0]
    stop = np.array([row.stop_days for row in used], dtype=np.float64)
    event = np.array([row.event == 1 for row in used])
    seen = np.array([row.cause == "progression" for row in used])
    left = np.where(event & seen, np.maximum(stop - every_days, 0), stop)
    curve = turnbull(left, np.where(event, stop, np.inf))
    plain = kaplan_meier(FollowUp(stop=stop, event=event))
    when = REMEDY_MONTHS * DAYS_PER_MONTH
    at = plain.survival_at(when)
    low, high = curve.survival_at(when)
    rows = (
        RemedyRow(analysis="Kaplan-Meier, progression on the day it was seen", estimate=at, n=len(used)),
        RemedyRow(
            analysis="Turnbull, progression since the visit before",
            estimate=Estimate(estimate=(low + high) / 2, lower=low, upper=high, method="bounds of the masses"),
            n=len(used),
            says="the limits are what the visits leave open, no confidence interval",
        ),
    )
    return Remedy(title=f"{table.name} at {REMEDY_MONTHS:g} months", quantity="probability", rows=rows)


def death_competes(data: AnalysisData) -> DesignFinding:
    """Check 14."""
    for table in data.endpoints:
        competing = sum(row.event == 2 for row in table.rows)
        if competing:
            says = f"{table.name}: {table.events} events, {competing} deaths before them"
            return finding("DC-14", True, says, partial(_incidence, table))
    names = [table.name for table in data.endpoints if table.endpoint.endpoint in ("TTNT", "TTD")]
    return finding("DC-14", False, f"no death before the event in {', '.join(names) or 'any endpoint'}")


def _incidence(table: EndpointTable) -> Remedy:
    used = [row for row in table.rows if row.stop_days > 0]
    both = table.follow_up(rows=used)
    alone = kaplan_meier(FollowUp(stop=both.stop, event=both.event == 1))
    when = min(REMEDY_MONTHS * DAYS_PER_MONTH, float(both.stop.max()))
    naive = alone.survival_at(when)
    incidence = cumulative_incidence(both).incidence_at(when)
    flipped = Estimate(
        estimate=None if naive.estimate is None else 1 - naive.estimate,
        lower=None if naive.upper is None else 1 - naive.upper,
        upper=None if naive.lower is None else 1 - naive.lower,
        method=naive.method,
    )
    rows = (
        RemedyRow(analysis="1 − Kaplan-Meier, deaths censored", estimate=flipped, n=both.n),
        RemedyRow(analysis="cumulative incidence", estimate=incidence, n=both.n),
    )
    return Remedy(title=f"{table.name} by {when / DAYS_PER_MONTH:.0f} months", quantity="probability", rows=rows)


def later_treatment(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 15: patients of one group whose later lines hold the treatment that only the other group's name has."""
    if data.study.comparison is None:
        return finding("DC-15", None, "no comparison is declared")
    groups = group_follow_up(data, endpoint)
    told, switching = [], []
    for level, other in (groups.levels, groups.levels[::-1]):
        for treatment in sorted(_classes_in(level) - _classes_in(other)):
            begins = _later(data, groups, treatment)
            mine = (groups.group == other) & np.isfinite(begins)
            told.append(f"{other} with later {treatment}: {share(int(mine.sum()), int((groups.group == other).sum()))}")
            if mine.any():
                switching.append((level, treatment, begins))
    if not told:
        return finding("DC-15", None, "which treatments the groups stand for cannot be told from their names")
    run = partial(_switching, groups, *switching[0]) if switching else None
    return finding("DC-15", bool(switching), "; ".join(told), run)


def _classes_in(level: str) -> set[str]:
    """The classes of treatment that a group is named after, as in SSA-RLT."""
    return set(re.split(r"[^A-Za-z]+", level)) & set(group_names())


def _later(data: AnalysisData, groups: GroupFollowUp, treatment: str) -> NDArray[np.float64]:
    """Days from time zero to the first line of a treatment behind the lines that made the groups; ∞ without one."""
    last = data.study.exposure.last_line or 0
    begins = []
    for place in groups.members:
        member = data.selection.members[int(place)]
        lines = (line for line in member.story.lines if line.number > last and matches(line.regimen, (treatment,)))
        first = next(lines, None)
        begins.append(np.inf if first is None else float(max(0, first.start.day - member.time_zero.day)))
    return np.array(begins)


def _switching(groups: GroupFollowUp, level: str, treatment: str, begins: NDArray[np.float64]) -> Remedy:
    """The group that begins with the treatment against the other, before and after counting its later start there."""
    own = groups.group == level
    ends, event = groups.follow_up.stop, groups.follow_up.event
    as_grouped = DecisionPoint.of(follow_up_days=ends, event=event, exposed_after_days=np.where(own, 0.0, np.inf))
    counted = DecisionPoint.of(follow_up_days=ends, event=event, exposed_after_days=np.where(own, 0.0, begins))
    naive, moved = (time_dependent(decision, adjust="none") for decision in (as_grouped, counted))
    return contrasts(
        f"{groups.endpoint}, {treatment} against none: as grouped, and with its later start counted",
        replace(naive, analysis="as grouped", believe=False),
        replace(moved, analysis=f"later {treatment} counted from its start"),
    )
