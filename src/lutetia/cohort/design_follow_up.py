"""Design checks on what happens on the way: centres and years, visits, competing death, later treatment (11, 13-15)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lutetia.cohort.analysis_rows import AnalysisData
from lutetia.cohort.contrast import Contrast
from lutetia.cohort.decision_point import DecisionPoint
from lutetia.cohort.design_finding import DesignFinding, Remedy, RemedyRow
from lutetia.cohort.design_rules import attempted, contrasts, finding, limit, share
from lutetia.cohort.endpoint import EndpointTable
from lutetia.cohort.exposure import pieces
from lutetia.cohort.group_contrast import GroupFollowUp, contrast_of, from_entry, group_contrast, group_follow_up
from lutetia.cohort.regimen_group import ANY, known_words, matches
from lutetia.cohort.treatment_sequence import SEQUENCES
from lutetia.dates import DAYS_PER_MONTH
from lutetia.errors import Fault, InputError
from lutetia.estimate import Estimate
from lutetia.rows import LeftOut
from lutetia.survival import FollowUp, cox, kaplan_meier, turnbull
from lutetia.survival.competing_risks import cumulative_incidence

REMEDY_MONTHS = 12.0  # where curves are read in a remedy


def centre_and_calendar(data: AnalysisData, endpoint: str) -> DesignFinding:
    """Check 11: several centres, or a compared group that came years after the first patient, and neither adjusted for.

    Centres and years are those of the courses, declared as covariates or not.
    """
    centres = {centre for centre in _centres(data) if centre is not None}
    years = [member.time_zero.on.year for member in data.selection.members]
    declared = {covariate.name for covariate in data.study.covariates}
    compared = data.study.comparison.levels if data.study.comparison is not None else data.study.exposure.levels
    first = {group: year for group, year in _first_year_of_groups(data).items() if group in compared}
    late = {group: year for group, year in first.items() if year - min(years) >= limit("years_without_exposure")}
    says = [f"{len(centres)} centres, {'in' if 'centre' in declared else 'not among'} the covariates"]
    says += [f"calendar years {min(years)} to {max(years)}"] if years else []
    says += [f"{group} first given {year}" for group, year in sorted(late.items())]
    many = len(centres) > 1 and "centre" not in declared
    calendar = bool(late) and "year_of_line" not in declared
    run = partial(_by_centre, data, endpoint) if data.study.comparison is not None else None
    return finding("DC-11", many or calendar, "; ".join(says), run)


def _centres(data: AnalysisData) -> list[str | None]:
    care = [member.story.course.care for member in data.selection.members]
    return [str(there.centre) if there is not None and isinstance(there.centre, str) else None for there in care]


def _first_year_of_groups(data: AnalysisData) -> dict[str, int]:
    first: dict[str, int] = {}
    for member in data.selection.members:
        year = member.time_zero.on.year
        first[member.group] = min(year, first.get(member.group, year))
    return first


def _by_centre(data: AnalysisData, endpoint: str) -> Remedy:
    delayed = data.study.cohort_entry is not None
    plain = attempted(
        "centre and year ignored",
        lambda: group_contrast(
            data, endpoint, analysis="centre and year ignored", delayed_entry=delayed, believe=False
        ),
    )
    analysis = "hazard of each centre, calendar year"
    return contrasts(f"{endpoint} by centre", plain, attempted(analysis, lambda: _stratified(data, endpoint, analysis)))


def _stratified(data: AnalysisData, endpoint: str, analysis: str) -> Contrast:
    """Stratified by centre and adjusted for the year of time zero; patients without a centre on record are left out."""
    groups = group_follow_up(data, endpoint, delayed_entry=data.study.cohort_entry is not None)
    centres, members = _centres(data), groups.members
    there = [n for n, member in enumerate(members.tolist()) if centres[member] is not None]
    without = [member for member in members.tolist() if centres[member] is None]
    alone = len(without) == members.size
    kept = np.arange(members.size) if alone else np.array(there)
    labels = None if alone else [str(centres[int(member)]) for member in members[kept]]
    years = np.array([data.selection.members[int(m)].time_zero.on.year for m in members[kept]], dtype=np.float64)
    table = np.column_stack([groups.exposed[kept].astype(np.float64), years])
    fit = cox(
        groups.follow_up.at(kept),
        table[:, np.append(True, np.ptp(years) > 0)],
        names=["group", "calendar year"] if np.ptp(years) > 0 else ["group"],
        strata=labels,
    )
    said = "no centre is on record" if alone else "stratified by centre"
    left_out = (LeftOut.at(without, "centre not known"),) if without and not alone else ()
    conventions = (f"{said}; adjusted for the calendar year of time zero" if np.ptp(years) else said,)
    return contrast_of(fit, analysis, conventions=conventions, left_out=(*groups.left_out, *left_out))


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
    stop = np.array([row.stop_days for row in table.rows], dtype=np.float64)
    event = np.array([row.event == 1 for row in table.rows], dtype=bool)
    seen = np.array([row.cause == "progression" for row in table.rows], dtype=bool)
    left = np.where(event & seen, np.maximum(stop - every_days, 0), stop)
    plain = kaplan_meier(FollowUp(stop=stop, event=event))
    curve = turnbull(left, np.where(event, stop, np.inf))
    when = min(REMEDY_MONTHS * DAYS_PER_MONTH, float(stop.max()))
    low, high = curve.survival_at(when)
    rows = (
        RemedyRow(
            analysis="Kaplan-Meier, progression on the day it was seen", estimate=plain.survival_at(when), n=stop.size
        ),
        RemedyRow(
            analysis="Turnbull, progression since the visit before",
            estimate=Estimate(estimate=(low + high) / 2, lower=low, upper=high, method="bounds of the masses"),
            n=stop.size,
            says="the limits are what the visits leave open, no confidence interval",
        ),
    )
    return Remedy(title=f"{table.name} at {when / DAYS_PER_MONTH:.0f} months", quantity="probability", rows=rows)


def death_competes(data: AnalysisData) -> DesignFinding:
    """Check 14: the endpoint with the most deaths before its event."""
    competing = {table.name: sum(row.event == 2 for row in table.rows) for table in data.endpoints}
    if any(competing.values()):
        name = max(competing, key=lambda name: competing[name])
        table = data.endpoint(name)
        says = "; ".join(
            f"{other}: {data.endpoint(other).events} events, {count} deaths before them"
            for other, count in competing.items()
            if count
        )
        return finding("DC-14", True, says, partial(_incidence, table))
    names = [table.name for table in data.endpoints if table.endpoint.endpoint in ("TTNT", "TTD")]
    if not names:
        return finding("DC-14", False, "no endpoint is declared in which death competes with the event (TTNT, TTD)")
    return finding("DC-14", False, f"no death counts as competing in {', '.join(names)}")


def _incidence(table: EndpointTable) -> Remedy:
    both = table.follow_up()
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
    """Check 15: patients of one group whose later lines hold the treatment that only the other group stands for."""
    if data.study.comparison is None:
        return finding("DC-15", None, "no comparison is declared")
    groups = group_follow_up(data, endpoint)
    told, switching = [], []
    for level, other in (groups.levels, groups.levels[::-1]):
        for treatment in sorted(_treatments_of(data, level) - _treatments_of(data, other)):
            later = _starts(data, groups, treatment, behind=data.study.exposure.last_line or 0)
            mine = (groups.group == other) & (later < groups.follow_up.stop)
            told.append(f"{other} with later {treatment}: {share(int(mine.sum()), int((groups.group == other).sum()))}")
            if mine.any():
                switching.append((level, treatment))
    if not told:
        return finding("DC-15", None, "which treatment only one of the groups stands for cannot be told")
    run = partial(_switching, data, groups, tuple(switching)) if switching else None
    return finding("DC-15", bool(switching), "; ".join(told), run)


def _treatments_of(data: AnalysisData, level: str) -> set[str]:
    """The treatments that a group stands for: those its declared lines ask for; none for groups by all lines."""
    exposure = data.study.exposure
    if exposure.rule == "treatment_of_line":
        return {level}
    declared = SEQUENCES if exposure.rule == "treatment_sequence" else exposure.groups
    words = (word for group in declared if group.group == level for words in group.lines.values() for word in words)
    return {word for word in words if word in known_words() and word != ANY}


def _starts(data: AnalysisData, groups: GroupFollowUp, treatment: str, *, behind: int = 0) -> NDArray[np.float64]:
    """Days from each row's start to the first line of a treatment behind line `behind`; infinite without one."""
    begins = []
    for place, row in zip(groups.members, groups.rows, strict=True):
        story = data.selection.members[int(place)].story
        lines = (line for line in story.lines if line.number > behind and matches(line.regimen, (treatment,)))
        first = next(lines, None)
        begins.append(np.inf if first is None else float(max(0, first.start.day - row.start_on.toordinal())))
    return np.array(begins)


def _switching(data: AnalysisData, groups: GroupFollowUp, switching: tuple[tuple[str, str], ...]) -> Remedy:
    """For each treatment: the groups as they are, and the treatment as exposure from its start in either of them.

    Patients are at risk from the moment on that the cohort requires of everybody: nobody's wait before it counts.
    """
    found: list[Contrast | RemedyRow] = []
    for level, treatment in switching:
        found.append(attempted("as grouped", partial(_as_grouped, groups, level)))
        name = f"later {treatment} counted from its start"
        found.append(attempted(name, partial(_counted, data, groups, treatment, name)))
    return contrasts(f"{groups.endpoint}: with the treatment against without it", *found)


def _as_grouped(groups: GroupFollowUp, level: str) -> Contrast:
    own = (groups.group == level).astype(np.float64)[:, None]
    said = (f"{level} against the other group, from the first day",)
    return contrast_of(
        cox(groups.follow_up, own, names=["group"]), f"as grouped: {level}", conventions=said, believe=False
    )


def _counted(data: AnalysisData, groups: GroupFollowUp, treatment: str, name: str) -> Contrast:
    follow_up, kept, entry = from_entry(data, groups)
    assert follow_up.start is not None
    decision = DecisionPoint.of(
        follow_up_days=follow_up.stop,
        event=follow_up.event,
        exposed_after_days=_starts(data, groups, treatment)[kept],
    )
    start, stop, event, exposed, row = pieces(decision)
    start = np.maximum(start, follow_up.start[row])
    there = start < stop
    if exposed[there].all() or not exposed[there].any():
        must = "must hold time with and time without the treatment"
        raise InputError("later treatment", [Fault(place=treatment, must=must)])
    at_risk = FollowUp(start=start[there], stop=stop[there], event=event[there], cluster=row[there])
    said = (
        f"{treatment} as a time-dependent covariate, (start, stop]; robust variance by patient; adjusted for nothing",
        f"at risk from {entry or 'the first day'} on",
    )
    made = contrast_of(
        cox(at_risk, exposed[there].astype(np.float64)[:, None], names=["group"]), name, conventions=said
    )
    return replace(made, n=kept.size)
